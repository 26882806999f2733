"""One bot, a good source, and beside it every kind of bad one: the good one is read, and each flaw is on record."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import create_engine, select

from bot.domain.model import ProblemKind
from bot.store.tables import articles, sources
from tests.house import House, settings
from tests.journeys.conftest import SALMA, World
from tests.publisher import Answer, Publisher, publishing

RSS = "application/rss+xml"


def stored(folder: Path, *columns: Any) -> list[Any]:
    """Rows of the bot's database, read beside it."""
    engine = create_engine(f"sqlite:///{folder}/var/rasid.sqlite3")
    with engine.connect() as connection:
        rows = list(connection.execute(select(*columns)))
    engine.dispose()
    return rows


def problems(folder: Path) -> dict[str, str]:
    return {row.id: row.problem for row in stored(folder, sources.c.id, sources.c.problem) if row.problem}


async def until(find: Callable[[], Any], wanted: Any, seconds: float = 30) -> None:
    found = None
    try:
        async with asyncio.timeout(seconds):
            while (found := find()) != wanted:
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"{found} never became {wanted}") from None


def body(content: bytes, media_type: str = RSS, **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=content, content_type=media_type, headers=headers)

    return answer


async def never(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def round_and_round(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound(request.path)


async def fifty_megabytes(request: web.Request) -> web.StreamResponse:
    """Without a length, so that it is noticed only by reading."""
    response = web.StreamResponse(headers={"Content-Type": RSS})
    await response.prepare(request)
    for _ in range(50):
        await response.write(b"<item>" + b" " * 2**20)
    return response


async def hung_up(request: web.Request) -> web.StreamResponse:
    """The connection ends in the middle of what was announced."""
    response = web.StreamResponse(headers={"Content-Type": RSS, "Content-Length": "100000"})
    await response.prepare(request)
    await response.write(b"<?xml version='1.0'?><rss><channel>")
    assert request.transport is not None
    request.transport.abort()
    return response


BAD: dict[str, tuple[Answer, ProblemKind]] = {
    "slow": (never, ProblemKind.TIMEOUT),
    "page": (body(b"<!doctype html><html><body><h1>Welcome</h1></body></html>", "text/html"), ProblemKind.NOT_A_FEED),
    "silent": (body(b""), ProblemKind.EMPTY),
    "hollow": (body(b"<rss version='2.0'><channel><title>x</title></channel></rss>"), ProblemKind.EMPTY),
    "huge": (fifty_megabytes, ProblemKind.TOO_LARGE),
    "bomb": (body(gzip.compress(b" " * 50_000_000), **{"Content-Encoding": "gzip"}), ProblemKind.TOO_LARGE),
    "endless": (round_and_round, ProblemKind.TOO_MANY_REDIRECTS),
    "torn": (hung_up, ProblemKind.CUT),
}
REFUSED = "http://127.0.0.1:1/feed.xml"


@dataclass
class Cut:
    """A feed that ends in the middle of its second item, as if its publisher had died while writing it; the ETag
    is that of the whole, and who asks with it is told that nothing has changed."""

    publisher: Publisher
    whole: bool = False

    async def answer(self, request: web.Request) -> web.StreamResponse:
        headers = {"ETag": '"whole"'}
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        content = self.publisher.body("cut")
        end = len(content) if self.whole else content.index(b"</item>") + 200
        return web.Response(body=content[:end], content_type=RSS, headers=headers)


@dataclass
class Mislabelled:
    """A feed in windows-1256 whose header and declaration say UTF-8."""

    publisher: Publisher

    async def answer(self, _: web.Request) -> web.StreamResponse:
        content = self.publisher.body("label").decode().encode("cp1256")
        return web.Response(body=content, headers={"Content-Type": f"{RSS}; charset=utf-8"})


@pytest.fixture
async def bad() -> AsyncIterator[Publisher]:
    """The bad sources have a server of their own: one conversation at a time is held with each."""
    async with publishing() as publisher:
        publisher.answers = {name: answer for name, (answer, _) in BAD.items()}
        yield publisher


async def test_a_good_source_among_all_kinds_of_bad_ones_is_heard(world: World, bad: Publisher) -> None:
    cut = Cut(world.publisher)
    world.publisher.answers = {"cut": cut.answer, "label": Mislabelled(world.publisher).answer}
    for name in ("horan", "label"):
        world.publisher.publish(name, "خبر قديم عن جاسم", "كان هنا قبل أن يبدأ الراصد.")
    world.publisher.publish("cut", "حريق في حقول جاسم", "أتى حريق على حقول القمح في جاسم.")
    world.publisher.publish("cut", "خبر قديم من جاسم", "كان هنا قبل أن يبدأ الراصد.")
    world.house = house = House(world.folder, _settings(world.publisher, bad), world.simulator.api_base)
    await house.start()
    await world.ask(SALMA, "تابع جاسم")

    expected = {"refused": ProblemKind.UNREACHABLE, "cut": ProblemKind.CUT} | {
        name: kind for name, (_, kind) in BAD.items()
    }
    await until(lambda: problems(world.folder), {name: str(kind) for name, kind in expected.items()})
    assert titles(world.folder, "cut") == {"خبر قديم من جاسم"}
    assert world.alerts(SALMA) == []

    world.publisher.publish("horan", "دوي انفجار في مدينة جاسم", "سمع سكان جاسم دوي انفجار قرب السوق.")
    world.publisher.publish("label", "عودة الكهرباء إلى جاسم", "عادت الكهرباء إلى أحياء جاسم.")
    cut.whole = True
    await world.until(lambda: len(world.alerts(SALMA)) == 3, 40)
    told = [alert.text for alert in world.alerts(SALMA)]
    for word in ("قرب السوق", "الكهرباء", "حقول"):
        assert sum(word in text for text in told) == 1
    assert titles(world.folder, "cut") == {"خبر قديم من جاسم", "حريق في حقول جاسم"}
    assert await house.stop() == 0
    assert "poll.crashed" not in "\n".join(house.said)


def _settings(good: Publisher, bad: Publisher) -> dict[str, Any]:
    def url(name: str) -> str:
        return REFUSED if name == "refused" else (bad if name in BAD else good).url(name)

    return settings(["horan", "label", "cut", "refused", *BAD], url, polling={"timeout_seconds": 2})


def titles(folder: Path, source: str) -> set[str]:
    """The titles that are filed, and so will never be new again."""
    rows = stored(folder, articles.c.source_id, articles.c.title)
    return {row.title for row in rows if row.source_id == source}
