"""What the names of one article say about each other: which of them are places, and which place each one is.

A list of towns, a governorate behind a town, a neighbour named in the next sentence: the company a name keeps both
makes it more likely to be a place and settles which of its namesakes is meant.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from bot.domain.gazetteer import WIDE, Gazetteer, Place, kilometres
from bot.domain.place_cues import Cues, Sighting

_ENCLOSING = (*WIDE, "region")
_COUNTS_FROM = 0.3  # chance of the first reading from which a name is company
_SURE_FROM = 0.5  # chance from which a name says where the article is
_GATHERED, _LIKE_A_LIST = 3, 0.7  # so many names of one governorate in a sentence are nearly a list
_PLACED = frozenset(("placed",))
_FEW = 8  # a name of more places says little about where the article is
_MOST_NAMES = 60
_BESIDE = 6  # names before and after that are looked at for lists
_WITHIN_WORDS = 5  # how far behind a town its governorate may stand: «نوى في ريف درعا الغربي»

# What the noun before a name says about its level.
_LEVEL_BY_NOUN = {
    "محافظه": "governorate", "محافظتي": "governorate", "محافظات": "governorate", "ريف": "governorate",
    "ريفي": "governorate", "ارياف": "governorate", "ولايه": "governorate", "قضاء": "district", "ناحيه": "subdistrict",
    "مدينه": "town", "بلده": "town", "قريه": "town", "مدينتي": "town", "بلدتي": "town", "قريتي": "town", "مدن": "town",
    "بلدات": "town", "قري": "town", "حي": "quarter", "احياء": "quarter", "حيي": "quarter", "مخيم": "town",
}  # fmt: skip


def add_company(sightings: Sequence[Sighting], gazetteer: Gazetteer) -> None:
    """Adds to the cues of each sighting what the others, with their chances of the first reading, say."""
    company = Company(sightings, gazetteer)
    added = [company.cues_of(number) for number in range(len(sightings))]
    for sighting, cues in zip(sightings, added, strict=True):
        sighting.cues |= cues


class Company:
    """The names of one article with their chances. Work is bounded: of a text that lists thousands of names only the
    sixty most likely ones and the neighbours of each are looked at."""

    def __init__(self, sightings: Sequence[Sighting], gazetteer: Gazetteer) -> None:
        self._sightings = sightings
        self._gazetteer = gazetteer
        self._same: dict[str, list[float]] = {}
        best: dict[str, Sighting] = {}
        self._named_in: dict[tuple[str, int], dict[str, tuple[float, tuple[str, ...]]]] = {}  # names of each sentence
        for sighting in sightings:
            name = sighting.spot.name
            self._same.setdefault(name, []).append(sighting.chance)
            if sighting.sends or sighting.chance < _COUNTS_FROM:
                continue
            if name not in best or sighting.chance > best[name].chance:
                best[name] = sighting
            named = self._named_in.setdefault(_sentence(sighting), {})
            if len(named) < _MOST_NAMES:
                named[name] = max(named.get(name, (0.0, ())), (sighting.chance, sighting.spot.codes))
        for chances in self._same.values():
            chances.sort(reverse=True)
            del chances[2:]
        self._best = sorted(best.values(), key=lambda s: -s.chance)[:_MOST_NAMES]
        self._ranked: dict[tuple[str, str | None], tuple[Place, ...]] = {}

    def cues_of(self, number: int) -> Cues:
        sighting = self._sightings[number]
        own, (first, *second) = sighting.chance, self._same[sighting.spot.name]
        near, alone = 0.0, 1.0
        for other in self._best:
            if other.spot.name != sighting.spot.name:
                alone *= 1 - other.chance
                if other.chance > near and len(sighting.places) <= _FEW * 2:
                    near = max(near, other.chance * self._gazetteer.kinship(sighting.spot.codes, other.spot.codes))
        cues = self._beside(number) | {
            "company_elsewhere": float(sighting.shared and self._elsewhere(sighting)),
            "company_near": near,
            "company_article": 1 - alone,
            "company_same": first if own < first or second == [first] else max(second, default=0.0),
        }
        return {cue: value for cue, value in cues.items() if value > 0.05}

    def _beside(self, number: int) -> Cues:
        """What the names just before and after say: a list, the same clause, the governorate behind."""
        sighting = self._sightings[number]
        clause = listed = behind = 0.0
        for other in self._sightings[max(0, number - _BESIDE) : number + _BESIDE + 1]:
            if (
                other.chance < _COUNTS_FROM
                or other.passage is not sighting.passage
                or other.spot.name == sighting.spot.name
            ):
                continue
            if _clause(other) == _clause(sighting):
                clause = max(clause, other.chance)
            if _listed(sighting, other):
                listed = max(listed, other.chance)
            gap = other.spot.first - sighting.spot.last
            encloses = 0 <= gap < _WITHIN_WORDS and other.places[0].level in _ENCLOSING
            if encloses and self._gazetteer.kinship(sighting.spot.codes, other.spot.codes) == 1:
                behind = max(behind, other.chance)
        listed = max(listed, self._gathered(sighting))
        return {"company_clause": clause, "company_list": listed, "company_governorate": behind}

    def _gathered(self, sighting: Sighting) -> float:
        """A list whose members are parted by what happened in each: «… في بلدة أ، و… في بلدة ب، …». The name has a noun
        or a direction before it, and three others of its governorate stand in its sentence."""
        if sighting.cues.keys().isdisjoint(_PLACED):
            return 0.0
        codes = sighting.spot.codes
        near = sorted((
            chance
            for name, (chance, others) in self._named_in.get(_sentence(sighting), {}).items()
            if name != sighting.spot.name and self._gazetteer.kinship(codes, others) > 0
        ), reverse=True)[:_GATHERED]  # fmt: skip
        return _LIKE_A_LIST * sum(near) / _GATHERED if len(near) == _GATHERED else 0.0

    def _elsewhere(self, sighting: Sighting) -> bool:
        """Whether other places stand in its sentence, and neither there nor anywhere in the article one that has to
        do with any place of the name."""
        sure = [s for s in self._best if s.chance >= _SURE_FROM and s.spot.name != sighting.spot.name]
        if "source_area" in sighting.cues or any(self._kin(sighting, other) for other in sure):
            return False
        beside = self._named_in.get(_sentence(sighting), {})
        return any(beside.get(other.spot.name, (0.0, ()))[0] >= _SURE_FROM for other in sure)

    def _kin(self, sighting: Sighting, other: Sighting) -> bool:
        if self._gazetteer.kinship(sighting.spot.codes, other.spot.codes) > 0:
            return True
        regions = {place.code for place in other.places if place.level == "region"}
        above = (place.code for code in sighting.spot.codes for place in self._gazetteer.containing(code))
        return bool(regions) and not regions.isdisjoint(above)

    def rank(self, sighting: Sighting, source_area: str | None) -> tuple[Place, ...]:
        """The places of the name, the most likely first: by the noun before, the company, the source's area."""
        if len(sighting.places) == 1:
            return sighting.places
        noun = _noun_before(sighting)
        key = (sighting.spot.name, noun)
        if key not in self._ranked:
            company = [
                (o.chance, o.places)
                for o in self._best
                if o.spot.name != sighting.spot.name and o.chance >= _SURE_FROM and len(o.places) <= _FEW
            ]
            area = self._gazetteer.within(source_area) if source_area else frozenset()
            fits = {
                place.code: _rank_alone(place, sighting.places, noun, self._gazetteer)
                + _fit(place, company, self._gazetteer)
                + 1.5 * (place.code in area)
                for place in sighting.places
            }
            self._ranked[key] = tuple(sorted(sighting.places, key=lambda place: -fits[place.code]))
        return self._ranked[key]


