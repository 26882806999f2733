"""Messages made less: cut where a reader would stop, and never into markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.trimming import MAX_UNITS, shortened, without_markup
from bot.simulator.markup import parse_html, units

WORDS = st.sampled_from(["خبر", "جاسم.", "🔴", "هل عاد؟", "\n", "&amp;", "word", "3.5"])
TREES = st.recursive(
    WORDS,
    lambda inner: st.tuples(st.sampled_from(["b", "i", "blockquote"]), st.lists(inner, max_size=4)).map(
        lambda pair: f"<{pair[0]}>{' '.join(pair[1])}</{pair[0]}>"
    ),
    max_leaves=30,
)
SOURCES = st.lists(TREES, min_size=1, max_size=8).map(" ".join)


@given(SOURCES, st.integers(min_value=8, max_value=60))
def test_what_is_shortened_is_readable_and_short_enough(html: str, limit: int) -> None:
    short = parse_html(shortened(html, limit)).text
    whole = parse_html(html).text
    assert units(short) <= limit or short == whole
    assert short == whole or whole.startswith(short.removesuffix("…").strip())


@given(SOURCES)
def test_what_fits_stays_as_it_is(html: str) -> None:
    assert shortened(html) == html


def test_the_longest_message_that_fits_is_not_cut() -> None:
    html = "<b>" + "خ" * MAX_UNITS + "</b>"
    assert shortened(html) == html
    assert shortened(html + "خ") != html + "خ"


def test_the_cut_is_after_a_sentence_and_tags_are_closed() -> None:
    html = "<b>عادت الكهرباء. <i>وانقطعت المياه عن الحي منذ الصباح</i></b>"
    assert shortened(html, 24) == "<b>عادت الكهرباء.</b> …"


def test_a_sentence_that_is_too_long_is_cut_after_a_word() -> None:
    assert shortened("انقطعت المياه عن الحي منذ الصباح", 20) == "انقطعت المياه عن …"


def test_a_point_within_a_number_ends_no_sentence() -> None:
    assert shortened("هزة بقوة 3.5 درجات في الساحل", 18) == "هزة بقوة 3.5 …"


def test_the_rest_is_behind_the_link_that_was_cut_off() -> None:
    html = 'عادت الكهرباء. وانقطعت المياه. <a href="https://news.example/1?a=1&amp;b=2">المصدر</a>'
    assert shortened(html, 17) == 'عادت الكهرباء. <a href="https://news.example/1?a=1&amp;b=2">…</a>'


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<b>خبر", "خبر"),
        ("خبر</i>", "خبر"),
        ("<h1>خبر</h1> <b>آخر", "خبر آخر"),
        ("A &amp; B", "A &amp; B"),
        ("3 < 5", "3 &lt; 5"),
        ('<a href="x">المصدر</a>', "المصدر"),
        ("", ""),
    ],
)
def test_without_markup_the_words_remain(html: str, words: str) -> None:
    assert without_markup(html) == words


@given(st.text())
def test_without_markup_telegram_reads_anything(html: str) -> None:
    assert parse_html(without_markup(html)).entities is not None
