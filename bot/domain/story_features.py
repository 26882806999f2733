"""What of a report tells whether another one is about the same event; read once, when the report arrives.

    reader = FeatureReader(vocabulary)
    features = reader.read(report_of(article, name))

Owns which words, names, numbers and stages are looked at, and how much of a text: its title and its first 700
characters, of datelines and tails freed. Judges nothing: `story_pairs` compares two reports. Any text will do, of any
length; one without words gives features without terms, which match nothing.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from bot.domain.arabic import Token, normalise, tokenise
from bot.domain.furniture import news, shown, without_head
from bot.domain.lexicon import FUNCTION_WORDS
from bot.domain.modality import Modality
from bot.domain.model import Article, Content, PlaceHit
from bot.domain.numbers import number_at
from bot.domain.story_facts import Facts, Features
from bot.domain.story_words import Vocabulary, stem

TITLE = 300  # code points that are looked at, of a title
LOOKED_AT = 1_800  # of a text, its tails and heads included
WHOLE = 700  # of the text: what the words of a report are taken from
OPENING = 150  # of the text: what the first sentence says
_DEAD, _INJURED = "@قتل", "@اصابه"
_GOVERNORATE = 4  # letters of its code: SY07
_PAIRS = ("قتيل", "جريح", "شهيد")
_YEARS = 1900  # no toll: a number from here on is most likely a year
_REACH = 3  # words between a number and the word for casualties


_WHERE = "ريف محافظة منطقة شمال جنوب شرق غرب شمالي جنوبي شرقي غربي سوريا السورية اليوم أمس".split()
_SAYS_NOTHING = frozenset(stem(normalise(word)) for word in (*_WHERE, *FUNCTION_WORDS))
_AHEAD = frozenset({Modality.THREATENED, Modality.PLANNED})

Tokens = Sequence[Token]


@dataclass(frozen=True, slots=True)
class Report:
    """One report of one source. `at`: when it was published, or first seen; None where nothing is known.

    `places`: what `bot.places` found. `dead`, `injured`: the toll where something better than this module has read it;
    `events`: the categories of what is reported as new, `ahead`: of what is threatened or planned. `language` may be
    left open.
    """

    id: str
    source: str
    title: str
    text: str
    at: datetime | None = None
    places: tuple[PlaceHit, ...] = ()
    dead: int | None = None
    injured: int | None = None
    events: frozenset[str] = frozenset()
    ahead: frozenset[str] = frozenset()
    language: str = ""


def report_of(article: Article, name: str) -> Report:
    """An article as stories are told apart by, known as `name`; dated by when it was seen where it has no date."""
    at = article.published_at or article.seen_at
    return replace(understood(article.title, article.text, article), id=name, source=article.source_id, at=at)


def understood(title: str, text: str, content: Content | Article) -> Report:
    """A text that has been understood, as a report without a name, a source and a time."""
    return Report(
        id="",
        source="",
        title=title,
        text=text,
        places=content.places,
        dead=content.tolls.dead,
        injured=content.tolls.injured,
        events=frozenset(event.category for event in content.events if event.rings),
        ahead=frozenset(event.category for event in content.events if event.modality in _AHEAD),
        language=content.language,
    )


class _Part(NamedTuple):
    """A title, or a text as far as it is read: its words, as they are written and their stems."""

    tokens: Tokens
    forms: Sequence[str]
    stems: Sequence[str]

    @classmethod
    def of(cls, text: str) -> "_Part":
        tokens = tokenise(text)
        forms = [token.form for token in tokens]
        return cls(tokens, forms, list(map(stem, forms)))

    def until(self, offset: int) -> "_Part":
        """The words that begin before an offset."""
        end = bisect_left(self.tokens, offset, key=_start)
        return self if end == len(self.tokens) else _Part(self.tokens[:end], self.forms[:end], self.stems[:end])


class FeatureReader:
    """Reads reports; immutable but for caches."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = vocabulary
        self._unsaying = _SAYS_NOTHING | {stem(noun) for noun in vocabulary.nouns}
        self._nouns = _with_clitics(vocabulary.nouns)
        self._dead, self._injured = map(vocabulary.alike.words_of, (_DEAD, _INJURED))

    def read(self, report: Report) -> Features:
        title, body = _Part.of(shown(report.title[:TITLE])), _Part.of(clean(report.text[:LOOKED_AT]))
        whole, opening = body.until(WHOLE), body.until(OPENING)
        head, lead, text = self._terms(title), self._terms(opening), self._terms(body)
        first, every = Counter(head + lead), Counter(head + (text if whole is body else self._terms(whole)))
        facts = self._facts(report, title, opening, whole, head + text)
        return Features(facts, dict(first), dict(every), self._placing(report, every))

    def _facts(
        self,
        report: Report,
        title: _Part,
        opening: _Part,
        whole: _Part,
        terms: Sequence[str],
    ) -> Facts:
        numbers = frozenset(filter(str.isdigit, (*title.stems, *whole.stems)))
        years = frozenset(n for n in numbers if len(n) == 4 and n.startswith(("19", "20")))
        towns, named = self._places(report)
        in_title = self._names(title)
        stages, in_stages = self._words.stages, self._words.stages.found(title.stems)
        return Facts(
            id=report.id,
            source=report.source,
            at=report.at,
            shingles=_shingles(terms),
            wording=_checksum(terms),
            towns=towns or in_title,
            villages=in_title | self._names(opening),
            named=named | in_title | self._names(whole),
            numbers=numbers - years,
            years=years,
            dead=report.dead if report.dead is not None else self._toll((title, whole), self._dead),
            injured=report.injured if report.injured is not None else self._toll((title, whole), self._injured),
            begun=in_stages | stages.found(opening.stems),
            stages=in_stages | stages.found(whole.stems),
            explains=_asks(report.title) or bool(self._words.explaining.found(title.stems)),
            events=report.events,
            ahead=report.ahead,
            language=report.language,
            length=whole.tokens[-1].end if whole.tokens else 0,
        )

    def _terms(self, part: _Part) -> list[str]:
        plain, stems = self._words.plain, part.stems
        if not plain.isdisjoint(part.forms):
            stems = [word for word, form in zip(stems, part.forms, strict=True) if form not in plain]
        return self._words.alike.terms(stems)

    def _toll(self, parts: Iterable[_Part], hurt: frozenset[str]) -> int | None:
        """The first number beside a word for the dead, or the injured."""
        for part in parts:
            for at in (at for at, word in enumerate(part.stems) if word in hurt):
                number = _beside(part.tokens, at)
                if number is not None:
                    return number
        return None

    def _places(self, report: Report) -> tuple[frozenset[str], frozenset[str]]:
        """The codes of the most exact places of the title, or else of the opening; and of all places."""
        hits = [hit for hit in report.places if hit.sure]
        first = [h for h in hits if h.field == "title"] or [h for h in hits if h.start < OPENING]
        exact = {code: hit.codes for hit in first if (code := self._exactly(report, hit))}
        around = {code for own, codes in exact.items() for code in codes if code != own and own in codes[:1]}
        return frozenset(exact.keys() - around), frozenset(code for hit in hits for code in hit.codes)

    def _placing(self, report: Report, terms: Collection[str]) -> frozenset[str]:
        """Those of the names of places, of the nouns and directions before them, and those without a meaning."""
        texts = {"title": report.title, "text": report.text}
        surfaces = {texts[hit.field][hit.start : hit.end] for hit in report.places if hit.sure}
        names = set().union(*map(_stems, surfaces))
        return frozenset(term for term in terms if term in self._unsaying or term in names)

    def _exactly(self, report: Report, hit: PlaceHit) -> str:
        """The code that tells one event from another, or "". Who says «إدلب» may mean all of the governorate, and
        who says «دمشق» the government; of a region its governorate is taken."""
        surface = (report.title if hit.field == "title" else report.text)[hit.start : hit.end]
        seat = self._words.seats.get(" ".join(_stems(surface)))
        if seat is False:
            return ""
        if seat is None and not hit.codes[0].startswith("R-"):
            return hit.codes[0]
        return next((code for code in hit.codes if code.startswith("SY") and len(code) == _GOVERNORATE), "")

    def _names(self, part: _Part) -> frozenset[str]:
        """The names behind place nouns: «قرية جملة» names جملة, whether or not a gazetteer knows it."""
        behind = [at for at, form in enumerate(part.forms[:-1], start=1) if form in self._nouns]
        return frozenset(
            "=" + part.stems[at]
            for at in behind
            if not part.tokens[at].before.strip("\"'«“”(") and part.forms[at] not in self._words.nexts
        )


