"""Contested words of death in the neutral ones: «استشهد» and «لقي حتفه» are «قُتل», a «شهيد» that is counted a «قتيل».

Only outside quotations, only where number and gender stay as they were; what is not sure keeps its words. «استشهد» in
the sense of quoting, names («دوار الشهداء», «مشفى الشهيد …») and titles are left alone.
"""

import re
from collections.abc import Iterable

from bot.domain.sentences import paired

_M = "[\u064b-\u0652]*"
_MARKS = re.compile("[\u064b-\u0652]+")
_NOT_CITED = (
    r"(?!(?:\s+\w+){0,3}\s+ب(?:قول|تصريح|كلام|حديث|آي|تقرير|دراسة|مقول|مثال|بيت|ما\b|أن\b|تجرب|أرقام|إحصا|"
    r"شهاد|وثيق|وثائق|فقر|نص|عبار))"
)
_NATURAL = r"(?=[^.،]{0,40}\b(?:غرق|اختناق|مرض|نوبة|سكتة|جوع|برد|وباء|كوليرا|كورونا|سرطان))"


def _word(word: str) -> str:
    return _M.join(word) + _M


def _verb(old: str, new: str, behind: str = "") -> tuple[re.Pattern[str], str]:
    return re.compile(rf"(?<!\w)([وف]?){_word(old)}(?!\w){behind}"), rf"\1{new}"


_Rules = tuple[tuple[re.Pattern[str], str], ...]
_SUBJECT = r"((?:\s+[\w\"«»()]+){1,6}?)"
_FATES: _Rules = tuple(
    (re.compile(rf"(?<!\w)([وف]?){_word(old)}{_SUBJECT}?\s+(?:حتف|مصرع){owner}(?!\w){cause}"), rf"\1{new}\2")
    for old, owner, died, killed in (
        ("لقي", "ه", "توفي", "قُتل"),
        ("لقي", "هم", "توفي", "قُتل"),
        ("لقي", "هما", "توفي", "قُتل"),
        ("لقي", "ها", "توفي", "قُتل"),
        ("لقيت", "ها", "توفيت", "قُتلت"),
        ("لقيت", "هن", "توفيت", "قُتلت"),
        ("لقوا", "هم", "توفوا", "قُتلوا"),
    )
    for cause, new in ((_NATURAL, died), ("", killed))
)
_COUNT = r"(?<!\w)(\d+|[وفب]?(?:اثنان|اثنين|ثلاثة|أربعة|خمسة|ستة|سبعة|ثمانية|تسعة|عشرة|عشرات)|عدة)\s+"
_VERBS: _Rules = tuple(
    _verb(old, new, _NOT_CITED)
    for old, new in (
        ("استشهد", "قُتل"),
        ("استشهدت", "قُتلت"),
        ("استشهدا", "قُتلا"),
        ("استشهدتا", "قُتلتا"),
        ("استشهدوا", "قُتلوا"),
    )
)
_DEATHS: _Rules = (
    (re.compile(rf"(?<!\w)([وف]?[بلك]?)(?:استشهاد|مصرع)(ه|ها|هم|هما|هن)(?!\w){_NATURAL}"), r"\1وفات\2"),
    (re.compile(rf"(?<!\w)([وف]?[بلك]?)(?:استشهاد|مصرع)(?!\w){_NATURAL}"), r"\1وفاة"),
    (
        re.compile(
            r"(?<!\w)([وف]?[بلك]?)(?:استشهاد|مصرع)(ه|ها|هم|هما|هن)?(?!\w)(?!(?:\s+\w+){0,3}\s+ب(?:قول|كلام|حديث))"
        ),
        r"\1مقتل\2",
    ),
)
_DEAD: _Rules = (
    (re.compile(rf"{_COUNT}شهداء(?!\w)"), r"\1 قتلى"),
    (re.compile(r"(?<!\w)([وفب]?)شهيد(?=\s+و(?:جريح|جرحى|إصاب|اصاب|مصاب|\d))"), r"\1قتيل"),
    (re.compile(r"(?<!\w)([وفب]?)شهداء(?=\s+و(?:جريح|جرحى|إصاب|اصاب|مصاب|\d))"), r"\1قتلى"),
    (re.compile(r"(?<!\w)([وفب]?)شهيدان(?!\w)"), r"\1قتيلان"),
    (re.compile(r"(?<!\w)([وفب]?)شهيدين(?!\w)"), r"\1قتيلين"),
)
_BY_SIGN: tuple[tuple[tuple[str, ...], _Rules], ...] = (  # one of the words stands in whatever the rules replace
    (("حتف", "مصرع"), _FATES),
    (("استشهد",), _VERBS),
    (("استشهاد", "مصرع"), _DEATHS),
    (("شهيد", "شهداء"), _DEAD),
)


def neutral(text: str) -> str:
    """The text with its contested words of death replaced, quotations untouched."""
    bare = _MARKS.sub("", text)
    rules = [rule for signs, some in _BY_SIGN if any(sign in bare for sign in signs) for rule in some]
    if not rules:
        return text
    parts: list[str] = []
    end = 0
    for start, close in paired(text):
        parts += (_replaced(text[end:start], rules), text[start:close])
        end = close
    return "".join((*parts, _replaced(text[end:], rules)))


def _replaced(text: str, rules: Iterable[tuple[re.Pattern[str], str]]) -> str:
    for pattern, instead in rules:
        text = pattern.sub(instead, text)
    return text
