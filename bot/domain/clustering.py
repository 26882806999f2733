"""Stories across sources: which reports are about one event, decided online, in order of arrival.

    teller = Teller(reader, rarity, model)              # bot.stories.load_teller()
    teller.compare(a, b)                                # a pair by itself -> Judgement
    stories = teller.stories()
    stories.assign(report) -> Assignment(story, relation, score, reason)
    stories.restore(report, story)                      # rebuild from the last days' articles, oldest first

Where the ids of stories are given by a store: `weighed = stories.read(report)`, `stories.place(weighed)`, and once the
story has its id, `stories.file(weighed, story)`.

An index in memory of the last days' reports. A new report is compared only with those that share rare words with it,
at most `COMPARED`, so the cost of one does not grow with the archive. Reports that arrive late join all the same. What
makes two reports one event is judged in `story_pairs`; this module owns who is compared, and which story wins.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal

from bot.domain.story_facts import Facts, Features
from bot.domain.story_features import FeatureReader, Report
from bot.domain.story_pairs import Judgement, Newcomer, PairModel, judge, news_in
from bot.domain.story_weights import Weighed
from bot.domain.story_words import RarityTable, Stream

ALIVE = timedelta(days=4)  # a report joins no story whose last report is older
COMPARED = 24  # reports that a new one is compared with
_INDEXED = 14  # weightiest terms of the opening, and of the whole, by which a report is found
_TOLD_THERE = 250  # the weight of one category in one town: in any language it finds what few shared words would not
_GOVERNORATE = 4  # letters of its code: SY07
_LEAST_SHARED = 16  # what one rare word weighs; B-cubed of the development streams is the same with it as without
_MOST_WITH_TERM = 120  # reports kept under one term, the latest
_MOST_REPORTS = 10_000  # kept in all, whatever their times; about 5 KB each
_SUPPORT, _SUPPORT_FROM = 0.3, 0.1  # what further reports of a story that look alike add to its score

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a report belongs. `relation` is to what its story had told before; `score` 0..1 how sure that is;
    `reason` is for the operator. `like` is the id of the report that decided, None for a new story."""

    story: int
    relation: Literal["new", "same", "development"]
    score: float
    reason: str
    like: str | None = None


class Teller:
    """Tells stories apart: the reader of features, the rarity of words and the fitted weights, together."""

    def __init__(self, reader: FeatureReader, rarity: RarityTable, model: PairModel) -> None:
        self.reader, self.rarity, self.model = reader, rarity, model

    def compare(self, a: Report, b: Report) -> Judgement:
        """The relation of two reports by themselves; the earlier is taken for the first, `a` where times are equal."""
        reports = sorted((a, b), key=lambda r: r.at or _LONG_AGO) if a.at and b.at else (a, b)
        first, later = (self.alone(self.reader.read(report)) for report in reports)
        return judge(first, later, self.model)

    def alone(self, features: Features) -> Weighed:
        """By the rarity of words in general: of a report in no stream."""
        return Weighed.of(features, features.terms, Stream(self.rarity).rarity(features.terms))

    def stories(self, first_story: int = 1) -> "Stories":
        """An empty index; new stories are numbered from `first_story`."""
        return Stories(self, first_story)


@dataclass(frozen=True, slots=True)
class _Filed:
    weighed: Weighed
    story: int
    at: datetime


