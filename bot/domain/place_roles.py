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
    if _is_origin(tokens, first):
        return Role.ORIGIN
    start, end, number = _sentence(sighting.passage, first)
    if sighting.passage.field == "text" and _is_before(tokens[start:end]):
        return Role.BACKGROUND
    if sighting.passage.field == "title" or number < _EVENT_SENTENCES:
        return Role.EVENT
    return Role.MENTION


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
