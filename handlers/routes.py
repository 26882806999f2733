"""Which update goes to which handler."""

from telegram import Message, Update
from telegram.ext import CallbackQueryHandler, ChatMemberHandler, CommandHandler, MessageHandler, filters

from handlers import discovering, errors, forgetting, listing, membership, sources, start, trying, watching
from handlers.context import App, Context, is_private
from handlers.phrases import Wish, understand


class _FromPeople(filters.MessageFilter):
    """Not what another bot writes, or what a channel passes on to its group: two bots could talk for ever.

    Who writes as a group or a channel shows up as a bot, too, but with a `sender_chat` (Bot API, Message).
    """

    def filter(self, message: Message) -> bool:
        is_bot = message.from_user is not None and message.from_user.is_bot
        return not message.is_automatic_forward and (not is_bot or message.sender_chat is not None)


COMMANDS = ("start", "watch", "unwatch", "list", "test", "sources", "help", "forget")  # in the order of Telegram's menu


BEFORE = -1  # the group of handlers that have an update first; the one that answers it is in the next

_DOES = {
    Wish.START: start.start,
    Wish.LIST: listing.show,
    Wish.SOURCES: sources.show,
    Wish.HELP: start.help_,
    Wish.FORGET: forgetting.ask,
}
_DOES_WITH = {Wish.WATCH: watching.watch, Wish.UNWATCH: watching.unwatch, Wish.TEST: trying.try_text}


def register(application: App) -> None:
    """Give the application all handlers of Rasid."""
    new = filters.UpdateType.MESSAGE & _FromPeople()
    spoken = MessageHandler(new & ~filters.StatusUpdate.ALL, membership.spoke)
    application.add_handlers([CallbackQueryHandler(membership.spoke), spoken], group=BEFORE)
    application.add_handlers(
        [
            # Presses first: whatever asks for the message of an update warns of one that is too old.
            CallbackQueryHandler(start.change_language, f"^{start.LANGUAGE}(ar|en)$"),
            CallbackQueryHandler(watching.watch_pressed, f"^{start.WATCH}"),
            CallbackQueryHandler(listing.remove, rf"^{listing.REMOVE}\d{{1,18}}(:\d{{1,9}})?$"),
            CallbackQueryHandler(listing.turn, rf"^{listing.PAGE}\d{{1,9}}$"),
            CallbackQueryHandler(forgetting.answered, f"^{forgetting.FORGET}(yes|no)$"),
            CallbackQueryHandler(sources.turn, rf"^{sources.PAGE}\d{{1,9}}$"),
            CallbackQueryHandler(sources.remove, rf"^{sources.REMOVE}[a-z0-9_-]{{1,64}}:\d{{1,9}}$"),
            CallbackQueryHandler(discovering.add_pressed, f"^{discovering.ADD}(syria|world)$"),
            CallbackQueryHandler(discovering.list_answered, f"^{discovering.IMPORT}(yes|no)$"),
            CallbackQueryHandler(unknown_button),
            ChatMemberHandler(membership.changed, ChatMemberHandler.MY_CHAT_MEMBER),
            CommandHandler("start", start.start, new),
            CommandHandler("help", start.help_, new),
            CommandHandler("watch", watching.watch, new),
            CommandHandler("unwatch", watching.unwatch, new),
            CommandHandler("list", listing.show, new),
            CommandHandler("test", trying.try_text, new),
            CommandHandler("forget", forgetting.ask, new),
            CommandHandler("sources", sources.show, new),
            CommandHandler("health", sources.health, new),  # this and the next two are for operators
            CommandHandler("source", discovering.search, new),
            CommandHandler("export", discovering.export, new),
            MessageHandler(new & filters.Document.ALL, discovering.list_sent),
            MessageHandler(filters.StatusUpdate.MIGRATE, membership.migrated),
            MessageHandler(new & filters.TEXT & ~filters.COMMAND, said),
            MessageHandler(new & filters.COMMAND, unknown_command),
        ]
    )
    application.add_error_handler(errors.answer)


async def said(update: Update, context: Context) -> None:
    """Plain words. In groups people talk to each other: there only commands are for us."""
    if not is_private(update):
        return
    message = update.effective_message
    assert message is not None
    text = message.text or ""
    phrase = understand(text)
    if phrase is None:
        await _other_words(update, context, text)
        return
    if act := _DOES.get(phrase.wish):
        await act(update, context)
    else:
        await _DOES_WITH[phrase.wish](update, context, phrase.about)


async def _other_words(update: Update, context: Context, text: str) -> None:
    """An address, where an operator writes it; or something that could be watched."""
    if discovering.is_for_us(update, context, text):
        await discovering.search(update, context, text)
    else:
        await watching.offer(update, context, text)


async def unknown_command(update: Update, context: Context) -> None:
    if is_private(update):
        await context.reply(update, (await context.messages(update)).html("not-understood"))


async def unknown_button(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query is not None
    if update.effective_chat is None:
        await context.answer_press(query)  # in a message that somebody sent by way of us: not one of ours
        return
    messages = await context.messages(update)
    if not await context.answer_press(query, messages.text("button-stale")):
        await context.reply(update, messages.html("button-stale"))
