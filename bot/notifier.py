"""One message to Telegram, and what became of it.

The only file that knows what Telegram's errors mean for a message. It neither waits nor remembers. What Telegram
says is looked up in `MEANINGS`; what it refuses for one part of a message is sent once more without that part, and
the outcome says so. The words are those of the Bot API server (github.com/tdlib/telegram-bot-api, Client.cpp) and of
the API below it (https://core.telegram.org/method/messages.sendMessage, "Possible errors").
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.botapi import NotSent
from bot.domain.model import Button, Message
from bot.domain.outcomes import Fallback, Gone, GoneReason, Halted, Lost, Moved, Outcome, Rejected, Retry, Sent
from bot.domain.pacing import FOR_ALL
from bot.domain.trimming import shortened, without_markup

SOON = timedelta(seconds=1)
MOVING = timedelta(minutes=1)  # by then the update that tells a migrated group's new id has come

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

Meaning = Fallback | GoneReason | type[Lost] | timedelta

# What a 400 or 403 means: the first line whose pattern is found in the description, in small letters and without
# "Bad Request: ". The first two quote our own text, which may hold anything: they are told by how they begin.
MEANINGS: tuple[tuple[Meaning, str], ...] = (
    (Fallback.PLAIN_TEXT, r"^can't parse (message)?entit|^entit(y|ies)[_ ]|^receive an entity"),
    (Fallback.NO_BUTTONS, r"^inline keyboard|^can't parse (inline|reply) keyboard|^button_|^reply[ _]markup"),
    (Fallback.NO_BUTTONS, r"^wrong http url|^url host is empty|url_invalid"),
    (Fallback.NO_REPLY, r"^message to be replied not found|^replied message not found|^reply_message_id_invalid"),
    (Fallback.GENERAL_TOPIC, r"thread not found|topic_closed|topic_deleted|topic_id_invalid"),
    (Fallback.SHORTENED, r"^message is too long|^message_too_long"),
    (Fallback.UNPAID, r"balance_too_low|paid[ _]broadcast"),
    (Lost, r"^message to edit not found|^message can't be edited|^there is no text in the message to edit"),
    (Lost, r"message_id_invalid|message_author_required|message_edit_time_expired"),
    (GoneReason.BLOCKED, r"blocked by the user|user_is_blocked|can't initiate conversation"),
    (GoneReason.DEACTIVATED, r"user is deactivated|user_deactivated|group chat was (deactivated|deleted)"),
    (GoneReason.KICKED, r"bot was kicked|not a member of|user_banned_in_channel|channel_private"),
    (GoneReason.NO_RIGHTS, r"not enough rights|no rights to send|need administrator rights|chat_admin_required"),
    (GoneReason.NO_RIGHTS, r"^(forbidden: )?chat_\w*(forbidden|restricted)|user_restricted|premium_required"),
    (GoneReason.NO_RIGHTS, r"payment_required"),  # the chat takes money for a message
    (GoneReason.NOT_FOUND, r"chat not found|user not found|(peer_id|chat_id|channel|input_user)_invalid"),
    (GoneReason.NOT_FOUND, r"can't send messages to bots"),
    (MOVING, r"group chat was (upgraded|migrated)"),  # without its new id
)

# Waits that come as words, with their seconds at the end: a group's slow mode, and a 429 below the Bot API.
_WAIT = re.compile(r"(?:slowmode_wait_|flood_wait_|retry after )(\d+)")


def _in_general(message: Message) -> Message:
    """Where a reply would lead back into the topic."""
    html = f"{message.html}\n{message.without_topic}" if message.without_topic else message.html
    return replace(message, html=html, thread_id=None, reply_to=None)


# The message that is left when a part is given up.
LESSER: Mapping[Fallback, Callable[[Message], Message]] = {
    Fallback.PLAIN_TEXT: lambda m: replace(m, html=without_markup(m.html)),
    Fallback.NO_BUTTONS: lambda m: replace(m, buttons=()),
    Fallback.NO_REPLY: lambda m: replace(m, reply_to=None),
    Fallback.GENERAL_TOPIC: _in_general,
    Fallback.SHORTENED: lambda m: replace(m, html=shortened(m.html)),
    Fallback.UNPAID: lambda m: m,
}


class Notifier:
    """Sends through one `telegram.Bot`, which must be initialised.

    `paid`: broadcast faster than the free limit for Telegram Stars (`allow_paid_broadcast`, Bot API sendMessage).
    """

    def __init__(self, bot: Bot, *, paid: bool = False) -> None:
        self._bot, self._paid = bot, paid

    async def send(self, message: Message) -> Outcome:
        """Send one message. Never raises for what Telegram or the network may do."""
        return await self._outcome(message, self._send)

    async def edit(self, message_id: int, message: Message) -> Outcome:
        """Give a message that was sent before the words and buttons of another. Never raises, as `send`.

        `Lost` where it is not there any more; `Sent` also where it says so already.
        """
        return await self._outcome(message, partial(self._edit, message_id))

    async def _outcome(
        self, message: Message, call: Callable[[Message, tuple[Fallback, ...]], Awaitable[Sent]]
    ) -> Outcome:
        """Try, and as long as Telegram minds but a part, give that part up; each once."""
        given_up: tuple[Fallback, ...] = ()
        while True:
            try:
                return await call(message, given_up)
            except InvalidToken as error:
                return await self._refused(error)
            except TelegramError as error:
                part = meaning_of(error)
                if not isinstance(part, Fallback) or part in given_up:
                    return outcome_of(error, message.chat_id)
                given_up, message = (*given_up, part), LESSER[part](message)

    async def _send(self, message: Message, given_up: tuple[Fallback, ...]) -> Sent:
        reply_to = message.reply_to
        sent = await self._bot.send_message(
            message.chat_id,
            message.html,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard(message.buttons),
            disable_notification=message.silent,
            link_preview_options=NO_PREVIEW,
            reply_parameters=ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None,
            message_thread_id=message.thread_id,
            allow_paid_broadcast=(self._paid and Fallback.UNPAID not in given_up) or None,
        )
        if message.thread_id and sent.message_thread_id is None:
            # Telegram has been seen to put a message for a deleted topic into the general one without a word.
            given_up = (*given_up, Fallback.GENERAL_TOPIC)
        return Sent(sent.message_id, given_up)

    async def _edit(self, message_id: int, message: Message, given_up: tuple[Fallback, ...]) -> Sent:
        try:
            await self._bot.edit_message_text(
                message.html,
                message.chat_id,
                message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(message.buttons),
                link_preview_options=NO_PREVIEW,
            )
        except BadRequest as error:
            if "message is not modified" not in str(error).lower():
                raise
        return Sent(message_id, given_up)

    async def _refused(self, error: InvalidToken) -> Outcome:
        """A 404 looks like a bad token; believe it only when getMe says so too."""
        try:
            await self._bot.get_me()
        except InvalidToken:
            return Halted(str(error))
        except TelegramError:
            return Retry(SOON)
        return Rejected(str(error))


def meaning_of(error: TelegramError) -> Meaning | None:
    """What Telegram says, as far as we know its words. Only a 400 and a 403 are read: others mean what they are."""
    if type(error) not in (BadRequest, Forbidden):
        return None
    why = str(error).lower()
    return next((meaning for meaning, pattern in MEANINGS if re.search(pattern, why)), None)


def outcome_of(error: TelegramError, chat_id: int) -> Outcome:
    """What one of Telegram's errors means for the message that met it."""
    match error:
        case RetryAfter():
            delay = _delay(error)
            return Retry(delay, whole_bot=chat_id > 0 and delay <= FOR_ALL)
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case BadRequest() | Forbidden():
            return _refusal(error)
        case NotSent() | Conflict():
            return Retry(SOON)
        case NetworkError():
            # The request left and no answer came, or a server on the way failed: it may have arrived.
            return Retry(SOON, uncertain=True)
        case _:
            return Rejected(str(error))


def _refusal(error: BadRequest | Forbidden) -> Outcome:
    why = str(error)
    match meaning_of(error):
        case GoneReason() as reason:
            return Gone(why, reason)
        case Fallback.GENERAL_TOPIC:  # the general topic is closed as well
            return Gone(why, GoneReason.NO_RIGHTS)
        case timedelta() as delay:
            return Retry(delay)
        case type():
            return Lost(why)
    if wait := _WAIT.search(why.lower()):
        return Retry(timedelta(seconds=int(wait[1])))
    # A 403 in words that are new to us still means that this chat is closed to us, and may open again.
    return Gone(why, GoneReason.NO_RIGHTS) if isinstance(error, Forbidden) else Rejected(why)


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
