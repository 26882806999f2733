"""What happened in an article: events with modality, severity and the places of their clause, and the tolls.

    reader = EventReader(vocabulary)                       # built once: bot.events.load_event_reader()
    happenings = reader.read(title, text, mentions)        # mentions: what places.recognise found
    happenings.events                                      # every event of every clause
    happenings.told                                        # one for each category: what the article says of it
    happenings.main, happenings.tolls

Modality comes first: an `Event` is news only where its modality is `reported` (bot.domain.modality). Which words make
which category is data (bot/data/vocabulary.yaml, in the notation of bot.domain.wording).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any, NamedTuple

from bot.domain.arabic import normalise
from bot.domain.event_dates import dated_days, futures, past_years
from bot.domain.gazetteer import WIDE, Place
from bot.domain.modality import Modality, Stances
from bot.domain.places import Mention
from bot.domain.scenes import Scenes, SceneWords, apart, known
from bot.domain.tolls import Claim, TollReader, Tolls, tolls_of
from bot.domain.whereabouts import Atlas, Whereabouts
from bot.domain.wording import Found, Passage, Phrasebook

Vocabulary = Mapping[str, Any]
_EVENT, _CUE = "event", "cue"
_MASK = "mask"
_MASKING = 3  # a mask is heavier than an event's phrase of the same length with a condition
_NO_HEADLINE = 3  # words that may be a place or a source rather than a headline
_RELATED = 2  # words between «الغارات» and the «التي» that says which
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
    """An event as one clause tells it. `start:end` are the words in `field`; `codes` the places of its scene, doubtful
    ones only where it names no other (bot.domain.scenes; empty where its sentence names none: then the article's places
    are meant)."""

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
    arrives: bool  # it ends where it goes: «من عرسال باتجاه القلمون» is here
    foreign_hands: bool  # forces of other countries do it in Syria: the name of one is no sign of abroad


class _Spot(NamedTuple):
    """An event on its way, at tokens `first:last`; whether its phrase is faint, and the places of its scene."""

    category: _Category
    modality: Modality
    passage: Passage
    first: int
    last: int
    faint: bool
    codes: tuple[str, ...] = ()

    @property
    def leading(self) -> bool:
        return self.passage.field == "title" or self.passage.sentences[self.first] == 0

    def event(self, harmed: bool) -> Event:
        name, field, tokens = self.category.name, self.passage.field, self.passage.tokens
        severity = _severity(self.category.severity, self.modality, harmed)
        start, end = tokens[self.first].start, tokens[self.last - 1].end
        return Event(name, self.modality, severity, field, start, end, known(self.codes))


_Judge = Callable[[Passage, int, int, _Category | None], Modality]  # of what is at tokens `first:last`, if it is a deed


class EventReader:
    """Reads events; immutable but for caches, safe to share. Raises ValueError for a broken vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._book = book = Phrasebook(
            vocabulary["classes"], frozenset(map(normalise, vocabulary.get("whole", "").split()))
        )
        self._categories = {name: _category(name, body) for name, body in vocabulary["categories"].items()}
        for name, body in vocabulary["categories"].items():
            book.add(_EVENT, name, body.get("signs", ()))
            book.add(_EVENT, f"{name}/faint", body.get("faint", ()))
        book.add(_EVENT, _MASK, vocabulary["masks"], weight=_MASKING)
        for modality, scopes in vocabulary["cues"].items():
            for scope, phrases in scopes.items():
                book.add(_CUE, f"{modality}/{scope}", phrases)
        named = ("breaks", "since", "turns", "dating", "month")
        self._breaks, self._since, self._turns, self._dating, self._months = (book.slot(f"${name}") for name in named)
        self._relative, self._ongoing = book.slot("$relative"), book.slot("$ongoing")
        self._exposed = book.slot("|".join(vocabulary["exposed"].split()))
        self._fresh, self._round_up = (book.slot("|".join(vocabulary[name].split())) for name in ("fresh", "round_up"))
        self._tolls = TollReader(book, vocabulary["casualties"], vocabulary)
        self._atlas = Atlas.of(book, vocabulary)
        self._scenes = SceneWords.of(book, vocabulary["scenes"])

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(self._categories)

    def read(
        self, title: str | None, text: str | None, mentions: Sequence[Mention] = (), year: int | None = None
    ) -> Happenings:
        """The events and tolls of an article, whatever its language; of a long text its first 30,000 characters.

        `year`: when it was published; earlier years are told as the past.
        """
        title, text = title or "", text or ""
        text = "" if text.strip() == title.strip() else text  # said once
        passages = [self._book.read("title", title), self._book.read("text", text, alone=not title.strip())]
        found = [(passage, self._book.find(passage)) for passage in passages]
        deeds = [(passage, spot) for passage, groups in found for spot in groups.get(_EVENT, ()) if spot.key != _MASK]
        claims = [(passage, claim) for passage in passages for claim in self._tolls.claims(passage)]
        if not deeds and not claims:
            return Happenings()
        judge, masked = self._judge(passages, found, mentions, year), _masked(found)
        spots = [self._spot(passage, spot, judge) for passage, spot in deeds]

        def counts(passage: Passage, at: int) -> bool:
            if (passage.field, at) in masked:  # «متهم بقتل شاب»
                return False
            return judge(passage, at, at + 1, None) in _COUNTED and not _all_abroad(spots, passage, at)

        counted = [claim for passage, claim in claims if counts(passage, passage.token_at(claim.start))]
        return self._happenings(passages, spots, counted, mentions)

    def _judge(
        self,
        passages: Sequence[Passage],
        found: Sequence[tuple[Passage, Mapping[str, Sequence[Found]]]],
        mentions: Sequence[Mention],
        year: int | None,
    ) -> _Judge:
        cues = [(passage, cue) for passage, groups in found for cue in groups.get(_CUE, ())]
        titled = bool(passages[0].tokens)
        cues += [(passage, cue) for passage in passages for cue in self._dated(passage, year, titled)]
        stances = Stances(passages, cues, self._breaks, self._since, self._turns)
        where = Whereabouts(self._atlas, passages, mentions)
        heralded = self._heralded(passages, found[0][1])

        def judge(passage: Passage, first: int, last: int, deed: _Category | None) -> Modality:
            if where.abroad(passage, first, deed is None or deed.foreign_hands, deed is not None and deed.arrives):
                return Modality.ABROAD
            told = stances.of(passage, first, last)
            aside = told is Modality.REPORTED and not heralded and self._aside(passage, first, last)
            return Modality.BACKGROUND if aside else told

        return judge

    def _heralded(self, passages: Sequence[Passage], in_title: Mapping[str, Sequence[Found]]) -> bool:
        """Whether the title promises events. One of a statement or a feature does not; nor do we ask it of a text
        without a title, under its own first words, or under «حصاد اليوم»."""
        title, text = passages
        if len(title.tokens) <= _NO_HEADLINE or any(spot.key != _MASK for spot in in_title.get(_EVENT, ())):
            return True
        if any(self._round_up in meaning.slots for meaning in title.meanings):
            return True
        return all(a.form == b.form for a, b in zip(title.tokens[:_NO_HEADLINE], text.tokens, strict=False))

    def _aside(self, passage: Passage, first: int, last: int) -> bool:
        """Whether an event stands below the first sentence of a text, in one that says nothing of today; or in the
        first as «القصف الذي …»."""
        if passage.heading:
            return False
        if passage.sentences[first] == 0:
            return passage.meanings[first].definite and self._related(passage, first, last)
        start, end = passage.bounds(passage.sentences[first])
        return not any(self._fresh in meaning.slots for meaning in passage.meanings[start:end])

    def _dated(self, passage: Passage, year: int | None, titled: bool) -> Iterator[Found]:
        for at in past_years(passage, year, self._dating):
            yield Found("background/sentence", at, at + 1, 1, 0, _CUE)
        if not passage.heading:
            for at in dated_days(passage, self._months):
                scope = "sentence" if titled or passage.sentences[at] else "dated"
                yield Found(f"background/{scope}", at, at + 1, 1, 0, _CUE)
        for at in futures(passage):
            yield Found("planned/after", at, at + 1, 1, 0, _CUE)

    def _spot(self, passage: Passage, found: Found, judge: _Judge) -> _Spot:
        name, _, faint = found.key.partition("/")
        category = self._categories[name]
        modality = judge(passage, found.first, found.last, category)
        meaning = passage.meanings[found.first]
        if modality is Modality.REPORTED:
            if meaning.future:
                modality = Modality.PLANNED
            elif meaning.purpose and not self._suffered(passage, found.first):
                modality = Modality.WISHED
            elif meaning.definite and self._known_already(passage, found.first, found.last):
                modality = Modality.BACKGROUND
            elif category.unless_confirmed:
                modality = category.unless_confirmed
        return _Spot(category, modality, passage, found.first, found.last, bool(faint))

    def _known_already(self, passage: Passage, first: int, last: int) -> bool:
        """«الاشتباكات» with ال and nothing to say which, or «الغارات التي …»: what a reader is taken to know. Not in a
        title or a lead."""
        below = not passage.heading and passage.sentences[first] > 0
        return below and (last == first + 1 or self._related(passage, first, last))

    def _related(self, passage: Passage, first: int, last: int) -> bool:
        before = passage.meanings[max(0, first - _RELATED) : first]
        if any(self._ongoing in meaning.slots for meaning in before):
            return False  # «تصاعد التوتر الذي …» goes on
        around = (*before, *passage.meanings[last : last + _RELATED])
        return any(self._relative in meaning.slots for meaning in around)

    def _suffered(self, passage: Passage, at: int) -> bool:
        """«تعرضت لقصف»: here ل is no purpose."""
        start = max(passage.bounds(passage.sentences[at])[0], at - _SUFFERED)
        return any(self._exposed in meaning.slots for meaning in passage.meanings[start:at])

    def _happenings(
        self, passages: Sequence[Passage], spots: Sequence[_Spot], claims: Sequence[Claim], mentions: Sequence[Mention]
    ) -> Happenings:
        places = {mention.place.code: _widest(mention) for mention in mentions}
        spots, claims = self._placed(passages, spots, claims, mentions)
        kept = self._unhidden([s for s in spots if s.modality is not Modality.WISHED], places)
        hurt = {claim.codes for claim in claims if claim.kind in _HURT and claim.number}

        scenes = {spot.codes for spot in kept}
        harmed = {codes for codes in scenes if any(not apart(codes, others, places) for others in hurt)}
        events = tuple(spot.event(spot.codes in harmed) for spot in kept)
        told: dict[str, Event] = {}
        everywhere: dict[str, dict[str, None]] = {}  # of each category, where it is told of in the same modality
        for event in sorted(events, key=_telling):
            best = told.setdefault(event.category, event)
            if best.modality is event.modality:
                everywhere.setdefault(event.category, {}).update(dict.fromkeys(event.codes))
        order = sorted(told.values(), key=lambda e: (e.field != "title", e.start))
        main = order[0] if order and (order[0].field == "title" or order[0].rings) else None
        summed = tuple(replace(e, codes=tuple(everywhere[e.category]), main=e is main) for e in order)
        numbers = tuple(replace(claim, codes=known(claim.codes)) for claim in claims)
        return Happenings(_unique(events), summed, tolls_of(numbers))

    def _placed(
        self, passages: Sequence[Passage], spots: Sequence[_Spot], claims: Sequence[Claim], mentions: Sequence[Mention]
    ) -> tuple[list[_Spot], list[Claim]]:
        """Every event and every number with the places of its scene."""
        placed: list[_Spot] = []
        counted: list[Claim] = []
        for passage in passages:
            here = [spot for spot in spots if spot.passage is passage]
            numbers = [(claim, passage.token_at(claim.start)) for claim in claims if claim.field == passage.field]
            if here or numbers:
                deeds = {*(spot.first for spot in here), *(at for _, at in numbers)}
                scenes = Scenes(passage, deeds, mentions, self._scenes)
                placed += (spot._replace(codes=scenes.codes_at(spot.first)) for spot in here)
                counted += (replace(claim, codes=scenes.codes_at(at)) for claim, at in numbers)
        return placed, counted

    def _unhidden(self, spots: Sequence[_Spot], places: Mapping[str, Place]) -> list[_Spot]:
        """Without those that another event of the same places, or of none, tells better."""
        sure = {s.category.name for s in spots if not s.faint and s.modality in _HAPPENED}
        kept = [s for s in spots if not s.faint or self._counts(s, sure)]
        where: dict[str, set[tuple[str, ...]]] = {}
        for spot in kept:
            if spot.modality in _HAPPENED:
                where.setdefault(spot.category.name, set()).add(spot.codes)

        def hidden(category: str, codes: tuple[str, ...]) -> bool:
            hiding = where.keys() & self._categories[category].hides
            return any(not apart(codes, others, places) for name in hiding for others in where[name])

        told = {(spot.category.name, spot.codes) for spot in kept}
        better = {each for each in told if hidden(*each)}
        return [spot for spot in kept if (spot.category.name, spot.codes) not in better]

    def _counts(self, spot: _Spot, sure: set[str]) -> bool:
        return spot.category.yields_to.isdisjoint(sure) and (spot.leading or not spot.category.faint_in_lead)


