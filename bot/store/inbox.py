"""Telegram's updates, kept before Telegram may forget them, until they are handled."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select, update

from bot.store.database import insert
from bot.store.tables import inbox


@dataclass(frozen=True, slots=True)
class Pending:
    """An update that waits for its handler. `attempts` counts the times it was given up for later."""

    update_id: int
    digest: str
    payload: dict[str, Any]
    chat_id: int | None
    attempts: int


def keep(connection: Connection, updates: Iterable[tuple[dict[str, Any], int | None]], now: datetime) -> int:
    """Store updates as Telegram sent them, each with its chat; one that is known is not stored again.

    Returns how many are new.
    """
    new = 0
    for payload, chat_id in updates:
        canonical = json.dumps(payload, sort_keys=True, ensure_ascii=True)
        row = insert(connection, inbox).values(
            update_id=payload["update_id"],
            digest=hashlib.sha256(canonical.encode()).hexdigest()[:16],
            payload=payload,
            chat_id=chat_id,
            received_at=now,
            due_at=now,
        )
        kept = row.on_conflict_do_nothing().returning(inbox.c.update_id)
        new += connection.execute(kept).first() is not None
    return new


def pending(connection: Connection, now: datetime, limit: int, busy: Sequence[int | None] = ()) -> list[Pending]:
    """Updates to be handled now, in the order in which they came, except those of the `busy` chats.

    A chat whose first update was postponed waits with all that it wrote since.
    """
    earlier = inbox.alias("earlier")
    postponed = exists().where(
        earlier.c.chat_id == inbox.c.chat_id, earlier.c.handled_at.is_(None), earlier.c.due_at > now
    )
    query = (
        select(inbox)
        .where(inbox.c.handled_at.is_(None), inbox.c.due_at <= now, ~postponed)
        .where(func.coalesce(inbox.c.chat_id, 0).not_in([chat or 0 for chat in busy]))
        .order_by(inbox.c.received_at, inbox.c.update_id)
        .limit(limit)
    )
    return [Pending(r.update_id, r.digest, r.payload, r.chat_id, r.attempts) for r in connection.execute(query)]


def mark_handled(connection: Connection, item: Pending, now: datetime) -> None:
    """Handled: what the person wrote is dropped, the identity stays for a while."""
    connection.execute(_row(item).values(handled_at=now, payload=None, chat_id=None))


def postpone(connection: Connection, item: Pending, until: datetime) -> None:
    connection.execute(_row(item).values(due_at=until, attempts=item.attempts + 1))


def prune(connection: Connection, now: datetime, keep_for: timedelta = timedelta(hours=48)) -> int:
    """Forget handled updates; Telegram offers an update for 24 hours at most (Bot API, "Getting updates")."""
    return connection.execute(delete(inbox).where(inbox.c.handled_at < now - keep_for)).rowcount


def _row(item: Pending) -> Any:
    return update(inbox).where(inbox.c.update_id == item.update_id, inbox.c.digest == item.digest)
