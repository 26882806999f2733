"""The words by which reports of one event are known: stems, words that stand for one another, and how rare each is.

Owns what a word of a report counts as. Two outlets word one event differently: «أنقرة» and «تركيا», «برانسون» and
«البرانسون», «مقتل» and «استشهاد» count as one `term`. How much a shared term says is its rarity: the table that ships
(general news), blended with what the last days' own reports were full of. Judges no reports.
"""

import math
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from sys import intern

from bot.domain.arabic import normalise

_PREFIXES = ("ال", "وال", "بال", "كال", "فال", "لل")
_SUFFIXES = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي", "ا")
_SHORTEST = 2


@lru_cache(maxsize=65536)
def stem(form: str) -> str:
    """The folded word without و, the article and the commonest endings (the "light10" stemmer of Larkey and others,
    which search in Arabic is measured by)."""
    if len(form) > 3 and form[0] == "و":
        form = form[1:]
    for prefix in _PREFIXES:
        if form.startswith(prefix) and len(form) - len(prefix) >= _SHORTEST:
            form = form[len(prefix) :]
            break
    for suffix in _SUFFIXES:
        if form.endswith(suffix) and len(form) - len(suffix) >= _SHORTEST:
            form = form[: -len(suffix)]
    return form


class Phrases:
    """Sets of words and phrases under names, found by their stems; the longest phrase wins."""

    def __init__(self, sets: Mapping[str, Iterable[str]]) -> None:
        """`sets`: a name -> words as written, the words of a phrase joined by an underscore."""
        self._words: dict[str, str] = {}
        self._pairs: dict[tuple[str, str], str] = {}
        for name, phrases in sets.items():
            for phrase in phrases:
                stems = [stem(word) for word in normalise(phrase.replace("_", " ")).split()]
                if len(stems) == 1:
                    self._words.setdefault(stems[0], name)
                else:
                    self._pairs.setdefault((stems[0], stems[1]), name)
        self._firsts = frozenset(first for first, _ in self._pairs)

    def terms(self, stems: Sequence[str]) -> list[str]:
        """The stems, with the name of its set for each word or pair of words that is in one."""
        if self._firsts.isdisjoint(stems):
            return list(map(self._words.get, stems, stems))
        found: list[str] = []
        at, last = 0, len(stems) - 1
        while at <= last:
            pair = self._pairs.get((stems[at], stems[at + 1])) if at < last and stems[at] in self._firsts else None
            found.append(pair or self._words.get(stems[at], stems[at]))
            at += 2 if pair else 1
        return found

    def words_of(self, name: str) -> frozenset[str]:
        """The stems of the single words in a set."""
        return frozenset(word for word, own in self._words.items() if own == name)

    def found(self, stems: Sequence[str]) -> frozenset[str]:
        """The names of the sets that the stems hold something of."""
        single = {self._words[word] for word in self._words.keys() & stems}
        if self._firsts.isdisjoint(stems):
            return frozenset(single)
        return frozenset(single.union(self._pairs[p] for p in pairwise(stems) if p in self._pairs))


@dataclass(frozen=True)
class Vocabulary:
    """The lists of bot/data/story_words.yaml, ready for use."""

    alike: Phrases  # what stands for one another
    stages: Phrases  # how far an event has come: denial, arrest, agreement, arrival …
    explaining: Phrases  # titles of pieces that explain an event and do not report it
    plain: frozenset[str]  # folded function words of other languages, that say nothing
    seats: Mapping[str, bool]  # stems of towns that whole governorates are named after; False: means more than a place
    nouns: frozenset[str]  # folded place nouns: قرية، بلدة، حي
    nexts: frozenset[str]  # folded words that follow a place noun and are no name

    @classmethod
    def from_lists(cls, lists: Mapping[str, object]) -> "Vocabulary":
        """`lists`: the parsed file. Raises: KeyError, AttributeError: it has another shape."""
        alike = lists["alike"]
        stages = lists["stages"]
        assert isinstance(alike, Sequence)
        assert isinstance(stages, Mapping)
        return cls(
            Phrases({"@" + normalise(line.split()[0]): line.split() for line in alike}),
            Phrases({name: str(words).split() for name, words in stages.items()}),
            Phrases({"explains": str(lists["explaining"]).split()}),
            frozenset(map(normalise, str(lists["plain"]).split())),
            {
                " ".join(stem(word) for word in normalise(name.strip("*").replace("_", " ")).split()): name[0] != "*"
                for name in str(lists["seats"]).split()
            },
            frozenset(map(normalise, str(lists["nouns"]).split())),
            frozenset(map(normalise, str(lists["nexts"]).split())),
        )


