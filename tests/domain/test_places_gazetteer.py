"""The tree of places and the index of their names: what ships, and the laws of the table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.gazetteer import Gazetteer, Place, cycles, kilometres, read_table
from bot.places.loading import load_gazetteer

CORE = load_gazetteer()


def codes(name: str) -> set[str]:
    return {place.code for place in CORE.find(name)}


def test_the_core_holds_the_whole_administrative_tree_and_the_places_that_news_names() -> None:
    levels = [place.level for place in CORE]
    assert levels.count("governorate") == 14
    assert levels.count("district") == 62
    assert levels.count("subdistrict") == 270
    assert levels.count("town") >= 900
    assert levels.count("region") >= 25
    assert levels.count("quarter") >= 100


def test_every_parent_is_in_the_table_and_nothing_lies_inside_itself() -> None:
    assert all(place.parent in CORE for place in CORE if place.level != "governorate")
    assert cycles(CORE) == frozenset()
    assert all(CORE.governorate(place.code) for place in CORE)
    assert all(member in CORE for place in CORE for member in place.members)


def test_every_place_lies_in_or_beside_syria() -> None:
    assert all(32 < place.latitude < 37.6 and 35.4 < place.longitude < 42.6 for place in CORE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("عين العرب", "كوباني"), ("عين العرب", "Kobanê"), ("رأس العين", "سري كانيه"), ("القامشلي", "Qamişlo"),
        ("إزرع", "ازرع"), ("إزرع", "أزرع"), ("اعزاز", "إعزاز"), ("دير الزور", "ديرالزور"), ("المالكية", "ديرك"),
        ("الطبقة", "الثورة"), ("سلمية", "السلمية"), ("حماة", "حماه"), ("البوكمال", "أبو كمال"), ("إنخل", "أنخل"),
        ("معرة النعمان", "المعرة"), ("تل أبيض", "كري سبي"), ("الشدادي", "الشدادة"),
        ("الغوطة الشرقية", "Eastern Ghouta"),
    ],
)  # fmt: skip
def test_a_place_is_found_by_every_name_that_people_use(one: str, other: str) -> None:
    assert codes(one)
    assert codes(one) & codes(other)


def test_a_name_of_several_places_stays_several_places() -> None:
    governorates = {CORE.governorate(place.code).name for place in CORE.find("صوران") if CORE.governorate(place.code)}  # type: ignore[union-attr]
    assert governorates == {"حلب", "حماة"}
    assert len([place for place in CORE.find("الدانا") if place.level == "town"]) == 2


def test_a_town_knows_what_contains_it_the_nearest_first_and_the_regions_after() -> None:
    jasim = next(place for place in CORE.find("جاسم") if place.level == "town")
    assert [place.level for place in CORE.ancestors(jasim.code)] == ["subdistrict", "district", "governorate"]
    assert {"حوران", "الجيدور", "درعا"} <= {place.name for place in CORE.containing(jasim.code)}


def test_a_watch_on_a_region_covers_its_towns_and_one_on_the_wider_region_too() -> None:
    duma = next(
        place for place in CORE.find("دوما") if CORE.governorate(place.code) is CORE["SY03"] and place.level == "town"
    )
    assert duma.code in CORE.within("R-ghouta_east")
    assert duma.code in CORE.within("R-ghouta")
    assert duma.code not in CORE.within("R-ghouta_west")


def test_neighbours_are_near_and_the_nearest_comes_first() -> None:
    jasim = next(place for place in CORE.find("جاسم") if place.level == "town")
    found = CORE.neighbours(jasim.code, radius_km=12)
    distances = [kilometres(jasim.latitude, jasim.longitude, p.latitude, p.longitude) for p in found]
    assert distances == sorted(distances)
    assert distances[-1] <= 12
    assert "إنخل" in {place.name for place in found}


def test_an_unknown_name_finds_nothing() -> None:
    assert CORE.find("لا مكان") == ()
    assert CORE.ancestors("C0000") == ()
    assert CORE.governorate("C0000") is None


def test_a_later_table_wins_and_the_core_remembers_what_it_knew() -> None:
    first = Place("C1", "", "town", 33.0, 36.0, "قديم")
    gazetteer = Gazetteer.load(
        first.line(),
        Place("C1", "", "town", 33.0, 36.0, "جديد").line() + "\n" + Place("C2", "", "town", 33, 36, "آخر").line(),
    )
    assert gazetteer["C1"].name == "جديد"
    assert gazetteer.core == {"C1"}


@pytest.mark.parametrize("line", ["C1\tSY01", "C1\t\ttown\tnorth\t36\tاسم\t\t", "C1\t\tcity\t33\t36\tاسم\t\t"])
def test_a_line_that_cannot_be_read_is_named_by_its_number(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        list(read_table("# a comment\n" + line))


def test_a_circle_of_parents_is_found() -> None:
    rows = [
        Place("A", "B", "town", 33, 36, "أ"),
        Place("B", "C", "town", 33, 36, "ب"),
        Place("C", "B", "town", 33, 36, "ت"),
    ]
    assert cycles(rows) == {"B", "C"}


NAME = st.text(st.characters(min_codepoint=0x0621, max_codepoint=0x064A), min_size=1, max_size=12)


@given(st.lists(st.tuples(NAME, st.floats(32, 37), st.floats(36, 42), st.lists(NAME, max_size=3)), max_size=8))
def test_a_place_survives_being_written_and_read(rows: list[tuple[str, float, float, list[str]]]) -> None:
    places = [
        Place(f"C{i}", "", "town", round(a, 4), round(b, 4), n, "", tuple(o)) for i, (n, a, b, o) in enumerate(rows)
    ]
    assert list(read_table("\n".join(place.line() for place in places))) == places
