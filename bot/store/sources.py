"""The sources' state: what to ask them with, when to look again, how they are doing, what went wrong."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Text, and_, bindparam, case, func, select, update

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

_OF_SOURCE = tuple(field.name for field in fields(Source))
IDS_IN_A_QUERY = 500  # SQLite before 3.32 takes 999 variables
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
    seconds = source.interval and round(source.interval.total_seconds())
    known = asdict(source) | {"interval_seconds": seconds}
    del known["interval"]
    return known


def _source(row: Row[Any]) -> Source:
    """The source of a row. What another version wrote into the definition and we do not know is left out.

    One that was to be checked is on once a poll of it has brought items.
    """
    stored: dict[str, Any] = row.definition
    known = {name: stored[name] for name in _OF_SOURCE if name in stored}
    known |= {"id": row.id, "url": row.url, "name_ar": row.name_ar, "name_en": row.name_en}
    known["kind"] = SourceKind(stored.get("kind", SourceKind.FEED))
    known["state"] = SourceState(stored.get("state", SourceState.ON))
    seconds = stored.get("interval_seconds")
    known["interval"] = timedelta(seconds=seconds) if seconds else None
    known |= {name: tuple(stored.get(name, ())) for name in ("languages", "strip")}
    known["selectors"] = Selectors(**stored["selectors"]) if stored.get("selectors") else None
    source = Source(**known)
    proven = source.state is SourceState.CHECK and row.filed_at is not None
    return replace(source, state=SourceState.ON) if proven else source


# --- polls ----------------------------------------------------------------------------------------------------------


_ASKED = select(  # what a poll needs: reading all else takes as long again
    *(sources.c[name] for name in ("id", "url", "name_ar", "name_en", "definition", "filed_at")),
    *(sources.c[name] for name in ("etag", "last_modified", "failures", "rhythm")),
)


def due(connection: Connection, now: datetime, limit: int, known: Collection[str] = ()) -> list[DueSource]:
    """At most `limit` of the enabled sources whose time has come, the longest waiting first, without the `known` ones
    among them: a thousand that wait already are not read again each time."""
    due_now = select(sources.c.id).where(sources.c.enabled, sources.c.next_poll_at <= now)
    query = due_now.order_by(sources.c.next_poll_at).limit(limit)
    new = [source_id for source_id in connection.scalars(query) if source_id not in known]
    found: dict[str, DueSource] = {}
    for start in range(0, len(new), IDS_IN_A_QUERY):
        some = sources.c.id.in_(new[start : start + IDS_IN_A_QUERY])
        for row in connection.execute(_ASKED.where(some)):
            validators = Validators(row.etag, row.last_modified)
            found[row.id] = DueSource(_source(row), validators, row.failures, row.rhythm)
    return [found[source_id] for source_id in new if source_id in found]


def poll_at_once(connection: Connection, source_ids: Collection[str], now: datetime) -> frozenset[str]:
    """Make these sources due now; gives those of them that are enabled. One in trouble keeps its own time."""
    ours = sources.c.enabled, sources.c.id.in_(source_ids)
    sooner = case((and_(sources.c.failures == 0, sources.c.next_poll_at > now), now), else_=sources.c.next_poll_at)
    connection.execute(update(sources).where(*ours).values(next_poll_at=sooner))
    return frozenset(connection.execute(select(sources.c.id).where(*ours)).scalars())


class Standing(NamedTuple):
    """`filed`: a poll of it has been filed before; if not, the one at hand alerts nobody. `row`: all that is stored."""

    filed: bool
    names: tuple[str, ...]
    row: Row[Any] | None = None

    @property
    def source(self) -> Source | None:
        return None if self.row is None else _source(self.row)

    @property
    def max_alerts(self) -> int | None:
        """Of the source; for itself, as this is asked of every poll."""
        return None if self.row is None else self.row.definition.get("max_alerts")

    @property
    def reported(self) -> Collection[str]:
        """The conditions that hold of it, as far as the operators know."""
        return () if self.row is None else self.row.reported


def standing(connection: Connection, source_id: str) -> Standing:
    return standings(connection, [source_id])[source_id]


def standings(connection: Connection, source_ids: Collection[str]) -> dict[str, Standing]:
    """What the newsdesk must know of sources; one that is not in the table has neither name nor past."""
    known = {name: Standing(False, ()) for name in source_ids}
    for row in connection.execute(select(sources).where(sources.c.id.in_(source_ids))):
        known[row.id] = Standing(row.filed_at is not None, (row.id, row.name_ar, row.name_en), row)
    return known


def record_unchanged(connection: Connection, polls: Sequence[Poll]) -> None:
    """Store many polls at once to which the servers said that nothing has changed."""
    statement = update(sources).where(sources.c.id == bindparam("of"))
    connection.execute(
        statement.values(
            polled_at=bindparam("at"),
            good_at=bindparam("at"),
            next_poll_at=bindparam("next"),
            failures=0,
            paused_why=None,
            rhythm=func.coalesce(bindparam("heard", type_=Text), sources.c.rhythm),
        ),
        [{"of": p.source_id, "at": p.polled_at, "next": p.next_poll_at, "heard": p.findings.rhythm} for p in polls],
    )


def record_poll(connection: Connection, poll: Poll, new: Sequence[Article] = ()) -> None:
    """Store what one poll changes of its source's state: `record_polls` of one."""
    record_polls(connection, [(poll, new)], standings(connection, [poll.source_id]))


