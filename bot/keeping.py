"""Keeping the house: what has had its time is erased, in steps so short that nobody waits for them.

What is erased, and what stays, is `bot.store.housekeeping`; here is only the pace. A step that took longer than it
should makes the next one smaller, and between two steps the database is left to the others for as long as one took.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter

import structlog
from sqlalchemy import Connection

from bot.domain.steps import resized
from bot.store import Store, housekeeping
from bot.store.housekeeping import Place, Swept

log = structlog.get_logger()

STEP = 0.010  # seconds that the statements of one step should take; its commit takes about as long
SMALLEST, LARGEST = 10, 100  # rows in a step; with 500 the longest waits are half as long again (benchmarks)

Chore = Callable[[Connection, Place | None, int], Swept]


class Housekeeper:
    """Erases news after `articles_for` and chats that have left after `gone_chats_for`."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime], articles_for: timedelta, gone_chats_for: timedelta
    ) -> None:
        self._store, self._clock = store, clock
        self._articles_for, self._gone_chats_for = articles_for, gone_chats_for
        self._most = SMALLEST

    async def keep(self) -> None:
        """Erase all that is due. Can be cancelled between any two steps. Raises: StoreError."""
        now = self._clock()
        await self._store.write(lambda c: housekeeping.note_departures(c, now))
        rows = sum([await self._finish(chore) for chore in self._chores(now)])
        if rows:
            log.info("house.kept", rows=rows)

    def _chores(self, now: datetime) -> tuple[Chore, ...]:
        news, chats = now - self._articles_for, now - self._gone_chats_for
        return (
            lambda c, place, most: housekeeping.passed_instants(c, now, most),
            lambda c, place, most: housekeeping.handled_updates(c, now, most),
            lambda c, place, most: housekeeping.expired_edits(c, now, most),
            lambda c, place, most: housekeeping.gone_chats(c, chats, most),
            lambda c, place, most: housekeeping.old_news(c, news, place, most),
        )

    async def _finish(self, chore: Chore) -> int:
        """Do a chore step by step until nothing of it is left; returns how many rows were erased."""
        rows, swept = 0, Swept(0, True)
        while swept.more:
            swept, took = await self._store.write(partial(_timed, chore, swept.place, self._most))
            rows += swept.rows
            self._most = resized(self._most, took, STEP, SMALLEST, LARGEST)
            await asyncio.sleep(took)
        return rows


def _timed(chore: Chore, place: Place | None, most: int, connection: Connection) -> tuple[Swept, float]:
    began = perf_counter()
    swept = chore(connection, place, most)
    return swept, perf_counter() - began
