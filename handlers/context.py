"""What a handler has at hand: the services, the chat, and how to answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from telegram import CallbackQuery, InaccessibleMessage, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import BadRequest, Forbidden
from telegram.ext import Application, CallbackContext, ExtBot

from bot.analysis import Analyst
from bot.domain.errors import UserError
from bot.domain.i18n import Messages, Translations
from bot.domain.markup import Html
from bot.domain.model import Button, Message
from bot.domain.outcomes import Gone, Halted, Lost, Moved, Outcome, Rejected, Retry, Sent
from bot.notifier import Notifier
from bot.sourcing import Sourcing
from bot.turns import NotNow, Turns
from bot.watchlists import Watchlists

log = structlog.get_logger()

Rows = tuple[tuple[Button, ...], ...]
Send = Callable[[Message], Awaitable[Outcome]]

TRIES = 3  # of one reply, while Telegram asks for a short wait or tells of a move
SOON = timedelta(seconds=2)
# What Telegram says to the answer of a press that reached us late, or was answered already.
TOO_LATE = ("query is too old", "query id is invalid", "query_id_invalid")


class ReplyRefused(Exception):
    """Telegram will never take this reply: a defect of ours."""


@dataclass(frozen=True, slots=True)
class Services:
    watchlists: Watchlists
    translations: Translations
    analyst: Analyst
    turns: Turns | None = None  # none: replies wait for nobody
    sourcing: Sourcing | None = None


class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """python-telegram-bot's context, with our services on it."""

    @property
    def services(self) -> Services:
        services: Services = self.bot_data["services"]
        return services

    @property
    def watchlists(self) -> Watchlists:
        return self.services.watchlists

    @property
    def sourcing(self) -> Sourcing:
        assert self.services.sourcing is not None, "bot.app gives one"
        return self.services.sourcing

    async def messages(self, update: Update) -> Messages:
        """The messages in the language of the chat."""
        return self.services.translations[await self.watchlists.language(chat_id(update))]

    async def reply(self, update: Update, html: Html, buttons: Rows = ()) -> None:
        """Answer in the chat, and in the topic, where the update came from.

        Raises:
            NotNow: Telegram cannot be reached, or wants to be left alone for longer.
            ReplyRefused: it will never take this.
            StoreError: the database refused.
        """
        await self.say(Message(chat_id(update), html, buttons, thread_id=_topic(update)))

    async def replace(self, update: Update, html: Html, buttons: Rows = ()) -> None:
        """Put new text in the place of the message whose button was pressed; a message that is too old to be changed,
        or is not there any more, is answered instead. Raises: as `reply`."""
        query = update.callback_query
        assert query is not None
        if query.message is not None:
            edit = partial(Notifier(self.bot).edit, query.message.message_id)
            if not isinstance(await self._say(Message(chat_id(update), html, buttons), edit), Lost):
                return
        await self.reply(update, html, buttons)

    async def say(self, message: Message) -> None:
        """Send a message when it is its chat's turn. Raises: as `reply`."""
        await self._say(message, Notifier(self.bot).send)

    async def answer_press(self, query: CallbackQuery, text: str = "", *, alert: bool = False) -> bool:
        """Answer a press; False when it is too late for that: then the person sees no `text`."""
        try:
            return await query.answer(text or None, show_alert=alert)
        except BadRequest as error:
            if not is_too_late(error):
                raise
            return False

    async def _say(self, message: Message, send: Send) -> Outcome:
        turns, delay = self.services.turns, SOON
        for _ in range(TRIES):
            if turns is not None:
                await turns.take(message.chat_id)
            match outcome := await send(message):
                case Retry(delay, uncertain=False, whole_bot=whole_bot) if turns is not None:
                    await turns.refused(message.chat_id, delay, whole_bot)
                case Retry(delay) | Halted(_, delay):
                    break
                case Moved(new):
                    await self.watchlists.move(message.chat_id, new)
                    message = replace(message, chat_id=new)
                case Rejected(why):
                    raise ReplyRefused(why)
                case Gone(_, reason):
                    log.info("reply.refused", error=str(reason))
                    return outcome
                case Sent() | Lost():
                    return outcome
        raise NotNow(delay)

    async def require_admin(self, update: Update) -> None:
        """In groups and channels only admins change what is watched.

        Raises: UserError("admins-only").
        """
        if not await self.is_from_admin(update):
            raise UserError("admins-only")

    async def is_from_admin(self, update: Update) -> bool:
        """Whether somebody wrote it who decides for the chat: in a private one, its person."""
        chat, user = update.effective_chat, update.effective_user
        assert chat is not None
        if chat.type == ChatType.PRIVATE:
            return True
        sender = update.message.sender_chat if update.message else None
        if sender is not None and sender.id == chat.id:
            return True  # an admin who writes as the group itself
        return user is not None and await self._is_admin(chat.id, user.id)

    async def alert_here(self, update: Update) -> None:
        """In a forum alerts go to this topic from now on. Raises: StoreError."""
        if is_forum(update) and not _is_too_old(update):
            await self.watchlists.put_in_topic(chat_id(update), _topic(update))

    async def _is_admin(self, chat: int, user: int) -> bool:
        try:
            member = await self.bot.get_chat_member(chat, user)
        except (BadRequest, Forbidden):  # it does not know the person, or does not tell us
            return False
        return member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


App = Application[ExtBot[None], Context, dict[Any, Any], dict[Any, Any], dict[Any, Any], None]


def chat_id(update: Update) -> int:
    assert update.effective_chat is not None
    return update.effective_chat.id


def argument(update: Update) -> str:
    """What stands behind a command, on its line or on the next."""
    text = (update.effective_message.text if update.effective_message else None) or ""
    parts = text.split(maxsplit=1)
    return parts[1].strip() if len(parts) > 1 else ""


def is_private(update: Update) -> bool:
    return update.effective_chat is not None and update.effective_chat.type == ChatType.PRIVATE


def is_forum(update: Update) -> bool:
    """Whether it came from a supergroup that has topics."""
    chat = update.effective_chat
    return chat is not None and chat.type == ChatType.SUPERGROUP and bool(chat.is_forum)


def is_too_late(error: BadRequest) -> bool:
    """Whether a press could not be answered any more."""
    return any(sign in str(error).lower() for sign in TOO_LATE)


def _is_too_old(update: Update) -> bool:
    """Whether a button was pressed under a message of which Telegram tells its chat, and nothing else."""
    return update.callback_query is not None and isinstance(update.callback_query.message, InaccessibleMessage)


def _topic(update: Update) -> int | None:
    if _is_too_old(update):
        return None
    message = update.effective_message
    return message.message_thread_id if message and message.is_topic_message else None