def record_polls(
    connection: Connection, polls: Sequence[tuple[Poll, Sequence[Article]]], known: Mapping[str, Standing]
) -> None:
    """Store what polls of different sources change of their state, in one statement; with each poll those of its
    articles that were new. `known`: the standings, read in the same transaction, which files the articles too.

    A source that has got another address meanwhile is left alone.
    """
    rows = [
        {"of": poll.source_id, "at": row.url} | _changed(row, poll, new)
        for poll, new in polls
        if (row := known[poll.source_id].row) is not None
    ]
    if rows:
        ours = (sources.c.id == bindparam("of")) & (sources.c.url == bindparam("at"))
        connection.execute(update(sources).where(ours), rows)


def _changed(row: Row[Any], poll: Poll, new: Sequence[Article]) -> dict[str, Any]:
    """The same columns for every poll, with what it leaves as it was."""
    at, findings = poll.polled_at, poll.findings
    failed, read = poll.outcome is PollOutcome.FAILED, poll.outcome is PollOutcome.READ
    validators = poll.validators or Validators(row.etag, row.last_modified)
    paused_why = findings.paused_why or (row.paused_why if failed else None)
    changes = {
        "polled_at": at,
        "next_poll_at": poll.next_poll_at,
        "failures": row.failures + 1 if failed else 0,
        "good_at": row.good_at if failed else at,
        "filed_at": row.filed_at or (at if read else None),
        "etag": validators.etag,
        "last_modified": validators.last_modified,
        "paused_why": paused_why,
        "rhythm": row.rhythm if findings.rhythm is None else findings.rhythm,
        "title": row.title if findings.title is None else findings.title,
    }
    return changes | _trouble(row, poll) | _measured(row, poll, new)


def _trouble(row: Row[Any], poll: Poll) -> dict[str, Any]:
    if not poll.problems:
        return {name: getattr(row, name) for name in ("problem", "problem_detail", "problem_at")}
    problem = poll.problems[0]
    return {"problem": problem.kind, "problem_detail": problem.detail, "problem_at": poll.polled_at}


def _measured(row: Row[Any], poll: Poll, new: Sequence[Article]) -> dict[str, Any]:
    """The rates and the delay after this poll. What the first poll finds was there before, and is not counted; nor
    is the delay of an item whose date was in the future: it was published, for us, when we saw it."""
    names = ("last_item_at", "measured_at", "items_a_day", "bytes_a_day", "delay_seconds")
    measured = {name: getattr(row, name) for name in names}
    if new:
        measured["last_item_at"] = poll.polled_at
    if row.filed_at is None or not (new or poll.findings.size):
        return measured
    elapsed = poll.polled_at - (row.measured_at or row.filed_at)
    measured["measured_at"] = poll.polled_at
    measured["items_a_day"] = counted(row.items_a_day, elapsed, len(new))
    measured["bytes_a_day"] = counted(row.bytes_a_day, elapsed, poll.findings.size)
    delays = [a.seen_at - a.published_at for a in new if a.published_at and a.published_at < a.seen_at]
    if recent := [delay.total_seconds() for delay in delays if delay <= BACKLOG]:
        measured["delay_seconds"] = smoothed(row.delay_seconds, median(recent))
    return measured


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
