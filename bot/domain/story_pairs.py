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
from itertools import compress, repeat
from operator import add, mul
from typing import Literal, NamedTuple

from bot.domain.story_facts import Facts
from bot.domain.story_weights import FINENESS, Weighed

Cues = Mapping[str, float]
Relation = Literal["same", "development", "different"]

APART = timedelta(days=7)  # the same words a week later are news of another week
REPOST = 0.6  # of the shorter text's runs of three terms stand in the other
_REPOST_SHORT, _SHORT_SHINGLES = 0.85, 40  # in a short text so much is alike where only the name is another
_ALIKE = 0.25  # so many that the name of the village is the news
_FEWEST_SHINGLES = 10  # a shorter text repeats another by chance: «انفجار في حلب»
_FEWEST_SHARED = 3  # terms that say something, and not only where, in texts of
_LONG = 30  # terms
_NO_NEWS = frozenset({"ahead", "goes_on"})  # stages that are no development by themselves
_STATED = frozenset({"denied", "claimed"})  # stages that people are told of however alike the words are
_FULL_OF_NUMBERS = 3
_GOVERNORATE = 4  # letters of its code: SY07
_SAME_EVENT = timedelta(hours=12)
_SHORT = 300  # code points of a text; in a shorter one less of the other can stand
_MOST_DAYS = 4.0
# Stages that bring an old event back into the news: late reports with one of them belong to it all the same.
_TURNS = frozenset({"denied", "claimed", "agreed", "ended", "toll", "burial", "delayed", "judged", "enquired"})
_NEWS = _TURNS | {"arrested", "replied"}  # stages that make a development most often
_SAME_DAY = timedelta(hours=18)
_SHOCK, _QUAKE = timedelta(hours=1), 0.8  # an earthquake is reported for an hour; how sure two reports are of one
_UNKNOWN_HOURS = 6.0  # between two reports of which one has no time
_NOTHING = repeat(0)  # the weight of a term that a report does not have


class Judgement(NamedTuple):
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
    total = 0.0
    for cue, weight in weights.items():
        total += weight * cues.get(cue, 0.0)
    total += weights.get("always", 0.0)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def judge(earlier: Weighed, later: Weighed, model: PairModel, least: float | None = None) -> Judgement:
    """The relation of two reports in order of time; `least`: the score from which they are one story."""
    return Newcomer(later).after(earlier, model, model.pair if least is None else least)


class Newcomer:
    """A report that has come, to be compared with many earlier ones: what each comparison needs of it is made once."""

    __slots__ = ("opening", "report", "runs", "telling", "whole")

    def __init__(self, report: Weighed) -> None:
        self.report = report
        self.runs = frozenset(report.facts.shingles)
        self.opening, self.whole = (
            dict(zip(report.terms, part, strict=False)) for part in (report.opening, report.whole)
        )
        self.telling = frozenset(compress(report.terms, report.telling))

    def after(self, earlier: Weighed, model: PairModel, least: float) -> Judgement:
        """Its relation to the earlier report; `least`: the score from which they are one story."""
        a, b = earlier.facts, self.report.facts
        pair = _Pair(earlier, self)
        why = pair.veto()
        if why:
            return Judgement("different", 0.0, why)
        if is_repost(a, b, pair.copied):
            risen = toll_rises([a], b)
            return Judgement("development" if risen else "same", 1.0, "toll_up" if risen else "repost")
        cues = pair.cues()
        score = max(chance(model.story, cues), _QUAKE * _one_quake(a, b))
        if score < least:
            return Judgement("different", score, "little_in_common")
        if toll_stated_up(a, b) or chance(model.further, further_cues(a, b, cues)) >= model.development:
            return Judgement("development", score, news_in([a], b) or "later_news")
        return Judgement("same", score, "same_facts")


def repeated(a: Facts, b: Facts) -> float:
    """The share of the shorter text that stands word for word in the other; 0 where it is too short to tell."""
    return _copied(a, b, frozenset(b.shingles))


