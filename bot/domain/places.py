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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.arabic import tokenise
from bot.domain.gazetteer import Gazetteer, Place
from bot.domain.place_company import add_company, rank
from bot.domain.place_cues import Cues, Lexicon, NameCues, Passage, Sighting, Surroundings, cues_around
from bot.domain.spotting import NameIndex, WordCounts

DOUBTFUL_FROM = 0.2  # below this a name is not even mentioned as possible


class Role(StrEnum):
    EVENT = "event"  # the event is there
    MENTION = "mention"
    ORIGIN = "origin"  # people from there
    BACKGROUND = "background"  # what happened there before


@dataclass(frozen=True, slots=True)
class Clue:
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


@dataclass(frozen=True)
class Model:
    """Weights of the two readings, by cue; `threshold` is the least confidence that is believed."""

    first: Mapping[str, float]
    second: Mapping[str, float]
    threshold: float

    @classmethod
    def load(cls, table: str) -> "Model":
        """Reads lines of `cue TAB first TAB second`; the row `threshold` holds the threshold in both columns."""
        rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
        weights = {cue: (float(first), float(second)) for cue, first, second in rows}
        threshold = weights.pop("threshold", (0.5, 0.5))[0]
        return cls({c: w[0] for c, w in weights.items()}, {c: w[1] for c, w in weights.items()}, threshold)


def chance(weights: Mapping[str, float], cues: Cues) -> float:
    """The probability that the cues, weighed and added up, make a place."""
    total = weights.get("always", 0.0) + sum(weights.get(cue, 0.0) * value for cue, value in cues.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


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
                named.setdefault(name, []).append(place.code)
        self._index = NameIndex(named, lexicon.masks)

    def recognise(self, title: str | None, text: str, source_area: str | None = None) -> tuple[Mention, ...]:
        """Every name that is or may be a place, in order. `source_area`: the code of the place that the source is
        about (a governorate as a rule), which settles names that several places share."""
        sightings = self.sight(title, text)
        for sighting in sightings:
            sighting.chance = chance(self.model.first, sighting.cues)
        add_company(sightings, self.gazetteer)
        for sighting in sightings:
            sighting.chance = chance(self.model.second, sighting.cues)
        return tuple(
            self._mention(sighting, sightings, source_area)
            for sighting in sightings
            if sighting.chance >= DOUBTFUL_FROM
        )

    def sight(self, title: str | None, text: str) -> list[Sighting]:
        """The names in an article with the evidence of their own words; the first half of `recognise`."""
        passages = []
        for field, words in (("title", title), ("text", text)):
            tokens = tokenise(words) if words else ()
            passages.append(Passage(field, tokens, tuple(self._index.spot(tokens))))
        article = Surroundings(passages, self._lexicon)
        found = []
        for passage in passages:
            for spot in passage.spots:
                places = tuple(self.gazetteer[code] for code in spot.codes)
                levels = [place.level for place in places]
                cues = cues_around(passage, spot, levels, self._lexicon, article, self._names)
                found.append(Sighting(passage, spot, places, cues))
        return found

    def _mention(self, sighting: Sighting, others: Sequence[Sighting], source_area: str | None) -> Mention:
        passage, spot = sighting.passage, sighting.spot
        start, end = passage.tokens[spot.first].start, passage.tokens[spot.last - 1].end
        ranked = rank(sighting, others, self.gazetteer, source_area)
        weights = self.model.second
        clues = (Clue(cue, weights.get(cue, 0.0) * value) for cue, value in sighting.cues.items())
        evidence = tuple(sorted((c for c in clues if abs(c.weight) >= 0.1), key=lambda c: -abs(c.weight)))
        return Mention(
            passage.field, start, end, "", ranked[0], ranked, sighting.chance, Role.MENTION, evidence,
            sighting.chance >= self.model.threshold,
        )  # fmt: skip
