from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.articles import MAX_KEY, MAX_TEXT, MAX_TITLE, canonical_url, fingerprint, make_article, why_silent
from bot.domain.model import Article, Content, Entry, PlaceHit, Silence

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ENTRY = Entry(
    guid="tag:x,1",
    url="https://www.x.example/n/1/?utm_source=rss",
    title="إصلاح خط الكهرباء المغذي للبلدة",
    text="أنهت الورشات إصلاح الخط الذي تضرر بالعاصفة، وعاد التيار إلى جميع الأحياء مساء أمس.",
    published_at=NOW - timedelta(hours=1),
)


def article(entry: Entry = ENTRY) -> Article:
    return make_article(entry, "source", NOW, lambda title, text: Content("ar"))


def test_an_article_is_its_entry_understood() -> None:
    made = article()
    assert (made.source_id, made.url, made.title, made.text) == ("source", ENTRY.url, ENTRY.title, ENTRY.text)
    assert (made.language, made.published_at, made.seen_at) == ("ar", ENTRY.published_at, NOW)


def test_what_is_understood_of_title_and_text_belongs_to_the_article() -> None:
    asked: list[tuple[str, str]] = []
    place = PlaceHit(("SY12",), "title", 0, 4)

    def read(title: str, text: str) -> Content:
        asked.append((title, text))
        return Content("kmr", (place,))

    made = make_article(ENTRY, "source", NOW, read)
    assert asked == [(ENTRY.title, ENTRY.text)]
    assert (made.language, made.places) == ("kmr", (place,))


def test_the_key_is_the_guid_else_the_address_else_the_text() -> None:
    assert article().key == "tag:x,1"
    assert article(replace(ENTRY, guid=None)).key == "https://x.example/n/1"
    by_text = replace(ENTRY, guid=None, url=None)
    assert article(by_text).key == article(replace(by_text, published_at=None)).key
    assert article(by_text).key != article(replace(by_text, text=by_text.text + "!")).key


def test_a_key_is_short_and_still_its_own() -> None:
    long = [article(replace(ENTRY, guid="g" * 10_000 + end)).key for end in "ab"]
    assert len(set(long)) == 2
    assert all(len(key) <= MAX_KEY for key in long)
    assert len(article(replace(ENTRY, guid=None, url="https://x.example/" + "ا" * 2_000)).key) <= MAX_KEY


def test_what_is_stored_is_bounded() -> None:
    made = article(replace(ENTRY, title="ع" * 9_999, text="ن" * 999_999))
    assert (len(made.title), len(made.text)) == (MAX_TITLE, MAX_TEXT)


def test_nothing_was_published_after_it_was_seen() -> None:
    assert article(replace(ENTRY, published_at=NOW + timedelta(hours=20))).published_at == NOW
    assert article(replace(ENTRY, published_at=None)).published_at is None


@pytest.mark.parametrize(
    "url",
    [
        "https://x.example/n/1?a=1&b=2", "http://www.x.example/n/1/?b=2&a=1", "https://X.Example:443/n/1?a=1&b=2#c",
        "https://x.example/n/1?utm_source=t&a=1&fbclid=z&b=2&UTM_Campaign=q", " https://x.example/n/1/?a=1&b=2&gclid=1",
    ],
)  # fmt: skip
def test_one_page_has_one_canonical_address(url: str) -> None:
    assert canonical_url(url) == "https://x.example/n/1?a=1&b=2"


@pytest.mark.parametrize(
    "url",
    ["https://x.example/n/1", "https://x.example/n/1?a=1&b=3", "https://x.example/N/1?a=1&b=2",
     "https://y.x.example/n/1?a=1&b=2", "https://x.example:8080/n/1?a=1&b=2", "https://x.example/?p=1"],
)  # fmt: skip
def test_another_page_has_another(url: str) -> None:
    assert canonical_url(url) != canonical_url("https://x.example/n/1?a=1&b=2")


@given(st.text() | st.from_regex(r"https?://[^\s]{0,30}", fullmatch=True))
def test_a_canonical_address_is_its_own(url: str) -> None:
    assert canonical_url(canonical_url(url)) == canonical_url(url)


def test_reposts_of_one_text_have_one_fingerprint() -> None:
    repost = fingerprint(f"«{ENTRY.title}»!", ENTRY.text.replace("إصلاح", "اصلاح").replace("،", " -") + "\n")
    assert article().fingerprint == repost
    assert repost is not None


def test_another_text_has_another_fingerprint() -> None:
    assert fingerprint(ENTRY.title, ENTRY.text.replace("مساء", "صباح")) != article().fingerprint


def test_a_short_text_has_none() -> None:
    assert fingerprint("انفجار في المدينة", "سمع دوي انفجار في المدينة") is None
    assert fingerprint("", " ".join(["كلمة"] * 11)) is None
    assert fingerprint("", " ".join(["كلمة"] * 12)) is not None


@given(st.text(), st.text())
def test_any_text_may_have_a_fingerprint(title: str, text: str) -> None:
    fingerprint(title, text)


@pytest.mark.parametrize(
    ("published_at", "first_poll", "silence"),
    [
        (NOW, False, None),
        (NOW - timedelta(hours=48), False, None),
        (NOW - timedelta(hours=48, seconds=1), False, Silence.STALE),
        (None, False, Silence.UNDATED),
        (NOW, True, Silence.FIRST_POLL),
        (None, True, Silence.FIRST_POLL),
    ],
)
def test_old_undated_and_first_articles_alert_nobody(
    published_at: datetime | None, first_poll: bool, silence: Silence | None
) -> None:
    assert why_silent(article(replace(ENTRY, published_at=published_at)), first_poll, NOW) is silence
