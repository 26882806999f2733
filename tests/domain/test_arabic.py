"""Folding, tokens and readings: the laws, and how real text is written."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.arabic import Reading, fold, normalise, readings, tokenise

any_text = st.text(st.characters(), max_size=60)  # surrogates included
knotty = st.text('واالبلكسدرعةىـ.·*_#"«»” \u200f\u064b\u0651ﷺﻻ١2,٬@', max_size=40)
either = st.one_of(any_text, knotty)


def forms(text: str) -> list[str]:
    return [token.form for token in tokenise(text)]


@given(either)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(either)
def test_folding_with_offsets_gives_the_same_text(text: str) -> None:
    folded = fold(text)
    assert folded.text == normalise(text)
    assert len(folded.starts) == len(folded.text) + 1


@given(either)
def test_offsets_never_fall_and_each_leads_to_a_character_that_folds_to_it(text: str) -> None:
    folded = fold(text)
    assert list(folded.starts) == sorted(folded.starts)
    assert all(0 <= start <= len(text) for start in folded.starts)
    for character, start in zip(folded.text, folded.starts, strict=False):
        assert character == " " or character in normalise(text[start])


@given(either, st.data())
def test_a_span_of_the_folded_text_folds_from_the_span_of_the_original(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    first, last = folded.span(start, end)
    assert normalise(folded.text[start:end]) in normalise(text[first:last])


@given(either)
def test_tokens_stand_in_order_and_never_overlap(text: str) -> None:
    end = 0
    for token in tokenise(text):
        assert end <= token.start < token.end <= len(text)
        assert token.form
        end = token.end


@given(either)
def test_a_form_is_folded_already(text: str) -> None:
    for token in tokenise(text):
        assert normalise(token.form) == token.form


@given(either)
def test_a_word_may_always_be_read_as_it_stands(text: str) -> None:
    for token in tokenise(text):
        first, *others = readings(token.form)
        assert first == Reading(token.form)
        assert all(len(other.stem) >= (2 if other.article else 3) for other in others)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("إدلب أم آمنة ٱلشام", "ادلب ام امنه الشام"),
        ("مستشفى اللاذقية", "مستشفي اللاذقيه"),
        ("شؤون بيئة", "شوون بييه"),
        ("السُّوَيْدَاءُ", "السويداء"),
        ("الرحمٰن", "الرحمن"),
        ("درعـــــا", "درعا"),
        ("ﺩﺭﻋﺎ ﻻ", "درعا لا"),
        ("إیران کوباني", "ايران كوباني"),
        ("کۆبانێ حەسەکە", "كوباني حهسهكه"),
        ("ڤيديو پاريس", "فيديو باريس"),
        ("٣٥ ۳۵ ٪٥٫٥", "35 35 %5.5"),
        ("Qamişlo KOBANÊ Hesekê İstanbul Diyarbakır", "qamislo kobane heseke istanbul diyarbakir"),
        ("𝗗𝗮𝗶𝗹𝘆 𝟬𝟯", "daily 03"),
        ("‏درعا‎\u200b\u2067 \t\r\n حلب\ufeff", "درعا حلب"),
        ("می\u200cشود", "ميشود"),
        ("a\ud800b", "a b"),
        ("ﹰﱞ", ""),
    ],
)
def test_spellings_that_readers_take_for_one_fold_to_one(written: str, folded: str) -> None:
    assert normalise(written) == folded


def test_a_bare_hamza_keeps_words_apart() -> None:
    assert normalise("ماء") != normalise("ما")
    assert normalise("هناء") != normalise("هنا")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("محمود ل”المدن”، إن", ["محمود", "للمدن", "ان"]),
        ("ل«اللاذقية» و(درعا)", ["للاذقيه", "ودرعا"]),
        ('من “داعش” وب"حلب"', ["من", "داعش", "وبحلب"]),
        ("لـ درعا وبـ«حلب» لـ(حمص)", ["لدرعا", "وبحلب", "لحمص"]),
        ("على بعد الــ55 كم", ["علي", "بعد", "ال55", "كم"]),
        ("#عنب_بلدي #درعا", ["عنب", "بلدي", "درعا"]),
        ("قـ.ـتل وقـ*ـتـ.ـل", ["قتل", "وقتل"]),
        ("ق.ت.ل و ب ك ك", ["قتل", "وبكك"]),
        ("د*اعش ق**تل", ["داعش", "قتل"]),
        ("انتهى القصف.وقال شاهد", ["انتهي", "القصف", "وقال", "شاهد"]),
        ("تل.أبيض", ["تل", "ابيض"]),
        ("3.8 أطنان و1,200 و١٬٢٠٠ و2,5", ["3.8", "اطنان", "و1200", "و1200", "و2", "5"]),
        ("بلغ 1,200 أو ١٬٢٠٠", ["بلغ", "1200", "او", "1200"]),
        ("https://t.me/daraa_24 تابعوا @daraa_24", ["تابعوا", "@daraa_24"]),
        ("درعا-حلب، درعا/حلب", ["درعا", "حلب", "درعا", "حلب"]),
        ("درعا ـ دمشق", ["درعا", "دمشق"]),
        ("(ٌقسد)", ["قسد"]),
        ("Şam'da F-16", ["sam", "da", "f", "16"]),
        ("", []),
        ("…!؟ ـــ 🔴", []),
    ],
)
def test_words_are_cut_as_people_read_them(text: str, expected: list[str]) -> None:
    assert forms(text) == expected


def test_a_token_spans_what_was_written() -> None:
    text = "قال ل”المدن” في قـ.ـتل"
    assert [text[t.start : t.end] for t in tokenise(text)] == ["قال", "ل”المدن", "في", "قـ.ـتل"]
    assert [t.joined for t in tokenise(text)] == [False, True, False, True]


def test_bidi_marks_at_the_edge_of_a_word_are_not_part_of_it() -> None:
    text = "\u200fدرعا\u200f الآن"
    assert text[tokenise(text)[0].start : tokenise(text)[0].end] == "درعا"


def test_tanween_and_teh_marbuta_are_told_before_they_are_folded_away() -> None:
    plain, adverb, feminine, pronoun = tokenise("دوما دوماً مدينةٌ مدينه")
    assert (plain.form, plain.tanween) == (adverb.form, False)
    assert adverb.tanween
    assert feminine.form == pronoun.form
    assert (feminine.marbuta, pronoun.marbuta) == (True, False)


def test_the_words_of_a_hashtag_know_it() -> None:
    tokens = tokenise("خبر #عنب_بلدي عاجل a_b")
    assert [t.hashtag for t in tokens] == [False, True, True, False, False, False]
    assert [t.before for t in tokens] == ["", "#", "_", "", "", "_"]


def test_clauses_are_counted() -> None:
    tokens = tokenise("درعا: قصف على «نوى»، ونزوح\nفي الريف.. عاجل")
    assert [t.clause for t in tokens] == [0, 1, 1, 1, 2, 3, 3, 4]


@pytest.mark.parametrize(
    ("form", "reading"),
    [
        ("وقصف", Reading("قصف", before="و")),
        ("وبالمدينه", Reading("مدينه", before="وب", article=True)),
        ("وبالمدينه", Reading("المدينه", before="وب")),
        ("للقوات", Reading("قوات", before="ل", article=True)),
        ("للقوات", Reading("القوات", before="ل")),
        ("للاذقيه", Reading("اللاذقيه", before="ل")),
        ("مدينتها", Reading("مدينه", after="ها")),
        ("مستشفاهم", Reading("مستشفي", after="هم")),
        ("ابنايها", Reading("ابناء", after="ها")),
        ("قصفا", Reading("قصف", after="ا")),
        ("سيقصفون", Reading("يقصفون", before="س")),
        ("السويدا", Reading("السويداء")),
        ("الدم", Reading("دم", article=True)),
    ],
)
def test_clitics_are_offered_as_readings(form: str, reading: Reading) -> None:
    assert reading in readings(form)


@pytest.mark.parametrize("form", ["بيت", "ولد", "كلب", "لبن", "فرن", "هم"])
def test_a_short_word_is_not_taken_apart(form: str) -> None:
    assert readings(form) == (Reading(form),)


def test_no_form_has_no_reading() -> None:
    assert readings("") == ()


@pytest.mark.parametrize(
    "piece",
    ["ا", "\u064b", "\ud800", "ـ", "\u200f", "ا ", "ا.", "ل", "#_", "اـ.", "a\u0301", "*"],
)
def test_a_megabyte_of_one_thing_is_read_in_bounded_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    started = process_time()
    tokenise(text)
    normalise(text)
    assert process_time() - started < 10
