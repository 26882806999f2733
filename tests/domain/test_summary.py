"""A summary is made of the article's own sentences, is short, and is about what was matched. The texts are ours."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.model import Article, Evidence
from bot.domain.summary import LETTERS, WORDS, sentences, shorten, summarise
from tests.conftest import NOON

TITLE = "أخبار الجنوب"


def told(text: str, *found: str, title: str = TITLE, nth: int = 0) -> str:
    """The summary for words that were found in the text (the `nth` time that they stand there)."""
    return summarise(make(text, title), [evidence(text, word, nth) for word in found])


def make(text: str, title: str = TITLE) -> Article:
    return Article("horan", "g1", None, title, text, "ar", NOON, NOON, None)


def evidence(text: str, word: str, nth: int = 0) -> Evidence:
    start = -1
    for _ in range(nth + 1):
        start = text.index(word, start + 1)
    return Evidence("text", start, start + len(word), word)


def texts(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


LONG = (
    "وصلت شاحنات الطحين إلى مركز المحافظة. سمع سكان جاسم أصوات محركات ليلاً. قال تاجر إن السوق هادئ. "
    "أغلقت طريق جاسم من الشرق. الطقس غائم."
)


def test_the_sentences_that_hold_the_match_are_told_in_their_order() -> None:
    both = "سمع سكان جاسم أصوات محركات ليلاً. أغلقت طريق جاسم من الشرق."
    first, second = evidence(LONG, "جاسم"), evidence(LONG, "جاسم", 1)
    assert summarise(make(LONG), [second, first]) == both
    assert summarise(make(LONG), [first, first]) == "سمع سكان جاسم أصوات محركات ليلاً."


def test_a_match_in_the_first_sentence_is_told_with_the_one_that_follows() -> None:
    assert told(LONG, "الطحين") == "وصلت شاحنات الطحين إلى مركز المحافظة. سمع سكان جاسم أصوات محركات ليلاً."


def test_a_match_in_the_headline_alone_is_introduced_by_the_lead() -> None:
    lead = "وصلت شاحنات الطحين إلى مركز المحافظة. سمع سكان جاسم أصوات محركات ليلاً."
    assert summarise(make(LONG, "هدوء في نوى"), [Evidence("title", 8, 11, "نوى")]) == lead
    assert summarise(make(LONG), []) == lead


def test_no_more_than_two_sentences_are_told() -> None:
    text = " ".join(f"وقع حادث رقم {n} في نوى صباحاً." for n in range(5))
    found = [evidence(text, "نوى", n) for n in range(5)]
    assert len(texts(summarise(make(text), found))) == 2


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("هزة بقوة 3.5 درجات في حماة. لا أضرار.", ["هزة بقوة 3.5 درجات في حماة.", "لا أضرار."]),
        ("بلغ السعر 12.000 ليرة. ثم هبط.", ["بلغ السعر 12.000 ليرة.", "ثم هبط."]),
        ("قال د. سامر إن الوضع مستقر. ثم غادر.", ["قال د. سامر إن الوضع مستقر.", "ثم غادر."]),
        ("د. سامر حضر. ثم غادر.", ["د. سامر حضر.", "ثم غادر."]),
        ("حضر أ.د. سامر. ثم غادر.", ["حضر أ.د. سامر.", "ثم غادر."]),
        ("قال الطبيب (د. سامر) ذلك. ثم غادر.", ["قال الطبيب (د. سامر) ذلك.", "ثم غادر."]),
        ("J. Doe met the U.N. envoy. They left.", ["J. Doe met the U.N. envoy.", "They left."]),
        ("أصيب 12. ونقلوا إلى المشفى.", ["أصيب 12.", "ونقلوا إلى المشفى."]),
        ("حدث ذلك عام 2011. ثم هدأ الأمر.", ["حدث ذلك عام 2011.", "ثم هدأ الأمر."]),
        ("1. فتح الطريق\n2. عودة الماء", ["1. فتح الطريق", "2. عودة الماء"]),
        ("قال: «لن نغادر.» ثم سكت.", ["قال: «لن نغادر.»", "ثم سكت."]),
        ('صاح "النجدة!" ثم ركض.', ['صاح "النجدة!"', "ثم ركض."]),
        ("هل عاد الماء؟ نعم!! عاد…", ["هل عاد الماء؟", "نعم!!", "عاد…"]),
        ("زُر news.example/a.html الآن. شكراً.", ["زُر news.example/a.html الآن.", "شكراً."]),
        ("سطر أول\n\nسطر ثان", ["سطر أول", "سطر ثان"]),
        ("بلا علامة في آخره", ["بلا علامة في آخره"]),
        ("كَتَبَ. ثُمَّ نامَ.", ["كَتَبَ.", "ثُمَّ نامَ."]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_where_a_sentence_ends(text: str, parts: list[str]) -> None:
    assert texts(text) == parts


@pytest.mark.parametrize(
    ("title", "text", "summary"),
    [
        ("عودة الماء إلى نوى", "عودة الماء إلى نوى. بعد انقطاع طويل.", "بعد انقطاع طويل."),
        ("عودة الماء إلى نوى…", "عودة الماء إلى نوى\nبعد انقطاع طويل.", "بعد انقطاع طويل."),
        ("هل عاد الماء؟ نعم", "هل عاد الماء؟ نعم. بعد انقطاع طويل.", "بعد انقطاع طويل."),
        ("عودة الماء. والناس سعداء", "عودة الماء. والناس سعداء. بعد انقطاع.", "بعد انقطاع."),
        ("عودة الماء إلى نوى", "عودة الماء إلى نوى", ""),
        ("عودة الماء إلى نوى", "", ""),
        ("", "عاد الماء.", "عاد الماء."),
    ],
)
def test_the_headline_is_not_said_again(title: str, text: str, summary: str) -> None:
    assert told(text, title=title) == summary


def test_a_match_in_a_repeated_headline_is_told_by_the_lead() -> None:
    assert told("الماء في نوى. عاد بعد انقطاع.", "نوى", title="الماء في نوى") == "عاد بعد انقطاع."


@pytest.mark.parametrize("text", ["😀 🎉 🚨", "...", "؟!", "🇸🇾"])
def test_what_says_nothing_is_told_as_it_is_or_not_at_all(text: str) -> None:
    assert told(text) in (text, "")


def test_mixed_directions_are_kept_as_they_were_written() -> None:
    text = "أعلنت منظمة Syria Relief 24/7 عن خط ساخن +963-11 في دمشق. No details."
    assert told(text, "دمشق") == text


def test_one_endless_sentence_is_cut_between_words_and_says_so() -> None:
    text = " ".join(f"كلمة{n}" for n in range(500))
    summary = told(text, "كلمة3")
    assert len(summary.split()) == WORDS
    assert summary.endswith("…")
    assert text.startswith(summary.removesuffix("…"))
    assert text[len(summary) - 1] == " "


def test_one_endless_word_is_cut_too() -> None:
    assert told("ه" * 5000) == "ه" * LETTERS + "…"


def test_nothing_is_marked_as_cut_that_was_not() -> None:
    assert shorten("كلمة " * 3, 3, 100) == "كلمة كلمة كلمة"
    assert shorten("واحدة، اثنتان، ثلاث", 2, 100) == "واحدة، اثنتان…"
    assert shorten("قيل… ثم", 1, 100) == "قيل…"


ANY = st.text(max_size=300) | st.text('اب.!؟…\n ءد13«»()a"', max_size=1500)


@given(text=ANY, title=ANY, spots=st.lists(st.integers(0, 1500), max_size=5), field=st.sampled_from(["text", "title"]))
@example(text="ه " * 800, title="", spots=[0], field="text")
def test_a_summary_is_short_and_only_the_articles_own_words(
    text: str, title: str, spots: list[int], field: str
) -> None:
    summary = summarise(make(text, title), [Evidence(field, spot, spot + 1, "x") for spot in spots])
    assert len(summary.split()) <= WORDS
    assert len(summary) <= LETTERS + 1
    parts = [part.strip() for part in summary.removesuffix("…").split(" ")]
    assert " ".join(parts).strip() in " ".join(text.split()) or all(part in text for part in parts)
    assert len(summary.split()) <= len(text.split())


@given(text=ANY)
def test_sentences_cover_the_text_in_order_and_lose_only_white_space(text: str) -> None:
    found = sentences(text)
    assert all(text[s.start : s.end] == s.text == s.text.strip() != "" for s in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert "".join("".join(s.text.split()) for s in found) == "".join(text.split())


@given(text=ANY, words=st.integers(1, 80), letters=st.integers(1, 800))
def test_a_shortened_text_is_a_beginning_within_both_bounds(text: str, words: int, letters: int) -> None:
    short = shorten(text, words, letters)
    assert len(short.split()) <= words
    assert len(short) <= letters + 1
    assert " ".join(text.split()).startswith(short.removesuffix("…"))
