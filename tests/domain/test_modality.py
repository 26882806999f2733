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
