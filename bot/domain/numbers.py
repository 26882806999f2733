"""Numbers as Arabic texts write them: digits of any script, words, «أكثر من», ranges; and how many «قتيلان» are.

Pure reading of numbers; what they count is judged by tolls. A number above ten million counts no people and is none.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bot.domain.arabic import Token, normalise

_LARGEST = 10_000_000


def _table(**rows: int) -> dict[str, int]:
    return {normalise(word): value for words, value in rows.items() for word in words.split("_")}


_UNITS = _table(
    واحد_واحدة_أحد_إحدى_one=1, اثنان_اثنين_اثنتان_اثنتين_اثنا_اثني_اثنتا_two=2, ثلاثة_ثلاث_three_sê=3,
    أربعة_أربع_four=4, خمسة_خمس_five=5, ستة_ست_six=6,
    سبعة_سبع_seven=7, ثمانية_ثماني_ثمان_eight=8, تسعة_تسع_nine=9, عشرة_عشر_ten=10,
)  # fmt: skip
_TENS = _table(
    عشرون_عشرين=20, ثلاثون_ثلاثين=30, أربعون_أربعين=40, خمسون_خمسين=50, ستون_ستين=60, سبعون_سبعين=70, ثمانون_ثمانين=80,
    تسعون_تسعين=90,
)  # fmt: skip
_HUNDREDS = _table(
    مئة_مائة_مئه=100, مئتان_مئتين_مائتان_مائتين_مئتي_مئتا=200, ثلاثمئة_ثلاثمائة=300, أربعمئة_أربعمائة=400,
    خمسمئة_خمسمائة=500, ستمئة_ستمائة=600, سبعمئة_سبعمائة=700, ثمانمئة_ثمانمائة=800, تسعمئة_تسعمائة=900,
)  # fmt: skip
_SCALES = _table(ألف_آلاف_الاف_ألفا=1000, ألفان_ألفين_ألفي=2000, مليون_ملايين_مليونا=1_000_000)
_SOME = frozenset(
    map(normalise, "عشرات العشرات مئات المئات آلاف الآلاف بضعة عدة عدد عديد العديد dozens scores hundreds".split())
)
_TEN = normalise("عشر")


class Number(NamedTuple):
    """A number at tokens `first:last`; `value` is None for «عشرات», and for what is too large to be true."""

    first: int
    last: int
    value: int | None


def _digits(form: str) -> int | None:
    bare = form.lstrip("وفبلك")
    if not bare.isascii() or not bare.isdigit():
        return None
    return int(bare) if len(bare) < 9 else _LARGEST + 1


def _word(form: str, table: dict[str, int]) -> int | None:
    """The value of a word, with و ف ب ل before it; «وعشرين» too, but not «واحد» as و + احد."""
    if form in table:
        return table[form]
    return table.get(form[1:]) if form[:1] in "وفبل" else None


def number_at(tokens: Sequence[Token], at: int) -> Number | None:
    """The number that begins at a token, as long as it goes."""
    form = tokens[at].form
    value = _digits(form)
    if value is not None:
        return _scaled(tokens, at, value)
    if form in _SOME or form[1:] in _SOME:
        return Number(at, at + 1, None)
    for table in (_UNITS, _TENS, _HUNDREDS, _SCALES):
        found = _word(form, table)
        if found is not None:
            return _words(tokens, at, found)
    return None


def definite_number(form: str) -> int | None:
    """«الثلاثة» of «أطفاله الثلاثة»: 3; None for any other word."""
    return _UNITS.get(form[2:]) if form.startswith("ال") else None


def _scaled(tokens: Sequence[Token], at: int, value: int) -> Number:
    """Digits, perhaps with a word that multiplies them: 5 آلاف."""
    last = at + 1
    if last < len(tokens) and not tokens[last].before and tokens[last].form in _SCALES and value < 1000:
        return Number(at, last + 1, _sane(value * _SCALES[tokens[last].form]))
    return Number(at, last, _sane(value))


def _sane(value: int) -> int | None:
    return value if value <= _LARGEST else None


def _words(tokens: Sequence[Token], at: int, first: int) -> Number:
    total, current, last = 0, first, at + 1
    while last < len(tokens) and not tokens[last].before and tokens[last].clause == tokens[at].clause and last < at + 8:
        form = tokens[last].form
        if form in _SCALES:
            total, current = total + max(1, current) * _SCALES[form], 0
        elif form in _HUNDREDS and 0 < current < 10:
            current *= 100
        elif form.startswith(_TEN) and 0 < current < 10:
            current += 10
        elif form.startswith("و") and (added := _added(form[1:], current)):
            current += added
        else:
            break
        last += 1
    return Number(at, last, _sane(total + current))


def _added(form: str, current: int) -> int | None:
    """What «وعشرين» adds to خمسة, and «وخمسة» to مئة; nothing where it would begin another number."""
    for table, below in ((_TENS, 10), (_HUNDREDS, 1)):
        if form in table and current % 100 < below:
            return table[form]
    return _UNITS.get(form) if current % 10 == 0 and current >= 100 else None
