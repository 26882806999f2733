"""In which language a short news text is written.

Every word of the text votes. A letter that only some languages use, a frequent word, an article or an ending gives
points to the languages it speaks for; the clear winner is the answer. Only what the words leave open is put to
langdetect, whose probabilities then join the vote: it knows neither Kurdish nor Azerbaijani, takes «دمشق» for
Persian, and is slow.

Points are on one scale: 2 for what one of the languages has and the others hardly do, less for what several share,
below zero for what speaks against a language. They were set by hand from knowledge of the languages; nothing here was
learnt from a corpus. A text in any other alphabet is "other".
"""

import pkgutil
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import chain
from typing import Final
from unicodedata import normalize

from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

LANGUAGES: Final = ("ar", "en", "ckb", "kmr", "tr", "fa", "other")

Points = dict[str, float]

_READ_CHARACTERS = 800  # enough to tell; a long article costs no more than its beginning
_READ_WORDS = 60
_REMEMBERED_WORDS = 4096  # the opinions on a word are worked out once
_ADDRESS = re.compile(r"://|@|www\.|t\.me/")
_UNSEEN = re.compile(
    "[\u00ad\u0610-\u061a\u0640\u064b-\u0652\u0670\u200b\u200d-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
# presentation forms of Arabic letters, full-width and "mathematical" Latin ones
_DISGUISED = re.compile("[\ufb50-\ufefc\uff21-\uff5a\U0001d400-\U0001d7ff]+")
_WORD = re.compile(r"[^\W\d_]+(?:[\u200c'’ʼ‘][^\W\d_]+)*\u200c?")
_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d5\u06ee-\u06ff\u0750-\u077f\u08a0-\u08ff]")
_LATIN = re.compile("[A-Za-zÀ-ÖØ-öø-ɏəәḀ-ỿ]")

# Turkish in ISO 8859-9 that was read as Latin-1: «Baþkaný» for «Başkanı». Icelandic, Czech and Turkmen, which
# own these letters, betray themselves by their other ones.
_MOJIBAKE = str.maketrans("ýþðÝÞÐ", "ışğİŞĞ")
_NOT_MOJIBAKE = re.compile(r"[ışğİŞĞáíóúæéäňěščřžÁÍÓÚÆÉ]|\bwe\b")
_FOLD = str.maketrans("یىکہھ", "ييكهه")


def _votes(*rows: tuple[str, Points]) -> dict[str, Points]:
    """Spread rows of (letters or words, points) into a table that gives each letter or word its points."""
    table: dict[str, Points] = {}
    for keys, points in rows:
        for key in keys.split():
            entry = table.setdefault(key, {})
            for language, value in points.items():
                entry[language] = entry.get(language, 0.0) + value
    return table


