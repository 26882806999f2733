"""The little language of bot/data/vocabulary.yaml, and finding its phrases in a text.

A phrase is words in order; each may be given in several ways:

* `حصار`: the word with whatever clitics and pronouns it may carry; a phrase of Latin or Kurdish words as it stands;
* `~قصف`: a verb in its persons, past and present; `غارة+`: a noun in its numbers; `bomb*`: words that begin so;
* `$aircraft`: any word of a class of the vocabulary; `فتح|إغلاق`: one or the other;
* `..` between words: up to five others of the same sentence may stand there;
* behind the words, `& $aircraft` (must stand near, in the same sentence) and `! $sport` (must not).

Owns the notation and the search. What a phrase means is said by whoever built the index: the key under which it was
given. Where phrases overlap the longest wins, and of two equally long ones the one with more conditions: «وقف إطلاق
النار» is no shooting. Work is linear in the text.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, pairwise
from operator import attrgetter
from typing import NamedTuple

from bot.domain.arabic import Token, normalise, readings, tokenise
from bot.domain.clitics import plausible
from bot.domain.remembering import Remembered

_GAP = 5  # words that may stand where a phrase has ".."
_NEAR = 14  # words on each side within which a condition is looked for
_REMEMBERED = 50_000
_HEADLINE = 30  # words of a headline at most
_SHORTEST_PREFIX = 3
_SENTENCE_ENDS = frozenset(".؟?!…\n")
_LONGEST = 30_000  # characters of a text that are read; events and their tolls stand far above that

_PAST = ("", "ت", "وا", "و", "ا", "تا", "ن")
_PRESENT = ("", "ون", "ان", "وا", "ن")
_NUMBERS = ("", "ات", "ين", "ون", "ان", "ا", "ي", "و")
_NUMBERS_MARBUTA = ("ه", "ات", "تين", "تان", "تا", "تي")


class _Phrase(NamedTuple):
    key: str
    slots: tuple[int, ...]
    gaps: tuple[bool, ...]
    needs: tuple[int, ...]
    bans: tuple[int, ...]
    weight: int
    group: str
    asks: frozenset[int]  # every slot that its sentence must have


class Meaning(NamedTuple):
    """What a word may stand for: numbers of slots, and of the word itself whether a verb's future س or a ل of purpose
    was taken off, and whether it is definite; and the phrases that may begin with it."""

    slots: frozenset[int]
    future: bool
    purpose: bool
    definite: bool
    phrases: tuple[_Phrase, ...]


_NOTHING = Meaning(frozenset(), False, False, False, ())
_WORD = attrgetter("form", "tanween", "marbuta")  # all that a meaning depends on


@dataclass(frozen=True)
class Passage:
    """A title or a text, as far as it is read, with the meaning of its words and the number of each one's sentence."""

    field: str
    tokens: tuple[Token, ...]
    meanings: tuple[Meaning, ...]
    sentences: tuple[int, ...]
    starts: tuple[int, ...]  # the first token of each sentence, and behind the last one the number of tokens
    heading: bool = False  # a title, or a text without one that is as short

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """The tokens that end in a digit."""
        return tuple([at for at, token in enumerate(self.tokens) if token.form[-1].isdigit()])

    def bounds(self, sentence: int) -> tuple[int, int]:
        return self.starts[sentence], self.starts[sentence + 1]

    def token_at(self, offset: int) -> int:
        """The number of the first token that ends behind an offset."""
        return bisect_left(self.tokens, offset + 1, key=lambda token: token.end)


class Found(NamedTuple):
    """A phrase at tokens `first:last` (last excluded); `key` says which one it is."""

    key: str
    first: int
    last: int
    words: int  # that matched, without those in gaps
    weight: int
    group: str


def _verb(word: str) -> set[str]:
    stem = word[1:] if word.startswith("ا") and len(word) > 3 else word
    past = word[:-1] + "ا" if word.endswith("ي") else word
    forms = {word, *(past + end for end in _PAST)}
    if word.endswith("ي"):  # ألقى: ألقت، ألقوا، يلقي، يلقون
        forms |= {word[:-1] + "ت", word[:-1] + "وا"}
        return forms | {p + s for p in "يتن" for s in (stem, stem[:-1] + "ون", stem[:-1])}
    if word.startswith("ا") and len(word) in (4, 6) and word[-2] == "ا":  # أزال: يزيل، استعاد: يستعيد
        stem = stem[:-2] + "ي" + stem[-1]
    return forms | {prefix + stem + end for prefix in "يتن" for end in _PRESENT}


