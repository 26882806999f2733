"""How long it takes until the news of many feeds are filed, matched and handed to delivery, and where the time goes.

    python -m benchmarks.poll_feeds --feeds 1000 --runs 3 --rig ../shared/bench/rig.py

The rig serves the feeds on loopback; each has a subscriber, who watches the word that its items name. Everything from
the sweep to the outbox is the bot's own, in this process and its reading children; nothing is sent. Three kinds of
polls: the first; with one new item in each feed; and with the very bytes of the poll before, from a server without
validators. Times are printed in F too: the time in which one process runs feedparser once over the same bodies, 7.9 s
where the peers were measured. A machine's speed may change within a minute, so F is measured before and after each
run, and each run is divided by its own. F and CPU do not show what else the machine does, as the elapsed time does.
The main process can use one core at a time. Memory is measured by `benchmarks.first_alert`, on the whole bot.
"""

import argparse
import asyncio
import cProfile
import os
import pstats
import statistics
import tempfile
import threading
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import ColumnElement, FromClause, func, select, update

from benchmarks.far_end import RIG, URL, ask, cpu_of, reference, rig, tree
from benchmarks.unchanged import Clock
from bot import process
from bot.domain.articles import key_of
from bot.domain.model import Document, DueSource, Source
from bot.newsdesk import Newsdesk
from bot.store import Store, sources, tables
from bot.understanding import Understanding
from bot.watchlists import Watchlists
from watchers.fetch import Fetcher, FetchLimits
from watchers.hosts import Hosts
from watchers.parsers.known import Known, entry_digest
from watchers.poll import Poller
from watchers.reading import Readers, understand
from watchers.sweep import Sweep

Spent = dict[str, float]  # seconds: elapsed, of CPU by whose they are, and F beside them
PROFILER = cProfile.Profile()
OWN = {"MainThread": "event loop", "store-writer": "filing"}


def readers_of(process: int, rig_process: int) -> list[int]:
    return [member for member in tree(process) if member not in (process, rig_process)]


def spent_so_far(rig_process: int) -> Spent:
    spent = {"elapsed": time.perf_counter(), "event loop": 0.0, "filing": 0.0, "other threads": 0.0}
    names = {thread.native_id: thread.name for thread in threading.enumerate()}
    for path in Path("/proc/self/task").iterdir():
        spent[OWN.get(names.get(int(path.name), ""), "other threads")] += cpu_of(path / "stat")
    spent["main process"] = sum(spent[part] for part in ("event loop", "filing", "other threads"))
    spent["children"] = sum(cpu_of(Path(f"/proc/{child}/stat")) for child in readers_of(os.getpid(), rig_process))
    return spent


