"""What is about Syria, for sources that write about the world."""

import pytest

from bot.domain.model import PlaceHit
from bot.domain.syria import is_about_syria, names_syria

NAMES = (
    "سوريا|سورية|سوريّة|السوري|السورية|السوريين|للسوريين|وسوريا|بسورية|والسوريون|سوريون|#سوريا_اليوم|السوريتان|سوریه|سووریا"
    "|Syria|SYRIA|Syria's|Syrians|Syrian|Suriye|Suriye'de|Suriye’nin|Suriyelilere|Sûriye|Sûriyeyê|Sûriyê"
)
OTHERS = "سوريالي|السوريالية|الأسوري|الدستوري|السور|مسورة|السوربون|Assyrian|Surinam|Syriac|Surrey|Suriname"


@pytest.mark.parametrize("name", NAMES.split("|"))
def test_the_country_and_its_people_are_known_in_every_language(name: str) -> None:
    assert names_syria(f"وصل وفد من {name} أمس")


@pytest.mark.parametrize("name", OTHERS.split("|"))
def test_what_only_looks_alike_is_not_syria(name: str) -> None:
    assert not names_syria(f"وصل وفد من {name} أمس")


def test_a_place_that_is_believed_is_enough_and_one_in_doubt_is_not() -> None:
    def hit(sure: bool) -> PlaceHit:
        return PlaceHit(("C1", "SY12"), "title", 0, 4, sure)

    assert is_about_syria("خبر", "نص", [hit(False), hit(True)])
    assert not is_about_syria("خبر", "نص", [hit(False)])
    assert is_about_syria("خبر", "قال الرئيس السوري", [])
