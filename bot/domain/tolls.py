"""How many people a text says were killed, injured, went missing or were detained.

A toll is a number beside a word for casualties («مقتل 4 مدنيين»، «ثلاثة جرحى»، «قتيلان»، «وفاة طفل وامرأة»). Parts that
are disjoint are added, what stands behind «بينهم» is not, and a total («ارتفاع الحصيلة إلى 12») replaces its parts.
Every number stays in `claims` with where it stands, so that conflicting tolls can be told with their owners. Whether a
number belongs to news at all is asked of the caller: never from a background clause.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.arabic import Token
from bot.domain.numbers import Number, number_at
from bot.domain.wording import Passage, Phrasebook

KINDS = ("dead", "injured", "missing", "detained")
_BEFORE = 9  # words before a verb in which those it speaks of are looked for: «17 مقاتلاً … قتلوا»
_BETWEEN = 6  # words that may part two members of one list
_REACH = 5  # words between «القتلى» and the number that they have risen to
_VERB_ENDS = ("وا", "ا")


@dataclass(frozen=True, slots=True)
class Claim:
    """One number of a text. `number` is None where it says «عشرات»; `total`: it replaces earlier ones;
    `more`: it comes on top of an earlier sentence's («كما قتل 3 آخرون»)."""

    kind: str
    number: int | None
    field: str
    start: int
    end: int
    total: bool = False
    more: bool = False
    sentence: int = 0


@dataclass(frozen=True, slots=True)
class Tolls:
    """None where the text states no number. `claims` in order of the text."""

    dead: int | None = None
    injured: int | None = None
    missing: int | None = None
    detained: int | None = None
    claims: tuple[Claim, ...] = ()


