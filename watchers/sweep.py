"""Which polls are under way: all that are due, none twice, a few at a time, one per host.

Owns concurrency and manners. A sweep only starts polls and returns, so a slow source delays no other; what it starts
is remembered until it ends. Losing or repeating a sweep loses nothing: what is due stays due until a poll is filed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

import structlog

from bot.domain.model import DueSource
from watchers.poll import Clock, Poller

_log = structlog.get_logger()
_ENOUGH_UNDER_WAY = 500  # then looking for more would only cost; they wait for their turn anyway
_REST = timedelta(seconds=30)  # after a poll that could not be filed, or we would ask its server again every second


class Sweep:
    """Polls what `due` names: at most so many sources, the longest waiting first.

    `concurrency` bounds the polls between their first byte and their filing, and so the documents in memory; polls
    that wait for their host's turn do not count.
    """

    def __init__(
        self,
        due: Callable[[datetime, int], Awaitable[Sequence[DueSource]]],
        poller: Poller,
        clock: Clock,
        concurrency: int = 50,
    ) -> None:
        self._due = due
        self._poller = poller
        self._clock = clock
        self._slots = asyncio.Semaphore(concurrency)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._polls: dict[str, asyncio.Task[None]] = {}
        self._resting: dict[str, datetime] = {}
        self._draining = False

    async def run_once(self) -> None:
        """Start a poll of every source that is due and not being polled; does not wait for them."""
        now = self._clock()
        if len(self._polls) >= _ENOUGH_UNDER_WAY:
            return
        # Those being polled are still due, and come first.
        for due in await self._due(now, len(self._polls) + _ENOUGH_UNDER_WAY):
            self._start(due, now)

    async def drain(self, timeout: timedelta) -> None:
        """Start nothing more, let the polls under way finish, cancel those that have not after `timeout`."""
        self._draining = True
        if polls := tuple(self._polls.values()):
            _, late = await asyncio.wait(polls, timeout=timeout.total_seconds())
            for poll in late:
                poll.cancel()
            await asyncio.wait(polls)

    def _start(self, due: DueSource, now: datetime) -> None:
        name = due.source.id
        if self._draining or name in self._polls or self._resting.get(name, now) > now:
            return
        self._polls[name] = task = asyncio.create_task(self._poll(due), name=f"poll {name}")
        task.add_done_callback(lambda done: self._ended(name, done))

    async def _poll(self, due: DueSource) -> None:
        async with AsyncExitStack() as hands:
            async with self._turn(due.source.url):
                await hands.enter_async_context(self._slots)
                if self._draining:
                    return
                fetched = await self._poller.fetch(due)
            await self._poller.conclude(due, fetched)

    def _turn(self, url: str) -> asyncio.Lock:
        """One conversation at a time with each host."""
        host = url.lower().split("/", 3)[2:3]  # an address that is none shares the turn of its kind
        return self._turns.setdefault("".join(host), asyncio.Lock())

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        del self._polls[name]
        self._resting.pop(name, None)
        if not task.cancelled() and (error := task.exception()):
            self._resting[name] = self._clock() + _REST
            _log.error("poll.crashed", source=name, exc_info=error)
