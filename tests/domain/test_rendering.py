"""What a person sees of an alert, read with the grammar of Telegram. The texts are ours."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.data import read_text
from bot.domain.i18n import LANGUAGES, Messages
from bot.domain.markup import escape, plain
from bot.domain.model import Article, Evidence, Message
from bot.domain.rendering import render_alert
from bot.domain.summary import shorten
from bot.simulator.markup import Formatted, parse_html, units
from tests.conftest import NOON

SALMA = 1001
AR, EN = (Messages(language, read_text(f"messages/{language}.ftl")) for language in ("ar", "en"))
STEERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
JASIM = Article(
    source_id="horan",
    key="g1",
    url="https://news.example/1",
    title="دوي انفجار في مدينة جاسم",
    text="سمع سكان جاسم دوي انفجار قرب السوق. ولم ترد أنباء عن إصابات. أما الطقس فغائم.",
    language="ar",
    published_at=datetime(2026, 3, 14, 22, 5, tzinfo=UTC),
    seen_at=NOON,
    fingerprint=None,
)
FOUND = Evidence("text", 9, 13, "جاسم")


def rendered(
    article: Article = JASIM,
    watches: tuple[str, ...] = ("جاسم",),
    name: str = "صوت حوران",
    messages: Messages = AR,
    **more: bool,
) -> Message:
    return render_alert(SALMA, article, watches, [FOUND], name, messages, **more)


def rendered_with(where: str, text: str) -> Message:
    """An alert that holds `text` in one of its places."""
    article = replace(JASIM, title=text) if where == "title" else JASIM
    article = replace(article, text=text) if where == "text" else article
    return rendered(article, (text,) if where == "watch" else ("جاسم",), text if where == "name" else "صوت حوران")


def seen(message: Message) -> Formatted:
    """What Telegram makes of it; a refusal is an error."""
    return parse_html(message.html)


def words(formatted: Formatted) -> str:
    """The visible text without the marks that only steer direction."""
    return "".join(letter for letter in formatted.text if letter not in STEERING + "\u200e\u200f")


def kinds(formatted: Formatted) -> list[str]:
    return [entity["type"] for entity in formatted.entities]


def test_an_alert_has_a_headline_a_summary_its_source_and_why_it_came() -> None:
    message = rendered()
    assert words(seen(message)).split("\n") == [
        "دوي انفجار في مدينة جاسم",
        "سمع سكان جاسم دوي انفجار قرب السوق. ولم ترد أنباء عن إصابات.",
        "",
        "المصدر: صوت حوران · 15 آذار، 01:05",
        "تطابق: «جاسم»",
    ]
    assert kinds(seen(message)) == ["bold", "text_link"]
    assert [[(b.label, b.url) for b in row] for row in message.buttons] == [[("الخبر", "https://news.example/1")]]
    assert (message.chat_id, message.silent) == (SALMA, False)


def test_what_may_have_come_before_comes_silently_and_says_so() -> None:
    message = rendered(repeated=True)
    assert message.silent
    assert words(seen(message)).endswith("\nقد يكون هذا التنبيه وصلك من قبل.")


def test_the_english_interface_speaks_english_and_leaves_the_news_as_it_is() -> None:
    text = words(seen(rendered(name="Horan Voice", messages=EN)))
    assert "دوي انفجار في مدينة جاسم" in text
    assert "سمع سكان جاسم" in text
    assert "Source: Horan Voice · 15 March, 01:05" in text
    assert text.endswith("Matches: «جاسم»")


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "بالإنكليزية"),
        ("ckb", "بالكردية (السورانية)"),
        ("tr", "بالتركية"),
        ("other", "بلغة أخرى"),
        ("xx", "بلغة أخرى"),
    ],
)
def test_a_foreign_item_shows_its_headline_and_its_language_and_no_summary(language: str, name: str) -> None:
    article = replace(
        JASIM, title="Explosion in Jasim", text="It was heard at noon. Nobody was hurt.", language=language
    )
    lines = words(seen(rendered(article))).split("\n")
    assert lines[:3] == [f"العنوان الأصلي {name}:", "Explosion in Jasim", ""]
    assert "heard" not in "\n".join(lines)


def test_an_item_in_the_language_of_the_interface_is_not_foreign() -> None:
    article = replace(JASIM, title="Explosion in Jasim", text="It was heard at noon.", language="en")
    assert words(seen(rendered(article, messages=EN))).split("\n")[:2] == [
        "Explosion in Jasim",
        "It was heard at noon.",
    ]


def test_every_line_of_an_arabic_alert_runs_from_right_to_left() -> None:
    """Whatever it begins with: a line takes its direction from its first strong letter."""
    article = replace(JASIM, title="BBC: explosion", text="Heard at noon.", language="en")
    for line in rendered(article).html.split("\n"):
        assert not line or line.startswith("\u200f")
    assert not rendered(messages=EN).html.startswith("\u200f")


def test_an_undated_item_says_so() -> None:
    assert "المصدر: صوت حوران · التاريخ غير محدد" in words(seen(rendered(replace(JASIM, published_at=None))))


def test_an_item_without_a_link_has_no_button_and_names_its_source() -> None:
    message = rendered(replace(JASIM, url=None))
    assert message.buttons == ()
    assert "text_link" not in kinds(seen(message))
    assert "المصدر: صوت حوران" in words(seen(message))


def test_an_item_without_a_title_begins_with_what_it_says() -> None:
    arabic = words(seen(rendered(replace(JASIM, title=""))))
    assert arabic.split("\n")[0] == "سمع سكان جاسم دوي انفجار قرب السوق. ولم ترد أنباء عن إصابات."
    foreign = words(seen(rendered(replace(JASIM, title=" ", text="Heard at noon.", language="en"))))
    assert foreign.split("\n")[1] in ("", "Heard at noon.")
    foreign = words(seen(rendered(replace(JASIM, title="", text="Heard at noon.", language="en"))))
    assert foreign.split("\n")[1] == "Heard at noon."


MARKUP = [
    "<b>جاسم</b>",
    '<a href="tg://user?id=1">اضغط</a>',
    "</b><i>",
    "&lt;b&gt; &amp; 5 < 6",
    "\"'`*_[x](y)",
    "<!-- نص",
]


@pytest.mark.parametrize("text", MARKUP)
@pytest.mark.parametrize("where", ["title", "text", "watch", "name"])
def test_markup_is_shown_and_not_obeyed(text: str, where: str) -> None:
    message = rendered_with(where, text)
    assert text in words(seen(message))
    assert kinds(seen(message)) == ["bold", "text_link"]


@pytest.mark.parametrize("url", ["https://news.example/" + "a" * 2000, "https://news.example/?" + "a=1&" * 500])
def test_an_endless_address_is_left_to_the_button(url: str) -> None:
    message = rendered(replace(JASIM, url=url))
    assert "المصدر: صوت حوران" in words(seen(message))
    assert message.buttons[0][0].url == url


def test_a_hostile_address_stays_inside_its_link() -> None:
    article = replace(JASIM, url='https://news.example/"><b>1</b>&x=1')
    assert kinds(seen(rendered(article))) == ["bold", "text_link"]


@pytest.mark.parametrize("where", ["title", "text", "watch", "name"])
def test_nothing_foreign_can_turn_a_line_around(where: str) -> None:
    """An override or a stray end of an isolate would let a headline rearrange the words of Rasid."""
    hostile = "".join(f"{mark}جا{mark}سم" for mark in STEERING)
    message = rendered_with(where, hostile)
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067") & set(message.html)
    for line in message.html.split("\n"):
        depth = 0
        for letter in line:
            depth += {"\u2068": 1, "\u2069": -1}.get(letter, 0)
            assert depth >= 0
        assert depth == 0


def test_joiners_that_belong_to_the_spelling_are_kept() -> None:
    persian = "می\u200cخواهم"
    assert persian in escape(persian)


def test_watches_are_named_once_and_only_some_of_many() -> None:
    many = tuple(f"كلمة{n}" for n in range(9))
    assert words(seen(rendered(watches=("جاسم", "جاسم", "نوى")))).endswith("تطابق: «جاسم»، «نوى»")
    assert words(seen(rendered(watches=many))).endswith("تطابق: «كلمة0»، «كلمة1»، «كلمة2»، «كلمة3»، «كلمة4»…")


def test_the_words_of_a_message_can_be_read_without_its_markup() -> None:
    assert plain(AR.html("watch-empty")) == "لم تكتب ما تريد متابعته. اكتب مثلاً: تابع جاسم"


ANY = (
    st.text(max_size=400)
    | st.text('<>&"/ab=ا. \n' + STEERING, max_size=5000)
    | st.builds("😀".__mul__, st.integers(0, 3000))
)


@given(
    title=ANY,
    text=ANY,
    name=ANY,
    watches=st.lists(ANY, max_size=12),
    url=st.none() | ANY.filter(bool),
    language=st.sampled_from(["ar", "en", "ckb", "fa", "other"]),
    interface=st.sampled_from(sorted(LANGUAGES)),
    repeated=st.booleans(),
)
def test_telegram_takes_every_alert_and_shows_its_headline(
    title: str, text: str, name: str, watches: list[str], url: str | None, language: str, interface: str, repeated: bool
) -> None:
    article = replace(JASIM, title=title, text=text, url=url, language=language)
    message = rendered(article, tuple(watches), name, {"ar": AR, "en": EN}[interface], repeated=repeated)
    formatted = seen(message)
    assert formatted.text.strip()
    assert units(formatted.text) <= 3200
    assert set(kinds(formatted)) <= {"bold", "text_link", "url", "hashtag", "bot_command"}
    assert visible(shorten(title, 40, 300)) in visible(formatted.text)


def visible(text: str) -> str:
    """The letters that can be seen: neither control and format characters nor white space."""
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp") and not c.isspace())
