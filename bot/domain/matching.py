"""Which watches an article meets, and where: all watches of all chats, the article read once.

Owns the index and the judgement of clitics. Knows no place: `resolve` says which places a term names, and whoever
recognises places hands their mentions to `match`; a term that names a place is then found as the place and never as
a word. No text of a person ever becomes a regular expression: every look-up is in a dictionary, so that an article
costs the same whether ten thousand or a million watches are filed.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.domain.arabic import Reading, Token, readings, tokenise
from bot.domain.expressions import Both, Either, Expression, Filter, Node, Term, Without
from bot.domain.lexicon import ORDINARY
from bot.domain.model import Evidence, Match

MOST_EVIDENCE = 12  # places shown for one term of one article; more would tell nobody more
_PLACE = "\0"  # before the code of a place, which then is no word


@dataclass(frozen=True, slots=True)
class PlaceHit:
    """A mention of a place. `codes` are its own and those of all that contain it; `sure` is the recogniser's verdict."""

    codes: tuple[str, ...]
    field: str  # "title" or "text"
    start: int
    end: int
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Found(Match):
    """A match; `sure` is False when it rests on mentions that only may be the place."""

    sure: bool = True


_Verdict = tuple[tuple[Evidence, ...], bool]


def plausible(form: str, reading: Reading, *, tanween: bool = False, marbuta: bool = False) -> bool:
    """Whether a reader would take the word `form` apart like this.

    No clitic comes off a word that is ordinary as it stands. No ي ني ك: they end adjectives and other words far more
    often than news says "my" or "your". ه is no pronoun where ة was written, and ا no tanween after ي (سوريا).
    """
    if reading.before and (form in ORDINARY or (len(reading.before) == 2 and form[1:] in ORDINARY)):
        return False
    if reading.after == "ه":
        return not marbuta
    if reading.after == "ا":
        return tanween or not (reading.stem.endswith("ي") or form in ORDINARY)
    return reading.after not in {"ي", "ني", "ك"}


