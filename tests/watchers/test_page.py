import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Document, Entry, ProblemKind
from tests.watchers.golden import fixture, golden, names, reading
from watchers.parsers.page import ArticlePage, completed, read_article

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
PARAGRAPH = "<p>انتهت الورشات من إعادة تأهيل المحطة الرئيسية التي تغذي عشر قرى في الريف الجنوبي رقم {0}.</p>"
BODY = "".join(PARAGRAPH.format(n) for n in range(6))


def read(head: str = "", body: str = BODY, url: str = "https://x.example/news/1") -> ArticlePage:
    source = f"<!DOCTYPE html><html><head>{head}</head><body><article>{body}</article></body></html>"
    return read_article(Document(source.encode(), "text/html", "utf-8", url), NOW)


def linked(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


@pytest.mark.parametrize("name", names("page"))
def test_a_fixture_reads_as_its_golden_file_says(name: str) -> None:
    assert reading(name, "page") == json.loads(golden(name, "page").read_text("utf-8"))


def test_the_encoding_makes_no_difference_to_what_is_read() -> None:
    kinds = ("windows-1256-declared", "windows-1256-undeclared", "normal")
    first, *others = (read_article(fixture(name, "page"), NOW) for name in kinds)
    assert all(other == first for other in others)


def test_the_text_is_the_article_without_what_stands_around_it() -> None:
    text = read_article(fixture("normal", "page"), NOW).text
    assert text.startswith("انتهت ورشات")
    assert text.endswith("في الربيع.")
    assert not [word for word in ("الرئيسية\n", "اقرأ أيضاً", "تعليق", "الحقوق", "إعلان") if word in text]


LINES = [f"انتهت الورشات من إعادة تأهيل المحطة الرئيسية التي تغذي عشر قرى في الريف الجنوبي رقم {n}." for n in range(5)]
MENU = '<div class="menu"><ul><li><a href="/">الرئيسية</a></li><li><a href="/l">محليات</a></li></ul></div>'
ASIDE = '<div class="sidebar"><ul><li><a href="/1">انفجار في مستودع بعيد عن المدينة</a></li></ul></div>'


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"<p>{line}</p>" for line in LINES),
        "".join(f"<div>{line}</div>" for line in LINES),
        "".join(f"<p><span>{line}</span></p>" for line in LINES),
        "<br><br>".join(LINES),
        f"<table><tr><td>{MENU}</td><td>{'<br>'.join(LINES)}</td></tr></table>",
        f"<article><p>{LINES[0]}</p><ul>{''.join(f'<li>{line}</li>' for line in LINES[1:])}</ul></article>",
    ],
)
def test_an_article_is_found_however_it_is_laid_out(body: str) -> None:
    source = f"<!DOCTYPE html><html><body>{MENU}<div>{body}</div>{ASIDE}</body></html>"
    text = read_article(Document(source.encode(), "text/html", None, "https://x.example/1"), NOW).text
    assert [line for line in LINES if line not in text] == []
    assert not [word for word in ("محليات", "مستودع", "|") if word in text]


