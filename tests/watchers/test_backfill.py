"""A feed that comes in pages is read back to what was filed before, and no further."""

import json
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.domain.model import DueSource, Poll, PollOutcome, ProblemKind, Source, Validators
from tests.watchers.conftest import NOW, Serve, clock
from watchers.backfill import MOST_PAGES
from watchers.fetch import Fetcher
from watchers.hosts import Hosts
from watchers.poll import Poller
from watchers.reading import Readers

ON_A_PAGE = 5


@dataclass
class Site:
    """A JSON Feed of `count` items, the newest first, in pages; each leads to the next, or to `elsewhere`."""

    count: int = 0
    base: str = ""
    asked: list[str] = field(default_factory=list)
    refused: Collection[str] = ()
    elsewhere: str | None = None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        page = request.query.get("page", "1")
        self.asked.append(page)
        if page in self.refused:
            return web.Response(status=500)
        first = self.count - (int(page) - 1) * ON_A_PAGE
        numbers = range(first, max(first - ON_A_PAGE, 0), -1)
        items = [{"id": f"{n}", "title": f"حريق في درعا رقم {n}", "date_published": NOW.isoformat()} for n in numbers]
        feed: dict[str, Any] = {"version": "https://jsonfeed.org/version/1.1", "title": "م", "items": items}
        if first > ON_A_PAGE:
            feed["next_url"] = self.elsewhere or f"/feed.json?page={int(page) + 1}"
        return web.Response(text=json.dumps(feed), content_type="application/feed+json")


@dataclass
class Reader:
    """Polls the site; what was filed is in `filed`, as it would be in the database."""

    site: Site
    poller: Poller
    filed: list[Poll]
    due: DueSource

    async def look(self) -> list[int]:
        """The numbers of the items that a poll brought."""
        self.site.asked.clear()
        await self.poller.poll(self.due)
        self.due = replace(self.due, rhythm=self.filed[-1].findings.rhythm or self.due.rhythm)
        return [int(article.title.split()[-1]) for article in self.filed[-1].articles]

    def restart(self) -> None:
        self.poller = replace(self.poller, _filed={})


@pytest.fixture
async def reader(serve: Serve) -> AsyncIterator[Reader]:
    filed: list[Poll] = []
    site = Site()
    site.base = await serve(site.answer)

    async def file(poll: Poll) -> None:
        filed.append(poll)

    async def known_keys(source_id: str, keys: Mapping[str, int | None]) -> Collection[str]:
        return {article.key for poll in filed for article in poll.articles} & keys.keys()

    readers = Readers(children=1, time_limit=timedelta(seconds=20))
    async with Fetcher("Rasid/1", clock, allow_private_addresses=True, hosts=Hosts(timedelta(0))) as fetcher:
        poller = Poller(fetcher, readers, file, clock, known_keys=known_keys)
        source = Source("paged", "", "", f"{site.base}/feed.json")
        yield Reader(site, poller, filed, DueSource(source, Validators(), 0))
    await readers.close()


async def test_the_first_poll_reads_the_newest_page_alone(reader: Reader) -> None:
    reader.site.count = 20
    assert await reader.look() == [20, 19, 18, 17, 16]
    assert reader.site.asked == ["1"]


async def test_a_page_that_holds_something_known_is_the_last(reader: Reader) -> None:
    reader.site.count = 8
    await reader.look()
    reader.site.count = 12
    assert await reader.look() == [12, 11, 10, 9]
    assert reader.site.asked == ["1"]


async def test_pages_are_read_back_to_what_is_known(reader: Reader) -> None:
    reader.site.count = 8
    await reader.look()
    reader.site.count = 21
    assert await reader.look() == list(range(21, 8, -1))
    assert reader.site.asked == ["1", "2", "3"]
    assert reader.filed[-1].problems == ()
    reader.site.count = 22
    assert (await reader.look(), reader.site.asked) == ([22], ["1"])


async def test_after_a_restart_the_database_says_what_is_known(reader: Reader) -> None:
    reader.site.count = 8
    await reader.look()
    reader.restart()
    reader.site.count = 16
    assert await reader.look() == [*range(16, 8, -1), 8, 7]
    assert reader.site.asked == ["1", "2"]
    reader.restart()
    reader.site.count = 17
    await reader.look()
    assert reader.site.asked == ["1"]


async def test_what_is_too_far_back_is_given_up_and_said(reader: Reader) -> None:
    reader.site.count = 5
    await reader.look()
    reader.site.count = 500
    assert len(await reader.look()) == ON_A_PAGE * (1 + MOST_PAGES)
    assert [problem.kind for problem in reader.filed[-1].problems] == [ProblemKind.GAP]
    reader.site.count = 501
    assert (await reader.look(), reader.site.asked) == ([501], ["1"])


async def test_a_page_that_cannot_be_had_costs_no_other(reader: Reader) -> None:
    reader.site.count = 5
    await reader.look()
    reader.site.count, reader.site.refused = 21, {"3"}
    assert await reader.look() == list(range(21, 11, -1))
    assert reader.filed[-1].outcome is PollOutcome.READ
    assert [problem.kind for problem in reader.filed[-1].problems] == [ProblemKind.STATUS]


async def test_a_circle_is_left_at_once(reader: Reader) -> None:
    reader.site.count = 5
    await reader.look()
    reader.site.count, reader.site.elsewhere = 20, "/feed.json"
    assert await reader.look() == [20, 19, 18, 17, 16]
    assert reader.site.asked == ["1", "1"]


async def test_another_host_is_not_asked(reader: Reader, serve: Serve) -> None:
    other = Site(20)
    reader.site.count = 5
    await reader.look()
    reader.site.count, reader.site.elsewhere = 20, f"{await serve(other.answer)}/feed.json?page=2"
    assert await reader.look() == [20, 19, 18, 17, 16]
    assert other.asked == []
