"""The dates that publishers write, in any of the forms seen in Syrian feeds.

Owns the reading of one date string. Feed libraries read "2016/6/29 15:07:41" as the 1st of June, a two-digit year as
the year 26, foreign month names not at all, and a time without a zone as UTC; so our own reading comes first and the
library's is the second opinion. A date that cannot be true is no date.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

DAMASCUS = timezone(timedelta(hours=3))  # all year since October 2022
_MAX_AHEAD = timedelta(hours=48)
_MAX_LENGTH = 100

_ENGLISH = "jan feb mar apr may jun jul aug sep oct nov dec"
_TURKISH = "oca şub mar nis may haz tem ağu eyl eki kas ara"
_EGYPTIAN = "يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر"
_LEVANTINE = "كانون_الثاني شباط اذار نيسان ايار حزيران تموز اب ايلول تشرين_الاول تشرين_الثاني كانون_الاول"
_MONTHS = {
    name.replace("_", " "): number
    for names in (_TURKISH, _ENGLISH, _EGYPTIAN, _LEVANTINE)
    for number, name in enumerate(names.split(), start=1)
} | {"يوليوز": 7, "تشرين اول": 10, "تشرين ثاني": 11, "كانون اول": 12, "كانون ثاني": 1}
_ZONES = {  # hours; AST is read as Arabia's, not the Atlantic's
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "ast": 3, "trt": 3,
    "msk": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip

_FOLD = str.maketrans("أإآٱىİ", "اااايi", "ًٌٍَُِّْـ\u200e\u200f\u0307")
_TIME = re.compile(
    r"(?:\b|(?<=\dt))(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?"
    r"\s*(am\b|pm\b|a\.m\.|p\.m\.|صباحا|مساء|ص\b|م\b)?\s*"
    r"(?:(?:gmt|utc)?([+-]\d{1,2})(?::?(\d{2}))?\b|([a-z]{1,4})\b)?"
)
_YEAR_FIRST = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"\b(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\b")
_DAY_AND_YEAR = re.compile(r"\b(\d{1,2})\b\D*\b(\d{4}|\d{2})\b")
_NAME = re.compile(
    "|".join(  # the longer name first; only abbreviations may go on, and «اب» is also the end of other words
        rf"\b{name}" + (r"\w*" if len(name) == 3 and name[0] not in "ابتثجحخدذرزسشصضطظعغفقكلمنهوي" else r"\b")
        for name in sorted(_MONTHS, key=len, reverse=True)
    )
)


def read_date(text: str | None, second_opinion: datetime | None, now: datetime) -> datetime | None:
    """The instant that `text` names, in UTC; Damascus time where it names no zone.

    None where there is no date, or one before the year 2000 or more than 48 hours after `now`.
    """
    for moment in (_read(text or ""), second_opinion):
        if moment and moment.year >= 2000 and moment <= now + _MAX_AHEAD:
            return moment
    return None


def _read(text: str) -> datetime | None:
    folded = _digits(text[:_MAX_LENGTH]).lower().translate(_FOLD)
    time = _TIME.search(folded)
    date = _date(folded[: time.start()] + " " + folded[time.end() :] if time else folded)
    if date is None:
        return None
    try:
        hour, minute, second, zone = _time(time) if time else (0, 0, 0, DAMASCUS)
        return datetime(*date, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):  # the 31st of June, 25 o'clock, the year 0
        return None


def _digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(int(character)) if character.isdecimal() else character for character in text)


def _date(text: str) -> tuple[int, int, int] | None:
    if found := _YEAR_FIRST.search(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DAY_FIRST.search(text):
        return int(found[3]), int(found[2]), int(found[1])
    name = _NAME.search(text)
    if name is None:
        return None
    found = _DAY_AND_YEAR.search(text[: name.start()] + " " + text[name.end() :])
    if found is None:
        return None
    year = int(found[2])
    month = _MONTHS.get(name[0]) or _MONTHS[name[0][:3]]
    return (year if year >= 100 else 2000 + year), month, int(found[1])


def _time(found: re.Match[str]) -> tuple[int, int, int, timezone]:
    hour, half = int(found[1]), (found[4] or "")[:1]
    if half:
        hour = hour % 12 + (12 if half in "pم" else 0)
    return hour, int(found[2]), min(int(found[3] or 0), 59), _zone(found)


def _zone(found: re.Match[str]) -> timezone:
    hours, minutes, name = found[5], found[6], found[7]
    if hours:
        offset = timedelta(hours=abs(int(hours)), minutes=int(minutes or 0))
        return timezone(-offset if hours.startswith("-") else offset)
    known = _ZONES.get(name or "")
    return DAMASCUS if known is None else timezone(timedelta(hours=known))
