"""The reader's own clause of a run-on sentence, what is told as past, and neutral words. The texts are ours."""

import pytest

from bot.domain.clauses import about
from bot.domain.model import Article, Evidence
from bot.domain.neutral import neutral
from bot.domain.past import goes_on, says_when, told_as_past
from bot.domain.sentences import count_words
from bot.domain.summary import digest
from tests.conftest import NOON

SIX = (
    "أفاد المرصد الجنوبي بأن المدفعية قصفت أطراف بلدة تسيل ما أدى إلى نزوح عائلات، كما دارت اشتباكات متقطعة في "
    "مدينة نوى، واعتقلت دورية شابين في إنخل، فيما انفجرت عبوة ناسفة بسيارة في تل شهاب وأصيب سائقها، واغتال مجهولون "
    "عنصراً سابقاً في بلدة الجيزة، وعُثر على جثة رجل في الشيخ مسكين."
)
OWN = {
    "تسيل": "أفاد المرصد الجنوبي بأن المدفعية قصفت أطراف بلدة تسيل ما أدى إلى نزوح عائلات.",
    "نوى": "أفاد المرصد الجنوبي… دارت اشتباكات متقطعة في مدينة نوى.",
    "إنخل": "أفاد المرصد الجنوبي… اعتقلت دورية شابين في إنخل.",
    "تل شهاب": "أفاد المرصد الجنوبي… انفجرت عبوة ناسفة بسيارة في تل شهاب وأصيب سائقها.",
    "الجيزة": "أفاد المرصد الجنوبي… اغتال مجهولون عنصراً سابقاً في بلدة الجيزة.",
    "الشيخ مسكين": "أفاد المرصد الجنوبي… عُثر على جثة رجل في الشيخ مسكين.",
}
FOUR = (
    "قُتل شاب وأصيب آخران في قصف على جاسم، وقُتل طفل وأصيبت أمه بانفجار لغم في الحارة، وأوقفت قوة أمنية ثلاثة أشخاص من "
    "إبطع، وانقطعت المياه عن داعل منذ يومين، بحسب ناشطين."
)


def clause(text: str, word: str, words: int = 64) -> str:
    places = [text.index(town) for town in (*OWN, "جاسم", "الحارة", "إبطع", "داعل") if town in text]
    return about(text, [text.index(word)], places, words, 700)


@pytest.mark.parametrize("town", OWN)
def test_of_six_towns_in_one_sentence_each_reader_gets_his_own(town: str) -> None:
    article = Article("horan", "g1", None, "حوادث", SIX, "ar", NOON, NOON, None)
    start = SIX.index(town)
    summary = digest(article, [Evidence("text", start, start + len(town), town)], [town])
    assert summary.text == summary.short == OWN[town]


def test_who_says_so_at_the_end_of_a_sentence_goes_with_every_clause() -> None:
    assert clause(FOUR, "جاسم") == "قُتل شاب وأصيب آخران في قصف على جاسم، بحسب ناشطين."
    assert clause(FOUR, "الحارة") == "قُتل طفل وأصيبت أمه بانفجار لغم في الحارة، بحسب ناشطين."
    assert clause(FOUR, "إبطع") == "أوقفت قوة أمنية ثلاثة أشخاص من إبطع، بحسب ناشطين."
    assert clause(FOUR, "داعل") == "انقطعت المياه عن داعل منذ يومين، بحسب ناشطين."


def test_a_sentence_of_one_event_stays_whole() -> None:
    one = "قُتل شاب وأصيب آخران واحترقت ثلاث سيارات في قصف استهدف السوق الرئيسية وسط مدينة جاسم، بحسب ناشطين."
    assert clause(one, "جاسم") == one


def test_two_towns_of_one_event_stay_together() -> None:
    one = "قصفت المدفعية بلدتي تسيل وسحم الجولان، ودخلت ورش الإنقاذ إليهما، بحسب ناشطين."
    assert clause(one, "سحم") == one


