"""What Rasid understands of a text, and whether a watch meets it: the command line's and the chat's "why?".

The same functions that the news goes through, on one article at a time; nothing is stored. The forms of the answers
are a public interface (`docs/analysis.md`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.articles import MAX_TEXT, MAX_TITLE
from bot.domain.attributes import attributes_of
from bot.domain.events import Event
from bot.domain.expressions import Expression, parse_watch
from bot.domain.matching import Found, WatchIndex
from bot.domain.model import Article, Content, Evidence
from bot.domain.places import Mention
from bot.domain.summary import digest
from bot.domain.tolls import KINDS
from bot.outlets import area_of
from bot.understanding import Understanding

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Analyst:
    """Answers questions about single articles."""

    understanding: Understanding

    def analyse(self, item: Mapping[str, Any], focus: str | None = None) -> Json:
        """Language, places, events and summary of one article; `focus` is the place or word that the summary is for.

        Raises:
            UserError: `focus` cannot be watched.
        """
        article, mentions, content = self._read(item)
        return {
            "id": item.get("id"),
            "language": article.language,
            "places": [_place(m) for m in mentions if m.believed and m.place.official],
            "regions": [_place(m) for m in mentions if m.believed and not m.place.official],
            "doubtful": [_place(m) for m in mentions if not m.believed],
            "events": [_event(event) for event in content.events],
            "tolls": {kind: getattr(content.tolls, kind) for kind in KINDS},
            "summary": self._summary(article, focus),
        }

    def match(self, item: Mapping[str, Any], watches: Sequence[Expression]) -> Json:
        """Which of these watches the article meets, with the evidence, and why not where it does not."""
        article, _, _ = self._read(item)
        found = {f.watch_id: f for f in self._found(article, watches)}
        return {
            "id": item.get("id"),
            "matches": [_verdict(watch, found.get(number)) for number, watch in enumerate(watches)],
        }

    def _read(self, item: Mapping[str, Any]) -> tuple[Article, Sequence[Mention], Content]:
        title, text = _words(item, "title")[:MAX_TITLE], _words(item, "text")[:MAX_TEXT]
        area = area_of(_words(item, "source"), self.understanding.places.gazetteer)
        mentions = self.understanding.mentions(title, text, area)
        content = self.understanding.read_with(title, text, mentions, _year(item.get("published_at")))
        moment = datetime(1970, 1, 1, tzinfo=UTC)  # analysis asks what is said, not whether it is news
        article = Article(
            source_id=_words(item, "source"),
            key="",
            url=None,
            title=title,
            text=text,
            language=content.language,
            published_at=None,
            seen_at=moment,
            fingerprint=None,
            places=content.places,
            events=content.events,
        )
        return article, mentions, content

    def _found(self, article: Article, watches: Iterable[Expression]) -> list[Found]:
        index = WatchIndex(self.understanding.places.codes_named)
        for number, watch in enumerate(watches):
            index.add(number, watch)
        attributes = attributes_of(article.language, [article.source_id], article.events)
        return index.match(article.title, article.text, attributes=attributes, places=article.places)

    def _summary(self, article: Article, focus: str | None) -> Json:
        told = digest(article, self._named(article, parse_watch(focus)), [focus]) if focus else digest(article)
        return {"text": told.text, "short": told.short, "method": "extractive"}

    def _named(self, article: Article, focus: Expression) -> Sequence[Evidence]:
        """Where the focus stands: as the place that it names, else as a mere word."""
        evidence = [e for f in self._found(article, [focus]) for e in f.evidence]
        if any(e.field == "text" for e in evidence):
            return evidence
        words = WatchIndex()
        words.add(0, focus)
        return [e for f in words.match(article.title, article.text) for e in f.evidence]


def _words(item: Mapping[str, Any], key: str) -> str:
    """The text under a key; "" where there is none, or something that is no text."""
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _year(published_at: object) -> int | None:
    """Of an RFC 3339 instant; None for anything else."""
    try:
        return datetime.fromisoformat(str(published_at)).year
    except ValueError:
        return None


def _place(mention: Mention) -> Json:
    return {
        "field": mention.field,
        "start": mention.start,
        "end": mention.end,
        "surface": mention.surface,
        "name_ar": mention.place.name,
        "code": mention.place.code,
        "level": mention.place.level,
        "confidence": round(mention.confidence, 3),
        "role": mention.role,
        "evidence": [[clue.cue, round(clue.weight, 2)] for clue in mention.evidence],
    }


def _event(event: Event) -> Json:
    return {
        "category": event.category,
        "modality": event.modality.value,
        "severity": event.severity.label,
        "main": event.main,
        "field": event.field,
        "start": event.start,
        "end": event.end,
        "codes": list(event.codes),
    }


def _verdict(watch: Expression, found: Found | None) -> Json:
    """`reason`: "found", "doubtful" (the name stands there, but may not be the place), or "absent"."""
    evidence = found.evidence if found else ()
    return {
        "watch": watch.shown,
        "matched": found is not None,
        "push": found is not None and found.sure,
        "evidence": [{"field": e.field, "start": e.start, "end": e.end, "surface": e.surface} for e in evidence],
        "reason": "absent" if found is None else "found" if found.sure else "doubtful",
    }
