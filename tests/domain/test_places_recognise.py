"""Which names of an article are places, which places they are, and in which role."""

import time
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.place_roles import Role
from bot.domain.places import Mention, PlaceReader
from bot.places import load_reader
from bot.places.loading import load_counts, load_lexicon

READER = load_reader()


def believed(text: str, title: str | None = None, source_area: str | None = None) -> list[str]:
    return [m.place.name for m in READER.recognise(title, text, source_area) if m.believed]


def one(text: str, surface: str) -> Mention:
    return next(m for m in READER.recognise(None, text) if m.surface == surface)


@pytest.mark.parametrize(
    ("place", "other"),
    [
        ("انفجار في مدينة الباب بريف حلب", "فتح الباب أمام المستثمرين العرب"),
        ("توغل جديد في قرية جملة غربي درعا", "وصلته جملة من التهديدات أمس"),
        ("مقتل شاب برصاص مجهولين في بلدة الحراك شرقي درعا", "تصاعد الحراك الشعبي في الجزائر"),
        ("إزالة ألغام في محيط مدينة الضمير بريف دمشق", "نداء إلى الضمير الإنساني العالمي"),
        ("قوافل إلى مدينة دوما في الغوطة الشرقية", "كنت دوماً أحب هذه المدينة"),
        ("أهالي نوى وجاسم وإنخل يحتجون", "عصير من نوى التمر المجفف"),
        ("حريق في سوق مدينة القامشلي بريف الحسكة", "مباراة في كرة القدم بين الهلال والنصر"),
    ],
)
def test_a_name_is_the_place_or_the_word_by_its_evidence(place: str, other: str) -> None:
    assert believed(place)
    assert believed(other) == []


def test_the_article_the_product_was_conceived_on_names_its_town_and_no_ordinary_word() -> None:
    text = (
        "أغلقت قوات النظام الطرق المؤدية إلى مدينة جاسم شمالي درعا واستقدمت تعزيزات من الصنمين، وسط جملة تهديدات "
        "باقتحامها. وقال ناشطون إن الدور الروسي غاب وإن أعضاء من حزب البعث نقلوا الرسالة إلى محيطها."
    )
    names = believed(text, "النظام يهدد باقتحام جاسم")
    assert {"جاسم", "درعا", "الصنمين"} <= set(names)
    assert not {"جملة", "الدور", "مدينة السلام", "حيط"} & set(names)


def test_a_mention_points_at_the_original_letters() -> None:
    text = "قصف عنيف على مدينة ديــر الزّور أمس"
    found = [m for m in READER.recognise(None, text) if m.believed]
    assert [text[m.start : m.end] for m in found] == [m.surface for m in found] == ["ديــر الزّور"]


@pytest.mark.parametrize(
    "text", ["أفادت درعا 24 بوقوع انفجار", "قالت السويداء 24 إن الطريق مقطوع", "نقلت قناة حلب اليوم الخبر"]
)
def test_an_outlet_named_after_a_place_is_not_the_place(text: str) -> None:
    assert believed(text) == []


def test_a_city_and_today_are_not_the_outlet() -> None:
    assert believed("تجمع المئات في ساحة جامعة حلب اليوم")


def test_groups_and_persons_are_not_places() -> None:
    assert believed("اجتمع قادة حركة أحرار الشام الإسلامية") == []
    assert believed("صرح الدكتور جاسم محمد في الكويت") == []
    assert believed("قال أبو سليم إن ابنه محمد سليم نجح") == []


def test_the_noun_before_a_name_tells_its_level() -> None:
    assert one("اجتماع في مدينة إدلب أمس", "إدلب").place.level == "town"
    assert one("اجتماع في محافظة إدلب أمس", "إدلب").place.level == "governorate"
    assert one("قصف على ريف حلب الشمالي", "حلب").place.code == "SY02"


