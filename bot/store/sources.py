"""The sources' state: what to ask them with, when to look again, how they are doing, what went wrong."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, select, update

from bot.domain.model import (
    Article,
    DueSource,
    Poll,
    PollOutcome,
    Selectors,
    Source,
    SourceKind,
    SourceState,
    Validators,
)
from bot.domain.rates import counted, per_day, smoothed
from bot.store.tables import sources

BACKLOG = timedelta(hours=48)  # an item that was published longer ago says nothing of how quick its source is
_AFRESH: dict[str, object] = {  # of a source whose address is another one now
    "etag": None,
    "last_modified": None,
    "filed_at": None,
    "failures": 0,
    "paused_why": None,
    "rhythm": None,
    "title": None,
    "last_item_at": None,
    "items_a_day": None,
    "bytes_a_day": None,
    "measured_at": None,
    "delay_seconds": None,
    "reported": [],
}

# --- which sources there are ----------------------------------------------------------------------------------------


def enlist(connection: Connection, catalogue: Sequence[Source], now: datetime) -> None:
    """Make the enabled sources those of `catalogue` that are not off, and those that the operator added in the chat.

    A source with a new address begins afresh: its first poll alerts nobody.
    """
    connection.execute(update(sources).where(~sources.c.added_by_operator).values(enabled=False))
    for source in catalogue:
        _put(connection, source, now, {"enabled": source.state is not SourceState.OFF})


def add(connection: Connection, source: Source, now: datetime) -> None:
    """Add a source at the operator's word; it stays until `remove`, whatever the files say. Idempotent."""
    _put(connection, source, now, {"enabled": True, "added_by_operator": True})


def remove(connection: Connection, source_id: str) -> bool:
    """Stop polling a source; its articles stay. One of the files comes back at the next start. False: not known."""
    changes = {"enabled": False, "added_by_operator": False}
    return bool(connection.execute(update(sources).where(sources.c.id == source_id).values(changes)).rowcount)


def _put(connection: Connection, source: Source, now: datetime, row: dict[str, object]) -> None:
    row |= {
        "url": source.url,
        "name_ar": source.name_ar,
        "name_en": source.name_en,
        "definition": _definition(source),
    }
    known = connection.execute(select(sources.c.url).where(sources.c.id == source.id)).scalar()
    if known is None:
        connection.execute(sources.insert().values(id=source.id, next_poll_at=now, failures=0, **row))
        return
    if known != source.url:
        row |= _AFRESH | {"next_poll_at": now}
    connection.execute(update(sources).where(sources.c.id == source.id).values(row))


def _definition(source: Source) -> dict[str, Any]:
    """A source as JSON; what it leaves out is the default."""
    known = asdict(source) | {"interval_seconds": round(source.interval.total_seconds())}
    del known["interval"]
    return known


def _source(row: Row[Any]) -> Source:
    """The source of a row. What another version wrote into the definition and we do not know is left out.

    One that was to be checked is on once a poll of it has brought items.
    """
    stored: dict[str, Any] = row.definition
    known = {field.name: stored[field.name] for field in fields(Source) if field.name in stored}
    known |= {"id": row.id, "url": row.url, "name_ar": row.name_ar, "name_en": row.name_en}
    known["kind"] = SourceKind(stored.get("kind", SourceKind.FEED))
    known["state"] = SourceState(stored.get("state", SourceState.ON))
    known["interval"] = timedelta(seconds=stored.get("interval_seconds", 300))
    known |= {name: tuple(stored.get(name, ())) for name in ("languages", "strip")}
    known["selectors"] = Selectors(**stored["selectors"]) if stored.get("selectors") else None
    source = Source(**known)
    proven = source.state is SourceState.CHECK and row.filed_at is not None
    return replace(source, state=SourceState.ON) if proven else source


# --- polls ----------------------------------------------------------------------------------------------------------


def due(connection: Connection, now: datetime, limit: int) -> list[DueSource]:
    """At most `limit` of the enabled sources whose time has come, the longest waiting first."""
    due_now = select(sources).where(sources.c.enabled, sources.c.next_poll_at <= now)
    query = due_now.order_by(sources.c.next_poll_at).limit(limit)
    return [
        DueSource(_source(row), Validators(row.etag, row.last_modified), row.failures, row.rhythm)
        for row in connection.execute(query)
    ]


class Standing(NamedTuple):
    """`filed`: a poll of it has been filed before; if not, the one at hand alerts nobody."""

    filed: bool
    names: tuple[str, ...]
    source: Source | None = None


def standing(connection: Connection, source_id: str) -> Standing:
    """What the newsdesk must know of a source; one that is not in the table has neither name nor past."""
    row = connection.execute(select(sources).where(sources.c.id == source_id)).first()
    if row is None:
        return Standing(False, ())
    return Standing(row.filed_at is not None, (source_id, row.name_ar, row.name_en), _source(row))


