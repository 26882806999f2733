import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Document, SourceKind
from tests.watchers.golden import fixture, golden, names, reading
from watchers.parsers.discover import (
    Found,
    channel_handle,
    channel_url,
    discover,
    kind_of,
    sitemaps_of,
    usual_feeds,
)

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def found(source: str | bytes) -> Found:
    body = source.encode() if isinstance(source, str) else source
    return discover(Document(body, "text/html", "utf-8", "https://x.example/ar/"))


@pytest.mark.parametrize("name", names("discover"))
def test_a_fixture_reads_as_its_golden_file_says(name: str) -> None:
    assert reading(name, "discover") == json.loads(golden(name, "discover").read_text("utf-8"))


@pytest.mark.parametrize(
    ("link", "feeds"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/feed/">', ["https://x.example/feed/"]),
        ('<link rel="alternate home" type="Application/Atom+XML;charset=utf-8" href="a">', ["https://x.example/ar/a"]),
        ('<link rel="feed" type="application/feed+json" href="//o.example/f">', ["https://o.example/f"]),
        ('<link rel="alternate" type="text/html" hreflang="en" href="/en/">', []),
        ('<link rel="alternate" type="application/rss+xml" href="/comments/feed/">', []),
        ('<link rel="alternate" type="application/rss+xml" href="javascript:x">', []),
        ('<link rel="stylesheet" type="application/rss+xml" href="/feed/">', []),
        ('<link rel="alternate" type="application/json+oembed" href="/oembed">', []),
    ],
)
def test_a_page_names_its_feeds(link: str, feeds: list[str]) -> None:
    assert [feed.url for feed in found(f"<html><head>{link}</head></html>").feeds] == feeds


def test_feeds_come_once_and_in_the_order_of_the_page() -> None:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" title="{n}" href="/{n}">' for n in (3, 1, 3, 2))
    feeds = found(f"<html>{links}</html>").feeds
    assert [(feed.url[-1], feed.title) for feed in feeds] == [("3", "3"), ("1", "1"), ("2", "2")]


def test_a_page_of_thousands_is_read_within_bounds() -> None:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{n}">' for n in range(3_000))
    channels = "".join(f'<a href="https://t.me/channel{n}">x</a>' for n in range(3_000))
    seen = found(f"<html>{links}{channels}</html>")
    assert (len(seen.feeds), len(seen.channels)) == (20, 20)


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("@Sahl_News", "sahl_news"),
        (" https://t.me/Sahl_News ", "sahl_news"),
        ("t.me/s/sahl_news", "sahl_news"),
        ("https://t.me/s/sahl_news/123?before=5", "sahl_news"),
        ("http://www.telegram.me/sahl_news/123", "sahl_news"),
        ("//telegram.dog/sahl_news", "sahl_news"),
        ("https://sahlnews.t.me/5", "sahlnews"),
        ("https://t.me/+AbCdEfGh", None),
        ("https://t.me/joinchat/AbCdEf", None),
        ("https://t.me/c/1234567/8", None),
        ("https://t.me/share/url?url=x", None),
        ("https://t.me/sahl_bot", None),
        ("https://t.me/", None),
        ("https://t.me/s/", None),
        ("@ab", None),
        ("@1abcd", None),
        ("@abc_", None),
        ("@a__bcd", None),
        ("@" + "a" * 33, None),
        ("@سهل", None),
        ("https://x.example/t.me/sahl_news", None),
        ("https://not-t.me/sahl_news", None),
        ("https://[::1", None),
        ("sahl_news", None),
        ("", None),
    ],
)
def test_a_channel_is_known_by_any_of_its_addresses(text: str, handle: str | None) -> None:
    assert channel_handle(text) == handle


def test_a_channel_is_read_at_its_web_page() -> None:
    assert channel_url("sahl_news") == "https://t.me/s/sahl_news"


@pytest.mark.parametrize(
    ("robots", "sitemaps"),
    [
        ("User-agent: *\nDisallow: /wp-admin/\n\nSitemap: https://x.example/sitemap.xml\n", ["https://x.example/sitemap.xml"]),
        ("sitemap : /a.xml # المقالات\r\nSITEMAP:/b.xml\nSitemap: /a.xml", ["https://x.example/a.xml", "https://x.example/b.xml"]),
        ("Sitemap: https://www.x.example/a.xml", ["https://www.x.example/a.xml"]),
        ("Sitemap: https://elsewhere.example/a.xml\nSitemap: javascript:x\nSitemap:\n", []),
        ("# Sitemap: /a.xml\nDisallow: /sitemap: x", []),
        ("", []),
        ("\n" * 600_000, []),
        (" " * 600_000, []),
    ],
)  # fmt: skip
def test_robots_name_the_sitemaps_of_their_site(robots: str, sitemaps: list[str]) -> None:
    assert list(sitemaps_of(robots, "https://x.example/robots.txt")) == sitemaps


def test_a_site_that_names_no_feed_may_have_one_in_the_usual_places() -> None:
    assert usual_feeds("https://x.example/ar/page")[0] == "https://x.example/feed/"
    assert usual_feeds("") == ()


@pytest.mark.parametrize(
    ("kind", "name", "told"),
    [
        ("", "rss", SourceKind.FEED),
        ("", "atom", SourceKind.FEED),
        ("", "rdf", SourceKind.FEED),
        ("jsonfeed", "v1-1", SourceKind.FEED),
        ("sitemap", "news", SourceKind.SITEMAP),
        ("sitemap", "index", SourceKind.SITEMAP),
        ("telegram", "normal", SourceKind.TELEGRAM),
        ("telegram", "missing", SourceKind.PAGE),
        ("listing", "normal", SourceKind.PAGE),
        ("listing", "not-a-page", None),
    ],
)
def test_a_document_shows_what_it_is(kind: str, name: str, told: SourceKind | None) -> None:
    assert kind_of(fixture(name, kind)) == told


@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    handle = channel_handle(text)
    assert handle is None or handle.isascii()
    sitemaps_of(text, "https://x.example/robots.txt")


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(body: bytes) -> None:
    assert found(body).feeds == ()
    kind_of(Document(body, "text/html", None, "https://x.example/"))
