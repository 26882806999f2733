"""What ails the sources, brought to the operators: open notices, gathered into one message for each of their chats.

Owns the sending alone; what is a notice, and to whom it has gone, is in the database (`bot/store/notices.py`). A kill
between the sending and its record sends that message once more.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain.i18n import Messages, Translations
from bot.domain.markup import Html, bold, escape, isolate, lines
from bot.domain.model import Message
from bot.domain.outcomes import Halted, Moved, Outcome, Retry, Sent
from bot.domain.source_words import condition_told, in_direction
from bot.store import Store, notices, watchlists
from bot.store.notices import Notice

log = structlog.get_logger()

IN_A_MESSAGE = 20  # notices: below 4096 letters, with names and details as long as they may be


class Bulletin:
    """`send` sends a message when it is its chat's turn; it answers `Retry` when that is not now."""

    def __init__(
        self,
        store: Store,
        send: Callable[[Message], Awaitable[Outcome]],
        translations: Translations,
        operators: Collection[int],
        clock: Callable[[], datetime],
        language: str = "ar",
    ) -> None:
        """`language`: of operators' chats that have chosen none."""
        self._store, self._send, self._translations = store, send, translations
        self._operators, self._clock, self._language = tuple(operators), clock, language

    async def deliver(self) -> None:
        """Tell each operator what he has not been told. To be called every minute or so. Raises: StoreError."""
        waiting = await self._store.read(notices.waiting)
        if waiting and not self._operators:
            await self._store.write(lambda c: notices.close_all(c, self._clock()))
            return
        for chat_id in self._operators:
            due = [notice for notice in waiting if chat_id not in notice.told]
            for at in range(0, len(due), IN_A_MESSAGE):
                if not await self._tell(chat_id, due[at : at + IN_A_MESSAGE]):
                    break

    async def _tell(self, chat_id: int, due: Sequence[Notice]) -> bool:
        """False: later."""
        language = await self._store.read(lambda c: watchlists.language_of(c, chat_id)) or self._language
        now = self._clock()
        message = Message(chat_id, told(due, now, self._translations[language]))
        outcome = await self._send(message)
        if isinstance(outcome, Moved):  # a group that has another id now: the settings still name the old one
            outcome = await self._send(replace(message, chat_id=outcome.chat_id))
        if isinstance(outcome, Retry | Halted):
            return False
        if not isinstance(outcome, Sent):  # it will never be taken, and is in the log
            log.warning("notices.not_sent", outcome=type(outcome).__name__)
        await self._store.write(lambda c: notices.mark_told(c, due, chat_id, self._operators, self._clock()))
        return True


def told(due: Sequence[Notice], now: datetime, messages: Messages) -> Html:
    """The message: one line for each notice."""
    html = lines(messages.html("notices-head"), *(_line(notice, now, messages) for notice in due))
    return in_direction(html, messages)


def _line(notice: Notice, now: datetime, messages: Messages) -> Html:
    name = bold(isolate(escape(notice.name_ar if messages.language == "ar" else notice.name_en)))
    what = condition_told(
        notice.condition,
        notice.detail,
        messages,
        now,
        problem=notice.problem,
        good_at=notice.good_at,
        last_item_at=notice.last_item_at,
    )
    return Html(f"• {name}: {what}")
