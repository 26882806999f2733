"""Which polls are under way: all that are due, none twice, a few at a time, one per host.

Owns concurrency and fairness. A sweep only starts polls and returns, so a slow source delays no other; what it starts
is remembered until it ends. Losing or repeating a sweep loses nothing: what is due stays due until a poll is filed.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.model import Document, DueSource
from watchers.fetch import Answer
from watchers.hosts import Hosts, host_of
from watchers.poll import Clock, Poller

_log = structlog.get_logger()
_AT_A_TIME = 1_000  # sources that one sweep finds, beyond those that wait already
_ENOUGH_WAITING = 10_000  # then looking for more would only cost; a waiting source is half a kilobyte
_MARK = 0.05  # seconds
_REST = timedelta(seconds=30)  # after a poll that could not be filed, or we would ask its server again every second

Due = Callable[[datetime, int, Collection[str]], Awaitable[Sequence[DueSource]]]


class Sweep:
    """Polls what `due` names: at most so many sources at once, the longest waiting first.

    Each host has a line of its own, which one task walks (a few, where it may be asked more than one thing at a time),
    so that a slow host with many sources holds up nobody else.
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
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                await self._idle()
        except TimeoutError:
            for task in self._tasks:
                task.cancel()
            await self._idle()

    async def _idle(self) -> None:
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def _enqueue(self, due: DueSource) -> None:
        if self._draining:
            return
        self._known.add(due.source.id)
        host = host_of(due.source.url)
        if host in self._lines:
            self._lines[host].append(due)
            return
        self._lines[host] = deque([due])
        for _ in range(self._hosts.at_a_time(due.source.url)):
            self._start(self._walk(host, self._lines[host]), f"line of {host}")

    async def _walk(self, host: str, line: deque[DueSource]) -> None:
        """Poll the sources in a host's line, each as soon as the one before has been fetched."""
        try:
            while line:
                await self._hosts.ready(line[0].source.url)
                await self._slots.acquire()
                if not line:  # drained meanwhile, or somebody else walks it too
                    self._slots.release()
                    return
                await self._poll(line.popleft())
        finally:
            if self._lines.get(host) is line:
                del self._lines[host]

    async def _poll(self, due: DueSource) -> None:
        """Returns when the source has been fetched; what is left to do then is a task of its own.

        Holds a slot, which was taken for it, while there may be a document in memory.
        """
        try:
            answer = await self._poller.fetch(due)
        except BaseException as error:
            self._slots.release()
            self._ended(due, error)
            if isinstance(error, Exception):
                return
            raise
        holds_slot = isinstance(answer.brought, Document)
        if not holds_slot:
            self._slots.release()
        conclusion = self._start(self._conclude(due, answer), f"poll {due.source.id}")
        conclusion.add_done_callback(partial(self._concluded, due, holds_slot))

    async def _conclude(self, due: DueSource, answer: Answer) -> None:
        if not isinstance(answer.brought, Document):
            await _next_mark()
        await self._poller.conclude(due, answer)

    def _concluded(self, due: DueSource, holds_slot: bool, conclusion: asyncio.Task[None]) -> None:
        if holds_slot:
            self._slots.release()
        self._ended(due, None if conclusion.cancelled() else conclusion.exception())

    def _ended(self, due: DueSource, error: BaseException | None) -> None:
        name = due.source.id
        self._known.discard(name)
        self._resting.pop(name, None)
        if isinstance(error, Exception):
            self._resting[name] = self._clock() + _REST
            _log.error("poll.crashed", source=name, exc_info=error)

    def _start(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _next_mark() -> None:
    """Waits until a full twentieth of a second: polls that brought nothing are filed together, in one commit."""
    now = asyncio.get_running_loop().time()
    await asyncio.sleep((now // _MARK + 1) * _MARK - now)
