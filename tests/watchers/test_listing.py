import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Document, Entry, ProblemKind, Reading, Selectors
from tests.watchers.golden import SELECTORS, fixture, golden, names, reading
from watchers.parsers.listing import read_listing

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def read(source: str | bytes, selectors: Selectors = Selectors("li")) -> Reading:
    body = source.encode() if isinstance(source, str) else source
    return read_listing(Document(body, "text/html", "utf-8", "https://x.example/ar/news"), selectors, NOW)


def page(*items: str) -> str:
    return f"<!DOCTYPE html><html><body><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul></body></html>"


def only(item: str, selectors: Selectors = Selectors("li")) -> Entry:
    (entry,) = read(page(item), selectors).entries
    return entry


@pytest.mark.parametrize("name", names("listing"))
def test_a_fixture_reads_as_its_golden_file_says(name: str) -> None:
    assert reading(name, "listing") == json.loads(golden(name, "listing").read_text("utf-8"))


def test_the_encoding_makes_no_difference_to_what_is_read() -> None:
    kinds = ("windows-1256-declared", "windows-1256-undeclared", "normal")
    first, *others = (read_listing(fixture(name, "listing"), SELECTORS, NOW) for name in kinds)
    assert all(other == first for other in others)


def test_without_more_selectors_the_first_link_that_has_words_is_title_and_address() -> None:
    entry = only('<a href="/p.jpg"><img></a> <a href="1">خبر <b>جديد</b></a> <a href="2">المزيد</a><p>نص</p>')
    assert (entry.title, entry.url, entry.text) == ("خبر جديد", "https://x.example/ar/1", "")


@pytest.mark.parametrize(
    "item",
    [
        '<a href="/0"><img></a><h2 class="t"><a href="/1">خبر</a></h2>',
        '<a href="/0"><img></a><a href="/1"><h2 class="t">خبر</h2></a>',
        '<a href="/0"><img></a><a class="t" href="/1">خبر</a>',
        '<h2 class="t">خبر</h2><a href="/1"><img></a><a href="/2">المزيد</a>',
    ],
)
def test_the_address_is_that_of_the_title(item: str) -> None:
    entry = only(item, Selectors("li", title=".t"))
    assert (entry.title, entry.url) == ("خبر", "https://x.example/1")


def test_an_item_may_be_the_link_itself() -> None:
    found = read('<html><a class="i" href="/1">خبر</a></html>', Selectors("a.i"))
    assert [(entry.title, entry.url) for entry in found.entries] == [("خبر", "https://x.example/1")]


def test_a_base_is_where_links_start_from() -> None:
    source = page('<a href="1">خبر</a>').replace("<body>", '<head><base href="/b/"></head><body>')
    assert read(source).entries[0].url == "https://x.example/b/1"


@pytest.mark.parametrize(
    "time",
    [
        '<time datetime="2026-11-24T18:05:00+03:00">أمس</time>',
        "<time>24 تشرين الثاني 2026 18:05</time>",
        "<time>٢٤ نوفمبر ٢٠٢٦ - ٦:٠٥ مساءً</time>",
        '<time datetime="خطأ" content="2026-11-24 15:05 UTC">أمس</time>',
        '<time title="24/11/2026 18:05">أمس</time>',
    ],
)
def test_a_date_is_read_as_machines_or_people_write_it(time: str) -> None:
    assert only(f'<a href="/1">خبر</a>{time}').published_at == datetime(2026, 11, 24, 15, 5, tzinfo=UTC)


def test_an_item_without_a_title_is_left_out_and_told() -> None:
    found = read(page('<a href="/1">خبر</a>', "<img>", "نص بلا رابط"))
    assert [entry.title for entry in found.entries] == ["خبر"]
    assert [problem.detail for problem in found.problems] == ["2 of 3 items have no title"]


@pytest.mark.parametrize("source", [page(), page("نص بلا رابط", "<img>"), "<html><body></body></html>"])
def test_a_changed_layout_is_a_problem_that_says_so(source: str) -> None:
    (problem,) = read(source).problems
    assert problem.kind == ProblemKind.NOT_A_FEED
    assert "layout has changed" in problem.detail


@pytest.mark.parametrize("css", ["", "[", "a::text", "a:nosuch", "li >", "a:nth-child(x)", "ns|a"])
def test_a_selector_that_is_none_is_a_problem(css: str) -> None:
    found = read(page('<a href="/1">خبر</a>'), Selectors(css))
    assert [problem.kind for problem in found.problems] == [ProblemKind.NOT_A_FEED]
    assert "selector" in found.problems[0].detail


@pytest.mark.parametrize(
    "source", ["", " ", "الصفحة غير موجودة", '{"items": []}', b"%PDF-1.7", "<?xml version='1.0'?>"]
)
def test_what_is_no_page_is_a_problem(source: str | bytes) -> None:
    assert len(read(source).problems) == 1


def test_a_page_of_thousands_is_read_within_bounds() -> None:
    found = read(page(*(f'<a href="/{n}">خبر {n}</a>' for n in range(3_000))))
    assert len(found.entries) == 1_000


@given(st.text())
def test_any_text_inside_an_item_is_survived(text: str) -> None:
    read(page(text, '<a href="/1">خبر</a>'))


@given(st.text(max_size=40))
def test_any_selector_is_survived(css: str) -> None:
    read(page('<a href="/1">خبر</a>'), Selectors(css))


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(body: bytes) -> None:
    read(body)
