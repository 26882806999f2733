"""Which words of an article are Syrian places, which place each one is, how sure we are, and in which role.

    reader = PlaceReader(gazetteer, lexicon, counts, model)        # built once: bot.places.load_reader()
    mentions = reader.recognise(title, text, source_area="SY12")   # in order; believed and doubtful ones
    [m for m in mentions if m.believed]                            # the doubtful rest is «ذكر محتمل»

A `Mention` has `field` ("title" or "text"), `start:end` (code points of the original field), `surface`, `place` (the
most likely), `candidates` (every namesake, the most likely first), `confidence` 0..1, `role` and `evidence` (cues
with their weights, the strongest first). Evidence decides, never a list of sentences: see place_cues.py. The article
is read twice: first each name by itself, then with what the other names of the article were taken for.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.domain.arabic import Token, normalise, tokenise
from bot.domain.gazetteer import WIDE, Gazetteer, Place
from bot.domain.place_company import Company, add_company
from bot.domain.place_cues import Cues, Lexicon, NameCues, Passage, Sighting, Surroundings, cues_around
from bot.domain.place_roles import Role, role_of, sends_help
from bot.domain.remembering import Remembered
from bot.domain.spotting import NameIndex, Spot, WordCounts

_SHORTEST_LATIN = 4  # letters of a name in Latin script; shorter ones are words of other languages
_REMEMBERED = 1024  # names whose places are kept together
OBSCURE_THRESHOLD = 0.75
DOUBTFUL_FROM = 0.2  # below this a name is not even mentioned as possible
# Cues too rare in the labelled texts to be fitted. Whoever names a village of a name that several governorates have
# means one in the governorate that he speaks of.
_GIVEN = {"company_elsewhere": (0.0, -4.0)}


class Clue(NamedTuple):
    """One piece of evidence: a cue's name and what it adds to the log-odds that the name is the place."""

    cue: str
    weight: float


@dataclass(frozen=True, slots=True)
class Mention:
    field: str
    start: int
    end: int
    surface: str
    place: Place
    candidates: tuple[Place, ...]
    confidence: float
    role: Role
    evidence: tuple[Clue, ...]
    believed: bool
    sends: bool = False  # it only sends help to where the event is


@dataclass(frozen=True)
class Model:
    """Weights of the two readings, by cue; `threshold` is the least confidence that is believed.

    A name that only the complete lists know and that is a word of general news needs more: 42 of 42 such names that
    900 articles about Syria named with a confidence between 0.48 and 0.75 were ordinary words.
    """

    first: Mapping[str, float]
    second: Mapping[str, float]
    threshold: float

    def believes(self, confidence: float, cues: Cues) -> bool:
        word = "name_obscure" in cues and "name_common" in cues
        return confidence >= (OBSCURE_THRESHOLD if word else self.threshold)

    @classmethod
    def load(cls, table: str) -> "Model":
        """Reads lines of `cue TAB first TAB second`; the row `threshold` holds the threshold in both columns."""
        rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
        weights = {cue: (float(first), float(second)) for cue, first, second in rows} | _GIVEN
        threshold = weights.pop("threshold", (0.5, 0.5))[0]
        return cls({c: w[0] for c, w in weights.items()}, {c: w[1] for c, w in weights.items()}, threshold)


def chance(weights: Mapping[str, float], cues: Cues) -> float:
    """The probability that the cues, weighed and added up, make a place."""
    total = weights.get("always", 0.0) + sum([weights.get(cue, 0.0) * value for cue, value in cues.items()])
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


class _Meant(NamedTuple):
    """What is known of the places of a name."""

    places: tuple[Place, ...]
    levels: frozenset[str]
    scattered: bool  # towns of several governorates