@lru_cache(maxsize=16384)
def _stems(form: str, tanween: bool, marbuta: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The plausible bare words in a word: those after which a phrase may go on, and those with a pronoun behind."""
    openers: dict[str, None] = {}
    closers: dict[str, None] = {}
    for reading in readings(form):
        if plausible(form, reading, tanween=tanween, marbuta=marbuta):
            (openers if reading.after in {"", "ا"} else closers)[reading.stem] = None
    return tuple(openers), tuple(stem for stem in closers if stem not in openers)


_NISBA = ("يين", "يون", "يات", "يه", "يا", "ي")
_ENDINGS = (*_NISBA, "ين", "ون", "ات", "ان", "وا", "ه", "ت", "ا")


@lru_cache(maxsize=8192)
def families(word: str) -> tuple[str, ...]:
    """The words whose family `word` may belong to: itself, and itself less an ending or the prefix of a verb.

    >>> families("ايرانيين")
    ('ايرانيين', 'ايران', 'ايراني', 'ايرانيا')
    """
    found = {word: None}
    for start in (word, word[1:]) if word[:1] in ("ي", "ت", "ن") and len(word) > 3 else (word,):
        found[start] = None
        for ending in _ENDINGS:
            stem = start[: -len(ending)]
            if start.endswith(ending) and len(stem) >= 3:
                found[stem] = None
                if ending in _NISBA:
                    found[stem + "ي"] = found[stem + "يا"] = None
    return tuple(found)


def _bare(word: str) -> str:
    """The word without ال: how the later words of a phrase are compared."""
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


def _filed(words: tuple[str, ...]) -> str:
    """The key of a term: one string for one word, or for two that may be written together; else with spaces."""
    if len(words) == 1:
        return words[0]
    if len(words) == 2 and len(words[0]) > 2 and len(words[1]) > 2:
        return words[0] + words[1]
    return " ".join((words[0], *map(_bare, words[1:])))


class _Article:
    """An article read once against the keys in use: where each of them stands."""

    def __init__(self, fields: Sequence[tuple[str, str]], places: Sequence[PlaceHit]) -> None:
        self.fields = dict(fields)
        self.tokens: list[Token] = []
        self.names: list[str] = []
        for name, text in fields:
            tokens = tokenise(text)
            self.tokens.extend(tokens)
            self.names.extend([name] * len(tokens))
        self.spans: dict[str, list[tuple[int, int]]] = {}
        self.places: dict[str, list[PlaceHit]] = {}
        for place in places:
            for code in place.codes:
                self.places.setdefault(_PLACE + code, []).append(place)

    def note(self, key: str, first: int, after: int) -> None:
        self.spans.setdefault(key, []).append((first, after))

    def follows(self, index: int) -> bool:
        """Whether the token at `index` goes on with the phrase of the one before it."""
        return (
            index < len(self.tokens)
            and self.tokens[index].clause == self.tokens[index - 1].clause
            and self.names[index] == self.names[index - 1]
        )

    def verdict(self, key: str) -> _Verdict | None:
        """The evidence for a key, and whether it is sure; None where it does not stand in the article."""
        if key in self.places:
            hits = sorted(self.places[key], key=lambda hit: not hit.sure)[:MOST_EVIDENCE]
            evidence = [Evidence(h.field, h.start, h.end, self.fields.get(h.field, "")[h.start : h.end]) for h in hits]
            return tuple(evidence), hits[0].sure
        if key not in self.spans:
            return None
        found = []
        for first, after in sorted(set(self.spans[key]))[:MOST_EVIDENCE]:
            name, start, end = self.names[first], self.tokens[first].start, self.tokens[after - 1].end
            found.append(Evidence(name, start, end, self.fields[name][start:end]))
        return tuple(found), True


@dataclass(frozen=True, slots=True)
class _Compound:
    """An expression of more than one term: it is looked at when one of `anchors` stands in the article."""

    root: Node
    anchors: tuple[str, ...]
    keys: tuple[str, ...]


class WatchIndex:
    """All watches. `resolve` takes the folded words of a term and gives the codes of the places it names."""

    def __init__(self, resolve: Callable[[str], Collection[str]] | None = None) -> None:
        self._resolve = resolve
        self._ids: dict[str, int | set[int]] = {}  # key -> the watches to look at
        self._watches: dict[int, str | _Compound] = {}
        self._noted: Counter[str] = Counter()  # keys that compounds ask for beyond their anchors
        self._longer: dict[str, Counter[int]] = {}  # first two words of spaced keys -> how many words such keys have
        self._families = 0

    def __len__(self) -> int:
        return len(self._watches)

    def add(self, watch_id: int, expression: Expression) -> None:
        """File a watch; one that is filed already under this id is replaced."""
        if watch_id in self._watches:
            self.remove(watch_id)
        root = expression.root
        keys = self._keys(root) if isinstance(root, Term) else ()
        if len(keys) == 1:
            self._watches[watch_id] = keys[0]
            self._file(keys[0], watch_id)
            return
        compound = _Compound(root, self._anchors(root), tuple(self._all_keys(root)))
        self._watches[watch_id] = compound
        for key in compound.anchors:
            self._file(key, watch_id)
        for key in compound.keys:
            self._noted[key] += 1
            self._count_words(key, 1)

    def remove(self, watch_id: int) -> None:
        """Forget a watch; an id that is not filed is no error."""
        watch = self._watches.pop(watch_id, None)
        if watch is None:
            return
        if isinstance(watch, str):
            self._unfile(watch, watch_id)
            return
        for key in watch.anchors:
            self._unfile(key, watch_id)
        for key in watch.keys:
            self._noted[key] -= 1
            if not self._noted[key]:
                del self._noted[key]
            self._count_words(key, -1)

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
        article = _Article((("title", title), ("text", text)), places)
        self._read(article)
        found: dict[int, _Verdict] = {}
        for key in (*article.spans, *article.places, *_filter_keys(attributes)):
            filed = self._ids.get(key)
            if filed is None:
                continue
            verdict = article.verdict(key)
            for watch_id in (filed,) if isinstance(filed, int) else filed:
                watch = self._watches[watch_id]
                if isinstance(watch, str):
                    judged = verdict
                elif watch_id in found:
                    continue
                else:
                    judged = self._judge(watch.root, article, attributes or {})
                if judged is not None:
                    found[watch_id] = judged
        return [Found(watch_id, *found[watch_id]) for watch_id in sorted(found)]

    def _read(self, article: _Article) -> None:
        ids, noted = self._ids, self._noted
        tokens = article.tokens
        for index, token in enumerate(tokens):
            openers, closers = _stems(token.form, token.tanween, token.marbuta)
            for stem in openers + closers:
                if stem in ids or stem in noted:
                    article.note(stem, index, index + 1)
                if self._families:
                    for family in families(stem):
                        if "~" + family in ids or "~" + family in noted:
                            article.note("~" + family, index, index + 1)
            if article.follows(index + 1):
                self._read_phrases(article, index, openers)

    def _read_phrases(self, article: _Article, index: int, openers: tuple[str, ...]) -> None:
        ids, noted = self._ids, self._noted
        second = article.tokens[index + 1]
        bare = _bare(second.form)
        seconds = [second.form] if bare == second.form else [second.form, bare]
        if second.form.endswith("ا") and len(second.form) > 3:
            seconds.append(_bare(second.form[:-1]))
        for opener in openers:
            if len(opener) > 2:
                for form in seconds:
                    key = opener + form
                    if len(form) > 2 and (key in ids or key in noted):
                        article.note(key, index, index + 2)
            if self._longer and (lengths := self._longer.get(opener + " " + bare)):
                self._read_longer(article, index, opener, lengths)

    def _read_longer(self, article: _Article, index: int, opener: str, lengths: Iterable[int]) -> None:
        for length in lengths:
            if not all(article.follows(index + step) for step in range(1, length)):
                continue
            rest = (_bare(token.form) for token in article.tokens[index + 1 : index + length])
            key = " ".join((opener, *rest))
            if key in self._ids or key in self._noted:
                article.note(key, index, index + length)

    def _judge(self, node: Node, article: _Article, attributes: Mapping[str, Collection[str]]) -> _Verdict | None:
        match node:
            case Term():
                verdicts = [v for key in self._keys(node) if (v := article.verdict(key))]
                return _together(verdicts, sure=any(sure for _, sure in verdicts)) if verdicts else None
            case Filter(name=name, value=value):
                return ((), True) if value in attributes.get(name, ()) else None
            case Without(part=part):
                verdict = self._judge(part, article, attributes)
                return ((), True) if verdict is None or not verdict[1] else None
            case Both(parts=parts):
                verdicts = []
                for part in parts:
                    verdict = self._judge(part, article, attributes)
                    if verdict is None:
                        return None
                    verdicts.append(verdict)
                return _together(verdicts, sure=all(sure for _, sure in verdicts))
            case Either(parts=parts):
                verdicts = [v for part in parts if (v := self._judge(part, article, attributes))]
                return _together(verdicts, sure=any(sure for _, sure in verdicts)) if verdicts else None

    def _keys(self, term: Term) -> tuple[str, ...]:
        if term.family:
            return tuple("~" + word for word in _family_keys(_bare(term.words[0])))
        codes = self._resolve(term.phrase) if self._resolve else ()
        return tuple(_PLACE + code for code in sorted(codes)) or (_filed(term.words),)

    def _all_keys(self, node: Node) -> Iterable[str]:
        match node:
            case Term():
                yield from self._keys(node)
            case Both(parts=parts) | Either(parts=parts):
                for part in parts:
                    yield from self._all_keys(part)
            case Without(part=part):
                yield from self._all_keys(part)

    def _anchors(self, node: Node) -> tuple[str, ...]:
        """Keys of which one stands in every article that can meet the node: the least crowded choice."""
        match node:
            case Term():
                return self._keys(node)
            case Filter(name=name, value=value):
                return (f"{name}:{value}",)
            case Either(parts=parts):
                return tuple(dict.fromkeys(key for part in parts for key in self._anchors(part)))
            case Both(parts=parts):
                choices = [self._anchors(part) for part in parts if not isinstance(part, Without)]
                return min(choices, key=self._crowd)
            case Without():
                return ()

    def _crowd(self, keys: tuple[str, ...]) -> tuple[int, int]:
        if any(":" in key for key in keys):
            return 1 << 40, 0
        filed = [self._ids.get(key, 0) for key in keys]
        return sum(len(f) if isinstance(f, set) else 1 for f in filed), -min(map(len, keys))

    def _file(self, key: str, watch_id: int) -> None:
        filed = self._ids.get(key)
        if filed is None:
            self._ids[key] = watch_id
        elif isinstance(filed, int):
            self._ids[key] = {filed, watch_id}
        else:
            filed.add(watch_id)
        self._count_words(key, 1)

    def _unfile(self, key: str, watch_id: int) -> None:
        filed = self._ids[key]
        if isinstance(filed, set) and len(filed) > 1:
            filed.discard(watch_id)
        else:
            del self._ids[key]
        self._count_words(key, -1)

    def _count_words(self, key: str, change: int) -> None:
        if key[0] == "~":
            self._families += change
        elif " " in key and key[0] != _PLACE:
            words = key.split(" ")
            opening = f"{words[0]} {words[1]}"
            lengths = self._longer.setdefault(opening, Counter())
            lengths[len(words)] += change
            if not lengths[len(words)]:
                del lengths[len(words)]
            if not lengths:
                del self._longer[opening]


def _family_keys(word: str) -> tuple[str, ...]:
    """The families a watched word stands for: its own, and its country's when it is an adjective of four letters."""
    for ending in _NISBA:
        stem = word[: -len(ending)]
        if word.endswith(ending) and len(stem) >= 4:
            return (word, stem)
    return (word,)


def _filter_keys(attributes: Mapping[str, Collection[str]] | None) -> Iterable[str]:
    for name, values in (attributes or {}).items():
        for value in values:
            yield f"{name}:{value}"


def _together(verdicts: Iterable[_Verdict], *, sure: bool) -> _Verdict:
    return tuple(dict.fromkeys(evidence for verdict, _ in verdicts for evidence in verdict)), sure
