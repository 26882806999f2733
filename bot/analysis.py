"""What Rasid understands of a text, and whether a watch meets it: the command line's and the chat's "why?".

The same functions that the news goes through, on one article at a time; nothing is stored. The forms of the answers
are a public interface (`docs/analysis.md`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.expressions import Expression, parse_watch
from bot.domain.language import detect
from bot.domain.matching import Found, WatchIndex
from bot.domain.model import Article, Evidence
from bot.domain.places import Mention, PlaceReader
from bot.domain.summary import shorten, summarise
from bot.places import Places, hit_of

SHORT_WORDS, SHORT_LETTERS = 35, 400
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Analyst:
    """Reads articles with the places that this installation knows."""

    known: Places

    @property
    def reader(self) -> PlaceReader:
        return self.known.reader

    def analyse(self, item: Mapping[str, Any], focus: str | None = None) -> Json:
        """Language, places and summary of one article; `focus` is the place or word that the summary is for.

        Raises:
            UserError: `focus` cannot be watched.
        """
        article, mentions = self._read(item)
        return {
            "id": item.get("id"),
            "language": article.language,
            "places": [_place(m) for m in mentions if m.believed and m.place.official],
            "regions": [_place(m) for m in mentions if m.believed and not m.place.official],
            "doubtful": [_place(m) for m in mentions if not m.believed],
            "events": [],
            "tolls": {"dead": None, "injured": None, "missing": None},
            "summary": self._summary(article, focus),
        }

    def match(self, item: Mapping[str, Any], watches: Sequence[Expression]) -> Json:
        """Which of these watches the article meets, with the evidence, and why not where it does not."""
        article, _ = self._read(item)
        found = {f.watch_id: f for f in self._found(article, watches)}
        return {
            "id": item.get("id"),
            "matches": [_verdict(watch, found.get(number)) for number, watch in enumerate(watches)],
        }

    def _read(self, item: Mapping[str, Any]) -> tuple[Article, Sequence[Mention]]:
        title, text = item.get("title") or "", item.get("text") or ""
        mentions = self.reader.recognise(title, text)
        moment = datetime(1970, 1, 1, tzinfo=UTC)  # analysis asks what is said, not whether it is news
        language = detect(f"{title}\n{text}")
        places = tuple(hit_of(mention, self.reader.gazetteer) for mention in mentions)
        return Article("", "", None, title, text, language, None, moment, None, places), mentions

    def _found(self, article: Article, watches: Iterable[Expression]) -> list[Found]:
        index = WatchIndex(self.known.codes_named)
        for number, watch in enumerate(watches):
            index.add(number, watch)
        return index.match(article.title, article.text, places=article.places)

    def _summary(self, article: Article, focus: str | None) -> Json:
        evidence: Sequence[Evidence] = ()
        if focus:
            evidence = [e for f in self._found(article, [parse_watch(focus)]) for e in f.evidence]
        text = summarise(article, evidence)
        return {"text": text, "short": shorten(text, SHORT_WORDS, SHORT_LETTERS), "method": "extractive"}


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
