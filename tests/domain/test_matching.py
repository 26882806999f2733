"""What a watch finds, what it leaves alone, and that the index keeps its books."""

from itertools import islice
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.expressions import parse_watch
from bot.domain.matching import LONGEST_READ, MOST_EVIDENCE, Found, WatchIndex
from bot.domain.model import Evidence, PlaceHit

ARTICLE = Path(__file__).parents[3] / "shared" / "samples" / "almodon-jasim.txt"


def index_of(*watches: str) -> WatchIndex:
    index = WatchIndex()
    for watch_id, watch in enumerate(watches):
        index.add(watch_id, parse_watch(watch))
    return index


def surfaces(watch: str, text: str, title: str = "") -> list[str]:
    """What of the article a watch finds, as it stands there."""
    return [evidence.surface for found in index_of(watch).match(title, text) for evidence in found.evidence]


def meets(watch: str, text: str, title: str = "", **attributes: set[str]) -> bool:
    return bool(index_of(watch).match(title, text, attributes=attributes))


SPELLINGS = [
    # clitics
    ("قصف", "وقصف الطيران البلدة", "وقصف"),
    ("قصف", "تعرضت لقصف عنيف", "لقصف"),
    ("قصف", "القصف مستمر", "القصف"),
    ("قصف", "بالقصف المدفعي", "بالقصف"),
    ("قصف", "فالقصف لم يتوقف", "فالقصف"),
    ("قصف", "وللقصف آثار", "وللقصف"),
    ("قصف", "كالقصف", "كالقصف"),
    ("قصف", "قصفها الطيران", "قصفها"),
    ("قصف", "وبقصفهم القرى", "وبقصفهم"),
    ("قصف", "شهدت قصفا متقطعا", "قصفا"),
    ("قصف", "شهدت قصفًا متقطعًا", "قصفًا"),
    ("مدينة", "إلى محيطها ومدينتها", "ومدينتها"),
    ("مدينة", "مدينتنا تنتظر", "مدينتنا"),
    ("مستشفى", "أخلوا مستشفاهم", "مستشفاهم"),
    ("أبناء", "عاد أبناؤها", "أبناؤها"),
    ("لجنة", "شكر للجنة", "للجنة"),
    ("اللاذقية", "وصل للاذقية", "للاذقية"),
    ("لبنان", "عاد من سوريا وللبنان", "وللبنان"),
    ("دم", "تبرعوا بالدم", "بالدم"),
    ("حق", "والحق يقال", "والحق"),
    # vowels, tatweel, marks
    ("قتل", "قُتِلَ مدني", "قُتِلَ"),
    ("درعا", "دَرْعَا", "دَرْعَا"),
    ("السويداء", "السُّوَيْدَاءِ", "السُّوَيْدَاءِ"),
    ("قسد", "بيان (ٌقسد)", "قسد"),
    ("سكان", "للسُّـــكان", "للسُّـــكان"),
    ("الثوري", "الإعـلام الثـوري", "الثـوري"),
    ("درعا", "درعـــــا", "درعـــــا"),
    ("الرحمن", "عبد الرحمٰن", "الرحمٰن"),
    ("درعا", "\u200fدرعا\u200f", "درعا"),
    ("درعا", "در\u200cعا", "در\u200cعا"),
    ("حلب", "\u2067حلب\u2069:", "حلب"),
    # letters
    ("إدلب", "ادلب", "ادلب"),
    ("ادلب", "إدلب", "إدلب"),
    ("حماة", "حماه", "حماه"),
    ("سلمى", "سلمي", "سلمي"),
    ("مسؤول", "مسوول", "مسوول"),
    ("السويداء", "السويدا", "السويدا"),
    ("السويدا", "السويداء", "السويداء"),
    ("كهرباء", "الكهربا مقطوعة", "الكهربا"),
    ("إيران", "إیران", "إیران"),
    ("كوباني", "کوبانی", "کوبانی"),
    ("كوباني", "کۆبانی", "کۆبانی"),
    ("درعا", "ﺩﺭﻋﺎ", "ﺩﺭﻋﺎ"),
    ("الاقتحام", "ﺍﻻﻗﺘﺤﺎﻡ", "ﺍﻻﻗﺘﺤﺎﻡ"),
    ("قامشلو", "قامشلۆ", "قامشلۆ"),
    ("Qamişlo", "li Qamislo", "Qamislo"),
    ("kobane", "KOBANÊ", "KOBANÊ"),
    ("daily", "𝗗𝗮𝗶𝗹𝘆 update", "𝗗𝗮𝗶𝗹𝘆"),
    ("ألغام 35", "ألغام ٣٥", "ألغام ٣٥"),
    ("1200", "نحو ١٬٢٠٠ عائلة", "١٬٢٠٠"),
    # quotes and joints
    ("المدن", "أبو محمود ل”المدن”، إن", "ل”المدن"),
    ("داعش", "تنظيم و“داعش”", "و“داعش"),
    ("درعا", "لـ«درعا» وحدها", "لـ«درعا"),
    ("درعا", "لـ درعا", "لـ درعا"),
    ("المدينة", "دخلوا ب(المدينة)", "ب(المدينة"),
    # hashtags, joined and apart
    ("درعا", "#درعا الآن", "درعا"),
    ("عنب بلدي", "تابعوا #عنب_بلدي", "عنب_بلدي"),
    ("دير الزور", "#دير_الزور", "دير_الزور"),
    ("دير الزور", "في ديرالزور", "ديرالزور"),
    ("ديرالزور", "في دير الزور", "دير الزور"),
    ("دير الزور", "بديرالزور", "بديرالزور"),
    ("عبد الله", "عبدالله", "عبدالله"),
    ("حظر تجوال", "وحظر التجوال مستمر", "وحظر التجوال"),
    ("قصف مدفعي", "القصف المدفعي", "القصف المدفعي"),
    ("قصف مدفعي", "قصفاً مدفعياً", "قصفاً مدفعياً"),
    ("مخيم خان الشيح", "بمخيم خان الشيح", "بمخيم خان الشيح"),
    ("ب ك ك", "عناصر ب.ك.ك", "ب.ك.ك"),
    # spelling meant to dodge filters
    ("قتل", "قـ.ـتل", "قـ.ـتل"),
    ("قتل", "ق.ت.ل", "ق.ت.ل"),
    ("قتل", "ق ت ل", "ق ت ل"),
    ("قتل", "ق*تل", "ق*تل"),
    ("قتل", "قـ..ـتـ*ـل", "قـ..ـتـ*ـل"),
    ("قتل", "ق_ت_ل", "ق_ت_ل"),
    ("داعش", "د.ا.ع.ش", "د.ا.ع.ش"),
    ("داعش", "ودا*عش", "ودا*عش"),
    ("اغتصاب", "اغتـ/ـصاب", "اغتـ/ـصاب"),
]


