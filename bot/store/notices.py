"""What the operators are told: what ails a source, kept until each of them has it; and how the queues stand.

A notice is made in the transaction that finds the condition, so a kill loses none; one that was sent, but not marked,
is sent again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from bot.domain.source_health import Condition, Found, gravest_first
from bot.store.sources import to_report
from bot.store.tables import alerts, inbox, notices, sources

NOT_SOONER = timedelta(days=1)  # one that comes and goes is told of once a day
KEPT = timedelta(days=7)
AT_ONCE = 200  # open notices that are looked at together
_OF_SOURCE = ("name_ar", "name_en", "problem", "good_at", "last_item_at")


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that some operator does not have yet, and what its source's record says now. `told`: the chats of those
    that have it."""

    id: int
    source_id: str
    name_ar: str
    name_en: str
    condition: Condition
    detail: str
    problem: str | None
    good_at: datetime | None
    last_item_at: datetime | None
    told: frozenset[int]


def tell(
    connection: Connection, source_id: str, found: Found, among: Collection[Condition], now: datetime
) -> list[Condition]:
    """Of the conditions `among`, those `found` hold of a source now, and no others. Those that are new are queued for
    the operators, and returned."""
    held = connection.execute(select(sources.c.reported).where(sources.c.id == source_id)).scalar()
    if held is None:
        return []
    states = (set(held) - {str(condition) for condition in among}) | {str(condition) for condition in found}
    fresh = to_report(connection, source_id, states)
    new = [c for c in gravest_first(found) if c in fresh and not _told_lately(connection, source_id, c, now)]
    if new:
        rows = [{"source_id": source_id, "condition": c, "detail": found[c], "created_at": now} for c in new]
        connection.execute(notices.insert(), rows)
    return new


def _told_lately(connection: Connection, source_id: str, condition: Condition, now: datetime) -> bool:
    same = (notices.c.source_id == source_id) & (notices.c.condition == condition)
    query = select(notices.c.id).where(same, notices.c.created_at > now - NOT_SOONER).limit(1)
    return connection.execute(query).first() is not None


def waiting(connection: Connection) -> list[Notice]:
    """The open notices, the oldest first."""
    query = (
        select(notices, *(sources.c[name] for name in _OF_SOURCE))
        .join(sources, sources.c.id == notices.c.source_id)
        .where(notices.c.closed_at.is_(None))
        .order_by(notices.c.id)
        .limit(AT_ONCE)
    )
    return [
        Notice(
            id=r.id,
            source_id=r.source_id,
            condition=Condition(r.condition),
            detail=r.detail,
            told=frozenset(r.told),
            **{name: getattr(r, name) for name in _OF_SOURCE},
        )
        for r in connection.execute(query)
        if r.condition in set(Condition)  # another version may have had more
    ]


def mark_told(
    connection: Connection, told: Sequence[Notice], chat_id: int, operators: Collection[int], now: datetime
) -> None:
    """An operator's chat has these notices. Those that all have are closed, and forgotten after a week."""
    for notice in told:
        chats = connection.execute(select(notices.c.told).where(notices.c.id == notice.id)).scalar()
        having = {*(chats or ()), chat_id}
        closed_at = now if having >= set(operators) else None
        row = update(notices).where(notices.c.id == notice.id)
        connection.execute(row.values(told=sorted(having), closed_at=closed_at))
    connection.execute(delete(notices).where(notices.c.closed_at < now - KEPT))


def close_all(connection: Connection, now: datetime) -> None:
    """There is nobody to tell."""
    connection.execute(update(notices).where(notices.c.closed_at.is_(None)).values(closed_at=now))
    connection.execute(delete(notices).where(notices.c.closed_at < now - KEPT))


class Queues(NamedTuple):
    """How the queues stand. `waiting`: alerts that have not gone out, the oldest due at `due_at`. `sent`, `dead`:
    alerts of the last hour, by when they were sent, or made. `asked`: commands that are not handled."""

    waiting: int
    due_at: datetime | None
    sent: int
    sent_at: datetime | None
    dead: int
    asked: int


def queues(connection: Connection, now: datetime) -> Queues:
    hour = now - timedelta(hours=1)
    ready = alerts.c.state.in_(("ready", "sending"))
    queued = connection.execute(select(func.count(), func.min(alerts.c.due_at)).where(ready)).one()
    # By the number of the row, which an index has; an alert is sent soon after it was made.
    last = select(alerts.c.sent_at).where(alerts.c.sent_at.is_not(None)).order_by(alerts.c.id.desc()).limit(1)
    sent = select(func.count()).select_from(alerts).where(alerts.c.sent_at > hour)
    dead = select(func.count()).select_from(alerts).where(alerts.c.state == "dead", alerts.c.created_at > hour)
    asked = select(func.count()).select_from(inbox).where(inbox.c.handled_at.is_(None))
    return Queues(
        waiting=queued[0],
        due_at=queued[1],
        sent=connection.execute(sent).scalar_one(),
        sent_at=connection.execute(last).scalar(),
        dead=connection.execute(dead).scalar_one(),
        asked=connection.execute(asked).scalar_one(),
    )
