"""What an outlet writes around its texts is taken off, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.stripping import is_rule, stripped

RULES = ("#شبكتنا || …", "# شبكتنا || …", "… تابعونا على قناتنا", "… 🌐 المزيد")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("#شبكتنا || انقطاع المياه في الحي", "انقطاع المياه في الحي"),
        ("  # شبكتنا ||\nانقطاع المياه", "انقطاع المياه"),
        ("انقطاع المياه\n\nتابعونا على قناتنا: t.me/x", "انقطاع المياه"),
        ("#شبكتنا || انقطاع المياه 🌐 المزيد 🔔 اسم", "انقطاع المياه"),
        ("عن #شبكتنا || انقطاع المياه", "عن #شبكتنا || انقطاع المياه"),
        ("انقطاع المياه", "انقطاع المياه"),
        ("تابعونا على قناتنا", "تابعونا على قناتنا"),
        ("", ""),
    ],
)
def test_openings_and_endings_are_taken_off(text: str, rest: str) -> None:
    assert stripped(text, RULES) == rest


@pytest.mark.parametrize("rule", ["… end", "…end", "opening …", "a b…"])
def test_a_rule_says_where_the_text_stands(rule: str) -> None:
    assert is_rule(rule)


@pytest.mark.parametrize("rule", ["", "…", "… …", "words", "a … b", "… a …", "  "])
def test_anything_else_is_no_rule(rule: str) -> None:
    assert not is_rule(rule)


@given(some.text(), some.lists(some.text(min_size=1).map(lambda words: f"… {words}").filter(is_rule), max_size=3))
def test_what_is_left_was_there_and_is_something(text: str, rules: list[str]) -> None:
    rest = stripped(text, rules)
    assert rest in text
    assert bool(rest) is bool(text.strip())
