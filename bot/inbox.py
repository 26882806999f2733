"""People's messages in: a receiver -> inbox, committed -> handlers -> handled.

python-telegram-bot's own updater tells Telegram that it has an update before anyone has handled it, so a kill loses
what a person wrote. Here an update is in the database before Telegram is told, and marked as handled only after its
handler has run. A handler may therefore run twice; handlers can bear that.

Updates of one chat are handled in their order, those of different chats side by side. How much one chat may ask is
bounded (`bot/domain/asking.py`). Which receiver brings the updates, long polling (here) or a webhook
(`bot/webhook.py`), is chosen by `bot.app`.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeGuard

import structlog
from telegram import Bot, Update
from telegram.error import BadRequest, Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from bot.domain.asking import MOST_WAITING, Allowances
from bot.domain.errors import StoreError
from bot.store import Store, inbox
from bot.store.inbox import Arrived, Pending

log = structlog.get_logger()

KINDS = ("message", "callback_query", "my_chat_member")  # what the handlers understand
BATCH = 100  # the most that getUpdates gives (Bot API)
CHATS_AT_ONCE = 64
ATTEMPTS = 8  # with the back-off between them: about two minutes
BACK_OFF = timedelta(seconds=1)  # and twice as long after each attempt
LONGEST_BACK_OFF = timedelta(seconds=64)
PAUSE_SECONDS = 3.0
MOST_SIGNIFICANT = 63  # bits of a number in the database

# Why a chat gets no answer: the messages that say so.
TOO_MANY = "too-many-commands"
GIVEN_UP = "given-up"

Payload = dict[str, Any]
Keep = Callable[[Sequence[Payload]], Awaitable[None]]

_again_after: ContextVar[list[timedelta] | None] = ContextVar("_again_after", default=None)


def ask_again(delay: timedelta) -> None:
    """Called by a handler that could not reach Telegram: run it again after `delay`."""
    delays = _again_after.get()
    if delays is not None:
        delays.append(delay)


class Receiver(Protocol):
    """Where updates come from."""

    async def run(self, keep: Keep) -> None:
        """Hand updates to `keep` until cancelled; Telegram is told of them only after it has returned.

        `keep` raises StoreError when the database refused: then Telegram must offer them again.
        """


class Inbox:
    """Receives updates and has them handled, until it is stopped. `excuse` tells a chat why it gets no answer."""

    def __init__(
        self,
        store: Store,
        receiver: Receiver,
        process: Callable[[Update], Awaitable[None]],
        clock: Callable[[], datetime],
        bot: Bot,
        excuse: Callable[[int, str], Coroutine[Any, Any, None]],
    ) -> None:
        self._store, self._receiver, self._process, self._clock = store, receiver, process, clock
        self._bot, self._excuse = bot, excuse
        self._allowances = Allowances()
        self._arrived = asyncio.Event()
        self._stopping = asyncio.Event()
        self._lanes: dict[int | None, asyncio.Task[None]] = {}
        self._excuses: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Receive and handle until `stop`; an update in the middle of its handling is finished.

        Raises: whatever broke one of the two: half an inbox is none.
        """
        receiving = asyncio.create_task(self._receiver.run(self._keep))
        handling = asyncio.create_task(self._handle())
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait([receiving, handling, stopping], return_when=asyncio.FIRST_COMPLETED)
        self.stop()
        for task in (receiving, *self._excuses):
            task.cancel()  # what the receiver was about to fetch stays with Telegram
        await handling
        with contextlib.suppress(asyncio.CancelledError):
            await receiving

    def stop(self) -> None:
        self._stopping.set()
        self._arrived.set()

    async def _keep(self, updates: Sequence[Payload]) -> None:
        arrived = [Arrived(u, chat_of(u), is_request(u)) for u in updates if not is_talk(u)]
        now = self._clock()
        kept = await self._store.write(lambda connection: inbox.keep(connection, arrived, MOST_WAITING, now))
        if kept.new:
            self._arrived.set()
        for chat_id in kept.refused:
            if self._allowances.may_tell(chat_id, now):
                log.warning("inbox.flooded")
                telling = asyncio.create_task(self._excuse(chat_id, TOO_MANY))
                self._excuses.add(telling)
                telling.add_done_callback(self._excuses.discard)

    async def _handle(self) -> None:
        while not self._stopping.is_set():
            self._arrived.clear()
            for item in await self._waiting():
                lane = asyncio.create_task(self._handle_one(item))
                self._lanes[item.chat_id] = lane
                lane.add_done_callback(partial(self._lane_is_free, item.chat_id))
            await self._wait_for_more()
        await asyncio.gather(*self._lanes.values())

    async def _waiting(self) -> list[Pending]:
        """The next update of each chat that is not being served, as many as there is room for."""
        room = CHATS_AT_ONCE - len(self._lanes)
        if room <= 0:
            return []
        now, busy = self._clock(), list(self._lanes)
        try:
            return await self._store.read(lambda connection: inbox.pending(connection, now, room, busy))
        except StoreError as error:
            log.error("store.failed", where="inbox", why=str(error))
            return []

    async def _wait_for_more(self) -> None:
        try:
            await asyncio.wait_for(self._arrived.wait(), 1)
        except TimeoutError:
            return

    def _lane_is_free(self, chat_id: int | None, _lane: asyncio.Task[None]) -> None:
        self._lanes.pop(chat_id, None)
        self._arrived.set()

    async def _handle_one(self, item: Pending) -> None:
        try:
            if (wait := self._too_early(item)) > timedelta(0):
                until = self._clock() + wait
                await self._store.write(lambda connection: inbox.postpone(connection, item, until, counts=False))
                return
            again = await self._attempt(item)
            await self._store.write(lambda connection: self._settle(connection, item, again))
        except StoreError as error:
            log.error("store.failed", where="inbox", why=str(error))
            await asyncio.sleep(PAUSE_SECONDS)

    def _too_early(self, item: Pending) -> timedelta:
        if item.chat_id is None or item.attempts or not is_request(item.payload):
            return timedelta(0)
        return self._allowances.wait(item.chat_id, self._clock())

    async def _attempt(self, item: Pending) -> timedelta | None:
        """Have it handled once; returns after how long again, if so."""
        delays: list[timedelta] = []
        _again_after.set(delays)
        await self._process_one(item)
        if not delays:
            return None
        if item.attempts + 1 < ATTEMPTS:
            return max(max(delays), back_off(item.attempts))
        log.error("update.given_up", kind=kind_of(item.payload))
        if item.chat_id is not None:
            await self._excuse(item.chat_id, GIVEN_UP)
        return None

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