class TollReader:
    """Reads tolls with the words of the vocabulary; immutable, safe to share."""

    def __init__(self, book: Phrasebook, words: Mapping[str, Mapping[str, str]], lists: Mapping[str, str]) -> None:
        def slot(listed: str) -> int:
            return book.slot("|".join(listed.split()))

        self._doing = {slot(words[kind]["doing"]): kind for kind in KINDS}
        self._counted = {slot(words[kind]["counted"]): kind for kind in KINDS}
        self._all = frozenset((*self._doing, *self._counted))
        self._person, self._many = slot(lists["people"]), slot(lists["people_many"])
        self._pairs = slot(" ".join(_dual(word) for word in lists["people"].split() if word[0] > "z"))
        self._among, self._about, self._units = slot(lists["among"]), slot(lists["about"]), slot(lists["units"])
        self._reaching, self._other = slot(lists["reaching"]), slot(lists["other"])

    def read(self, passages: Sequence[Passage], counts: Callable[[Passage, int], bool]) -> Tolls:
        """The tolls of an article; `counts(passage, token)` says whether what stands there is told as new."""
        claims = tuple(claim for p in passages for claim in self._claims(p) if counts(p, p.token_at(claim.start)))
        return Tolls(**{kind: _agreed([c for c in claims if c.kind == kind]) for kind in KINDS}, claims=claims)

    def _claims(self, passage: Passage) -> Iterator[Claim]:
        used: set[int] = set()
        for at, meaning in enumerate(passage.meanings):
            if self._all.isdisjoint(meaning.slots):
                continue
            for slot in meaning.slots & self._all:
                counted = slot in self._counted
                kind = self._counted[slot] if counted else self._doing[slot]
                found = self._counting(passage, at) if counted else self._done(passage, at)
                if found is None or not used.isdisjoint(range(found[0], found[1])):
                    continue
                used.update(range(found[0], found[1]))
                yield self._claim(passage, kind, at, found)

    def _claim(self, passage: Passage, kind: str, at: int, found: "_Span") -> Claim:
        first, last, number, total = found
        tokens, sentence = passage.tokens, passage.sentences[at]
        start = passage.bounds(sentence)[0]
        opening = {token.form for token in tokens[start : start + 1]}
        more = bool(opening & {"كما", "وكذلك", "كذلك", "ايضا"})
        low, high = min(first, at), max(last - 1, at)
        return Claim(kind, number, passage.field, tokens[low].start, tokens[high].end, total, more, sentence)

    def _counting(self, passage: Passage, at: int) -> "_Span | None":
        """«5 قتلى»، «قتيلان»، «القتلى إلى 12»."""
        tokens = passage.tokens
        before = _number_ending(tokens, at)
        if before is not None:
            if self._inside(passage, before.first):
                return None
            low = _range_start(tokens, before)
            return (before.first, at + 1, low if low is not None else before.value, False)
        number = self._risen(passage, at)
        if number is not None:
            return (at, number.last, number.value, True)
        form = tokens[at].form
        if self._inside(passage, at):
            return None
        if form.endswith(("ان", "تين")) or (form.endswith("ين") and form.startswith(("قتيل", "وقتيل", "جريح", "شهيد"))):
            return (at, at + 1, 2, False)
        if form.removeprefix("و") in {"قتيل", "قتيلا", "جريح", "جريحا", "شهيد", "مصاب", "قتيله", "جريحه", "جثه"}:
            return (at, at + 1, 1, False)
        return None

    def _risen(self, passage: Passage, at: int) -> Number | None:
        end = min(passage.bounds(passage.sentences[at])[1], at + 1 + _REACH)
        reached = False
        for after in range(at + 1, end):
            number = number_at(passage.tokens, after)
            if number is not None:
                return number if reached and not self._unit(passage, number.last) else None
            if not self._all.isdisjoint(passage.meanings[after].slots):
                return None
            reached |= self._reaching in passage.meanings[after].slots
        return None

    def _done(self, passage: Passage, at: int) -> "_Span | None":
        """«مقتل 4 مدنيين و3 مقاتلين»، «إصابة طفل»؛ and with a plural verb, those named before it."""
        if self._inside(passage, at):
            return None
        end = passage.bounds(passage.sentences[at])[1]
        before = _number_ending(passage.tokens, at) if passage.tokens[at].form.isascii() else None
        if before is not None:
            return (before.first, at + 1, before.value, False)  # "three killed"
        ahead = self._people(passage, at + 1, end)
        if ahead is not None:
            return (at, ahead[0], ahead[1], False)
        if passage.tokens[at].form.endswith(_VERB_ENDS):
            return self._earlier(passage, at)
        return None

    def _people(self, passage: Passage, at: int, end: int) -> tuple[int, int | None] | None:
        """Where the list of people that begins at a token ends, and how many they are."""
        member = self._member(passage, at, end)
        if member is None:
            return None
        last, total = member
        while total is not None:
            following = self._next_member(passage, last, end)
            if following is None or following[1] is None:
                break
            last, total = following[0], total + following[1]
        return last, total

    def _next_member(self, passage: Passage, last: int, end: int) -> tuple[int, int | None] | None:
        clause = passage.tokens[last - 1].clause
        for at in range(last, min(end, last + _BETWEEN)):
            token, slots = passage.tokens[at], passage.meanings[at].slots
            if token.clause > clause or self._among in slots or not self._all.isdisjoint(slots):
                return None
            if token.form.startswith("و") and len(token.form) > 1:
                member = self._member(passage, at, end, listed=True)
                if member is not None:
                    return None if self._claimed(passage, member[0]) else member
        return None

    def _claimed(self, passage: Passage, last: int) -> bool:
        """Whether the people that end here belong to the next word for casualties: «… و3 جرحى»."""
        if last >= len(passage.tokens) or passage.tokens[last].form.startswith("و"):
            return False
        return not self._all.isdisjoint(passage.meanings[last].slots)

    def _member(self, passage: Passage, at: int, end: int, listed: bool = False) -> tuple[int, int | None] | None:
        while not listed and at < end and self._about in passage.meanings[at].slots:
            at += 1
        if at >= end:
            return None
        number = number_at(passage.tokens, at)
        if number is not None:
            return self._numbered(passage, number, listed)
        slots, form = passage.meanings[at].slots, passage.tokens[at].form
        if self._pairs in slots:
            sure = form.endswith("ان") or self._many not in slots or _two_follow(passage.tokens, at)
            return (at + 1, 2) if sure else None
        if self._many in slots and self._person not in slots:
            return (at + 2, 2) if at + 1 < end and number_is_two(passage.tokens, at + 1) else None
        if self._person in slots or (self._other in slots and not listed):
            return (at + 1, 1)
        return None

    def _numbered(self, passage: Passage, number: Number, listed: bool) -> tuple[int, int | None] | None:
        if self._unit(passage, number.last) or self._claimed(passage, number.last):
            return None
        followed = number.last < len(passage.tokens)
        named = followed and not passage.meanings[number.last].slots.isdisjoint({self._many, self._person})
        if listed and not named:
            return None
        return (number.last + named, number.value)

    def _unit(self, passage: Passage, at: int) -> bool:
        return at < len(passage.tokens) and (
            self._units in passage.meanings[at].slots or passage.tokens[at].before.startswith("%")
        )

    def _inside(self, passage: Passage, at: int) -> bool:
        """Whether a token stands behind «بينهم» of its clause: a part of what was counted already."""
        clause = passage.tokens[at].clause
        for back in range(at - 1, max(-1, at - 6), -1):
            if passage.tokens[back].clause != clause or not self._all.isdisjoint(passage.meanings[back].slots):
                return False
            if self._among in passage.meanings[back].slots:
                return True
        return False

    def _earlier(self, passage: Passage, at: int) -> "_Span | None":
        start = max(passage.bounds(passage.sentences[at])[0], at - _BEFORE)
        for back in range(at - 1, start - 1, -1):
            if not self._all.isdisjoint(passage.meanings[back].slots):
                return None
            number = number_at(passage.tokens, back)
            if number is not None and number.last <= at:
                first = _number_ending(passage.tokens, number.last) or number
                named = not passage.meanings[number.last].slots.isdisjoint({self._many, self._person})
                return (first.first, number.last, first.value, False) if named else None
            if self._pairs in passage.meanings[back].slots and not passage.tokens[at].form.endswith("وا"):
                return (back, back + 1, 2, False)
        return None


