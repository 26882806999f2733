"""Where in a sentence each event is: a run-on sentence of several towns, cut into scenes with a place of their own.

    scenes = Scenes(passage, deeds, mentions, words)    # deeds: the tokens at which events and numbers of people begin
    scenes.codes_at(token)                              # the places of what is told there

«قتل شاب في نوى وانفجرت عبوة في إنخل، وأصيب ثلاثة» are two scenes: another event begins one, once the scene before has
an event and a place, and where it names no place of its own it goes on where the last one was. A place that is not
believed is a place all the same, and so is one that nobody knows («في بلدة كذا»): what happened there is in none of the
towns beside it, only in their governorate. Decides nothing about what is told.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from bot.domain.arabic import normalise
from bot.domain.gazetteer import WIDE, Place
from bot.domain.places import Mention
from bot.domain.wording import Passage, Phrasebook

_GOVERNORATE = 4  # letters of its P-code: "SY12"
_MOST_COMPARED = 12  # places of an event; one of more is of a list, and may be anywhere in it
_UNKNOWN = "="  # begins a name that is no code
_TOWNS = ("town", "subdistrict")
_PLACED = "placed"  # the cue of a noun or a direction before a name


@dataclass(frozen=True)
class SceneWords:
    """The vocabulary's words that part scenes: `links` and verbs (`deeds`) that begin another, prepositions of place
    that do so behind «و» (`leads`), nouns that a town's name follows (`settlements`), and `shelters`, where the hurt
    are taken to."""

    links: frozenset[str]
    deeds: frozenset[str]
    leads: frozenset[str]
    settlements: int
    shelters: int

    @classmethod
    def of(cls, book: Phrasebook, lists: Mapping[str, str]) -> "SceneWords":
        def forms(name: str) -> frozenset[str]:
            return frozenset(map(normalise, lists[name].split()))

        def slot(name: str) -> int:
            return book.slot("|".join(lists[name].split()))

        return cls(forms("links"), forms("deeds"), forms("leads"), slot("settlements"), slot("shelters"))


class _Name(NamedTuple):
    """A place in a passage; `place` is None where nobody knows it, by its `form`."""

    at: int
    place: Place | None
    form: str = ""
    aside: bool = False  # where somebody or something is from, or is taken to
    doubtful: bool = False


class _Scene(NamedTuple):
    first: int
    last: int
    deed: bool
    names: tuple[_Name, ...]


class Scenes:
    """The scenes of one passage."""

    def __init__(
        self, passage: Passage, deeds: Collection[int], mentions: Sequence[Mention], words: SceneWords
    ) -> None:
        self._passage, self._words, self._deeds = passage, words, frozenset(deeds)
        self._names = sorted(self._named(mentions), key=lambda name: name.at)
        self._scenes: dict[int, list[_Scene]] = {}
        self._codes: dict[tuple[int, int], tuple[str, ...]] = {}  # by the scene's first token and the clause

    def codes_at(self, at: int) -> tuple[str, ...]:
        """The places of the clause, as far as it is of the scene; else of the scene. () where the sentence names none:
        then the article's places are meant. «=name» is a town that nobody knows."""
        sentence, clause = self._passage.sentences[at], self._passage.tokens[at].clause
        if sentence not in self._scenes:
            self._scenes[sentence] = self._parted(*self._passage.bounds(sentence))
        scenes = self._scenes[sentence]
        scene = scenes[bisect_right(scenes, at, key=lambda scene: scene.first) - 1]
        key = (scene.first, clause)
        if key not in self._codes:
            own = [name for name in scene.names if self._passage.tokens[name.at].clause == clause]
            meant = _settled(own) or _settled(scene.names) or own or scene.names
            self._codes[key] = _codes(meant, self._between(*self._passage.bounds(sentence)))
        return self._codes[key]

    def _named(self, mentions: Sequence[Mention]) -> Iterator[_Name]:
        passage = self._passage
        taken = set[int]()
        for mention in mentions:
            at = passage.token_at(mention.start)
            if mention.field != passage.field or at >= len(passage.tokens):
                continue
            taken.add(at)
            if mention.believed:
                yield _Name(at, mention.place, aside=mention.sends or self._sheltering(at))
            elif any(clue.cue == _PLACED for clue in mention.evidence):
                yield _Name(at, mention.place, doubtful=True)
        for at, meaning in enumerate(passage.meanings[:-1], start=1):
            noun = self._words.settlements in meaning.slots and not meaning.definite
            if noun and at not in taken and self._unknown(at):
                yield _Name(at, None, passage.tokens[at].form)

    def _sheltering(self, at: int) -> bool:
        """«نقلوا إلى مشفى جاسم»."""
        return at > 0 and self._words.shelters in self._passage.meanings[at - 1].slots

    def _unknown(self, at: int) -> bool:
        """«في بلدة كذا»: a noun for a town with something behind it that is no name we know."""
        noun, name = self._passage.tokens[at - 1 : at + 1]
        return name.clause == noun.clause and not name.before and name.form[0] > "\u0600"

    def _parted(self, start: int, end: int) -> list[_Scene]:
        """The scenes of a sentence: one, unless it names two places."""
        names = self._between(start, end)
        if len(_settled(names)) < 2:
            return [_Scene(start, end, True, names)]
        return _joined([*self._grouped(start, end)])

    def _grouped(self, start: int, end: int) -> Iterator[_Scene]:
        """The parts of a sentence with at most one event that has a place, or parts without an event."""
        first, deed, placed = start, False, False
        names = {name.at for name in self._between(start, end) if not name.aside}
        cuts = [start, *(at for at in range(start + 1, end) if self._may_begin(at)), end]
        for begin, after in pairwise(cuts):
            acts = not self._deeds.isdisjoint(range(begin, after))
            here = not names.isdisjoint(range(begin, after))
            if begin > first and deed and (acts or (here and placed and self._leads(begin))):
                yield self._scene(first, begin, deed)
                first, deed, placed = begin, False, False
            deed, placed = deed or acts, placed or here
        yield self._scene(first, end, deed)

    def _scene(self, first: int, last: int, deed: bool) -> _Scene:
        return _Scene(first, last, deed, self._between(first, last))

    def _between(self, first: int, last: int) -> tuple[_Name, ...]:
        low, high = (bisect_left(self._names, at, key=lambda name: name.at) for at in (first, last))
        return tuple(self._names[low:high])

    def _may_begin(self, at: int) -> bool:
        token, words = self._passage.tokens[at], self._words
        if token.clause != self._passage.tokens[at - 1].clause or token.form in words.links:
            return True
        bare = token.form[1:] if token.form[0] in "وف" else ""
        return bool(bare) and (bare in words.links or bare in words.deeds or at in self._deeds or self._leads(at))

    def _leads(self, at: int) -> bool:
        form = self._passage.tokens[at].form
        return form[0] == "و" and form[1:] in self._words.leads


