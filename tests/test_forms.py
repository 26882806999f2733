"""A selector is refused where it is written exactly if no page could be read with it."""

import pytest
from cssselect import SelectorError
from lxml import etree

from bot.forms import is_selector
from watchers.parsers.tree import page_tree, select

PAGE = page_tree("<html><body><ul><li class=post lang=ar><h2><a href=/1>خبر</a></h2></li></ul></body></html>")
USABLE = [
    "li.post", "h2 > a[href]", "a, b", "li:nth-child(2n+1)", "li:not(.a)", "li:has(> a)", "li:is(a, b)", "*|a",
    "a:contains('x')", "a:first-of-type", "li[lang|=ar]", "[data-x='a|b']", ".خبر", "#top", "a:hover", ":scope > a",
]  # fmt: skip
USELESS = [
    "li..post", "li[", "a::text", "a:nosuch", "svg|a", "a[xlink|href]", "li:nth-child(x)", "a,,b", "> a", "", " ", "(",
    "a[b=c", "*:first-of-type", "h2 a;", "a{b}", "a b" * 3_000,
]  # fmt: skip


def finds(css: str) -> bool:
    try:
        select(PAGE, css)
    except (SelectorError, etree.XPathError, RecursionError):
        return False
    return True


@pytest.mark.parametrize("css", [*USABLE, *USELESS])
def test_what_is_written_is_what_a_page_can_be_read_with(css: str) -> None:
    assert is_selector(css) is finds(css) is (css in USABLE)
