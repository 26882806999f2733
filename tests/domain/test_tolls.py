"""How many people a text says were killed, injured, went missing or were detained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.arabic import tokenise
from bot.domain.numbers import number_at
from bot.domain.tolls import Tolls
from bot.events import event_reader
from bot.places import load_reader

PLACES = load_reader()


def tolls(title: str, text: str = "") -> Tolls:
    return event_reader().read(title, text, PLACES.recognise(title, text)).tolls


@given(st.integers(min_value=0, max_value=10_000_000))
def test_digits_of_any_script_are_read(number: int) -> None:
    for form in (str(number), str(number).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")), f"{number:,}"):
        found = number_at(tokenise(form), 0)
        assert found is not None
        assert found.value == number


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("ثلاثة", 3),
        ("خمسة عشر", 15),
        ("خمسة وعشرين", 25),
        ("مئة وعشرين", 120),
        ("ثلاثمئة", 300),
        ("ألفين", 2000),
        ("خمسة آلاف", 5000),
        ("5 آلاف", 5000),
        ("عشرات", None),
        ("1" + "0" * 30, None),
    ],
)
def test_numbers_in_words(words: str, value: int | None) -> None:
    found = number_at(tokenise(words), 0)
    assert found is not None
    assert found.value == value


def test_a_part_of_those_counted_is_not_added() -> None:
    assert tolls("مقتل 9 مدنيين بينهم 4 أطفال في قصف على سرمين").dead == 9


def test_the_title_speaks_before_the_text() -> None:
    found = tolls("مقتل 5 في انفجار الباب", "قتل 7 أشخاص في انفجار وسط الباب.")
    assert found.dead == 5
    assert [(c.field, c.number) for c in found.claims] == [("title", 5), ("text", 7)]


def test_more_dead_in_a_later_sentence_are_added_where_it_says_so() -> None:
    text = "قتل 4 عناصر في هجوم قرب السخنة. كما قتل 3 مسلحين في الهجوم."
    assert tolls("", text).dead == 7


def test_a_toll_of_the_past_or_of_another_country_is_none() -> None:
    assert tolls("وكان 30 مدنياً قد قتلوا في قصف على سرمين قبل عامين") == Tolls()
    assert tolls("مقتل 12 شخصاً في انفجار في بغداد").dead is None


def test_a_toll_that_no_one_can_have_counted_is_no_number() -> None:
    found = tolls("مقتل 1" + "0" * 30 + " شخص في قصف على سرمين")
    assert found.dead is None


@pytest.mark.parametrize(
    ("text", "detained"),
    [
        ("قوة للاحتلال تختطف شاباً من قرية معرية", 1),
        ("خطف شاب على طريق سلمية", 1),
        ("مسلحون خطفوا طفلين قرب إعزاز", 2),
        ("اعتقلت قوى الأمن الداخلي رجلين في بلدة داعل", 2),
        ("اعتقلت دورية تابعة للأمن شاباً في نوى", 1),
        ("خطف الأضواء في حمص", None),
        ("اعتقلت قوى الأمن الداخلي متورطين في بلدة داعل", None),
    ],
)
def test_who_was_taken_is_counted_behind_who_took_him(text: str, detained: int | None) -> None:
    assert tolls(text).detained == detained


def test_claims_say_where_they_stand() -> None:
    title = "قتيلان وثلاثة جرحى في الباب"
    claims = tolls(title).claims
    assert [(c.kind, title[c.start : c.end]) for c in claims] == [("dead", "قتيلان"), ("injured", "وثلاثة جرحى")]


def test_a_toll_of_several_kinds_together_is_none_of_either() -> None:
    found = tolls("مقتل وإصابة 15 عنصراً في بادية التبني")
    assert (found.dead, found.injured) == (None, None)
    found = tolls("مقتل وإصابة 42 شخصاً: 12 قتيلاً و30 جريحاً في تفجير بحمص")
    assert (found.dead, found.injured) == (12, 30)


@pytest.mark.parametrize(
    ("text", "dead", "injured"),
    [
        ("قتلت قوات قسد 9 عناصر من الجيش في كمين قرب الطبقة", 9, None),
        ("أب يقتل أطفاله الثلاثة في ريف حماة", 3, None),
        ("العثور على رجلين مقتولين قرب نوى", 2, None),
        ("العثور على شاب مقتولاً قرب نوى", 1, None),
        ("العثور على جثتي شقيقين قرب نوى", 2, None),
        ("استهداف سيارة في نوى ما أدى إلى مقتله وإصابة مرافقه", 1, 1),
        ("ارتفاع عدد ضحايا انهيار المبنى في حلب إلى 11", 11, None),
        ("طفلان يلقيان حتفهما بحريق خيمة في أطمة", 2, None),
        ("مقتل مدني وإصابة شقيقيه برصاص في نوى", 1, 2),
        ("Unknown gunmen kill former rebel commander in Daraa", 1, None),
        ("Death toll in Damascus church bombing rises to 20, with 70 injured", 20, 70),
        ("7 fighters killed and 12 wounded near Deir Hafer", 7, 12),
    ],
)
def test_forms_in_which_tolls_are_told(text: str, dead: int | None, injured: int | None) -> None:
    found = tolls(text)
    assert (found.dead, found.injured) == (dead, injured)


@pytest.mark.parametrize(
    "text",
    [
        "توقيف 5 متهمين بقتل شاب في حماة",
        "رفات 30 ضحية في مقبرة جماعية قرب تدمر",
        "12 إصابة بالكوليرا في ريف دير الزور",
        "قصف بأكثر من 30 قذيفة على قرى جبل الزاوية",
        "مقتل عدد من العناصر في هجوم قرب المنصورة",
        "انفجار على بعد 3 كيلومترات من مدينة الرستن",
        "نفوق 40 رأس غنم بانفجار لغم في بادية أثريا",
        "العثور على جثة لاجئة سورية في مدينة برلين الألمانية",
        "التقرير السنوي: 600 ضحية للألغام في 2025",
    ],
)
def test_numbers_that_are_no_toll(text: str) -> None:
    found = tolls(text)
    assert (found.dead, found.injured) == (None, None)