def _settled(names: Iterable[_Name]) -> list[_Name]:
    return [name for name in names if not name.aside]


def _joined(parts: Sequence[_Scene]) -> list[_Scene]:
    """The scenes: a part without a place goes on where the one before was, else with the one behind."""
    scenes: list[_Scene] = []
    for part in parts:
        if scenes and not (_settled(part.names) and _settled(scenes[-1].names)):
            last = scenes[-1]
            scenes[-1] = _Scene(last.first, part.last, last.deed or part.deed, (*last.names, *part.names))
        else:
            scenes.append(part)
    return scenes


def _codes(names: Sequence[_Name], sentence: Sequence[_Name]) -> tuple[str, ...]:
    """The codes of what is named, of the believed ones if there are any; where none of it is known, what it is called
    and the governorates of the sentence."""
    sure = [name for name in names if not name.doubtful and name.place is not None]
    codes = [name.place.code for name in sure or names if name.place is not None]
    called = (_UNKNOWN + name.form for name in names)
    return tuple(dict.fromkeys(codes or ((*called, *_governorates(sentence)) if names else ())))


def _governorates(names: Iterable[_Name]) -> Iterator[str]:
    for name in names:
        if name.place is None or name.doubtful:
            continue
        if name.place.level in WIDE:
            yield name.place.code
        elif name.place.parent.startswith("SY"):
            yield name.place.parent[:_GOVERNORATE]


def apart(one: Sequence[str], other: Sequence[str], places: Mapping[str, Place]) -> bool:
    """Whether both are somewhere, and no place of the one has to do with a place of the other. `places` by code; what
    is not among them, any region, and a long list may be anywhere; a town that nobody knows is none of those known."""
    if max(len(one), len(other)) > _MOST_COMPARED:
        return False
    pairs = [(a, b) for a in _exact(one, places) for b in _exact(other, places)]
    return bool(pairs) and all(_apart(a, b, places) for a, b in pairs)


def known(codes: Iterable[str]) -> tuple[str, ...]:
    """Without the towns that nobody knows."""
    return tuple(code for code in codes if not code.startswith(_UNKNOWN))


def _exact(codes: Sequence[str], places: Mapping[str, Place]) -> list[str]:
    """Without those that hold another of them: «في محافظة درعا … في نوى» is in Nawa."""
    unknown = [code for code in codes if code.startswith(_UNKNOWN)]
    found = [places[code] for code in codes if code in places]
    wider = {p.code for p in found if any(_within(q, p) for q in found if q.code != p.code)}
    return unknown or [code for code in codes if code not in wider]


def _apart(a: str, b: str, places: Mapping[str, Place]) -> bool:
    one, other = places.get(a), places.get(b)
    if _UNKNOWN in (a[0], b[0]):
        towns = [place is not None and place.level in _TOWNS for place in (one, other)]
        return a != b and all(town or code[0] == _UNKNOWN for town, code in zip(towns, (a, b), strict=True))
    if one is None or other is None or not (one.official and other.official):
        return False
    quarter = "quarter" in (one.level, other.level)
    return not quarter and not _within(one, other) and not _within(other, one)


def _within(one: Place, other: Place) -> bool:
    """By their P-codes, of which a wider one begins a narrower one; the parent of a town has one."""
    wider = other.level not in ("town", "quarter")
    above, own = (_one_capital(code) for code in (one.parent, one.code))
    code = _one_capital(other.code)
    return one.code == other.code or (wider and (above.startswith(code) or own.startswith(code)))


def _one_capital(code: str) -> str:
    """Who says «ضواحي دمشق» may mean the governorate around it."""
    return "SY03" + code[_GOVERNORATE:] if code.startswith("SY01") else code