def test_the_list_of_spellings_is_long_enough() -> None:
    assert len(SPELLINGS) >= 60


@pytest.mark.parametrize(("watch", "text", "surface"), SPELLINGS)
def test_a_watch_finds_its_word_however_it_is_written(watch: str, text: str, surface: str) -> None:
    assert surfaces(watch, text) == [surface]


OTHER_WORDS = [
    ("تل", "6 قتلى في صفوفهم"),
    ("تل", "قتل مدني"),
    ("حيط", "إلى محيطها"),
    ("دهم", "عادوا إلى بلادهم"),
    ("فرن", "وزير خارجية فرنسا"),
    ("هزة", "الأجهزة الأمنية"),
    ("غاز", "المهندس غازي"),
    ("يت", "بيت قديم"),
    ("الي", "والي حلب"),
    ("بنان", "لبنان"),
    ("بنان", "ولبنان وبلبنان"),
    ("روسيا", "الدور الروسي ودورية روسية"),
    ("إيران", "الميليشيات الإيرانية"),
    ("سوريا", "النظام السوري وسورياً"),
    ("سوري", "سوريا"),
    ("أوكرانيا", "الحرب الأوكرانية"),
    ("لبنان", "اللبنانيين"),
    ("تركيا", "جندي تركي"),
    ("ترك", "تركيا"),
    ("درع", "درعا وريف درعا"),
    ("درع", "في درعا وبدرعا ودرعا"),
    ("درعا", "عملية درع الفرات"),
    ("درعا", "ارتدى درعاً"),
    ("دوما", "كان دوماً هناك"),
    ("صيد", "صيدا"),
    ("حلب", "بلدة حلبا"),
    ("ماء", "ما قاله"),
    ("هناء", "من هنا"),
    ("عرب", "اللغة العربية والعربي"),
    ("حمص", "لحمصي معروف"),
    ("ريق", "فريق الإسعاف"),
    ("كرة", "فكرة جديدة"),
    ("رقة", "ورقة نقدية وفرقة"),
    ("عيد", "مكان بعيد"),
    ("جهة", "وجهة السفر"),
    ("لديه", "بلدية المدينة"),
    ("جان", "لجان التسوية"),
    ("حظه", "لحظة الانفجار"),
    ("امل", "كامل المدينة"),
    ("زير", "وزير الدفاع"),
    ("نود", "بنود الاتفاق"),
    ("باب", "أسباب القصف"),
    ("نار", "المنارة والدينار"),
    ("دخل", "تدخل عسكري"),
    ("سوري", "السوريه"),
    ("قصف مدفعي", "قصف، مدفعي"),
    ("قصف مدفعي", "قصف جوي ومدفعي"),
    ("قصف مدفعي", "انتهى القصف. مدفعية الجيش"),
    ("حظر التجوال", "حظر تجارة السلاح"),
    ("دير الزور", "دير قديم في الزور"),
    ("مالي", "ما لي شيء"),
    ("قتل", "القرار. قاتل"),
    ("وصلت", "و صلت"),
    ("سلام", "إسلام والإسلامي"),
    ("درعا", "https://example.org/درعا"),
    ("عنب", "العنبر"),
    ("خان الشيح", "خان شيخون"),
]


