"""Watching and no longer watching: /watch, /unwatch, their phrases, and the buttons that do the same."""

from telegram import Update

from bot.domain.errors import UserError
from bot.domain.expressions import parse_watch
from bot.domain.model import Button
from handlers.context import Context, argument, chat_id
from handlers.start import WATCH, watch_data


async def watch(update: Update, context: Context, about: str | None = None) -> None:
    text = argument(update) if about is None else about
    messages = await context.messages(update)
    if not text:
        await context.reply(update, messages.html("watch-usage"))
        return
    await context.require_admin(update)
    added = await context.watchlists.watch(chat_id(update), text)
    await context.alert_here(update)
    await context.reply(update, messages.html("watch-added" if added.new else "watch-already", watch=added.shown))


async def unwatch(update: Update, context: Context, about: str | None = None) -> None:
    text = argument(update) if about is None else about
    messages = await context.messages(update)
    if not text:
        await context.reply(update, messages.html("unwatch-usage"))
        return
    await context.require_admin(update)
    shown = await context.watchlists.unwatch(chat_id(update), text)
    await context.reply(update, messages.html("unwatch-done", watch=shown))


async def watch_pressed(update: Update, context: Context) -> None:
    """A button that watches what it names: an example, or an offer."""
    query = update.callback_query
    assert query is not None
    await context.answer_press(query)
    await watch(update, context, str(query.data).removeprefix(WATCH))


async def offer(update: Update, context: Context, text: str) -> None:
    """Somebody wrote just a word or a name: offer to watch it."""
    messages = await context.messages(update)
    try:
        shown = parse_watch(text).shown
        data = watch_data(shown)
    except UserError:
        data = None
    if data is None:
        await context.reply(update, messages.html("not-understood"))
        return
    button = Button(messages.text("button-watch", watch=shown), data=data)
    await context.reply(update, messages.html("watch-offer", watch=shown), ((button,),))
