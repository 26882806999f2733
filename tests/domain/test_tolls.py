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


def test_claims_say_where_they_stand() -> None:
    title = "قتيلان وثلاثة جرحى في الباب"
    claims = tolls(title).claims
    assert [(c.kind, title[c.start : c.end]) for c in claims] == [("dead", "قتيلان"), ("injured", "وثلاثة جرحى")]
