"""What happened in an article: events with modality, severity and the places of their clause, and the tolls.

    reader = EventReader(vocabulary)                       # built once: bot.events.load_event_reader()
    happenings = reader.read(title, text, mentions)        # mentions: what places.recognise found
    happenings.events                                      # every event of every clause
    happenings.told                                        # one for each category: what the article says of it
    happenings.main, happenings.tolls

Modality comes first: an `Event` is news only where its modality is `reported` (bot.domain.modality). Which words make
which category is data (bot/data/vocabulary.yaml, in the notation of bot.domain.wording).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

from bot.domain.event_dates import dated_days, futures, past_years
from bot.domain.modality import Modality, Stances
from bot.domain.places import Mention
from bot.domain.tolls import TollReader, Tolls
from bot.domain.whereabouts import Atlas, Whereabouts
from bot.domain.wording import Found, Passage, Phrasebook

Vocabulary = Mapping[str, Any]
_EVENT, _CUE = "event", "cue"
_MASK = "mask"
_MASKING = 3  # a mask is heavier than an event's phrase of the same length with a condition
_SUFFERED = 6  # words before «لقصف» in which «تعرضت» is looked for


class Severity(IntEnum):
    """How much an event matters; the names in small letters are the public ones."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Event:
    """An event as one clause tells it. `start:end` are the words in `field`; `codes` the places of the clause (of the
    sentence where the clause names none; empty where neither does: then the article's places are meant)."""

    category: str
    modality: Modality
    severity: Severity
    field: str
    start: int
    end: int
    codes: tuple[str, ...] = ()
    main: bool = False

    @property
    def rings(self) -> bool:
        return self.modality is Modality.REPORTED


@dataclass(frozen=True, slots=True)
class Happenings:
    events: tuple[Event, ...] = ()
    told: tuple[Event, ...] = ()
    tolls: Tolls = field(default_factory=Tolls)

    @property
    def main(self) -> Event | None:
        """The event that the article is about."""
        return next((event for event in self.told if event.main), None)


@dataclass(frozen=True, slots=True)
class _Category:
    name: str
    severity: Severity
    hides: frozenset[str]  # it is told only where none of these is
    yields_to: frozenset[str]  # its faint signs count only where none of these is
    faint_in_lead: bool  # and only in a title or a first sentence
    unless_confirmed: Modality | None
    foreign_hands: bool  # forces of other countries do it in Syria: the name of one is no sign of abroad


@dataclass(frozen=True, slots=True)
class _Spot:
    """An event on its way: where it stands, and whether its phrase is faint."""

    event: Event
    passage: Passage
    at: int
    faint: bool

    @property
    def leading(self) -> bool:
        return self.passage.field == "title" or self.passage.sentences[self.at] == 0