class RarityTable:
    """How rare each term is in texts of general news (bot/data/idf.tsv)."""

    def __init__(self, texts: int, counts: Mapping[str, int]) -> None:
        """`counts`: in how many of the `texts` each term stands."""
        weights = {times: math.log((texts + 1) / (times + 1)) for times in {0, *counts.values()}}
        self._weights = {term: weights[times] for term, times in counts.items()}
        self._unseen = weights[0]

    @classmethod
    def load(cls, table: str) -> "RarityTable":
        """Reads lines of `times TAB terms`; the row of the word `#texts` tells of how many texts."""
        counts: dict[str, int] = {}
        texts = 1
        for line in table.splitlines():
            times, _, terms = line.partition("\t")
            if times == "#texts":
                texts = int(terms)
            elif not line.startswith("#"):
                counts |= dict.fromkeys(terms.split(" "), int(times))
        return cls(texts, counts)

    def of(self, term: str) -> float:
        """0 for a word in every text, about 10 for one never seen, by the logarithm."""
        return self._weights.get(term, self._unseen)


_FEWEST = 6  # reports before the stream says anything
_SHARE = 0.4  # of a word's weight that comes from the last days' own reports
_COMMON = 0.25  # of all reports: a word that stands in so many says nothing of any, once there are
_MANY = 100  # reports; else hundreds that are worded from one small stock would become one story
_REMEMBERED = timedelta(days=7)
_MOST_REMEMBERED = 10_000  # reports


class Stream:
    """Which terms the reports of the last seven days were full of."""

    def __init__(self, table: RarityTable) -> None:
        self._table = table
        self._seen: Counter[str] = Counter()
        self._reports: deque[tuple[datetime, Sequence[str]]] = deque()

    def add(self, at: datetime, terms: Iterable[str]) -> Sequence[str]:
        """Count a report, and forget those of more than seven days before it. Returns its terms, each in memory once:
        those from another process would else be there once for each report."""
        terms = tuple(map(intern, terms))
        self._reports.append((at, terms))
        self._seen.update(terms)
        while self._reports[0][0] < at - _REMEMBERED or len(self._reports) > _MOST_REMEMBERED:
            for term in self._reports.popleft()[1]:
                self._seen[term] -= 1
                if not self._seen[term]:
                    del self._seen[term]
        return terms

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        """How rare each term is: by the table, less for what the stream is full of now."""
        of = self._table.of
        if len(self._reports) < _FEWEST:
            return {term: of(term) for term in terms}
        seen = {term: self._seen.get(term, 0) for term in terms}
        left = {times: self._left(times) for times in set(seen.values())}  # few that differ
        return {term: of(term) * left[times] for term, times in seen.items()}

    def _left(self, seen: int) -> float:
        """What is left of the weight of a word that stands in so many of the reports."""
        if not seen:
            return 1.0
        reports = len(self._reports)
        common = _COMMON * reports if reports >= _MANY else math.inf
        recent = math.log((reports + 1) / (seen + 0.5)) / math.log((reports + 1) / 1.5) if seen > 1 else 1.0
        return (1 - _SHARE + _SHARE * recent) * max(0.0, 1 - seen / common)
