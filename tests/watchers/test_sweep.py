import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime, timedelta

import pytest
from aiohttp import web

from bot.domain.errors import StoreError
from bot.domain.model import DueSource, Poll, PollOutcome, Source, Validators
from tests.watchers.conftest import NOW, Serve
from watchers.fetch import Answer, Fetcher, FetchLimits
from watchers.hosts import Hosts
from watchers.poll import Poller
from watchers.reading import Readers
from watchers.sweep import Sweep

ITEM = "<item><title>خبر</title><guid>g</guid></item>"
FEED = f"<rss version='2.0'><channel><title>م</title>{ITEM}</channel></rss>"
LONG = timedelta(seconds=20)


class World:
    """A table of sources that are due until they are filed, and a clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOW
        self.sources: dict[str, str] = {}
        self.filed: list[Poll] = []
        self.refused: set[str] = set()
        self.refusals = 0
        self.held: dict[str, asyncio.Event] = {}
        self.sweep: Sweep

    def clock(self) -> datetime:
        return self.now

    async def due(self, now: datetime, limit: int, known: Collection[str]) -> Sequence[DueSource]:
        found = [DueSource(Source(name, name, name, url), Validators(), 0) for name, url in self.sources.items()]
        return [one for one in found[:limit] if one.source.id not in known]

    async def file(self, poll: Poll) -> None:
        if held := self.held.get(poll.source_id):
            await held.wait()
        if poll.source_id in self.refused:
            self.refusals += 1
            raise StoreError("disk full")
        self.filed.append(poll)
        del self.sources[poll.source_id]

    def names(self) -> list[str]:
        return sorted(poll.source_id for poll in self.filed)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    readers, hosts = Readers(children=1, time_limit=LONG), Hosts(ours=1)  # as if they were somebody else's
    async with Fetcher("t", made.clock, FetchLimits(total=LONG), allow_private_addresses=True, hosts=hosts) as fetcher:
        made.sweep = Sweep(made.due, Poller(fetcher, readers, made.file, made.clock), made.clock, 4, hosts)
        yield made
        await made.sweep.drain(timedelta(0))
    await readers.close()


class Feeds:
    """A server whose answers to paths that begin with /slow wait until `release` is set."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.release = asyncio.Event()

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.path.startswith("/slow"):
            await self.release.wait()
        return web.Response(body=FEED.encode())


