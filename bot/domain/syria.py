"""Is this about Syria? For sources that write about the world, whose other items are not kept. Pure.

Owns the names of the country and of its people, in the languages of the catalogue; its places are the gazetteer's.
"""

import re
from collections.abc import Iterable

from bot.domain.arabic import normalise
from bot.domain.model import PlaceHit

_EDGE, _END = r"(?<![^\W_])", r"(?![^\W_])"  # a hashtag joins words by "_"
# As `normalise` writes them: سورية and سوریه are سوريه, Sûriye is suriye. «سوريالي» is surrealist.
_ARABIC = r"[وفبكل]{0,2}(?:ال|لل?)?سو{1,2}ري(?:ا|ه|ي|ين|ون|ات|تين|تان|ان|و)?"
_LATIN = r"syrians?|syria|suriye(?:li\w{0,6}|\w{0,5})|suriya\w{0,4}"
_NAMES = re.compile(rf"{_EDGE}(?:{_ARABIC}|{_LATIN}){_END}")


def is_about_syria(title: str, text: str, places: Iterable[PlaceHit]) -> bool:
    """Whether it names a place in Syria that is believed to be meant, the country, or its people."""
    return any(hit.sure for hit in places) or names_syria(f"{title}\n{text}")


def names_syria(text: str) -> bool:
    """Whether a text in Arabic, Kurdish, Persian, Turkish or English names the country or its people."""
    return _NAMES.search(normalise(text)) is not None
