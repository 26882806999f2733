import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Document, ProblemKind, Reading
from tests.watchers.golden import fixture, golden, names, reading
from watchers.parsers.sitemap import read_sitemap

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def item(number: int, more: str = "") -> str:
    return f"<url><loc>https://x.example/{number}</loc>{more}</url>"


def urlset(*items: str) -> str:
    return f'<?xml version="1.0"?><urlset>{"".join(items)}</urlset>'


def index(*sitemaps: str) -> str:
    return f"<sitemapindex>{''.join(f'<sitemap>{sitemap}</sitemap>' for sitemap in sitemaps)}</sitemapindex>"


def read(source: str | bytes, url: str = "https://x.example/sitemap.xml") -> Reading:
    body = source.encode() if isinstance(source, str) else source
    return read_sitemap(Document(body, "application/xml", None, url), NOW)


def addresses(found: Reading) -> list[str]:
    return [str(entry.url).removeprefix("https://x.example/") for entry in found.entries]


@pytest.mark.parametrize("name", names("sitemap"))
def test_a_fixture_reads_as_its_golden_file_says(name: str) -> None:
    assert reading(name, "sitemap") == json.loads(golden(name, "sitemap").read_text("utf-8"))


def test_the_encoding_makes_no_difference_to_what_is_read() -> None:
    kinds = ("windows-1256-declared", "windows-1256-undeclared", "windows-1256-wrongly-declared", "news")
    first, *others = (read_sitemap(fixture(name, "sitemap"), NOW) for name in kinds)
    assert all(other == first for other in others)


@pytest.mark.parametrize(
    "page", ["<html><urls></urls></html>", "نص", "<rss version='2.0'><channel/></rss>", b"\x89PNG\r\n", b"\x1f\x8b\x08"]
)
def test_what_is_no_sitemap_is_a_problem(page: str | bytes) -> None:
    found = read(page)
    assert [problem.kind for problem in found.problems] == [ProblemKind.NOT_A_FEED]
    assert found.entries == ()


@pytest.mark.parametrize("sitemap", ["", "\n", urlset(), "<urlset/>", "<sitemapindex></sitemapindex>"])
def test_a_sitemap_without_items_is_a_problem(sitemap: str) -> None:
    assert [problem.kind for problem in read(sitemap).problems] == [ProblemKind.EMPTY]


@pytest.mark.parametrize(
    "sitemap", [urlset("<url><link>https://x.example/1</link></url>"), index("<url>https://x.example/1</url>")]
)
def test_a_changed_layout_is_a_problem_that_says_so(sitemap: str) -> None:
    (problem,) = read(sitemap).problems
    assert problem.kind == ProblemKind.NOT_A_FEED
    assert "layout has changed" in problem.detail


def test_when_a_page_was_touched_is_not_when_it_was_published() -> None:
    (entry,) = read(urlset(item(1, "<lastmod>2026-11-25T09:00:00Z</lastmod>"))).entries
    assert entry.published_at is None
    assert entry.modified_at == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def test_of_a_long_sitemap_the_latest_are_kept() -> None:
    dated = (item(n, f"<lastmod>2026-11-{1 + n % 24:02}T00:{n % 60:02}:00Z</lastmod>") for n in range(3_000))
    found = read(urlset(item(9_999), *dated))
    days = [entry.modified_at for entry in found.entries if entry.modified_at]
    assert len(days) == len(found.entries) == 1_000
    assert days == sorted(days, reverse=True)
    assert min(days) >= datetime(2026, 11, 16, tzinfo=UTC)


def test_an_address_is_told_once() -> None:
    assert addresses(read(urlset(item(1), item(2), item(1)))) == ["1", "2"]


def test_pictures_have_titles_and_addresses_of_their_own() -> None:
    picture = "<image:image><image:loc>https://x.example/a.jpg</image:loc><image:title>صورة</image:title></image:image>"
    news = "<news:news><news:title>خبر</news:title></news:news>"
    (entry,) = read(urlset(f"<url>{picture}<loc>https://x.example/1</loc>{news}</url>")).entries
    assert (entry.title, addresses(read(urlset(f"<url>{picture}<loc>https://x.example/1</loc></url>")))) == (
        "خبر",
        ["1"],
    )


def test_what_is_commented_out_is_not_there() -> None:
    assert addresses(read(urlset(f"<!-- {item(1)} -->", item(2)))) == ["2"]


@pytest.mark.parametrize(
    ("sitemap", "children"),
    [
        (["<loc>https://x.example/1.xml</loc><lastmod>2026-11-01</lastmod>",
          "<loc>https://x.example/2.xml</loc><lastmod>2026-11-20</lastmod>"], ["2.xml", "1.xml"]),
        (["<loc>/1.xml</loc>", "<loc>https://www.x.example/2.xml</loc>"], ["1.xml", "https://www.x.example/2.xml"]),
        (["<loc>https://elsewhere.example/1.xml</loc>", "<loc>/2.xml</loc>", "<loc>/2.xml</loc>"], ["2.xml"]),
    ],
)  # fmt: skip
def test_an_index_leads_to_the_sitemaps_of_its_site(sitemap: list[str], children: list[str]) -> None:
    found = read(index(*sitemap))
    assert [child.removeprefix("https://x.example/") for child in found.children] == children
    assert (found.entries, found.problems) == ((), ())


def test_an_index_of_thousands_is_bounded() -> None:
    assert len(read(index(*(f"<loc>/{n}.xml</loc>" for n in range(5_000)))).children) == 100


@pytest.mark.parametrize("size", range(30, 400, 11))
def test_no_cut_makes_up_an_entry(size: int) -> None:
    body = urlset(*(item(n, f"<news:title>خبر {n}</news:title>") for n in (1, 2, 3))).encode()
    entries = read(body).entries
    found = read(body[:size])
    assert found.entries == entries[: len(found.entries)]
    assert not found.whole or found.problems or size >= len(body)


def test_a_billion_laughs_are_not_laughed() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    found = read(
        f'<!DOCTYPE urlset [<!ENTITY l0 "ها">{laughs}]>' + urlset(item(1, "<news:title>&l9;</news:title>"))[21:]
    )
    assert found.entries[0].title == "&l9;"


@given(st.text())
def test_any_text_inside_an_item_is_survived(text: str) -> None:
    title = f"<news:title>{text.replace('<', '')}</news:title>"
    assert addresses(read(urlset(item(9, title), item(1)))) == ["9", "1"]


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(body: bytes) -> None:
    assert read(body).entries == ()