def test_the_list_of_other_words_is_long_enough() -> None:
    assert len(OTHER_WORDS) >= 40


@pytest.mark.parametrize(("watch", "text"), OTHER_WORDS)
def test_a_watch_leaves_other_words_alone(watch: str, text: str) -> None:
    assert surfaces(watch, text) == []


@pytest.mark.parametrize(
    ("watch", "text"),
    [
        ("عائلة: إيران", "الميليشيات الإيرانية"),
        ("عائلة: إيران", "الإيرانيون والإيرانيين"),
        ("عائلة: إيران", "وإيران"),
        ("عائلة: إيراني", "إيران"),
        ("عائلة: سوريا", "سوريين"),
        ("عائلة: سوريا", "السورية"),
        ("عائلة: سوري", "سوريا"),
        ("عائلة: درعا", "شاب درعاوي"),
        ("عائلة: قصف", "قصفت طائرة"),
        ("عائلة: قصف", "تقصف القرى"),
        ("عائلة: قتل", "قتلى ومقتول"),
        ("عائلة: قتل", "قاتل"),
        ("عائلة: اعتقال", "المعتقلين"),
        ("عائلة: اعتقال", "اعتقلت دورية"),
        ("عائلة: تفجير", "فجروا الجسر"),
    ],
)
def test_a_family_finds_its_members(watch: str, text: str) -> None:
    assert meets(watch, text)


@pytest.mark.parametrize(
    ("watch", "text"),
    [("عائلة: درعا", "درع الفرات"), ("عائلة: سوريا", "سور المدينة"), ("عائلة: إيران", "نيران"), ("إيران", "إيراني")],
)
def test_a_family_has_an_end(watch: str, text: str) -> None:
    assert not meets(watch, text)


@pytest.mark.parametrize(
    ("watch", "text", "expected"),
    [
        ("قصف + درعا", "قصف على درعا", True),
        ("قصف + درعا", "قصف على حلب", False),
        ("قصف | غارة", "غارات وغارة", True),
        ("قصف | غارة", "هدوء", False),
        ("درعا - كرة", "هدوء في درعا", True),
        ("درعا - كرة", "مباراة كرة في درعا", False),
        ("(قصف | غارة) + درعا - تدريب", "غارة على درعا", True),
        ("(قصف | غارة) + درعا - تدريب", "غارة على درعا ضمن تدريب", False),
        ("درعا - (كرة + مباراة)", "كرة النار في درعا", True),
        ("«حظر تجوال» + حلب", "حظر تجوال في حلب", True),
        ("«حظر تجوال» + حلب", "حظر السفر وتجوال في حلب", False),
    ],
)
def test_operators_decide(watch: str, text: str, expected: bool) -> None:
    assert meets(watch, text) is expected


def test_operators_reach_over_title_and_text_but_a_phrase_does_not() -> None:
    assert meets("قصف + درعا", title="قصف", text="في درعا")
    assert not meets("حظر تجوال", title="حظر", text="تجوال")


def test_the_evidence_of_both_sides_is_shown() -> None:
    assert surfaces("قصف + درعا - كرة", title="درعا", text="القصف على درعا") == ["القصف", "درعا", "درعا"]


def test_filters_ask_the_attributes() -> None:
    assert meets("درعا + فئة: قصف", "درعا", category={"shelling", "قصف"})
    assert not meets("درعا + فئة: قصف", "درعا", category={"fire"})
    assert not meets("درعا + فئة: قصف", "درعا")
    assert meets("درعا - مصدر: سانا", "درعا", source={"عنب بلدي"})
    assert not meets("درعا - مصدر: سانا", "درعا", source={"سانا"})


