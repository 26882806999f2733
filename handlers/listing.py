"""What a chat watches, page by page, each with a button that removes it."""

from collections.abc import Sequence

from telegram import Update

from bot.domain.i18n import Messages
from bot.domain.markup import Html, lines
from bot.domain.model import Button
from bot.store.watchlists import Watch
from handlers.context import Context, Rows, chat_id

REMOVE = "remove:"
PAGE = "page:"
ON_A_PAGE = 10
LABEL_LETTERS = 40
ALERT_LETTERS = 200  # Bot API, answerCallbackQuery


async def show(update: Update, context: Context) -> None:
    messages = await context.messages(update)
    await context.reply(update, *page(await context.watchlists.watches(chat_id(update)), 0, messages))


async def turn(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query is not None
    await context.answer_press(query)
    number = int(str(query.data).removeprefix(PAGE))
    watches = await context.watchlists.watches(chat_id(update))
    await context.replace(update, *page(watches, number, await context.messages(update)))


async def remove(update: Update, context: Context) -> None:
    """The button's data names the watch, and the page on which it stood."""
    query = update.callback_query
    assert query is not None
    await context.require_admin(update)
    watch_id, _, number = str(query.data).removeprefix(REMOVE).partition(":")
    shown = await context.watchlists.remove(chat_id(update), int(watch_id))
    messages = await context.messages(update)
    answer = messages.text("button-gone") if shown is None else messages.text("unwatch-done", watch=shown)
    await context.answer_press(query, answer[:ALERT_LETTERS])
    watches = await context.watchlists.watches(chat_id(update))
    await context.replace(update, *page(watches, int(number or 0), messages))


def page(watches: Sequence[Watch], number: int, messages: Messages) -> tuple[Html, Rows]:
    """One page of the list, the last one when there are not so many."""
    if not watches:
        return messages.html("list-empty"), ()
    pages = (len(watches) - 1) // ON_A_PAGE + 1
    number = max(0, min(number, pages - 1))
    part = watches[number * ON_A_PAGE : (number + 1) * ON_A_PAGE]
    rows = [
        (
            Button(
                messages.text("button-remove", watch=watch.shown[:LABEL_LETTERS]), data=f"{REMOVE}{watch.id}:{number}"
            ),
        )
        for watch in part
    ]
    if pages == 1:
        return messages.html("list-head", count=len(watches)), tuple(rows)
    head = lines(
        messages.html("list-head", count=len(watches)), messages.html("list-page", page=number + 1, pages=pages)
    )
    return head, (*rows, _turns(number, pages, messages))


def _turns(number: int, pages: int, messages: Messages) -> tuple[Button, ...]:
    turns = []
    if number > 0:
        turns.append(Button(messages.text("button-previous"), data=f"{PAGE}{number - 1}"))
    if number < pages - 1:
        turns.append(Button(messages.text("button-next"), data=f"{PAGE}{number + 1}"))
    return tuple(turns)
