"""Whether a text that a machine wrote says only what the reports say.

    doubts = ungrounded(text, reports, names)     # () when every word of it can be used

Strict on purpose: a text that is refused costs nothing (the extractive summary goes out), one that invents a toll
costs
everything. A number, with what it counts, must stand in a report, in digits or words. So must every other word, in
this
form or in a related one, but for the words of `_ORDINARY`: names and places are what is left, and Arabic has no
capitals to
tell them by. A denial may neither be dropped nor added. Links, handles, calls to follow and orders to machines are
refused.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from bot.domain.arabic import Token, readings, tokenise
from bot.domain.furniture import addresses_a_machine, is_furniture
from bot.domain.numbers import number_at
from bot.domain.sentences import count_words, sentences, stops

LONGEST_WORDS, MOST_SENTENCES = 64, 3
_FEWEST_WORDS = 5  # fewer is no summary
_SHARED = 3  # words of its own that a summary has in common with the reports' headlines and leads
_FEWEST_CONSONANTS = 3
_VOWELS = dict.fromkeys(map(ord, "اويء"))
_ENDINGS = ("", "ه", "ت", "ات", "ون", "ين", "ان", "وا", "ا", "ي", "يه")
_NEAR = 4  # words between a number and what it counts

_ORDINARY = frozenset(
    """
    في من الي علي عن مع بين بعد قبل عند لدي حتي منذ خلال اثناء ضمن نحو حول دون ضد عبر قرب وسط كل بعض غير اي ذلك هذا
    هذه تلك الذي التي الذين
    ما لا لم لن ليس قد ان انه انها او ثم كما فيما بينما حيث اذ اذا لكن بل هو هي هم كان كانت كانوا يكون تكون وفق وفقا
    بحسب حسب حسبما نقلا
    قال قالت قالوا يقول تقول اضاف اضافت ذكر ذكرت افاد افادت اعلن اعلنت اكد اكدت اوضح اوضحت اشار اشارت نقل نقلت بيان
    مصدر مصادر تقرير تقارير
    جراء اثر نتيجه بسبب عقب ازاء تجاه مما ادي ادت اسفر اسفرت وقع وقعت وقوع حدث شخص اشخاص شخصا شخصين اخر اخرون اخرين
    اخري ايضا كذلك اليوم
    له لها لهم فيه فيها منه منها عنه عنها به بها عليه عليها اليه اليها بينهم بينها معه معها يوم تم يتم
    """.split()
)
_PREFIX = "[وفبل]{0,2}(?:ال)?"
_COUNTED = {  # nouns, which may stand behind the number that counts them
    "dead": re.compile(f"{_PREFIX}(?:قتيل|قتيلا|قتلي|شهيد|شهيدا|شهداء|ضحيه|ضحايا)$"),
    "injured": re.compile(f"{_PREFIX}(?:جريح|جريحا|جرحي|مصاب|مصابا|مصابين|مصابون)$"),
    "missing": re.compile(f"{_PREFIX}(?:مفقود|مفقودا|مفقودين|مفقودون)$"),
    "detained": re.compile(f"{_PREFIX}(?:معتقل|معتقلا|معتقلين|معتقلون|موقوف|موقوفا|موقوفين|موقوفون)$"),
}
_HAPPENED = {  # verbs and names of what happened, which stand before it
    "dead": re.compile(
        f"{_PREFIX}(?:قتل|قتلت|قتلوا|يقتل|تقتل|مقتل|استشهد|استشهدت|استشهاد|وفاه|توفي|مصرع|لقي|قتيلان|قتيلين)$"
    ),
    "injured": re.compile(f"{_PREFIX}(?:جرح|جرحت|جرحوا|يصيب|تصيب|يصاب|اصيب|اصيبت|اصيبوا|اصابه|اصابات|جريحان|جريحين)$"),
    "missing": re.compile(f"{_PREFIX}(?:فقد|فقدان|اختفاء)$"),
    "detained": re.compile(f"{_PREFIX}(?:اعتقل|اعتقلت|اعتقال|اوقف|اوقفت|توقيف|احتجز|احتجاز|احتجزت)$"),
}
# «مدنيين» may be a plural, «شخصين» may not.
_TWO = re.compile(
    f"{_PREFIX}(?:(?:(قتيل|شهيد)|(جريح)|شخص|طفل|طفلت|عنصر|شاب|امرات|جندي|رجل)(?:ان|ين)"
    "|(?:(مصاب)|(مفقود)|(معتقل|موقوف)|مدني|مقاتل|مسلح|شرطي)ان)$"
)
_TWO_OF = ("dead", "injured", "injured", "missing", "detained")
_KINDS = ("dead", "injured", "missing", "detained")
# A day or a month must be named by the reports in this form: «الثلاثاء» has the consonants of «ثلاثة».
_CALENDAR = re.compile(
    f"{_PREFIX}(سبت|احد|اثنين|ثلاثاء|اربعاء|خميس|جمعه|شباط|اذار|نيسان|ايار|حزيران|تموز|اب|ايلول|تشرين|كانون|"
    "يناير|فبراير|مارس|ابريل|مايو|يونيو|يوليو|اغسطس|سبتمبر|اكتوبر|نوفمبر|ديسمبر)$"
)
_DENIAL = re.compile("(?:^|[وف])(?:نفي|نفت|نفوا|ينفي|تنفي|تكذيب|كذب|كذبت)$|^شائع")
_DENIED = re.compile(r"لا صح[ةه]|عار(?:ية)? عن الصح|غير صحيح")
_ADDRESS = re.compile(r"https?:|www\.|t\.me|@\w|\w\.(?:com|net|org|news)\b|[<>{}`#*_]")


def ungrounded(
    text: str, reports: Sequence[str], names: Callable[[str], Iterable[str]] | None = None
) -> tuple[str, ...]:
    """What speaks against a text: "" never, else words and numbers no report has, or the name of a rule it breaks.

    `names` gives the keys of the names in a text (places by the gazetteer): each of the text's must be in a report.
    """
    broken = tuple(_breaches(text, reports))
    if broken:
        return broken
    said, sources = tokenise(text), [tokenise(report) for report in reports]
    numbers = {pair for source in sources for pair in _counted(source)}
    doubts = [str(value) for value, kind in _counted(said) if not _is_counted(value, kind, numbers)]
    known = frozenset(token.form for source in sources for token in source)
    roots = frozenset(root for form in known for root in (*_roots(form), *_kinds(form)))
    doubts += [t.form for i, t in enumerate(said) if not (_is_number(said, i) or _is_known(t.form, known, roots))]
    if names:
        doubts += sorted(set(names(text)) - {name for report in reports for name in names(report)})
    return tuple(doubts)


def people_counted(text: str) -> list[tuple[int, str | None]]:
    """The numbers of a text in order, each with "dead", "injured", "missing", "detained" when it counts such people."""
    return _counted(tokenise(text))


def _breaches(text: str, reports: Sequence[str]) -> Iterator[str]:
    if not _FEWEST_WORDS <= count_words(text) <= LONGEST_WORDS or stops(text) > MOST_SENTENCES:
        yield "length"
    if _ADDRESS.search(text) or addresses_a_machine(text) or any(is_furniture(s.text) for s in sentences(text)):
        yield "furniture"
    if _denies(text) != any(map(_denies, reports)):
        yield "denial"
    words = {token.form for token in tokenise(text)} - _ORDINARY
    leads = {token.form for report in reports for token in tokenise(report[:400])}
    if len(words & leads) < _SHARED:
        yield "subject"


def _denies(text: str) -> bool:
    return _DENIED.search(text) is not None or any(_DENIAL.search(token.form) for token in tokenise(text[:600]))


def _counted(tokens: Sequence[Token]) -> list[tuple[int, str | None]]:
    """The numbers of a text, each with the kind of casualty that it counts, if any. A dual is a 2."""
    found: list[tuple[int, str | None]] = []
    index = 0
    while index < len(tokens):
        number, two = number_at(tokens, index), _TWO.match(tokens[index].form)
        if number is not None and number.value is not None:
            found.append((number.value, _kind_behind(tokens, number.last) or _kind_before(tokens, index)))
        elif two:
            named = next((kind for kind, group in zip(_TWO_OF, two.groups(), strict=True) if group), None)
            found.append((2, named or _kind_before(tokens, index)))
        index = max(index + 1, number.last if number else 0)
    return found


def _kind_behind(tokens: Sequence[Token], index: int) -> str | None:
    """Of «3 مدنيين قتلى» too, but not of what follows another «و»."""
    for at in range(index, min(index + 2, len(tokens))):
        token = tokens[at]
        if token.before or token.form.startswith("و") or number_at(tokens, at):
            return None
        for kind, noun in _COUNTED.items():
            if noun.match(token.form):
                return kind
    return None


def _kind_before(tokens: Sequence[Token], index: int) -> str | None:
    for token in reversed(tokens[max(0, index - _NEAR) : index]):
        if kinds := _kinds(token.form):
            return kinds[0]
    return None


def _is_counted(value: int, kind: str | None, numbers: set[tuple[int, str | None]]) -> bool:
    return (value, kind) in numbers if kind else any(value == other for other, _ in numbers)


def _is_number(tokens: Sequence[Token], index: int) -> bool:
    number = number_at(tokens, index)
    return (number is not None and number.value is not None) or _TWO.match(tokens[index].form) is not None


def _is_known(form: str, known: frozenset[str], roots: frozenset[str]) -> bool:
    if (day := _CALENDAR.match(form)) is not None:
        return any(word.endswith(day[1]) for word in known)
    if any(kind in roots for kind in _kinds(form)):
        return True
    if form in known or form in _ORDINARY or (form[0] in "وفبلك" and form[1:] in _ORDINARY):
        return True
    return not roots.isdisjoint(_roots(form))


@lru_cache(maxsize=16384)
def _kinds(form: str) -> tuple[str, ...]:
    """Of which casualties a word speaks: «إصابة» says what «أصيب» says."""
    return tuple(kind for kind in _KINDS if _HAPPENED[kind].match(form) or _COUNTED[kind].match(form))


@lru_cache(maxsize=16384)
def _roots(form: str) -> frozenset[str]:
    """The consonants of a word under each way of taking clitics and endings off: قصفت, القصف, يقصف are one."""
    if form.isascii():
        return frozenset((form,))
    found = set()
    for stem in {reading.stem for reading in readings(form)}:
        for start in (stem, stem[1:] if stem[0] in "يتنم" else stem):
            for ending in _ENDINGS:
                core = start[: len(start) - len(ending)].translate(_VOWELS)
                if start.endswith(ending) and len(core) >= _FEWEST_CONSONANTS:
                    found.add(core)
    return frozenset(found)