_COUNTED = frozenset((Modality.REPORTED, Modality.ALLEGED))
_HAPPENED = frozenset((Modality.REPORTED, Modality.ALLEGED, Modality.ABROAD))
_SOFTER = frozenset((Modality.THREATENED, Modality.PLANNED))
_HARD = frozenset((Modality.REPORTED, Modality.ALLEGED))
_HURT = frozenset(("dead", "injured"))


def _masked(found: Iterable[tuple[Passage, Mapping[str, Sequence[Found]]]]) -> set[tuple[str, int]]:
    """The field and number of every token inside a phrase that only looks like an event."""
    masks = ((p.field, m) for p, groups in found for m in groups.get(_EVENT, ()) if m.key == _MASK)
    return {(name, at) for name, mask in masks for at in range(mask.first, mask.last)}


def _all_abroad(spots: Iterable[_Spot], passage: Passage, at: int) -> bool:
    """Whether a sentence tells events, and all of them abroad: then its dead are abroad too."""
    sentence = passage.sentences[at]
    told = [s.modality for s in spots if s.passage is passage and passage.sentences[s.first] == sentence]
    return bool(told) and all(modality is Modality.ABROAD for modality in told)


def _category(name: str, body: Mapping[str, Any]) -> _Category:
    confirmed = body.get("unless_confirmed")
    return _Category(
        name,
        Severity[body["severity"].upper()],
        frozenset(body.get("hides", ())) - {name},
        frozenset(body.get("yields_to", ())),
        bool(body.get("faint_in_lead")),
        Modality(confirmed) if confirmed else None,
        bool(body.get("arrives")),
        bool(body.get("foreign_hands")),
    )