async def until(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(15):
        while not condition():
            await asyncio.sleep(0.01)


async def test_everything_that_is_due_is_polled(serve: Serve, world: World) -> None:
    root = await serve(Feeds().answer)
    world.sources = {f"s{number}": f"{root}/{number}" for number in range(10)}
    await world.sweep.run_once()
    await until(lambda: len(world.filed) == 10)
    assert world.names() == sorted(f"s{number}" for number in range(10))
    assert {poll.outcome for poll in world.filed} == {PollOutcome.READ}


async def test_a_slow_source_delays_no_other_and_is_not_polled_twice(serve: Serve, world: World) -> None:
    feeds, others = Feeds(), Feeds()
    root, other = await serve(feeds.answer), await serve(others.answer)
    world.sources = {"slow": f"{root}/slow"}
    await world.sweep.run_once()
    await until(lambda: feeds.asked)
    world.sources["quick"] = f"{other}/quick"
    await world.sweep.run_once()
    await until(lambda: world.names() == ["quick"])
    await world.sweep.run_once()
    feeds.release.set()
    await until(lambda: world.names() == ["quick", "slow"])
    assert feeds.asked == ["/slow"]


async def test_many_sources_of_one_slow_host_leave_room_for_others(serve: Serve, world: World) -> None:
    feeds, others = Feeds(), Feeds()
    root, other = await serve(feeds.answer), await serve(others.answer)
    world.sources = {f"slow{number}": f"{root}/slow{number}" for number in range(20)} | {"quick": f"{other}/quick"}
    await world.sweep.run_once()
    await until(lambda: world.names() == ["quick"])
    assert feeds.asked == ["/slow0"]


async def test_a_slow_host_with_more_sources_than_a_sweep_finds_holds_up_nobody(serve: Serve, world: World) -> None:
    feeds, others = Feeds(), Feeds()
    root, other = await serve(feeds.answer), await serve(others.answer)
    world.sources = {f"slow{number}": f"{root}/slow{number}" for number in range(1_200)} | {"quick": f"{other}/quick"}
    for _ in range(3):
        await world.sweep.run_once()
    await until(lambda: world.names() == ["quick"])
    assert feeds.asked == ["/slow0"]
    assert world.sweep.under_way == 1_200


async def test_a_source_that_waits_for_its_hosts_pause_takes_no_slot(serve: Serve, world: World) -> None:
    root = await serve(Feeds().answer)
    hosts = Hosts(pauses={"127.0.0.1": timedelta(hours=1)})
    readers = Readers(children=1, time_limit=LONG)
    async with Fetcher("t", world.clock, allow_private_addresses=True, hosts=hosts) as fetcher:
        sweep = Sweep(world.due, Poller(fetcher, readers, world.file, world.clock), world.clock, 1, hosts)
        world.sources = {"first": f"{root}/1", "second": f"{root}/2"}
        await sweep.run_once()
        await until(lambda: world.names() == ["first"])
        world.sources["other"] = f"{root.replace('127.0.0.1', 'localhost')}/3"
        await sweep.run_once()
        await until(lambda: world.names() == ["first", "other"])
        await sweep.drain(timedelta(0))
    await readers.close()


async def test_a_poll_that_brought_no_document_takes_no_slot_while_it_is_filed(serve: Serve, world: World) -> None:
    asked = []

    async def missing(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPNotFound

    root, release = await serve(missing), asyncio.Event()
    world.sources = {f"s{number}": f"{root}/{number}" for number in range(9)}
    world.held = dict.fromkeys(world.sources, release)
    await world.sweep.run_once()
    await until(lambda: len(asked) == 9)
    assert world.filed == []
    release.set()
    await until(lambda: len(world.filed) == 9)


async def test_one_slow_answer_of_a_server_of_ours_holds_up_nothing_else_that_it_serves(
    serve: Serve, world: World
) -> None:
    feeds, hosts = Feeds(), Hosts()
    root = await serve(feeds.answer)
    readers = Readers(children=1, time_limit=LONG)
    async with Fetcher("t", world.clock, FetchLimits(total=LONG), allow_private_addresses=True, hosts=hosts) as fetcher:
        sweep = Sweep(world.due, Poller(fetcher, readers, world.file, world.clock), world.clock, 10, hosts)
        world.sources = {"slow": f"{root}/slow"} | {f"s{number}": f"{root}/{number}" for number in range(20)}
        await sweep.run_once()
        await until(lambda: len(world.filed) == 20)
        assert "slow" not in world.names()
        feeds.release.set()
        await sweep.drain(LONG)
        assert "slow" in world.names()
    await readers.close()


async def test_a_poll_that_breaks_off_by_a_mistake_of_ours_gives_its_slot_back_and_stops_no_other(
    serve: Serve, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, fetch = await serve(Feeds().answer), Poller.fetch

    async def mistaken(poller: Poller, due: DueSource) -> Answer:
        if due.source.id.startswith("odd"):
            raise KeyError(due.source.id)
        return await fetch(poller, due)

    monkeypatch.setattr(Poller, "fetch", mistaken)
    world.sources = {f"odd{number}": f"{root}/odd{number}" for number in range(5)} | {"fine": f"{root}/fine"}
    await world.sweep.run_once()
    await until(lambda: world.names() == ["fine"])
    assert world.sweep.under_way == 0


async def test_the_sources_of_one_host_are_asked_in_the_order_in_which_they_are_due(serve: Serve, world: World) -> None:
    feeds = Feeds()
    root = await serve(feeds.answer)
    world.sources = {f"s{number}": f"{root}/{number}" for number in range(30)}
    await world.sweep.run_once()
    await until(lambda: len(world.filed) == 30)
    assert feeds.asked == [f"/{number}" for number in range(30)]
    assert world.sweep.under_way == 0


async def test_a_host_is_asked_again_after_its_line_has_ended(serve: Serve, world: World) -> None:
    feeds = Feeds()
    root = await serve(feeds.answer)
    for number in range(3):
        world.sources = {"s": f"{root}/{number}"}
        await world.sweep.run_once()
        await until(lambda number=number: len(world.filed) == number + 1)
        await until(lambda: world.sweep.under_way == 0)
    assert feeds.asked == ["/0", "/1", "/2"]


async def test_one_failing_source_affects_no_other(serve: Serve, world: World) -> None:
    root = await serve(Feeds().answer)
    world.sources = {"down": "http://127.0.0.1:1/", "odd": "no address at all", "fine": f"{root}/1"}
    await world.sweep.run_once()
    await until(lambda: len(world.filed) == 3)
    assert {poll.source_id: poll.outcome for poll in world.filed} == {
        "down": PollOutcome.FAILED,
        "odd": PollOutcome.FAILED,
        "fine": PollOutcome.READ,
    }


async def test_what_could_not_be_filed_is_polled_again_after_a_rest(serve: Serve, world: World) -> None:
    feeds = Feeds()
    world.sources = {"a": f"{await serve(feeds.answer)}/a"}
    world.refused = {"a"}
    await world.sweep.run_once()
    await until(lambda: world.refusals == 1)
    world.refused = set()
    for seconds in (0, 10, 29, 31):
        assert feeds.asked == ["/a"]
        world.now = NOW + timedelta(seconds=seconds)
        await world.sweep.run_once()
        await asyncio.sleep(0.05)  # time enough to ask, if it were to ask
    await until(lambda: world.names() == ["a"])
    assert feeds.asked == ["/a", "/a"]


async def test_draining_starts_nothing_and_waits_no_longer_than_it_may(serve: Serve, world: World) -> None:
    feeds = Feeds()
    root = await serve(feeds.answer)
    world.sources = {f"slow{number}": f"{root}/slow{number}" for number in range(3)}
    await world.sweep.run_once()
    await until(lambda: feeds.asked)
    await world.sweep.drain(timedelta(seconds=0.05))
    await world.sweep.run_once()
    assert feeds.asked == ["/slow0"]
    assert world.filed == []


async def test_draining_lets_what_is_under_way_finish(serve: Serve, world: World) -> None:
    feeds = Feeds()
    root = await serve(feeds.answer)
    world.sources = {"slow": f"{root}/slow", "later": f"{root}/later"}
    await world.sweep.run_once()
    await until(lambda: feeds.asked)
    feeds.release.set()
    await world.sweep.drain(LONG)
    assert world.names() == ["slow"]