def test_a_neighbour_settles_which_namesake_is_meant() -> None:
    north = one("قصف على بلدة صوران قرب مدينة اعزاز شمالي حلب", "صوران")
    hama = one("قصف على بلدة صوران قرب مورك وطيبة الإمام شمالي حماة", "صوران")
    assert READER.gazetteer.governorate(north.place.code) is READER.gazetteer["SY02"]
    assert READER.gazetteer.governorate(hama.place.code) is READER.gazetteer["SY05"]
    assert hama.place in north.candidates


def test_the_area_of_the_source_settles_a_namesake_that_nothing_else_does() -> None:
    def governorate(area: str) -> str:
        found = READER.recognise(None, "حريق كبير في بلدة صوران", area)[0]
        return READER.gazetteer.governorate(found.place.code).code  # type: ignore[union-attr]

    assert governorate("SY02") == "SY02"
    assert governorate("SY05") == "SY05"


def test_a_region_is_a_place_and_a_city_inside_its_name_is_one_too() -> None:
    assert believed("توغل للاحتلال في حوض اليرموك بريف درعا")[0] == "حوض اليرموك"
    assert set(believed("معارك عنيفة في غوطة دمشق الشرقية")) == {"الغوطة الشرقية", "دمشق"}


def test_roles_tell_the_event_from_origin_and_from_what_was_before() -> None:
    text = (
        "قُتل شاب من أبناء مدينة نوى بانفجار في مدينة طفس بريف درعا. ونقل الجرحى إلى المشفى. "
        "وأغلق الأمن طريق بلدة داعل. "
        "وكانت قد شهدت بلدة المزيريب هجوماً مشابهاً في العام الماضي."
    )
    roles = {m.place.name: m.role for m in READER.recognise(None, text) if m.believed}
    assert roles["نوى"] is Role.ORIGIN
    assert roles["طفس"] is Role.EVENT
    assert roles["داعل"] is Role.MENTION
    assert roles["المزيريب"] is Role.BACKGROUND


def test_the_evidence_is_named_and_the_strongest_comes_first() -> None:
    clues = one("مقتل شاب في مدينة جاسم شمالي درعا", "جاسم").evidence
    assert clues
    assert all(abs(a.weight) >= abs(b.weight) for a, b in pairwise(clues))
    assert "placed" in {clue.cue for clue in clues}


def test_what_may_be_a_place_but_is_not_believed_is_told_apart() -> None:
    strict = PlaceReader(READER.gazetteer, load_lexicon(), load_counts(), replace(READER.model, threshold=1.01))
    text = "انفجار في الباب بريف حلب"
    surfaces = [m.surface for m in READER.recognise(None, text)]
    assert [m.surface for m in strict.recognise(None, text)] == surfaces
    assert surfaces
    assert not any(m.believed for m in strict.recognise(None, text))


def test_the_risk_of_a_name_orders_words_above_towns() -> None:
    assert READER.risk("جملة") > READER.risk("الباب") > READER.risk("منبج")
    assert READER.risk("لا مكان كهذا") == 1.0


def test_a_syrian_source_is_trusted_to_speak_of_syria() -> None:
    text = "حريق في الهامة وفرق الإطفاء تتدخل"

    def confidence(area: str | None) -> float:
        return max((m.confidence for m in READER.recognise(None, text, area)), default=0.0)

    assert confidence("SY03") > confidence("SY") > confidence(None)


def test_a_name_in_latin_letters_needs_its_capital() -> None:
    assert "عفرين" in believed("Explosion near the city of Afrin in northern Syria")
    assert believed("she went to mare and dana, and came back") == []


HOSTILE: Iterable[str] = [
    "ا" * 1_000_000,
    "\u0651" * 1_000_000,
    "\ud800" * 200_000,
    "الباب " * 20_000,
    "حلب، " * 20_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=["one letter", "marks", "surrogates", "one name", "a list of one name"])
