"""Commands as people say them: «تابع جاسم», «ألغِ جاسم», «قائمتي», and the same in English. Pure.

Telegram allows only Latin letters in a command, so each has an Arabic phrase. The verb is compared in its normal
form; what follows it is kept as it was written.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.arabic import normalise


class Wish(StrEnum):
    START = "start"
    WATCH = "watch"
    UNWATCH = "unwatch"
    LIST = "list"
    TEST = "test"
    HELP = "help"
    SOURCES = "sources"
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a person wants; `about` is the rest of the text, "" where there is none."""

    wish: Wish
    about: str = ""


_PHRASES = {
    Wish.START: ("ابدأ", "ابدا", "مرحبا", "السلام عليكم", "start", "hello"),
    Wish.WATCH: ("تابع", "تابعي", "راقب", "أضف", "اضف", "متابعة", "أريد متابعة", "watch", "follow", "add"),
    Wish.UNWATCH: (
        "ألغ",
        "الغ",
        "إلغاء",
        "ألغ متابعة",
        "إلغاء متابعة",
        "احذف",
        "أوقف",
        "لا تتابع",
        "unwatch",
        "remove",
    ),
    Wish.LIST: ("قائمتي", "قائمة", "متابعاتي", "ماذا أتابع", "my list", "list"),
    Wish.TEST: ("جرب", "اختبر", "test"),
    Wish.SOURCES: ("المصادر", "مصادر", "من أين الأخبار", "sources"),
    Wish.HELP: ("مساعدة", "ساعدني", "تعليمات", "كيف", "help"),
    Wish.FORGET: ("انسني", "انساني", "امح بياناتي", "احذف بياناتي", "forget me", "forget"),
}
_TAKES_MORE = (Wish.WATCH, Wish.UNWATCH, Wish.TEST)
_WORDS = sorted(
    ((tuple(normalise(phrase).split()), wish) for wish, phrases in _PHRASES.items() for phrase in phrases),
    key=lambda item: -len(item[0]),
)


def understand(text: str) -> Phrase | None:
    """The wish in a text; None when it says nothing that we know."""
    words = text.split()
    normal = [normalise(word).strip(".,،!؟?:") for word in words[:4]]
    for phrase, wish in _WORDS:
        if tuple(normal[: len(phrase)]) != phrase:
            continue
        rest = " ".join(words[len(phrase) :]) if wish not in _TAKES_MORE else _after(text, len(phrase))
        if wish in _TAKES_MORE or not rest:
            return Phrase(wish, rest)
    return None


def _after(text: str, words: int) -> str:
    """The text behind its first `words` words, untouched but for a colon and the white space around."""
    parts = text.split(maxsplit=words)
    return parts[words].lstrip(" :").rstrip() if len(parts) > words else ""