_Span = tuple[int, int, "int | None", bool]  # first and last token, how many, whether a total


def _dual(word: str) -> str:
    stem = word[:-1] + "ت" if word.endswith("ة") else word
    return f"{stem}ين {stem}ان"


def number_is_two(tokens: Sequence[Token], at: int) -> bool:
    number = number_at(tokens, at)
    return number is not None and number.value == 2 and not tokens[at].form.startswith("و")


def _two_follow(tokens: Sequence[Token], at: int) -> bool:
    """«مدنيين اثنين»، «عاملين إثر سقوطهما»: the ending ين alone may be a plural."""
    following = tokens[at + 1 : at + 6]
    return any(t.form.endswith("هما") or t.form in {"اثنين", "اثنان", "اثنتين"} for t in following)


def _number_ending(tokens: Sequence[Token], at: int) -> Number | None:
    """The longest number that ends just before a token."""
    found = None
    for first in range(at - 1, max(-1, at - 6), -1):
        number = number_at(tokens, first)
        if number is None or number.last < at:
            break
        if number.last == at:
            found = number
    return found


def _range_start(tokens: Sequence[Token], number: Number) -> int | None:
    """The lower number of «بين 10 و15»، «من 10 إلى 15»."""
    at = number.first
    if at >= 2 and tokens[at - 2].form in {"بين", "ما"}:
        lower = number_at(tokens, at - 1)
        return lower.value if lower else None
    if at >= 2 and tokens[at - 1].form in {"الي", "او"}:
        lower = number_at(tokens, at - 2)
        return lower.value if lower else None
    return None


def _agreed(claims: Sequence[Claim]) -> int | None:
    """One number of several: the title's if it has one, else the first sentence's; totals replace, «كما» adds."""
    title = _sum([c for c in claims if c.field == "title"])
    body = [c for c in claims if c.field == "text" and c.number is not None]
    if not body:
        return title
    opening = [c for c in body if c.sentence == body[0].sentence]
    first = _sum(opening)
    if title is not None and title != first:
        return title
    more = sum(c.number or 0 for c in body if c.more and c.sentence != body[0].sentence and not c.total)
    return None if first is None else first + more


def _sum(claims: Sequence[Claim]) -> int | None:
    numbers = [c.number for c in claims if c.number is not None]
    totals = [c.number for c in claims if c.total and c.number is not None]
    return totals[0] if totals else sum(numbers) if numbers else None
