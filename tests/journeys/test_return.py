"""Through the whole bot: a person blocks it and comes back; a forum's topic is closed under its alerts."""

import asyncio

from bot.simulator.shapes import Message
from tests.house import House
from tests.journeys.conftest import KHALED, SALMA, World

FORUM = -1002002
NEWS = [
    ("دوي انفجار في مدينة جاسم شمال درعا", "سمع سكان جاسم دوي انفجار قرب السوق."),
    ("انقطاع المياه عن مدينة جاسم منذ ثلاثة أيام", "يشكو أهالي جاسم من انقطاع مياه الشرب بسبب عطل في المضخة."),
    ("مدرسة جديدة في مدينة جاسم", "افتتحت مديرية التربية مدرسة جديدة في مدينة جاسم."),
]


async def opened(world: World) -> House:
    world.publisher.publish("horan", "خبر قديم", "كان هنا من قبل.")
    house = await world.open("horan")
    await house.hear("source=horan")
    return house


async def publish(world: World, house: House, number: int) -> None:
    """Publish it, and wait until it has been filed."""

    def filed() -> int:
        return sum("poll.filed" in line and "new=1" in line for line in house.said)

    before = filed()
    world.publisher.publish("horan", *NEWS[number])
    async with asyncio.timeout(20):
        while filed() == before:
            await asyncio.sleep(0.05)


async def test_who_blocked_the_bot_and_lets_it_in_again_is_told_what_he_missed(world: World) -> None:
    house = await opened(world)
    for person in (SALMA, KHALED):
        await world.ask(person, "تابع جاسم")
    world.simulator.block(SALMA)
    await publish(world, house, 0)
    await world.until(lambda: len(world.alerts(KHALED)) == 1)
    await house.kill()
    await house.start()
    await publish(world, house, 1)
    await world.until(lambda: len(world.alerts(KHALED)) == 2)
    assert world.alerts(SALMA) == []
    world.simulator.block(SALMA, blocked=False)
    told = await world.until(lambda: digest(world, SALMA))
    assert all(title in told.text for title, _ in NEWS[:2])
    await publish(world, house, 2)
    (alert,) = await world.until(lambda: world.alerts(SALMA))
    assert NEWS[2][0] in alert.text
    assert len(world.from_bot(SALMA)) == 3


def digest(world: World, chat_id: int) -> Message | None:
    return next((message for message in world.from_bot(chat_id) if "متوقفة منذ" in message.text), None)


async def test_alerts_follow_the_topic_of_the_watch_and_say_when_it_was_closed(world: World) -> None:
    simulator = world.simulator
    house = await opened(world)
    simulator.add_group("منتدى الحي", [SALMA, KHALED], admins=[SALMA], chat_id=FORUM)
    topic = simulator.add_topic(FORUM, "أخبار")
    simulator.say(FORUM, "/watch جاسم", SALMA, thread_id=topic)
    await world.until(lambda: world.from_bot(FORUM))
    await publish(world, house, 0)
    (first,) = await world.until(lambda: world.alerts(FORUM))
    simulator.close_topic(FORUM, topic)
    await publish(world, house, 1)
    await world.until(lambda: len(world.alerts(FORUM)) == 2)
    second = world.alerts(FORUM)[1]
    assert (first.thread_id, second.thread_id) == (topic, None)
    assert second.text.count("أُغلق الموضوع") == 1
    await house.hear("fallback=general_topic")
