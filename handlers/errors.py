"""What a person is told when something goes wrong: what they can put right, or an apology with a reference.

Nothing that a person wrote goes into the log: an internal error is noted by its reference, its type and the lines of
code it came through.
"""

import secrets
import traceback
from datetime import timedelta

import structlog
from telegram import Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.domain.errors import StoreError, UserError
from bot.domain.i18n import DEFAULT, Messages
from bot.domain.markup import Html, plain
from bot.domain.model import Message
from bot.inbox import ask_again
from bot.turns import NotNow
from handlers.context import SOON, App, Context, ReplyRefused, Services, is_too_late

log = structlog.get_logger()

ALERT_LETTERS = 200  # Bot API, answerCallbackQuery


async def answer(update: object, context: Context) -> None:
    """The error handler of every handler. Never raises: what cannot be said now is handled again, or given up."""
    error = context.error
    if not isinstance(update, Update) or error is None:
        return
    if update.effective_chat is None:  # a press in a message that somebody sent by way of us: not one of ours
        log.info("update.ignored", kind="callback_query")
        return
    try:
        await _answer(update, context, error)
    except (BadRequest, Forbidden, ReplyRefused) as refusal:
        log.info("reply.refused", error=type(refusal).__name__)
    except (TelegramError, StoreError, NotNow) as later:
        _later(later)


async def _answer(update: Update, context: Context, error: Exception) -> None:
    match error:
        case UserError(code=code, arguments=arguments):
            await _tell(update, context, code, arguments)
        case BadRequest() if is_too_late(error):
            await context.reply(update, (await context.messages(update)).html("button-stale"))
        case Forbidden():
            log.info("reply.refused", error=type(error).__name__)
        case RetryAfter() | StoreError() | NotNow():
            _later(error)
        case NetworkError() if not isinstance(error, BadRequest):
            _later(error)
        case _:
            await _apologise(update, context, error)


def _later(error: Exception) -> None:
    match error:
        case RetryAfter(retry_after=delay):
            ask_again(delay if isinstance(delay, timedelta) else timedelta(seconds=delay))
        case NotNow(delay=delay):
            ask_again(delay)
        case StoreError():
            log.error("store.failed", where="handlers", why=str(error))
            ask_again(SOON)
        case _:
            ask_again(SOON)


async def _tell(update: Update, context: Context, code: str, arguments: dict[str, str | int]) -> None:
    messages = await context.messages(update)
    html = messages.html(code, **arguments) if messages.has(code) else messages.html("not-understood")
    query = update.callback_query
    if query is None or not await context.answer_press(query, plain(html)[:ALERT_LETTERS], alert=True):
        await context.reply(update, html)


async def _apologise(update: Update, context: Context, error: Exception) -> None:
    reference = secrets.token_hex(3)
    frames = [f"{f.filename.rpartition('/')[2]}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
    log.error("update.failed", reference=reference, error=type(error).__name__, frames=frames[-6:])
    if update.callback_query is not None:
        await context.answer_press(update.callback_query)
    await context.reply(update, _apology(await context.messages(update), reference))


def _apology(messages: Messages, reference: str) -> Html:
    return messages.html("internal-error", reference=reference)


async def excuse(application: App, chat_id: int, key: str) -> None:
    """Tell a chat why it gets no answer: `key` is a message ("too-many-commands", "given-up"). Never raises: nobody
    waits for this, and it is not worth a second attempt."""
    services: Services = application.bot_data["services"]
    try:
        language = await services.watchlists.language(chat_id)
    except StoreError:
        language = DEFAULT
    try:
        context = Context(application, chat_id=chat_id)
        await context.say(Message(chat_id, services.translations[language].html(key)))
    except (TelegramError, StoreError, NotNow, ReplyRefused) as error:
        log.info("reply.refused", error=type(error).__name__)
