"""What an outlet mostly writes about, told from its name: for texts that come without the settings of a source."""

from functools import cache

from bot.catalogue import catalogue
from bot.domain.arabic import normalise
from bot.domain.gazetteer import Gazetteer

COUNTRY = "SY"
_SYRIAN = ("syria", "سوري")


def area_of(outlet: str | None, gazetteer: Gazetteer) -> str | None:
    """The code of its area as `Source.area` has it: the catalogue's, or that of a governorate in its name ("درعا 24"),
    or the country's when it is named after that; None when nothing says so."""
    if not outlet:
        return None
    name = _plain(outlet)
    if name in _areas():
        return _areas()[name]
    for word in normalise(outlet.replace("_", " ")).split():
        for place in gazetteer.find(word):
            if place.level == "governorate":
                return place.code
    return COUNTRY if any(sign in name for sign in _SYRIAN) else None


@cache
def _areas() -> dict[str, str | None]:
    return {
        _plain(name): entry.area
        for entry in catalogue().values()
        for name in (entry.id, entry.name_ar, entry.name_en)
        if name
    }


def _plain(name: str) -> str:
    """The letters and digits of a name: "Syria TV", "syria_tv" and "SyriaTV" are one."""
    return "".join(filter(str.isalnum, normalise(name)))
