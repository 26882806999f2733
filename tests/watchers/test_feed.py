import json
from datetime import UTC, datetime
from io import BytesIO

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Document, Problem, ProblemKind, Reading
from tests.conftest import NOON
from tests.watchers.golden import fixture, golden, names, reading
from watchers.parsers.feed import _parse, read_feed

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ITEM = "<item><title>خبر {0}</title><guid>g{0}</guid><description>نص الخبر رقم {0} بلا زيادة</description></item>"


def document(text: str | bytes, url: str = "https://feeds.example/a/feed.xml") -> Document:
    return Document(text.encode() if isinstance(text, str) else text, "application/rss+xml", "utf-8", url)


def rss(items: str) -> str:
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>م</title>{items}</channel></rss>"


def read(text: str | bytes) -> Reading:
    return read_feed(document(text), NOW)


@pytest.mark.parametrize("name", names())
def test_a_fixture_reads_as_its_golden_file_says(name: str) -> None:
    assert reading(name) == json.loads(golden(name).read_text("utf-8"))


def test_the_encoding_makes_no_difference_to_what_is_read() -> None:
    feeds = ("declared", "undeclared", "wrongly-declared")
    readings = [read_feed(fixture(f"windows-1256-{name}"), NOW) for name in feeds]
    assert readings[0] == readings[1] == readings[2] == read_feed(fixture("utf-8-declared-windows-1256"), NOW)


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><head><title>صيانة</title></head><body><item>خبر</item></body></html>",
        '{"items": [{"title": "خبر"}]}',
        "الصفحة غير موجودة",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "<?xml version='1.0'?><urlset><url><loc>https://x.example/</loc></url></urlset>",
    ],
)
def test_what_is_not_a_feed_is_a_problem(page: str | bytes) -> None:
    found = read(page)
    assert [problem.kind for problem in found.problems] == [ProblemKind.NOT_A_FEED]
    assert found.entries == ()


@pytest.mark.parametrize(
    "feed", ["", " \n", rss(""), "<rss version='2.0'/>", "<feed xmlns='http://www.w3.org/2005/Atom'></feed>"]
)
def test_a_feed_without_entries_is_a_problem(feed: str) -> None:
    found = read(feed)
    assert [problem.kind for problem in found.problems] == [ProblemKind.EMPTY]
    assert found.entries == ()


@pytest.mark.parametrize("cut_at", ["<title>خبر 3", "رقم 3 بل", "</guid><description>نص الخبر رقم 3", "</channel>"])
def test_a_feed_cut_in_the_middle_keeps_what_is_complete(cut_at: str) -> None:
    whole = rss("".join(ITEM.format(number) for number in (1, 2, 3)))
    found = read(whole[: whole.index(cut_at)])
    complete = ["g1", "g2", "g3"] if cut_at == "</channel>" else ["g1", "g2"]
    assert [entry.guid for entry in found.entries] == complete
    assert found.entries[1].text == "نص الخبر رقم 2 بلا زيادة"
    assert [problem.kind for problem in found.problems] == [ProblemKind.CUT]
    assert not found.whole


@pytest.mark.parametrize("size", range(40, 700, 7))
def test_no_cut_makes_up_an_entry(size: int) -> None:
    body = rss("".join(ITEM.format(number) for number in (1, 2, 3))).encode()
    entries = read(body).entries
    found = read(body[:size])
    assert found.entries == entries[: len(found.entries)]
    assert not found.whole or size >= len(body)


def test_a_bad_entry_is_left_out_and_the_others_are_kept() -> None:
    found = read(rss(ITEM.format(1) + "<item><link>https://x.example/</link></item>" + ITEM.format(2)))
    assert [entry.guid for entry in found.entries] == ["g1", "g2"]
    assert found.problems == (Problem(ProblemKind.BAD_ENTRY, "entry 2 has neither title nor text"),)


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/a?x=1&amp;y=2", "https://site.example/a?x=1&y=2"),
        ("//other.example/a", "https://other.example/a"),
        ("http://x.example/خبر", "http://x.example/خبر"),
        ("http://x.example/a b&quot;&lt;c&gt;", "http://x.example/a%20b%22%3Cc%3E"),
        ("http://x.example/&#x202E;a", "http://x.example/a"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("ftp://x.example/a", None),
        ("http://", None),
        ("http://[::1", None),
        ("https://x.example/" + "a" * 3000, None),
    ],
)
def test_a_link_is_an_absolute_web_address_or_none(link: str, url: str | None) -> None:
    feed = rss(f"<link>https://site.example/</link><item><title>خبر</title><link>{link}</link></item>")
    assert read(feed).entries[0].url == url


