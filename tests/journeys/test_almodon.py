"""The article the product was conceived on: who is told, and who is left in peace."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.journeys.conftest import World

ARTICLE = Path(__file__).parents[3] / "shared" / "samples" / "almodon-jasim.txt"
CONCERNED = ("جاسم", "درعا")
NOT_CONCERNED = ("جملة", "الدور", "حيط", "تل", "البعث", "روسيا")

pytestmark = pytest.mark.skipif(not ARTICLE.exists(), reason="the article is not part of the repository")


async def alerted(world: World, title: str, text: str, words: tuple[str, ...]) -> dict[str, int]:
    """Each word with a subscriber of its own -> the alerts that this subscriber gets."""
    chats = {world.simulator.add_person(word).id: word for word in words}
    world.publisher.publish("almodon", "خبر قديم", "كان هنا من قبل.")
    house = await world.open("almodon")
    for chat, word in chats.items():
        await world.ask(chat, f"تابع {word}")
    await house.hear("new=1")
    world.publisher.publish("almodon", title, text, dated=datetime.now(UTC), guid="jasim")
    world.publisher.publish("almodon", "خبر عن كلمة أخيرة", "هذا آخر ما ينشر.", guid="last")
    await house.hear("poll.filed", since_start=True)
    await world.until(lambda: world.alerts(next(iter(chats))))
    await house.hear("alert.sent")
    assert await house.stop() == 0
    return {word: len(world.alerts(chat)) for chat, word in chats.items()}


async def test_jasim_and_daraa_are_told_once_and_nobody_by_a_word_that_only_looks_like_a_place(world: World) -> None:
    paragraphs = ARTICLE.read_text(encoding="utf-8").strip().split("\n")
    found = await alerted(world, "جاسم: مخاوف من اقتحام", "\n".join(paragraphs), (*CONCERNED, *NOT_CONCERNED))
    assert found == dict.fromkeys(CONCERNED, 1) | dict.fromkeys(NOT_CONCERNED, 0)


async def test_iran_is_not_in_the_first_paragraph(world: World) -> None:
    first = ARTICLE.read_text(encoding="utf-8").strip().split("\n")[0]
    found = await alerted(world, "مخاوف من اقتحام", first, ("جاسم", "إيران", *NOT_CONCERNED))
    assert found == {"جاسم": 1, "إيران": 0} | dict.fromkeys(NOT_CONCERNED, 0)
