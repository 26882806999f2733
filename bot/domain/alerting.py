"""Who is told of an article, and with which evidence. Pure: what matched and who watches are given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.model import Evidence, Match

EVIDENCE_KEPT = 20  # of one watch in one article: more explain nothing


@dataclass(frozen=True, slots=True)
class Told:
    """One chat that an article concerns, whichever of its watches say so."""

    chat_id: int
    evidence: tuple[dict[str, Any], ...]


def whom_to_tell(matches: Iterable[Match], watchers: Mapping[int, Iterable[tuple[int, str]]]) -> list[Told]:
    """One `Told` a chat, however many of its watches match.

    `watchers` maps a watched expression's id to the chats that watch it, each with its own wording.
    """
    evidence: dict[int, list[dict[str, Any]]] = {}
    for match in matches:
        for chat_id, shown in watchers.get(match.watch_id, ()):
            rows = evidence.setdefault(chat_id, [])
            rows.extend(_row(shown, found) for found in match.evidence[:EVIDENCE_KEPT])
    return [Told(chat_id, tuple(rows)) for chat_id, rows in evidence.items()]


def _row(shown: str, found: Evidence) -> dict[str, Any]:
    return {
        "watch": shown,
        "field": found.field,
        "start": found.start,
        "end": found.end,
        "surface": found.surface,
    }
