"""Whether two reports are about one event, and whether the later one brings it further.

    weights = PairModel.load(table)
    judgement = judge(earlier, later, weights)

`cues_of` says how two reports compare, as named numbers; a `PairModel` weighs them (bot/data/story_model.tsv, fitted by
benchmarks/fit_stories.py). A few facts decide alone, whatever the words: reposts join, and reports of another place,
another week or another toll of other people do not (`veto`). An alert hidden is worse than one repeated: where little
speaks for one story, there are two.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bot.domain.story_features import Facts, Features

Cues = Mapping[str, float]
Relation = Literal["same", "development", "different"]

APART = timedelta(days=7)  # the same words a week later are news of another week
REPOST = 0.6  # of the shorter text's runs of three terms stand in the other
_FINENESS = 8  # steps of a weight of 1
_ALIKE = 0.25  # so many that the name of the village is the news
_FEWEST_SHINGLES = 10  # a shorter text repeats another by chance: «انفجار في حلب»
_NO_NEWS = frozenset({"ahead", "goes_on"})  # stages that are no development by themselves
_STATED = frozenset({"denied", "claimed"})  # stages that people are told of however alike the words are
_FULL_OF_NUMBERS = 3
_SAME_EVENT = timedelta(hours=12)
_SAME_DAY = timedelta(hours=18)
_UNKNOWN_HOURS = 6.0  # between two reports of which one has no time


@dataclass(frozen=True, slots=True)
class Weighed:
    """A report ready for comparing: its facts, and the weight that each of its terms had when it arrived.

    Weights are whole numbers, as thousands of reports are remembered and small numbers take no memory in Python.
    """

    facts: Facts
    opening: Mapping[str, int]
    whole: Mapping[str, int]
    opening_sum: int
    opening_length: float
    whole_length: float

    @classmethod
    def of(cls, features: Features, rarity: Mapping[str, float]) -> "Weighed":
        opening, whole = (
            {term: round(_FINENESS * (1 + math.log(times)) * rarity[term]) for term, times in terms.items()}
            for terms in (features.opening, features.whole)
        )
        lengths = (math.sqrt(sum(weight * weight for weight in vector.values())) for vector in (opening, whole))
        return cls(features.facts, opening, whole, sum(opening.values()), *lengths)


@dataclass(frozen=True, slots=True)
class Judgement:
    """`score`: 0..1, that both are about one event. `reason`: what decided, for the operator."""

    relation: Relation
    score: float
    reason: str


@dataclass(frozen=True)
class PairModel:
    """Weights by cue: `story` for one event or two, `further` for a development or a repeat.

    `pair` is the least score of one story where two reports are compared by themselves, `stream` in a stream of news,
    where almost all pairs are of two stories; `development` the least chance of a development.
    """

    story: Mapping[str, float]
    further: Mapping[str, float]
    pair: float
    stream: float
    development: float

    @classmethod
    def load(cls, table: str) -> "PairModel":
        """Reads lines of `cue TAB story TAB further`, and of `threshold:NAME TAB value`."""
        story: dict[str, float] = {}
        further: dict[str, float] = {}
        thresholds: dict[str, float] = {}
        for line in table.splitlines():
            if not line or line.startswith("#"):
                continue
            cue, first, *rest = line.split("\t")
            if cue.startswith("threshold:"):
                thresholds[cue.removeprefix("threshold:")] = float(first)
                continue
            story |= {cue: float(first)} if float(first) else {}
            further |= {cue: float(rest[0])} if float(rest[0]) else {}
        return cls(story, further, thresholds["pair"], thresholds["stream"], thresholds["development"])


def chance(weights: Mapping[str, float], cues: Cues) -> float:
    """The probability that the cues, weighed and added up, speak of."""
    total = weights.get("always", 0.0) + sum(weight * cues.get(cue, 0.0) for cue, weight in weights.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def judge(earlier: Weighed, later: Weighed, model: PairModel, least: float | None = None) -> Judgement:
    """The relation of two reports in order of time; `least`: the score from which they are one story."""
    a, b = earlier.facts, later.facts
    copied = repeated(a, b)
    why = veto(earlier, later, copied)
    if why:
        return Judgement("different", 0.0, why)
    cues = cues_of(earlier, later)
    if copied >= REPOST:
        risen = toll_rises([a], b)
        return Judgement("development" if risen else "same", 1.0, "toll_up" if risen else "repost")
    score = chance(model.story, cues)
    if score < (model.pair if least is None else least):
        return Judgement("different", score, "little_in_common")
    if chance(model.further, further_cues(a, b, cues)) >= model.development:
        return Judgement("development", score, news_in([a], b) or "later_news")
    return Judgement("same", score, "same_facts")


def repeated(a: Facts, b: Facts) -> float:
    """The share of the shorter text that stands word for word in the other; 0 where it is too short to tell."""
    shorter = min(len(a.shingles), len(b.shingles))
    if shorter < _FEWEST_SHINGLES:
        return float(shorter > 0 and a.wording == b.wording)
    return len(set(b.shingles).intersection(a.shingles)) / shorter


def veto(earlier: Weighed, later: Weighed, copied: float) -> str:
    """What makes two events of two reports whatever their words, or ""."""
    a, b = earlier.facts, later.facts
    gap = _gap(a, b)
    if gap is not None and gap > APART:
        return "another_time"
    if gap is None and a.years and b.years and a.years.isdisjoint(b.years):
        return "another_year"
    if _apart(earlier, a.towns, later, b.towns) or (
        copied >= _ALIKE and _apart(earlier, a.villages, later, b.villages)
    ):
        return "another_place"
    if copied >= _ALIKE and gap is not None and gap > _SAME_DAY and _other_numbers(a, b):
        return "another_day"
    return ""


def _other_numbers(a: Facts, b: Facts) -> bool:
    """Whether both are full of numbers and share none, as two days' prices are and do not."""
    return min(len(a.numbers), len(b.numbers)) >= _FULL_OF_NUMBERS and a.numbers.isdisjoint(b.numbers)


