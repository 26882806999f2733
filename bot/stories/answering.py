"""`stories` and `stories --pairs` for the command line: the same judgements as the news desk's, with their reasons.

The forms of the answers are a public interface.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.domain.clustering import Stories, Teller
from bot.domain.language import detect
from bot.domain.model import Article
from bot.domain.story_features import Report, report_of
from bot.events import event_reader
from bot.places import Places, hit_of

Json = dict[str, Any]
_READ = 1_000  # code points of a text that are read for places, events and tolls
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Storyteller:
    """Answers with one set of places."""

    teller: Teller
    places: Places

    def pair(self, item: Mapping[str, Any]) -> Json:
        """`{"id", "a", "b"}` -> `{"id", "relation", "score", "reason"}`."""
        a, b = (self.report(_object(item, side), side) for side in ("a", "b"))
        judgement = self.teller.compare(a, b)
        return {
            "id": item.get("id"),
            "relation": judgement.relation,
            "score": round(judgement.score, 4),
            "reason": judgement.reason,
        }

    def next(self, item: Mapping[str, Any], stories: Stories) -> Json:
        """An article -> `{"id", "story", "relation", "reason"}`, with `score` and the id of the report it is `like`."""
        assignment = stories.assign(self.report(item, str(item.get("id"))))
        return {
            "id": item.get("id"),
            "story": assignment.story,
            "relation": assignment.relation,
            "score": round(assignment.score, 4),
            "reason": assignment.reason,
            "like": assignment.like,
        }

    def report(self, item: Mapping[str, Any], name: str) -> Report:
        """An article as the news desk would know it: its places, events and tolls are read."""
        title, text = _text(item, "title"), _text(item, "text")
        at = _time(item.get("published_at"))
        mentions = self.places.reader.recognise(title, text[:_READ], None)
        happenings = event_reader().read(title, text[:_READ], mentions, at.year if at else None)
        article = Article(
            source_id=_text(item, "source"),
            key=name,
            url=None,
            title=title,
            text=text,
            language=detect(f"{title}\n{text[:_READ]}"),
            published_at=at,
            seen_at=at or _NEVER,
            fingerprint=None,
            places=tuple(hit_of(mention, self.places.gazetteer) for mention in mentions),
            events=happenings.told,
            tolls=happenings.tolls,
        )
        return replace(report_of(article, name), at=at)


def _object(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = item.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""


def _time(value: object) -> datetime | None:
    """An instant of RFC 3339; None for anything else."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