def _copied(a: Facts, b: Facts, runs: frozenset[int]) -> float:
    shorter = min(len(a.shingles), len(b.shingles))
    if shorter < _FEWEST_SHINGLES:
        return float(shorter > 0 and a.wording == b.wording)
    return len(runs.intersection(a.shingles)) / shorter


def is_repost(a: Facts, b: Facts, copied: float) -> bool:
    """Whether one is the other's text, `copied` the share that stands in both."""
    if copied < REPOST:
        return False
    return copied >= _REPOST_SHORT or min(len(a.shingles), len(b.shingles)) >= _SHORT_SHINGLES


def veto(earlier: Weighed, later: Weighed) -> str:
    """What makes two events of two reports whatever their words, or ""."""
    return _Pair(earlier, Newcomer(later)).veto()


def cues_of(earlier: Weighed, later: Weighed) -> dict[str, float]:
    """How two reports compare: likeness 0..1 of their words, and what else is alike or not."""
    return _Pair(earlier, Newcomer(later)).cues()


class _Pair:
    """Two reports side by side, with what more than one question asks of both; `there`: the weights that the later one
    gives to the terms of the earlier one."""

    __slots__ = ("copied", "earlier", "gap", "later", "newcomer", "there")

    def __init__(self, earlier: Weighed, newcomer: Newcomer) -> None:
        self.earlier, self.newcomer, self.later = earlier, newcomer, newcomer.report
        self.gap = _gap(earlier.facts, self.later.facts)
        self.copied = _copied(earlier.facts, self.later.facts, newcomer.runs)
        self.there = list(map(newcomer.whole.get, earlier.terms, _NOTHING))

    def veto(self) -> str:
        """What costs most is asked last."""
        a, b, gap = self.earlier.facts, self.later.facts, self.gap
        if gap is not None and gap > APART:
            return "another_time"
        if gap is None and a.years and b.years and a.years.isdisjoint(b.years):
            return "another_year"
        if self._apart(a.towns, b.towns) or (self.copied >= _ALIKE and self._apart(a.villages, b.villages)):
            return "another_place"
        if self.copied >= _ALIKE and gap is not None and gap > _SAME_DAY and _other_numbers(a, b):
            return "another_day"
        if a.language == b.language and not _one_quake(a, b) and not self._share_more_than_place():
            return "only_the_place"
        return ""

    def cues(self) -> dict[str, float]:
        a, b, gap = self.earlier.facts, self.later.facts, self.gap
        hours = abs(gap.total_seconds()) / 3600 if gap is not None else _UNKNOWN_HOURS
        log_hours = math.log1p(hours)
        whole, opening, told, known = self._in_common()
        told = min(told, known)
        turned = float(not _TURNS.isdisjoint(b.begun - a.stages))
        return {
            "whole": whole,
            "opening": opening,
            "told": told,
            "told_short": told * (1 - min(a.length, b.length, _SHORT) / _SHORT),
            "known": known,
            "hours": log_hours,
            "days": min(hours / 24, _MOST_DAYS),
            "turned": turned,
            "turned_late": turned * log_hours,
            "explains": float(a.explains != b.explains),
            "villages_apart": float(self._apart(a.villages, b.villages)),
            "events_apart": float(bool(a.events and b.events) and a.events.isdisjoint(b.events)),
            "source": float(a.source == b.source),
            "other_language": float(a.language != b.language and _same_event(a, b)),
        }

    def _apart(self, there: frozenset[str], here: frozenset[str]) -> bool:
        """Whether each is about places, `there` and `here`, that the other does not even mention."""
        return bool(there and here) and not _mentions(self.earlier, here) and not _mentions(self.later, there)

    def _share_more_than_place(self) -> bool:
        """«حريق في جاسم» and «أمطار في جاسم» are alike in nothing but where they are. In texts of some length one word
        that says something is not enough: it may be the name of a place that nobody knows."""
        a, there, telling = self.earlier, self.there, self.newcomer.telling
        short = min(len(a.terms), len(self.later.terms)) < _LONG
        wanted, least = (1, 1) if short else (_FEWEST_SHARED, 2 * FINENESS)
        weights = map(add, compress(a.whole, there), filter(None, there))
        shared = zip(compress(a.terms, there), compress(a.telling, there), weights, strict=True)
        for term, tells, weight in shared:
            if weight >= least and tells and term in telling:
                wanted -= 1
                if not wanted:
                    return True
        return False

    def _in_common(self) -> tuple[float, float, float, float]:
        """The cosine of the wholes, and of the openings; how much of what the earlier says first stands anywhere in
        the later, and the reverse. Added up without a loop, since dozens of reports are compared with each that comes.
        """
        a, b, there, opening = self.earlier, self.later, self.there, self.newcomer.opening
        whole_product = sum(map(mul, compress(a.whole, there), filter(None, there)))
        opening_product = sum(map(mul, a.opening, map(opening.get, a.terms, _NOTHING)))
        return (
            _share(whole_product, a.whole_length * b.whole_length),
            _share(opening_product, a.opening_length * b.opening_length),
            _share(sum(compress(a.opening, there)), a.opening_sum),
            _share(sum(map(opening.get, compress(a.terms, there), _NOTHING)), b.opening_sum),
        )


