"""Whether a sentence tells what is over: background must not come out as news.

A past year, «العام الماضي», «كان قد», «وفي وقت سابق»; the cues stand in the sentence itself or in the one that it
goes on from.
"""

import re

_MONTH = (
    r"(?:كانون (?:الثاني|الأول)|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول|تشرين (?:الأول|الثاني|أول|ثاني)|يناير|"
    r"فبراير|مارس|أبريل|إبريل|"
    r"مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر)"
)
_PAST = r"(?:الماضي|الماضية|الماضيين|الفائت|الفائتة|المنصرم|المنصرمة|السابق|السابقة|الأخيرة)"
_MARKS = re.compile("[\u064b-\u0652\u0640]")
_NOW = r"(?!\s+(?:الجاري|الحالي|الحالية|المقبل|المقبلة|القادم|القادمة|الدراسي|\d))"
_OPENING = re.compile(
    r"و?(?:كان(?:ت|وا)?\s|سبق\s(?:أن|ل)|سبق\sو|يذكر\sأن|يشار\sإلى|الجدير\sبالذكر|جدير\sبالذكر|تجدر\sالإشارة|"
    r"من\sالجدير|"
    r"(?:في|خلال)\s(?:شهر\s|منتصف\s|مطلع\s|نهاية\s|أواخر\s|أوائل\s)*"
    rf"(?:(?:عام|العام|سنة)\b{_NOW}|{_MONTH}(?:\s?/\s?{_MONTH})?\b{_NOW})|"
    r"قبل\s(?:ذلك|عام|سنة|شهر|أشهر|سنوات)|في\s(?:وقت|ال)سابق|سابقا)"
)
_WITHIN = re.compile(
    rf"\b[وف]?(?:في وقت سابق|(?:العام|السنة|الشهر|السنوات|الأعوام|الأشهر|الأسابيع|الأسبوع|العقود|العقد)\s{_PAST}|"
    rf"{_MONTH}\s{_PAST}|"
    r"(?:قبل|منذ)\s(?:نحو\s|حوالي\s|أكثر من\s|قرابة\s)?(?:عام|عامين|سنة|سنتين|شهر|شهرين|أشهر|سنوات|أعوام|أسابيع|"
    r"أسبوع|أسبوعين|عقود|\w+\s(?:عام|عاما|سنة|أشهر|سنوات|أعوام|أسابيع|شهرا))\b|"
    r"كما حدث|كما حصل|بعد أن كان|بعد أن كانت|(?:كان|كانت|كانوا)\s(?:\w+\s){0,5}قد\s|"
    r"في مثل هذا اليوم|ذكرى)"
)
_FRESH = re.compile(
    r"\b[وف]?(?:(?:ما|لا) (?:زال|زالت|يزال|تزال|زالوا|يزالون)|اليوم|أمس|الليلة|مساء|صباح|فجر|ظهر|الآن|حاليا|"
    r"قبل قليل|الساعة|السبت|الأحد|الاثنين|الإثنين|الثلاثاء|"
    r"الأربعاء|الخميس|الجمعة)\b"
)
_YEAR = re.compile(r"(?<![\d.,])(?:19[5-9]\d|20[0-4]\d)(?![\d.,]*\d)")
_HINTS = ("ماضي", "فائت", "منصرم", "سابق", "أخيرة", "قبل", "منذ", "كما ح", "بعد أن كان", "قد ", "مثل هذا", "ذكرى")
_THEN_HINTS = ("ذاك", "حين", "وقتها")
_DIGIT = re.compile(r"\d{4}")
_EASTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
_THEN = re.compile(r"\b(?:و|ف)?(?:آنذاك|حينها|وقتها|حينذاك|حينئذ|في حينه)\b")


def told_as_past(sentence: str, year: int | None = None) -> bool:
    """Whether the sentence tells of earlier times; `year` is that of the article, if known."""
    bare = _MARKS.sub("", sentence)
    return _says_when(bare, year) or (any(hint in bare for hint in _THEN_HINTS) and _THEN.search(bare) is not None)


def says_when(sentence: str, year: int | None = None) -> bool:
    """Whether a reader of this sentence alone sees that it is of earlier times: «حينها» alone does not tell him."""
    return _says_when(_MARKS.sub("", sentence), year)


def _says_when(bare: str, year: int | None) -> bool:
    if _OPENING.match(bare) or (any(hint in bare for hint in _HINTS) and _WITHIN.search(bare)):
        return True
    if _DIGIT.search(bare) is None:
        return False
    return any(int(found[0]) < (year or 9999) for found in _YEAR.finditer(bare.translate(_EASTERN)))


def goes_on(sentence: str) -> bool:
    """Whether a sentence may go on from a past one before it: nothing in it says that it is of today."""
    return _FRESH.search(_MARKS.sub("", sentence)) is None
