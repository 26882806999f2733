"""Which words of a text could be a name, before any judgement."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.arabic import tokenise
from bot.domain.spotting import NameIndex, WordCounts, commonness, spellings, splits

NAMES = {
    "الباب": ("C1",), "باب الهوى": ("C2",), "دير الزور": ("C3", "SY09"), "حلب": ("C4",), "السويداء": ("C5",),
    "بنان": ("C6",), "أبو كمال": ("C7",), "الحارة": ("C8",), "التل": ("C9",), "التل الأحمر": ("X1",),
}  # fmt: skip
INDEX = NameIndex(NAMES, ["أحرار الشام", "باب الحارة", "كرة القدم"])


def spotted(text: str) -> list[str]:
    return [spot.name for spot in INDEX.spot(tokenise(text))]


@pytest.mark.parametrize("form", ["الباب", "والباب", "بالباب", "وبالباب", "للباب", "فالباب", "كالباب", "وللباب"])
def test_a_name_is_spotted_behind_its_clitics(form: str) -> None:
    assert spotted(f"وصل {form} أمس") == ["الباب"]


def test_the_longest_name_wins() -> None:
    assert spotted("معبر باب الهوى") == ["باب الهوي"]
    assert spotted("قرب التل الأحمر") == ["التل الاحمر"]


def test_what_stands_inside_a_fixed_phrase_is_not_spotted() -> None:
    assert spotted("مسلسل باب الحارة في حلب") == ["حلب"]
    assert spotted("أحرار الشام في الباب") == ["الباب"]


@pytest.mark.parametrize("text", ["دير الزور", "ديرالزور", "#دير_الزور", "دير-الزور", "لدير الزور", "وديرالزور"])
def test_a_name_of_two_words_is_spotted_together_apart_and_in_a_hashtag(text: str) -> None:
    assert spotted(text) == ["دير الزور"] or spotted(text) == ["ديرالزور"]


def test_a_short_first_word_may_carry_a_clitic_but_a_short_name_may_not() -> None:
    index = NameIndex({"تل أبيض": ("C1",), "حط": ("C2",)})
    assert [spot.name for spot in index.spot(tokenise("وتل أبيض وحط وبتل أبيض"))] == ["تل ابيض", "تل ابيض"]


def test_two_words_of_a_name_parted_by_a_comma_are_not_the_name() -> None:
    assert spotted("دير، الزور") == []


def test_a_final_hamza_may_be_left_out() -> None:
    assert "السويدا" in spellings("السويداء")
    assert spotted("ريف السويدا") == ["السويدا"]
    assert spotted("مدينة أبي كمال") == ["ابي كمال"]


def test_a_false_clitic_is_still_spotted_for_the_evidence_to_judge() -> None:
    assert spotted("لبنان") == ["بنان"]


def test_a_word_inside_another_word_is_never_a_name() -> None:
    assert spotted("التلال والأبواب وحلبية ومحلب") == []


@given(st.text(max_size=60))
def test_any_text_can_be_spotted_and_spots_never_overlap(text: str) -> None:
    spots = INDEX.spot(tokenise(text))
    assert all(one.last <= two.first for one, two in pairwise(spots))


@given(st.text(st.characters(min_codepoint=0x0621, max_codepoint=0x064A), min_size=1, max_size=10))
def test_the_bare_word_is_the_first_reading_and_none_is_empty(form: str) -> None:
    found = splits(form)
    assert found[0] == ("", form)
    assert all(len(split.rest) >= 2 for split in found[1:])


def test_word_counts_are_read_by_group_with_their_shares() -> None:
    counts = WordCounts.load("# head\n400\tحلب:94 باب\n3\tنوي:96")
    assert counts.times("باب") == 400
    assert counts.of("حلب").in_syria == 1.0
    assert counts.of("غير معروف").times == 0
    assert 0 == commonness(0) < commonness(100) < commonness(10_000) <= 1.2