def test_a_page_that_shows_nothing_may_tell_machines() -> None:
    assert read(linked(articleBody="<p>نص للآلات</p>"), "").text == "نص للآلات"


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (linked(headline="عنوان الآلات") + "<title>ع</title>", "<h1>عنوان آخر</h1>", "عنوان الآلات"),
        ('<meta property="og:title" content="عنوان | موقع">', "<h1>عنوان</h1>", "عنوان"),
        ('<meta property="og:title" content="عنوان الخبر">', "<h1>اسم الموقع</h1>", "عنوان الخبر"),
        ("<title>اسم</title>", "<h1>عنوان <b>غامق</b></h1>", "عنوان غامق"),
        ("<title>اسم &amp;amp; آخر</title>", "", "اسم & آخر"),
        ("", "", ""),
    ],
)
def test_the_title_is_the_headline(head: str, body: str, title: str) -> None:
    assert read(head, body + BODY).title == title


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ('<link rel="canonical" href="https://www.x.example/a">', "https://www.x.example/a"),
        ('<link rel="canonical" href="/a">', "https://x.example/a"),
        ('<meta property="og:url" content="https://x.example/b">', "https://x.example/b"),
        (linked(url="https://x.example/c"), "https://x.example/c"),
        ('<link rel="canonical" href="https://evil.example/a">', "https://x.example/news/1"),
        ('<link rel="canonical" href="https://x.example/">', "https://x.example/news/1"),
        ('<link rel="canonical" href="javascript:x"><meta property="og:url" content="/b">', "https://x.example/b"),
        (linked(url=["x"]), "https://x.example/news/1"),
    ],
)
def test_the_address_is_what_the_site_itself_calls_it(head: str, url: str) -> None:
    assert read(head).url == url


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (linked(datePublished="2026-11-24T18:00:00+03:00"), '<time datetime="2020-01-01">'),
        ('<meta property="article:published_time" content="2026-11-24T15:00:00Z">', ""),
        ('<meta itemprop="datePublished" content="2026-11-24 18:00">', ""),
        ('<meta name="pubdate" content="Tue, 24 Nov 2026 15:00:00 GMT">', ""),
        ("", '<time itemprop="datePublished" content="2026-11-24T15:00:00Z">أمس</time>'),
        ("", '<time class="entry-date" datetime="2026-11-24T18:00+03:00">أمس</time>'),
        (linked(datePublished="خطأ"), '<time datetime="24 تشرين الثاني 2026 18:00">أمس</time>'),
    ],
)
def test_the_date_is_what_the_page_says_of_itself(head: str, body: str) -> None:
    assert read(head, body + BODY).published_at == datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def test_a_date_that_is_only_guessed_is_none() -> None:
    assert read("", "<p>حدث ذلك في 24 تشرين الثاني 2026</p>" + BODY).published_at is None


@pytest.mark.parametrize("data", ["[" * 50_000, '{"a":' * 50_000, "{", "7", "null", '{"@type": 5}', '{"@type": [[]]}'])
def test_what_is_told_to_machines_is_survived(data: str) -> None:
    assert "عشر قرى" in read(f'<script type="application/ld+json">{data}</script>').text


def test_a_text_of_megabytes_is_bounded() -> None:
    found = read("", "".join(PARAGRAPH.format(n) for n in range(8_000)))
    assert len(found.text) == 100_000


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", ProblemKind.EMPTY),
        (b"%PDF-1.7", ProblemKind.NOT_A_FEED),
        (b"<html><body></body></html>", ProblemKind.EMPTY),
        (b"<html><body><nav><a href=/>x</a></nav></body></html>", ProblemKind.EMPTY),
    ],
)
def test_a_page_without_an_article_is_a_problem(body: bytes, kind: ProblemKind) -> None:
    found = read_article(Document(body, "text/html", None, "https://x.example/1"), NOW)
    assert found.text == ""
    assert found.problem is not None
    assert found.problem.kind == kind


def test_an_entry_is_completed_by_its_page_and_keeps_what_it_says_itself() -> None:
    page = ArticlePage("https://x.example/1", "عنوان الصفحة", "نص الصفحة الكامل", NOW)
    bare = Entry(None, "https://x.example/1", "", "", None)
    assert completed(bare, page) == Entry(None, bare.url, page.title, page.text, NOW)
    full = Entry("g", "https://x.example/1", "عنوان", "نص أطول مما في الصفحة", datetime(2026, 11, 20, tzinfo=UTC))
    assert completed(full, page) == full


@given(st.text())
def test_any_text_inside_a_page_is_survived(text: str) -> None:
    read(text, text + BODY)


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(body: bytes) -> None:
    read_article(Document(body, "text/html", None, "https://x.example/1"), NOW)