def _beside(tokens: Tokens, at: int) -> int | None:
    """The number beside a word for casualties: «قتيلان» says it itself, years are none."""
    if tokens[at].form.startswith(_PAIRS) and tokens[at].form.endswith("ان"):
        return 2
    for near in (*range(at - 1, at - _REACH, -1), *range(at + 1, at + _REACH + 2)):
        if 0 <= near < len(tokens) and tokens[near].clause == tokens[at].clause:
            number = number_at(tokens, near)
            if number is not None and number.value is not None and number.value < _YEARS:
                return number.value
    return None


def clean(text: str) -> str:
    """The text as it is compared: only its news; all of it where there seems to be none."""
    kept = " ".join(piece.text for piece in news(text))
    return kept or shown(text[without_head(text) :])


def _start(token: Token) -> int:
    return token.start


@lru_cache(maxsize=512)  # the same places are named again and again
def _stems(surface: str) -> tuple[str, ...]:
    return tuple(stem(token.form) for token in tokenise(surface))


def _with_clitics(nouns: frozenset[str]) -> frozenset[str]:
    """The forms that are a place noun, or one behind ب and ال."""
    forms = {clitics + noun for noun in nouns for clitics in ("", "ب", "ال", "بال")}
    return frozenset(f for f in forms if f in nouns or f.removeprefix("ب").removeprefix("ال") in nouns)


def _shingles(terms: Sequence[str]) -> Sequence[int]:
    """Checksums of all runs of three. An array, as thousands of reports are remembered: a set of as many numbers takes
    twenty times the memory."""
    plain = _encoded(["#" if term.isdigit() else term for term in terms]).split(b" ")
    return array("I", {crc32(b" ".join(run)) for run in zip(plain, plain[1:], plain[2:], strict=False)})


def _checksum(terms: Sequence[str]) -> int:
    """32 bits, the same in every process, as Python's own hash of a text is not."""
    return crc32(_encoded(terms))


def _encoded(terms: Iterable[str]) -> bytes:
    return " ".join(terms).encode("utf-8", "surrogatepass")


def _asks(title: str) -> bool:
    return title.rstrip(' .!"»”').endswith(("؟", "?"))
