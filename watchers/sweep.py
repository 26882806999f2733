"""Which polls are under way: all that are due, none twice, a few at a time, one per host.

Owns concurrency and fairness. A sweep only starts polls and returns, so a slow source delays no other; what it starts
is remembered until it ends. Losing or repeating a sweep loses nothing: what is due stays due until a poll is filed.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.model import Document, DueSource
from watchers.hosts import Hosts, host_of
from watchers.poll import Clock, Poller

_log = structlog.get_logger()
_AT_A_TIME = 500  # sources that one sweep finds, beyond those that wait already
_ENOUGH_WAITING = 10_000  # then looking for more would only cost; a waiting source is half a kilobyte
_MARK = 0.1  # seconds
_REST = timedelta(seconds=30)  # after a poll that could not be filed, or we would ask its server again every second

Due = Callable[[datetime, int, Collection[str]], Awaitable[Sequence[DueSource]]]


class Sweep:
    """Polls what `due` names: at most so many sources at once, the longest waiting first.

    Each host has a line of its own, which one task walks, so that a slow host with many sources holds up nobody else.
    `concurrency` bounds the polls between their first byte and their filing, and so the documents in memory; polls
    that wait for their host do not count.
    """

    def __init__(
        self,
        due: Due,
        poller: Poller,
        clock: Clock,
        concurrency: int = 50,
        hosts: Hosts | None = None,
    ) -> None:
        """`due`: the first so many that are due, without those of some ids. `hosts`: the turns that the poller's
        fetcher takes."""
        self._due = due
        self._poller = poller
        self._clock = clock
        self._hosts = hosts or Hosts()
        self._slots = asyncio.Semaphore(concurrency)
        self._lines: dict[str, deque[DueSource]] = {}
        self._known: set[str] = set()  # those in a line and those being polled
        self._tasks: set[asyncio.Task[None]] = set()
        self._resting: dict[str, datetime] = {}
        self._draining = False

    @property
    def under_way(self) -> int:
        """How many sources wait for their host or are being polled."""
        return len(self._known)

    async def run_once(self) -> None:
        """Start a poll of every source that is due and not being polled; does not wait for them."""
        now = self._clock()
        if self._draining or len(self._known) >= _ENOUGH_WAITING:
            return
        # Those that wait or are being polled are still due, and come first.
        for due in await self._due(now, len(self._known) + _AT_A_TIME, frozenset(self._known)):
            if due.source.id not in self._known and self._resting.get(due.source.id, now) <= now:
                self._enqueue(due)

    async def drain(self, timeout: timedelta) -> None:
        """Start nothing more, let the polls under way finish, cancel those that have not after `timeout`."""
        self._draining = True
        for line in self._lines.values():
            line.clear()
        if tasks := tuple(self._tasks):
            _, late = await asyncio.wait(tasks, timeout=timeout.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.wait(tasks)

    def _enqueue(self, due: DueSource) -> None:
        if self._draining:
            return
        self._known.add(due.source.id)
        host = host_of(due.source.url)
        if host in self._lines:
            self._lines[host].append(due)
        else:
            self._lines[host] = deque([due])
            self._start(self._walk(host), f"line of {host}")

    async def _walk(self, host: str) -> None:
        """Poll the sources in a host's line, each as soon as the one before has been fetched."""
        line = self._lines[host]
        try:
            while line:
                await self._hosts.ready(line[0].source.url)
                await self._slots.acquire()
                if not line:  # drained meanwhile
                    self._slots.release()
                    return
                due, fetched = line.popleft(), asyncio.Event()
                poll = self._start(self._poll(due, fetched), f"poll {due.source.id}")
                poll.add_done_callback(partial(self._ended, due.source.id))
                await fetched.wait()
        finally:
            del self._lines[host]

    async def _poll(self, due: DueSource, fetched: asyncio.Event) -> None:
        """Holds a slot, which was taken for it, while there may be a document in memory."""
        async with AsyncExitStack() as slot:
            slot.callback(self._slots.release)
            try:
                answer = await self._poller.fetch(due)
            finally:
                fetched.set()
            if not isinstance(answer.brought, Document):
                await slot.aclose()
                await _next_mark()
            await self._poller.conclude(due, answer)

    def _ended(self, name: str, poll: asyncio.Task[None]) -> None:
        self._known.discard(name)
        self._resting.pop(name, None)
        if not poll.cancelled() and (error := poll.exception()):
            self._resting[name] = self._clock() + _REST
            _log.error("poll.crashed", source=name, exc_info=error)

    def _start(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _next_mark() -> None:
    """Waits until a full tenth of a second, so that polls that brought nothing are filed together: in one commit."""
    now = asyncio.get_running_loop().time()
    await asyncio.sleep((now // _MARK + 1) * _MARK - now)
