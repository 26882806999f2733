"""/forget: ask once, then erase everything about the chat."""

from telegram import Update

from bot.domain.model import Button
from handlers.context import Context, chat_id

FORGET = "forget:"


async def ask(update: Update, context: Context) -> None:
    messages = await context.messages(update)
    await context.require_admin(update)
    buttons = (
        (Button(messages.text("button-forget-yes"), data=FORGET + "yes"),),
        (Button(messages.text("button-forget-no"), data=FORGET + "no"),),
    )
    await context.reply(update, messages.html("forget-ask"), buttons)


async def answered(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query is not None
    await context.require_admin(update)
    messages = await context.messages(update)
    await context.answer_press(query)
    if query.data == FORGET + "yes":
        await context.watchlists.forget(chat_id(update))
        await context.replace(update, messages.html("forget-done"))
    else:
        await context.replace(update, messages.html("forget-kept"))
