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
from bot.domain.i18n import Messages
from bot.domain.markup import Html, plain
from bot.inbox import ask_again
from handlers.context import Context

log = structlog.get_logger()

SOON = timedelta(seconds=2)
ALERT_LETTERS = 200  # Bot API, answerCallbackQuery
# What Telegram says about a press that came too late, or twice: the person sees what they wanted to see.
HARMLESS = ("message is not modified", "query is too old", "message to edit not found", "message can't be edited")


async def answer(update: object, context: Context) -> None:
    """The error handler of every handler."""
    error = context.error
    if not isinstance(update, Update) or error is None:
        return
    match error:
        case UserError(code=code, arguments=arguments):
            await _tell(update, context, code, arguments)
        case RetryAfter(retry_after=delay):
            ask_again(delay if isinstance(delay, timedelta) else timedelta(seconds=delay))
        case BadRequest() if any(sign in str(error).lower() for sign in HARMLESS):
            return
        case Forbidden():
            log.info("reply.refused", error=type(error).__name__)
        case NetworkError() if not isinstance(error, BadRequest):
            ask_again(SOON)
        case StoreError():
            log.error("store.failed", where="handlers", why=str(error))
            ask_again(SOON)
        case _:
            await _apologise(update, context, error)


async def _tell(update: Update, context: Context, code: str, arguments: dict[str, str | int]) -> None:
    messages = await context.messages(update)
    html = messages.html(code, **arguments) if messages.has(code) else messages.html("not-understood")
    if update.callback_query is not None:
        await update.callback_query.answer(plain(html)[:ALERT_LETTERS], show_alert=True)
    else:
        await _say(update, context, html)


async def _apologise(update: Update, context: Context, error: Exception) -> None:
    reference = secrets.token_hex(3)
    frames = [f"{f.filename.rpartition('/')[2]}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
    log.error("update.failed", reference=reference, error=type(error).__name__, frames=frames[-6:])
    await _say(update, context, _apology(await context.messages(update), reference))


def _apology(messages: Messages, reference: str) -> Html:
    return messages.html("internal-error", reference=reference)


async def _say(update: Update, context: Context, html: Html) -> None:
    """The last word: when even this cannot be sent, the update is handled again later, or given up."""
    try:
        if update.callback_query is not None:
            await update.callback_query.answer()
        if update.effective_chat is not None:
            await context.reply(update, html)
    except (BadRequest, Forbidden) as error:
        log.info("reply.refused", error=type(error).__name__)
    except TelegramError:
        ask_again(SOON)
