"""The outbox: one row for each alert, and the states it goes through.

    ready -> sending -> sent
                     -> ready   (again later: 429, network; or after a crash, then `uncertain`)
                     -> dead    (Telegram will never take it, or the chat has gone for good)
          -> folded             (told of in a digest: store/digests.py)
          -> paused -> folded   (the chat cannot be written to; told of in a digest when it is back)

`sending` is committed before the call. What a crash leaves in `sending` may have arrived: it is sent once more,
and silently.

A sent message is edited when its story has grown: `edit_due_at` says when. It stays due until the edit is recorded,
so a crash loses none.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from bot.domain.alerting import URGENT, AlertKind, Known, priority_of
from bot.domain.pacing import BOT, Rates, Slots, chat_scope
from bot.store.claimed import Claimed, claimed
from bot.store.database import insert, is_any_of, learn_sizes
from bot.store.tables import alerts, chats, pace, stories

SCANNED_IN_A_CLAIM = 200
MANY = 20  # alerts alike that are worth a statement of their own
EDIT_EVERY = timedelta(seconds=60)  # at most: a message that keeps changing is not read
EDITED_FOR = timedelta(hours=24)  # after it was sent; Telegram allows 48 hours (Bot API, editMessageText)
MOST_EDITED = 1_000  # messages of one story: at 30 a second more would be old before they are edited
EDIT_LEASE = timedelta(minutes=2)  # an edit whose end was not recorded is tried again after this


@dataclass(frozen=True, slots=True)
class NewAlert:
    chat_id: int
    story_id: int
    article_id: int
    evidence: tuple[dict[str, Any], ...]
    priority: int  # `domain.alerting.priority_of`
    due_at: datetime
    kind: AlertKind = AlertKind.FIRST
    revision: int = 0  # of the article


def add(connection: Connection, new: Sequence[NewAlert], now: datetime) -> set[tuple[int, int]]:
    """Queue alerts; returns the (chat, article) that there was such an alert of already: of that very revision."""
    queued = set[tuple[int, int]]()
    few = list[NewAlert]()
    for alike in _alike(new):
        if len(alike) < MANY:
            few += alike
        else:
            queued |= {(chat, alike[0].article_id) for chat in _add_alike(connection, alike, now)}
    if few:
        each = _unless_there(insert(connection, alerts)).returning(alerts.c.chat_id, alerts.c.article_id)
        rows = [{"chat_id": a.chat_id, **_common(a, now)} for a in few]
        queued |= {(row.chat_id, row.article_id) for row in connection.execute(each, rows)}
    return {(a.chat_id, a.article_id) for a in new} - queued


def _alike(new: Sequence[NewAlert]) -> Iterable[list[NewAlert]]:
    """Those that differ in nothing but their chat; `whom_to_tell` gives chats that watch the same the same evidence."""
    groups: defaultdict[tuple[Any, ...], list[NewAlert]] = defaultdict(list)
    for a in new:
        groups[id(a.evidence), a.story_id, a.article_id, a.revision, a.priority, a.kind, a.due_at].append(a)
    return groups.values()


def _add_alike(connection: Connection, alike: Sequence[NewAlert], now: datetime) -> Iterable[int]:
    """In one statement that names what they share once; returns the chats."""
    shared = {name: literal(value, alerts.c[name].type) for name, value in _common(alike[0], now).items()}
    theirs = is_any_of(connection, chats.c.id, [a.chat_id for a in alike])
    each = select(chats.c.id, *shared.values()).where(theirs)
    statement = _unless_there(insert(connection, alerts).from_select(["chat_id", *shared], each))
    return connection.scalars(statement.returning(alerts.c.chat_id)).all()


def _unless_there(statement: Any) -> Any:
    return statement.on_conflict_do_nothing(index_elements=["chat_id", "article_id", "revision"])


def _common(a: NewAlert, now: datetime) -> dict[str, Any]:
    return {
        "story_id": a.story_id,
        "article_id": a.article_id,
        "revision": a.revision,
        "evidence": list(a.evidence),
        "priority": a.priority,
        "kind": a.kind,
        "state": "ready",
        "due_at": a.due_at,
        "created_at": now,
    }


def have_grown(connection: Connection) -> None:
    """Thousands of alerts have been queued, or may have been."""
    learn_sizes(connection, alerts, chats, pace)


def told_of(connection: Connection, story_ids: Collection[int]) -> set[int]:
    """Which of these stories any chat has an alert of."""
    if not story_ids:
        return set()
    some = exists().where(alerts.c.story_id == stories.c.id)
    return set(connection.scalars(select(stories.c.id).where(stories.c.id.in_(story_ids), some)))


def known(connection: Connection, story_id: int, first: int, last: int, since: datetime) -> dict[int, Known]:
    """What the chats from `first` to `last` have heard of a story; developments since `since` are counted."""
    ours = (alerts.c.story_id == story_id) & alerts.c.chat_id.between(first, last)
    return {chat: heard for (_, chat), heard in _known(connection, ours, since).items()}


def known_among(
    connection: Connection, story_ids: Collection[int], chat_ids: Collection[int], since: datetime
) -> dict[tuple[int, int], Known]:
    """(story, chat) -> what the chat has heard of the story."""
    if not story_ids or not chat_ids:
        return {}
    return _known(connection, alerts.c.story_id.in_(story_ids) & alerts.c.chat_id.in_(chat_ids), since)


def _known(connection: Connection, which: ColumnElement[bool], since: datetime) -> dict[tuple[int, int], Known]:
    late = alerts.c.kind.in_((AlertKind.DEVELOPMENT, AlertKind.DENIAL)) & (alerts.c.created_at >= since)
    query = (
        select(
            alerts.c.story_id,
            alerts.c.chat_id,
            func.max(case((alerts.c.state == "ready", 1), else_=0)).label("waiting"),
            func.sum(case((late, 1), else_=0)).label("rings"),
        )
        .where(which)
        .group_by(alerts.c.story_id, alerts.c.chat_id)
    )
    return {(r.story_id, r.chat_id): Known(bool(r.waiting), r.rings) for r in connection.execute(query)}


def outdate(connection: Connection, grown: Mapping[int, int], now: datetime) -> set[int]:
    """Stories have grown, by news of some urgency each: their messages are to be edited, and what waits of a story
    hurries if its news is urgent. Returns the stories that have a message to edit.
    """
    told = told_of(connection, grown)
    urgent = [story for story in told if grown[story] == URGENT]
    if urgent:
        fresh = (alerts.c.state == "ready") & (alerts.c.attempts == 0) & alerts.c.story_id.in_(urgent)
        hurry = update(alerts).where(fresh, alerts.c.priority > priority_of(URGENT, near=False))
        connection.execute(hurry.values(priority=priority_of(URGENT, near=True), due_at=now))
    due = [(story, row) for story in sorted(told) for row in _shown(connection, story, now)]
    if due:
        rows = [{"of": r.id, "due": max(now, (r.edited_at or r.sent_at or now) + EDIT_EVERY)} for _, r in due]
        change = update(alerts).where(alerts.c.id == bindparam("of")).values(edit_due_at=bindparam("due"))
        connection.execute(change, rows)
    return {story for story, _ in due}


def _shown(connection: Connection, story_id: int, now: datetime) -> Sequence[Any]:
    """The messages that show a story and can be edited."""
    first = (alerts.c.story_id == story_id) & (alerts.c.kind == AlertKind.FIRST)
    query = (
        select(alerts.c.id, alerts.c.sent_at, alerts.c.edited_at)
        .where(first, alerts.c.state.in_(("sent", "sending")), alerts.c.created_at > now - EDITED_FOR)
        .order_by(alerts.c.id)
        .limit(MOST_EDITED)
    )
    return connection.execute(query).all()


def next_due_at(connection: Connection, now: datetime) -> datetime | None:
    """When the earliest alert or edit is due, `now` if one is due already; None when there is nothing to do."""
    at = {"now": now, "editable_since": now - EDITED_FOR}
    # Asked first, since it ends with the first row: the earliest of a hundred thousand is found by reading them all.
    if connection.execute(_ANY_DUE, at).first():
        return now
    return min(
        (due for query in (_NEXT_SEND, _NEXT_EDIT) if (due := connection.execute(query, at).scalar())), default=None
    )


def claim(connection: Connection, rates: Rates, room: int, now: datetime) -> list[Claimed]:
    """Take at most `room` due alerts that may be sent within the look-ahead, and mark them `sending`; where there is
    room left, edits that are due."""
    slots = Slots(rates, now, {BOT: _next_at(connection, BOT) or now})
    sends = _taken(connection, _READY, slots, room)
    if sends:
        connection.execute(_SENDING, {"ids": [row.id for row, _ in sends]})
    edits = _taken(connection, _BEHIND, slots, room - len(sends))
    lease = now + EDIT_LEASE
    if edits:
        connection.execute(_EDITING, {"ids": [row.id for row, _ in edits], "now": now, "lease": lease})
    _move_pace(connection, dict(slots.changes()))
    return [*claimed(connection, sends, None), *claimed(connection, edits, lease)]


def edited(connection: Connection, alert: Claimed, again_at: datetime | None = None) -> None:
    """An edit is done, or is to be tried `again_at`; one that became due meanwhile stays due."""
    ours = (alerts.c.id == alert.id) & (alerts.c.edit_due_at == alert.lease)
    connection.execute(update(alerts).where(ours).values(edit_due_at=again_at))


def not_before(connection: Connection, scope: str, instant: datetime) -> None:
    """Nothing is sent to this scope before `instant`."""
    _move_pace(connection, {scope: instant})


def _move_pace(connection: Connection, instants: Mapping[str, datetime]) -> None:
    if instants:
        row = insert(connection, pace)
        moved = row.on_conflict_do_update(index_elements=["scope"], set_={"next_at": row.excluded.next_at})
        connection.execute(moved, [{"scope": scope, "next_at": instant} for scope, instant in instants.items()])


def mark_sent(connection: Connection, sent: Mapping[int, int], now: datetime) -> None:
    """Alert -> the message that it has become."""
    connection.execute(_SENT, [{"of": alert, "message": message, "now": now} for alert, message in sent.items()])


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
    have_grown(connection)
    statement = update(alerts).where(alerts.c.state == "sending").values(state="ready", uncertain=True)
    return connection.execute(statement).rowcount


def _leave_sending(connection: Connection, alert_id: int, **changes: Any) -> None:
    """Compare and set: an alert that has been forgotten, or settled by another run, is left alone."""
    ours = (alerts.c.id == alert_id) & (alerts.c.state == "sending")
    connection.execute(update(alerts).where(ours).values(**changes))


def _next_at(connection: Connection, scope: str) -> datetime | None:
    return connection.execute(_NEXT_AT, {"scope": scope}).scalar()


def _taken(connection: Connection, query: Select[Any], slots: Slots, room: int) -> list[tuple[Any, datetime]]:
    """The rows that get a slot."""
    taken: list[tuple[Any, datetime]] = []
    if room <= 0 or slots.full():
        return taken
    at = {"now": slots.now, "editable_since": slots.now - EDITED_FOR}
    for row in connection.execute(query, at):
        if len(taken) == room or slots.full():
            break
        if row.chat_next_at is not None:
            slots.next_at.setdefault(chat_scope(row.chat_id), row.chat_next_at)
        if (slot := slots.take(row.chat_id)) is not None:
            taken.append((row, slot))
    return taken


# Made once: to make them anew for each claim takes longer than to run them. `now`, `editable_since`: instants.
_IS_READY = alerts.c.state == "ready"
_IS_ACTIVE = chats.c.state == "active"  # what is due elsewhere is not claimed
_MAY_BE_EDITED = and_(
    alerts.c.edit_due_at.is_not(None),
    alerts.c.state == "sent",
    alerts.c.message_id.is_not(None),
    alerts.c.sent_at > bindparam("editable_since"),
)
_OF_ACTIVE = select(alerts.c.id).join(chats, chats.c.id == alerts.c.chat_id).where(_IS_ACTIVE)
_ANY_DUE = _OF_ACTIVE.where(_IS_READY, alerts.c.due_at <= bindparam("now")).limit(1)
_NEXT_SEND = select(func.min(alerts.c.due_at)).where(_IS_READY, alerts.c.due_at > bindparam("now"))
_NEXT_EDIT = (
    _OF_ACTIVE.with_only_columns(alerts.c.edit_due_at).where(_MAY_BE_EDITED).order_by(alerts.c.edit_due_at).limit(1)
)

_NEXT_AT = select(pace.c.next_at).where(pace.c.scope == bindparam("scope"))
_chat_pace = pace.alias("chat_pace")
_OPEN = (  # alerts of chats that may be written to now
    select(alerts, chats.c.language, chats.c.thread_id, _chat_pace.c.next_at.label("chat_next_at"))
    .join(chats, chats.c.id == alerts.c.chat_id)
    .outerjoin(_chat_pace, _chat_pace.c.scope == "chat:" + alerts.c.chat_id.cast(pace.c.scope.type))
    .where(_IS_ACTIVE, or_(_chat_pace.c.next_at.is_(None), _chat_pace.c.next_at <= bindparam("now")))
    .limit(SCANNED_IN_A_CLAIM)
)
# Due alerts, the most urgent first; and messages that their story has overtaken, those first that have waited longest.
_READY = _OPEN.where(_IS_READY, alerts.c.due_at <= bindparam("now")).order_by(alerts.c.priority, alerts.c.id)
_BEHIND = _OPEN.where(_MAY_BE_EDITED, alerts.c.edit_due_at <= bindparam("now")).order_by(alerts.c.edit_due_at)

_TAKEN = update(alerts).where(alerts.c.id.in_(bindparam("ids", expanding=True)))
_SENDING = _TAKEN.values(state="sending")
_EDITING = _TAKEN.values(edited_at=bindparam("now"), edit_due_at=bindparam("lease"))
_SENT = (
    update(alerts)
    .where(alerts.c.id == bindparam("of"), alerts.c.state == "sending")
    .values(state="sent", message_id=bindparam("message"), sent_at=bindparam("now"), why=None)
)
