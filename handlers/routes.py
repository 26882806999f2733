"""Which update goes to which handler."""

from telegram import Update
from telegram.ext import CallbackQueryHandler, ChatMemberHandler, CommandHandler, MessageHandler, filters

from handlers import errors, forgetting, listing, membership, start, trying, watching
from handlers.context import App, Context, is_private
from handlers.phrases import Wish, understand

COMMANDS = ("start", "watch", "unwatch", "list", "test", "help", "forget")  # in the order of Telegram's menu


def register(application: App) -> None:
    """Give the application all handlers of Rasid."""
    new = filters.UpdateType.MESSAGE
    application.add_handlers(
        [
            CommandHandler("start", start.start, new),
            CommandHandler("help", start.help_, new),
            CommandHandler("watch", watching.watch, new),
            CommandHandler("unwatch", watching.unwatch, new),
            CommandHandler("list", listing.show, new),
            CommandHandler("test", trying.try_text, new),
            CommandHandler("forget", forgetting.ask, new),
            MessageHandler(filters.StatusUpdate.MIGRATE, membership.migrated),
            MessageHandler(new & filters.TEXT & ~filters.COMMAND, said),
            MessageHandler(new & filters.COMMAND, unknown_command),
            CallbackQueryHandler(start.change_language, f"^{start.LANGUAGE}(ar|en)$"),
            CallbackQueryHandler(watching.watch_pressed, f"^{start.WATCH}"),
            CallbackQueryHandler(listing.remove, rf"^{listing.REMOVE}\d{{1,18}}(:\d{{1,9}})?$"),
            CallbackQueryHandler(listing.turn, rf"^{listing.PAGE}\d{{1,9}}$"),
            CallbackQueryHandler(forgetting.answered, f"^{forgetting.FORGET}(yes|no)$"),
            CallbackQueryHandler(unknown_button),
            ChatMemberHandler(membership.changed, ChatMemberHandler.MY_CHAT_MEMBER),
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
        await watching.offer(update, context, text)
        return
    match phrase.wish:
        case Wish.START:
            await start.start(update, context)
        case Wish.WATCH:
            await watching.watch(update, context, phrase.about)
        case Wish.UNWATCH:
            await watching.unwatch(update, context, phrase.about)
        case Wish.LIST:
            await listing.show(update, context)
        case Wish.TEST:
            await trying.try_text(update, context, phrase.about)
        case Wish.HELP:
            await start.help_(update, context)
        case Wish.FORGET:
            await forgetting.ask(update, context)


async def unknown_command(update: Update, context: Context) -> None:
    if is_private(update):
        await context.reply(update, (await context.messages(update)).html("not-understood"))


async def unknown_button(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query is not None
    await query.answer((await context.messages(update)).text("button-stale"))
