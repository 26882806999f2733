"""When to look at a source again, and why then. Pure.

A source is asked at its own rhythm: often when it publishes, rarely when it is quiet, between a floor and a ceiling.
What its server asks for (patience, freshness) only ever makes us slower. A `Rhythm` is the memory of a source between
two polls; whoever files polls keeps it. Knows nothing of articles, tables or HTTP.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import groupby
from typing import Any

MAX_BACKOFF = timedelta(hours=6)
MAX_PATIENCE = timedelta(days=1)  # a server that asks for more has made a mistake
MAX_REFUSALS = 3  # answers of "you may not" in a row, then we stop asking
REFUSALS = frozenset({401, 403, 451})
GONE_STATUS = 410  # RFC 9110, section 15.5.11: likely to be permanent
_DAILY = timedelta(days=1)
_SELDOM = timedelta(days=7)  # to see whether what was gone has come back
_FRESH_ENOUGH = timedelta(minutes=5)  # breaking news is not held back longer by what a cache was told
_UNKNOWN = timedelta(minutes=5)  # between two polls of a source that we know nothing of
_POLLS_AN_ITEM = 4  # so that an item waits for us about an eighth of the time between two
_RECENT = 20  # publications that a rhythm remembers
_BURSTS = (3, 8)  # so many publications close together are enough to be quick
_MANY_HOURS = 400  # counted publications; then all are halved, so that a new habit shows within weeks
_EVEN = 4  # publications an hour that are assumed of a source before we know its habits
_JITTER = 0.1


class Reason(StrEnum):
    """What decided the instant of the next poll; stored and shown to the operator."""

    RHYTHM = "rhythm"  # how often the source publishes
    FRESH = "fresh"  # its server or its feed says that nothing newer is to be had before
    SKIPPED_HOURS = "skipped_hours"  # its feed says that nothing appears in these hours, and nothing did
    FAILURES = "failures"
    PATIENCE = "patience"  # its server asked us to wait
    CHECK = "check"  # not proven yet: tried once a day
    PAUSED = "paused"  # it has refused us again and again: tried once a day, for the operator to look into
    GONE = "gone"  # its server says that it is gone for good: tried once a week


@dataclass(frozen=True, slots=True)
class Pace:
    """The shortest and the longest time between two polls of a healthy source; equal for a pace that is fixed."""

    floor: timedelta
    ceiling: timedelta


@dataclass(frozen=True, slots=True)
class Hints:
    """What an answer said about the next one.

    `retry_after` is the header; `max_age` what is left of Cache-Control's; `ttl` the feed's own <ttl>,
    sy:updatePeriod or the like; `skip_hours` the hours (0 to 23, GMT) of <skipHours>.
    """

    retry_after: timedelta | None = None
    max_age: timedelta | None = None
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a source has been publishing.

    `recent`: the instants of its latest publications, oldest first. `hours`: how many fell into each hour of the day,
    UTC. `refusals`: answers of 401, 403 or 451 in a row.
    """

    recent: tuple[datetime, ...] = ()
    hours: tuple[int, ...] = (0,) * 24
    refusals: int = 0

    def stored(self) -> dict[str, Any]:
        """As JSON has it, in some 300 characters; instants as whole seconds."""
        recent = [int(moment.timestamp()) for moment in self.recent]
        return {"recent": recent, "hours": self.hours, "refusals": self.refusals}

    def to_json(self) -> str:
        return json.dumps(self.stored(), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | None) -> "Rhythm":
        """What `to_json` wrote; a rhythm that knows nothing for everything else."""
        try:
            return cls.restored(json.loads(text or "{}"))
        except ValueError:
            return cls()

    @classmethod
    def restored(cls, stored: Any) -> "Rhythm":
        """What was `stored`; a rhythm that knows nothing for everything else."""
        try:
            recent = tuple(datetime.fromtimestamp(int(second), UTC) for second in stored.get("recent", ()))
            hours = tuple(int(count) for count in stored.get("hours", (0,) * 24))
            refusals = int(stored.get("refusals", 0))
        except (ValueError, TypeError, AttributeError, OverflowError, OSError):
            return cls()
        return cls(recent[-_RECENT:], hours, refusals) if len(hours) == 24 else cls()

    def heard(self, published: Iterable[datetime], now: datetime) -> "Rhythm":
        """The rhythm after these publications, new to us, were found at `now`.

        Dates are claims: those in the future are left out, and when all of them are older than what was known, one
        publication counts as of `now`, because something new has come all the same.
        """
        claims = list(published)
        told = {moment for moment in claims if moment <= now}
        newer = {moment for moment in told if not self.recent or moment > self.recent[-1]}
        if claims and not newer:
            told, newer = {now}, {now}
        recent = sorted({*self.recent, *told})[-_RECENT:]
        return replace(self, recent=tuple(recent), hours=_counted(self.hours, newer))

    def answered(self, status: int | None) -> "Rhythm":
        """The rhythm after an answer with this HTTP status; None (no answer) changes nothing."""
        refusals = self.refusals + 1 if status in REFUSALS else 0
        return self if status is None or refusals == self.refusals else replace(self, refusals=refusals)


@dataclass(frozen=True, slots=True)
class Plan:
    """When to look again, and what decided it."""

    at: datetime
    reason: Reason


