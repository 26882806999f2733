"""What the filters of a watch can ask of an article, beside its words: source, language, and what happens in it.

A filter names a value as people write it («فئة: قصف», «خطورة: عالية»); here is which values an article has. Events
told as history or from abroad count for none: whoever asks for shelling asks for what happens now and here.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from bot.domain.arabic import normalise
from bot.domain.events import Event, Severity
from bot.domain.modality import Modality

_LANGUAGES = {
    "ar": "عربي، العربية، عربية، arabic",
    "en": "إنكليزي، الإنكليزية، إنجليزي، الإنجليزية، english",
    "ckb": "كردي، الكردية، سوراني، السورانية، kurdish، sorani",
    "kmr": "كردي، الكردية، كرمانجي، الكرمانجية، kurdish، kurmanji",
    "tr": "تركي، التركية، turkish",
    "fa": "فارسي، الفارسية، persian",
}
_CATEGORIES = {
    "raid": "اقتحام، مداهمة، مداهمات، حملة أمنية",
    "incursion": "توغل، توغلات",
    "arrest": "اعتقال، اعتقالات، توقيف",
    "kidnapping": "خطف، اختطاف",
    "assassination": "اغتيال، اغتيالات",
    "killing": "قتل، مقتل، قتلى",
    "shelling": "قصف، قصف مدفعي",
    "airstrike": "غارة، غارات، قصف، قصف جوي",
    "drone": "مسيرة، مسيرات، طائرة مسيرة",
    "projectile": "صاروخ، صواريخ، سقوط صاروخ",
    "explosion": "انفجار، تفجير، عبوة",
    "mine_erw": "ألغام، لغم، مخلفات حرب",
    "clashes": "اشتباكات، اشتباك، معارك",
    "attack_on_post": "هجوم، كمين",
    "communal_tension": "توتر، مشاجرة، شغب",
    "checkpoint": "حاجز، حواجز",
    "curfew": "حظر تجوال، حظر التجوال",
    "siege": "حصار، طوق",
    "reinforcement": "تعزيزات، حشود، أرتال",
    "withdrawal": "انسحاب",
    "settlement": "تسوية، هدنة، اتفاق",
    "displacement": "نزوح، تهجير، إجلاء",
    "evacuation_order": "إخلاء، إنذار بالإخلاء",
    "return": "عودة",
    "protest": "احتجاج، مظاهرة، مظاهرات، إضراب",
    "fire": "حريق، حرائق",
    "earthquake": "زلزال، زلازل، هزة",
    "flood_storm": "سيول، عاصفة، طقس",
    "collapse": "انهيار",
    "road_accident": "حادث، حوادث، حادث سير",
    "disease": "مرض، أمراض، وباء",
    "chemical": "كيميائي، كيماوي",
    "water": "مياه، ماء",
    "electricity": "كهرباء",
    "bread": "خبز، أفران",
    "fuel": "محروقات، وقود، بنزين، مازوت",
    "prices": "أسعار، سعر الصرف",
    "roads_crossings": "طرق، معابر، معبر، طريق",
    "schools": "مدارس، امتحانات، تعليم",
    "missing_graves": "مفقودون، مفقودين، مقابر جماعية",
    "release": "إفراج، إطلاق سراح",
    "seizure": "ضبط، مصادرة",
    "aid": "مساعدات، إغاثة",
    "decision": "قرار، قرارات، مرسوم",
}
_SEVERITIES = {
    Severity.INFO: "معلومة",
    Severity.LOW: "منخفضة، قليلة",
    Severity.MEDIUM: "متوسطة",
    Severity.HIGH: "عالية، مرتفعة",
    Severity.CRITICAL: "حرجة، قصوى، خطيرة",
}
_MODALITIES = {
    Modality.REPORTED: "وقع، حدث، مؤكد",
    Modality.DENIED: "نفي، منفي",
    Modality.THREATENED: "تهديد، تحذير",
    Modality.PLANNED: "مقرر، مخطط",
    Modality.ALLEGED: "مزعوم، ادعاء، اتهام",
}


def attributes_of(
    language: str, source_names: Iterable[str], events: Iterable[Event] = ()
) -> Mapping[str, frozenset[str]]:
    """The folded values that a filter may name. `language` is a code, `source_names` are all names of the source.

    A severity is met by its own level and by every higher one.
    """
    told = [event for event in events if event.modality in _MODALITIES]
    gravest = max((event.severity for event in told), default=None)
    severities = [level for level in Severity if gravest is not None and level <= gravest]
    return {
        "language": _values((language,), (_LANGUAGES.get(language, ""),)),
        "source": frozenset(map(normalise, source_names)),
        "category": _named((e.category for e in told), _CATEGORIES),
        "modality": _named((e.modality for e in told), _MODALITIES),
        "severity": _values(tuple(s.label for s in severities), tuple(_SEVERITIES[s] for s in severities)),
    }


def _named(codes: Iterable[str], lists: Mapping[Any, str]) -> frozenset[str]:
    each = tuple(dict.fromkeys(codes))
    return _values(tuple(map(str, each)), tuple(lists.get(code, "") for code in each))


@lru_cache(maxsize=512)  # few that differ, for thousands of articles
def _values(codes: tuple[str, ...], lists: tuple[str, ...]) -> frozenset[str]:
    names = (name.strip() for names in lists for name in names.split("،"))
    return frozenset(normalise(value) for value in (*codes, *names) if value)


KNOWN = {
    "category": _named(_CATEGORIES, _CATEGORIES),
    "severity": _values(tuple(s.label for s in _SEVERITIES), tuple(_SEVERITIES.values())),
    "modality": _named(_MODALITIES, _MODALITIES),
    "language": _named((*_LANGUAGES, "other"), _LANGUAGES),
}
"""The values that mean something, by filter; sources have no closed list."""