def forms_of(word: str) -> tuple[set[str], set[str]]:
    """The folded forms that a word of the notation stands for, and the beginnings (of `bomb*`)."""
    bare = normalise(word.strip("~+*"))
    if word.startswith("~"):
        return _verb(bare), set()
    if word.endswith("*"):
        return set(), {bare}
    if word.endswith("+"):
        endings, stem = (_NUMBERS_MARBUTA, bare[:-1]) if bare.endswith("ه") else (_NUMBERS, bare)
        return {stem + ending for ending in endings}, set()
    return {bare}, set()


@dataclass
class Phrasebook:
    """All phrases of the vocabulary, in one index. Built once; immutable but for a cache, safe to share."""

    classes: Mapping[str, str] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()  # folded words that are never taken apart: «أنها» is no «إنهاء»
    _slots: dict[str, int] = field(default_factory=dict)
    _forms: dict[str, set[int]] = field(default_factory=dict)
    _prefixes: dict[str, set[int]] = field(default_factory=dict)
    _phrases: dict[int, list[_Phrase]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._meanings = Remembered(self._meaning, _REMEMBERED)

    def add(self, group: str, key: str, phrases: Iterable[str], weight: int = 0) -> None:
        """Phrases of one group contend for the words of a text; `weight` is added to what their length gives.

        Raises:
            ValueError: a phrase is empty or names an unknown class.
        """
        for phrase in phrases:
            self._add(group, key, phrase, weight)

    def slot(self, notation: str) -> int:
        """The number that words meeting one part of a phrase (`$class`, `a|b`) bear in `Meaning.slots`."""
        known = self._slots.get(notation)
        if known is None:
            known = self._slots[notation] = len(self._slots)
            for word in self._words(notation):
                forms, prefixes = forms_of(word)
                for table, entries in ((self._forms, forms), (self._prefixes, prefixes)):
                    for entry in entries:
                        table.setdefault(entry, set()).add(known)
        return known

    def _words(self, notation: str) -> Iterable[str]:
        for part in notation.split("|"):
            if part.startswith("$"):
                if part[1:] not in self.classes:
                    raise ValueError(f"no class {part}")
                yield from chain.from_iterable(self._words(w) for w in self.classes[part[1:]].split())
            elif part:
                yield part

    def _add(self, group: str, key: str, phrase: str, extra: int) -> None:
        words: list[int] = []
        gaps: list[bool] = []
        conditions: dict[str, list[int]] = {"&": [], "!": []}
        target, gap = None, False
        for part in phrase.split():
            if part in conditions:
                target = conditions[part]
            elif target is not None:
                target.append(self.slot(part))
            elif part == "..":
                gap = True
            else:
                words.append(self.slot(part))
                gaps.append(gap)
                gap = False
        if not words:
            raise ValueError(f"an empty phrase under {key}")
        needs, bans = tuple(conditions["&"]), tuple(conditions["!"])
        weight = 10 * len(words) + 2 * len(needs) + len(bans) + extra
        made = _Phrase(key, tuple(words), tuple(gaps), needs, bans, weight, group, frozenset((*words, *needs)))
        self._phrases.setdefault(words[0], []).append(made)

    def read(self, name: str, text: str, alone: bool = False) -> Passage:
        """A passage of the text's first 30,000 characters. `alone`: without a title; if short, it is one."""
        text = text[:_LONGEST]
        tokens = tokenise(text)
        headline = len(tokens) <= _HEADLINE
        starts = [*_sentences(text, tokens, headline), len(tokens)]
        sentences = [number for number, (start, end) in enumerate(pairwise(starts)) for _ in range(start, end)]
        meanings = tuple(map(self._meanings.__getitem__, map(_WORD, tokens)))
        heading = name == "title" or (alone and headline)
        return Passage(name, tokens, meanings, tuple(sentences), tuple(starts), heading)

    def _meaning(self, word: tuple[str, bool, bool]) -> Meaning:
        form, tanween, marbuta = word
        slots: set[int] = set()
        future = purpose = definite = False
        for at, reading in enumerate(readings(form)):
            found = self._forms.get(reading.stem)
            if at and form in self.whole:
                break
            if not found or (at and not plausible(form, reading, tanween=tanween, marbuta=marbuta)):
                continue
            slots |= found
            future |= reading.before.endswith("س")
            purpose |= reading.before.endswith("ل")
            definite |= reading.article
        if self._prefixes:
            for length in range(_SHORTEST_PREFIX, len(form) + 1):
                slots |= self._prefixes.get(form[:length], set())
        phrases = tuple(phrase for slot in frozenset(slots) for phrase in self._phrases.get(slot, ()))
        return Meaning(frozenset(slots), future, purpose, definite, phrases) if slots else _NOTHING

    def find(self, passage: Passage) -> dict[str, list[Found]]:
        """By group, the phrases of a passage in order of their first word, none overlapping a better one."""
        found: dict[str, list[Found]] = {}
        for start, end in pairwise(passage.starts):
            for spot in _in_sentence(passage.meanings[start:end], start):
                found.setdefault(spot.group, []).append(spot)
        return {group: _best(spots) for group, spots in found.items()}


def _in_sentence(sentence: Sequence[Meaning], start: int) -> Iterator[Found]:
    """What matches in one sentence, which begins at token `start`. Most phrases ask for a word that it does not have:
    those are left out first."""
    present = _slots(sentence)
    for at, meaning in enumerate(sentence):
        for phrase in meaning.phrases:
            if phrase.asks <= present and (last := _match(sentence, at, phrase, present)):
                yield Found(phrase.key, start + at, start + last, len(phrase.slots), phrase.weight, phrase.group)


def _match(sentence: Sequence[Meaning], at: int, phrase: _Phrase, present: frozenset[int]) -> int | None:
    """Where a phrase that begins at a word ends."""
    last = at + 1
    for slot, gap in zip(phrase.slots[1:], phrase.gaps[1:], strict=True):
        reach = min(len(sentence), last + (_GAP + 1 if gap else 1))
        while last < reach and slot not in sentence[last].slots:
            last += 1
        if last >= reach:
            return None
        last += 1
    if phrase.needs or phrase.bans:
        around = sentence[max(0, at - _NEAR) : last + _NEAR]
        near = present if len(around) == len(sentence) else _slots(around)
        if not (near.issuperset(phrase.needs) and near.isdisjoint(phrase.bans)):
            return None
    return last


def _slots(meanings: Iterable[Meaning]) -> frozenset[int]:
    return frozenset[int]().union(*[meaning.slots for meaning in meanings])


def _sentences(text: str, tokens: Sequence[Token], headline: bool) -> Iterator[int]:
    """The numbers of the tokens at which a sentence begins."""
    if tokens:
        yield 0
    for at, (before, token) in enumerate(pairwise(tokens), start=1):
        if token.clause != before.clause and _ends(text[before.end : token.start], headline):
            yield at


def _ends(gap: str, headline: bool) -> bool:
    """Whether what stands between two words ends a sentence; in a headline «..» is a dash: «غداً.. افتتاح المعبر»."""
    if headline and (".." in gap or "…" in gap):
        return False
    return not _SENTENCE_ENDS.isdisjoint(gap)


def _best(found: Sequence[Found]) -> list[Found]:
    """Of phrases that share words the heaviest; phrases of one weight and one extent live side by side."""
    taken: dict[int, tuple[int, int, int]] = {}
    kept = []
    for spot in sorted(found, key=lambda f: (-f.weight, f.first)):
        words = range(spot.first, spot.last)
        own = words if spot.words == len(words) else (spot.first, spot.last - 1)
        extent = spot.first, spot.last, spot.weight
        if all(taken.get(word, extent) == extent for word in own):
            kept.append(spot)
            taken.update(dict.fromkeys(own, extent))
    return sorted(dict.fromkeys(kept), key=lambda f: f.first)