def test_a_category_may_be_watched_alone() -> None:
    found = index_of("فئة: زلزال").match("خبر", "", attributes={"category": {"زلزال"}})
    assert found == [Found(0, (), True)]


def test_evidence_is_where_the_word_stands_in_its_field() -> None:
    title, text = "عاجل | قصف", "‏تعرّضت البلدة لقصفٍ عنيف"
    (found,) = index_of("قصف").match(title, text)
    start = text.index("لقصفٍ")
    assert found.evidence == (Evidence("title", 7, 10, "قصف"), Evidence("text", start, start + 5, "لقصفٍ"))
    assert found.sure


def test_no_more_evidence_is_shown_than_tells_something() -> None:
    assert len(surfaces("درعا", "درعا " * 1000)) == MOST_EVIDENCE


def test_the_same_watch_of_several_ids_is_found_for_each() -> None:
    assert [found.watch_id for found in index_of("درعا", "حلب", "درعا").match("", "درعا")] == [0, 2]


# Places


CODES = {"الباب": {"town"}, "حلب": {"province"}, "تفتناز": {"hill"}, "السكري": {"one", "two"}}


def place_index(*watches: str) -> WatchIndex:
    index = WatchIndex(resolve=lambda name: CODES.get(name, set()))
    for watch_id, watch in enumerate(watches):
        index.add(watch_id, parse_watch(watch))
    return index


BAB = PlaceHit(("town", "district", "province"), "text", 3, 8)


def test_a_term_that_names_a_place_is_found_as_the_place_only() -> None:
    index = place_index("الباب")
    assert index.match("", "فتح الباب") == []
    assert index.match("", "في الباب", places=[BAB]) == [Found(0, (Evidence("text", 3, 8, "الباب"),), True)]


def test_a_place_is_found_where_something_in_it_is_mentioned() -> None:
    assert [found.watch_id for found in place_index("حلب", "إدلب").match("", "في الباب", places=[BAB])] == [0]


def test_a_doubtful_mention_makes_a_doubtful_match() -> None:
    doubtful = PlaceHit(("town",), "text", 0, 5, sure=False)
    (found,) = place_index("الباب").match("", "الباب مفتوح", places=[doubtful])
    assert not found.sure
    sure = PlaceHit(("town",), "text", 20, 25)
    (found,) = place_index("الباب").match("", "الباب مفتوح في مدينة الباب", places=[doubtful, sure])
    assert found.sure
    assert [evidence.start for evidence in found.evidence] == [20, 0]


def test_doubt_spreads_through_both_and_not_through_either() -> None:
    doubtful = PlaceHit(("town",), "text", 7, 12, sure=False)
    found = place_index("قصف + الباب", "قصف | الباب").match("", "قصف في الباب", places=[doubtful])
    assert [match.sure for match in found] == [False, True]


def test_a_doubtful_mention_excludes_nothing() -> None:
    doubtful = PlaceHit(("town",), "text", 7, 12, sure=False)
    assert place_index("قصف - الباب").match("", "قصف في الباب", places=[doubtful])


def test_a_name_of_two_places_is_found_at_either() -> None:
    index = place_index("السكري")
    for code in ("one", "two"):
        assert index.match("", "السكري", places=[PlaceHit((code,), "text", 0, 6)])


def test_a_place_in_a_compound_needs_the_place() -> None:
    index = place_index("قصف + الباب")
    assert not index.match("", "قصف الباب الرئيسي")
    assert index.match("", "قصف الباب", places=[PlaceHit(("town",), "text", 4, 9)])


def test_what_is_surely_a_place_is_not_taken_apart_into_words() -> None:
    index = WatchIndex()
    index.add(1, parse_watch("رقة"))
    index.add(2, parse_watch("الرقة"))
    place = PlaceHit(("SY11",), "text", 3, 8)
    assert [found.watch_id for found in index.match("", "في الرقة", places=[place])] == [2]


# The books


WATCHES = [
    "درعا",
    "حظر تجوال",
    "مخيم خان الشيح",
    "ما لي",
    "قصف + درعا",
    "(قصف | غارة) - درعا",
    "عائلة: إيران",
    "السكري",
    "السكري + قصف",
    "فئة: قصف",
    "درعا + فئة: قصف",
    "عائلة: إيران | مخيم خان الشيح",
]
TEXT = "قصف على درعا وحظر التجوال في مخيم خان الشيح، ما لي علم، والإيرانيون في السكري"


