"""What the filters of a watch can ask of an article, beside its words: its source and its language.

Category, severity and modality come with the understanding of events; until then a watch that asks for them is
refused, because it would never be met.
"""

from collections.abc import Iterable, Mapping

from bot.domain.arabic import normalise

ANSWERED = frozenset({"source", "language"})

_LANGUAGES = {
    "ar": ("عربي", "العربية", "عربية", "arabic"),
    "en": ("إنكليزي", "الإنكليزية", "إنجليزي", "الإنجليزية", "english"),
    "ckb": ("كردي", "الكردية", "سوراني", "السورانية", "kurdish", "sorani"),
    "kmr": ("كردي", "الكردية", "كرمانجي", "الكرمانجية", "kurdish", "kurmanji"),
    "tr": ("تركي", "التركية", "turkish"),
    "fa": ("فارسي", "الفارسية", "persian"),
    "other": (),
}


def attributes_of(language: str, source_names: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """The folded values that a filter may name: `language` is a code, `source_names` are all names of the source."""
    return {
        "language": frozenset(map(normalise, (language, *_LANGUAGES.get(language, ())))),
        "source": frozenset(map(normalise, source_names)),
    }
