"""A sentence of several towns: each event, each number of people and each severity with the place of its own scene."""

import time

import pytest

from bot.domain.events import Happenings, Severity
from bot.domain.scenes import apart
from bot.events import event_reader
from bot.places import load_reader

PLACES = load_reader()
DARAA = "SY12"
TITLE = "حوادث اليوم في محافظة درعا"
RUN_ON = (
    "قتل رجل برصاص مجهولين في مدينة نوى وانفجرت عبوة ناسفة قرب مدينة إنخل دون إصابات، فيما اندلعت اشتباكات في مدينة "
    "طفس أسفرت عن إصابة أربعة أشخاص، واعتقلت قوى الأمن الداخلي رجلين في بلدة الجيزة، وخرجت مظاهرة في مدينة داعل."
)


def code(name: str) -> str:
    return next(p.code for p in PLACES.gazetteer.find(name) if p.level == "town")


def read(text: str, title: str = "") -> Happenings:
    return event_reader().read(title, text, PLACES.recognise(title, text))


def where(text: str, title: str = "") -> dict[str, tuple[str, ...]]:
    return {event.category: event.codes for event in read(text, title).told}


def test_each_event_of_a_run_on_sentence_is_in_its_own_town_with_or_without_commas() -> None:
    expected = {"killing": "نوى", "explosion": "إنخل", "clashes": "طفس", "arrest": "الجيزة", "protest": "داعل"}
    assert where(RUN_ON) == {category: (code(town),) for category, town in expected.items()}
    assert where(RUN_ON.replace("،", ""), TITLE) == where(RUN_ON, TITLE) == where(RUN_ON)


def test_a_town_that_nobody_knows_is_another_one_than_those_beside_it() -> None:
    told = read("اندلعت اشتباكات في بلدة عين الفلانية أسفرت عن إصابة ثلاثة، وقتل رجل برصاص مجهولين في مدينة نوى.").told
    assert [(event.category, event.codes) for event in told] == [("clashes", (DARAA,)), ("killing", (code("نوى"),))]


def test_each_number_is_of_its_own_town() -> None:
    claims = [(claim.kind, claim.number, claim.codes) for claim in read(RUN_ON).tolls.claims]
    assert claims == [
        ("dead", 1, (code("نوى"),)),
        ("injured", 4, (code("طفس"),)),
        ("detained", 2, (code("الجيزة"),)),
    ]


def test_only_where_people_were_hurt_an_event_is_graver_for_it() -> None:
    grave = {event.category: event.severity for event in read(RUN_ON).told}
    alone = {event.category: event.severity for event in read("اعتقلت قوى الأمن الداخلي رجلين في بلدة الجيزة.").told}
    assert grave["arrest"] == alone["arrest"]
    assert grave["killing"] == Severity.CRITICAL


def test_a_scene_without_a_place_goes_on_where_the_last_one_was() -> None:
    found = where("قتل رجل في مدينة نوى واعتقلت قوى الأمن شخصين، وانفجرت عبوة ناسفة في مدينة إنخل.")
    assert found["arrest"] == (code("نوى"),)
    assert found["explosion"] == (code("إنخل"),)


def test_a_place_may_stand_before_what_happened_there() -> None:
    found = where("في مدينة نوى، قتل رجل برصاص مجهولين، وفي مدينة إنخل، انفجرت عبوة ناسفة.")
    assert found["killing"] == (code("نوى"),)
    assert found["explosion"] == (code("إنخل"),)


def test_what_two_clauses_tell_of_one_place_named_last_is_there() -> None:
    found = where("قتل رجل واعتقلت قوى الأمن شخصين إثر خلاف في مدينة نوى.")
    assert found["killing"] == found["arrest"] == (code("نوى"),)


@pytest.mark.parametrize("name", ["كفر بعجين", "عين الفلانية"])
def test_what_happened_in_a_village_that_nobody_knows_is_in_no_other_town_of_the_sentence(name: str) -> None:
    found = where(f"قتل رجل في مدينة نوى، وانفجرت عبوة ناسفة في مدينة إنخل، واعتقلت قوى الأمن شخصين في بلدة {name}.")
    assert found["arrest"] == (DARAA,)


def test_an_event_of_several_towns_is_told_of_all_of_them() -> None:
    found = where("قصفت المدفعية مدينة نوى، كما قصفت مدينة جاسم.")
    assert set(found["shelling"]) == {code("نوى"), code("جاسم")}


def test_clashes_hide_the_deaths_that_they_caused_and_no_killing_in_another_town() -> None:
    assert "killing" not in where("اندلعت اشتباكات في مدينة جاسم، ما أدى إلى مقتل رجلين.")
    assert where("اندلعت اشتباكات في مدينة جاسم، وقتل رجل برصاص مجهولين في مدينة نوى.")["killing"] == (code("نوى"),)


def test_who_says_the_governorate_or_its_seat_may_mean_any_of_its_towns() -> None:
    for title in ("اشتباكات في محافظة درعا", "اشتباكات عنيفة في درعا"):
        assert "killing" not in where("قتل رجلان في مدينة نوى خلال الاشتباكات.", title)


def test_the_hurt_who_were_taken_to_a_hospital_elsewhere_were_not_hurt_there() -> None:
    tolls = read("انفجرت عبوة ناسفة في مدينة إنخل، وأصيب خمسة أشخاص نقلوا إلى مشفى نوى.").tolls
    assert [claim.codes for claim in tolls.claims] == [(code("إنخل"),)]


def test_places_are_apart_only_where_that_is_known() -> None:
    known = {place.code: place for place in PLACES.gazetteer}
    assert apart(("=الفلانيه", DARAA), (code("نوى"),), known)
    assert apart(("=الفلانيه",), ("=العلانيه",), known)
    assert not apart(("=الفلانيه", DARAA), (DARAA,), known)
    assert not apart(("=الفلانيه",), ("=الفلانيه",), known)
    nawa, inkhil = code("نوى"), code("إنخل")
    assert apart((nawa,), (inkhil,), known)
    assert apart((DARAA, nawa), (inkhil,), known)  # the governorate is named only to say where the town is
    assert apart((nawa,), ("SY07",), known)
    assert not apart((nawa,), (DARAA,), known)
    assert not apart((nawa,), (nawa, inkhil), known)
    assert not apart((), (inkhil,), known)
    assert not apart((nawa,), ("C0",), known)
    assert not apart((nawa,), ("R-golan",), known)
    assert not apart(tuple(list(known)[:20]), (inkhil,), known)


def test_a_list_of_towns_and_events_without_end_is_read_in_bounded_time() -> None:
    begun = time.process_time()
    read("وقتل رجل في مدينة نوى، وانفجرت عبوة في مدينة إنخل، " * 600)
    read("قتل رجل في نوى وإنخل وجاسم " * 1000)
    assert time.process_time() - begun < 10
