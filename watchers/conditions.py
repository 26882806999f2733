"""What the operator should know of a source, told from one poll and from what was kept of those before. Pure.

Owns the thresholds, and which conditions a poll can judge at all: what it cannot judge stays as it was.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.model import Article, PollOutcome, Source, SourceState
from bot.domain.source_health import Condition
from watchers.memory import Memory
from watchers.schedule import Plan, Reason

_ENOUGH_TO_TELL_DATES = 3
_ENOUGH_TO_TELL_LANGUAGE = 5
_ENOUGH_TO_TELL_SILENCE = 10  # publications
_SILENCES = 10  # times the usual time between two items
_SHORTEST_SILENCE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """One poll. `new` are the articles that the source had not before; `first`: nothing was ever read of it."""

    outcome: PollOutcome
    plan: Plan
    status: int | None
    at: datetime
    title: str = ""
    new: Sequence[Article] = ()
    first: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """`found` hold now, with details for the operator; the others of `among` do not."""

    found: dict[Condition, str]
    among: frozenset[Condition]

    def after(self, before: Collection[Condition]) -> frozenset[Condition]:
        """What holds, if those `before` held until now."""
        return (frozenset(before) - self.among) | self.found.keys()


def judge(source: Source, before: Memory, after: Memory, seen: Seen) -> Judgement:
    """What holds of the source, as far as the poll shows it; `before` and `after` are what was kept of it."""
    judged = dict(_judged(source, before, after, seen))
    found = {condition: detail for condition, detail in judged.items() if detail is not None}
    return Judgement(found, frozenset(judged))


def _judged(source: Source, before: Memory, after: Memory, seen: Seen) -> Iterator[tuple[Condition, str | None]]:
    """What this poll can judge: None for what does not hold."""
    yield Condition.SILENT, _silence(after, seen.at)
    yield Condition.PAUSED, why_paused(after, seen.plan, seen.status)
    yield Condition.MOVED, after.moved_to if after.has_moved else None
    if seen.outcome is not PollOutcome.READ:
        return
    if source.state is SourceState.CHECK:
        yield Condition.PROVEN, f"{len(seen.new)} items"
    if seen.title:
        changed = before.title and not seen.title.startswith(before.title)
        yield Condition.TITLE, f"{before.title} -> {seen.title}"[:400] if changed else None
    if len(seen.new) >= _ENOUGH_TO_TELL_DATES:
        yield Condition.DATES, _wrong_dates(seen.new)
    if len(seen.new) >= _ENOUGH_TO_TELL_LANGUAGE:
        yield Condition.LANGUAGE, _other_language(source, seen.new)


def _silence(memory: Memory, now: datetime) -> str | None:
    recent = memory.rhythm.recent
    if len(recent) < _ENOUGH_TO_TELL_SILENCE:
        return None
    usual = (recent[-1] - recent[0]) / (len(recent) - 1)
    silence = now - recent[-1]
    if silence < max(_SHORTEST_SILENCE, _SILENCES * usual):
        return None
    return f"nothing since {recent[-1]:%Y-%m-%d %H:%M}; it used to be {_a_day(usual)} a day"


def _a_day(usual: timedelta) -> str:
    return f"{timedelta(days=1) / max(usual, timedelta(minutes=1)):.3g}"


def why_paused(memory: Memory, plan: Plan, status: int | None) -> str | None:
    """Why a source is hardly asked from now on; None where it is."""
    match plan.reason:
        case Reason.PAUSED:
            return f"refused {memory.rhythm.refusals} times in a row, the last answer: {status or 'none'}"
        case Reason.GONE:
            return f"gone for good: {status}"
    return None


def _wrong_dates(new: Sequence[Article]) -> str | None:
    """A date in the future is that of the moment in which the article was seen."""
    undated = sum(article.published_at is None for article in new)
    ahead = sum(article.published_at == article.seen_at for article in new)
    return f"{undated} without a date, {ahead} in the future" if undated + ahead == len(new) else None


def _other_language(source: Source, new: Sequence[Article]) -> str | None:
    expected = {source.language, *source.languages}
    other = [article.language for article in new if article.language not in expected]
    if len(other) * 5 <= len(new) * 4:
        return None
    most = max(set(other), key=other.count)
    return f"{len(other)} of {len(new)} items are in another language, most in {most}"