def test_the_date_of_a_past_event_goes_with_the_clause_that_is_cut_out() -> None:
    text = (
        "وفي آذار 2019، نقلت الإدارة السابقة مقر المديرية إلى حي بعيد عن مركز المدينة رغم اعتراض كثير من السكان، "
        "ثم أغلقت المدرسة الثانوية أبوابها أشهراً طويلة، وفي تلك الفترة هُدم المستوصف القديم في تسيل لتوسيع الطريق العام"
    )
    short = clause(text, "تسيل", words=20)
    assert short.startswith("وفي آذار 2019… ")
    assert "تسيل" in short
    assert count_words(short) <= 20


def test_like_what_happened_there_stays_a_comparison() -> None:
    text = (
        "قال الناطق إن الحواجز الجديدة تنتشر في نوى، وإن الدوريات تجوب الشوارع ليلاً، واعتقلت إحداها شاباً في إنخل، "
        "كما حدث في تسيل قبل أشهر حين أغلقت المدارس أبوابها."
    )
    assert "كما حدث في تسيل" in clause(text, "تسيل")


@pytest.mark.parametrize(
    "text",
    [
        "وكان المجلس قد أقر الخطة.",
        "وفي وقت سابق، أغلق المعبر.",
        "وفي عام 2017 أغلق المعبر.",
        "أغلق المعبر في نيسان 2019.",
        "أُغلق المعبر العام الماضي.",
        "أغلق المعبر قبل ثلاثة أشهر.",
        "وفي آذار/مارس، أغلق المعبر.",
        "يذكر أن المعبر أغلق مراراً.",
        "كما حدث في معبر آخر.",
        "أغلق المعبر في أيلول الفائت.",
        "أغلق المعبر عام ٢٠١٨.",
    ],
)
def test_what_says_itself_that_it_is_past(text: str) -> None:
    assert told_as_past(text)
    assert says_when(text)


@pytest.mark.parametrize(
    "text",
    [
        "أغلق المعبر صباح اليوم.",
        "يفتح المعبر في العام المقبل.",
        "وفي نيسان الجاري يفتح المعبر.",
        "فتح المعبر أمام 1200 شاحنة.",
        "كانون الثاني شهر ممطر.",
        "سيكون المعبر مفتوحاً.",
    ],
)
def test_what_is_of_today(text: str) -> None:
    assert not told_as_past(text)


def test_then_alone_tells_nobody_when() -> None:
    assert told_as_past("وقُتل حينها ثلاثة.")
    assert not says_when("وقُتل حينها ثلاثة.")
    assert goes_on("وقُتل ثلاثة في السوق.")
    assert not goes_on("وعاد التيار اليوم.")


@pytest.mark.parametrize(
    ("contested", "plain"),
    [
        ("استشهد شاب في جاسم.", "قُتل شاب في جاسم."),
        ("اُستُشهِدت طفلة.", "قُتلت طفلة."),
        ("واستشهدوا جميعاً.", "وقُتلوا جميعاً."),
        ("لقي ثلاثة أشخاص حتفهم في انفجار.", "قُتل ثلاثة أشخاص في انفجار."),
        ("لقيت امرأة مصرعها بقصف.", "قُتلت امرأة بقصف."),
        ("لقي شاب مصرعه غرقاً في النهر.", "توفي شاب غرقاً في النهر."),
        ("استشهاد طفل وإصابة والده.", "مقتل طفل وإصابة والده."),
        ("بعد استشهاده بيوم.", "بعد مقتله بيوم."),
        ("مصرع عاملين اختناقاً.", "وفاة عاملين اختناقاً."),
        ("سقط 5 شهداء.", "سقط 5 قتلى."),
        ("شهيدان وثلاثة جرحى.", "قتيلان وثلاثة جرحى."),
    ],
)
def test_contested_words_of_death_become_neutral(contested: str, plain: str) -> None:
    assert neutral(contested) == plain
    assert neutral(plain) == plain


@pytest.mark.parametrize(
    "text",
    [
        "استشهد الكاتب بقول قديم.",
        "قال والده: «استشهد ابني أمام البيت».",
        'قال: "لقي أخي حتفه".',
        "أغلق دوار الشهداء في المدينة.",
        "نقل الجرحى إلى مشفى الشهيد باسل.",
        "حصل على شهادة جامعية.",
        "شهدت المدينة هدوءاً.",
    ],
)
def test_quotations_names_and_other_meanings_keep_their_words(text: str) -> None:
    assert neutral(text) == text
