"""Short and faithful: a summary is made of the article's own sentences, chosen for what the person watches.

The first sentence of news is kept, cleaned of what is not news (`furniture`); learned and graph rankers were tried on
431 articles and did no better. What follows must stand by itself, add something, and not tell of last year as if it
were new. For a watch, the sentence that holds the match leads the choice, and of a sentence of many events only the
reader's own clause is told (`clauses`). Nothing is rewritten but the contested words of death (`neutral`), so nothing
can be invented. What does not fit is cut and marked with an ellipsis.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from bot.domain import clauses
from bot.domain.arabic import normalise
from bot.domain.furniture import LONGEST_READ, MOST_REMEMBERED, Piece, addresses_a_machine, news, shown
from bot.domain.model import Article, Evidence
from bot.domain.neutral import neutral
from bot.domain.past import goes_on, says_when, told_as_past
from bot.domain.sentences import Sentence, count_words, cut_at_pause, is_open, sentences, shorten, stops
from bot.domain.worth import best_rest, key_words, repeats

__all__ = ["Sentence", "Summary", "digest", "sentences", "shorten", "summarise"]

SENTENCES = 3
WORDS = 64  # "about 60": the bound is 65 words as \\w+ counts them; about three lines on a locked phone
LETTERS = 700  # a bound for texts whose "words" are endless; 60 Arabic words have about 350
SHORT_WORDS, SHORT_LETTERS = 35, 400
_SHORT_LEAD = 8  # a lead of fewer words is joined to the next sentence
_LONGEST_ASIDE = 220  # code points
_REST = 8  # words worth starting another sentence for
_FEWEST = 4  # words of a sentence that says something by itself
_LOOKED_AT = 9  # sentences from which the rest of a summary is chosen; later ones are rarely what an editor tells

_WORD = re.compile(r"\w+")
_MARKS = re.compile("[\u064b-\u0652\u0640]")
_LEANING = re.compile(
    r"(?:و|ف)?(?:أضاف|أضافت|أضافوا|تابع|تابعت|أردف|أردفت|استطرد|زاد|زادت|هذا|هذه|ذلك|تلك|هؤلاء|أولئك|حينها|وقتها|"
    r"آنذاك|حينئذ|عندها|بعدها|"
    r"كما|لكن|لكنه|لكنها|لكنهم|غير أن|إلا أن|بيد أن|بدوره|بدورها|من جانبه|من جانبها|من جهته|من جهتها|من جهتهم|"
    r"في المقابل|بالمقابل|كذلك|"
    r"أيضا|ثم|منهم|بينهم|من بينهم|بينها|إنه|أنه|إنها|هو|هي|هم|جاء ذلك|جاء هذا|جاءت هذه|يأتي هذا|يأتي ذلك|تأتي هذه|"
    r"الأمر الذي|لذلك|لذا|"
    r"عليه|بذلك|بهذا|إذ|حيث|إلى ذلك|إلى جانب ذلك|في هذا|في هذه|في السياق|على إثر|لدى|أما|نفى|أوضح أن|أكد أن|قال إن|"
    r"شدد|لفت|أشار إلى أن|ختم)\b"
)


@dataclass(frozen=True, slots=True)
class Summary:
    """`text`: at most three sentences and 60 words; `short`: at most 35 words; "" where there is only a headline.

    `background`: all that the article says of the match is of earlier times, so it is no news of that place.
    """

    text: str
    short: str
    background: bool = False


@dataclass(frozen=True)
class _Told:
    """A sentence of news, weighed: `spots` are what the person watches in it, as offsets into its text."""

    piece: Piece
    past: bool
    spots: tuple[int, ...] = ()
    named: bool = False  # the very name that the person wrote stands in it

    @cached_property
    def is_dated(self) -> bool:
        """Whether nobody takes it for news that is not: it is of today, or says itself that it is not."""
        return not self.past or says_when(self.piece.text)

    @cached_property
    def leans(self) -> bool:
        """Whether it cannot be understood without what stands before it."""
        return _LEANING.match(_MARKS.sub("", self.piece.text[:40])) is not None or not self.stands

    @cached_property
    def stands(self) -> bool:
        return _stands(self.piece.text)


@dataclass(frozen=True)
class _News:
    """What an article tells whoever watches nothing in it."""

    title: str
    told: tuple[_Told, ...]

    @cached_property
    def text(self) -> str:
        return _filled(self.title, self.told)

    @cached_property
    def short(self) -> str:
        return neutral(cut_at_pause(_lead(self.told)[0], SHORT_WORDS, SHORT_LETTERS))


def summarise(article: Article, evidence: Sequence[Evidence]) -> str:
    """The long form of `digest`."""
    return digest(article, evidence).text


def digest(article: Article, evidence: Sequence[Evidence] = (), named: Sequence[str] = ()) -> Summary:
    """What an article says, in the words of its own sentences, about what was matched in it.

    `named` is what the person wrote: a sentence with the very name is preferred to one that names a place within it.
    A match in the headline alone, or none, is told by the lead.
    """
    found = {e.start: e.surface for e in evidence if e.field == "text" and e.start < LONGEST_READ}
    read = _read(article, sorted(found))
    if not read.told:
        return Summary("", "")
    told = _watched(read.told, found, named)
    focused = [index for index, one in enumerate(told) if one.spots]
    if not focused:
        aside = _aside(article, evidence)
        text = _packed([(1, aside), (0, _lead(told)[0])]) if aside else read.text
        return Summary(text, read.short)
    best = min(focused, key=lambda i: (told[i].past, not told[i].named, told[i].leans and i > 0, i))
    places = [p.start for p in article.places if p.field == "text"]
    text = _focused(read, told, focused, best, places)
    return Summary(text, _short(told, focused, best, places), told[best].past)


def _aside(article: Article, evidence: Sequence[Evidence]) -> str:
    """The line that holds the match when it is no news («اقرأ أيضاً: …»), so that nobody wonders why he was told."""
    text = article.text
    spot = next((e.start for e in evidence if e.field == "text" and e.start < min(len(text), LONGEST_READ)), None)
    if spot is None:
        return ""
    start, end = text.rfind("\n", 0, spot) + 1, text.find("\n", spot)
    line = text[start : end if end >= 0 else len(text)]
    own = next((s.text for s in sentences(line) if s.end > spot - start), "")
    if len(line) > _LONGEST_ASIDE or _is_said_in(article.title, own) or addresses_a_machine(line) or stops(line) > 2:
        return ""
    return shown(line)


def _short(told: Sequence[_Told], focused: Sequence[int], best: int, places: Sequence[int]) -> str:
    """The best sentence about the match; where that one is too long, the first as good that fits."""
    good = [i for i in focused if (told[i].past, told[i].named) == (told[best].past, told[best].named)]
    fits = [i for i in good if not told[i].leans and count_words(told[i].piece.text) <= SHORT_WORDS]
    index = best if best in fits or not fits else fits[0]
    text = _about(told[index], places, SHORT_WORDS, SHORT_LETTERS)
    dated = None if told[index].is_dated else _leans_on(told, index)
    if dated is not None:
        room = max(SHORT_WORDS - count_words(text), _REST)
        text = shorten(
            f"{cut_at_pause(told[dated].piece.text, room, SHORT_LETTERS)} {text}", SHORT_WORDS, SHORT_LETTERS
        )
    return neutral(text)


def _read(article: Article, kept: Sequence[int]) -> _News:
    """`kept` are offsets of what is watched, which must not be taken for furniture."""
    year = article.published_at.year if article.published_at else None
    return _weighed(article.title, tuple(news(article.text, kept)), year)


@lru_cache(maxsize=MOST_REMEMBERED)
def _weighed(title: str, pieces: Sequence[Piece], year: int | None) -> _News:
    """The sentences of news; those that only repeat the headline are left out."""
    told: list[_Told] = []
    past = False
    for piece in pieces:
        if _is_said_in(title, piece.text):
            continue
        same_line = bool(told) and told[-1].piece.line == piece.line
        past = told_as_past(piece.text, year) or (past and same_line and goes_on(piece.text))
        told.append(_Told(piece, past))
    return _News(title, tuple(told))


def _watched(told: Sequence[_Told], found: Mapping[int, str], named: Sequence[str]) -> Sequence[_Told]:
    """The sentences with what was found in the text (where: what) and is asked for by name, if it is."""
    if not found:
        return told
    wanted = {word for name in named for word in _WORD.findall(normalise(name)) if len(word) > 2}
    exact = {spot for spot, surface in found.items() if any(word in normalise(surface) for word in wanted)}
    watched: list[_Told] = []
    for one in told:
        own = [spot for spot in sorted(found) if one.piece.start <= spot < one.piece.end]
        exactly = [spot for spot in own if spot in exact]
        spots = tuple(spot - one.piece.start for spot in exactly or own)
        watched.append(replace(one, spots=spots, named=bool(exactly)) if spots else one)
    return watched


def _lead(told: Sequence[_Told]) -> tuple[str, int]:
    """The first sentence, with the next when it is very short or only introduces it; and how many those are."""
    first = told[0].piece.text
    if len(told) > 1 and (count_words(first) < _SHORT_LEAD or first.endswith(":") or is_open(first)):
        return f"{first} {told[1].piece.text}", 2
    return first, 1


def _focused(read: _News, told: Sequence[_Told], focused: Sequence[int], best: int, places: Sequence[int]) -> str:
    """The best sentence about the match, what it leans on, then more about the match or the lead as room allows."""
    exact = None if told[best].named else next((i for i in focused if told[i].named and told[i].is_dated), None)
    main = _about(told[best], places, WORDS if exact is None else SHORT_WORDS, LETTERS)
    if best == 0 and exact is None and main == told[0].piece.text:
        return read.text
    wanted = [(best, main)]
    room = max(WORDS - count_words(main), _REST)
    if exact is not None:
        wanted.append((exact, _about(told[exact], places, room, LETTERS)))
    elif (context := _leans_on(told, best)) is not None and _begins(main, told[best]):
        whole = told[context].piece.text
        part = cut_at_pause(whole, room, LETTERS)
        if count_words(part) * 2 >= count_words(whole):
            wanted.append((context, part))
    for index in focused:
        one = told[index]
        if index != best and not one.past and (not one.leans or index - 1 == best):
            wanted.append((index, _about(one, places, WORDS, LETTERS)))
    if 0 not in focused:
        wanted.append((0, told[0].piece.text))
    return _packed(wanted)


def _begins(text: str, one: _Told) -> bool:
    """Whether a sentence is told from its beginning, so that it leans on what stood before it."""
    return one.piece.text.startswith(text[:_REST])


def _leans_on(told: Sequence[_Told], index: int) -> int | None:
    """The sentence without which this one would be misunderstood: what it goes on from, or what dates it."""
    one = told[index]
    if not one.is_dated:
        return next((i for i in range(index - 1, -1, -1) if says_when(told[i].piece.text)), None)
    return index - 1 if index > 0 and one.leans else None


def _filled(title: str, told: Sequence[_Told]) -> str:
    """The lead, then what adds most to it and stands by itself, as far as there is room."""
    lead, begun = _lead(told)
    lead = cut_at_pause(lead, WORDS, LETTERS)
    room = WORDS - count_words(lead)
    if room < _REST or lead.endswith("…"):
        return _joined([(0, lead)])
    usable: list[int] = []
    leaning: set[int] = set()
    for i in range(begun, min(len(told), _LOOKED_AT)):
        one = told[i]
        stands = one.is_dated and one.stands and count_words(one.piece.text) >= _FEWEST
        if stands and (not one.leans or i == begun or i - 1 in usable):
            if one.leans:
                leaning.add(len(usable))
            usable.append(i)
    chosen: tuple[int, ...] = ()
    if len(usable) > 1 or leaning:  # else there is nothing to choose
        chosen = best_rest(title, lead, [told[i].piece.text for i in usable], frozenset(leaning), room)
    free = [n for n in range(len(usable)) if n not in chosen and n not in leaning]
    kept, said, joined = [(0, lead)], [key_words(lead)], ""
    for index in (usable[n] for n in (*chosen, *free)):
        room = WORDS - sum(count_words(text) for _, text in kept)
        if room < _REST or len(kept) == SENTENCES:
            break
        text = _more(told[index], room)
        words = key_words(text)
        if not words or any(repeats(words, known) for known in said):
            continue
        longer = _joined([*kept, (index, text)])
        if stops(longer) <= SENTENCES:
            kept.append((index, text))
            said.append(words)
            joined = longer
    return joined or _joined(kept)


def _more(one: _Told, room: int) -> str:
    """A usable sentence as far as there is room; "" where what is left would be too little or would mislead."""
    text = cut_at_pause(one.piece.text, room, LETTERS)
    if text == one.piece.text:
        return text
    return "" if is_open(text) or (one.past and not says_when(text)) else text


def _packed(wanted: Iterable[tuple[int, str]]) -> str:
    """Those of the wanted that fit together, the first in any case."""
    kept: list[tuple[int, str]] = []
    joined = ""
    for one in wanted:
        more = [*kept, one]
        if kept and (sum(count_words(t) for _, t in more) > WORDS or sum(len(t) + 1 for _, t in more) > LETTERS):
            continue
        longer = _joined(more)
        if not kept or stops(longer) <= SENTENCES:
            kept, joined = more, longer
    return joined


def _joined(kept: Iterable[tuple[int, str]]) -> str:
    return shorten(neutral(" ".join(text for _, text in sorted(kept))), WORDS, LETTERS)


def _about(one: _Told, places: Sequence[int], words: int, letters: int) -> str:
    """What a sentence says of the match, within the bounds."""
    start = one.piece.start
    others = [place - start for place in places if start <= place < one.piece.end]
    return shown(clauses.about(one.piece.raw, one.spots, others, words, letters))


def _stands(text: str) -> bool:
    """Whether a reader understands a sentence as the last of a summary: it is no question and nothing is left open."""
    return not text.endswith(("؟", "?", ":", "..", "…")) and not is_open(text)


def _is_said_in(title: str, sentence: str) -> bool:
    """Many feeds repeat the headline, which may have two sentences, as the first words of the text."""
    if not title:
        return False
    return sentence.strip(" .…") in title or (len(sentence) <= len(title) + 20 and _same(sentence, title))


def _same(one: str, other: str) -> bool:
    return _WORD.findall(normalise(one)) == _WORD.findall(normalise(other))
