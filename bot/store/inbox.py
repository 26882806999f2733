"""Telegram's updates, kept before Telegram may forget them, until they are handled."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select, update

from bot.store.database import insert
from bot.store.tables import inbox


@dataclass(frozen=True, slots=True)
class Arrived:
    """An update as Telegram sent it, and its chat. `refusable`: a request, which a chat may have too many of."""

    payload: dict[str, Any]
    chat_id: int | None
    refusable: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """`new`: how many wait that did not before; `refused`: the chats of which some were not taken."""

    new: int
    refused: frozenset[int]


@dataclass(frozen=True, slots=True)
class Pending:
    """An update that waits for its handler. `attempts` counts the times it was given up for later."""

    update_id: int
    digest: str
    payload: dict[str, Any]
    chat_id: int | None
    attempts: int


def keep(connection: Connection, updates: Sequence[Arrived], most_waiting: int, now: datetime) -> Kept:
    """Store updates; one that is known is not stored again.

    A request of a chat of which `most_waiting` updates wait already is refused: of it only the identity is stored.
    """
    waiting = _waiting(connection, {update.chat_id for update in updates if update.chat_id is not None})
    new, refused = 0, set()
    for arrived in updates:
        chat_id = arrived.chat_id
        refuse = arrived.refusable and chat_id is not None and waiting[chat_id] >= most_waiting
        if not _insert(connection, arrived, refuse, now):
            continue
        if refuse and chat_id is not None:
            refused.add(chat_id)
            continue
        new += 1
        if chat_id is not None:
            waiting[chat_id] += 1
    return Kept(new, frozenset(refused))


def pending(connection: Connection, now: datetime, limit: int, busy: Iterable[int | None] = ()) -> list[Pending]:
    """The first update that waits of each chat, but for the `busy` ones, in the order in which they came.

    A chat whose first update was postponed waits with all that it wrote since.
    """
    in_its_chat = func.row_number().over(
        partition_by=inbox.c.chat_id, order_by=(inbox.c.received_at, inbox.c.update_id)
    )
    waiting = (
        select(inbox.c.update_id, inbox.c.digest, in_its_chat.label("place"))
        .where(inbox.c.handled_at.is_(None))
        .where(func.coalesce(inbox.c.chat_id, 0).not_in([chat or 0 for chat in busy]))
        .subquery()
    )
    same = and_(waiting.c.update_id == inbox.c.update_id, waiting.c.digest == inbox.c.digest)
    query = (
        select(inbox)
        .join(waiting, same)
        .where(waiting.c.place == 1, inbox.c.due_at <= now)
        .order_by(inbox.c.received_at, inbox.c.update_id)
        .limit(limit)
    )
    return [Pending(r.update_id, r.digest, r.payload, r.chat_id, r.attempts) for r in connection.execute(query)]


def mark_handled(connection: Connection, item: Pending, now: datetime) -> None:
    """Handled: what the person wrote is dropped, the identity stays for a while."""
    connection.execute(_row(item).values(handled_at=now, payload=None, chat_id=None))


def postpone(connection: Connection, item: Pending, until: datetime, counts: bool = True) -> None:
    """Handle it at `until`. `counts`: that was an attempt, and not only a wait."""
    connection.execute(_row(item).values(due_at=until, attempts=item.attempts + counts))


def _waiting(connection: Connection, chat_ids: Collection[int]) -> Counter[int]:
    query = (
        select(inbox.c.chat_id, func.count().label("updates"))
        .where(inbox.c.handled_at.is_(None), inbox.c.chat_id.in_(chat_ids))
        .group_by(inbox.c.chat_id)
    )
    return Counter({row.chat_id: row.updates for row in connection.execute(query)})


def _insert(connection: Connection, arrived: Arrived, refuse: bool, now: datetime) -> bool:
    """Returns whether it was not there before."""
    canonical = json.dumps(arrived.payload, sort_keys=True, ensure_ascii=True)
    row = insert(connection, inbox).values(
        update_id=arrived.payload["update_id"],
        digest=hashlib.sha256(canonical.encode()).hexdigest()[:16],
        payload=None if refuse else arrived.payload,
        chat_id=None if refuse else arrived.chat_id,
        received_at=now,
        due_at=now,
        handled_at=now if refuse else None,
    )
    return connection.execute(row.on_conflict_do_nothing().returning(inbox.c.update_id)).first() is not None


def _row(item: Pending) -> Any:
    return update(inbox).where(inbox.c.update_id == item.update_id, inbox.c.digest == item.digest)
