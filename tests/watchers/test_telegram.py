import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Document, Entry, ProblemKind, Reading
from tests.watchers.golden import fixture, golden, names, reading
from watchers.parsers.telegram import read_channel

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
DATE = (
    '<div class="tgme_widget_message_footer"><span class="tgme_widget_message_meta">{meta}<a '
    'class="tgme_widget_message_date" href="#"><time datetime="2026-11-25T09:30:00+00:00">09:30</time></a></span></div>'
)


def post(words: str, number: object = 10, around: str = "", meta: str = "", classes: str = "") -> str:
    text = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{words}</div>' if words else ""
    return (
        f'<div class="tgme_widget_message_wrap"><div class="tgme_widget_message {classes}" '
        f'data-post="Sahl_News/{number}">'
        f"{around}{text}{DATE.format(meta=meta)}</div></div>"
    )


def page(*posts: str, head: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head>{head}</head><body><main>"
        f'<section class="tgme_channel_history">{"".join(posts)}</section></main></body></html>'
    )


def read(source: str | bytes, url: str = "https://t.me/s/sahl_news") -> Reading:
    body = source.encode() if isinstance(source, str) else source
    return read_channel(Document(body, "text/html", "utf-8", url), NOW)


def only(*posts: str) -> Entry:
    (entry,) = read(page(*posts)).entries
    return entry


@pytest.mark.parametrize("name", names("telegram"))
def test_a_fixture_reads_as_its_golden_file_says(name: str) -> None:
    assert reading(name, "telegram") == json.loads(golden(name, "telegram").read_text("utf-8"))


def test_the_encoding_makes_no_difference_to_what_is_read() -> None:
    declared = read_channel(fixture("windows-1256-declared", "telegram"), NOW)
    assert declared.entries
    assert declared == read_channel(fixture("windows-1256-undeclared", "telegram"), NOW)


def test_a_handle_is_one_name_however_it_is_spelt_and_the_link_keeps_the_spelling() -> None:
    entry = only(post("نص الخبر"))
    assert (entry.guid, entry.url) == ("sahl_news/10", "https://t.me/Sahl_News/10")


def test_a_quoted_post_is_not_told_again() -> None:
    quote = '<a class="tgme_widget_message_reply"><div class="tgme_widget_message_text">انفجار قديم في السوق</div></a>'
    assert only(post("نص الرد وحده", around=quote)).text == "نص الرد وحده"


def test_a_quote_alone_is_no_post() -> None:
    quote = '<a class="tgme_widget_message_reply"><div class="tgme_widget_message_text">انفجار قديم</div></a>'
    assert read(page(post("", around=quote), post("نص", 11))).entries[0].guid == "sahl_news/11"


def test_the_length_of_a_film_is_no_date() -> None:
    film = '<time class="message_video_duration" datetime="2020-01-01T00:00:00+00:00">0:41</time>'
    assert only(post("نص الخبر", around=film)).published_at == datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "title", "text"),
    [
        ("سطر واحد فيه خبر كامل", "", "سطر واحد فيه خبر كامل"),
        ("<b>سطر واحد فيه خبر كامل</b>", "", "سطر واحد فيه خبر كامل"),
        ("<b>افتتاح مركز صحي جديد</b><br/>ويقدم خدماته مجاناً", "افتتاح مركز صحي جديد", "ويقدم خدماته مجاناً"),
        ("افتتاح مركز صحي جديد<br/><br/>ويقدم خدماته", "افتتاح مركز صحي جديد", "ويقدم خدماته"),
        ("<b>افتتاح <i>مركز</i></b><b> صحي</b> ✅<br/>ويقدم", "افتتاح مركز صحي ✅", "ويقدم"),
        ("افتتاح مركز صحي جديد<br/>ويقدم خدماته", "", "افتتاح مركز صحي جديد\nويقدم خدماته"),
        ("<b>افتتاح مركز</b> صحي جديد<br/>ويقدم خدماته", "", "افتتاح مركز صحي جديد\nويقدم خدماته"),
        ("<b>عاجل جداً</b><br/><br/>ويقدم خدماته", "", "عاجل جداً\nويقدم خدماته"),
        ("#درعا #عاجل #محليات<br/><br/>ويقدم", "", "#درعا #عاجل #محليات\nويقدم"),
        ("قال مدير المركز اليوم:<br/><br/>نعمل يومياً", "", "قال مدير المركز اليوم:\nنعمل يومياً"),
        ("كلمة " * 60 + "<br/><br/>نص", "", ("كلمة " * 60).strip() + "\nنص"),
        ("أ<pre>ب</pre>ج<blockquote>د</blockquote>ه", "", "أ\nب\nج\nد\nه"),
        ('وسم<a href="?q=x">#طويل</a>ومتصل', "", "وسم#طويلومتصل"),
    ],
)
def test_a_first_line_that_is_set_like_a_headline_is_the_title(words: str, title: str, text: str) -> None:
    entry = only(post(words))
    assert (entry.title, entry.text) == (title, text)


def test_a_text_inside_a_text_is_told_once() -> None:
    nested = '<div class="tgme_widget_message_text js-message_text">نص واحد</div>'
    assert only(post(nested)).text == "نص واحد"


def test_what_was_escaped_twice_is_read_as_it_was_meant() -> None:
    assert only(post("a=1&amp;amp;b=2 &amp;quot;نص&amp;quot;")).text == 'a=1&b=2 "نص"'


