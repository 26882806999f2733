"""What an outlet writes about."""

import pytest

from bot.outlets import area_of
from bot.places import load_reader

GAZETTEER = load_reader().gazetteer


@pytest.mark.parametrize(
    ("outlet", "area"),
    [
        ("syria_tv", "SY"),
        ("Syria TV", "SY"),
        ("تلفزيون سوريا", "SY"),
        ("suwayda24", "SY13"),
        ("درعا 24", "SY12"),
        ("شبكة أخبار حلب", "SY02"),
        ("وكالة سورية للأنباء", "SY"),
        ("france24", None),
        ("BB", None),
        ("", None),
        (None, None),
    ],
)
def test_the_area_of_an_outlet_is_told_from_its_name(outlet: str | None, area: str | None) -> None:
    assert area_of(outlet, GAZETTEER) == area
