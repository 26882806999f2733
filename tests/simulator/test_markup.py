"""Telegram's HTML: what it becomes, and the words in which it is refused."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.calls import Refusal
from bot.simulator.markup import parse_html, plain, units, with_entities

MARKUP = st.text(alphabet=st.sampled_from('<>/&="; abipre#x1lt;\n🏟ج'), max_size=60)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@pytest.mark.parametrize(
    ("source", "refusal"),
    [
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("جاسم <br>", 'Unsupported start tag "br" at byte offset 9'),
        ("<b/>", 'Unsupported start tag "b/" at byte offset 0'),
        ("<h1>عنوان</h1>", 'Unsupported start tag "h1" at byte offset 0'),
        ("x <b", "Unclosed start tag at byte offset 2"),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ('<a href="x"', "Unclosed start tag at byte offset 0"),
        ('<a href="x>y</a>', "Unclosed start tag at byte offset 0"),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ('<a href="x"y">z</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x/>y</a>", "Unexpected end of name token at byte offset 8"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("🏟 🏟&lt;<abacaba", "Unclosed start tag at byte offset 13"),
    ],
)
def test_broken_html_is_refused_in_telegrams_words(source: str, refusal: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_html(source)
    assert caught.value.description == f"Bad Request: can't parse entities: {refusal}"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("خبز & وقود", "خبز & وقود"),
        ("&lt;b&gt; &amp;amp; &quot;", '<b> &amp; "'),
        ("&nbsp;&laquo;", "&nbsp;&laquo;"),
        ("&#1580;&#x633;", "جس"),
        ("a > b", "a > b"),
        ("  طرفان \n", "طرفان"),
        ("أ\u202eب", "أب"),
    ],
)
def test_what_is_no_tag_is_text(source: str, text: str) -> None:
    assert parse_html(source).text == text


def test_tags_become_entities_in_utf_16_units() -> None:
    formatted = parse_html('🔴 <b>جاسم <i>درعا</i></b> <a href="http://example.org/?a=1&amp;b=2">خبر</a>')
    assert formatted.text == "🔴 جاسم درعا خبر"
    assert formatted.entities == (
        {"type": "bold", "offset": 3, "length": 9},
        {"type": "italic", "offset": 8, "length": 4},
        {"type": "text_link", "offset": 13, "length": 3, "url": "http://example.org/?a=1&b=2"},
    )


def test_a_link_that_leads_nowhere_keeps_its_words_only() -> None:
    assert parse_html('<a href="nowhere">خبر</a>').entities == ()


def test_entities_are_moved_with_the_trimmed_text() -> None:
    assert parse_html("<b> \n جاسم </b>").entities == ({"type": "bold", "offset": 0, "length": 4},)


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(Refusal, match="invalid Unicode characters"):
        parse_html("&#xD83D;")


def test_telegram_finds_commands_addresses_and_hashtags() -> None:
    formatted = plain("/start ثم #جاسم_الآن على https://example.org/a. و</b>")
    kinds = [(e["type"], e["offset"], e["length"]) for e in formatted.entities]
    assert kinds == [("bot_command", 0, 6), ("hashtag", 10, 10), ("url", 25, 21)]


@pytest.mark.parametrize(
    ("entity", "refusal"),
    [
        ({"offset": 100, "length": 1}, "entity begins after the end of the text at UTF-16 offset 100"),
        ({"offset": -1, "length": 1}, "receive an entity with incorrect offset -1"),
        ({"offset": 1, "length": 9}, "entity beginning at UTF-16 offset 1 ends after the end of the text"),
    ],
)
def test_an_entity_outside_the_text_is_refused(entity: dict[str, int], refusal: str) -> None:
    with pytest.raises(Refusal, match=refusal):
        with_entities("جاسم", [{"type": "bold", **entity}])


@given(MARKUP)
def test_any_markup_is_read_or_refused(source: str) -> None:
    try:
        formatted = parse_html(source)
    except Refusal:
        return
    for entity in formatted.entities:
        assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= units(formatted.text)


@given(TEXT)
def test_escaped_text_arrives_as_it_was(text: str) -> None:
    assert parse_html(html.escape(text, quote=False)).text == plain(text).text
