"""Replies wait here for their turn: they count towards the pace of the chat and of the bot, as alerts do.

Owns the waiting; when a turn is, `bot/domain/turns.py` decides. One line for all chats, in which a chat that has to
wait on its own account holds nobody up.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain.pacing import Rates, Spacing
from bot.domain.turns import Turn
from bot.store import Store, turns

PATIENCE = timedelta(seconds=5)  # a longer wait is spent in the inbox, where it holds no place


class NotNow(Exception):
    """A reply cannot go within our patience; what asked for it is to be handled again after `delay`."""

    def __init__(self, delay: timedelta) -> None:
        super().__init__("not now")
        self.delay = delay


class Turns:
    """`rates` are asked each time, since what Telegram takes is learned. `spacing` is shared with the alerts."""

    def __init__(
        self, store: Store, rates: Callable[[], Rates], clock: Callable[[], datetime], spacing: Spacing | None = None
    ) -> None:
        self._store, self._rates, self._clock = store, rates, clock
        self._spacing = spacing or Spacing()
        self._line = asyncio.Lock()  # first come, first served

    async def take(self, chat_id: int) -> None:
        """Wait until a message to this chat may go.

        Raises:
            NotNow: that is too long from now.
            StoreError: the database refused.
        """
        while True:
            async with self._line:
                turn = await self._ask(chat_id)
                while not turn.changes and not turn.of_chat:
                    await self._until(turn.at)
                    turn = await self._ask(chat_id)
            await self._until(turn.at)
            if turn.changes:
                wait = self._spacing.reserve(self._rates(), chat_id, self._clock())
                await asyncio.sleep(wait.total_seconds())
                return

    async def refused(self, chat_id: int, delay: timedelta, whole_bot: bool) -> None:
        """Telegram asked the chat, or the whole bot, to be quiet for `delay`. Raises: StoreError."""
        now = self._clock()
        await self._store.write(lambda c: turns.refused(c, chat_id, delay, whole_bot, now))

    async def _ask(self, chat_id: int) -> Turn:
        return await self._store.write(lambda c: turns.take(c, chat_id, self._rates(), self._clock()))

    async def _until(self, instant: datetime) -> None:
        wait = instant - self._clock()
        if wait > PATIENCE:
            raise NotNow(wait)
        await asyncio.sleep(max(wait.total_seconds(), 0))
