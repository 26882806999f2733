"""One table of places, and one reader, for a whole process: immutable, each loaded when it is first needed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.domain.arabic import normalise
from bot.domain.gazetteer import Gazetteer
from bot.domain.model import PlaceHit
from bot.domain.places import Mention, PlaceReader
from bot.places.loading import load_gazetteer, reader_of

# What people write before a name, and the levels that they mean by it.
LEVELS_OF_NOUN = {
    normalise(noun): frozenset(levels)
    for nouns, levels in (
        ("محافظة ريف", ("governorate",)),
        ("منطقة", ("district", "region", "subdistrict")),
        ("ناحية", ("subdistrict",)),
        ("مدينة بلدة قرية مخيم", ("town", "site", "quarter")),
        ("حي", ("quarter",)),
    )
    for noun in nouns.split()
}


@dataclass(frozen=True, slots=True)
class Places:
    """The places that this installation knows: the core ones, and those of an imported `file`. Cheap to hand to
    another process, which loads them for itself."""

    file: Path | None = None

    @property
    def gazetteer(self) -> Gazetteer:
        """The table. Raises: OSError, ValueError: the imported file cannot be read."""
        return _gazetteer(self.file)

    @property
    def reader(self) -> PlaceReader:
        """Finds them in texts; 10 MB that only whoever reads texts needs. Raises as `gazetteer`."""
        return _reader(self.file)

    def found_in(self, title: str, text: str, source_area: str | None = None) -> tuple[PlaceHit, ...]:
        """The places that a text speaks of; what only may be a place is there too, and is not `sure`."""
        return tuple(
            hit_of(mention, self.reader.gazetteer) for mention in self.reader.recognise(title, text, source_area)
        )

    def name_of(self, code: str, language: str) -> str | None:
        """What people call a place in a language; None for a code that is not known."""
        gazetteer = self.gazetteer
        if code not in gazetteer:
            return None
        place = gazetteer[code]
        return place.name if language == "ar" else place.english or place.name

    def codes_named(self, phrase: str) -> frozenset[str]:
        """The places that a name may mean: a watch on it is met by these, and by all that lies within them."""
        gazetteer = self.gazetteer
        found = gazetteer.find(phrase)
        if not found:
            noun, _, name = phrase.partition(" ")
            levels = LEVELS_OF_NOUN.get(normalise(noun), frozenset())
            found = tuple(place for place in gazetteer.find(name) if place.level in levels)
        return frozenset(place.code for place in found)


def hit_of(mention: Mention, gazetteer: Gazetteer) -> PlaceHit:
    """A mention as the index of watches wants it: with the codes of all places and regions that contain it."""
    code = mention.place.code
    codes = (code, *(place.code for place in gazetteer.containing(code)))
    return PlaceHit(codes, mention.field, mention.start, mention.end, mention.believed and not mention.sends)


_gazetteer: Callable[[Path | None], Gazetteer] = cache(load_gazetteer)


@cache
def _reader(file: Path | None) -> PlaceReader:
    return reader_of(_gazetteer(file))
