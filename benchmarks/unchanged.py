"""How long it takes to find out that nothing has changed: one poll of many feeds that all answer 304.

    python -m benchmarks.unchanged --feeds 1000 --runs 5 --rig ../shared/bench/rig.py

The rig serves the feeds on loopback; sweep, fetch, newsdesk and SQLite are the bot's own, in this process. Every time
is printed in F too: the time in which one process runs feedparser once over the same bodies, which makes figures of
different machines comparable. NodeRSSBot took 2.2 s and RSS-to-Telegram-Bot 1.3 s for 1000 where F was 7.9 s.
"""

import argparse
import asyncio
import cProfile
import pstats
import statistics
import tempfile
import time
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import structlog

from benchmarks.far_end import RIG, URL, reference, rig
from bot import process
from bot.domain.model import DueSource, NotModified, Source
from bot.newsdesk import Newsdesk
from bot.store import Store, sources
from watchers.fetch import Fetcher, FetchLimits
from watchers.hosts import Hosts
from watchers.poll import Poller
from watchers.reading import Readers
from watchers.sweep import Sweep


class Seconds(NamedTuple):
    elapsed: float
    cpu: float  # of this process: the machine's other work does not show in it


@dataclass
class Clock:
    """Stands still; moved on by hand so that everything is due again."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass
class House:
    """The news door and the newsdesk over a database of their own."""

    store: Store
    fetcher: Fetcher
    sweep: Sweep
    clock: Clock
    feeds: int

    async def left(self) -> int:
        now, feeds = self.clock(), self.feeds
        return len(await self.store.read(lambda connection: sources.due(connection, now, feeds)))

    async def poll_all(self) -> Seconds:
        """Until every source has been polled and the poll been filed."""
        self.clock.at += timedelta(hours=1)
        began, spent = time.perf_counter(), time.process_time()
        for _ in range(10 + self.feeds // 100):
            await self.sweep.run_once()
            while self.sweep.under_way:
                await asyncio.sleep(0.01)
            if not await self.left():
                break
        else:
            raise TimeoutError("some sources are due for ever")
        return Seconds(time.perf_counter() - began, time.process_time() - spent)

    async def fetch_all(self) -> Seconds:
        """The conversations alone, one after another."""
        self.clock.at += timedelta(hours=1)
        now, feeds = self.clock(), self.feeds
        due = await self.store.read(lambda connection: sources.due(connection, now, feeds))
        began, spent = time.perf_counter(), time.process_time()
        for one in due:
            answer = await self.fetcher.fetch(one.source.url, one.validators)
            assert isinstance(answer, NotModified)
        return Seconds(time.perf_counter() - began, time.process_time() - spent)


async def build(stack: AsyncExitStack, folder: Path, feeds: int) -> House:
    clock = Clock(datetime.now(UTC))
    store = Store.open(f"sqlite:///{folder / 'bench.sqlite3'}")
    stack.callback(store.close)
    catalogue = [Source(f"f{n}", f"م {n}", f"F {n}", URL.format(n)) for n in range(1, feeds + 1)]
    await store.write(lambda connection: sources.enlist(connection, catalogue, clock()))
    readers, hosts = Readers(), Hosts()
    stack.push_async_callback(readers.close)
    limits = FetchLimits(connections=16)
    fetcher = await stack.enter_async_context(
        Fetcher("Rasid-benchmark", clock, limits, allow_private_addresses=True, hosts=hosts)
    )

    async def due(at: datetime, limit: int, known: Collection[str]) -> Sequence[DueSource]:
        return await store.read(lambda connection: sources.due(connection, at, limit, known))

    desk = Newsdesk(store, lambda: None, lambda _: frozenset())
    sweep = Sweep(due, Poller(fetcher, readers, desk.file, clock), clock, 16, hosts)
    return House(store, fetcher, sweep, clock, feeds)


async def measure(folder: Path, feeds: int, runs: int, profile: bool) -> tuple[Seconds, list[Seconds], list[Seconds]]:
    """Of the first poll, of the unchanged ones, and of their conversations alone."""
    async with AsyncExitStack() as stack:
        house = await build(stack, folder, feeds)
        first = await house.poll_all()
        profiler = cProfile.Profile() if profile else None
        with profiler or nullcontext():
            unchanged = [await house.poll_all() for _ in range(runs)]
        if profiler:
            pstats.Stats(profiler).sort_stats("tottime").print_stats(25)
        return first, unchanged, [await house.fetch_all() for _ in range(runs)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--rig", type=Path, default=RIG)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))  # warnings and what is worse
    process.settle()
    with tempfile.TemporaryDirectory() as name, rig(options.rig):
        unit = reference(options.feeds)
        first, unchanged, talk = asyncio.run(measure(Path(name), options.feeds, options.runs, options.profile))
    print(f"{options.feeds} feeds; F = {unit:.2f} s; medians of {options.runs} runs (min..max)")
    for what, runs in (("first poll", [first]), ("unchanged poll", unchanged), ("of it: talking", talk)):
        for kind, values in zip(("elapsed", "cpu"), zip(*runs, strict=True), strict=True):
            middle = statistics.median(values)
            spread = f"({min(values):.2f}..{max(values):.2f})"
            print(f"  {what:15} {kind:7} {middle:6.2f} s = {middle / unit:5.3f} F  {spread}")


if __name__ == "__main__":
    main()