def test_links_of_a_feed_without_a_site_start_from_the_feed() -> None:
    assert read(rss("<item><title>خبر</title><link>b</link></item>")).entries[0].url == "https://feeds.example/a/b"


@pytest.mark.parametrize(
    "reference",
    ["&#x110000;", "&#xD800;", "&#55357;", "&#0;", "&#11;", "&#99999999999999999999;", "&nbsp;", "&nosuch;", "&", "& ",
     "&;", "&#;", "&#x;", "\x0b", "\ufffe"],
)  # fmt: skip
def test_no_reference_spoils_a_feed(reference: str) -> None:
    found = read(rss(f"<item><title>قبل{reference}بعد</title><guid>g</guid></item>"))
    assert found.entries[0].title.startswith("قبل")
    assert found.entries[0].title.endswith("بعد")


def test_a_billion_laughs_are_not_laughed() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    found = read(f'<!DOCTYPE rss [<!ENTITY l0 "ها">{laughs}]>' + rss("<item><title>&l9;</title></item>")[21:])
    assert len(found.entries[0].title) < 20


def test_an_external_entity_is_not_read() -> None:
    feed = rss("<item><title>خبر &x;</title></item>")[21:]
    found = read(f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>{feed}')
    assert found.entries[0].title == "خبر &x;"


@given(st.text())
def test_any_text_inside_an_entry_is_survived(text: str) -> None:
    found = read(rss(f"<item><title>عنوان</title><description>{text}</description></item>" + ITEM.format(1)))
    assert found.entries


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(body: bytes) -> None:
    assert read(body).entries == ()


STUMBLES = b'<rss v=""><r xmlns:image=";&nbsp;a"><image:e></item></rss>'
EMPTY_ITEMS = b"<rss><channel><title>x</title>" + b"<item/>" * 5000 + b"</channel></rss>"
MANY = b"<rss><channel><title>x</title>" + b"<item><title>n</title></item>" * 1200 + b"</channel></rss>"


def test_what_the_parser_stumbles_over_is_a_problem_and_no_exception() -> None:
    reading = read_feed(Document(STUMBLES, "", None, "http://x/"), NOON)
    assert [problem.kind for problem in reading.problems] == [ProblemKind.NOT_A_FEED]


@pytest.mark.parametrize("body", [EMPTY_ITEMS, MANY], ids=["empty items", "many items"])
def test_entries_and_problems_of_one_feed_are_bounded(body: bytes) -> None:
    reading = read_feed(Document(body, "", None, "http://x/"), NOON)
    assert len(reading.entries) <= 1000
    assert 1 <= len(reading.problems) <= 21


PARTS = (
    "<title>\x93خبر\x94 \x80</title>",
    "<title>Ø§Ù\x84 Ã©</title>",
    "<title type='html'>&lt;b&gt;خبر&lt;/b&gt;</title>",
    "<description>نص <b>نص</b> نص</description>",
    "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>نص \x85</div></content>",
    "<content mode='base64' type='application/octet-stream'>2YbYtQ==</content>",
    "<link>http:///a.example/1</link>",
    "<link href='//a.example:x/[' rel='Alternate'/>",
    "<guid>g</guid>",
    "<source url='u'><title>م</title></source>",
    "<x xml:base='http://b.example/'/>",
    "<x xmlns='urn:a' xmlns:p='urn:p' p:q='1'/>",
    "<pubDate>Wed, 25 Nov 2026 10:00:00 GMT</pubDate>",
    "<b>",
)


@given(st.lists(st.sampled_from(PARTS), max_size=6).map("".join))
def test_feedparser_is_spared_work_and_reads_the_same(parts: str) -> None:
    xml = rss(f"{parts}<item>{parts}</item>").partition("?>")[2]
    theirs = feedparser.parse(
        BytesIO(xml.encode()),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    ours = _parse(xml)
    assert (ours.feed, ours.entries, ours.well_formed) == (theirs.feed, theirs.entries, not theirs.bozo)
