"""What a handler has at hand: the services, the chat, and how to answer."""

from dataclasses import dataclass
from typing import Any

from telegram import Update
from telegram.constants import ChatMemberStatus, ChatType, ParseMode
from telegram.ext import Application, CallbackContext, ExtBot

from bot.analysis import Analyst
from bot.domain.errors import UserError
from bot.domain.i18n import Messages, Translations
from bot.domain.markup import Html
from bot.domain.model import Button
from bot.notifier import keyboard
from bot.watchlists import Watchlists

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Services:
    watchlists: Watchlists
    translations: Translations
    analyst: Analyst


class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """python-telegram-bot's context, with our services on it."""

    @property
    def services(self) -> Services:
        services: Services = self.bot_data["services"]
        return services

    @property
    def watchlists(self) -> Watchlists:
        return self.services.watchlists

    async def messages(self, update: Update) -> Messages:
        """The messages in the language of the chat."""
        return self.services.translations[await self.watchlists.language(chat_id(update))]

    async def reply(self, update: Update, html: Html, buttons: Rows = ()) -> None:
        """Answer in the chat, and in the topic, where the update came from."""
        await self.bot.send_message(
            chat_id(update),
            html,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard(buttons),
            message_thread_id=_topic(update),
        )

    async def replace(self, update: Update, html: Html, buttons: Rows = ()) -> None:
        """Put new text in the place of the message whose button was pressed."""
        assert update.callback_query is not None
        await update.callback_query.edit_message_text(html, parse_mode=ParseMode.HTML, reply_markup=keyboard(buttons))

    async def require_admin(self, update: Update) -> None:
        """In groups and channels only admins change what is watched.

        Raises: UserError("admins-only").
        """
        chat, user = update.effective_chat, update.effective_user
        assert chat is not None
        if chat.type == ChatType.PRIVATE:
            return
        sender = update.message.sender_chat if update.message else None
        if sender is not None and sender.id == chat.id:
            return  # an admin who writes as the group itself
        if user is not None:
            member = await self.bot.get_chat_member(chat.id, user.id)
            if member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR):
                return
        raise UserError("admins-only")


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


def _topic(update: Update) -> int | None:
    message = update.effective_message
    return message.message_thread_id if message and message.is_topic_message else None