_ARABIC_LETTERS = _votes(
    ("ة أ إ", {"ar": 2}),
    ("ى ي ك", {"ar": 0.8}),
    ("پ چ گ ژ", {"fa": 1, "ckb": 1, "other": 1}),
    ("ی ک", {"fa": 0.2, "ckb": 0.2, "other": 0.2}),
    ("ە ێ ۆ ڕ ڵ", {"ckb": 2}),
    ("ڤ", {"ckb": 1}),
    ("ٹ ڈ ڑ ں ے ۓ ہ ۂ ۃ", {"other": 2.5}),  # Urdu
    ("ھ", {"other": 0.5, "ckb": 0.5}),
    ("ټ ډ ړ ږ ښ ڼ ې ۍ ځ څ", {"other": 3}),  # Pashto
    ("ۇ ۈ ۋ ڭ ۅ ۉ", {"other": 4}),  # Uyghur, Kazakh, Kirghiz
    ("ٿ ڏ ڊ ڻ ڳ ڱ ڀ ٺ ڇ ڃ ڦ ڌ ٽ ٻ ڄ", {"other": 3}),  # Sindhi
)
_ARABIC_WORDS = _votes(
    (
        """
        في من على إلى الى ان أن إن التي الذي الذين عن مع هذا هذه ذلك تلك كان كانت قد قال قالت لا لم لن ما
        بعد قبل بين حتى عند كل كما لكن أو او ثم حيث منذ خلال ضد غير أي هو هي هم به له لها فيه فيها عليه منه
        يكون تكون وقد وفي ومن وعلى أكثر يوم حول نحو ليس ليست إذا لدى دون فوق تحت بن ابن عبد عاجل مقتل مصادر
        قتلى جرحى مدينة قرية ريف سوريا دمشق حلب درعا حمص حماة ادلب دير
        """,
        {"ar": 2},
    ),
    (
        """
        در به از که كه این اين است را با می مي برای براي آن های هاي ها شد شده بود یک يك خود تا بر نیز نيز
        باید هر پس پیش ای وی کرد كرد کرده كرده کند كند کنند دارد دارند شود می‌شود می‌کند هستند نیست بودند
        اند روی پی چه چون اگر دیگر ديگر درباره سوی میان گفت داد داده روز رهبر جنگ حمله گزارش مردم کشته کشور
        كشور رئیس‌جمهور دولت ایران سوریه سوريه ترکیه
        """,
        {"fa": 2},
    ),
    # Urdu
    (
        """
        کے کا کی میں ہے ہیں سے اور نے کو پر یہ وہ تھا تھی گیا گئی کہ بھی ہی نہیں اس ایک کر کیا ہو لیے
        """,
        {"other": 2},
    ),
    ("د په چې سره او کې څخه", {"other": 1.5}),  # Pashto
    ("بیر بير بو ایله ايله اوچون اولان اولدو ائدیر دیر آذربایجان ایل سونرا", {"other": 1.5}),  # Azerbaijani
    ("سووریا سووری کوردستان كوردستان", {"ckb": 3}),
)
_ARABIC_SHAPES: tuple[tuple[re.Pattern[str], Points], ...] = (
    (re.compile("[وفبك]?ال..|[وف]?لل.."), {"ar": 2}),
    (re.compile("ئ"), {"ckb": 1.5}),
    (re.compile(".*وو"), {"ckb": 1}),
    (re.compile("ن?می\u200c|.+\u200c(?:ها.*|ای|اند|است|تر|ترین)$"), {"fa": 2.5}),
    # Sorani before ە had a letter of its own: ه and a non-joiner
    (re.compile("ئه\u200c|.*ه\u200c.+ه(?:\u200c|$)|.*ه\u200c(?!ها|ای|اند|است|ام|ی|تر|$)"), {"ckb": 2}),
)
_FOREIGN_LETTERS = re.compile(
    f"[\u200c{''.join(letter for letter, points in _ARABIC_LETTERS.items() if points.keys() - {'ar'})}]"
)
_FOREIGN_WORDS = frozenset(word.translate(_FOLD) for word, points in _ARABIC_WORDS.items() if points.keys() - {"ar"})

