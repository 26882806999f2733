"""Commands as people say them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.phrases import Phrase, Wish, understand


@pytest.mark.parametrize(
    ("said", "wish", "about"),
    [
        ("تابع جاسم", Wish.WATCH, "جاسم"),
        ("تابِعْ جاسم", Wish.WATCH, "جاسم"),
        ("تابعي دير الزور", Wish.WATCH, "دير الزور"),
        ("تابع: قصف | غارة", Wish.WATCH, "قصف | غارة"),
        ('تابع "حظر  تجوال"', Wish.WATCH, '"حظر  تجوال"'),
        ("أريد متابعة نوى", Wish.WATCH, "نوى"),
        ("تابع", Wish.WATCH, ""),
        ("ألغِ جاسم", Wish.UNWATCH, "جاسم"),
        ("الغ متابعة جاسم", Wish.UNWATCH, "جاسم"),
        ("احذف جاسم", Wish.UNWATCH, "جاسم"),
        ("Watch Qamishlo", Wish.WATCH, "Qamishlo"),
        ("قائمتي", Wish.LIST, ""),
        ("قائمتي.", Wish.LIST, ""),
        ("ماذا أتابع؟", Wish.LIST, ""),
        ("مساعدة", Wish.HELP, ""),
        ("احذف بياناتي", Wish.FORGET, ""),
    ],
)
def test_a_phrase_is_understood(said: str, wish: Wish, about: str) -> None:
    assert understand(said) == Phrase(wish, about)


@pytest.mark.parametrize("said", ["جاسم", "التابع لجاسم", "كيف حال جاسم", "متابعو الأخبار", "", "  ", "؟"])
def test_anything_else_is_no_command(said: str) -> None:
    assert understand(said) is None


@given(st.text())
def test_no_text_breaks_it(said: str) -> None:
    understand(said)
