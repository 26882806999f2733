import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import web

from bot.domain.errors import StoreError
from bot.domain.model import DueSource, Poll, PollOutcome, ProblemKind, Source, Validators
from tests.watchers.conftest import NOW, Serve, ServeBytes, clock
from watchers.fetch import Fetcher, FetchLimits
from watchers.poll import Poller
from watchers.reading import Readers
from watchers.schedule import next_poll_at

ITEM = (
    "<item><title>خبر {0}</title><guid>g{0}</guid><description>نص الخبر رقم {0}</description>"
    "<pubDate>Wed, 25 Nov 2026 10:00:00 GMT</pubDate></item>"
)
FEED = f"<rss version='2.0'><channel><title>م</title>{ITEM.format(1)}{ITEM.format(2)}</channel></rss>"
KNOWN = Validators('"known"')
Look = Callable[..., Awaitable[Poll]]


def due(url: str, failures: int = 0) -> DueSource:
    return DueSource(Source("nahr", "النهر", "Nahr", url, interval=timedelta(minutes=5)), KNOWN, failures)


@pytest.fixture
async def look() -> AsyncIterator[Look]:
    """Polls an address once and gives what was filed."""
    filed: list[Poll] = []

    async def file(poll: Poll) -> None:
        filed.append(poll)

    readers = Readers(children=1, time_limit=timedelta(seconds=20))
    limits = FetchLimits(max_bytes=1_000_000, total=timedelta(seconds=1))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(readers.close)
        fetcher = await stack.enter_async_context(Fetcher("t", clock, limits, allow_private_addresses=True))

        async def look(url: str, failures: int = 0) -> Poll:
            await Poller(fetcher, readers, file, clock).poll(due(url, failures))
            return filed.pop()

        yield look
    assert filed == []


def answering(body: str | bytes, status: int = 200, **headers: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(request: web.Request) -> web.Response:
        content = body.encode() if isinstance(body, str) else body
        return web.Response(body=content, status=status, headers={"ETag": '"new"', **headers})

    return handler


async def test_a_feed_is_filed_whole_with_its_validators(serve: Serve, look: Look) -> None:
    poll = await look(await serve(answering(FEED)), failures=3)
    assert (poll.source_id, poll.outcome, poll.problems) == ("nahr", PollOutcome.READ, ())
    assert poll.validators == Validators('"new"')
    assert [(article.source_id, article.key, article.title) for article in poll.articles] == [
        ("nahr", "g1", "خبر 1"),
        ("nahr", "g2", "خبر 2"),
    ]
    assert (poll.polled_at, poll.next_poll_at) == (NOW, next_poll_at("nahr", timedelta(minutes=5), NOW))


async def test_not_modified_keeps_the_validators_and_files_nothing(serve: Serve, look: Look) -> None:
    poll = await look(await serve(answering("", 304)))
    assert (poll.outcome, poll.validators, poll.articles) == (PollOutcome.NOT_MODIFIED, None, ())


async def test_a_feed_that_ends_in_the_middle_keeps_the_validators(serve: Serve, look: Look) -> None:
    poll = await look(await serve(answering(FEED[: FEED.index("خبر رقم 2")])))
    assert (poll.outcome, poll.validators) == (PollOutcome.READ, None)
    assert [article.key for article in poll.articles] == ["g1"]
    assert [problem.kind for problem in poll.problems] == [ProblemKind.CUT]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<html><body>صيانة</body></html>", ProblemKind.NOT_A_FEED),
        ("<rss version='2.0'><channel/></rss>", ProblemKind.EMPTY),
        ("", ProblemKind.EMPTY),
        (FEED[:60], ProblemKind.CUT),
        ("<rss><channel><item><link>https://x.example</link></item></channel></rss>", ProblemKind.BAD_ENTRY),
        (b"x" * 1_000_001, ProblemKind.TOO_LARGE),
    ],
)
async def test_a_document_without_news_is_a_failure(
    serve: Serve, look: Look, body: str | bytes, kind: ProblemKind
) -> None:
    poll = await look(await serve(answering(body)), failures=2)
    assert (poll.outcome, poll.validators, poll.articles) == (PollOutcome.FAILED, None, ())
    assert [problem.kind for problem in poll.problems] == [kind]
    assert poll.next_poll_at == next_poll_at("nahr", timedelta(minutes=5), NOW, 3)


async def test_a_wrong_charset_is_read_all_the_same(serve: Serve, look: Look) -> None:
    body = FEED.encode("windows-1256")
    poll = await look(await serve(answering(body, **{"Content-Type": "text/xml; charset=utf-8"})))
    assert [article.title for article in poll.articles] == ["خبر 1", "خبر 2"]


