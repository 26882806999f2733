"""In which role an article names a place: the event is there, it is only mentioned, people come from it, or it
stands in what happened before.

Words beside the name and in its sentence decide; where they say nothing, the title and the first two sentences tell
of the event.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from enum import StrEnum

from bot.domain.arabic import Token, normalise
from bot.domain.place_cues import Passage, Sighting

_EVENT_SENTENCES = 2  # of the text; agencies put where and what into the first, the rest is context
_WINDOW = 40  # words of a sentence on each side that are looked at; a text without full stops is one sentence
_BACK = 3  # words before the name in which its origin is looked for


class Role(StrEnum):
    EVENT = "event"
    MENTION = "mention"
    ORIGIN = "origin"
    BACKGROUND = "background"


def _words(text: str) -> frozenset[str]:
    return frozenset(normalise(word) for word in text.split())


# «من أبناء X» wherever it stands; «أهالي X» only after من: «أهالي X يشكون» is news from X.
_ORIGIN = _words(
    "نازحي مهجري لاجئي نازحو مهجرو لاجئو ينحدر ينحدرون تنحدر المنحدر المنحدرين والمنحدر مواليد القادمين القادمون نازحين"
)
_ORIGIN_AFTER_FROM = _words("أبناء أهالي سكان أهل بنات عشائر وجهاء مقاتلي")
_ORIGIN_NOUN = _words("ابن ابنة أبناء")
# Who comes to help, what for, and what may stand between «من» and where he comes from.
_HELP = _words(
    "مؤازرة مؤازرات تعزيزات مساندة فرق فرقا فريق أفواج فوج سيارات سيارة طواقم كوادر عناصر آليات صهاريج ورش ورشات "
    "مجموعات متطوعون متطوعين رجال"
)
_CIVIL = _words(
    "إطفاء الإطفاء للإطفاء إطفائية الإطفائية الدفاع للدفاع المدني الإنقاذ إنقاذ الإسعاف إسعاف الطوارئ طوارئ الكهرباء "
    "كهرباء الصيانة صيانة الهلال الأحمر الحراج الطبية طبية الصحة"
)
_SURELY_CIVIL = _CIVIL - _words("الدفاع للدفاع الأحمر الطوارئ طوارئ الصيانة صيانة")
_SENDING = _words(
    "في مدينة مدن بلدة بلدات محافظة محافظات محافظتي مدينتي ريف أرياف مناطق منطقة مركز مراكز مديرية مديريات كل عدة "
    "قادمة قادمين تابعة التابعة"
)
_CARRYING = _words("نقلت نقل أجلت أجلى أخلت أخلى أخرجت أخرج انتشلت انتشل سحبت سحب تنقل تجلي")  # «… من درعا جرحى»
_SENDERS = _HELP | _CIVIL | _SENDING
_FROM = frozenset(("من", "ومن"))
_HELPERS_BACK, _HELPERS_NAMED = 16, 5  # words before a name, and before its «من», in which its helpers are looked for
_SURE_BEFORE = (
    "العام الماضي", "قبل عام", "قبل سنوات", "قبل اعوام", "قبل اشهر", "سبق ان", "وسبق", "يذكر ان", "يشار الي", "وكان قد",
    "وكانت قد", "كان قد", "كانت قد", "الشهر الماضي", "في وقت سابق من العام", "السنوات الماضيه", "الاعوام الماضيه",
)  # fmt: skip
_PAST_YEAR = re.compile(
    r"19\d\d|20(?:0\d|1\d|2[0-4])"
)  # years of the war and before; an article of today names its own


def role_of(sighting: Sighting) -> Role:
    """The role of one sighting in its passage."""
    tokens, first = sighting.passage.tokens, sighting.spot.first
    if sighting.sends or _is_origin(tokens, first):
        return Role.ORIGIN
    start, end, number = _sentence(sighting.passage, first)
    if sighting.passage.field == "text" and _is_before(tokens[start:end]):
        return Role.BACKGROUND
    if sighting.passage.field == "title" or number < _EVENT_SENTENCES:
        return Role.EVENT
    return Role.MENTION


def sends_help(passage: Passage, first: int) -> bool:
    """Whether the name at a token is only where helpers come from: «مؤازرات من أفواج الإطفاء في حماة ودرعا», «فرق
    الدفاع المدني من حلب». Soldiers are none: a column that leaves a town is news there."""
    tokens = passage.tokens
    at = first - 1
    while at > max(0, first - _HELPERS_BACK) and tokens[at].form not in _FROM:
        if at not in passage.spotted and tokens[at].form not in _SENDERS:
            return False
        at -= 1
    begin = at - 1
    while begin > max(-1, at - _HELPERS_NAMED) and tokens[begin].form in _CIVIL:
        begin -= 1
    helpers = tokens[max(0, begin) : first]
    if at < 1 or tokens[at].form not in _FROM or _HELP.isdisjoint(_bare(helpers[0].form)):
        return False
    carried = begin > 0 and not _CARRYING.isdisjoint(_bare(tokens[begin - 1].form))
    return not carried and any(token.form in _SURELY_CIVIL for token in helpers)


def _bare(form: str) -> tuple[str, ...]:
    return form, form[1:] if form[0] in "وبفل" else form


def _is_origin(tokens: Sequence[Token], first: int) -> bool:
    before = [token.form for token in tokens[max(0, first - _BACK) : first]]
    if not before:
        return False
    if not _ORIGIN.isdisjoint(before):
        return True
    for at, form in enumerate(before):
        if form in _ORIGIN_NOUN and at == len(before) - 1:
            return True
        if form in ("من", "ومن") and at + 1 < len(before) and before[at + 1] in _ORIGIN_AFTER_FROM:
            return True
    return False


def _sentence(passage: Passage, at: int) -> tuple[int, int, int]:
    """Where the sentence around a token begins and ends, at most `_WINDOW` words away, and its number from 0."""
    starts = passage.sentences
    number = bisect_right(starts, at) - 1
    end = starts[number + 1] if number + 1 < len(starts) else len(passage.tokens)
    return max(starts[number], at - _WINDOW), min(end, at + _WINDOW), number


def _is_before(sentence: Sequence[Token]) -> bool:
    words = " ".join(token.form for token in sentence)
    return any(phrase in words for phrase in _SURE_BEFORE) or any(_PAST_YEAR.fullmatch(t.form) for t in sentence)