def _severity(usual: Severity, modality: Modality, harmed: bool) -> Severity:
    """From the category; a step up where people died or were hurt (`harmed`), a step down for what has not happened,
    INFO for what is no news."""
    if modality in _HARD:
        hurt = harmed and usual >= Severity.MEDIUM
        return Severity(min(Severity.CRITICAL, usual + hurt))
    if modality in _SOFTER:
        return Severity(max(Severity.INFO, usual - 1))
    return Severity.INFO


_WEAKEST = frozenset((
    Modality.ABROAD, Modality.ANNIVERSARY, Modality.BACKGROUND, Modality.DRILL, Modality.RECYCLED, Modality.SPORT,
))  # fmt: skip


def _telling(event: Event) -> tuple[bool, bool, bool, int]:
    """The least of these speaks for its category: the title before the text, news before what is none, the first."""
    return (event.field != "title", not event.rings, event.modality in _WEAKEST, event.start)


def _widest(mention: Mention) -> Place:
    """Who says «حلب» may mean all of the governorate."""
    return min((mention.place, *mention.candidates), key=lambda place: place.level != WIDE[0])


def _unique(events: Iterable[Event]) -> tuple[Event, ...]:
    """The first of each that say the same of the same places, in order: the title, then the text."""
    first = {(e.category, e.modality, e.codes): e for e in reversed(tuple(events))}
    return tuple(sorted(first.values(), key=lambda e: (e.field != "title", e.start)))
