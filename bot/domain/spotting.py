"""Finding the words of a text that could be a place: every name of the gazetteer, with its clitics, longest first.

Owns the index of names and the count of words that tells a rare name from an ordinary word. Knows nothing about
evidence: «الباب» is spotted whether it is the town or a door. Where a longer name or a fixed phrase stands («باب
الهوى»، «أحرار الشام»، «كرة القدم») nothing inside it is spotted.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple

from bot.domain.arabic import Token, normalise
from bot.domain.remembering import Remembered

_SHORTEST_AFTER_CLITIC = 3  # letters of a name: بيت is not ب + يت
_SHORTEST_FIRST_WORD = 2  # letters of the first word of a longer name: وتل أبيض
_LONGEST_NAME = 6  # words
_REMEMBERED = 50_000  # words whose readings are kept
_END = ""  # the key of a node of the trie under which a name ends; no word is empty
_FORM = attrgetter("form")


class Split(NamedTuple):
    """A word taken as clitics and the rest: «وبالباب» is و, ب and الباب."""

    clitics: str
    rest: str


def splits(form: str) -> list[Split]:
    """The ways a folded word may hide a name, the bare word first; the rest is never under two letters."""
    found = [Split("", form)]
    for head in ("", form[:1] if form[:1] in "وف" else ""):
        body = form[len(head) :]
        if head:
            found.append(Split(head, body))
        if body[:1] in ("ب", "ك", "ل"):
            found.append(Split(head + body[0], body[1:]))
            if body.startswith("لل"):
                found.append(Split(head + "ل", "ال" + body[2:]))
        if not form[:1] or form[0] not in "وف":
            break
    return [found[0], *(s for s in found[1:] if len(s.rest) >= _SHORTEST_FIRST_WORD)]


def spellings(name: str) -> set[str]:
    """The folded ways to write a name: with and without a final ء, in one word, أبو as أبي."""
    folded = normalise(name.replace("_", " ").replace("-", " "))
    found = {folded}
    words = folded.split()
    if any(word.endswith("ء") for word in words):
        found.add(" ".join(word.removesuffix("ء") if len(word) > 3 else word for word in words))
    if words and words[0] == "ابو" and len(words) > 1:
        found.add(" ".join(("ابي", *words[1:])))
    if len(words) > 1 and len("".join(words)) > 5:
        found.add("".join(words))
    return found


Node = dict[str, Any]  # a further word -> its node; _END -> the (spelling, codes) of the name that ends here


class Spot(NamedTuple):
    """A name at `first:last` (token numbers, last excluded). `name` is the folded name, `codes` whose it is."""

    first: int
    last: int
    name: str
    clitics: str
    codes: tuple[str, ...]


class NameIndex:
    """A trie over the words of all names and masks."""

    def __init__(self, names: Mapping[str, Sequence[str]], masks: Iterable[str] = ()) -> None:
        """`names`: a name as written -> the codes of its places. `masks`: phrases that hide the names in them."""
        self._root: Node = {}
        self._starts = Remembered(self._begun, _REMEMBERED)  # almost always none
        for name, codes in names.items():
            for spelling in spellings(name):
                self._add(spelling, tuple(codes))
        for mask in masks:
            self._add(normalise(mask), (), replace=True)

    def _add(self, spelling: str, codes: tuple[str, ...], replace: bool = False) -> None:
        words = spelling.split()
        if not words or len(words) > _LONGEST_NAME or (len(words) == 1 and len(words[0]) < 2):
            return
        node = self._root
        for word in words:
            node = node.setdefault(word, {})
        _, known = node.get(_END, ("", ()))
        node[_END] = (spelling, () if replace else tuple(dict.fromkeys((*known, *codes))))

    def spot(self, tokens: Sequence[Token]) -> list[Spot]:
        """The names in a text, in order and never overlapping: the longest wins, then the fewest clitics."""
        found: list[Spot] = []
        last = 0
        for at, starts in enumerate(map(self._starts.__getitem__, map(_FORM, tokens))):
            if starts and at >= last and (best := _longest(tokens, at, starts)):
                last = best.last
                if best.codes:
                    found.append(best)
        return found

    def _begun(self, form: str) -> tuple["_Start", ...]:
        """The clitics and the nodes of names that a word may begin."""
        heads = splits(form) if form[:1] in _MAY_BE_CLITIC else (Split("", form),)
        known = tuple((s.clitics, self._root[s.rest]) for s in heads if s.rest in self._root)
        if not known and form.isascii():
            known = tuple(("", self._root[bare]) for bare in _uninflected(form) if bare in self._root)[:1]
        return known


_Start = tuple[str, Node]


def _longest(tokens: Sequence[Token], at: int, starts: Iterable[_Start]) -> Spot | None:
    best: Spot | None = None
    for clitics, node in starts:
        last = at + 1
        while True:
            end = node.get(_END)
            short = bool(clitics) and last == at + 1 and end is not None and len(end[0]) < _SHORTEST_AFTER_CLITIC
            if end is not None and not short and (best is None or last > best.last):
                best = Spot(at, last, end[0], clitics, end[1])
            if last >= len(tokens) or not _continues(tokens[last]):
                break
            further = node.get(tokens[last].form)
            if further is None:
                break
            node, last = further, last + 1
    return best


_KURMANJI_CASES = ("yan", "ye", "ya", "an", "e", "a")  # folded: Qamişloyê, Efrîna, of the place


def _uninflected(form: str) -> Iterator[str]:
    """A Kurmanji name without the ending of its case; five letters at least are left."""
    for ending in _KURMANJI_CASES:
        if form.endswith(ending) and len(form) - len(ending) >= _SHORTEST_UNINFLECTED:
            yield form[: -len(ending)]


_SHORTEST_UNINFLECTED = 5
_MAY_BE_CLITIC = frozenset("وفبكل")


def _continues(token: Token) -> bool:
    """Whether a token may be a further word of the name before it: nothing but a space, hyphen or _ between."""
    return token.before in ("", "_", "-")


@dataclass(frozen=True, slots=True)
class Count:
    """What general news knows of a word: `times` seen; the share of them in articles about Syria, and of them
    straight after a place noun (مدينة، بلدة …). Shares are 0..1."""

    times: float = 0.0
    in_syria: float = 0.0
    after_noun: float = 0.0


_UNSEEN = Count()


@dataclass(frozen=True)
class WordCounts:
    """Counts of words in general Arabic news (bot/data/word_counts.tsv; see benchmarks/count_words.py)."""

    _table: Mapping[str, tuple[float, int, int]] = field(default_factory=dict)

    @classmethod
    def load(cls, table: str) -> "WordCounts":
        """Reads lines of `times TAB words`, a word with shares as `word:tenths in Syria:tenths after a noun`."""
        counts: dict[str, tuple[float, int, int]] = {}
        for line in table.splitlines():
            if line.startswith("#"):
                continue
            times, _, words = line.partition("\t")
            plain = (float(times), 0, 0)
            for word in words.split(" "):
                form, colon, shares = word.partition(":")
                counts[form] = (plain[0], int(shares[0]), int(shares[1])) if colon else plain
        return cls(counts)

    def __len__(self) -> int:
        return len(self._table)

    def times(self, form: str) -> float:
        """How often the folded word was seen; 0 for fewer than the table's least."""
        found = self._table.get(form)
        return found[0] if found else 0.0

    def of(self, form: str) -> Count:
        found = self._table.get(form)
        return Count(found[0], found[1] / 9, found[2] / 9) if found else _UNSEEN


def commonness(times: float) -> float:
    """0 for an unseen word, 1 for one seen about 10,000 times in 7 million words, by the logarithm."""
    return min(1.2, math.log10(1 + times) / 4)
