"""What stands in a text and is not news: datelines, outlet heads, teasers, captions, tails, calls to follow, links.

`news(text)` gives the sentences that are left, with their offsets into the text. What is news is never changed; in
doubt a sentence stays. The words are those of Arabic outlets and their Telegram channels.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from bot.domain.sentences import Sentence, sentences

LONGEST_READ = 100_000  # code points; what the watches read of a text too
MOST_REMEMBERED = 32  # texts; one is read for every chat that it concerns, and for each story that it is shown in
_HEADING_WORDS = 14  # a line without a full stop is a heading or a link to another item when it is no longer
_CAPTION_WORDS = 30

_OUTLET = (
    r"(?:CNN(?: Business| بالعربية)?|CNC|BBC|AFP|AP|Reuters|DW|RT|ANHA|رويترز|سانا|الأناضول|فرانس برس|"
    r"أ\.?\s?ف\.?\s?ب|"
    r"د\.?\s?ب\.?\s?أ|أ\.?\s?ب|عنب بلدي|زمان الوصل|تلفزيون سوريا|الإخبارية(?: السورية)?|شبكة شام|شام|بلدي نيوز|"
    r"حلب اليوم|درعا 24|السويداء 24|الراصد|تجمع أحرار حوران|أحرار حوران|نورث برس|نداء بوست|الوطن|هاوار|رووداو|"
    r"(?:كردستان|كوردستان) ?24|روسيا اليوم|العربية\.?\s?نت|الجزيرة\.?\s?نت|سكاي نيوز عربية|بي بي سي|المدن|"
    r"العربي الجديد|جسر|الخابور|فرات بوست|دير الزور 24|صوت العاصمة|ستيب نيوز|قاسيون|الحرة|وكالات|متابعات|خاص)"
)
_CITY = (
    r"(?:(?:ريف )?(?:دمشق|حلب|حمص|حماة|حماه|درعا|السويداء|القنيطرة|إدلب|ادلب|اللاذقية|طرطوس|دير الزور|الحسكة|الرقة)|"
    r"القامشلي|تدمر|منبج|عفرين|الباب|جرابلس|أعزاز|بيروت|عمان|القاهرة|بغداد|أربيل|أنقرة|إسطنبول|اسطنبول|موسكو|"
    r"واشنطن|نيويورك|أتلانتا|هونغ كونغ|لندن|باريس|برلين|جنيف|بروكسل|الرياض|دبي|أبوظبي|الدوحة|المنامة|الكويت|مسقط|"
    r"القدس|غزة|رام الله|طهران|صنعاء|عدن|طرابلس|تونس|الجزائر|الرباط|الخرطوم)"
)
_OUTLET, _CITY = _OUTLET.replace(" ", r"\ "), _CITY.replace(" ", r"\ ")  # they stand in a verbose expression
_LAND = r"(?:\s*[،,]\s*[\w\ ]{2,40})?"
_DASH = r"(?:\s*[-–—|/ـ]+\s*)"
_HEADS = re.compile(
    rf"""(?:
      (?:خبر\ )?(?:عاجل|خاص|متابعات|فيديو|بالفيديو|بالصور|تحديث|هام|حصري)\s*(?:[:|/–—-]+|\.\.+)\s*
    | (?:\#\w+\s*)+(?:\|+|اا|[:–—-]+)\s*
    | (?:{_CITY}{_LAND})?\s*[-–—]*\s*\({_OUTLET}(?:\)?\s*[-–—:]+\)?\s*|\)\s+)
    | [\w\ ،,/]{{2,60}}\({_OUTLET}\)\s*[-–—]+\s*
    | {_CITY}{_DASH}(?:{_OUTLET}\b{_DASH}?:?\s*|(?!{_CITY}|ال\w+ية\b)(?=\w+\ ))
    | {_OUTLET}{_DASH}(?:{_CITY}\s*[-–—|/:]+\s*)?(?!{_CITY})
    )""",
    re.VERBOSE,
)
_BULLET = re.compile(r"[\s•●▪◾🔴🔵🟢🟠⚪⚫🔻🔹🔸📌📍⭕❗‼🚨⚡️*]+")
_END_OF_COMMAND = r"(?=\s*(?:[:/|]|\.\.|…|$))"
_TEASER = re.compile(
    rf"""[\W_]*(?:
      [إأا]قر[أاؤ](?:وا)?\b(?!\s*باسم) | قد\s+(?:يهمك|يعجبك) | طالع(?:وا)?\b{_END_OF_COMMAND} | ذات\ صلة
      | و?[أا]يض[ًا]+{_END_OF_COMMAND}
    | للمزيد(?:{_END_OF_COMMAND}|\s+(?:حول|عن|من\ (?:الأخبار|التفاصيل|المعلومات)))
    | (?:مواضيع|مقالات|أخبار)\ (?:ذات|متعلقة|مشابهة)
    | شاهد(?:وا|ي)?(?:{_END_OF_COMMAND}|\s+(?:[أا]يض|بالفيديو|بالصور|الفيديو|المزيد|كيف|لحظة))
    | تابعونا | تابع(?:وا)?\s+(?:[أا]يض|حساب|قناتنا|قناة|صفحتنا|صفحة|أخبار|آخر|المزيد)
    | ل(?:متابعة|قراءة|مشاهدة)\s[^.]{{0,60}}
      (?:تلغرام|تيلغرام|واتس|يوتيوب|قنات|حساب|صفحت|اضغط|الرابط|المزيد|التفاصيل|كاملة|:)
    | للاشتراك\b | للانضمام\b | اشتركوا?\s+(?:في|ب|معنا|الآن)
    | اضغطوا?\s+(?:هنا|على)
    | انضموا?\s+(?:إلى|الى|إلينا|لـ?)\s*(?:قنا\w+|مجموعت\w+|صفحت\w+)? (?:\s*(?:على|عبر
      |في)\s+(?:تلغرام|تيلغرام|واتس)|\s*$)
    | انضموا?\s+(?:إلى|الى|ل)\s*(?:قناتنا|مجموعتنا) | حمّ?لوا?\s+(?:ال)?تطبيق | عرض\ المزيد | جميع\ الحقوق
    | التفاصيل{_END_OF_COMMAND}
    | مصدر\ الصور | تعليق(?:\ على)?\ الصورة | الصورة\s*: | صور[ةه]\ (?:[أا]رشيف|تعبيري) | (?:ال)?مصدر\s*[:：]
    | رابط\ (?:الخبر|المقال|القناة)
    | نقل[ًا]+\ عن\s[^.]{{0,50}}$ | خاص[\s:]+[^.]{{0,30}}$ | (?:إعداد|تحرير|ترجمة|بقلم|تصوير|كتب|كتبت)\s*:
    | التقطت\ الصورة
    | هذا\ المقال\ (?:بقلم|يعبر|لا\ يعبر) | الآراء\ الواردة | (?:ي|ت)عب?ر\w*\ عن\ (?:رأي|وجهة\ نظر|آراء)
    | WhatsApp\b | Instagram\b | Follow\ | Read\ (?:more|also) | Subscribe | Join\ our
    )""",
    re.VERBOSE,
)
_TAIL = re.compile(
    r"\s(?:\(?المصدر\s*[:：]|تابعونا|تابعوا? (?:حساب|قناتنا|صفحتنا)|لمتابعة [^.]{0,60}(?:تلغرام|تيلغرام|واتس|قناتنا|"
    r"حساب)|اشتركوا? (?:في )?ب?قناتنا|"
    r"انضموا? (?:إلى|الى) قناتنا|للاشتراك (?:في |ب)قنا|للمزيد\s*[:/|]|اقر[أا]وا? [أا]يض|🌐|التفاصيل\s*:?\s*⬇|"
    r"WhatsApp \||"
    r"#\w+(?:\s+#\w+)*\s*$|@\w{4,}\s*$)"
)
_CREDIT = r"رويترز|فرانس برس|أ\.?\s?ف\.?\s?ب|د\.?\s?ب\.?\s?أ|أ\.?\s?ب|AFP|AP|Reuters|الأناضول|سانا|وكالات|EPA|CNN"
_BRACKETED = re.compile(rf"\s*\((?:{_CREDIT})(?:\s*[،,/+–-]\s*(?:{_CREDIT}))*\)(?=\s*[.…]?\s*$)")
_CAPTION = re.compile(
    r"\((?:[^()]{0,30}[\s/–-])?(?:[أا]رشيف\w*|تعبيري\w*|Getty[^()]*|غيتي[^()]*|(?:ال)?إنترنت|تويتر|فيسبوك|تلغرام|"
    r"مواقع التواصل[^()]*)\)[.\s]*$"
    r"|صورة\s+[أا]رشيفية"
)
_MACHINE = re.compile(
    r"(?:تجاهل|انس|أهمل|تخط)\w*\s.{0,30}(?:تعليمات|أوامر|توجيهات|ما سبق|ماسبق)|أنت\s+(?:الآن\s+)?(?:مساعد|نموذج|"
    r"روبوت)|(?:ignore|disregard|forget)\s.{0,25}"
    r"(?:previous|prior|above|instruction)|system\s+prompt|<\|\w+\|>|\[/?INST\]|as an ai\b",
    re.IGNORECASE,
)
_ORDERS, _LATIN = ("تجاهل", "انس", "أهمل", "تخط", "أنت"), re.compile(r"[A-Za-z<\[]")  # what any of them begins with
_ORDERED = ("تعليمات", "أوامر", "توجيهات", "سبق", "مساعد", "نموذج", "روبوت")  # and what an Arabic one ends with
_LINK = re.compile(r"(?:https?://|www\.|t\.me/|pic\.twitter)\S+")
_CODE = re.compile(r"\[/?[a-z][a-z_-]{2,}[^\]\n]{0,200}\]")
_SIGNS = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2190-\u21ff\ufe0f\u200d-\u200f\u202a-\u202e\u2066-\u2069]+"
)
_GAPS = (" ،", " ؛", " .", " ؟", " !", " :", " »", " )")
_GAP = re.compile(r"\s+([،؛.؟!:»)])(?=\s|$)")
_HASHTAG = re.compile(r"#(\w+)")
_ADDRESSES = re.compile(r"[#@]\w+")
_AGENCY = re.compile(r"وكال|صحيفة|قناة|شبكة|لـ?\(")
_HEAD_SIGNS = re.compile(r"[-–—|/ـ:#(]|اا|\.\.")
_TAIL_SIGNS = ("المصدر", "تابع", "قنات", "🌐", "⬇", "|", "#", "@", "للمزيد", "يضا")
_LONGEST_HEAD = 80
_LONGEST_FURNITURE = 220  # code points of a line that may be furniture as a whole
_CUT_UTF8 = frozenset("ØÙÚÛ")
_MOJIBAKE = re.compile(r"\S*[ØÙÚÛ]\S{0,3}$")


class Piece(NamedTuple):
    """A sentence of news: `raw` is what stands at `start:end` of the text, `text` how it is shown.

    `line` is the number of its line among those that are not empty.
    """

    start: int
    end: int
    line: int
    raw: str
    text: str


_Spoken = tuple[Sentence, int, Piece | None]


def news(text: str, kept: Sequence[int] = ()) -> list[Piece]:
    """The sentences that say something, heads and tails taken off; `kept` are offsets that must not be taken off.

    A text of nothing but furniture gives nothing.
    """
    spoken = _spoken(text[:LONGEST_READ])
    if kept:
        spoken = tuple([_keeping(one, kept) for one in spoken])
    return [piece for _, _, piece in spoken if piece is not None]


def _keeping(spoken: _Spoken, kept: Sequence[int]) -> _Spoken:
    """A sentence that lost what must be kept is looked at again."""
    sentence, line, piece = spoken
    spots = [spot for spot in kept if sentence.start <= spot < sentence.end]
    if all(piece is not None and piece.start <= spot < piece.end for spot in spots):
        return spoken
    return sentence, line, _piece(sentence, line, spots)


@lru_cache(maxsize=MOST_REMEMBERED)
def _spoken(text: str) -> tuple[_Spoken, ...]:
    """The sentences that may say something, each with the number of its line and what is left when heads and tails are
    taken off."""
    lines = list(_lines(text))
    stopped = sum(_is_ended(line) for line in lines) * 2 > len(lines)
    commanded = addresses_a_machine(text)
    found: list[_Spoken] = []
    for number, line in enumerate(lines):
        spoken = text[line[0].start : line[-1].end]
        whole = len(spoken) <= _LONGEST_FURNITURE
        if whole and (is_furniture(spoken) or (stopped and _is_heading(line, spoken))):
            continue
        for sentence in line:
            if commanded and addresses_a_machine(sentence.text):
                continue
            found.append((sentence, number, _piece(sentence, number, ())))
    return tuple(found)


def is_furniture(line: str) -> bool:
    """Whether a line or a sentence says nothing about the news."""
    if _TEASER.match(line):
        return True
    if line[:1] in "#@" and not _ADDRESSES.sub("", line).strip(" \t|,،."):
        return True
    return ("(" in line or "صورة" in line) and len(line.split()) <= _CAPTION_WORDS and _is_caption(line)


def addresses_a_machine(text: str) -> bool:
    """Whether a text gives orders to a program that may read it («تجاهل التعليمات السابقة»)."""
    suspect = _LATIN.search(text) is not None or (
        any(order in text for order in _ORDERS) and any(word in text for word in _ORDERED)
    )
    return suspect and _MACHINE.search(text) is not None


def shown(part: str) -> str:
    """A part of a text as it is shown: without links, short codes, emoji and hash signs, white space collapsed."""
    if "/" in part or "www" in part:
        part = _LINK.sub("", part)
    if "[" in part:
        part = _CODE.sub("", part)
    part = _SIGNS.sub(" ", part)
    if "#" in part:
        part = _HASHTAG.sub(lambda m: m[1].replace("_", " "), part)
    if not _CUT_UTF8.isdisjoint(part[-4:]):
        part = _MOJIBAKE.sub("", part)
    part = " ".join(part.split())
    return _GAP.sub(r"\1", part) if any(gap in part for gap in _GAPS) else part


def without_head(sentence: str) -> int:
    """How many characters of a sentence are bullets, datelines and outlet heads."""
    start = 0
    for _ in range(4):
        bullet = _BULLET.match(sentence, start)
        begin = bullet.end() if bullet else start
        if _HEAD_SIGNS.search(sentence, begin, begin + _LONGEST_HEAD) is None:
            return begin
        head = _HEADS.match(sentence, begin)
        if head is None or head.end() == begin or len(sentence[head.end() :].split(None, 2)) < 2:
            return begin
        start = head.end()
    return start


def _piece(sentence: Sentence, line: int, kept: Sequence[int]) -> Piece | None:
    words, start = sentence.text, sentence.start
    head = without_head(words)
    if head and not any(start <= spot < start + head for spot in kept):
        words, start = words[head:], start + head
    tail = _TAIL.search(words) if any(sign in words for sign in _TAIL_SIGNS) else None
    if tail and not any(start + tail.start() <= spot < sentence.end for spot in kept):
        words = words[: tail.start()]
    if words.rstrip(" .…").endswith(")") and not _AGENCY.search(words, max(0, len(words) - 60)):
        words = _BRACKETED.sub("", words)
    words = words.rstrip()
    text = shown(words)
    if is_furniture(words) or not any(letter.isalpha() for letter in text.replace("ـ", "")):
        return None
    return Piece(start, start + len(words), line, words, text)


def _is_caption(line: str) -> bool:
    return _CAPTION.search(line) is not None


def _lines(text: str) -> Iterator[list[Sentence]]:
    line: list[Sentence] = []
    for sentence in sentences(text):
        if line and "\n" in text[line[-1].end : sentence.start]:
            yield line
            line = []
        line.append(sentence)
    if line:
        yield line


def _is_ended(line: Sequence[Sentence]) -> bool:
    return line[-1].text.rstrip('"»”) ')[-1:] in tuple(".!؟?…") or len(line[-1].text) > _LONGEST_FURNITURE


def _is_heading(line: Sequence[Sentence], spoken: str) -> bool:
    return not _is_ended(line) and len(spoken.split()) <= _HEADING_WORDS