class Stories:
    """The stories of the last days. One thread at a time."""

    def __init__(self, teller: Teller, first_story: int) -> None:
        self._teller, self._next = teller, first_story
        self._stream = Stream(teller.rarity)
        self._by_term: defaultdict[str, list[int]] = defaultdict(list)
        self._filed: dict[int, _Filed] = {}  # by number of arrival
        self._numbers: dict[str, int] = {}  # of arrival, by the report's id
        self._arrived = 0
        self._latest = _LONG_AGO

    def __len__(self) -> int:
        return len(self._filed)

    def assign(self, report: Report) -> Assignment:
        """The story of a report that has just arrived, which is remembered with it."""
        weighed = self.read(report)
        assignment = self.place(weighed) or Assignment(self._next, "new", 0.0, "nothing_like_it")
        self.file(weighed, assignment.story)
        return assignment

    def restore(self, report: Report, story: int) -> None:
        """Remember a report whose story is known, as after a start."""
        self.file(self.read(report), story)

    def move(self, report_id: str, story: int) -> None:
        """Put a remembered report into another story, as when the operator splits one; nothing if it is forgotten."""
        number = self._numbers.get(report_id)
        if number is not None:
            self._filed[number] = replace(self._filed[number], story=story)
            self._next = max(self._next, story + 1)

    def forget(self, report_id: str) -> None:
        """Take a report out again; nothing if it is not remembered."""
        number = self._numbers.get(report_id)
        if number is not None:
            self._drop(number)

    def read(self, report: Report) -> Weighed:
        """The report ready for `place` and `file`, once for each report: its words count from now on."""
        return self.weigh(self._teller.reader.read(report))

    def weigh(self, features: Features) -> Weighed:
        """The same of a report whose features have been read already."""
        terms = self._stream.add(features.facts.at or self._latest, features.terms)
        return Weighed.of(features, terms, self._stream.rarity(terms))

    def hear(self, features: Features) -> None:
        """Count the words of a report, so that what many say weighs little; it is not remembered itself."""
        self._stream.add(features.facts.at or self._latest, features.terms)

    def place(self, weighed: Weighed) -> Assignment | None:
        """The story that a report belongs to; None where it opens its own."""
        judged: defaultdict[int, list[tuple[Judgement, _Filed]]] = defaultdict(list)
        newcomer, model = Newcomer(weighed), self._teller.model
        for filed in self._candidates(weighed):
            judged[filed.story].append((newcomer.after(filed.weighed, model, model.stream), filed))
        best, support = None, 0.0
        for story in judged.values():
            total = _support([judgement for judgement, _ in story])
            if total > support:
                best, support = story, total
        if best is None or support < model.stream:
            return None
        return self._joined(best, weighed.facts, support)

    def file(self, weighed: Weighed, story: int) -> None:
        """Remember a report that was read, with its story; what was known under its id is forgotten."""
        facts = weighed.facts
        at = facts.at or self._latest
        self._latest = max(self._latest, at)
        self._next = max(self._next, story + 1)
        if facts.id in self._numbers:
            self._drop(self._numbers[facts.id])
        number = self._arrived
        self._arrived += 1
        self._filed[number] = _Filed(weighed, story, at)
        self._numbers[facts.id] = number
        for key in _keys(weighed):
            numbers = self._by_term[key]
            numbers.append(number)
            if len(numbers) > _MOST_WITH_TERM:
                del numbers[: _MOST_WITH_TERM // 2]
        self._let_go()

    def _joined(self, story: Sequence[tuple[Judgement, _Filed]], later: Facts, support: float) -> Assignment:
        """A development brings something that none of the reports at hand had; all else repeats."""
        judgement, filed = max(story, key=lambda pair: pair[0].score)
        new = "" if judgement.relation == "same" else news_in([f.weighed.facts for _, f in story], later)
        relation: Literal["same", "development"] = "development" if new else "same"
        reason = new or {"development": "same_facts", "different": "like_several"}.get(
            judgement.relation, judgement.reason
        )
        return Assignment(filed.story, relation, min(1.0, support), reason, filed.weighed.facts.id)

    def _candidates(self, weighed: Weighed) -> list[_Filed]:
        """Those that share the most, by the rarity of the terms that both are found by; a term that all the world uses
        leads to none."""
        shared: defaultdict[int, int] = defaultdict(int)
        for key, weight in _keys(weighed).items():
            if weight:
                for number in self._by_term.get(key, ()):
                    shared[number] += weight
        most = sorted(shared, key=shared.__getitem__, reverse=True)[:COMPARED]
        near = (self._filed[number] for number in most if shared[number] >= _LEAST_SHARED)
        at = weighed.facts.at or self._latest
        return [filed for filed in near if abs(filed.at - at) <= ALIVE]

    def _let_go(self) -> None:
        """Let go of what no report can join any more: at most two at a time, so that no report pays for all."""
        for _ in range(2):
            number = next(iter(self._filed))
            if len(self._filed) <= _MOST_REPORTS and self._latest - self._filed[number].at <= ALIVE:
                return
            self._drop(number)

    def _drop(self, number: int) -> None:
        filed = self._filed.pop(number)
        del self._numbers[filed.weighed.facts.id]
        for key in _keys(filed.weighed):
            numbers = self._by_term.get(key, [])
            if number in numbers:
                numbers.remove(number)
            if not numbers:
                self._by_term.pop(key, None)


@lru_cache(maxsize=1)  # asked when a report is placed, and when it is filed
def _keys(weighed: Weighed) -> Mapping[str, int]:
    """By what a report is found, and what it weighs to share it: the rarest terms of its opening and of the whole, and
    what it reports in which towns, by which it is found in any language."""
    opening, whole = (dict(zip(weighed.terms, part, strict=False)) for part in (weighed.opening, weighed.whole))
    rarest = (*_heaviest(opening), *_heaviest(whole))
    towns = [code for code in weighed.facts.towns if len(code) > _GOVERNORATE and not code.startswith(("R-", "="))]
    told = [f"{town} {category}" for town in sorted(towns) for category in sorted(weighed.facts.events)]
    return {term: whole[term] for term in rarest} | dict.fromkeys(told[:_INDEXED], _TOLD_THERE)


def _heaviest(weights: Mapping[str, int]) -> Sequence[str]:
    return sorted(weights, key=weights.__getitem__, reverse=True)[:_INDEXED]


def _support(judgements: Sequence[Judgement]) -> float:
    """Between the best score and the mean, and a little for each further report that looks alike: one report that
    looks like the new one is not enough where the others of its story do not. A report of another place than one of
    the story's does not belong to it, however much it looks like the others: stories do not grow from town to town.
    Else what repeats a report belongs to it, whatever the others say.
    """
    if any(judgement.reason == "another_place" for judgement in judgements):
        return 0.0
    if any(judgement.reason == "repost" for judgement in judgements):
        return 1.0
    best, *others = sorted((judgement.score for judgement in judgements), reverse=True)
    mean = (best + sum(others)) / len(judgements)
    return (best + mean) / 2 + _SUPPORT * sum(max(0.0, score - _SUPPORT_FROM) for score in others)


__all__ = ["Assignment", "Judgement", "Report", "Stories", "Teller"]