def _apart(one: Weighed, there: frozenset[str], other: Weighed, here: frozenset[str]) -> bool:
    """Whether each is about places, `there` and `here`, that the other does not even mention."""
    return bool(there and here) and not _mentions(one, here) and not _mentions(other, there)


def _mentions(report: Weighed, places: frozenset[str]) -> bool:
    return any(place in report.facts.named or (place[0] == "=" and place[1:] in report.whole) for place in places)


def toll_rises(known: Sequence[Facts], later: Facts) -> bool:
    """Whether the later report counts more dead or injured than any of those known that count them."""
    dead = [features.dead for features in known if features.dead is not None]
    injured = [features.injured for features in known if features.injured is not None]
    pairs = ((dead, later.dead), (injured, later.injured))
    return any(old and new is not None and new > max(old) for old, new in pairs)


def cues_of(earlier: Weighed, later: Weighed) -> dict[str, float]:
    """How two reports compare: likeness 0..1 of their words, and what else is alike or not."""
    a, b = earlier.facts, later.facts
    gap = _gap(a, b)
    hours = abs(gap.total_seconds()) / 3600 if gap is not None else _UNKNOWN_HOURS
    return {
        "whole": _likeness(earlier.whole, later.whole, earlier.whole_length * later.whole_length),
        "opening": _likeness(earlier.opening, later.opening, earlier.opening_length * later.opening_length),
        "told": min(_told(earlier, later), known := _told(later, earlier)),
        "known": known,
        "hours": math.log1p(hours),
        "explains": float(a.explains != b.explains),
        "villages_apart": float(_apart(earlier, a.villages, later, b.villages)),
        "source": float(a.source == b.source),
        "same_event": float(_same_event(a, b)),
        "other_language": float(a.language != b.language and _same_event(a, b)),
    }


def _same_event(a: Facts, b: Facts) -> bool:
    """Whether both report events of one category in one town, nearly at the same time."""
    gap = _gap(a, b)
    towns = {town for town in a.towns & b.towns if not town.startswith(("SY", "="))}
    return bool(towns) and not a.events.isdisjoint(b.events) and gap is not None and gap <= _SAME_EVENT


def further_cues(a: Facts, b: Facts, cues: Cues) -> dict[str, float]:
    """How much later and new the later report is."""
    new = b.begun - a.stages
    return {
        "hours": cues["hours"],
        "known": cues["known"],
        "toll_up": float(toll_rises([a], b)),
        "replied": float("replied" in new),
        "other_language": cues["other_language"],
        "stated": float(not new.isdisjoint(_STATED)),
        "stage": float(bool(new - {"replied", "ahead"})),
    }


def news_in(known: Sequence[Facts], later: Facts) -> str:
    """What the later report has that no known one had: "toll_up", "now_STAGE", or ""."""
    if toll_rises(known, later):
        return "toll_up"
    new = later.begun.difference(*(features.stages for features in known)) - _NO_NEWS
    return f"now_{min(new)}" if new else ""


def _gap(a: Facts, b: Facts) -> timedelta | None:
    if a.at is None or b.at is None:
        return None
    return abs(b.at - a.at)


def _likeness(one: Mapping[str, int], other: Mapping[str, int], lengths: float) -> float:
    """The cosine of two vectors of terms."""
    if not lengths:
        return 0.0
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other[term] for term, weight in one.items() if term in other) / lengths


def _told(a: Weighed, b: Weighed) -> float:
    """How much of what `a` says first stands anywhere in `b`."""
    if not a.opening_sum:
        return 0.0
    return sum(weight for term, weight in a.opening.items() if term in b.whole) / a.opening_sum