async def test_a_bomb_a_loop_and_a_busy_server_are_failures(serve: Serve, look: Look) -> None:
    bomb = answering(gzip.compress(bytes(20_000_000)), **{"Content-Encoding": "gzip"})
    assert [p.kind for p in (await look(await serve(bomb))).problems] == [ProblemKind.TOO_LARGE]
    loop = answering("", 302, Location="/")
    assert [p.kind for p in (await look(await serve(loop))).problems] == [ProblemKind.TOO_MANY_REDIRECTS]
    busy = await look(await serve(answering("", 503, **{"Retry-After": "7200"})))
    assert busy.next_poll_at == NOW + timedelta(hours=2)


async def test_down_slow_and_cut_are_failures(serve: Serve, serve_bytes: ServeBytes, look: Look) -> None:
    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    assert [p.kind for p in (await look("http://127.0.0.1:1/")).problems] == [ProblemKind.UNREACHABLE]
    assert [p.kind for p in (await look(await serve(slow))).problems] == [ProblemKind.TIMEOUT]
    cut = await serve_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + FEED.encode())
    assert [p.kind for p in (await look(cut)).problems] == [ProblemKind.CUT]


@dataclass
class Desk:
    """Where polls are filed; fails as often as it is told to."""

    failures: int = 0
    filed: list[Poll] = field(default_factory=list)

    async def file(self, poll: Poll) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreError("disk full")
        self.filed.append(poll)

    @property
    def keys(self) -> list[list[str]]:
        return [[article.key for article in poll.articles] for poll in self.filed]


Several = Callable[..., Awaitable[None]]


@pytest.fixture
async def polls(serve: Serve) -> AsyncIterator[Several]:
    """Polls one source again and again, which answers with each of these in turn: bodies, with or without headers."""
    readers = Readers(children=1, time_limit=timedelta(seconds=20))

    async def polls(desk: Desk, *answers: str | tuple[str, dict[str, str]]) -> None:
        left = [answer if isinstance(answer, tuple) else (answer, {}) for answer in answers]

        async def handler(request: web.Request) -> web.Response:
            body, headers = left.pop(0)
            return web.Response(body=body.encode(), headers={"Content-Type": "text/xml", **headers})

        url = await serve(handler)
        async with Fetcher("t", clock, allow_private_addresses=True) as fetcher:
            poller = Poller(fetcher, readers, desk.file, clock)
            while left:
                if desk.failures:
                    with pytest.raises(StoreError):
                        await poller.poll(due(url))
                else:
                    await poller.poll(due(url))

    yield polls
    await readers.close()


LATER = FEED.replace("</title>", "</title><lastBuildDate>Wed, 25 Nov 2026 11:00:00 GMT</lastBuildDate>", 1)
LATEST = FEED.replace("</channel>", ITEM.format(3) + "</channel>")


async def test_entries_are_understood_once_and_again_only_when_their_poll_could_not_be_filed(polls: Several) -> None:
    """What is known is remembered after the filing, never before it: a failed commit must bring the entries back."""
    desk = Desk(failures=1)
    await polls(desk, FEED, FEED, LATER, LATEST)
    assert desk.keys == [["g1", "g2"], [], ["g3"]]
    assert {poll.outcome for poll in desk.filed} == {PollOutcome.READ}


async def test_an_edited_item_is_filed_again_under_its_key(polls: Several) -> None:
    desk = Desk()
    await polls(desk, FEED, FEED.replace("نص الخبر رقم 2", "تصحيح"), LATEST.replace("نص الخبر رقم 2", "تصحيح"))
    assert desk.keys == [["g1", "g2"], ["g2"], ["g3"]]
    assert desk.filed[1].articles[0].text == "تصحيح"


async def test_the_document_of_the_last_filed_poll_is_not_modified(polls: Several) -> None:
    """Its server may have changed the validators all the same: then the new ones are worth asking with."""
    desk = Desk()
    await polls(desk, FEED, (FEED, {"ETag": '"2"'}), LATER, FEED)
    outcomes = [PollOutcome.READ, PollOutcome.NOT_MODIFIED, PollOutcome.READ, PollOutcome.READ]
    assert [poll.outcome for poll in desk.filed] == outcomes
    assert desk.filed[1].validators == Validators('"2"')


async def test_a_document_that_was_not_filed_or_not_good_is_read_again(polls: Several) -> None:
    desk = Desk(failures=1)
    empty, cut = "<rss version='2.0'><channel/></rss>", FEED[: FEED.index("خبر رقم 2")]
    await polls(desk, FEED, FEED, empty, empty, cut, cut)
    failed, read = PollOutcome.FAILED, PollOutcome.READ
    assert [poll.outcome for poll in desk.filed] == [read, failed, failed, read, read]


async def test_the_same_bytes_of_another_type_are_another_document(polls: Several) -> None:
    desk = Desk()
    body = "<rss version='2.0'><channel><item><title>caf\u00e9</title></item></channel></rss>"
    await polls(desk, body, (body, {"Content-Type": "text/xml; charset=utf-8"}))
    assert [poll.outcome for poll in desk.filed] == [PollOutcome.READ, PollOutcome.READ]
