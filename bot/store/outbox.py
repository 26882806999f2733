"""The outbox: one row for each alert, and the states it goes through.

    ready -> sending -> sent
                     -> ready   (again later: 429, network; or after a crash, then `uncertain`)
                     -> dead    (Telegram will never take it, or the chat has gone)

`sending` is committed before the call. What a crash leaves in `sending` may have arrived: it is sent once more,
and silently.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from bot.domain.model import Article
from bot.domain.pacing import BOT, Rates, Slots, chat_scope
from bot.store.database import insert
from bot.store.tables import alerts, articles, chats, pace, sources

SCANNED_IN_A_CLAIM = 200


@dataclass(frozen=True, slots=True)
class NewAlert:
    chat_id: int
    story_id: int
    article_id: int
    evidence: tuple[dict[str, Any], ...]
    priority: int = 2  # `domain.alerting.priority_of`


@dataclass(frozen=True, slots=True)
class Claimed:
    """An alert that is ours to send at `slot`, with all that its message is made of."""

    id: int
    chat_id: int
    language: str  # of the chat
    article: Article
    source_name: str  # in the chat's language
    evidence: tuple[dict[str, Any], ...]
    attempts: int
    uncertain: bool
    slot: datetime


def add(connection: Connection, new: Sequence[NewAlert], now: datetime) -> set[int]:
    """Queue alerts; returns the chats that had been told of the story already, and get none."""
    if not new:
        return set()
    rows = [
        {
            "chat_id": a.chat_id,
            "story_id": a.story_id,
            "article_id": a.article_id,
            "evidence": list(a.evidence),
            "priority": a.priority,
            "state": "ready",
            "due_at": now,
            "created_at": now,
        }
        for a in new
    ]
    statement = insert(connection, alerts).on_conflict_do_nothing(index_elements=["chat_id", "story_id"])
    queued = set(connection.scalars(statement.returning(alerts.c.chat_id), rows))
    return {a.chat_id for a in new} - queued


def next_due_at(connection: Connection) -> datetime | None:
    """When the earliest ready alert is due; None when the outbox is empty."""
    query = select(alerts.c.due_at).where(alerts.c.state == "ready").order_by(alerts.c.due_at).limit(1)
    return connection.execute(query).scalar()


def claim(connection: Connection, rates: Rates, room: int, now: datetime) -> list[Claimed]:
    """Take at most `room` due alerts that may be sent within the look-ahead, and mark them `sending`."""
    slots = Slots(rates, now, {BOT: _next_at(connection, BOT) or now})
    claimed: list[Claimed] = []
    for row in _ready(connection, now):
        if len(claimed) == room or slots.full():
            break
        if row.chat_next_at is not None:
            slots.next_at.setdefault(chat_scope(row.chat_id), row.chat_next_at)
        if (slot := slots.take(row.chat_id)) is not None:
            claimed.append(_claimed(row, slot))
    if claimed:
        taken = [alert.id for alert in claimed]
        connection.execute(update(alerts).where(alerts.c.id.in_(taken)).values(state="sending"))
        for scope, instant in slots.changes():
            not_before(connection, scope, instant)
    return claimed


def not_before(connection: Connection, scope: str, instant: datetime) -> None:
    """Nothing is sent to this scope before `instant`."""
    row = insert(connection, pace).values(scope=scope, next_at=instant)
    connection.execute(row.on_conflict_do_update(index_elements=["scope"], set_={"next_at": instant}))


def mark_sent(connection: Connection, alert_id: int, message_id: int, now: datetime) -> None:
    _leave_sending(connection, alert_id, state="sent", message_id=message_id, sent_at=now, why=None)


def mark_dead(connection: Connection, alert_id: int, why: str) -> None:
    _leave_sending(connection, alert_id, state="dead", why=why)


def postpone(connection: Connection, alert_id: int, until: datetime, uncertain: bool, counts: bool = True) -> None:
    """Try again at `until`. `counts`: it was an attempt of this alert's own, not a wait of the whole bot."""
    changes: dict[str, Any] = {"state": "ready", "due_at": until}
    if counts:
        changes["attempts"] = alerts.c.attempts + 1
    if uncertain:
        changes["uncertain"] = True
    _leave_sending(connection, alert_id, **changes)


def recover(connection: Connection) -> int:
    """After a crash: what was being sent may have arrived, and is sent once more. Returns how many."""
    statement = update(alerts).where(alerts.c.state == "sending").values(state="ready", uncertain=True)
    return connection.execute(statement).rowcount


def prune_pace(connection: Connection, now: datetime) -> int:
    """Instants that have passed limit nothing any more."""
    return connection.execute(delete(pace).where(pace.c.next_at < now)).rowcount


def _leave_sending(connection: Connection, alert_id: int, **changes: Any) -> None:
    """Compare and set: an alert that has been forgotten, or settled by another run, is left alone."""
    ours = (alerts.c.id == alert_id) & (alerts.c.state == "sending")
    connection.execute(update(alerts).where(ours).values(**changes))


def _next_at(connection: Connection, scope: str) -> datetime | None:
    return connection.execute(select(pace.c.next_at).where(pace.c.scope == scope)).scalar()


def _ready(connection: Connection, now: datetime) -> Iterable[Any]:
    """Due alerts of active chats that may be written to within the look-ahead, the most urgent first."""
    chat_pace = pace.alias("chat_pace")
    may_be_sent = (chat_pace.c.next_at.is_(None)) | (chat_pace.c.next_at <= now)
    query = (
        select(
            alerts.c.id,
            alerts.c.chat_id,
            alerts.c.evidence,
            alerts.c.attempts,
            alerts.c.uncertain,
            chats.c.language.label("chat_language"),
            chat_pace.c.next_at.label("chat_next_at"),
            sources.c.name_ar,
            sources.c.name_en,
            *(column for column in articles.c if column.name != "id"),
        )
        .join(chats, chats.c.id == alerts.c.chat_id)
        .join(articles, articles.c.id == alerts.c.article_id)
        .join(sources, sources.c.id == articles.c.source_id)
        .outerjoin(chat_pace, chat_pace.c.scope == "chat:" + alerts.c.chat_id.cast(pace.c.scope.type))
        .where(alerts.c.state == "ready", alerts.c.due_at <= now, chats.c.state == "active", may_be_sent)
        .order_by(alerts.c.priority, alerts.c.id)
        .limit(SCANNED_IN_A_CLAIM)
    )
    return connection.execute(query)


def _claimed(row: Any, slot: datetime) -> Claimed:
    article = Article(
        source_id=row.source_id,
        key=row.key,
        url=row.url,
        title=row.title,
        text=row.text,
        language=row.language,
        published_at=row.published_at,
        seen_at=row.seen_at,
        fingerprint=None,
    )
    return Claimed(
        id=row.id,
        chat_id=row.chat_id,
        language=row.chat_language,
        article=article,
        source_name=row.name_ar if row.chat_language == "ar" else row.name_en,
        evidence=row.evidence,  # not looked at here: one broken row must not stop the claim
        attempts=row.attempts,
        uncertain=row.uncertain,
        slot=slot,
    )