def _one_quake(a: Facts, b: Facts) -> bool:
    """Whether both report an earthquake of one governorate within the hour: it is felt once, whatever the words."""
    if "earthquake" not in a.events or "earthquake" not in b.events:
        return False
    gap = _gap(a, b)
    return gap is not None and gap <= _SHOCK and not (a.named and b.named and a.named.isdisjoint(b.named))


def _other_numbers(a: Facts, b: Facts) -> bool:
    """Whether both are full of numbers and share none, as two days' prices are and do not."""
    return min(len(a.numbers), len(b.numbers)) >= _FULL_OF_NUMBERS and a.numbers.isdisjoint(b.numbers)


def _mentions(report: Weighed, places: frozenset[str]) -> bool:
    return any(place in report.facts.named or (place[0] == "=" and place[1:] in report.terms) for place in places)


def toll_rises(known: Sequence[Facts], later: Facts) -> bool:
    """Whether the later report counts more dead or injured than any of those known that count them."""
    dead = [features.dead for features in known if features.dead is not None]
    injured = [features.injured for features in known if features.injured is not None]
    pairs = ((dead, later.dead), (injured, later.injured))
    return any(old and new is not None and new > max(old) for old, new in pairs)


def toll_stated_up(a: Facts, b: Facts) -> bool:
    """Whether the later report says that the toll has risen, and counts more: a development however soon it comes."""
    return "toll" in b.begun and toll_rises([a], b)


def _same_event(a: Facts, b: Facts) -> bool:
    """Whether both report events of one category in one town, nearly at the same time."""
    gap = _gap(a, b)
    places = {place for place in a.named & b.named if len(place) > _GOVERNORATE and not place.startswith(("R-", "="))}
    return bool(places) and not a.events.isdisjoint(b.events) and gap is not None and gap <= _SAME_EVENT


def further_cues(a: Facts, b: Facts, cues: Cues) -> dict[str, float]:
    """How much later and new the later report is."""
    new = b.begun - a.stages
    return {
        "hours": cues["hours"],
        "known": cues["known"],
        "toll_up": float(toll_rises([a], b)),
        "turned": float(not _NEWS.isdisjoint(new)),
        "stages": float(len(new - _NO_NEWS)),
        "carried_out": float(not (a.ahead - a.events).isdisjoint(b.events)),
        "other_language": cues["other_language"],
        "stated": float(not new.isdisjoint(_STATED) or toll_stated_up(a, b)),
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


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
