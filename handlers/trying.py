"""/test: why a text does or does not concern this chat, watch by watch."""

from typing import Any

from telegram import Update

from bot.domain.expressions import parse_watch
from bot.domain.i18n import Messages
from bot.domain.markup import Html, lines
from handlers.context import Context, argument, chat_id

SHOWN = 30  # verdicts in one message: far below Telegram's 4096 units
SURFACES = 3


async def try_text(update: Update, context: Context, about: str | None = None) -> None:
    messages = await context.messages(update)
    text = argument(update) if about is None else about
    watches = await context.watchlists.watches(chat_id(update))
    if not text:
        await context.reply(update, messages.html("test-usage"))
    elif not watches:
        await context.reply(update, messages.html("list-empty"))
    else:
        expressions = [parse_watch(watch.canonical) for watch in watches]
        verdicts = context.services.analyst.match({"text": text}, expressions)["matches"]
        await context.reply(update, report(verdicts, messages))


def report(verdicts: list[dict[str, Any]], messages: Messages) -> Html:
    """What was found first; what was not, in one line at the end."""
    told = [verdict for verdict in verdicts if verdict["reason"] != "absent"]
    absent = [str(verdict["watch"]) for verdict in verdicts if verdict["reason"] == "absent"]
    separator = "، " if messages.language == "ar" else ", "
    return lines(
        *(_line(verdict, separator, messages) for verdict in told[:SHOWN]),
        messages.html("test-absent", watches=separator.join(absent[:SHOWN])) if absent else None,
    )


def _line(verdict: dict[str, Any], separator: str, messages: Messages) -> Html:
    surfaces = dict.fromkeys(str(found["surface"]) for found in verdict["evidence"])
    where = separator.join(f"«{surface}»" for surface in list(surfaces)[:SURFACES])
    return messages.html(f"test-{verdict['reason']}", watch=str(verdict["watch"]), where=where)
