"""The first meeting: the language, what Rasid does, and examples to begin with at one tap; and /help."""

from telegram import Update

from bot.domain.i18n import Messages
from bot.domain.markup import Html, lines
from bot.domain.model import Button
from handlers.context import Context, Rows, chat_id, is_forum, is_private

LANGUAGE = "language:"
WATCH = "watch:"
CALLBACK_BYTES = 64  # Bot API, InlineKeyboardButton.callback_data
IN_A_ROW = 3


async def start(update: Update, context: Context) -> None:
    await context.watchlists.meet(chat_id(update))
    if is_forum(update) and await context.is_from_admin(update):
        await context.alert_here(update)
    messages = await context.messages(update)
    if is_private(update):
        await context.reply(update, welcome(messages), welcome_buttons(messages))
    else:
        await context.reply(update, messages.html("start-in-group"))


async def help_(update: Update, context: Context) -> None:
    await context.reply(update, (await context.messages(update)).html("help"))


async def change_language(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query is not None
    await context.require_admin(update)
    await context.watchlists.speak(chat_id(update), str(query.data).removeprefix(LANGUAGE))
    messages = await context.messages(update)
    await context.answer_press(query, messages.text("language-set"))
    await context.replace(update, welcome(messages), welcome_buttons(messages))


def welcome(messages: Messages) -> Html:
    return lines(messages.html("start-welcome"), Html(""), messages.html("start-examples"))


def welcome_buttons(messages: Messages) -> Rows:
    examples = [part.strip() for part in messages.text("examples").split("|")]
    buttons = [Button(messages.text("button-watch-example", watch=e), data=WATCH + e) for e in examples]
    other = "en" if messages.language == "ar" else "ar"
    rows = [tuple(buttons[at : at + IN_A_ROW]) for at in range(0, len(buttons), IN_A_ROW)]
    return (*rows, (Button(messages.text("button-language"), data=LANGUAGE + other),))


def watch_data(text: str) -> str | None:
    """The callback data that watches `text`; None when it does not fit."""
    data = WATCH + text
    return data if len(data.encode()) <= CALLBACK_BYTES else None
