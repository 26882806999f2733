"""What was understood of an article, as JSON and back: its places, events and tolls with the numbers they come from.

Forms that an older version wrote are read for what they hold; what is missing is empty.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from bot.domain.events import Event, Severity
from bot.domain.modality import Modality
from bot.domain.model import Article, PlaceHit
from bot.domain.tolls import KINDS, Claim, Tolls

Json = dict[str, Any]
_OF_EVENT = tuple(field.name for field in fields(Event))
CLAIMS_KEPT = 60  # of an article: a long list of the dead repeats itself


def facts_of(article: Article) -> Json:
    """Lists instead of objects where there are many: a long article names fifty places."""
    tolls = {kind: getattr(article.tolls, kind) for kind in KINDS if getattr(article.tolls, kind) is not None}
    return {
        "places": [[list(hit.codes), hit.field, hit.start, hit.end, hit.sure] for hit in article.places],
        "events": [{name: getattr(event, name) for name in _OF_EVENT} for event in article.events],
        "tolls": tolls,
        "claims": [_claim(claim) for claim in article.tolls.claims[:CLAIMS_KEPT]],
    }


def places_in(facts: Mapping[str, Any] | None) -> tuple[PlaceHit, ...]:
    return tuple(
        PlaceHit(tuple(codes), field, start, end, sure)
        for codes, field, start, end, sure in (facts or {}).get("places", ())
    )


def events_in(facts: Mapping[str, Any] | None) -> tuple[Event, ...]:
    return tuple(
        Event(
            **{
                **told,
                "modality": Modality(told["modality"]),
                "severity": Severity(told["severity"]),
                "codes": tuple(told["codes"]),
            }
        )
        for told in (facts or {}).get("events", ())
    )


def tolls_in(facts: Mapping[str, Any] | None) -> Tolls:
    """The agreed numbers, and the claims they come from; none of an older version's."""
    stored = facts or {}
    tolls = {kind: number for kind, number in stored.get("tolls", {}).items() if kind in KINDS}
    claims = (
        Claim(kind, number, field, start, end, total, more, sentence, tuple(codes))
        for kind, number, field, start, end, total, more, sentence, codes in stored.get("claims", ())
    )
    return Tolls(**tolls, claims=tuple(claims))


def _claim(claim: Claim) -> list[Any]:
    return [
        claim.kind, claim.number, claim.field, claim.start, claim.end,
        claim.total, claim.more, claim.sentence, list(claim.codes),
    ]  # fmt: skip