_LATIN_LETTERS = _votes(
    ("ı ğ", {"tr": 2, "other": 1}),
    ("İ", {"tr": 2}),
    ("ş", {"tr": 1, "kmr": 1, "other": 0.5}),
    ("ç", {"tr": 0.7, "kmr": 0.7, "other": 0.7}),
    ("ö ü", {"tr": 1, "other": 1}),
    ("â", {"tr": 0.5, "other": 0.5}),
    ("q x", {"tr": -2}),
    ("ê", {"kmr": 2, "other": 0.5}),
    ("î û", {"kmr": 1.5, "other": 0.5}),
    (
        """
        ß ä å æ ø œ ñ ã õ à è ì ò ù á é í ó ú ë ï ă ţ ț ș č ć š ž đ ð þ ý ł ń ň ś ź ż ą ę ő ű ě ř ů ơ ư ô
        """,
        {"other": 1.5},
    ),
)
_LATIN_WORDS = _votes(
    (
        """
        the of and to for on with that was are were by as at from it its his her their this has have had be
        been not but or an which who will would he she they we you after over about into says said say more
        than up out all new no can when what how why where there our your my if do does did one two first
        against between under during while off amid despite before since near inside outside killed kills
        injured wounded dead attack attacks bomb bombing blast explosion explosions strike strikes army
        forces troops fighters soldiers government war people children women residents state police military
        president minister leader city town village villagers countryside camp border crossing region
        airport hospital school security news report reports update updates live photos found speaks calls
        holds lifts shot arrested detained displaced return returns water power fuel bread ceasefire talks
        south north east west northern southern eastern western outskirts Syria Syrian Syrians Aleppo
        Damascus Turkey Turkish Lebanon Jordan Egypt Kurdish Russian Israeli
        """,
        {"en": 2},
    ),
    ("in is a", {"en": 1}),
    (
        """
        ve bir bu için ile da olarak olan daha çok gibi kadar sonra en ama veya ki ya değil var yok o şu mi
        mı biz ben sen onun bunun ise hem iki ilk göre karşı üzerinde tarafından etti edildi oldu olduğu
        olduğunu dedi söyledi açıkladı yeni büyük önce arasında içinde son şey bütün ancak fakat ayrıca
        böyle nasıl neden diye sadece şehit askeri ordu ordusu saldırı saldırısı öldü yaralandı bakanı
        başkanı cumhurbaşkanı haber haberleri hava güvenlik polis yıl gün kişi Türkiye Suriye Suriyeli Halep
        İdlib Şam Rusya Türk
        """,
        {"tr": 2},
    ),
    (
        """
        û li ji bi di ku jî ve re me ev wê wî ew xwe bo yên hate kir dike got bû bûn hat hatin tê tên bike
        dikin kirin jê lê nav ser bin pêş paş piştî gel kes kesan hêzên herêma bajarê gundê şer êrîş êrîşa
        artêşa dewleta rejîma çavkaniyên ragihand nû mirov mirovan roj sal ya ên jin Rojava Sûriye Sûriyê
        Kurd kurdan Kurdistan Kurdistanê
        """,
        {"kmr": 2},
    ),
    ("de ne her", {"tr": 1, "kmr": 1}),
    ("da e", {"kmr": 1}),
    # Azerbaijani, Uzbek and Turkmen, then the Germanic, Romance, Slavic and Malay neighbours
    (
        """
        və ilə üçün olub edir edən həm öz isə ən kimi lakin da bu bir eyni olan sonra daha deyil belə bilan
        uchun va bilen üçin we boldy öldi der die das und ist nicht ein eine den dem des von mit auf für im
        zu sich auch wird nach bei sind zwei tote les des et est une un dans pour que qui sur par au aux pas
        plus du en le la ce avec près deux morts el los las y del por con para se una su es lo como más
        cerca muertos il che di della per non sono nel gli due não uma os do dos em morti mortos het een van
        niet dat zijn och att det som på av är inte og til ikke nie się na że jest w z i yang dan untuk
        dengan ini itu
        """,
        {"other": 1.5},
    ),
)
_LATIN_WORDS = {word.lower(): points for word, points in _LATIN_WORDS.items()}
_LATIN_SHAPES: tuple[tuple[re.Pattern[str], Points], ...] = (
    # a Turkish suffix stands off from a name: Halep'te, Suriye'nin
    (re.compile("[^'’]{2,}['’](?:[dt][ae]n?(?:ki)?|n?[ıiuü]n|[yn]?[ıiuüae]|l[ae])$"), {"tr": 2}),
    (re.compile(".{3,}(?:l[ae]r[ıi]n?|[ıiuü]nd[ae]n?|yor)$"), {"tr": 1, "other": 0.5}),
    (re.compile(".+(?:['’]s|ing)$"), {"en": 1}),
    (re.compile(".*[əә]"), {"other": 4, "tr": -4}),  # Azerbaijani, and the next
    (re.compile(".*[qxw].*[ığüö]|.*[ığüö].*[qxw]"), {"other": 3}),
)

_NEIGHBOURS = ("de", "fr", "es", "it", "pt", "nl", "sv", "pl", "cs", "ro", "hu", "fi", "hr", "sq", "id", "so", "sw")
# the languages langdetect is asked about, each with how likely it is before the text is read
_ASKED: Final[dict[str, dict[str, float]]] = {
    "arabic": {"ar": 0.6, "fa": 0.25, "ur": 0.15},
    "latin": {"en": 0.35, "tr": 0.2} | dict.fromkeys(_NEIGHBOURS, 0.025),
}


def detect(text: str) -> str:
    """Return one of `LANGUAGES` for a text of any length; "other" when it holds no words. Never raises."""
    words = _WORD.findall(_legible(text))
    arabic = [word for word in words if _script(word[0]) is _ARABIC]
    latin = [word for word in words if _script(word[0]) is _LATIN] if len(arabic) < len(words) else []
    if 2 * (_length(arabic) + _length(latin)) <= _length(words):
        return "other"
    # names in Latin letters do not make an Arabic headline English, one Arabic word makes no English one Arabic
    prose = [word for word in latin if word[0].islower()]
    if _length(arabic) >= max(_length(prose), _length(latin) / 4):
        return _arabic_script(arabic[:_READ_WORDS])
    return _latin_script(latin[:_READ_WORDS])


@lru_cache(maxsize=512)
def _script(letter: str) -> re.Pattern[str] | None:
    return next((script for script in (_ARABIC, _LATIN) if script.match(letter)), None)


def _length(words: Iterable[str]) -> int:
    return sum(map(len, words))


