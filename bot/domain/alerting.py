"""Who is told of an article, with which evidence, and who is not. Pure: what matched, who watches and what each chat
knows already are given.

A story rings in a chat once: later reports are shown in the message that is there. It rings again for what changes
the news (a higher toll, a threat carried out, an arrest), and always for a denial: who was alarmed must hear that it
was nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from bot.domain.events import Event, Severity
from bot.domain.matching import Found
from bot.domain.modality import Modality
from bot.domain.model import Article, Evidence, Silence

EVIDENCE_KEPT = 20  # of one watch in one article: more explain nothing
RINGS = 3  # developments of one story that ring in one chat within `RINGS_WITHIN`; further ones are only shown
RINGS_WITHIN = timedelta(hours=1)
URGENT, LOWEST = 0, 2  # urgency


class AlertKind(StrEnum):
    """Why a message rings; the values are stored."""

    FIRST = "first"
    DEVELOPMENT = "development"
    DENIAL = "denial"
    DIGEST = "digest"  # several alerts that came too late, or too many at once, in one message


class Watcher(NamedTuple):
    """A chat that watches an expression, in its own wording; `active`: it can be written to."""

    chat_id: int
    expression_id: int
    shown: str
    active: bool


class Known(NamedTuple):
    """What a chat has heard of a story: `waiting`, its message has not left yet; `rings`, developments of late."""

    waiting: bool
    rings: int


@dataclass(frozen=True, slots=True)
class Told:
    """One chat that an article concerns, whichever of its watches say so."""

    chat_id: int
    evidence: tuple[dict[str, Any], ...] = ()
    kind: AlertKind = AlertKind.FIRST
    near: bool = True  # a watched place is named itself, not only what lies within it


@dataclass(frozen=True, slots=True)
class Concerned:
    """`told` watch what the article says; `silent` are the others who watch something in it, and why they are not
    told."""

    told: tuple[Told, ...] = ()
    silent: tuple[tuple[int, Silence], ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article beside what its story had told before. `spreads`: it changes what everybody was told, whether or
    not it names what they watch."""

    joins: bool = False
    development: bool = False
    denial: bool = False
    spreads: bool = False

    @property
    def kind(self) -> AlertKind:
        return AlertKind.DENIAL if self.denial else AlertKind.DEVELOPMENT


def arrival(relation: str, reason: str | None, article: Article, earlier: Sequence[Article]) -> Arrival:
    """`earlier` are the reports of its story; only asked for where the article denies something."""
    if relation == "new":
        return Arrival()
    denial = denies(article) and not any(denies(report) for report in earlier)
    return Arrival(True, denial or relation == "development", denial, denial or reason == "toll_up")


def denies(article: Article) -> bool:
    """Whether its main event is told as something that did not happen."""
    main = [event for event in article.events if event.main] or article.events[:1]
    return any(event.modality is Modality.DENIED for event in main)


def whom_to_tell(
    matches: Iterable[Found], watchers: Iterable[Watcher], background: Collection[int] = frozenset()
) -> Concerned:
    """One `Told` a chat, however many of its watches match; a match in doubt, or one of the `background` (ids of
    expressions whose place is only named in what happened long ago), tells nobody by itself."""
    by_expression = {match.watch_id: match for match in matches}
    evidence: dict[int, tuple[dict[str, Any], ...]] = {}
    alike: dict[tuple[int, str], tuple[dict[str, Any], ...]] = {}  # chats that watch the same share one object
    near = set[int]()
    silent: dict[int, Silence] = {}
    for watcher in watchers:
        match = by_expression[watcher.expression_id]
        if not match.sure:
            silent.setdefault(watcher.chat_id, Silence.DOUBTFUL)
        elif watcher.expression_id in background:
            silent[watcher.chat_id] = Silence.BACKGROUND
        elif not watcher.active:
            silent[watcher.chat_id] = Silence.CHAT_PAUSED
        else:
            same = (watcher.expression_id, watcher.shown)
            if same not in alike:
                alike[same] = tuple(_row(watcher.shown, found) for found in match.evidence[:EVIDENCE_KEPT])
            before = evidence.get(watcher.chat_id)
            evidence[watcher.chat_id] = alike[same] if before is None else before + alike[same]
            if match.near:
                near.add(watcher.chat_id)
    told = tuple(Told(chat_id, rows, near=chat_id in near) for chat_id, rows in evidence.items())
    return Concerned(told, tuple((chat, why) for chat, why in silent.items() if chat not in evidence))


def rings(concerned: Concerned, known: Mapping[int, Known], came: Arrival) -> Concerned:
    """Whom it rings for: those who know nothing of its story, and those for whom it is a development.

    `known` are the chats that were told of the story; with a `came` that spreads, all of them are told.
    """
    told, silent = list[Told](), list(concerned.silent)
    for one in concerned.told:
        before = known.get(one.chat_id)
        if before is None:
            told.append(one)
        elif _rings_again(before, came):
            told.append(replace(one, kind=came.kind))
        else:
            silent.append((one.chat_id, Silence.ALREADY_TOLD))
    if came.spreads:
        counted = {one.chat_id for one in concerned.told}
        others = [chat for chat, before in known.items() if chat not in counted and _rings_again(before, came)]
        told += [Told(chat, (), came.kind) for chat in others]
        silent = [(chat, why) for chat, why in silent if chat not in others]
    return Concerned(tuple(told), tuple(silent))


def _rings_again(before: Known, came: Arrival) -> bool:
    """A message that has not left yet will hold the development too."""
    return came.development and not before.waiting and (came.denial or before.rings < RINGS)


def urgency_of(events: Iterable[Event]) -> int:
    """0 for what is critical, 1 for what is grave, 2 for all else. Only what is reported as having happened hurries."""
    gravest = max((event.severity for event in events if event.rings), default=Severity.INFO)
    return {Severity.CRITICAL: URGENT, Severity.HIGH: 1}.get(gravest, 2)


def priority_of(urgency: int, near: bool) -> int:
    """0 to 5, the lower is sent first: by urgency, then the person's own place before what is in his governorate."""
    return urgency * 2 + (not near)


def is_low(priority: Any) -> Any:
    """Whether an alert of this priority is news only while it is fresh. Works on a column as on a number."""
    return priority >= priority_of(LOWEST, near=True)


def due_at(urgency: int, now: datetime, settle: timedelta) -> datetime:
    """What is critical goes at once; all else waits `settle` for what other sources say of it."""
    return now if urgency == URGENT else now + settle


def is_only_background(match: Found, article: Article, told_as_past: bool) -> bool:
    """Whether a match is no news of the place that was watched: it rests on names of places alone, none of them in
    the title, and what is told of them is of earlier times."""
    hits = {(hit.field, hit.start, hit.end) for hit in article.places}
    places = all((found.field, found.start, found.end) in hits for found in match.evidence)
    return told_as_past and bool(match.evidence) and places and all(e.field == "text" for e in match.evidence)


def _row(shown: str, found: Evidence) -> dict[str, Any]:
    return {
        "watch": shown,
        "field": found.field,
        "start": found.start,
        "end": found.end,
        "surface": found.surface,
    }
