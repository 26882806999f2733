"""Markup, direction, addresses and length: whatever comes in, what goes out is ours. The texts are ours."""

from dataclasses import replace

import pytest

from bot.domain.markup import escape
from bot.domain.model import Message
from bot.simulator.markup import units
from tests.domain.cards import (
    DEFAULT,
    EN,
    FOREIGN,
    STEERING,
    assert_harmless,
    changed,
    kinds,
    parsed,
    rendered,
    report,
    words,
)


def test_every_line_of_an_arabic_alert_runs_from_right_to_left() -> None:
    """Whatever it begins with: a line takes its direction from its first strong letter."""
    for line in rendered(FOREIGN, report("BBC", minutes=3)).html.split("\n"):
        assert not line or line.startswith("\u200f")
    assert not rendered(messages=EN).html.startswith("\u200f")


MARKUP = [
    "<b>جاسم</b>",
    '<a href="tg://user?id=1">اضغط</a>',
    "</b><i>",
    "&lt;b&gt; &amp; 5 < 6",
    "\"'`*_[x](y)",
    "<!-- نص",
]
WHERE = ["title", "text", "watch", "name", "denier"]


def holding(where: str, text: str) -> Message:
    """An alert that holds `text` in one of its places."""
    told = changed(DEFAULT, **{where: text}) if where in ("title", "text") else DEFAULT
    told = replace(told, source=text) if where == "name" else told
    watches = (text,) if where == "watch" else ("جاسم",)
    return rendered(told, watches=watches, denied=(text,) if where == "denier" else ())


@pytest.mark.parametrize("text", MARKUP)
@pytest.mark.parametrize("where", WHERE)
def test_markup_is_shown_and_not_obeyed(text: str, where: str) -> None:
    message = holding(where, text)
    assert text in "".join(letter for letter in parsed(message).text if letter not in STEERING)
    assert kinds(message) == ["bold", "text_link"]


@pytest.mark.parametrize("where", WHERE)
def test_nothing_foreign_can_turn_a_line_around(where: str) -> None:
    """An override or a stray end of an isolate would let a headline rearrange the words of Rasid."""
    assert_harmless(holding(where, "".join(f"{mark}جا{mark}سم" for mark in STEERING)))


@pytest.mark.parametrize("url", ["https://news.example/" + "a" * 2000, "https://news.example/?" + "a=1&" * 500])
def test_an_endless_address_is_left_to_the_button(url: str) -> None:
    message = rendered(changed(DEFAULT, url=url))
    assert "المصدر: درعا 24 · 14:05" in words(message.html)
    assert message.buttons[0][0].url == url


def test_a_hostile_address_stays_inside_its_link() -> None:
    assert kinds(rendered(changed(DEFAULT, url='https://news.example/"><b>1</b>&x=1'))) == ["bold", "text_link"]


def test_joiners_that_belong_to_the_spelling_are_kept() -> None:
    persian = "می\u200cخواهم"
    assert persian in escape(persian)


LONG = ["قصف جاسم " * 230_000, "جاسم" * 500_000, "💥" * 1_000_000, "قتيل 1 و2 جرحى. " * 130_000]


@pytest.mark.parametrize("long", LONG, ids=["words", "one word", "emoji", "sentences"])
def test_megabytes_become_a_message_of_ordinary_length(long: str) -> None:
    endless = changed(DEFAULT, title=long, text=long, source_id=long)
    message = rendered(replace(endless, source=long), watches=(long,) * 9, denied=(long,) * 9)
    assert units(parsed(message).text) < 4096
    assert_harmless(message)