@given(st.lists(st.sampled_from(range(len(WATCHES))), min_size=1, max_size=12), st.data())
def test_removing_watches_leaves_the_index_as_if_they_had_never_been(added: list[int], data: st.DataObject) -> None:
    removed = data.draw(st.sets(st.sampled_from(range(len(added)))))
    mixed, clean = place_index(), place_index()
    for watch_id, number in enumerate(added):
        mixed.add(watch_id, parse_watch(WATCHES[number]))
        if watch_id not in removed:
            clean.add(watch_id, parse_watch(WATCHES[number]))
    for watch_id in removed:
        mixed.remove(watch_id)
    places = [PlaceHit(("two",), "text", TEXT.index("السكري"), len(TEXT))]
    for attributes in ({}, {"category": {"قصف"}}):
        expected = clean.match("", TEXT, places=places, attributes=attributes)
        assert mixed.match("", TEXT, places=places, attributes=attributes) == expected
    assert len(mixed) == len(clean)


def test_an_emptied_index_holds_nothing() -> None:
    index = place_index(*WATCHES)
    for watch_id in range(len(WATCHES)):
        index.remove(watch_id)
    books = {name: value for name, value in vars(index).items() if name != "_resolve"}
    assert not any(books.values())


def test_what_is_watched_may_change_between_two_articles() -> None:
    changing, text = place_index("قصف"), "قصف في مخيم خان الشيح ودير الزور، والإيرانيون"
    for number, watch in enumerate(("مخيم خان الشيح", "ديرالزور", "عائلة: إيران", "قصف + دير الزور", "في مخيم"), 1):
        assert [found.watch_id for found in changing.match("", text)] == [0]
        changing.add(number, parse_watch(watch))
        assert [found.watch_id for found in changing.match("", text)] == [0, number]
        changing.remove(number)
    changing.add(0, parse_watch("خان الشيح"))
    assert [found.watch_id for found in changing.match("", text)] == [0]
    changing.remove(0)
    assert changing.match("", text) == []


def test_an_id_that_is_filed_again_is_replaced_and_one_that_is_not_filed_may_be_removed() -> None:
    index = index_of("درعا")
    index.add(0, parse_watch("حلب"))
    assert index.match("", "درعا") == []
    assert index.match("", "حلب")
    index.remove(7)
    assert len(index) == 1


@given(st.text(st.characters(), max_size=80), st.text("قصفدرعا ـ.*«»”_#ولبال\u200f", max_size=80))
def test_any_article_can_be_read_and_evidence_is_what_stands_there(title: str, text: str) -> None:
    for found in place_index(*WATCHES).match(title, text):
        for evidence in found.evidence:
            assert {"title": title, "text": text}[evidence.field][evidence.start : evidence.end] == evidence.surface


def test_many_watches_on_a_common_word_are_looked_at_by_their_rare_one(monkeypatch: pytest.MonkeyPatch) -> None:
    index = index_of(*(f"درعا + ناحية{number}" for number in range(2000)))
    judged: list[object] = []
    monkeypatch.setattr("bot.domain.matching._judge", lambda *asked: judged.append(asked))
    assert index.match("", "درعا") == []
    assert judged == []
    index.match("", "درعا ناحية7")
    assert len(judged) == 1


@pytest.mark.parametrize("piece", ["ا", "\u064b", "\ud800", "درعا ", "دير ", "ق."])
def test_a_megabyte_is_matched_as_far_as_it_is_read(piece: str) -> None:
    """In 0.3 s at most on the machine it was written on; the margin is for a slow one that looks for garbage."""
    index = index_of(*WATCHES, "دير دير دير دير")
    text = piece * (1_000_000 // len(piece))
    started = process_time()
    found = index.match("", text)
    assert process_time() - started < 10
    assert found == index.match("", text[:LONGEST_READ])


@pytest.mark.skipif(not ARTICLE.exists(), reason="the sample article is not here")
def test_the_article_the_product_was_conceived_on_tells_its_words_apart() -> None:
    text = ARTICLE.read_text()
    watches = ["جاسم", "درعا", "المدن", "الصنمين", "اقتحام", "روسيا", "سوريا", "حيط", "تل", "أوكرانيا", "إيران"]
    found = {watches[match.watch_id] for match in index_of(*watches).match("", text)}
    assert found == {"جاسم", "درعا", "المدن", "الصنمين", "اقتحام", "إيران"}
    first = next(islice(text.splitlines(), 1))
    assert not index_of("إيران", "روسيا").match("", first)
