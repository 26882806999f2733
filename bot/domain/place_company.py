"""What the names of one article say about each other: which of them are places, and which place each one is.

A list of towns, a governorate behind a town, a neighbour named in the next sentence: the company a name keeps both
makes it more likely to be a place and settles which of its namesakes is meant.
"""

import math
from collections.abc import Iterable, Sequence

from bot.domain.gazetteer import WIDE, Gazetteer, Place, kilometres
from bot.domain.place_cues import Cues, Sighting

_ENCLOSING = (*WIDE, "region")
_COUNTS_FROM = 0.3  # chance of the first reading from which a name is company
_FEW = 8  # a name of more places says little about where the article is
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
    company = [s for s in sightings if s.chance >= _COUNTS_FROM]
    added = [_company_of(sighting, company, gazetteer) for sighting in sightings]
    for sighting, cues in zip(sightings, added, strict=True):
        sighting.cues |= cues


def _company_of(sighting: Sighting, company: Iterable[Sighting], gazetteer: Gazetteer) -> Cues:
    clause = listed = near = behind = same = 0.0
    alone = 1.0
    for other in company:
        if other is sighting:
            continue
        if other.spot.name == sighting.spot.name:
            same = max(same, other.chance)
            continue
        alone *= 1 - other.chance
        if other.passage is sighting.passage:
            if _clause(other) == _clause(sighting):
                clause = max(clause, other.chance)
            if _listed(sighting, other):
                listed = max(listed, other.chance)
        if other.chance > near and len(sighting.places) <= _FEW * 2:
            kin = gazetteer.kinship(sighting.spot.codes, other.spot.codes)
            near = max(near, other.chance * kin)
            gap = other.spot.first - sighting.spot.last
            if (
                kin == 1
                and other.passage is sighting.passage
                and 0 <= gap < _WITHIN_WORDS
                and other.places[0].level in _ENCLOSING
            ):
                behind = max(behind, other.chance)
    cues = {
        "company_clause": clause, "company_list": listed, "company_near": near, "company_governorate": behind,
        "company_article": 1 - alone, "company_same": same,
    }  # fmt: skip
    return {cue: value for cue, value in cues.items() if value > 0.05}


def _clause(sighting: Sighting) -> int:
    return sighting.passage.tokens[sighting.spot.first].clause


def _listed(one: Sighting, other: Sighting) -> bool:
    """Whether the two stand side by side: «نوى وجاسم», «نوى، جاسم», «نوى - جاسم»."""
    left, right = (one, other) if one.spot.first < other.spot.first else (other, one)
    if left.spot.last != right.spot.first:
        return False
    between = left.passage.tokens[right.spot.first].before.strip("\"'«»“”#_ ")
    return right.spot.clitics[:1] == "و" or between in ("،", ",", "-", "–", "/", "|", "و")


def rank(
    sighting: Sighting, others: Sequence[Sighting], gazetteer: Gazetteer, source_area: str | None
) -> tuple[Place, ...]:
    """The places of the name, the most likely first: by the noun before it, by the company, by the source's area."""
    if len(sighting.places) == 1:
        return sighting.places
    noun = _noun_before(sighting)
    company = [
        (o.chance, o.places)
        for o in others
        if o.spot.name != sighting.spot.name and o.chance >= 0.5 and len(o.places) <= _FEW
    ]
    area = gazetteer.within(source_area) if source_area else frozenset()
    fits = [
        (
            _rank_alone(place, sighting.places, noun, gazetteer)
            + _fit(place, company, gazetteer)
            + 1.5 * (place.code in area),
            place,
        )
        for place in sighting.places
    ]
    return tuple(place for _, place in sorted(fits, key=lambda pair: -pair[0]))


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
