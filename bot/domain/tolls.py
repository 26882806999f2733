"""How many people a text says were killed, injured, went missing or were detained.

A toll is a number beside a word for casualties («مقتل 4 مدنيين»، «ثلاثة جرحى»، «قتيلان»، «وفاة طفل وامرأة»). Parts that
are disjoint are added, what stands behind «بينهم» is not, and a total («ارتفاع الحصيلة إلى 12») replaces its parts.
Every number stays in `claims` with where it stands, so that conflicting tolls can be told with their owners. Whether a
number belongs to news at all is for the caller to say: never from a background clause.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.arabic import Token
from bot.domain.numbers import Number, definite_number, number_at
from bot.domain.wording import Passage, Phrasebook

KINDS = ("dead", "injured", "missing", "detained")
_BEFORE = 9  # words before a verb in which those it speaks of are looked for: «17 مقاتلاً … قتلوا»
_BETWEEN = 6  # words that may part two members of one list
_REACH = 8  # words between «القتلى» and the number that they have risen to
_LATIN = 5  # words before "killed" in which those it speaks of are looked for
_VERB_ENDS = ("وا", "ا", "ون", "ان")
_ONE = frozenset(("قتيل", "قتيلا", "جريح", "جريحا", "شهيد", "مصاب", "قتيله", "جريحه", "جثه"))
_TWO = ("جثتي", "جثتا", "قتيلي", "شهيدي", "جريحي")
_HIS_DEATH = ("مقتله", "مقتلها", "استشهاده", "استشهادها", "وفاته", "وفاتها")
_FOUND_DEAD = ("مقتولا", "مقتوله", "مقتولين", "متوفيا", "متوفيه")


@dataclass(frozen=True, slots=True)
class Claim:
    """One number of a text. `number` is None where it says «عشرات»; `total`: it replaces earlier ones;
    `more`: it comes on top of an earlier sentence's («كما قتل 3 آخرون»). `codes`: the places of its clause, as those
    of an event."""

    kind: str
    number: int | None
    field: str
    start: int
    end: int
    total: bool = False
    more: bool = False
    sentence: int = 0
    codes: tuple[str, ...] = ()


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
        self._remains, self._illness = slot(lists["remains"]), slot(lists["illness"])

    def claims(self, passage: Passage) -> Iterator[Claim]:
        """Every number, whether it is told as new or not."""
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
        if before is not None and tokens[before.first].form.removeprefix("و") == "عدد":
            before = None  # «عدد القتلى», not «عدد من القتلى»
        if self._unearthed(passage, at) or self._ill(passage, at):
            return None
        if before is not None:
            if self._inside(passage, before.first):
                return None
            low = _range_start(tokens, before)
            return (before.first, at + 1, low if low is not None else before.value, False)
        number = self._risen(passage, at)
        if number is not None:
            return (at, number.last, number.value, True)
        return None if self._inside(passage, at) else self._by_form(passage, at)

    def _by_form(self, passage: Passage, at: int) -> "_Span | None":
        """What the word alone says: «قتيلان» are two, «قتيل» is one, «مقتولاً» whoever stands before it."""
        form = passage.tokens[at].form.removeprefix("و")
        if form == "dead":
            return self._latin(passage, at)  # "journalist shot dead"
        if form in _FOUND_DEAD:
            return self._found_dead(passage, at)
        two = form.endswith("ين") and form.startswith(("قتيل", "جريح", "شهيد"))
        if two or form.endswith(("ان", "تين")) or form in _TWO:
            return (at, at + 1, 2, False)
        return (at, at + 1, 1, False) if form in _ONE else None

    def _unearthed(self, passage: Passage, at: int) -> bool:
        """«رفات 20 ضحية»: they died long ago."""
        start = max(passage.bounds(passage.sentences[at])[0], at - 4)
        return any(self._remains in meaning.slots for meaning in passage.meanings[start:at])

    def _ill(self, passage: Passage, at: int) -> bool:
        """«12 إصابة بالكوليرا» are no injured."""
        end = min(passage.bounds(passage.sentences[at])[1], at + 3)
        return any(self._illness in meaning.slots for meaning in passage.meanings[at + 1 : end])

    def _found_dead(self, passage: Passage, at: int) -> "_Span | None":
        """«العثور على شاب مقتولاً»، «على رجلين مقتولين»."""
        for back in range(max(passage.bounds(passage.sentences[at])[0], at - 3), at):
            slots = passage.meanings[back].slots
            if self._pairs in slots and passage.tokens[at].form.endswith("ين"):
                return (back, at + 1, 2, False)
            if self._person in slots and self._pairs not in slots:
                return (back, at + 1, 1, False)
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
        if self._inside(passage, at) or self._together(passage, at):
            return None
        end = passage.bounds(passage.sentences[at])[1]
        if passage.tokens[at].form.isascii() and (before := self._latin(passage, at)) is not None:
            return before
        ahead = self._people(passage, at + 1, end) or self._further(passage, at, end)
        if ahead is not None:
            return (at, ahead[0], ahead[1], False)
        if passage.tokens[at].form.removeprefix("و") in _HIS_DEATH and passage.tokens[at - 1].form in {"الي", "عن"}:
            return (at, at + 1, 1, False)
        if passage.tokens[at].form.endswith(_VERB_ENDS):
            return self._earlier(passage, at)
        return None

    def _together(self, passage: Passage, at: int) -> bool:
        """«مقتل وإصابة 42»: nobody says how many of which."""
        tokens, doing = passage.tokens, self._doing.keys()
        for first in (at - 1, at):
            both = 0 <= first < len(tokens) - 1 and tokens[first + 1].form.startswith("و")
            if both and tokens[first].form.removeprefix("و") not in _HIS_DEATH:
                pair = passage.meanings[first : first + 2]
                if all(not doing.isdisjoint(meaning.slots) for meaning in pair):
                    return True
        return False

    def _further(self, passage: Passage, at: int, end: int) -> tuple[int, int | None] | None:
        """ "kill a former rebel commander", «قتلت قوات قسد 9 عناصر»: they stand behind who did it."""
        form, clause = passage.tokens[at].form.removeprefix("و"), passage.tokens[at].clause
        if not form.isascii() and not form.endswith("ت") and not form.startswith(("ي", "ت")):
            return None
        for after in range(at + 2, min(end, at + _LATIN)):
            if passage.tokens[after].clause != clause or not self._all.isdisjoint(passage.meanings[after].slots):
                return None
            if form.isascii() or number_at(passage.tokens, after) is not None or self._taken(passage, after):
                people = self._people(passage, after, end)
                if people is not None:
                    return people
        return None

    def _taken(self, passage: Passage, at: int) -> bool:
        """«اعتقلت قوى الأمن رجلين», «اختطفت دورية شاباً»: whom it is done to, by the ending of his case."""
        token, slots = passage.tokens[at], passage.meanings[at].slots
        two = self._pairs in slots and self._many not in slots and token.form.endswith("ين")
        one = self._person in slots and (token.tanween or (token.form.endswith("ا") and self._many not in slots))
        return two or one

    def _latin(self, passage: Passage, at: int) -> "_Span | None":
        """ "three killed", "7 Syrian soldiers were killed", "a child was killed"."""
        number = _number_ending(passage.tokens, at)
        if number is not None:
            return (number.first, at + 1, number.value, False)
        start = max(passage.bounds(passage.sentences[at])[0], at - _LATIN)
        for back in range(at - 1, start - 1, -1):
            if (
                not self._all.isdisjoint(passage.meanings[back].slots)
                or passage.tokens[back].clause != passage.tokens[at].clause
            ):
                return None
            number = number_at(passage.tokens, back)
            if number is not None:
                counted = any(self._many in meaning.slots for meaning in passage.meanings[back + 1 : at])
                return (back, at + 1, number.value, False) if counted else None
        named = set().union(*(meaning.slots for meaning in passage.meanings[start:at]))
        return (start, at + 1, 1, False) if self._person in named and self._many not in named else None

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
        if not slots.isdisjoint({self._many, self._pairs}) and (exact := self._numbered_behind(passage, at, end)):
            return exact
        if self._pairs in slots:
            sure = form.endswith("ان") or self._many not in slots or _two_follow(passage.tokens, at)
            return (at + 1, 2) if sure else None
        if self._many in slots and self._person not in slots:
            return None
        if self._person in slots or (self._other in slots and not listed):
            return (at + 1, 1)
        return None

    def _numbered_behind(self, passage: Passage, at: int, end: int) -> tuple[int, int | None] | None:
        """«مدنيين اثنين»، «أطفاله الثلاثة»."""
        if at + 1 >= end:
            return None
        if number_is_two(passage.tokens, at + 1):
            return (at + 2, 2)
        number = definite_number(passage.tokens[at + 1].form)
        return (at + 2, number) if number else None

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
    """«شقيقين»، «شقيقان»، «شقيقيها»."""
    stem = word[:-1] + "ت" if word.endswith("ة") else word
    return " ".join(stem + end for end in ("ين", "ان", "يه", "يها", "يهما", "يهم", "اه", "اها", "اهما"))


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


def tolls_of(claims: tuple[Claim, ...]) -> Tolls:
    """What an article says whose news has these numbers."""
    return Tolls(**{kind: agreed([c for c in claims if c.kind == kind]) for kind in KINDS}, claims=claims)


def agreed(claims: Sequence[Claim]) -> int | None:
    """One number of several of a kind: the title's, else the first sentence's; totals replace, «كما» adds."""
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
