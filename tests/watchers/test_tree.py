import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Document, Selectors
from tests.watchers.golden import NOW, READERS
from watchers.parsers.entries import host_of, web_address
from watchers.parsers.listing import read_listing
from watchers.parsers.tree import line_of, page_text, page_tree, select, text_of

SIZE = 300_000  # bytes; what takes quadratic time shows itself long before 2 MB


def document(source: str | bytes, charset: str | None = None) -> Document:
    body = source.encode() if isinstance(source, str) else source
    return Document(body, "text/html", charset, "https://x.example/a")


def text(source: str) -> str:
    tree = page_tree(source)
    assert tree is not None
    return text_of(tree)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("<p>سطر</p><p>سطر <b>آخر</b></p>", "سطر\nسطر آخر"),
        ("<p>قبل<script>x('<p>')</script><style>p{}</style>بعد<!-- تعليق --></p>", "قبلبعد"),
        ("<p>سطر\n  واحد</p>", "سطر واحد"),
        ("<p>نص<br>نص<br/>نص</p>", "نص\nنص\nنص"),
        ("<p>5 &lt; 6 &amp;amp; 7&nbsp;&gt; 6</p>", "5 < 6 & 7 > 6"),
        ("<p>مقلوب&#8238;\u200f\x0b</p>", "مقلوب"),
        ("<p>قبل</p></body></html><p>بعد</p>", "قبل\nبعد"),
        ("<p class=x class=y <z>نص</p>", "نص"),
        ("<p>أول<p>ثان<li>ثالث", "أول\nثان\nثالث"),
    ],
)
def test_the_words_of_a_page_are_what_a_reader_sees(source: str, told: str) -> None:
    assert text(source) == told


def test_words_on_one_line_have_no_line_ends() -> None:
    (heading,) = select(page_tree("<h1>عنوان<br>الخبر</h1>"), "h1")
    assert line_of(heading) == "عنوان الخبر"


@pytest.mark.parametrize(
    "source", ["", " \n", "نص", '{"a": 1}', "%PDF-1.7", "<?xml version='1.0'?><rss></rss>", "<!-- -->"]
)
def test_what_is_no_page_has_no_tree(source: str) -> None:
    assert page_tree(source) is None


@pytest.mark.parametrize(
    ("head", "charset"),
    [
        ('<meta charset="windows-1252">', None),
        ('<meta http-equiv="Content-Type" content="text/html; charset=WINDOWS-1252">', None),
        ("", "windows-1252"),
        ('<meta charset="utf-8">', "windows-1252"),
    ],
)
def test_what_a_page_declares_is_believed_like_a_header(head: str, charset: str | None) -> None:
    body = f"<html>{head}<p>Café à Paris</p>".encode("cp1252")
    assert "Café à Paris" in page_text(document(body, charset))


@pytest.mark.parametrize(
    ("flood", "kept"),
    [
        ("<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">", True),
        ("<p " + " ".join(f'a{n}="<>"' for n in range(100_000)) + ">", True),
        ("<p/" + "/".join(f"a{n}" for n in range(100_000)) + ">", True),
        ("<p " + " ".join(f"a{n}=1" for n in range(200)) + ">", True),
        ("<script>a<b</script><p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">", True),
        ("<a x=" * 100_000, False),
        ("<aa" * 200_000, False),
        ("<a x='" * 100_001, False),
        ("<script " * 100_000, False),
    ],
)
def test_attributes_by_the_thousand_take_no_time(flood: str, kept: bool) -> None:
    started = time.process_time()
    tree = page_tree(f"<html><body>{flood}<b>نص</b>")
    assert [line_of(bold) for bold in select(tree, "b")] == (["نص"] if kept else [])
    assert time.process_time() - started < 15


PIECES = [
    "<div>", "<b>", "<p><b><i><u>", "<a href=x>", "<article class=card><h2 class=t>", "<div data-post='a/2'>",
    "<td>x", "<br>", "<div data-post='a/2'><div class=tgme_widget_message_text>x</div></div>",
    "<div class=tgme_widget_message_text>x</div>", "<i class=emoji><b>x</b></i>", "&amp;amp;", "&#8235;", "<", "<!--",
    "<![CDATA[", "<script>", "<svg>", "</p>", "<p a='", "<link rel=alternate type='application/rss+xml' href='/a'>",
    "<time datetime='2026-11-24'>x</time>", "<h1>x</h1>", "a1 ", "<url><loc>/1</loc></url>", "<url>", "</url>",
    "<loc><![CDATA[", "<li>نص", '",{"', '"},{"id":2,"title":"x', "\\u0000", "[", "https://x.example/", "٢٠٢٦ ",
    "\n x",
]  # fmt: skip
HEADS = {
    "": "<rss version='2.0'><channel><item><title>خ</title><description><![CDATA[",
    "sitemap": "<urlset><url><loc>/1</loc>",
    "jsonfeed": '{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"content_html":"',
}
PAGE_HEAD = (
    "<!DOCTYPE html><html><head></head><body><section class=tgme_channel_history><article class=card><h2 class=t>"
    "<a href=/1>خبر</a></h2><p class=lead><div data-post='a/1'><div class=tgme_widget_message_text>"
)


@pytest.mark.parametrize("kind", [kind for kind in READERS if kind])
@pytest.mark.parametrize("piece", PIECES)
def test_much_of_any_piece_is_read_in_seconds(kind: str, piece: str) -> None:
    head = HEADS.get(kind, PAGE_HEAD)
    source = head + piece * ((SIZE - len(head)) // len(piece.encode()))
    started = time.process_time()
    READERS[kind](document(source), NOW)
    assert time.process_time() - started < 15


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("/a?x=1&y=2", "https://x.example/a?x=1&y=2"),
        ("//o.example/a b", "https://o.example/a%20b"),
        (' https://o.example/"<x>\u202e', "https://o.example/%22%3Cx%3E"),
        ("javascript:alert(1)", None),
        ("ftp://x.example/", None),
        ("http://[::1", None),
        ("", None),
        (None, None),
        (["/a"], None),
        ("a" * 2_001, None),
    ],
)
def test_an_address_is_absolute_and_of_the_web(url: object, told: str | None) -> None:
    assert web_address(url, "https://x.example/b") == told


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://www.x.example/a", "x.example"), ("http://m.x.example:80", "x.example"), ("//[", ""), ("x", "")],
)
def test_a_site_is_known_by_its_host(url: str, host: str) -> None:
    assert host_of(url) == host


@given(st.text())
def test_any_page_is_survived(source: str) -> None:
    tree = page_tree("<html>" + source)
    assert tree is None or not set(text_of(tree)) & set("\u200f\u202e\x00")


@given(st.text(alphabet="<>/='\" ap!-", max_size=200))
def test_any_tags_are_survived(source: str) -> None:
    page_tree("<p>" + source)
    read_listing(document("<p>" + source), Selectors("p"), NOW)
