"""What of a report tells whether another one is about the same event; read once, when the report arrives.

    reader = FeatureReader(vocabulary)
    features = reader.read(report)

Owns which words, names, numbers and stages are looked at, and how much of a text: its title and its first 700
characters, of datelines and tails freed. Judges nothing: `story_pairs` compares two reports. Any text will do, of any
length; one without words gives features without terms, which match nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.arabic import Token, tokenise
from bot.domain.furniture import news, shown, without_head
from bot.domain.model import PlaceHit
from bot.domain.numbers import number_at
from bot.domain.story_words import Vocabulary, stem

TITLE = 300  # code points that are looked at, of a title
LOOKED_AT = 1_800  # of a text, its tails and heads included
WHOLE = 700  # of the text: what the words of a report are taken from
OPENING = 150  # of the text: what the first sentence says
_SHINGLE = 3  # terms
_MOST_SHINGLED = 250  # terms: the text of a repost may be longer, its beginning is enough
_DEAD, _INJURED = "@قتل", "@اصابه"
_GOVERNORATE = 4  # letters of its code: SY07
_REACH = 3  # words between a number and the word for casualties


@dataclass(frozen=True, slots=True)
class Report:
    """One report of one source. `at`: when it was published, or first seen; None where nothing is known.

    `places`: what `bot.places` found; `dead`, `injured`: the toll, where something better than this module read it.
    """

    id: str
    source: str
    title: str
    text: str
    at: datetime | None = None
    places: tuple[PlaceHit, ...] = ()
    dead: int | None = None
    injured: int | None = None


@dataclass(frozen=True, slots=True)
class Features:
    """What is compared. Terms are counted; codes are those of places, each with all that contain it, or `=name` for
    a name behind a place noun."""

    report: Report
    opening: Mapping[str, int]  # title and first sentence
    whole: Mapping[str, int]  # title and text
    shingles: frozenset[int]  # runs of three terms, as hashes
    towns: frozenset[str]  # the most exact places of the title, or of the opening where the title has none
    villages: frozenset[str]  # names behind place nouns in the title and the opening, known or not
    named: frozenset[str]  # all places of the whole
    days: frozenset[int]  # week days named in the opening
    numbers: frozenset[str]  # numbers of the whole but years
    years: frozenset[str]
    dead: int | None
    injured: int | None
    begun: frozenset[str]  # stages in the title and the opening
    stages: frozenset[str]  # stages in the whole
    explains: bool

    @property
    def terms(self) -> frozenset[str]:
        return frozenset((*self.opening, *self.whole))


class FeatureReader:
    """Reads reports; immutable but for caches."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = vocabulary

    def read(self, report: Report) -> Features:
        title = tokenise(shown(report.title[:TITLE]))
        body = tokenise(clean(report.text[:LOOKED_AT]))
        whole = [t for t in body if t.start < WHOLE]
        opening = [t for t in body if t.start < OPENING]
        stems = _stems(title)
        terms = [self._words.alike.terms(s) for s in (stems, _stems(opening), _stems(whole), _stems(body))]
        numbers = {t.form for t in (*title, *whole) if t.form.isdigit()}
        years = frozenset(n for n in numbers if len(n) == 4 and n.startswith(("19", "20")))
        dead, injured = (self._toll((title, whole), what) for what in (_DEAD, _INJURED))
        villages = frozenset(self._names(title) | self._names(opening))
        towns, named = self._places(report)
        return Features(
            report,
            Counter(terms[0] + terms[1]),
            Counter(terms[0] + terms[2]),
            _shingles(terms[0] + terms[3]),
            towns or frozenset(self._names(title)),
            villages,
            named | self._names(title) | self._names(whole),
            frozenset(self._words.days[s] for s in _stems(opening) if s in self._words.days),
            frozenset(numbers - years),
            years,
            report.dead if report.dead is not None else dead,
            report.injured if report.injured is not None else injured,
            self._words.stages.found(stems) | self._words.stages.found(_stems(opening)),
            self._words.stages.found(stems + _stems(whole)),
            report.title.rstrip(' .!"»”').endswith(("؟", "?")) or bool(self._words.explaining.found(stems)),
        )

    def _toll(self, parts: Iterable[Sequence[Token]], what: str) -> int | None:
        """The first number beside a word for the dead, or the injured."""
        for tokens in parts:
            for at, token in enumerate(tokens):
                if self._words.alike.terms([stem(token.form)]) != [what]:
                    continue
                if token.form.endswith("ان") and token.form.startswith(("قتيل", "جريح", "شهيد")):
                    return 2
                for near in (*range(at - 1, at - _REACH, -1), *range(at + 1, at + _REACH + 2)):
                    if 0 <= near < len(tokens) and tokens[near].clause == token.clause:
                        number = number_at(tokens, near)
                        if number is not None and number.value is not None and number.value < 1900:
                            return number.value
        return None

    def _places(self, report: Report) -> tuple[frozenset[str], frozenset[str]]:
        """The codes of the most exact places of the title, or else of the opening; and of all places."""
        hits = [hit for hit in report.places if hit.sure]
        first = [h for h in hits if h.field == "title"] or [h for h in hits if h.start < OPENING]
        exact = {code: hit.codes for hit in first if (code := self._exactly(report, hit))}
        around = {code for own, codes in exact.items() for code in codes if code != own and own in codes[:1]}
        return frozenset(exact.keys() - around), frozenset(code for hit in hits for code in hit.codes)

    def _exactly(self, report: Report, hit: PlaceHit) -> str:
        """The code that tells one event from another, or "". Who says «إدلب» may mean all of the governorate, and
        who says «دمشق» the government; of a region its governorate is taken."""
        surface = (report.title if hit.field == "title" else report.text)[hit.start : hit.end]
        seat = self._words.seats.get(" ".join(stem(token.form) for token in tokenise(surface)))
        if seat is False:
            return ""
        if seat is None and not hit.codes[0].startswith("R-"):
            return hit.codes[0]
        return next((code for code in hit.codes if code.startswith("SY") and len(code) == _GOVERNORATE), "")

    def _names(self, tokens: Sequence[Token]) -> set[str]:
        """The names behind place nouns: «قرية جملة» names جملة, whether or not a gazetteer knows it."""
        found = set()
        for noun, name in zip(tokens, tokens[1:], strict=False):
            bare = noun.form.removeprefix("ب").removeprefix("ال") if noun.form not in self._words.nouns else noun.form
            if bare in self._words.nouns and not name.before.strip("\"'«“”(") and name.form not in self._words.nexts:
                found.add("=" + stem(name.form))
        return found


def clean(text: str) -> str:
    """The text as it is compared: only its news; all of it where there seems to be none."""
    kept = " ".join(piece.text for piece in news(text))
    return kept or shown(text[without_head(text) :])


def _stems(tokens: Sequence[Token]) -> list[str]:
    return [stem(token.form) for token in tokens]


def _shingles(terms: Sequence[str]) -> frozenset[int]:
    terms = terms[:_MOST_SHINGLED]
    return frozenset(hash(tuple(terms[i : i + _SHINGLE])) for i in range(len(terms) - _SHINGLE + 1))