class PlaceReader:
    """Recognises places; immutable but for caches, safe to share."""

    def __init__(self, gazetteer: Gazetteer, lexicon: Lexicon, counts: WordCounts, model: Model) -> None:
        self.gazetteer = gazetteer
        self.model = model
        self._lexicon = lexicon
        self._names = NameCues(counts, lexicon)
        named: dict[str, list[str]] = {}
        for place in gazetteer:
            for name in place.names:
                if place.code not in gazetteer.core and self._misleads(normalise(name)):
                    continue
                if name[0] > "\u0590" or (place.code in gazetteer.core and len(name) >= _SHORTEST_LATIN):
                    named.setdefault(name, []).append(place.code)
        self._index = NameIndex(named, lexicon.masks)
        self._meant = Remembered(self._meaning, _REMEMBERED)

    def recognise(self, title: str | None, text: str, source_area: str | None = None) -> tuple[Mention, ...]:
        """Every name that is or may be a place, in order. `source_area`: the code of the place that a
        Syrian source is about (a governorate as a rule, "SY" for the whole country); None for other sources."""
        sightings = self.sight(title, text)
        self._add_source(sightings, source_area)
        for sighting in sightings:
            sighting.chance = chance(self.model.first, sighting.cues)
        add_company(sightings, self.gazetteer)
        for sighting in sightings:
            sighting.chance = chance(self.model.second, sighting.cues)
        company = Company(sightings, self.gazetteer)
        return tuple(
            self._mention(sighting, company, source_area) for sighting in sightings if sighting.chance >= DOUBTFUL_FROM
        )

    def risk(self, name: str) -> float:
        """How likely the name is something else where nothing in the text speaks for the place: 0 safe, 1 a word."""
        spots = self._index.spot(tokenise(name))
        if len(spots) != 1:
            return 1.0
        places = [self.gazetteer[code] for code in spots[0].codes]
        cues = self._names.of(spots[0].name, frozenset(place.level for place in places))
        return 1 - chance(self.model.first, cues | {"unplaced_common": cues.get("name_common", 0.0)})

    def sight(self, title: str | None, text: str) -> list[Sighting]:
        """The names in an article with the evidence of their own words; the first half of `recognise`."""
        passages = []
        for field, words in (("title", title), ("text", text)):
            tokens = tokenise(words) if words else ()
            passages.append(Passage(field, words or "", tokens, tuple(self._spots(words or "", tokens))))
        if not any(passage.spots for passage in passages):
            return []
        article = Surroundings(passages, self._lexicon)
        found = []
        for passage in passages:
            for spot in passage.spots:
                places, levels, scattered = self._meant[spot.codes]
                cues = cues_around(passage, spot, levels, self._lexicon, article, self._names)
                shared = scattered or (spot.name in self._lexicon.namesakes and levels.isdisjoint(WIDE))
                sends = sends_help(passage, spot.first)
                found.append(Sighting(passage, spot, places, cues, shared=shared, sends=sends))
        return found

    def _meaning(self, codes: tuple[str, ...]) -> _Meant:
        places = tuple(self.gazetteer[code] for code in codes)
        levels = {place.level for place in places}
        governorates = {above.code for code in codes if (above := self.gazetteer.governorate(code))}
        scattered = len(governorates) > 1 and levels.isdisjoint(WIDE)
        if self.gazetteer.core.isdisjoint(codes):
            levels.add("obscure")  # only the complete lists know the name
        return _Meant(places, frozenset(levels), scattered)

    def _misleads(self, name: str) -> bool:
        """Whether a name of the complete lists is better not known: a word that says something about names itself
        (تركيا، الشمالي، المدينة), or a noun and a place that we know: «جامعة حلب» is in Aleppo."""
        noun, _, rest = name.partition(" ")
        return noun in self._lexicon.kinds and (not rest or self.gazetteer.core_find(rest))

    def _add_source(self, sightings: Sequence[Sighting], source_area: str | None) -> None:
        """A Syrian source speaks of Syria unless it says otherwise, and of its own area first."""
        if source_area is None:
            return
        area = self.gazetteer.within(source_area)
        for sighting in sightings:
            sighting.cues["source_syrian"] = 1.0
            if not area.isdisjoint(sighting.spot.codes):
                sighting.cues["source_area"] = 1.0

    def _spots(self, text: str, tokens: Sequence[Token]) -> Iterator[Spot]:
        """The names in a passage, and the governorates and districts inside the names of regions: غوطة دمشق.
        A name in Latin letters is one only with a capital (al-Bab): Dana is a town, dana no word of ours."""
        for spot in self._index.spot(tokens):
            initials = [text[token.start] for token in tokens[spot.first : spot.last]]
            if all(letter.isascii() and letter.islower() for letter in initials):
                continue
            yield spot
            if spot.last - spot.first > 1 and all(self.gazetteer[code].level == "region" for code in spot.codes):
                for inner in self._index.spot(tokens[spot.first + 1 : spot.last]):
                    if any(self.gazetteer[code].level in WIDE for code in inner.codes):
                        yield inner._replace(first=inner.first + spot.first + 1, last=inner.last + spot.first + 1)

    def _mention(self, sighting: Sighting, company: Company, source_area: str | None) -> Mention:
        passage, spot = sighting.passage, sighting.spot
        start, end = passage.tokens[spot.first].start, passage.tokens[spot.last - 1].end
        ranked = company.rank(sighting, source_area)
        weights = self.model.second
        weighed = [(cue, weights.get(cue, 0.0) * value) for cue, value in sighting.cues.items()]
        clues = [Clue(cue, weight) for cue, weight in weighed if abs(weight) >= 0.1]
        evidence = tuple(sorted(clues, key=lambda clue: -abs(clue.weight)))
        return Mention(
            passage.field,
            start,
            end,
            passage.original[start:end],
            ranked[0],
            ranked,
            sighting.chance,
            role_of(sighting),
            evidence,
            self.model.believes(sighting.chance, sighting.cues),
            sighting.sends,
        )
