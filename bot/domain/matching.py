"""Which watches an article meets, and where: all watches of all chats, the article read once.

Owns the index and what counts as evidence. Knows no place: `resolve` says which places a term names, and whoever
recognises places hands their mentions to `match`; a term that names a place is then found as the place and never as
a word. No text of a person ever becomes a regular expression: every look-up is in a dictionary, so that an article
costs the same whether ten thousand or a million watches are filed.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import NamedTuple, TypeVar

from bot.domain.arabic import tokenise
from bot.domain.clitics import families, family_names, without_article, word_of
from bot.domain.expressions import Both, Either, Expression, Filter, Node, Term, Without
from bot.domain.model import Evidence, Match, PlaceHit

LONGEST_READ = 100_000  # code points of a text; three times the longest article met, so that a hostile one costs 0.5 s
MOST_EVIDENCE = 12  # places shown for one term of one article; more would tell nobody more
_PLACE = "\0"  # before the code of a place, which then is no word
_MOST_WORDS = 16384  # spellings whose leads are remembered, most of them without any
_START, _END = attrgetter("start"), attrgetter("end")


@dataclass(frozen=True, slots=True)
class Found(Match):
    """A match. It is not `sure` where it rests on mentions that only may be the place, and not `near` where no watched
    place is named itself, only what lies within it."""

    sure: bool = True
    near: bool = True


class _Verdict(NamedTuple):
    evidence: tuple[Evidence, ...] = ()
    sure: bool = True
    near: bool = True


_T = TypeVar("_T")


_Spelling = tuple[str, bool, bool]  # the folded form, and what it no longer shows: tanween, marbuta
_SPELLING = attrgetter("form", "tanween", "marbuta")


class _Leads(NamedTuple):
    """What a word of an article leads to among the keys in use."""

    keys: tuple[str, ...]  # its own
    openers: tuple[str, ...]  # those of its readings with which a longer key begins


def _key(words: tuple[str, ...]) -> str:
    """The key of a term: one string for one word, or for two that may be written together; else with spaces."""
    if len(words) == 1:
        return words[0]
    if len(words) == 2 and len(words[0]) > 2 and len(words[1]) > 2:
        return words[0] + words[1]
    return " ".join((words[0], *map(without_article, words[1:])))


class _Article:
    """An article read once against the keys in use: where each of them stands."""

    def __init__(self, title: str, text: str, places: Sequence[PlaceHit]) -> None:
        self.fields = {"title": title, "text": text}
        heading = tokenise(title[:LONGEST_READ])
        self.body = len(heading)  # the first token of the text
        self.tokens = heading + tokenise(text[:LONGEST_READ])
        self.spans: dict[str, list[tuple[int, int]]] = {}
        self.places: dict[str, list[PlaceHit]] = {}
        for place in places:
            for code in place.codes:
                self.places.setdefault(_PLACE + code, []).append(place)
        self.sure_places = [place for place in places if place.sure]
        self._verdicts: dict[str, _Verdict | None] = {}

    def field(self, index: int) -> str:
        return "title" if index < self.body else "text"

    def covered(self) -> set[int]:
        """The indices of the tokens that surely are a place, or part of one."""
        found: set[int] = set()
        for place in self.sure_places:
            if place.field in self.fields:
                field = (0, self.body) if place.field == "title" else (self.body, len(self.tokens))
                first = bisect_right(self.tokens, place.start, *field, key=_END)
                found.update(range(first, bisect_left(self.tokens, place.end, *field, key=_START)))
        return found

    def note(self, key: str, first: int, after: int) -> None:
        self.spans.setdefault(key, []).append((first, after))

    def goes_on(self, index: int) -> bool:
        """Whether a phrase may go on from the token at `index` to the next one."""
        return (
            index + 1 < len(self.tokens)
            and index + 1 != self.body
            and self.tokens[index].clause == self.tokens[index + 1].clause
        )

    def verdict(self, key: str) -> _Verdict | None:
        """The evidence for a key, and whether it is sure; None where it does not stand in the article."""
        if key not in self._verdicts:  # many compounds may ask for one key
            self._verdicts[key] = self._verdict(key)
        return self._verdicts[key]

    def _verdict(self, key: str) -> _Verdict | None:
        if key in self.places:
            hits = sorted(self.places[key], key=lambda hit: not hit.sure)[:MOST_EVIDENCE]
            evidence = tuple(self._evidence(hit.field, hit.start, hit.end) for hit in hits)
            return _Verdict(evidence, hits[0].sure, any(_PLACE + hit.codes[0] == key for hit in hits))
        if key not in self.spans:
            return None
        spans = sorted(set(self.spans[key]))[:MOST_EVIDENCE]
        ends = ((first, self.tokens[first].start, self.tokens[after - 1].end) for first, after in spans)
        return _Verdict(tuple(self._evidence(self.field(first), start, end) for first, start, end in ends))

    def _evidence(self, field: str, start: int, end: int) -> Evidence:
        return Evidence(field, start, end, self.fields[field][start:end])


@dataclass(frozen=True, slots=True)
class _Compound:
    """An expression of several terms or keys: looked at when one of `anchors` stands in the article."""

    root: Node
    anchors: tuple[str, ...]
    keys: Mapping[Term, tuple[str, ...]]


_NOBODY: frozenset[int] = frozenset()


class WatchIndex:
    """All watches. `resolve` takes the folded words of a term and gives the codes of the places it names."""

    def __init__(self, resolve: Callable[[str], Collection[str]] | None = None) -> None:
        self._resolve = resolve
        # key -> the watches to look at; a key that compounds only ask for has nobody's
        self._filed: dict[str, int | set[int] | frozenset[int]] = {}
        self._watches: dict[int, str | _Compound] = {}
        self._asked: Counter[str] = Counter()  # how many compounds ask for a key
        self._openings: Counter[str] = Counter()  # the first two words of keys with spaces
        self._lengths: Counter[int] = Counter()  # how many words such keys have
        self._families = 0
        self._sorted: list[str] = []  # all keys, from when an article is first read
        # What each spelling leads to as a word, and as a place; holds what is watched, and is forgotten as that changes
        self._leads: dict[_Spelling, tuple[_Leads, _Leads] | None] = {}

    def __len__(self) -> int:
        return len(self._watches)

    def add(self, watch_id: int, expression: Expression) -> None:
        """File a watch; one that is filed already under this id is replaced."""
        if watch_id in self._watches:
            self.remove(watch_id)
        root = expression.root
        if isinstance(root, Term) and len(only := self._keys(root)) == 1:
            self._watches[watch_id] = only[0]
            self._file(only[0], watch_id)
            return
        keys = {term: self._keys(term) for term in _terms(root)}
        compound = _Compound(root, self._anchors(root, keys), keys)
        self._watches[watch_id] = compound
        for key in compound.anchors:
            self._file(key, watch_id)
        for key in chain.from_iterable(keys.values()):
            self._asked[key] += 1
            if key not in self._filed:
                self._filed[key] = _NOBODY
                self._changed(key)
            self._count(key, 1)

    def remove(self, watch_id: int) -> None:
        """Forget a watch; an id that is not filed is no error."""
        watch = self._watches.pop(watch_id, None)
        if isinstance(watch, str):
            self._unfile(watch, watch_id)
        elif watch is not None:
            for key in chain.from_iterable(watch.keys.values()):
                _change(self._asked, key, -1)
                if key not in self._asked and self._filed[key] is _NOBODY:
                    del self._filed[key]
                    self._changed(key)
                self._count(key, -1)
            for key in watch.anchors:
                self._unfile(key, watch_id)

    def match(
        self,
        title: str,
        text: str,
        *,
        attributes: Mapping[str, Collection[str]] | None = None,
        places: Sequence[PlaceHit] = (),
    ) -> list[Found]:
        """Every watch that the article meets, by id.

        `attributes` gives the folded values that filters ask for, by their English name ("category": {"shelling",
        "قصف"}). A term that names places is met by `places` alone.
        """
        article = _Article(title, text, places)
        self._read(article)
        attributes = attributes or {}
        found: dict[int, _Verdict] = {}
        for key in (*article.spans, *article.places, *_filter_keys(attributes)):
            filed = self._filed.get(key, _NOBODY)
            for watch_id in (filed,) if isinstance(filed, int) else filed:
                watch = self._watches[watch_id]
                if isinstance(watch, _Compound):
                    judged = None if watch_id in found else _judge(watch.root, watch.keys, article, attributes)
                else:
                    judged = article.verdict(key)
                if judged is not None:
                    found[watch_id] = judged
        return [Found(watch_id, *found[watch_id]) for watch_id in sorted(found)]

    def _read(self, article: _Article) -> None:
        known, spellings = self._leads, list(map(_SPELLING, article.tokens))
        if len(known) > _MOST_WORDS:
            known.clear()
        for spelling in set(spellings).difference(known):
            known[spelling] = self._look_up(spelling)
        covered = article.covered()
        for index, leads in enumerate(map(known.__getitem__, spellings)):
            if leads is not None:
                keys, openers = leads[index in covered]
                for key in keys:
                    article.note(key, index, index + 1)
                if openers and article.goes_on(index):
                    self._read_pairs(article, index, openers)

    def _look_up(self, spelling: _Spelling) -> tuple[_Leads, _Leads] | None:
        """What a word leads to, and what it does where it surely is a place; None for most: nobody watches them."""
        word = word_of(*spelling)
        leads = self._leads_of(word.stems, word.openers)
        return (leads, self._leads_of(word.whole, word.whole)) if any(leads) else None

    def _leads_of(self, stems: tuple[str, ...], openers: tuple[str, ...]) -> _Leads:
        keys: Iterable[str] = stems
        if self._families:
            keys = dict.fromkeys((*stems, *("~" + family for family in chain.from_iterable(map(families, stems)))))
        return _Leads(tuple(filter(self._filed.__contains__, keys)), tuple(filter(self._begins, openers)))

    def _begins(self, opener: str) -> bool:
        """Whether a longer key begins with the word; two letters are never written together with the next."""
        if not self._sorted:
            self._sorted = sorted(self._filed)
        beginning = opener if len(opener) > 2 else opener + " "
        after = bisect_right(self._sorted, beginning)
        return after < len(self._sorted) and self._sorted[after].startswith(beginning)

    def _read_pairs(self, article: _Article, index: int, openers: tuple[str, ...]) -> None:
        filed, openings = self._filed, self._openings
        seconds = word_of(*_SPELLING(article.tokens[index + 1])).seconds
        for opener in openers:
            if len(opener) > 2:
                for second in seconds:
                    if opener + second in filed and len(second) > 2:
                        article.note(opener + second, index, index + 2)
            if openings and f"{opener} {seconds[0]}" in openings:
                self._read_longer(article, index, opener)

    def _read_longer(self, article: _Article, index: int, opener: str) -> None:
        for length in self._lengths:
            if all(map(article.goes_on, range(index, index + length - 1))):
                rest = (without_article(token.form) for token in article.tokens[index + 1 : index + length])
                key = " ".join((opener, *rest))
                if key in self._filed:
                    article.note(key, index, index + length)

    def _keys(self, term: Term) -> tuple[str, ...]:
        """What a term is filed under; any one of them will do."""
        if term.family:
            return tuple("~" + word for word in family_names(term.words[0]))
        codes = self._resolve(term.phrase) if self._resolve else ()
        return tuple(_PLACE + code for code in sorted(codes)) or (_key(term.words),)

    def _anchors(self, node: Node, keys: Mapping[Term, tuple[str, ...]]) -> tuple[str, ...]:
        """Keys of which one stands in every article that can meet the node: the least crowded choice."""
        match node:
            case Term():
                return keys[node]
            case Filter(name=name, value=value):
                return (f"{name}:{value}",)
            case Either(parts=parts):
                return tuple(dict.fromkeys(key for part in parts for key in self._anchors(part, keys)))
            case Both(parts=parts):
                choices = [self._anchors(part, keys) for part in parts if not isinstance(part, Without)]
                return min(choices, key=self._crowd)
            case Without():
                return ()

    def _crowd(self, keys: tuple[str, ...]) -> tuple[bool, int, int]:
        """How bad these anchors are: filters last, then by the watches filed there, then short words before long."""
        filed = [self._filed.get(key, _NOBODY) for key in keys]
        crowd = sum(1 if isinstance(f, int) else len(f) for f in filed)
        return any(":" in key for key in keys), crowd, -min(map(len, keys))

    def _file(self, key: str, watch_id: int) -> None:
        filed = self._filed.get(key)
        if isinstance(filed, set):
            filed.add(watch_id)
        elif isinstance(filed, int):
            self._filed[key] = {filed, watch_id}
        else:
            self._filed[key] = watch_id
            if filed is None:
                self._changed(key)
        self._count(key, 1)

    def _unfile(self, key: str, watch_id: int) -> None:
        filed = self._filed[key]
        if isinstance(filed, set) and len(filed) > 1:
            filed.discard(watch_id)
        elif key in self._asked:
            self._filed[key] = _NOBODY
        else:
            del self._filed[key]
            self._changed(key)
        self._count(key, -1)

    def _changed(self, key: str) -> None:
        """A key has come into use, or is no longer: nothing is known of any word."""
        self._leads.clear()
        if self._sorted:
            at = bisect_left(self._sorted, key)
            if key in self._filed:
                self._sorted.insert(at, key)
            else:
                del self._sorted[at]

    def _count(self, key: str, change: int) -> None:
        """Keep count of the kinds of keys that need a look-up of their own."""
        if key[0] == "~":
            self._families += change
        elif " " in key and key[0] != _PLACE:
            words = key.split(" ")
            _change(self._openings, f"{words[0]} {words[1]}", change)
            _change(self._lengths, len(words), change)


def _change(counter: Counter[_T], item: _T, change: int) -> None:
    counter[item] += change
    if not counter[item]:
        del counter[item]


def _judge(
    node: Node, keys: Mapping[Term, tuple[str, ...]], article: _Article, attributes: Mapping[str, Collection[str]]
) -> _Verdict | None:
    match node:
        case Term():
            return _together([v for key in keys[node] if (v := article.verdict(key))], any)
        case Filter(name=name, value=value):
            return _Verdict() if value in attributes.get(name, ()) else None
        case Without(part=part):
            verdict = _judge(part, keys, article, attributes)
            return None if verdict and verdict.sure else _Verdict()
        case Both(parts=parts):
            verdicts: list[_Verdict] = []
            for part in parts:
                verdict = _judge(part, keys, article, attributes)
                if verdict is None:
                    return None
                verdicts.append(verdict)
            return _together(verdicts, all)
        case Either(parts=parts):
            return _together([v for part in parts if (v := _judge(part, keys, article, attributes))], any)


def _together(verdicts: Sequence[_Verdict], quantifier: Callable[[Iterable[bool]], bool]) -> _Verdict | None:
    if not verdicts:
        return None
    evidence = dict.fromkeys(piece for verdict in verdicts for piece in verdict.evidence)
    sure = quantifier(verdict.sure for verdict in verdicts)
    return _Verdict(tuple(evidence), sure, quantifier(verdict.near for verdict in verdicts))


def _terms(node: Node) -> Iterator[Term]:
    match node:
        case Term():
            yield node
        case Both(parts=parts) | Either(parts=parts):
            for part in parts:
                yield from _terms(part)
        case Without(part=part):
            yield from _terms(part)


def _filter_keys(attributes: Mapping[str, Collection[str]]) -> Iterator[str]:
    return (f"{name}:{value}" for name, values in attributes.items() for value in values)
