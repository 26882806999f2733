"""A document is read and understood in a child process, which can be killed.

Owns the children: their number, their limits of time and memory, and that they never outlive this process. What runs
in them is a pure function of its arguments. A document that breaks its reader costs one child and is a problem of its
source; the event loop never waits for a parser.
"""

import asyncio
import importlib
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import connection
from pathlib import Path

from pebble import ProcessPool
from pebble.common.types import CONSTS

from bot.domain.errors import SourceError
from bot.domain.model import Article, Document, Problem, ProblemKind, Reading, Source
from bot.understanding import Understanding

_GRACE = timedelta(seconds=20)  # for starting children, beyond the time that the readings ahead may take
CONSTS.term_timeout = 0.05  # seconds from pebble's SIGTERM, which our children ignore, to its SIGKILL
_BACKLOG = 2  # readings handed to the pool for each child: one that runs, one that waits


@dataclass(frozen=True, slots=True)
class Understood:
    """A reading, the keys of all its entries, and those entries as articles that were not known before."""

    reading: Reading
    keys: frozenset[str]
    articles: tuple[Article, ...]


Work = Callable[[Source, Document, datetime, frozenset[str]], Understood]


def understand(
    source: Source,
    document: Document,
    seen_at: datetime,
    known: frozenset[str] = frozenset(),
    understanding: Understanding = Understanding(),
) -> Understood:
    """What runs in a child: read the feed, make articles of its entries, except those whose keys are `known`."""
    from bot.domain.articles import key_of, make_article  # the parent, which imports this module too, needs none
    from watchers.parsers.feed import read_feed

    reading = read_feed(document, seen_at)
    entries = {key_of(entry): entry for entry in reading.entries}
    new = [entry for key, entry in entries.items() if key not in known]
    read = partial(understanding.read, source_area=source.area, year=seen_at.year)
    articles = tuple(make_article(entry, source.id, seen_at, read) for entry in new)
    return Understood(reading, frozenset(entries), articles)


class Readers:
    """A few children that read. They start with the first reading; `close` ends them."""

    def __init__(
        self,
        children: int = 2,
        time_limit: timedelta = timedelta(seconds=10),
        memory_limit: int = 1 << 30,
        work: Work = understand,
    ) -> None:
        """`memory_limit` is in bytes of address space over what a child has when it starts."""
        self._children = children
        self._time_limit = time_limit
        self._memory_limit = memory_limit
        self._work = work
        self._hands = asyncio.Semaphore(children * _BACKLOG)
        self._under_way: set[asyncio.Future[Understood]] = set()
        self._pool = self._new_pool()

    async def read(
        self, source: Source, document: Document, seen_at: datetime, known: frozenset[str] = frozenset()
    ) -> Understood:
        """The reading of `document`, which came from `source`; entries whose keys are `known` are not understood
        again.

        Raises:
            SourceError: `READER_FAILED` when the child ran out of time or memory, or died.
        """
        async with self._hands:
            future = asyncio.wrap_future(self._schedule(source, document, seen_at, known))
            self._under_way.add(future)
            try:
                await asyncio.wait([future], timeout=self._patience)
            finally:
                self._under_way.discard(future)
                future.cancel()  # kills the child, where it has not finished
        if future.cancelled():
            raise _failed("no answer")
        if error := future.exception():
            raise _failed(type(error).__name__) from error
        return future.result()

    async def close(self) -> None:
        """End the children at once; readings that are under way fail."""
        for future in self._under_way:
            future.cancel()
        await asyncio.to_thread(_stop, self._pool)

    @property
    def _patience(self) -> float:
        """Seconds. The pool keeps the time limit itself, but a child that dies while it takes a task from the pipe
        takes the task with it."""
        return (self._time_limit * _BACKLOG + _GRACE).total_seconds()

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._children,
            context=multiprocessing.get_context("spawn"),  # a fork would copy the event loop and its locks
            initializer=_prepare,
            initargs=(self._memory_limit,),
        )

    def _schedule(self, *arguments: Source | Document | datetime | frozenset[str]) -> Future[Understood]:
        limit = self._time_limit.total_seconds()
        try:
            return self._pool.schedule(self._work, args=arguments, timeout=limit)
        except RuntimeError:  # a child died at a moment that the pool does not survive: a new one, once
            broken, self._pool = self._pool, self._new_pool()
            threading.Thread(target=_stop, args=(broken,), daemon=True).start()
            return self._pool.schedule(self._work, args=arguments, timeout=limit)


def _failed(detail: str) -> SourceError:
    return SourceError(Problem(ProblemKind.READER_FAILED, detail))


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _prepare(memory_limit: int) -> None:
    """A child's first steps. The imports come before the limit, which is for documents."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent ends its children
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # likewise: a poll in hand must not fail because we are stopping
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    for module in ("bot.domain.articles", "bot.understanding", "watchers.parsers.feed"):
        importlib.import_module(module)
    _limit_memory(memory_limit)


def _leave_with_parent() -> None:
    """Without this a busy child outlives a killed parent, and an idle one waits on the pipe for good."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _limit_memory(memory_limit: int) -> None:
    size = Path("/proc/self/statm")
    if size.exists():  # on Linux only; elsewhere address space says nothing of memory
        now = int(size.read_text().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (now + memory_limit, hard))
