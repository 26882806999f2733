"""Child processes that work off tasks: killed when they take too long, replaced when they die.

Owns their limits of memory and of time, that they give way to this process, and that they never outlive it, however it
ends.
"""

import importlib
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import connection
from pathlib import Path
from typing import Any

from pebble import ProcessPool
from pebble.common.types import CONSTS

from bot.process import collect_rarely

CONSTS.term_timeout = 0.05  # seconds from pebble's SIGTERM, which our children ignore, to its SIGKILL

# Who files and sends goes first: what is read sooner only waits. On two processors the last of 1000 alerts left 7 %
# sooner for the same work (benchmarks.first_alert); 5 changed nothing, 19 no more than 10.
NICENESS = 10

Task = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Came:
    """What a task came to."""

    to: Any


@dataclass(frozen=True, slots=True)
class Died:
    """The name of what a task died of."""

    of: str


class Children:
    """They start with the first tasks; `stop` ends them.

    `number` of them; `time_limit` for one `work_off`; `memory_limit` is in bytes of address space over what a child has
    when it starts.
    """

    def __init__(self, number: int, time_limit: timedelta, memory_limit: int) -> None:
        self._number, self._time_limit, self._memory_limit = number, time_limit, memory_limit
        self._pool = self._new_pool()

    def work_off(self, tasks: list[Task]) -> Future[list[Came | Died]]:
        """What each task, which can be pickled, comes to in a child; the future has an exception where the child did
        not come back. To cancel it kills the child.

        Raises:
            RuntimeError: no pool can be had.
        """
        limit = self._time_limit.total_seconds()
        try:
            return self._pool.schedule(_work_off, args=(tasks,), timeout=limit)
        except RuntimeError:  # a child died at a moment that the pool does not survive: a new one, once
            broken, self._pool = self._pool, self._new_pool()
            threading.Thread(target=_stop, args=(broken,), daemon=True).start()
            return self._pool.schedule(_work_off, args=(tasks,), timeout=limit)

    def stop(self) -> None:
        """End the children at once. Blocks for a moment."""
        _stop(self._pool)

    def _new_pool(self) -> ProcessPool:
        return _Pool(
            max_workers=self._number,
            context=multiprocessing.get_context("spawn"),  # a fork would copy the event loop and its locks
            initializer=_prepare,
            initargs=(self._memory_limit,),
        )


class _Pool(ProcessPool):
    """Ends its children before it lets go of their locks. Pebble does it the other way round, and a child that is just
    starting then dies with a traceback, of a lock that it does not find."""

    def _stop_pool(self) -> None:
        if self._pool_manager_loop is not None:
            self._pool_manager_loop.join()  # from here on nobody starts another child
            self._pool_manager.worker_manager.force_stop_workers()  # type: ignore[no-untyped-call]
        super()._stop_pool()  # type: ignore[no-untyped-call]


def _work_off(tasks: list[Task]) -> list[Came | Died]:
    """In the child."""
    return [_attempt(task) for task in tasks]


def _attempt(task: Task) -> Came | Died:
    try:
        return Came(task())
    except Exception as error:  # noqa: BLE001  # the job boundary: a document must not spoil those beside it
        return Died(type(error).__name__)


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _prepare(memory_limit: int) -> None:
    """A child's first steps. The imports come before the limit, which is for documents."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent ends its children
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # likewise: a poll in hand must not fail because we are stopping
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    for module in ("bot.domain.articles", "bot.understanding", "watchers.parsers.feed", "watchers.parsers.jsonfeed"):
        importlib.import_module(module)
    collect_rarely()
    os.nice(NICENESS)
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
