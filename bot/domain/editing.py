"""What becomes of news that its publisher has edited. Pure.

A stored article follows what its source says now. Only a changed toll, category or modality is news again; all else is
shown in the messages that are there. A publisher who gives another item the name of an earlier one has not edited it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.domain.alerting import Arrival, denies
from bot.domain.articles import edition_of, words_of
from bot.domain.card import NEWS
from bot.domain.events import Event
from bot.domain.model import Article, PlaceHit
from bot.domain.tolls import KINDS, Claim

Spot = TypeVar("Spot", Event, Claim, PlaceHit)  # what stands somewhere in a title or a text

SHARED = 0.2  # of the words of the shorter one: fewer, and it is another item under the same name
SHOWN = 1_500  # code points of a text from which a message may be made


@dataclass(frozen=True, slots=True)
class Edit:
    """`article` is what is to be stored, `shows` whether messages about it may read otherwise; `came` is how it rings,
    None where it does not."""

    article: Article
    shows: bool
    came: Arrival | None = None


def is_another(before: Article, after: Article) -> bool:
    """Whether it is no edit but something else under the same key."""
    old, new = (set(words_of(a.title, a.text)) for a in (before, after))
    return bool(old and new) and len(old & new) < SHARED * min(len(old), len(new))


def edit(before: Article, after: Article, others: Sequence[Article]) -> Edit:
    """`others` are the other reports of its story: what one of them has told already is no news."""
    article = _amended(before, after)
    shows = (article.title, article.text[:SHOWN]) != (before.title, before.text[:SHOWN])
    return Edit(article, shows, _came(before, after, others))


def _amended(before: Article, after: Article) -> Article:
    """A text that was completed from its page is kept, where only its announcement has come anew."""
    announced = edition_of(after.title, after.text) == after.edition
    completed = edition_of(before.title, before.text) != before.edition
    if announced and completed and len(after.text) < len(before.text):
        after = replace(
            after,
            text=before.text,
            places=(*_in_title(after.places), *_in_text(before.places)),
            events=_in_title(after.events) or _in_text(before.events),
            tolls=replace(after.tolls, claims=_in_title(after.tolls.claims)) if _numbers(after) else before.tolls,
            fingerprint=before.fingerprint,
        )
    at = after.published_at or before.published_at
    return replace(after, published_at=min(at, before.seen_at) if at else None, seen_at=before.seen_at)


def _in_title(found: Sequence[Spot]) -> tuple[Spot, ...]:
    return tuple(one for one in found if one.field == "title")


def _in_text(found: Sequence[Spot]) -> tuple[Spot, ...]:
    return tuple(one for one in found if one.field == "text")


def _came(before: Article, after: Article, others: Sequence[Article]) -> Arrival | None:
    denial = denies(after) and not any(denies(report) for report in (before, *others))
    counted = _new_number(before, after, others)
    if not (denial or counted or _other_event(before, after, others)):
        return None
    return Arrival(joins=True, development=True, denial=denial, spreads=denial or counted)


def _new_number(before: Article, after: Article, others: Sequence[Article]) -> bool:
    """Whether a toll is higher than any that was told, or takes back the highest of them."""
    said, told = _numbers(before), [_numbers(report) for report in others]
    for kind, number in _numbers(after).items():
        highest = max((numbers[kind] for numbers in (said, *told) if kind in numbers), default=0)
        takes_back = number < said.get(kind, 0) == highest and all(highest != numbers.get(kind) for numbers in told)
        if number > highest or takes_back:
            return True
    return False


def _numbers(article: Article) -> dict[str, int]:
    return {kind: number for kind in KINDS if (number := getattr(article.tolls, kind)) is not None}


def _other_event(before: Article, after: Article, others: Sequence[Article]) -> bool:
    """Whether its main event is another, or is told as more or less sure, than in anything that was told."""
    main = next((event for event in after.events if event.main), None)
    if main is None or main.modality not in NEWS:
        return False
    told = {(event.category, event.modality) for report in (before, *others) for event in report.events}
    return (main.category, main.modality) not in told