@dataclass(frozen=True)
class House:
    store: Store
    sweep: Sweep
    clock: Clock
    feeds: int

    async def poll_all(self, rig_process: int) -> Spent:
        """Until every source has been polled and the poll been filed."""
        self.clock.at += timedelta(hours=1)
        before, filed = spent_so_far(rig_process), 0
        while filed < self.feeds:
            await self.sweep.run_once()
            while self.sweep.under_way:
                await asyncio.sleep(0.02)
            filed = await self.count(tables.sources, tables.sources.c.polled_at == self.clock())
            if time.perf_counter() - before["elapsed"] > 300:
                raise TimeoutError(f"{filed} of {self.feeds} polls filed")
        after = spent_so_far(rig_process)
        return {part: after[part] - before[part] for part in before}

    async def count(self, table: FromClause, *conditions: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(table).where(*conditions)
        return await self.store.read(lambda connection: connection.execute(query).scalar_one())

    async def measured(self, rig_process: int) -> Spent:
        before = await asyncio.to_thread(reference, self.feeds)
        spent = await self.poll_all(rig_process)
        return spent | {"F": (before + await asyncio.to_thread(reference, self.feeds)) / 2}

    async def forget_validators(self) -> None:
        change = update(tables.sources).values(etag=None, last_modified=None)
        await self.store.write(lambda connection: connection.execute(change))


@asynccontextmanager
async def house(folder: Path, feeds: int) -> AsyncIterator[House]:
    clock, hosts, understanding = Clock(datetime.now(UTC)), Hosts(), Understanding()
    store = Store.open(f"sqlite:///{folder / 'bench.sqlite3'}")
    lists = Watchlists(store, clock, watches_per_chat=10, language="ar")
    await asyncio.gather(*(lists.watch(chat, word) for chat, word in enumerate(ask(f"/names?n={feeds}"), 1)))
    catalogue = [Source(f"f{n}", f"م {n}", f"F {n}", URL.format(n)) for n in range(1, feeds + 1)]
    await store.write(lambda connection: sources.enlist(connection, catalogue, clock()))
    desk = Newsdesk(store, lambda: None, understanding.places.codes_named)
    await desk.open(clock())
    readers = Readers(work=partial(understand, understanding=understanding))

    async def due(at: datetime, limit: int, known: Collection[str]) -> Sequence[DueSource]:
        return await store.read(lambda connection: sources.due(connection, at, limit, known))

    fetcher = Fetcher("Rasid-benchmark", clock, FetchLimits(), allow_private_addresses=True, hosts=hosts)
    sweep = Sweep(due, Poller(fetcher, readers, desk.file, clock), clock, hosts=hosts)
    async with fetcher:
        yield House(store, sweep, clock, feeds)
        await sweep.drain(timedelta(seconds=10))
        await readers.close()
    store.close()


def publish(version: int, feeds: int) -> None:
    """One new item in each feed; and the rig gets them ready, which takes it longer than serving them."""
    ask(f"/ctl?ver={version}")
    for number in range(1, feeds + 1):
        urllib.request.urlopen(URL.format(number)).close()


async def measure(folder: Path, feeds: int, runs: int, rig_process: int, profile: str | None) -> dict[str, list[Spent]]:
    found: dict[str, list[Spent]] = {"first poll": [], "one new item": [], "the same bytes": []}
    async with house(folder, feeds) as bot:
        found["first poll"].append(await bot.measured(rig_process))
        if profile == "filing":
            await bot.store.write(lambda _: PROFILER.enable())  # in the thread that files
        elif profile:
            PROFILER.enable()
        for version in range(1, runs + 1):
            await asyncio.to_thread(publish, version, feeds)
            found["one new item"].append(await bot.measured(rig_process))
            articles, alerts = await bot.count(tables.articles), await bot.count(tables.alerts)
            # What is new in a feed may belong to a story that its subscriber has been told before.
            if articles != (20 + version) * feeds or alerts < feeds:
                raise AssertionError(f"{articles} articles, {alerts} alerts")
        if profile == "filing":
            await bot.store.write(lambda _: PROFILER.disable())
        if profile:
            PROFILER.disable()
            pstats.Stats(PROFILER).sort_stats("cumulative").print_stats(60)
        for _ in range(runs):
            await bot.forget_validators()
            found["the same bytes"].append(await bot.measured(rig_process))
    return found


def read_by_hand(feeds: int) -> None:
    """The children's work, a step at a time, in this process: milliseconds a feed."""
    from watchers.parsers.feed import read_news

    now, understanding, source = datetime.now(UTC), Understanding(), Source("f", "م", "F", "http://127.0.0.1/")
    known: list[Known] = []
    bodies = [bytes(urllib.request.urlopen(URL.format(number)).read()) for number in range(1, min(feeds, 200) + 1)]
    documents = [Document(body, "application/rss+xml", "utf-8", "http://127.0.0.1/") for body in bodies]
    for document in documents:
        news = read_news(document, now, Known())
        digests = [entry_digest(key_of(entry), entry) for entry in news.reading.entries]
        first, *others = zip(news.items, digests, strict=True)
        known.append(Known(news.context, b"".join(item + entry for item, entry in others)))
        assert first
    pairs = list(zip(documents, known, strict=True))
    understand(source, *pairs[0][:1], now, pairs[0][1], understanding)  # loads what is loaded late

    def timed(what: str, work: Callable[[Document, Known], object]) -> None:
        began = time.process_time()
        for document, before in pairs:
            work(document, before)
        print(f"  {what:34} {(time.process_time() - began) / len(pairs) * 1000:6.2f} ms a feed")

    timed("reading the whole feed", lambda document, _: read_news(document, now, Known()))
    timed("reading what is new in it", lambda document, before: read_news(document, now, before))
    timed("and understanding the one new item", lambda d, before: understand(source, d, now, before, understanding))


def show(found: dict[str, list[Spent]]) -> None:
    for what, runs in found.items():
        print(what)
        for part in runs[0]:
            values = sorted(run[part] for run in runs)
            share = statistics.median(run[part] / run["F"] for run in runs)
            print(
                f"  {part:14} {statistics.median(values):6.2f} s = {share:5.3f} F  ({values[0]:.2f}..{values[-1]:.2f})"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rig", type=Path, default=RIG)
    parser.add_argument("--profile", choices=("filing", "loop"), help="of that thread, by cumulative time")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))  # warnings and what is worse
    process.settle()
    with tempfile.TemporaryDirectory() as name, rig(options.rig):
        (rig_process,) = (child for child in tree(os.getpid()) if child != os.getpid())
        print(f"{options.feeds} feeds; load {os.getloadavg()[0]:.1f}; medians of {options.runs} runs (min..max)")
        read_by_hand(options.feeds)
        found = asyncio.run(measure(Path(name), options.feeds, options.runs, rig_process, options.profile))
        show(found)


if __name__ == "__main__":
    main()
