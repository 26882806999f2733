"""How a source is doing, told from its record, and what the operators hear of it. Pure decisions.

A `Condition` is told once, and again only after it had ended. Most show in a poll, and are judged with it
(`watchers/conditions.py`) or filed with it (`bot/newsdesk/filing.py`); that a source has been failing for long shows in
its record alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from bot.domain.model import Source, SourceState

MANY_FAILURES = 5  # in a row: with the back-off, two and a half hours of a source that is asked every five minutes
_NEVER = datetime.min.replace(tzinfo=UTC)


class Condition(StrEnum):
    """What the operators should know of a source. The values are stored and logged, and name messages."""

    FAILING = "failing"  # it has not been readable for long
    PAUSED = "paused"  # its server refuses us, or says that it is gone
    SILENT = "silent"  # nothing new for much longer than it ever takes
    DATES = "dates"  # none of its new items has a date that can be true
    LANGUAGE = "language"  # what it publishes is in none of its languages
    TITLE = "title"  # it calls itself something else now
    FLOOD = "flood"  # one poll brought more alerts than may ring: how many went into digests
    MOVED = "moved"  # its server sends everybody to another address for good
    PROVEN = "proven"  # it was to be checked, and has brought items


ON_RECORD = frozenset((Condition.FAILING,))
IN_A_POLL = frozenset(Condition) - ON_RECORD
Found = Mapping[Condition, str]  # with a detail: an address, a title, whatever tells more


class Health(StrEnum):
    """How a source, or an outlet with several, is doing; the best first."""

    FINE = "fine"
    FAILING = "failing"
    PAUSED = "paused"
    UNTRIED = "untried"  # it has never been read


class Record(Protocol):
    """What is kept of a source (`bot.store.sources.SourceHealth`)."""

    @property
    def source(self) -> Source: ...
    @property
    def failures(self) -> int: ...
    @property
    def good_at(self) -> datetime | None: ...
    @property
    def problem(self) -> str | None: ...
    @property
    def paused_why(self) -> str | None: ...


R = TypeVar("R", bound=Record)


def health_of(records: Sequence[Record]) -> Health:
    """How an outlet is doing: as well as the best of its sources, since the others say the same."""
    return min((_health(record) for record in records), key=tuple(Health).index)


def _health(record: Record) -> Health:
    if record.paused_why is not None:
        return Health.PAUSED
    if record.good_at is None:
        return Health.UNTRIED
    return Health.FAILING if record.failures >= MANY_FAILURES else Health.FINE


def on_record(record: Record) -> Found:
    """What the record of a source shows. One that is paused is told of as that, and one to be checked may fail."""
    expected = record.paused_why is not None or record.source.state is SourceState.CHECK
    if expected or record.failures < MANY_FAILURES:
        return {}
    return {Condition.FAILING: record.problem or ""}


def worst(records: Iterable[R]) -> list[R]:
    """Those that cannot be read, the longest first; a source to be checked is not expected to be readable."""
    ailing = (r for r in records if r.source.state is not SourceState.CHECK and _health(r) is not Health.FINE)
    return sorted((r for r in ailing if r.failures or r.paused_why), key=lambda r: (r.good_at or _NEVER, r.source.id))


def gravest_first(conditions: Iterable[Condition]) -> list[Condition]:
    return sorted(conditions, key=tuple(Condition).index)
