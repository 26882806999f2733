"""One message to Telegram, and what became of it.

The only file that knows what Telegram's errors mean for an alert. It neither waits nor remembers.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.botapi import NotSent
from bot.domain.model import Button, Gone, Halted, Message, Moved, Outcome, Rejected, Retry, Sent

SOON = timedelta(seconds=1)
WHOLE_BOT = timedelta(seconds=5)
# Telegram does not say whether a 429 is meant for the chat or for the bot. We send a private chat one message a
# second at most, so a short wait asked for there is meant for the bot; a long one, or a group's, for the chat.

GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "group chat was deactivated",
    "not enough rights to send",
    "have no rights to send",
    "need administrator rights",
    "chat_write_forbidden",
)


class Notifier:
    """Sends through one `telegram.Bot`, which must be initialised."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def send(self, message: Message) -> Outcome:
        """Send one message. Never raises for what Telegram or the network may do."""
        try:
            sent = await self._bot.send_message(
                message.chat_id,
                message.html,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(message.buttons),
                disable_notification=message.silent,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except InvalidToken as error:
            return await self._refused(error)
        except BadRequest as error:
            if message.buttons and "url" in str(error).lower():
                # Telegram refuses a whole message over a publisher's address; the news matters more than its button.
                return await self.send(replace(message, buttons=()))
            return outcome_of(error, message.chat_id)
        except TelegramError as error:
            return outcome_of(error, message.chat_id)
        return Sent(sent.message_id)

    async def _refused(self, error: InvalidToken) -> Outcome:
        """A 404 looks like a bad token; believe it only when getMe says so too."""
        try:
            await self._bot.get_me()
        except InvalidToken:
            return Halted(str(error))
        except TelegramError:
            return Retry(SOON)
        return Rejected(str(error))


def outcome_of(error: TelegramError, chat_id: int) -> Outcome:
    """What one of Telegram's errors means for the message that met it."""
    match error:
        case RetryAfter():
            delay = _delay(error)
            return Retry(delay, whole_bot=chat_id > 0 and delay <= WHOLE_BOT)
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case Forbidden():
            return Gone(str(error))
        case BadRequest():
            why = str(error)
            return Gone(why) if any(sign in why.lower() for sign in GONE) else Rejected(why)
        case NotSent():
            return Retry(SOON)
        case NetworkError():
            # The request left and no answer came, or a server on the way failed: it may have arrived.
            return Retry(SOON, uncertain=True)
        case _:
            return Rejected(str(error))


def keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    """Our buttons as Telegram's."""
    if not rows:
        return None
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in rows])


def _button(button: Button) -> InlineKeyboardButton:
    where: dict[str, Any] = {"url": button.url} if button.url else {"callback_data": button.data}
    return InlineKeyboardButton(button.label, **where)


def _delay(error: RetryAfter) -> timedelta:
    asked = error.retry_after
    return asked if isinstance(asked, timedelta) else timedelta(seconds=asked)
