"""How far the cues of a modality reach."""

import pytest

from bot.events import event_reader
from bot.places import load_reader

PLACES = load_reader()


def told(title: str, text: str = "") -> dict[str, str]:
    happenings = event_reader().read(title, text, PLACES.recognise(title, text))
    return {event.category: event.modality.value for event in happenings.told}


def test_a_denial_reaches_what_follows_but_not_what_it_comes_after() -> None:
    assert told("الوزارة تنفي اعتقال ناشطين في حماة بعد مظاهرة في المدينة") == {
        "arrest": "denied",
        "protest": "reported",
    }


def test_a_denial_at_the_end_of_a_title_covers_it() -> None:
    assert told("حصار بلدة في السويداء.. أخبار مفبركة") == {"siege": "denied"}


def test_a_threat_ends_at_its_sentence() -> None:
    text = "يخشى الأهالي اقتحام البلدة. وقصفت المدفعية أطراف نوى."
    assert told("", text) == {"raid": "threatened", "shelling": "reported"}


def test_a_threat_that_was_carried_out_is_reported() -> None:
    assert told("بعد تهديداته النظام يقتحم مدينة طفس") == {"raid": "reported"}


def test_a_background_phrase_covers_the_rest_of_the_text() -> None:
    text = "وصلت تعزيزات إلى نوى. الجدير بالذكر أن المدينة شهدت قصفاً عنيفاً. كما نزح الأهالي منها."
    assert told("", text) == {"reinforcement": "reported", "shelling": "background", "displacement": "background"}


def test_an_aim_is_no_event() -> None:
    assert told("وصلت دورية إلى نوى بهدف اعتقال مطلوبين") == {}
    assert told("دورية في نوى للقبض على مطلوبين") == {}


def test_what_was_suffered_is_an_event_though_a_lam_stands_before_it() -> None:
    assert told("تعرضت أطراف نوى لقصف مدفعي") == {"shelling": "reported"}


@pytest.mark.parametrize("verb", ["ستفتح", "سيعاد فتح", "سوف يفتح"])
def test_a_verb_of_the_future_is_a_plan(verb: str) -> None:
    assert told(f"{verb} معبر نصيب الحدودي").get("roads_crossings") in {"planned", None}
    assert told("الوزارة ستعتقل المخالفين في حلب") == {"arrest": "planned"}


def test_words_that_only_begin_like_a_verb_of_the_future_are_none() -> None:
    assert told("سيارة مفخخة تنفجر في الباب") == {"explosion": "reported"}
    assert told("سيطرة الجيش على قرية قرب الباب") == {"clashes": "reported"}


def test_disputed_chemical_attacks_are_alleged_until_confirmed() -> None:
    assert told("هجوم كيميائي على سراقب") == {"chemical": "alleged"}


def test_events_abroad_need_a_foreign_place() -> None:
    assert told("قصف إسرائيلي على بلدة في جنوبي لبنان") == {"shelling": "abroad"} or told(
        "قصف إسرائيلي على بلدة في جنوبي لبنان"
    ) == {"airstrike": "abroad"}
    assert set(told("غارة إسرائيلية على القصير قرب حدود لبنان").values()) == {"reported"}
    assert told("ألمانيا تعتقل سورياً") == {"arrest": "abroad"}


def test_what_stands_before_a_turn_to_the_past_is_of_today() -> None:
    text = "قتل عنصران بهجوم على حاجز في ريف اللاذقية، وكان 3 آخرون قتلوا في هجوم مماثل الشهر الماضي"
    assert told(text)["attack_on_post"] == "reported"


def test_a_label_before_a_colon_says_what_kind_of_message_it_is() -> None:
    assert told("مناشدة: خطف شاب على طريق السويداء") == {"kidnapping": "reported"}
    assert told("مناشدات لوقف خطف المدنيين في السويداء") == {}


def test_a_word_is_not_taken_for_another_that_is_spelt_alike() -> None:
    assert told("تبين أنها غارة إسرائيلية على ريف دمشق") == {"airstrike": "reported"}  # not «إنهاء»
    assert told("تنويه: طريق السويداء دمشق مغلق") == {"roads_crossings": "reported"}  # not «تنوي»
    assert told("آليات الاحتلال تتوغل في قرية معرية") == {"incursion": "reported"}  # not a mechanism


def test_condolences_and_condemnations_are_no_news_of_the_attack() -> None:
    assert told("قطر والسعودية تدينان تفجير حمص") == {"explosion": "background"}
    assert told("تشييع ضحايا تفجير المسجد في حمص") == {"explosion": "background"}


def test_a_wish_is_no_plan_and_a_plan_of_violence_is_a_threat() -> None:
    assert told("الأمم المتحدة تأمل بإطلاق سراح المحتجزين في الحسكة") == {}
    assert told("إسرائيل: سنقصف مواقع جديدة في سوريا إذا تقدم الجيش").get("airstrike") == "threatened"
