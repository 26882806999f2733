"""Which clause of a long sentence is about a place, and what must go with it: who says so, and when it was.

A report of six towns in one sentence is cut where another event begins: at a verb of news behind «و» or a comma, once
the clause before has a place of its own. The words are the article's; only the beginning and the end are chosen.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.domain.past import says_when
from bot.domain.sentences import count_words, cut_at_pause, paired, pauses, shorten

Span = tuple[int, int]
_SPACE = re.compile(r"\s+")
_RUN_ON = 3  # events with places of their own in one sentence, from which on a reader gets only his
_FEWEST = 4  # words of a clause that says something

_VERBS = """
قصف قصفت استهدف استهدفت دارت اندلع اندلعت انفجر انفجرت اعتقل اعتقلت قتل قتلت أصيب أصيبت جرح جرحت شن شنت نفذ نفذت داهم
داهمت اقتحم اقتحمت توغل توغلت دخل دخلت عثر وقع وقعت سقط سقطت شهد شهدت سمع هز هزت اغتال اغتالت اغتيل اختطف اختطفت خطف
خطفت
أطلق أطلقت فرض فرضت أغلق أغلقت قطع قطعت انقطع انقطعت سيطر سيطرت انسحب انسحبت وصل وصلت خرج خرجت تظاهر نظم احتج أفرج
أفرجت نصب
نصبت حلق حلقت ألقى ألقت أسقط أسقطت توفي توفيت نزح عاد عادت تعرض تعرضت أقدم أقدمت هاجم هاجمت ضبط ضبطت أحبط أحبطت صادر
صادرت
احتجز احتجزت أوقف أوقفت استولى استولت فجر فجرت أحرق أحرقت دمر دمرت شيع جرى جرت فتح فتحت افتتح افتتحت وزع وزعت اغرق
غرق غرقت
يشهد تشهد يتعرض تتعرض تدور تقصف يقصف استشهد استشهدت لقي لقيت شيعت عاودت عاود جددت جدد تمكن تمكنت أخمد أخمدت أصدر
أصدرت تصدى تصدت
""".split()
_ANY_MARKS = "[\u064b-\u0652]*"
_VERB = "|".join(sorted((_ANY_MARKS.join(verb) for verb in _VERBS), key=len, reverse=True))
_LINK = (
    r"(?:فيما|بينما|في حين(?: أن)?|كما(?!\s(?:حدث|حصل|جرى|هو|هي|كان|كانت|قال|قالت|أفاد|ذكر|يقول|أن))"
    r"|إلى ذلك|من جهة أخرى|ثم|أما)"
)
_START = re.compile(
    rf"[؛;]\s*(?=\w)"
    rf"|(?:[،,]\s+|\s+)(?:و?{_LINK}[،,]?\s+(?=\w)|(?:و|ف)(?:{_VERB}){_ANY_MARKS}(?=\s))"
    rf"|[،,]\s+(?:و(?:في|بالقرب من|قرب)\s+(?=\w))"
)
_LEADING = re.compile(rf"[\s،,؛;]*(?:و?{_LINK}[،,]?\s+)?(?:و(?=(?:في|{_VERB}){_ANY_MARKS}\s))?")
_PLACED = re.compile(
    r"(?:\s|^)و?(?:في|قرب|بلدة|مدينة|قرية|حي|مخيم|(?:ب|ل)?(?:مدينة|بلدة|قرية|حي|ريف|محيط)|على (?:أطراف|طريق))\s"
)
_SPEAKING = """
قال قالت أفاد أفادت ذكر ذكرت أعلن أعلنت أكد أكدت أوضح أوضحت نقل نقلت كشف كشفت وثق وثقت رصد أحصى لفت لفتت أشار أشارت
شدد شددت
أضاف أضافت بين بينت اعتبر اعتبرت رأى تابع تابعت
""".split()
_SPEAKER = re.compile(
    rf"و?(?:{'|'.join(_ANY_MARKS.join(verb) for verb in _SPEAKING)}){_ANY_MARKS}\s"
    r"[^؛.:]{2,110}?(?=\s(?:(?:إلى|على)\s)?(?:أن|إن|بأن)\s|:)"
)
_ACCORDING = re.compile(
    r"[،,]\s*(?:(?:وذلك\s)?(?:بحسب|وفق|وفقا|وفقاً|حسب|حسبما|نقلا عن|نقلاً عن))\s[^،؛]{2,80}$|"
    r"^(?:و?(?:بحسب|وفق|وفقا|وفقاً|حسب))\s[^،؛]{2,80}?(?=[،])"
)


def about(text: str, spots: Sequence[int], places: Sequence[int], words: int, letters: int) -> str:
    """What a sentence says of the spots: whole when it is short and of one event, else the clauses that hold them.

    `spots` and `places` are offsets into `text`: what the reader watches, and every place that is named. At most
    `words` long; who says so is kept, and so is the date of what is told as past.
    """
    events = _events(text, places)
    own = [span for span in events if any(span[0] <= spot < span[1] for spot in spots)]
    run_on = len(events) >= _RUN_ON and 0 < len(own) < len(events)
    if run_on and all(len(text[a:b].split()) >= _FEWEST for a, b in own):
        return _fit(text, own, words, letters)
    if count_words(text) <= words and len(text) <= letters:
        return text
    begun = cut_at_pause(text, words, letters)
    if spots and spots[0] < len(begun) - 1 and not _loses_speaker(text, begun):
        return begun
    speaker, according = _SPEAKER.match(text), _ACCORDING.search(text)
    reserved = sum(count_words(found[0]) for found in (speaker, according) if found)
    return _fit(text, [_window(text, spots, max(words - reserved, words // 2))], words, letters)


def _loses_speaker(text: str, kept: str) -> bool:
    according = _ACCORDING.search(text.rstrip(" ."))
    return according is not None and according.start() >= len(kept) - 1


def _events(text: str, places: Sequence[int]) -> list[Span]:
    """The sentence in pieces of one event each; a piece without a place stays with its neighbour."""
    whole = paired(text)
    cuts = [m.start() for m in _START.finditer(text) if not any(a < m.start() < b for a, b in whole)]
    pieces = [span for span in pairwise([0, *(c for c in cuts if c > 0), len(text)]) if text[span[0] : span[1]].strip()]
    joined: list[Span] = []
    for span in pieces:
        if joined and not (_has_place(text, joined[-1], places) and _has_place(text, span, places)):
            if _has_place(text, joined[-1], places) and _parted(text, span[0]) and span is not pieces[-1]:
                joined.append(span)  # «…، وأصيب آخران في جاسم»: it waits for its place
                continue
            joined[-1] = (joined[-1][0], span[1])
        else:
            joined.append(span)
    return joined


def _has_place(text: str, span: Span, places: Sequence[int]) -> bool:
    return any(span[0] <= place < span[1] for place in places) or _PLACED.search(text[span[0] : span[1]]) is not None


def _parted(text: str, offset: int) -> bool:
    return text[offset] in "،,؛;"


def _window(text: str, spots: Sequence[int], words: int) -> Span:
    """From one pause to another: the part that holds the first spot, as much before it as there is room for."""
    edges = [0, *pauses(text), len(text)]
    spot = next((s for s in spots if s < len(text)), 0)
    first = max(i for i, edge in enumerate(edges[:-1]) if edge <= spot)
    last = first + 1
    while first > 0 and count_words(text[edges[first - 1] : edges[last]]) <= words:
        first -= 1
    while last < len(edges) - 1 and count_words(text[edges[first] : edges[last + 1]]) <= words:
        last += 1
    start, end = edges[first], edges[last]
    if count_words(text[start:end]) > words:
        start = _words_before(text, start, spot, words // 2)
    return start, end


def _words_before(text: str, start: int, spot: int, words: int) -> int:
    """Where the last `words` words before the spot begin."""
    starts = [start, *(m.end() for m in _SPACE.finditer(text, start, spot))]
    return starts[-words] if len(starts) > words else start


def _fit(text: str, spans: Sequence[Span], words: int, letters: int) -> str:
    """The spans as one text, with the speaker in front or behind and the date of a past event."""
    first, last = spans[0][0], spans[-1][1]
    told = " ".join(_bare(text, span) for span in spans)
    front, behind = _attribution(text, first, last)
    if says_when(text) and not says_when(told):
        front = front or _date(text, first)
    if behind:
        told = told.rstrip(" .،,") if count_words(told + behind) <= words else told
        told = cut_at_pause(told, words - count_words(behind), letters).rstrip(".") + behind
    if front:
        return shorten(f"{front}… {told}", words, letters)
    broken = first > 0 and _START.match(text, first) is None
    return shorten(f"… {told}" if broken else told, words, letters)


def _bare(text: str, span: Span) -> str:
    start = span[0]
    if start > 0:
        leading = _LEADING.match(text, start, span[1])
        start = leading.end() if leading else start
    kept = text[start : span[1]].strip(" ،,؛;")
    return kept if span[1] == len(text) or kept.endswith((".", "؟", "!")) else kept + "."


def _attribution(text: str, first: int, last: int) -> tuple[str, str]:
    speaker = _SPEAKER.match(text)
    if speaker and speaker.end() <= first:
        return speaker[0].strip(), ""
    according = _ACCORDING.search(text.rstrip(" ."))
    if according and according.start() == 0 and first > 0:
        return according[0].strip(" ،,"), ""
    if according and according.end() > last:
        return "", f"{according[0].rstrip()}."
    return "", ""


def _date(text: str, first: int) -> str:
    edges = [0, *(p for p in pauses(text) if p < first), first]
    parts = [text[a:b].strip(" ،,؛") for a, b in pairwise(edges)]
    return next((part for part in parts if says_when(part)), "")
