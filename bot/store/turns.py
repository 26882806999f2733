"""Turns of replies, from the rows of `pace` that alerts are sent by as well."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from bot.domain import turns
from bot.domain.pacing import BOT, Rates, chat_scope
from bot.domain.turns import Turn
from bot.store.outbox import not_before
from bot.store.tables import pace


def take(connection: Connection, chat_id: int, rates: Rates, now: datetime) -> Turn:
    """The turn of a reply to this chat; if it has one, its slot is ours."""
    query = select(pace).where(pace.c.scope.in_(turns.scopes(chat_id))).order_by(pace.c.scope).with_for_update()
    turn = turns.take(rates, now, {row.scope: row.next_at for row in connection.execute(query)}, chat_id)
    for scope, instant in turn.changes:
        not_before(connection, scope, instant)
    return turn


def refused(connection: Connection, chat_id: int, delay: timedelta, whole_bot: bool, now: datetime) -> None:
    """Telegram asked the chat, or the whole bot, to be quiet."""
    not_before(connection, BOT if whole_bot else chat_scope(chat_id), now + delay)
