"""Words of a text that date what they speak of: years gone by, and verbs of the future.

Relative words («أمس»، «الشهر الماضي»، «السبت المقبل») are cues of the vocabulary; here is what needs arithmetic or the
shape of a word. No clock: the year of the article is given by the caller, or taken to be after Rasid was made.
"""

import re
from collections.abc import Iterator

from bot.domain.wording import Passage

LAST_PAST = 2025  # a year up to this one is past in any news that Rasid reads for the first time
_YEAR = re.compile(r"(?:و?[بل]?ال)?((?:19|20)\d\d)")
_ON = frozenset(("في", "وفي", "بتاريخ", "ليله"))
# س before a verb of the third person: سيعلن، ستفتح، وسيتم; not the words that begin so.
_FUTURE = re.compile(
    r"[وف]?س[يت](?!ار|طر|اس|د[اهي]?|ول|نا|ف|ر|ل|ما|برا|اد|اق|ين$|ون$|ه$|راتيج|وك|ار|كار|نما|مفون)\w{3,}"
    r"|[وف]?سن(?!وات|وي|اريو|جار|دات|دان|تين|تيمتر)[^\Wا]\w{3,}"
)


def past_years(passage: Passage, year: int | None, dating: int) -> Iterator[int]:
    """The tokens that are a year before the article's `year`, beside a word of the slot `dating` (عام، في، شباط …).

    A year in the first words of a text is its dateline and counts only with the word عام before it.
    """
    limit = year if year is not None else LAST_PAST + 1
    for at in passage.numbers:
        found = _YEAR.fullmatch(passage.tokens[at].form)
        if found is None or int(found[1]) >= limit or at == 0:
            continue
        if any(dating in meaning.slots for meaning in passage.meanings[max(0, at - 3) : at]):
            yield at


def dated_days(passage: Passage, months: int) -> Iterator[int]:
    """The tokens that are the day of «في 25 تموز»: news of today names the weekday, what has a date is known."""
    tokens = passage.tokens
    for at in passage.numbers:
        day = tokens[at].form
        within = 0 < at < len(tokens) - 1 and day.isdigit() and len(day) <= 2
        if within and tokens[at - 1].form in _ON and months in passage.meanings[at + 1].slots:
            yield at


def futures(passage: Passage) -> Iterator[int]:
    """The tokens that are a verb with the س of the future."""
    for at, token in enumerate(passage.tokens):
        if "س" in token.form[:2] and _FUTURE.fullmatch(token.form):
            yield at
