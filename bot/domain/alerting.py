"""Who is told of an article, with which evidence, and who is not. Pure: what matched and who watches are given."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from bot.domain.events import Event, Severity
from bot.domain.matching import Found
from bot.domain.model import Evidence

EVIDENCE_KEPT = 20  # of one watch in one article: more explain nothing


class Watcher(NamedTuple):
    """A chat that watches an expression, in its own wording; `active`: it can be written to."""

    chat_id: int
    expression_id: int
    shown: str
    active: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One chat that an article concerns, whichever of its watches say so."""

    chat_id: int
    evidence: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Concerned:
    """`paused` would be told if they could be written to; `doubtful` only if what was found is what they watch."""

    told: tuple[Told, ...] = ()
    paused: frozenset[int] = frozenset()
    doubtful: frozenset[int] = frozenset()


def whom_to_tell(matches: Iterable[Found], watchers: Iterable[Watcher]) -> Concerned:
    """One `Told` a chat, however many of its watches match; a match in doubt tells nobody by itself."""
    by_expression = {match.watch_id: match for match in matches}
    evidence: dict[int, list[dict[str, Any]]] = {}
    paused, doubtful = set[int](), set[int]()
    for watcher in watchers:
        match = by_expression[watcher.expression_id]
        if not match.sure:
            doubtful.add(watcher.chat_id)
        elif not watcher.active:
            paused.add(watcher.chat_id)
        else:
            rows = evidence.setdefault(watcher.chat_id, [])
            rows.extend(_row(watcher.shown, found) for found in match.evidence[:EVIDENCE_KEPT])
    told = tuple(Told(chat_id, tuple(rows)) for chat_id, rows in evidence.items())
    return Concerned(told, frozenset(paused), frozenset(doubtful - evidence.keys()))


def priority_of(events: Iterable[Event]) -> int:
    """0 for what is critical, 1 for what is grave, 2 for all else: the lower is sent first. Only what is reported as
    having happened hurries."""
    gravest = max((event.severity for event in events if event.rings), default=Severity.INFO)
    return {Severity.CRITICAL: 0, Severity.HIGH: 1}.get(gravest, 2)


def _row(shown: str, found: Evidence) -> dict[str, Any]:
    return {
        "watch": shown,
        "field": found.field,
        "start": found.start,
        "end": found.end,
        "surface": found.surface,
    }
