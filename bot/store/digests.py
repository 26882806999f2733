"""Alerts that are told of together: what waited too long to be news, and a flood from one poll.

Folding takes alerts that are `ready` out of the outbox and leaves one in their place, a digest that names the most
important and says how many there are: nothing is dropped in silence.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, select, update

from bot.domain.alerting import AlertKind, is_low
from bot.store.articles import Told, by_ids
from bot.store.tables import alerts

FRESH_FOR = timedelta(hours=3)  # an alert that is not urgent, and waits longer than this, has become stale
FEWEST = 2  # alerts that are worth a digest
FOLDED_AT_ONCE = 2_000  # alerts in one unit of work
NAMED = 5  # of a digest, the most important


def fold_stale(connection: Connection, now: datetime) -> int:
    """Fold what has waited too long, chat by chat; returns how many alerts. To be called again while there are any."""
    return _fold(connection, (alerts.c.created_at < now - FRESH_FOR) & is_low(alerts.c.priority), now)


def fold_flood(connection: Connection, article_ids: Collection[int], now: datetime) -> int:
    """Fold the alerts of these articles, chat by chat; returns how many."""
    return _fold(connection, alerts.c.article_id.in_(article_ids), now)


def named_in(connection: Connection, digest_ids: Collection[int]) -> dict[int, tuple[list[Told], int]]:
    """What each digest tells of: the most important articles, and how many there are in all."""
    query = (
        select(alerts.c.folded_into, alerts.c.article_id)
        .where(alerts.c.folded_into.in_(digest_ids))
        .order_by(alerts.c.folded_into, alerts.c.priority, alerts.c.id)
    )
    folded: dict[int, list[int]] = {}
    for row in connection.execute(query):
        folded.setdefault(row.folded_into, []).append(row.article_id)
    wanted = {article for ids in folded.values() for article in ids[:NAMED]}
    known = by_ids(connection, wanted) if wanted else {}
    return {
        digest: ([known[article][0] for article in ids[:NAMED] if article in known], len(ids))
        for digest, ids in folded.items()
    }


def _fold(connection: Connection, which: ColumnElement[bool], now: datetime) -> int:
    query = (
        select(alerts.c.id, alerts.c.chat_id)
        .where(which, alerts.c.state == "ready", alerts.c.kind != AlertKind.DIGEST)
        .order_by(alerts.c.chat_id, alerts.c.priority, alerts.c.id)
        .limit(FOLDED_AT_ONCE)
    )
    chats = groupby(connection.execute(query).all(), key=lambda row: row.chat_id)
    groups = [rows for _, found in chats if len(rows := [row.id for row in found]) >= FEWEST]
    if not groups:
        return 0
    # The first of each chat carries the digest, and is one of the alerts that it tells of.
    _set(connection, [{"of": g[0], "into": g[0]} for g in groups], kind=AlertKind.DIGEST, due_at=now)
    rest = [{"of": row, "into": group[0]} for group in groups for row in group[1:]]
    _set(connection, rest, state="folded")
    return sum(map(len, groups))


def _set(connection: Connection, rows: Sequence[dict[str, int]], **changes: Any) -> None:
    statement = update(alerts).where(alerts.c.id == bindparam("of"))
    connection.execute(statement.values(folded_into=bindparam("into"), **changes), list(rows))