class EventReader:
    """Reads events; immutable but for caches, safe to share. Raises ValueError for a broken vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._book = book = Phrasebook(vocabulary["classes"])
        self._categories = {name: _category(name, body) for name, body in vocabulary["categories"].items()}
        for name, body in vocabulary["categories"].items():
            book.add(_EVENT, name, body.get("signs", ()))
            book.add(_EVENT, f"{name}/faint", body.get("faint", ()))
        book.add(_EVENT, _MASK, vocabulary["masks"], weight=_MASKING)
        for modality, scopes in vocabulary["cues"].items():
            for scope, phrases in scopes.items():
                book.add(_CUE, f"{modality}/{scope}", phrases)
        named = ("breaks", "since", "dating", "month")
        self._breaks, self._since, self._dating, self._months = (book.slot(f"${name}") for name in named)
        self._exposed = book.slot("|".join(vocabulary["exposed"].split()))
        self._tolls = TollReader(book, vocabulary["casualties"], vocabulary)
        self._atlas = Atlas.of(book, vocabulary)

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(self._categories)

    def read(
        self, title: str | None, text: str | None, mentions: Sequence[Mention] = (), year: int | None = None
    ) -> Happenings:
        """The events and tolls of an article, whatever its language; of a long text its first 30,000 characters.

        `year`: when it was published; earlier years are told as the past.
        """
        passages = [self._book.read("title", title or ""), self._book.read("text", text or "")]
        found = [(passage, self._book.find(passage)) for passage in passages]
        cues = [(passage, cue) for passage, groups in found for cue in groups.get(_CUE, ())]
        cues += [(passage, cue) for passage in passages for cue in self._dated(passage, year)]
        stances = Stances(passages, cues, self._breaks, self._since)
        where = Whereabouts(self._atlas, passages, mentions)

        def modality(passage: Passage, first: int, last: int, foreign: bool = True) -> Modality:
            return Modality.ABROAD if where.abroad(passage, first, foreign) else stances.of(passage, first, last)

        spots = []
        for passage, groups in found:
            for spot in groups.get(_EVENT, ()):
                if spot.key != _MASK:
                    foreign = self._categories[spot.key.partition("/")[0]].foreign_hands
                    spots.append(self._spot(passage, spot, modality(passage, spot.first, spot.last, foreign)))
        tolls = self._tolls.read(passages, lambda p, at: modality(p, at, at + 1) in _COUNTED)
        return self._happenings(spots, tolls, mentions)

    def _dated(self, passage: Passage, year: int | None) -> Iterator[Found]:
        for at in past_years(passage, year, self._dating):
            yield Found("background/sentence", at, at + 1, 1, 0, _CUE)
        if passage.field == "text":
            for at in dated_days(passage, self._months):
                yield Found("background/dated", at, at + 1, 1, 0, _CUE)
        for at in futures(passage):
            yield Found("planned/after", at, at + 1, 1, 0, _CUE)

    def _spot(self, passage: Passage, found: Found, modality: Modality) -> _Spot:
        name, _, faint = found.key.partition("/")
        category = self._categories[name]
        meaning = passage.meanings[found.first]
        if modality is Modality.REPORTED:
            if meaning.future:
                modality = Modality.PLANNED
            elif meaning.purpose and not self._suffered(passage, found.first):
                modality = Modality.WISHED
            elif meaning.definite and found.last == found.first + 1 and self._known_already(passage, found.first):
                modality = Modality.BACKGROUND
            elif category.unless_confirmed:
                modality = category.unless_confirmed
        start, end = passage.tokens[found.first].start, passage.tokens[found.last - 1].end
        event = Event(name, modality, category.severity, passage.field, start, end)
        return _Spot(event, passage, found.first, bool(faint))

    def _known_already(self, passage: Passage, at: int) -> bool:
        """«الاشتباكات» with ال and nothing to say which: what a reader is taken to know. Not in a title or a lead."""
        return passage.field == "text" and passage.sentences[at] > 0

    def _suffered(self, passage: Passage, at: int) -> bool:
        """«تعرضت لقصف»: here ل is no purpose."""
        start = max(passage.bounds(passage.sentences[at])[0], at - _SUFFERED)
        return any(self._exposed in meaning.slots for meaning in passage.meanings[start:at])

    def _happenings(self, spots: Iterable[_Spot], tolls: Tolls, mentions: Sequence[Mention]) -> Happenings:
        kept = self._unhidden([s for s in spots if s.event.modality is not Modality.WISHED])
        named = {s.passage.field: _named(s.passage, mentions) for s in kept}
        events = tuple(
            replace(s.event, codes=_codes(s, named[s.passage.field]), severity=_severity(s.event, tolls)) for s in kept
        )
        told: dict[str, Event] = {}
        for event in events:
            known = told.get(event.category)
            if known is None or _telling(event) < _telling(known):
                told[event.category] = event
        order = sorted(told.values(), key=lambda e: (e.field != "title", e.start))
        main = order[0] if order and (order[0].field == "title" or order[0].rings) else None
        return Happenings(_unique(events), tuple(replace(e, main=e is main) for e in order), tolls)

    def _unhidden(self, spots: Sequence[_Spot]) -> list[_Spot]:
        sure = {s.event.category for s in spots if not s.faint and s.event.modality in _HAPPENED}
        kept = [s for s in spots if not s.faint or self._counts(s, sure)]
        happened = {s.event.category for s in kept if s.event.modality in _HAPPENED}
        return [s for s in kept if self._categories[s.event.category].hides.isdisjoint(happened - {s.event.category})]

    def _counts(self, spot: _Spot, sure: set[str]) -> bool:
        category = self._categories[spot.event.category]
        return category.yields_to.isdisjoint(sure) and (spot.leading or not category.faint_in_lead)


_COUNTED = frozenset((Modality.REPORTED, Modality.ALLEGED))
_HAPPENED = frozenset((Modality.REPORTED, Modality.ALLEGED, Modality.ABROAD))
_SOFTER = frozenset((Modality.THREATENED, Modality.PLANNED))
_HARD = frozenset((Modality.REPORTED, Modality.ALLEGED))


def _category(name: str, body: Mapping[str, Any]) -> _Category:
    confirmed = body.get("unless_confirmed")
    return _Category(
        name,
        Severity[body["severity"].upper()],
        frozenset(body.get("hides", ())),
        frozenset(body.get("yields_to", ())),
        bool(body.get("faint_in_lead")),
        Modality(confirmed) if confirmed else None,
        bool(body.get("foreign_hands")),
    )


def _severity(event: Event, tolls: Tolls) -> Severity:
    """From the category; a step up where people died or were hurt, a step down for what has not happened, INFO for
    what is no news."""
    if event.modality in _HARD:
        hurt = bool(tolls.dead or tolls.injured) and event.severity >= Severity.MEDIUM
        return Severity(min(Severity.CRITICAL, event.severity + hurt))
    if event.modality in _SOFTER:
        return Severity(max(Severity.INFO, event.severity - 1))
    return Severity.INFO


_WEAKEST = frozenset((
    Modality.ABROAD, Modality.ANNIVERSARY, Modality.BACKGROUND, Modality.DRILL, Modality.RECYCLED, Modality.SPORT,
))  # fmt: skip


def _telling(event: Event) -> tuple[bool, bool, bool, int]:
    """The least of these speaks for its category: the title before the text, news before what is none, the first."""
    return (event.field != "title", not event.rings, event.modality in _WEAKEST, event.start)


def _codes(spot: _Spot, named: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    """The places of an event's clause, else of its sentence; `named`: tokens of its passage and the places there."""
    passage = spot.passage
    clause, sentence = passage.tokens[spot.at].clause, passage.sentences[spot.at]
    inside = [code for at, code in named if passage.tokens[at].clause == clause]
    return tuple(dict.fromkeys(inside or [code for at, code in named if passage.sentences[at] == sentence]))


def _named(passage: Passage, mentions: Sequence[Mention]) -> list[tuple[int, str]]:
    believed = [m for m in mentions if m.believed and m.field == passage.field]
    found = [(passage.token_at(m.start), m.place.code) for m in believed]
    return [(at, code) for at, code in found if at < len(passage.tokens)]


def _unique(events: Iterable[Event]) -> tuple[Event, ...]:
    """The first of each that say the same of the same places, in order: the title, then the text."""
    first = {(e.category, e.modality, e.codes): e for e in reversed(tuple(events))}
    return tuple(sorted(first.values(), key=lambda e: (e.field != "title", e.start)))
