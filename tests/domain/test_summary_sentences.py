"""Where sentences end and where they may be cut. The texts are ours."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.sentences import count_words, cut_at_pause, is_open, paired, sentences, shorten, stops

ANY = st.text(max_size=300) | st.text('اب.!؟…\n ءد13«»()a"', max_size=1500)


def texts(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


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
    "whole",
    [
        "قال: «عدنا إلى البيت. لم نجد شيئاً. سنبقى» وهو يبكي.",
        'كتب: "فتحت الطريق. مرّ الناس" على صفحته.',
        "أعلن ”المجلس. المحلي“ عن موعد جديد.",  # outlets mix the marks that open and close
        "وصلت القافلة (كانت عشرين شاحنة. نقصت اثنتان) ظهراً.",
        "ذكر البيان [الصادر أمس. بلا توقيع] أن الدوام يعود.",
    ],
)
def test_a_quotation_or_a_bracket_is_never_split(whole: str) -> None:
    assert texts(f"{whole} ثم سكت الجميع.") == [whole, "ثم سكت الجميع."]


def test_a_quotation_that_is_never_closed_holds_nothing_back() -> None:
    assert texts("قال: «عدنا إلى البيت. لم نجد شيئاً.\nوصل الباص.") == [
        "قال: «عدنا إلى البيت.",
        "لم نجد شيئاً.",
        "وصل الباص.",
    ]
    assert is_open("قال: «عدنا إلى البيت.")
    assert not is_open("قال: «عدنا إلى البيت».")


LONG = (
    "أغلق الأهالي الطريق الواصل بين البلدة والمدينة احتجاجاً على انقطاع المياه منذ أسبوع كامل، "
    "ثم أعادوا فتحه بعد وعود من البلدية بإصلاح المضخة خلال يومين وتزويد الأحياء بالصهاريج"
)


def test_a_long_sentence_is_cut_at_a_pause_where_one_leaves_enough() -> None:
    assert cut_at_pause(LONG, 20, 400) == LONG.split("،")[0] + "…"
    assert cut_at_pause(LONG, 60, 400) == LONG
    assert count_words(cut_at_pause(LONG, 9, 400)) == 9  # no pause so early: between words


def test_a_cut_never_falls_into_a_quotation() -> None:
    said = "«المضخة تعطلت قبل أيام وسوف تعود إلى العمل قريباً جداً»"
    text = f"ذكر المتحدث باسم البلدية في بيان نشره مساء أمس أن {said} وشكر الناس"
    assert cut_at_pause(text, 14, 400) == "ذكر المتحدث باسم البلدية في بيان نشره مساء أمس أن…"


def test_nothing_is_marked_as_cut_that_was_not() -> None:
    assert shorten("كلمة " * 3, 3, 100) == "كلمة كلمة كلمة"
    assert shorten("واحدة، اثنتان، ثلاث", 2, 100) == "واحدة، اثنتان…"
    assert shorten("قيل… ثم", 1, 100) == "قيل…"


def test_words_are_counted_as_a_reader_counts_them() -> None:
    assert count_words("قُتِلَ شابٌّ في آذار/مارس، 24/7") == 7
    assert stops("واحد. اثنان! ثلاثة؟ أربعة") == 4


@given(text=ANY)
def test_sentences_cover_the_text_in_order_and_lose_only_white_space(text: str) -> None:
    found = sentences(text)
    assert all(text[s.start : s.end] == s.text == s.text.strip() != "" for s in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert "".join("".join(s.text.split()) for s in found) == "".join(text.split())


@given(text=ANY)
def test_no_sentence_begins_or_ends_inside_a_pair(text: str) -> None:
    edges = {edge for s in sentences(text) for edge in (s.start, s.end)}
    assert not [edge for edge in edges for start, end in paired(text) if start < edge < end]


@given(text=ANY, words=st.integers(1, 80), letters=st.integers(1, 800))
def test_a_shortened_text_is_a_beginning_within_both_bounds(text: str, words: int, letters: int) -> None:
    for cut in (shorten, cut_at_pause):
        short = cut(text, words, letters)
        assert len(short.split()) <= words or count_words(short) <= words
        assert len(short) <= letters + 1
        assert " ".join(text.split()).startswith(short.removesuffix("…"))