def _sentence(sighting: Sighting) -> tuple[str, int]:
    return sighting.passage.field, bisect_right(sighting.passage.sentences, sighting.spot.first)


def _clause(sighting: Sighting) -> int:
    return sighting.passage.tokens[sighting.spot.first].clause


def _listed(one: Sighting, other: Sighting) -> bool:
    """Whether the two stand side by side: «نوى وجاسم», «نوى، جاسم», «نوى - جاسم»."""
    left, right = (one, other) if one.spot.first < other.spot.first else (other, one)
    if left.spot.last != right.spot.first:
        return False
    between = left.passage.tokens[right.spot.first].before.strip("\"'«»“”#_ ")
    return right.spot.clitics[:1] == "و" or between in ("،", ",", "-", "–", "/", "|", "و")


def _noun_before(sighting: Sighting) -> str | None:
    first = sighting.spot.first
    for back in (1, 2):
        if first >= back:
            form = sighting.passage.tokens[first - back].form
            for word in (form, form[1:], form[2:]):
                if word in _LEVEL_BY_NOUN:
                    return _LEVEL_BY_NOUN[word]
    return None


def _rank_alone(place: Place, namesakes: Sequence[Place], noun: str | None, gazetteer: Gazetteer) -> float:
    """How likely the place is when nothing else of the article is known."""
    levels = {p.level for p in namesakes}
    points = {
        "governorate": 2.0,
        "town": 1.0,
        "region": 0.8,
        "site": 0.8,
        "district": 0.3,
        "subdistrict": 0.2,
        "quarter": 0.0,
    }[place.level]
    above = gazetteer.ancestors(place.code)
    if place.level == "town" and above and not set(above[0].names).isdisjoint(place.names):
        points += 1.0 + 0.3 * (len(above) > 1 and not set(above[1].names).isdisjoint(place.names))
    if noun == "governorate" and "governorate" not in levels:
        noun = "town"
    if noun == place.level:
        points += 2.0
    elif noun == "town" and place.level == "governorate":
        points -= 2.0
    elif noun in ("town", "quarter") and place.level in WIDE:
        points -= 1.0
    return points


def _fit(place: Place, company: Iterable[tuple[float, tuple[Place, ...]]], gazetteer: Gazetteer) -> float:
    """How well the place goes with the other places of the article, 0 to 2.5."""
    inside = nearest = 0.0
    above = {p.code for p in gazetteer.ancestors(place.code)}
    for chance, others in company:
        for other in others:
            if other.code in above:
                inside = max(inside, chance)
            elif other.level not in WIDE and place.level not in WIDE:
                distance = kilometres(place.latitude, place.longitude, other.latitude, other.longitude)
                nearest = max(nearest, chance * math.exp(-distance / 20))
    return 1.5 * inside + nearest
