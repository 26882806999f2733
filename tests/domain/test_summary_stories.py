"""Several reports of one story, and items in other languages. The texts are ours."""

from dataclasses import replace

from bot.data import read_text
from bot.domain.composing import Item, compose, owned_tolls, toll
from bot.domain.i18n import Messages
from bot.domain.markup import plain
from bot.domain.model import Article, Evidence
from bot.domain.retelling import Report, summarise_story
from bot.domain.sentences import count_words, stops
from bot.domain.summary import Summary
from tests.conftest import NOON

AR, EN = (Messages(language, read_text(f"messages/{language}.ftl")) for language in ("ar", "en"))
STEERING = dict.fromkeys(map(ord, "\u2068\u2069\u200e\u200f"))


def report(source: str, text: str, *found: str, title: str = "", language: str = "ar") -> Report:
    evidence = tuple(Evidence("text", text.index(word), text.index(word) + len(word), word) for word in found)
    return Report(Article(source, source, None, title, text, language, NOON, NOON, None), source, evidence)


FIRST = report("شبكة حوران", "قُتل ثلاثة مدنيين في قصف مدفعي استهدف بلدة تسيل غربي درعا صباح اليوم.", "تسيل")
OTHER = report("درعا اليوم", "قُتل خمسة مدنيين في قصف مدفعي استهدف بلدة تسيل غربي درعا.", "تسيل")
MORE = report(
    "صوت الجنوب", "نقل الهلال الأحمر جرحى القصف من تسيل إلى مشفى نوى وأغلقت المدارس أبوابها حتى الأحد.", "تسيل"
)


def test_what_another_source_adds_is_told_with_its_name() -> None:
    summary = summarise_story([FIRST, MORE])
    assert summary.text == (
        "قُتل ثلاثة مدنيين في قصف مدفعي استهدف بلدة تسيل غربي درعا صباح اليوم (شبكة حوران). "
        "نقل الهلال الأحمر جرحى القصف من تسيل إلى مشفى نوى وأغلقت المدارس أبوابها حتى الأحد (صوت الجنوب)."
    )
    assert summary.short == "قُتل ثلاثة مدنيين في قصف مدفعي استهدف بلدة تسيل غربي درعا صباح اليوم."


def test_conflicting_tolls_stand_with_their_owners() -> None:
    text = summarise_story([FIRST, OTHER]).text
    assert "قُتل ثلاثة مدنيين" in text
    assert "(شبكة حوران)" in text
    assert "قُتل خمسة مدنيين" in text
    assert text.endswith("(درعا اليوم).")


def test_a_report_that_only_repeats_adds_nothing() -> None:
    again = report("درعا اليوم", "قُتل ثلاثة مدنيين بقصف مدفعي استهدف بلدة تسيل غربي درعا صباح اليوم.", "تسيل")
    assert summarise_story([FIRST, again]) == summarise_story([FIRST])
    assert "(" not in summarise_story([FIRST]).text


def test_a_source_that_is_named_in_its_sentence_is_not_named_twice() -> None:
    own = report("صوت الجنوب", "قالت صوت الجنوب إن المدارس والأفران في البلدة أغلقت أبوابها حتى يوم الأحد القادم.")
    assert "(صوت الجنوب)" not in summarise_story([FIRST, own]).text


def test_a_story_of_many_reports_stays_short() -> None:
    many = [
        report(f"مصدر {n}", f"أُصيب {n} أشخاص قرب المدرسة رقم {n} في حي {'بجدهوزحطي'[n]} من البلدة ونقلوا للعلاج.")
        for n in range(3, 9)
    ]
    text = summarise_story([FIRST, *many]).text
    assert count_words(text) <= 64
    assert stops(text) <= 3


def test_background_does_not_lead_a_story() -> None:
    old = report("أرشيف", "وكانت تسيل قد شهدت قصفاً العام الماضي أوقع قتيلين.", "تسيل")
    assert summarise_story([old, FIRST]).text == summarise_story([FIRST]).text


