"""The reader of places that a process shares: it is immutable, and loaded when it is first needed."""

from functools import cache

from bot.domain.gazetteer import Gazetteer
from bot.domain.model import PlaceHit
from bot.domain.places import Mention, PlaceReader
from bot.places.loading import load_reader


@cache
def _reader() -> PlaceReader:
    return load_reader()


def places_in(title: str, text: str, source_area: str | None = None) -> tuple[PlaceHit, ...]:
    """The places that a text speaks of; what only may be a place is there too, and is not `sure`."""
    reader = _reader()
    return tuple(hit_of(mention, reader.gazetteer) for mention in reader.recognise(title, text, source_area))


def codes_named(phrase: str) -> frozenset[str]:
    """The places that a name may mean: a watch on it is met by these, and by all that lies within them."""
    return frozenset(place.code for place in _reader().gazetteer.find(phrase))


def hit_of(mention: Mention, gazetteer: Gazetteer) -> PlaceHit:
    """A mention as the index of watches wants it: with the codes of all places that contain it."""
    codes = (mention.place.code, *(place.code for place in gazetteer.ancestors(mention.place.code)))
    return PlaceHit(codes, mention.field, mention.start, mention.end, mention.believed)