@dataclass(frozen=True, slots=True)
class Findings:
    """What a poll found out about its source, besides its articles.

    `size`: bytes of the document. `rhythm`: for the schedule. `title`: that the source gives itself. `paused_why`:
    why it is hardly asked from now on. What is None stays as it was; a pause ends with the next poll that goes well.
    """

    size: int = 0
    rhythm: str | None = None
    title: str | None = None
    paused_why: str | None = None


def record_poll(
    connection: Connection, poll: Poll, new: Sequence[Article] = (), findings: Findings = Findings()
) -> None:
    """Store what one poll changes of its source's state; `new` are those of its articles that were not known.

    Belongs into the transaction that files its articles. A poll that brought nothing costs one statement.
    """
    changes: dict[str, object] = {"polled_at": poll.polled_at, "next_poll_at": poll.next_poll_at}
    if poll.outcome is PollOutcome.FAILED:
        changes["failures"] = sources.c.failures + 1
    else:
        changes |= {"failures": 0, "good_at": poll.polled_at, "paused_why": None}
    if poll.outcome is PollOutcome.READ:
        changes["filed_at"] = func.coalesce(sources.c.filed_at, poll.polled_at)
    if poll.validators is not None:
        changes |= {"etag": poll.validators.etag, "last_modified": poll.validators.last_modified}
    if poll.problems:
        problem = poll.problems[0]
        changes |= {"problem": problem.kind, "problem_detail": problem.detail, "problem_at": poll.polled_at}
    if new or findings.size:
        changes |= _measured(connection, poll, new, findings.size)
    found = {"rhythm": findings.rhythm, "title": findings.title, "paused_why": findings.paused_why}
    changes |= {name: value for name, value in found.items() if value is not None}
    connection.execute(update(sources).where(sources.c.id == poll.source_id).values(changes))


def _measured(connection: Connection, poll: Poll, new: Sequence[Article], size: int) -> dict[str, object]:
    """The rates and the delay after this poll. What the first poll finds was there before, and is not counted; nor
    is the delay of an item whose date was in the future: it was published, for us, when we saw it."""
    row = connection.execute(select(sources).where(sources.c.id == poll.source_id)).first()
    if row is None or row.filed_at is None:
        return {"last_item_at": poll.polled_at} if new else {}
    elapsed = poll.polled_at - (row.measured_at or row.filed_at)
    changes: dict[str, object] = {
        "measured_at": poll.polled_at,
        "items_a_day": counted(row.items_a_day, elapsed, len(new)),
        "bytes_a_day": counted(row.bytes_a_day, elapsed, size),
    }
    if new:
        changes["last_item_at"] = poll.polled_at
    delays = [a.seen_at - a.published_at for a in new if a.published_at and a.published_at < a.seen_at]
    if recent := [delay.total_seconds() for delay in delays if delay <= BACKLOG]:
        changes["delay_seconds"] = smoothed(row.delay_seconds, median(recent))
    return changes


# --- health ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How a source is doing. `source.state` is what holds now: CHECK until it has proven itself.

    `delay` is from an item's publication to us, `last_item_at` when we saw its latest new item; both, and the rates,
    are None until they are known. `problem` is the last one, which may be long over: compare `failures`, the failed
    polls in a row. `reported`: what the operator has been told of it and still holds.
    """

    source: Source
    failures: int
    polled_at: datetime | None
    good_at: datetime | None
    filed_at: datetime | None
    next_poll_at: datetime
    last_item_at: datetime | None
    delay: timedelta | None
    items_a_day: float | None
    bytes_a_day: float | None
    title: str | None
    problem: str | None
    problem_detail: str | None
    problem_at: datetime | None
    paused_why: str | None
    added_by_operator: bool
    reported: frozenset[str]


def health(connection: Connection, now: datetime) -> list[SourceHealth]:
    """The enabled sources, by id."""
    query = select(sources).where(sources.c.enabled).order_by(sources.c.id)
    return [_health(row, now) for row in connection.execute(query)]


def _health(row: Row[Any], now: datetime) -> SourceHealth:
    alike = {field.name: getattr(row, field.name) for field in fields(SourceHealth) if field.name in row._fields}
    elapsed, age = (now - (at or now) for at in (row.measured_at, row.filed_at))
    return SourceHealth(
        **alike
        | {
            "source": _source(row),
            "delay": None if row.delay_seconds is None else timedelta(seconds=row.delay_seconds),
            "items_a_day": per_day(row.items_a_day, elapsed, age),
            "bytes_a_day": per_day(row.bytes_a_day, elapsed, age),
            "reported": frozenset(row.reported),
        }
    )


def to_report(connection: Connection, source_id: str, states: Collection[str]) -> frozenset[str]:
    """Which of the states that hold of a source now the operator has not been told; from then on they count as told.

    A state that has ended can be told again when it comes back. Belongs into the transaction that tells.
    """
    told = connection.execute(select(sources.c.reported).where(sources.c.id == source_id)).scalar()
    if told is None or set(told) == set(states):
        return frozenset()
    connection.execute(update(sources).where(sources.c.id == source_id).values(reported=sorted(states)))
    return frozenset(states) - frozenset(told)