def test_reports_in_other_languages_are_left_to_the_composer() -> None:
    foreign = report("Observer", "Three killed in Tasil.", language="en")
    assert summarise_story([foreign]) == Summary("", "")
    assert summarise_story([foreign, FIRST]) == summarise_story([FIRST])
    assert summarise_story([]) == Summary("", "")


# --- items in other languages

ITEM = Item(
    language="kmr",
    headline="Li Tesîlê topbaran",
    source="هاوار",
    places=("تسيل", "نوى"),
    categories=("قصف مدفعي",),
    tolls={"dead": 2, "injured": 3},
)


def shown(item: Item, messages: Messages = AR) -> list[str]:
    return plain(compose(item, messages)).translate(STEERING).split("\n")


def test_a_foreign_item_is_told_in_arabic_by_what_is_known_of_it() -> None:
    assert shown(ITEM) == [
        "قصف مدفعي في تسيل، نوى، بحسب هاوار.",
        "الحصيلة: قتيلان و3 جرحى.",
        "العنوان الأصلي بالكردية (الكرمانجية):",
        "Li Tesîlê topbaran",
    ]
    assert shown(ITEM, EN)[0] == "قصف مدفعي in تسيل, نوى, according to هاوار."
    assert shown(replace(ITEM, label="تهديد"))[0] == "تهديد: قصف مدفعي في تسيل، نوى، بحسب هاوار."


def test_what_is_not_known_is_not_said() -> None:
    bare = Item("tr", "Yeni haber", "وكالة")
    assert shown(bare) == ["خبر نشره وكالة.", "العنوان الأصلي بالتركية:", "Yeni haber"]
    assert shown(Item("en", "", "وكالة", places=("نوى",))) == ["خبر عن نوى، بحسب وكالة."]
    assert shown(Item("xx", "T", "وكالة", categories=("حريق",)))[:2] == [
        "حريق، بحسب وكالة.",
        "العنوان الأصلي بلغة أخرى:",
    ]


def test_foreign_text_brings_no_markup() -> None:
    html = compose(Item("en", "<b>x</b> & y", "<i>s</i>", places=("<u>",)), AR)
    assert "<b>x" not in html.replace("<b>\u2068", "")
    assert "&lt;b&gt;x" in html
    assert "<i>" not in html
    assert "<u>" not in html


def test_arabic_counts_people_as_arabs_do() -> None:
    told = {n: plain(toll({"dead": n}, AR)).translate(STEERING) for n in (1, 2, 3, 10, 11, 99, 100, 103)}
    assert list(told.values()) == [
        "قتيل واحد",
        "قتيلان",
        "3 قتلى",
        "10 قتلى",
        "11 قتيلاً",
        "99 قتيلاً",
        "100 قتيل",
        "103 قتلى",
    ]
    assert toll({}, AR) == toll({"dead": 0}, AR) == ""


def owned(*claims: tuple[str, dict[str, int]]) -> str:
    return plain(owned_tolls(claims, AR)).translate(STEERING)


def test_tolls_that_differ_are_told_side_by_side_with_their_owners() -> None:
    claims = [
        ("شبكة حوران", {"dead": 3}),
        ("سانا", {"dead": 5, "injured": 2}),
        ("درعا اليوم", {"dead": 3}),
        ("وكالة", {}),
    ]
    assert owned(*claims) == "3 قتلى (شبكة حوران، درعا اليوم)، 5 قتلى وجريحان (سانا)"
    assert owned(*claims[:1]) == owned(*(claims[0], ("أخرى", {"dead": 3}))) == "3 قتلى"
    assert owned() == ""


def test_of_many_tolls_and_owners_only_some_are_named() -> None:
    many = owned(*((f"مصدر {n}", {"dead": n // 3 + 1}) for n in range(30)))
    assert many.startswith("قتيل واحد (مصدر 0، مصدر 1…)، قتيلان (مصدر 3، مصدر 4…)، ")
    assert many.count("(") == 4


def test_a_story_is_read_in_the_languages_that_are_asked_for() -> None:
    foreign = report("Observer", "Three people were killed in Tasil at noon today.", language="en")
    assert summarise_story([foreign], languages=("en", "ar")).text == foreign.article.text
