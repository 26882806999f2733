"""Alerts that are told of together: what waited too long to be news, a flood from one poll, and what a chat missed
while it could not be written to.

Folding takes alerts that are `ready` out of the outbox and leaves one in their place, a digest that names the most
important and says how many there are: nothing is dropped in silence.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, or_, select, update

from bot.domain.alerting import AlertKind, is_low, priority_of, urgency_of
from bot.domain.departures import Absence
from bot.domain.model import Silence
from bot.store.articles import ITEMS_IN_A_QUERY, Told, by_ids
from bot.store.database import insert
from bot.store.facts import events_in
from bot.store.tables import alerts, articles, silences

FRESH_FOR = timedelta(hours=3)  # an alert that is not urgent, and waits longer than this, has become stale
FEWEST = 2  # alerts that are worth a digest
FOLDED_AT_ONCE = 2_000  # alerts in one unit of work
NAMED = 5  # of a digest, the most important
WEIGHED = 500  # of the reports that a chat missed, the last ones: among them are the most important looked for
FILED_LATE = timedelta(minutes=5)  # a silence bears the time of its poll, which may be so long before it was filed


def fold_stale(connection: Connection, now: datetime) -> int:
    """Fold what has waited too long, chat by chat; returns how many alerts. To be called again while there are any."""
    return _fold(connection, (alerts.c.created_at < now - FRESH_FOR) & is_low(alerts.c.priority), now)


def fold_flood(connection: Connection, article_ids: Collection[int], now: datetime) -> int:
    """Fold the alerts of these articles, chat by chat; returns how many."""
    return _fold(connection, alerts.c.article_id.in_(article_ids), now)


def fold_absence(connection: Connection, chat_id: int, since: datetime, now: datetime) -> Absence:
    """A chat is back that could not be written to `since` then: what waits for it, and what would have, becomes one
    digest. Where nothing does, there is none."""
    waiting = _waiting(connection, chat_id)
    earlier = [before.since for row in waiting if row.kind == AlertKind.DIGEST and (before := absence_in(row.evidence))]
    since = min([since, *earlier])  # it was away before, and left again before it could be told
    told = {row.article_id for row in waiting}
    missed = [article for article in _missed(connection, chat_id, since) if article not in told]
    absence = Absence(since, len(waiting) + len(missed))
    folded = [(row.priority, row.id) for row in waiting]
    folded += _put_beside(connection, chat_id, missed, {row.story_id for row in waiting}, now)
    if folded:
        (_, first), *rest = sorted(folded)
        evidence = [{"absent_since": absence.since.isoformat(), "missed": absence.missed}]
        anew = {"state": "ready", "uncertain": False, "attempts": 0, "why": None, "due_at": now}
        _set(connection, [{"of": first, "into": first}], kind=AlertKind.DIGEST, evidence=evidence, **anew)
        if rest:
            _set(connection, [{"of": row, "into": first} for _, row in rest], state="folded")
    return absence


def absence_in(evidence: Any) -> Absence | None:
    """What a digest says of its chat's absence; None for one that has another reason."""
    row = next(iter(evidence), None)
    if not isinstance(row, dict) or "absent_since" not in row:
        return None
    return Absence(datetime.fromisoformat(row["absent_since"]), row["missed"])


def named_in(connection: Connection, digest_ids: Collection[int]) -> dict[int, tuple[list[Told], int]]:
    """What each digest tells of: the most important articles, and how many there are in all."""
    if not digest_ids:
        return {}
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


def _waiting(connection: Connection, chat_id: int) -> Sequence[Any]:
    """The alerts that a chat has not had, with those that a digest among them tells of."""
    late = alerts.c.state.in_(("ready", "paused"))
    digests = select(alerts.c.id).where(alerts.c.chat_id == chat_id, late, alerts.c.kind == AlertKind.DIGEST)
    query = select(alerts).where(alerts.c.chat_id == chat_id, or_(late, alerts.c.folded_into.in_(digests)))
    return connection.execute(query.order_by(alerts.c.id)).all()


def _missed(connection: Connection, chat_id: int, since: datetime) -> list[int]:
    """The articles that would have rung in a chat, the last ones first."""
    paused = (silences.c.chat_id == chat_id) & (silences.c.reason == Silence.CHAT_PAUSED)
    query = select(silences.c.article_id).where(paused, silences.c.at >= since - FILED_LATE).distinct()
    return list(connection.scalars(query.order_by(silences.c.article_id.desc())))


def _put_beside(
    connection: Connection, chat_id: int, article_ids: Sequence[int], stories: set[int], now: datetime
) -> list[tuple[int, int]]:
    """Alerts of the most important of these articles, for a digest to tell of; one of a story, and none of `stories`.
    Returns the priority and id of each."""
    columns = articles.c.id, articles.c.story_id, articles.c.revision, articles.c.facts
    found = list[Any]()
    for start in range(0, min(len(article_ids), WEIGHED), ITEMS_IN_A_QUERY):
        some = article_ids[start : min(start + ITEMS_IN_A_QUERY, WEIGHED)]
        found += connection.execute(select(*columns).where(articles.c.id.in_(some))).all()
    first: dict[int, Any] = {}
    for row in sorted(found, key=lambda row: (urgency_of(events_in(row.facts)), -row.id)):
        if row.story_id not in stories:
            first.setdefault(row.story_id, row)
    rows = [
        {
            "chat_id": chat_id,
            "story_id": row.story_id,
            "article_id": row.id,
            "revision": row.revision,
            "evidence": [],
            "priority": priority_of(urgency_of(events_in(row.facts)), near=False),
            "kind": AlertKind.FIRST,
            "state": "folded",
            "due_at": now,
            "created_at": now,
        }
        for row in list(first.values())[:NAMED]
    ]
    if not rows:
        return []
    new = insert(connection, alerts).on_conflict_do_nothing(index_elements=["chat_id", "article_id", "revision"])
    return [(r.priority, r.id) for r in connection.execute(new.returning(alerts.c.id, alerts.c.priority), rows)]


def _set(connection: Connection, rows: Sequence[dict[str, int]], **changes: Any) -> None:
    statement = update(alerts).where(alerts.c.id == bindparam("of"))
    connection.execute(statement.values(folded_into=bindparam("into"), **changes), list(rows))