def test_a_hostile_text_is_read_in_bounded_time(text: str) -> None:
    start = time.process_time()
    READER.recognise(None, text)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("text", "senders"),
    [
        ("ووصلت إلى المكان مؤازرات من أفواج الإطفاء في حماة ودرعا.", {"حماة", "درعا"}),
        ("شاركت فرق الدفاع المدني من مدينة إدلب وحلب في إخماد حريق بريف اللاذقية.", {"إدلب", "حلب"}),
        ("وصول ورشات الكهرباء من مدينة حمص إلى تدمر.", {"حمص"}),
        ("أخرجت فرق الدفاع المدني 3 جثث من تحت الأنقاض في حلب.", set()),
        ("تمكنت فرق الإطفاء من السيطرة على حريق في مدينة نوى.", set()),
        ("تدخلت فرق الإطفاء في حلب لإخماد حريق.", set()),
        ("نقلت فرق الإسعاف من درعا ثلاثة جرحى.", set()),
        ("وصلت تعزيزات عسكرية من حماة إلى السويداء.", set()),
    ],
)
def test_a_place_that_firemen_or_rescuers_come_from_only_sends_help(text: str, senders: set[str]) -> None:
    found = [m for m in READER.recognise(None, text) if m.sends]
    assert {m.place.name for m in found} == senders
    assert all(m.role is Role.ORIGIN and m.believed for m in found)


@pytest.mark.parametrize("name", ["الشجرة", "المشرفة", "الحمراء"])
def test_a_village_of_a_name_that_many_share_is_not_believed_among_places_of_another_governorate(name: str) -> None:
    assert name in believed(f"اندلع حريق في قرية {name}")
    assert name not in believed(f"اندلع حريق في محيط مدينة القرداحة بريف اللاذقية ووصل إلى قرية {name}.")


def test_it_is_where_its_own_governorate_is_named_or_its_source_writes_of_it() -> None:
    far = "امتد الحريق من قرية الشجرة كما اندلع حريق في مدينة القرداحة."
    assert "الشجرة" not in believed(far)
    assert "الشجرة" in believed(far, "حرائق في ريف درعا")
    assert "الشجرة" in believed(far, source_area="SY12")
    assert "الشجرة" not in believed(f"{far} ووصلت مؤازرات من أفواج الإطفاء في درعا.")


def test_a_town_of_a_name_of_its_own_is_believed_wherever_the_others_are() -> None:
    assert "نوى" in believed("وصلت حافلات من مدينة نوى إلى مدينة القرداحة.")


def test_names_of_one_governorate_in_a_sentence_support_each_other_like_a_list() -> None:
    text = "قتل رجل في مدينة نوى، وانفجر لغم قرب بلدة تل شهاب، واحترق فرن في مدينة داعل، وسرق محل في بلدة الجيزة{}"
    together, apart = (one(text.format(end), "الجيزة") for end in (".", ", وفق ما قيل."))
    assert together.believed
    assert "company_list" in {clue.cue for clue in apart.evidence}
    alone = one("وسرق محل في بلدة الجيزة. وقتل رجل في مدينة نوى.", "الجيزة")
    assert "company_list" not in {clue.cue for clue in alone.evidence}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.text(max_size=400))
def test_any_text_is_read_and_every_mention_lies_in_it(title: str, text: str) -> None:
    for mention in READER.recognise(title, text):
        source = title if mention.field == "title" else text
        assert source[mention.start : mention.end] == mention.surface != ""
        assert 0 <= mention.confidence <= 1
        assert mention.place == mention.candidates[0]


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Explosion in al-Bab kills two", "C1202"),
        ("Fire breaks out in al-Hasakah", "C4360"),
        ("Li Qamişloyê teqînek pêk hat", "C4564"),
        ("Şer li gundewarê Efrînê", "C1366"),
        ("Qamişlo'da patlama", "C4564"),
    ],
)
def test_names_in_latin_letters_are_found_with_their_articles_and_cases(title: str, code: str) -> None:
    assert code in {
        code for m in READER.recognise(title, "") if m.believed for code in (m.place.code, *_within(m.place.code))
    }


def _within(code: str) -> set[str]:
    return set(READER.gazetteer.within(code))


@pytest.mark.parametrize("title", ["he opened the bab and left", "a homan resources meeting", "Alepponian cuisine"])
def test_words_in_latin_letters_are_no_names(title: str) -> None:
    assert not [m for m in READER.recognise(title, "") if m.believed]
