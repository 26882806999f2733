"""The bot is added, removed, blocked or unblocked; a group becomes a supergroup."""

from telegram import Update
from telegram.constants import ChatMemberStatus

from handlers.context import Context, chat_id

AWAY = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


async def changed(update: Update, context: Context) -> None:
    member = update.my_chat_member
    assert member is not None
    if member.new_chat_member.status in AWAY:
        await context.watchlists.leave(chat_id(update), "the bot was removed or blocked")
    else:
        await context.watchlists.meet(chat_id(update))


async def migrated(update: Update, context: Context) -> None:
    """The old group tells its new id; everything it had moves along."""
    message = update.effective_message
    if message is not None and message.migrate_to_chat_id is not None:
        await context.watchlists.move(message.chat_id, message.migrate_to_chat_id)