def test_posts_without_text_and_notices_give_no_entry_but_their_numbers_count() -> None:
    picture = post("", 11, '<a class="tgme_widget_message_photo_wrap" href="https://t.me/Sahl_News/11"></a>')
    album = post(
        "", 12, '<a href="https://t.me/Sahl_News/12?single"></a><a href="https://t.me/Sahl_News/15?single"></a>'
    )
    poll = post("", 9, '<div class="tgme_widget_message_poll_question">سؤال</div>')
    notice = post("pinned a photo", 8, classes="service_message")
    found = read(page(notice, poll, post("نص الخبر"), picture, album))
    assert [entry.guid for entry in found.entries] == ["sahl_news/10"]
    assert (found.lowest, found.highest) == (8, 15)
    assert found.problems == ()


@pytest.mark.parametrize(
    ("meta", "edited"),
    [("", False), ("edited ", True), ('<span class="tgme_widget_message_from_author">edited</span>, ', False)],
)
def test_an_edited_post_is_marked_and_a_signature_does_not_mark_it(meta: str, edited: bool) -> None:
    assert only(post("نص الخبر", meta=meta)).edited is edited


@pytest.mark.parametrize(
    ("name", "forwarded_from", "original_url"),
    [
        ('<a class="tgme_widget_message_forwarded_from_name" href="https://t.me/jabal/7">بريد <b>الجبل</b></a>',
         "بريد الجبل", "https://t.me/jabal/7"),
        ('<span class="tgme_widget_message_forwarded_from_name">قناة مغلقة</span>', "قناة مغلقة", None),
        ('<a class="tgme_widget_message_forwarded_from_name" href="javascript:x">س</a>', "س", None),
        ("", None, None),
    ],
)  # fmt: skip
def test_a_forwarded_post_names_who_wrote_it(name: str, forwarded_from: str | None, original_url: str | None) -> None:
    entry = only(post("نص الخبر", around=f'<div class="tgme_widget_message_forwarded_from">{name}</div>'))
    assert (entry.forwarded_from, entry.original_url) == (forwarded_from, original_url)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('<a href="https://x.example/1">https://x.example/1</a>', ("عنوان الصفحة", "وصف الصفحة")),
        ("https://x.example/1 نص القناة", ("", "https://x.example/1 نص القناة")),
    ],
)
def test_the_preview_of_a_link_is_told_only_where_the_link_is_all(words: str, told: tuple[str, str]) -> None:
    preview = (
        '<a class="tgme_widget_message_link_preview" href="https://x.example/1"><div class="link_preview_title">عنوان '
        'الصفحة</div><div class="link_preview_description">وصف الصفحة</div></a>'
    )
    entry = only(post(words, around=preview))
    assert (entry.title, entry.text) == told


MORE = '<a href="/s/Sahl_News?before={0}" class="tme_messages_more js-messages_more" data-before="{0}"></a>'


@pytest.mark.parametrize(
    ("pager", "head", "older"),
    [
        (MORE.format(10), "", "http://127.0.0.1:8080/s/Sahl_News?before=10"),
        ('<a href="/s/Sahl_News?before=10" class="tme_messages_more"></a>', "", "http://127.0.0.1:8080/s/Sahl_News?before=10"),
        ("", '<link rel="prev" href="/s/Sahl_News?before=10">', "http://127.0.0.1:8080/s/Sahl_News?before=10"),
        (MORE.format(0), "", None),
        (MORE.format(1), "", None),
        (MORE.format(99), "", None),
        (MORE.format("x"), "", None),
        (MORE.format("9" * 30), "", None),
        ('<a href="/s/Sahl_News?after=10" class="tme_messages_more" data-after="10"></a>', "", None),
        ("", '<link rel="canonical" href="/s/Sahl_News?before=10">', None),
    ],
)  # fmt: skip
def test_the_page_before_is_the_one_that_telegram_leads_to(pager: str, head: str, older: str | None) -> None:
    found = (
        read(page(pager, post("نص الخبر")), "http://127.0.0.1:8080/s/Sahl_News?before=30")
        if not head
        else read(page(post("نص الخبر"), head=head), "http://127.0.0.1:8080/s/Sahl_News?before=30")
    )
    assert found.older == older


@pytest.mark.parametrize("data_post", ["", "x", "0", "-1", "9" * 19, "10/11", "١٢"])
def test_a_post_without_a_number_is_passed_over(data_post: str) -> None:
    found = read(page(post("نص بلا رقم", data_post), post("نص الخبر", 11)))
    assert [entry.guid for entry in found.entries] == ["sahl_news/11"]


def test_a_page_that_ends_in_the_middle_keeps_the_posts_before_the_last() -> None:
    source = page(post("نص أول", 10), post("نص ثان", 11), post("نص ثالث طويل", 12))
    found = read(source[: source.index("ثالث")])
    assert [entry.text for entry in found.entries] == ["نص أول", "نص ثان"]
    assert [problem.kind for problem in found.problems] == [ProblemKind.CUT]
    assert (found.whole, found.highest) == (False, 11)


@pytest.mark.parametrize("size", range(0, 1500, 37))
def test_no_cut_makes_up_a_post(size: int) -> None:
    source = page(post("نص أول", 10), post("نص ثان", 11), post("نص ثالث طويل", 12)).encode()
    entries = read(source).entries
    found = read(source[:size])
    assert found.entries == entries[: len(found.entries)]
    assert not found.whole or found.problems or size >= len(source)


def test_a_page_that_never_ends_is_read_within_bounds() -> None:
    found = read(page(*(post(f"نص {number}", number) for number in range(1, 3001))))
    assert len(found.entries) == 1000


@given(st.text())
def test_any_text_inside_a_post_is_survived(words: str) -> None:
    found = read(page(post(words, 10), post("نص الخبر", 11)))
    assert not found.entries or found.entries[-1].text


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(body: bytes) -> None:
    assert read(body).entries == ()
