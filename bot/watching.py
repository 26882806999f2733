"""The news door, put together: everything that polls, for as long as it is open.

Owns how the settings become a fetcher, its manners, the reading children and the sweep, and that what polls show of a
source is told.
"""

import contextlib
import resource
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from secrets import token_hex

import structlog

from bot.concerns import Watched
from bot.domain.model import DueSource, Poll, Source
from bot.domain.source_health import Condition
from bot.door import AddressTaken, open_door
from bot.engines.embedded import EmbeddedEngine
from bot.settings import Polling
from bot.store import Store, articles, notices, sources
from bot.understanding import Understanding
from watchers.fetch import Fetcher, FetchLimits
from watchers.hosts import Hosts
from watchers.poll import Poller, Report, pace_of
from watchers.reading import Readers, complete, understand
from watchers.robots import Robots
from watchers.schedule import Pace
from watchers.scouting import WebScout
from watchers.sweep import Sweep
from watchers.websub import MAX_BODY_BYTES, WebSub

log = structlog.get_logger()

_TEND = timedelta(seconds=1)
_FILES = 4_096  # open at once: a thousand hosts that answer at once leave a thousand connections behind for a moment


@contextlib.asynccontextmanager
async def watching(
    polling: Polling,
    store: Store,
    file: Callable[[Poll], Awaitable[None]],
    understanding: Understanding,
    clock: Callable[[], datetime],
    *,
    trusted: Collection[tuple[str, int]] = (),
    scouted: Callable[[WebScout], None] = lambda scout: None,
    key: str | None = None,
) -> AsyncIterator[Sweep]:
    """Polls what is due, every `polling.sweep_seconds`. `trusted`: loopback addresses that may be reached. `key`: a
    secret that a restart does not change, which hubs know a part of; without one it is another one each time."""
    hosts = Hosts(timedelta(seconds=polling.host_pause_seconds))
    readers = _readers(polling, understanding)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(readers.close)
        fetcher = await stack.enter_async_context(_fetcher(polling, clock, hosts, trusted))
        robots = Robots(fetcher, polling.product, clock)
        scouted(_scout(polling, fetcher, clock, understanding, robots))
        hubs = await stack.enter_async_context(_websub(polling, store, fetcher, clock, key))
        poller = Poller(
            fetcher,
            readers,
            file,
            clock,
            pace=_pace(polling),
            robots=robots,
            known_keys=partial(known_keys, store),
            report=reporter(store, clock),
            concerns=Watched(store, understanding.places, clock).concerns,
            hubs=hubs,
        )
        sweep = Sweep(partial(_due, store), poller, clock, polling.concurrency, hosts)
        stack.push_async_callback(sweep.drain, timedelta(0))
        engine = EmbeddedEngine()
        engine.every(timedelta(seconds=polling.sweep_seconds), "sweep", sweep.run_once)
        if hubs:
            engine.every(_TEND, "websub", partial(_tend, hubs, sweep))
        engine.start()
        stack.callback(engine.stop)
        yield sweep


def allow_files() -> None:
    """Let this process have so many files open, where the system allows it; many allow 1024 unless they are asked."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def reporter(store: Store, clock: Callable[[], datetime]) -> Report:
    """Has the operators told what polls show of a source, each condition once until it has ended; and the log."""

    async def report(source: Source, found: Mapping[Condition, str], among: Collection[Condition]) -> None:
        at = clock()
        new = await store.write(lambda connection: notices.tell(connection, source.id, found, among, at))
        for condition in new:
            log.warning("source.condition", source=source.id, condition=condition, detail=found[condition])

    return report


async def known_keys(store: Store, source_id: str, keys: Mapping[str, int | None]) -> Collection[str]:
    """Which keys are of articles that this source has published before in that edition, or in any, where it is None;
    erased ones included."""
    items = [(source_id, key) for key in keys]
    known = await store.read(lambda connection: articles.editions_among(connection, items))
    return {key for (_, key), edition in known.items() if edition is None or keys[key] in (None, edition)}


@contextlib.asynccontextmanager
async def _websub(
    polling: Polling, store: Store, fetcher: Fetcher, clock: Callable[[], datetime], key: str | None
) -> AsyncIterator[WebSub | None]:
    """The door for hubs, where the operator has an address for it; its port in use is no reason to go without news."""
    if polling.websub_url is None:
        yield None
        return
    websub = WebSub(polling.websub_url, key or token_hex(), fetcher.post, partial(_poll_at_once, store), clock)
    door = open_door(polling.websub_listen, websub.answer, MAX_BODY_BYTES)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(websub.close)
        is_open = False
        try:
            await stack.enter_async_context(door)
            is_open = True
        except AddressTaken:
            log.error("websub.address_taken", listen=polling.websub_listen)
        yield websub if is_open else None


async def _tend(hubs: WebSub, sweep: Sweep) -> None:
    if await hubs.tend():
        await sweep.run_once()


async def _poll_at_once(store: Store, source_ids: Collection[str], now: datetime) -> Collection[str]:
    return await store.write(lambda connection: sources.poll_at_once(connection, source_ids, now))


async def _due(store: Store, at: datetime, limit: int, known: Collection[str]) -> Sequence[DueSource]:
    return await store.read(lambda connection: sources.due(connection, at, limit, known))


def _fetcher(
    polling: Polling, clock: Callable[[], datetime], hosts: Hosts, trusted: Collection[tuple[str, int]]
) -> Fetcher:
    allow_files()
    limits = FetchLimits(
        max_bytes=polling.max_bytes,
        total=timedelta(seconds=polling.timeout_seconds),
        connections=polling.concurrency,
    )
    return Fetcher(
        polling.identity,
        clock,
        limits,
        allow_private_addresses=polling.allow_private_addresses,
        trusted=trusted,
        hosts=hosts,
    )


def _pace(polling: Polling) -> Callable[[Source], Pace]:
    fastest, slowest = timedelta(seconds=polling.fastest_seconds), timedelta(seconds=polling.slowest_seconds)
    return partial(pace_of, fastest=fastest, slowest=slowest)


def _scout(
    polling: Polling, fetcher: Fetcher, clock: Callable[[], datetime], understanding: Understanding, robots: Robots
) -> WebScout:
    limit = timedelta(seconds=polling.reader_timeout_seconds)
    return WebScout(fetcher, clock, understanding, limit, polling.reader_memory_mb * 2**20, robots)


def _readers(polling: Polling, understanding: Understanding) -> Readers:
    return Readers(
        children=polling.readers,
        time_limit=timedelta(seconds=polling.reader_timeout_seconds),
        memory_limit=polling.reader_memory_mb * 2**20,
        work=partial(understand, understanding=understanding),
        complete=partial(complete, understanding=understanding),
    )