class LongPolling:
    """Asks Telegram for updates (getUpdates), which keeps each until the next one is asked for."""

    def __init__(self, bot: Bot, timeout: timedelta) -> None:
        """`timeout`: how long Telegram may hold a request open."""
        self._bot, self._timeout = bot, timeout

    async def run(self, keep: Keep) -> None:
        offset: int | None = None  # none: everything that Telegram still holds
        while True:
            try:
                updates = await self._ask(offset)
                if updates:
                    await keep(updates)
                    offset = int(updates[-1]["update_id"]) + 1
            except StoreError as error:
                log.error("store.failed", where="inbox", why=str(error))
                await asyncio.sleep(PAUSE_SECONDS)
            except TelegramError as error:
                await asyncio.sleep(pause_after(error))
                if isinstance(error, Conflict) and "webhook" in str(error).lower():
                    await self._drop_webhook()

    async def _ask(self, offset: int | None) -> list[Payload]:
        # Raw, because one update of a form that the library cannot read must not block those behind it. (In small
        # letters, which the Bot API takes too, because the library insists on its own method for "getUpdates".)
        seconds = self._timeout.total_seconds()
        asked = {"offset": offset, "limit": BATCH, "timeout": round(seconds), "allowed_updates": KINDS}
        updates = await self._bot.do_api_request("getupdates", asked, read_timeout=seconds + 10)
        return [update for update in updates if is_update(update)]

    async def _drop_webhook(self) -> None:
        """Another program had Telegram deliver to an address; as long as it does, nobody may ask. Drops no update."""
        try:
            await self._bot.delete_webhook(drop_pending_updates=False)
            log.warning("telegram.webhook_dropped")
        except TelegramError as error:
            log.warning("telegram.unreachable", error=type(error).__name__)


def back_off(attempts: int) -> timedelta:
    """1, 2, 4 … seconds, at most about a minute."""
    return min(BACK_OFF * float(2**attempts), LONGEST_BACK_OFF)


def is_update(payload: object) -> TypeGuard[Payload]:
    """Whether it has what every update has: a number that fits into the database."""
    number = payload.get("update_id") if isinstance(payload, dict) else None
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**MOST_SIGNIFICANT


def kind_of(payload: Payload) -> str:
    """What an update is about: the one key beside its id (Bot API, Update)."""
    return next((key for key in payload if key != "update_id"), "empty")


def chat_of(payload: Payload) -> int | None:
    """The chat that an update belongs to, whatever its kind; None when it belongs to none."""
    content = payload.get(kind_of(payload))
    while isinstance(content, dict):
        number = chat.get("id") if isinstance(chat := content.get("chat"), dict) else None
        if isinstance(number, int) and number.bit_length() <= MOST_SIGNIFICANT:
            return int(number)
        content = content.get("message")
    return None


def is_request(payload: Payload) -> bool:
    """Whether a person asks for something: a text, or a press. What only tells (of a block, a move) is none."""
    message = payload.get("message")
    return "callback_query" in payload or (isinstance(message, dict) and "text" in message)


def is_talk(payload: Payload) -> bool:
    """Whether people of a group talk to each other: a text that is no command. It is none of our business, and is not
    even stored."""
    message = payload.get("message")
    chat_id = chat_of(payload)
    if not isinstance(message, dict) or chat_id is None or chat_id > 0:
        return False
    return isinstance(text := message.get("text"), str) and not text.startswith("/")


def pause_after(error: TelegramError) -> float:
    """How long to wait before asking Telegram again, in seconds; tells the operator what is wrong."""
    match error:
        case RetryAfter():
            asked = error.retry_after
            return asked.total_seconds() if isinstance(asked, timedelta) else float(asked)
        case Conflict():
            log.error("telegram.another_reader", why=str(error))
        case InvalidToken() | EndPointNotFound():  # the library's name for a 401, where a method is called by its name
            log.error("telegram.refuses_the_token")
        case BadRequest():
            log.error("telegram.refuses", why=str(error))
        case _:
            log.warning("telegram.unreachable", error=type(error).__name__)
    return PAUSE_SECONDS