def next_poll(
    source_id: str,
    pace: Pace,
    now: datetime,
    rhythm: Rhythm = Rhythm(),
    *,
    failures: int = 0,
    status: int | None = None,
    hints: Hints = Hints(),
    check: bool = False,
) -> Plan:
    """When to poll again, after `failures` failed polls in a row (this one included) and an answer with `status`.

    `rhythm` has `heard` and been told (`answered`) what this poll brought. Each source keeps its own time within 10 %
    of what is planned, so sources that start together drift apart. Nothing that a server says silences it for good.
    """
    wait, reason = _wait(pace, now, rhythm, failures, status, hints, check)
    wait *= 1 + _JITTER * _lean(source_id)
    patience = min(hints.retry_after or timedelta(0), MAX_PATIENCE)
    return Plan(now + patience, Reason.PATIENCE) if patience > wait else Plan(now + wait, reason)


def next_poll_at(
    source_id: str,
    interval: timedelta,
    now: datetime,
    failures: int = 0,
    retry_after: timedelta | None = None,
) -> datetime:
    """The next poll of a source with a fixed pace."""
    return next_poll(
        source_id, Pace(interval, interval), now, failures=failures, hints=Hints(retry_after=retry_after)
    ).at


def _wait(
    pace: Pace, now: datetime, rhythm: Rhythm, failures: int, status: int | None, hints: Hints, check: bool
) -> tuple[timedelta, Reason]:
    if status == GONE_STATUS:
        return _SELDOM, Reason.GONE
    if rhythm.refusals >= MAX_REFUSALS:
        return _DAILY, Reason.PAUSED
    if check:
        return _DAILY, Reason.CHECK
    wait = rhythm_of(pace, now, rhythm)
    if failures:
        return min(wait * 2 ** min(failures, 30), max(MAX_BACKOFF, wait)), Reason.FAILURES
    return _stretched(wait, pace, now, rhythm, hints)


def rhythm_of(pace: Pace, now: datetime, rhythm: Rhythm) -> timedelta:
    """The time between two polls that suits how a source has been publishing, within its pace.

    Items are expected at the higher of two rates: that of its latest few, which notices a burst at once and forgets
    it as time passes without news, and that of its latest twenty at this hour of the day.
    """
    recent = rhythm.recent
    if not recent:
        return _within(pace, _UNKNOWN)
    rates = [_rate(recent[-size:], now) for size in _BURSTS if len(recent) >= size]
    usual = _rate(recent, now) * _habit(rhythm.hours, now.astimezone(UTC).hour)
    return _within(pace, timedelta(seconds=min(1 / (_POLLS_AN_ITEM * max(*rates, usual, 1e-9)), 1e9)))


def _rate(moments: tuple[datetime, ...], now: datetime) -> float:
    """Publications a second from the first of `moments` to now."""
    return len(moments) / max((now - moments[0]).total_seconds(), 1)


def _habit(hours: tuple[int, ...], hour: int) -> float:
    """How much busier than on average this hour or the next one is, from a quarter to four."""
    average = sum(hours) / 24 + _EVEN
    busier = (max(hours[hour], hours[(hour + 1) % 24]) + _EVEN) / average
    return min(max(busier, 0.25), 4)


def _stretched(wait: timedelta, pace: Pace, now: datetime, rhythm: Rhythm, hints: Hints) -> tuple[timedelta, Reason]:
    """`wait`, unless the answer says that asking so soon is of no use.

    Most feeds carry the <ttl> or updatePeriod of their software's defaults (an hour for every WordPress), whatever
    they publish: it is believed of a quiet source only. Nothing stretches a wait beyond the ceiling, but hours
    without news.
    """
    quiet = wait > pace.floor
    fresh = min(hints.max_age or timedelta(0), pace.ceiling if quiet else max(_FRESH_ENOUGH, pace.floor))
    ttl = min(hints.ttl or timedelta(0), pace.ceiling) if quiet else timedelta(0)
    stretched = max(wait, fresh, ttl)
    skipped = _skipped(now + stretched, rhythm, hints.skip_hours) - now
    if skipped > stretched:
        return skipped, Reason.SKIPPED_HOURS
    return stretched, Reason.RHYTHM if stretched == wait else Reason.FRESH


def _skipped(at: datetime, rhythm: Rhythm, hours: frozenset[int]) -> datetime:
    """`at`, or the end of the hours without news that it falls into, at most `MAX_BACKOFF` later."""
    end = at
    while end.astimezone(UTC).hour in hours and not rhythm.hours[end.astimezone(UTC).hour]:
        end = end.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        if end - at >= MAX_BACKOFF:
            return at + MAX_BACKOFF
    return end


def _within(pace: Pace, wait: timedelta) -> timedelta:
    return max(pace.floor, min(wait, pace.ceiling))


def _counted(hours: tuple[int, ...], moments: Iterable[datetime]) -> tuple[int, ...]:
    counts = list(hours)
    for hour, group in groupby(sorted(moment.astimezone(UTC).hour for moment in moments)):
        counts[hour] += len(list(group))
    return tuple(count // 2 for count in counts) if sum(counts) > _MANY_HOURS else tuple(counts)


def _lean(source_id: str) -> float:
    """A number from -1 to 1 that belongs to the source."""
    return int.from_bytes(sha256(source_id.encode()).digest()[:4]) / 0x7FFF_FFFF - 1
