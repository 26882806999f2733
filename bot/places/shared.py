"""The reader of places that a process shares: it is immutable, and loaded when it is first needed."""

from functools import cache

from bot.domain.model import PlaceHit
from bot.domain.places import Mention, PlaceReader
from bot.places.loading import load_reader


@cache
def _reader() -> PlaceReader:
    return load_reader()


def places_in(title: str, text: str) -> tuple[PlaceHit, ...]:
    """The places that a text speaks of; what only may be a place is there too, and is not `sure`."""
    return tuple(map(_hit, _reader().recognise(title, text)))


def codes_named(phrase: str) -> frozenset[str]:
    """The places that a name may mean: a watch on it is met by these, and by all that lies within them."""
    return frozenset(place.code for place in _reader().gazetteer.find(phrase))


def _hit(mention: Mention) -> PlaceHit:
    codes = (mention.place.code, *_ancestors(mention.place.code))
    return PlaceHit(codes, mention.field, mention.start, mention.end, mention.believed)


def _ancestors(code: str) -> tuple[str, ...]:
    return tuple(place.code for place in _reader().gazetteer.ancestors(code))