def _legible(text: str) -> str:
    """The beginning of the text without addresses, tags and unseen marks; tags speak only where nothing else does."""
    beginning = text[: 2 * _READ_CHARACTERS]
    pieces = beginning.split()
    if _ADDRESS.search(beginning):
        pieces = [piece for piece in pieces if not _ADDRESS.search(piece)]
    untagged = " ".join([piece for piece in pieces if "#" not in piece] if "#" in beginning else pieces)
    if not _WORD.search(untagged):
        untagged = " ".join(pieces).replace("_", " ")
    seen = _UNSEEN.sub("", untagged[:_READ_CHARACTERS])
    return _DISGUISED.sub(lambda letters: normalize("NFKC", letters[0]), normalize("NFC", seen))


def _arabic_script(words: list[str]) -> str:
    if not _may_be_foreign(words):
        return "ar"
    points = _sum(map(_arabic_opinions, words))
    if not points.keys() - {"ar"}:
        return "ar"
    return _clear(points, len(words)) or _ask(points, "arabic", " ".join(words).translate(_FOLD))


def _may_be_foreign(words: list[str]) -> bool:
    """False only where nothing speaks for another language of the Arabic script: most texts need no vote."""
    sample = " " + " ".join(words)
    if " ئ" in sample or "وو" in sample or _FOREIGN_LETTERS.search(sample):
        return True
    return not _FOREIGN_WORDS.isdisjoint(sample.replace("ى", "ي").split())  # no other letter to fold is Arabic


@lru_cache(maxsize=_REMEMBERED_WORDS)
def _arabic_opinions(word: str) -> list[Points]:
    known = _ARABIC_WORDS.get(word) or _ARABIC_WORDS.get(word.translate(_FOLD), {})
    shapes = [points for shape, points in _ARABIC_SHAPES if shape.match(word)]
    return [*_letters(word, _ARABIC_LETTERS), *shapes, known]


def _latin_script(words: list[str]) -> str:
    sample = " ".join(words)
    if not _NOT_MOJIBAKE.search(sample):
        words = sample.translate(_MOJIBAKE).split()
    points = _sum(map(_latin_opinions, words))
    return _clear(points, len(words)) or _ask(points, "latin", " ".join(words).lower())


@lru_cache(maxsize=_REMEMBERED_WORDS)
def _latin_opinions(word: str) -> list[Points]:
    low = word.replace("İ", "i").lower()
    letters = _letters(low + "İ" if "İ" in word else low, _LATIN_LETTERS)
    if word[0].isupper():  # it may begin a foreign name: Kobanê, Erdoğan
        letters = [{language: value / 2 for language, value in points.items()} for points in letters]
    shapes = [points for shape, points in _LATIN_SHAPES if shape.match(low)]
    return [*letters, *shapes, _LATIN_WORDS.get(low, {})]


def _letters(word: str, table: dict[str, Points]) -> list[Points]:
    """What the letters of a word say, each letter once."""
    return [table[letter] for letter in dict.fromkeys(word) if letter in table]


def _sum(words: Iterable[list[Points]]) -> Points:
    total: Points = {}
    for opinion in chain.from_iterable(words):
        for language, value in opinion.items():
            total[language] = total.get(language, 0.0) + value
    return total


def _clear(points: Points, words: int) -> str | None:
    """The winner, if it leads by half and one word in five speaks for it; otherwise None."""
    (best, value), (_, second) = sorted([*points.items(), ("", 0.0), ("", 0.0)], key=lambda item: -item[1])[:2]
    return best if value >= max(1.5 * second, 0.4 * words, 2.0) else None


def _ask(points: Points, script: str, sample: str) -> str:
    """The winner once langdetect's probabilities have joined the vote, with the weight of a word and a half."""
    total = dict(points)
    for code, probability in _langdetect(script, sample).items():
        language = code if code in LANGUAGES else "other"
        total[language] = total.get(language, 0.0) + 3.0 * probability
    return max(total, key=lambda language: total[language], default="other")


def _langdetect(script: str, sample: str) -> dict[str, float]:
    detector = _factory(script).create()
    detector.set_prior_map(_ASKED[script])
    detector.append(sample)
    try:
        return {found.lang: found.prob for found in detector.get_probabilities()}
    except LangDetectException:  # no letter sequence that any profile knows
        return _ASKED[script]


@cache
def _factory(script: str) -> DetectorFactory:
    """langdetect with the profiles of one script only (all 55 take 0.3 s and 60 MB) and a fixed seed."""
    factory = DetectorFactory()
    profiles = (pkgutil.get_data("langdetect", f"profiles/{code}") for code in _ASKED[script])
    factory.load_json_profile([profile.decode() for profile in profiles if profile])
    factory.set_seed(0)
    return factory
