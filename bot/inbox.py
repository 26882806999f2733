"""People's messages in: getUpdates -> inbox, committed -> handlers -> handled.

python-telegram-bot's own updater tells Telegram that it has an update before anyone has handled it, so a kill loses
what a person wrote. Here an update is in the database before Telegram is told (by the next getUpdates), and marked as
handled only after its handler has run. A handler may therefore run twice; handlers can bear that.

Updates of one chat are handled in their order, those of different chats side by side.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from telegram import Bot, Update
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from bot.domain.errors import StoreError
from bot.store import Store, inbox
from bot.store.inbox import Pending

log = structlog.get_logger()

KINDS = ("message", "callback_query", "my_chat_member")  # what the handlers understand
BATCH = 100  # the most that getUpdates gives (Bot API)
CHATS_AT_ONCE = 8
ATTEMPTS = 5  # a reply that cannot be sent is tried for about a minute
PAUSE_SECONDS = 3.0

_again_after: ContextVar[list[timedelta] | None] = ContextVar("_again_after", default=None)


def ask_again(delay: timedelta) -> None:
    """Called by a handler that could not reach Telegram: run it again after `delay`."""
    delays = _again_after.get()
    if delays is not None:
        delays.append(delay)


class Inbox:
    """Receives updates and has them handled, until it is stopped."""

    def __init__(
        self,
        store: Store,
        bot: Bot,
        process: Callable[[Update], Awaitable[None]],
        clock: Callable[[], datetime],
        poll_timeout: timedelta,
    ) -> None:
        self._store, self._bot, self._process, self._clock = store, bot, process, clock
        self._poll_timeout = poll_timeout
        self._arrived = asyncio.Event()
        self._stopping = asyncio.Event()
        self._lanes: dict[int | None, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Receive and handle until `stop`; an update in the middle of its handling is finished.

        Raises: whatever broke one of the two: half an inbox is none.
        """
        receiving = asyncio.create_task(self._receive())
        handling = asyncio.create_task(self._handle())
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait([receiving, handling, stopping], return_when=asyncio.FIRST_COMPLETED)
        self.stop()
        receiving.cancel()  # what it was about to fetch stays with Telegram
        await handling
        with contextlib.suppress(asyncio.CancelledError):
            await receiving

    def stop(self) -> None:
        self._stopping.set()
        self._arrived.set()

    async def _receive(self) -> None:
        offset: int | None = None  # none: everything that Telegram still holds
        while True:
            try:
                offset = await self._receive_once(offset)
            except StoreError as error:
                log.error("store.failed", where="inbox", why=str(error))
                await asyncio.sleep(PAUSE_SECONDS)
            except TelegramError as error:
                await asyncio.sleep(_after(error))
                if isinstance(error, Conflict) and "webhook" in str(error).lower():
                    await self._drop_webhook()

    async def _drop_webhook(self) -> None:
        """Another program had Telegram deliver to an address; as long as it does, nobody may ask. Drops no update."""
        try:
            await self._bot.delete_webhook(drop_pending_updates=False)
            log.warning("telegram.webhook_dropped")
        except TelegramError as error:
            log.warning("telegram.unreachable", error=type(error).__name__)

    async def _receive_once(self, offset: int | None) -> int | None:
        # Raw, because one update of a form that the library cannot read must not block those behind it. (In small
        # letters, which the Bot API takes too, because the library insists on its own method for "getUpdates".)
        updates: list[dict[str, Any]] = await self._bot.do_api_request(
            "getupdates",
            {
                "offset": offset,
                "limit": BATCH,
                "timeout": round(self._poll_timeout.total_seconds()),
                "allowed_updates": KINDS,
            },
            read_timeout=self._poll_timeout.total_seconds() + 10,
        )
        if not updates:
            return offset
        rows = [(update, chat_of(update)) for update in updates]
        now = self._clock()
        await self._store.write(lambda connection: inbox.keep(connection, rows, now))
        self._arrived.set()
        return int(updates[-1]["update_id"]) + 1

    async def _handle(self) -> None:
        while not self._stopping.is_set():
            self._arrived.clear()
            for lane in await self._waiting_lanes():
                chat_id = lane[0].chat_id
                task = asyncio.create_task(self._handle_lane(lane))
                self._lanes[chat_id] = task
                task.add_done_callback(partial(self._lane_is_free, chat_id))
            await self._wait_for_more()
        await asyncio.gather(*self._lanes.values())

    async def _waiting_lanes(self) -> list[list[Pending]]:
        """The updates that wait, one list for each chat that is not being served, in their order."""
        room = CHATS_AT_ONCE - len(self._lanes)
        if room <= 0:
            return []
        now, busy = self._clock(), list(self._lanes)
        try:
            waiting = await self._store.read(lambda connection: inbox.pending(connection, now, BATCH, busy))
        except StoreError as error:
            log.error("store.failed", where="inbox", why=str(error))
            return []
        lanes: dict[int | None, list[Pending]] = defaultdict(list)
        for item in waiting:
            lanes[item.chat_id].append(item)
        return list(lanes.values())[:room]

    async def _wait_for_more(self) -> None:
        try:
            await asyncio.wait_for(self._arrived.wait(), 1)
        except TimeoutError:
            return

    def _lane_is_free(self, chat_id: int | None, _lane: asyncio.Task[None]) -> None:
        self._lanes.pop(chat_id, None)
        self._arrived.set()

    async def _handle_lane(self, lane: Sequence[Pending]) -> None:
        for item in lane:
            if self._stopping.is_set() or not await self._handle_one(item):
                return  # the rest of this chat waits behind it, in order

    async def _handle_one(self, item: Pending) -> bool:
        """Returns whether the chat may go on with its next update."""
        delays: list[timedelta] = []
        _again_after.set(delays)
        try:
            await self._process_one(item)
            again = max(delays, default=None) if item.attempts + 1 < ATTEMPTS else None
            await self._store.write(lambda connection: self._settle(connection, item, again))
        except StoreError as error:
            log.error("store.failed", where="inbox", why=str(error))
            await asyncio.sleep(PAUSE_SECONDS)
            return False
        return again is None

    async def _process_one(self, item: Pending) -> None:
        try:
            update = Update.de_json(item.payload, self._bot)
            await self._process(update)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  # the update boundary: a poisoned one must not come back for ever
            log.error("update.failed", kind=kind_of(item.payload), error=type(error).__name__)
            return
        if kind_of(item.payload) not in KINDS:
            log.info("update.ignored", kind=kind_of(item.payload))

    def _settle(self, connection: Any, item: Pending, again: timedelta | None) -> None:
        now = self._clock()
        if again is None:
            inbox.mark_handled(connection, item, now)
        else:
            inbox.postpone(connection, item, now + again)


def kind_of(payload: dict[str, Any]) -> str:
    """What an update is about: the one key beside its id (Bot API, Update)."""
    return next((key for key in payload if key != "update_id"), "empty")


def chat_of(payload: dict[str, Any]) -> int | None:
    """The chat that an update belongs to, whatever its kind; None when it belongs to none."""
    content = payload.get(kind_of(payload))
    while isinstance(content, dict):
        if isinstance(chat := content.get("chat"), dict) and isinstance(chat.get("id"), int):
            return int(chat["id"])
        content = content.get("message")
    return None


def _after(error: TelegramError) -> float:
    """How long to wait before asking Telegram again, in seconds."""
    match error:
        case RetryAfter():
            asked = error.retry_after
            return asked.total_seconds() if isinstance(asked, timedelta) else float(asked)
        case Conflict():
            log.error("telegram.another_reader", why=str(error))
        case InvalidToken() | EndPointNotFound():  # the library's name for a 401, where a method is called by its name
            log.error("telegram.refuses_the_token")
        case _:
            log.warning("telegram.unreachable", error=type(error).__name__)
    return PAUSE_SECONDS
