"""Which readings are believed, and what a family is."""

import pytest

from bot.domain.arabic import Reading, readings
from bot.domain.clitics import families, family_names, plausible, without_article
from bot.domain.lexicon import NO_PREFIX, NO_TANWEEN


def believed(form: str, *, tanween: bool = False, marbuta: bool = False) -> set[str]:
    return {r.stem for r in readings(form) if plausible(form, r, tanween=tanween, marbuta=marbuta)}


def test_a_pronoun_is_no_teh_marbuta() -> None:
    assert "قصف" in believed("قصفه")
    assert "قصف" not in believed("قصفه", marbuta=True)


def test_tanween_shows_what_the_alef_is() -> None:
    assert believed("دوما") == {"دوما", "دوماء"}
    assert "دوما" not in believed("دوما", tanween=True)
    assert "دوم" in believed("دوما", tanween=True)
    assert "سوري" not in believed("سوريا")
    assert "سوري" in believed("سوريا", tanween=True)


def test_a_word_with_an_article_has_no_pronoun() -> None:
    assert "سوري" not in believed("السوريه")
    assert "مدين" not in believed("المدينه")


def test_a_preposition_takes_no_accusative() -> None:
    assert "قصف" in believed("قصفا")
    assert "قصف" not in believed("بقصفا")


def test_the_future_stands_before_verbs() -> None:
    assert "يقصف" in believed("سيقصف")
    assert "نار" not in believed("سنار")


@pytest.mark.parametrize("word", ["لبنان", "وزير", "بيان", "فريق", "كتاب", "لجنه"])
def test_an_ordinary_word_keeps_its_first_letter_whatever_stands_before_it(word: str) -> None:
    assert word in NO_PREFIX
    assert word[1:] not in believed(word) | believed("و" + word) | believed("ال" + word)
    assert word in believed("و" + word)


def test_the_word_lists_are_folded_words_that_could_be_misread() -> None:
    assert all(any(reading.before for reading in readings(word)) for word in NO_PREFIX)
    assert all(any(reading.after == "ا" for reading in readings(word)) for word in NO_TANWEEN)


def test_the_bare_word_is_always_believed_without_tanween() -> None:
    assert plausible("درعا", Reading("درعا"))


def test_an_article_is_not_taken_for_the_rest() -> None:
    assert without_article("المدفعي") == "مدفعي"
    assert without_article("الان") == "الان"


def test_a_family_is_asked_for_by_its_names_and_met_by_its_members() -> None:
    assert families("ايرانيين") == ("ايرانيين", "ايران", "ايراني")
    assert set(family_names("ايراني")) == {"ايراني", "ايران"}
    assert "معتقل" in family_names("اعتقال")
