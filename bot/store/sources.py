"""The sources' state: what to ask them with, when to look again, what went wrong."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, func, select, update

from bot.domain.model import DueSource, Poll, PollOutcome, Source, Validators
from bot.store.tables import sources


def enlist(connection: Connection, catalogue: Sequence[Source], now: datetime) -> None:
    """Make the enabled sources exactly `catalogue`. A source with a new address begins afresh: its first poll
    alerts nobody."""
    connection.execute(update(sources).values(enabled=False))
    for source in catalogue:
        row: dict[str, object] = {
            "url": source.url,
            "name_ar": source.name_ar,
            "name_en": source.name_en,
            "language": source.language,
            "area": source.area,
            "interval_seconds": round(source.interval.total_seconds()),
            "enabled": True,
        }
        known = connection.execute(select(sources.c.url).where(sources.c.id == source.id)).scalar()
        if known is None:
            connection.execute(sources.insert().values(id=source.id, next_poll_at=now, failures=0, **row))
            continue
        if known != source.url:
            row |= {"etag": None, "last_modified": None, "filed_at": None, "failures": 0, "next_poll_at": now}
        connection.execute(update(sources).where(sources.c.id == source.id).values(row))


def due(connection: Connection, now: datetime, limit: int) -> list[DueSource]:
    """At most `limit` of the enabled sources whose time has come, the longest waiting first."""
    due_now = select(sources).where(sources.c.enabled, sources.c.next_poll_at <= now)
    query = due_now.order_by(sources.c.next_poll_at).limit(limit)
    return [
        DueSource(
            Source(
                row.id,
                row.name_ar,
                row.name_en,
                row.url,
                row.language,
                timedelta(seconds=row.interval_seconds),
                row.area,
            ),
            Validators(row.etag, row.last_modified),
            row.failures,
        )
        for row in connection.execute(query)
    ]


class Standing(NamedTuple):
    """`filed`: a poll of it has been filed before; if not, the one at hand alerts nobody."""

    filed: bool
    names: tuple[str, ...]


def standing(connection: Connection, source_id: str) -> Standing:
    """What the newsdesk must know of a source; one that is not in the table has neither name nor past."""
    query = select(sources.c.filed_at, sources.c.name_ar, sources.c.name_en).where(sources.c.id == source_id)
    row = connection.execute(query).first()
    return Standing(row.filed_at is not None, (source_id, row.name_ar, row.name_en)) if row else Standing(False, ())


def record_poll(connection: Connection, poll: Poll) -> None:
    """Store what one poll changes of its source's state. Belongs into the transaction that files its articles."""
    changes: dict[str, object] = {"polled_at": poll.polled_at, "next_poll_at": poll.next_poll_at}
    if poll.outcome is PollOutcome.FAILED:
        changes["failures"] = sources.c.failures + 1
    else:
        changes |= {"failures": 0, "good_at": poll.polled_at}
    if poll.outcome is PollOutcome.READ:
        changes["filed_at"] = func.coalesce(sources.c.filed_at, poll.polled_at)
    if poll.validators is not None:
        changes |= {"etag": poll.validators.etag, "last_modified": poll.validators.last_modified}
    if poll.problems:
        problem = poll.problems[0]
        changes |= {"problem": problem.kind, "problem_detail": problem.detail, "problem_at": poll.polled_at}
    connection.execute(update(sources).where(sources.c.id == poll.source_id).values(changes))
