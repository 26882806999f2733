"""The bot is added, removed, blocked, silenced, or let in again; a chat that had left speaks; a group moves."""

from telegram import ChatMember, ChatMemberAdministrator, ChatMemberRestricted, Update
from telegram.constants import ChatMemberStatus, ChatType

from bot.domain.departures import Absence
from bot.domain.outcomes import GoneReason
from handlers.context import Context, chat_id

AWAY = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


async def changed(update: Update, context: Context) -> None:
    change = update.my_chat_member
    assert change is not None
    reason = why_closed(change.new_chat_member, change.chat.type)
    if reason is not None:
        await context.watchlists.leave(change.chat.id, reason)
    else:
        await _welcome_back(update, context, await context.watchlists.meet(change.chat.id))


async def spoke(update: Update, context: Context) -> None:
    """Whatever a chat says or presses: we are there, whatever we believed."""
    if update.effective_chat is not None:
        await _welcome_back(update, context, await context.watchlists.heard_from(chat_id(update)))


async def migrated(update: Update, context: Context) -> None:
    """The old group tells its new id; everything it had moves along."""
    message = update.effective_message
    if message is not None and message.migrate_to_chat_id is not None:
        await context.watchlists.move(message.chat_id, message.migrate_to_chat_id)


def why_closed(member: ChatMember, kind: str) -> GoneReason | None:
    """Why a chat of this kind cannot be written to, where the bot is such a member; None: it can be tried. (Of what a
    group forbids all its members Telegram says nothing here.)"""
    restricted = member if isinstance(member, ChatMemberRestricted) else None
    if member.status in AWAY or (restricted and not restricted.is_member):
        return GoneReason.BLOCKED if kind == ChatType.PRIVATE else GoneReason.KICKED
    if restricted and not restricted.can_send_messages:
        return GoneReason.NO_RIGHTS
    if kind == ChatType.CHANNEL and not (isinstance(member, ChatMemberAdministrator) and member.can_post_messages):
        return GoneReason.NO_RIGHTS
    return None


async def _welcome_back(update: Update, context: Context, absence: Absence | None) -> None:
    """What was missed comes as a digest, by way of the outbox; that it was nothing is said at once."""
    if absence is not None and not absence.missed:
        messages = await context.messages(update)
        await context.reply(update, messages.html("absent-nothing", since=messages.time(absence.since)))
