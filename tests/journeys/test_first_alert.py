"""From «تابع جاسم» to the alert on the phone, through the whole bot."""

import asyncio

from tests.journeys.conftest import KHALED, SALMA, World

TITLE = "دوي انفجار في مدينة جاسم شمال درعا"
TEXT = "سمع سكان جاسم دوي انفجار قرب السوق. وهرعت سيارات الإسعاف إلى المكان. أما الطقس فغائم."


async def test_a_watch_is_answered_and_its_alert_arrives_with_summary_source_and_link(world: World) -> None:
    world.publisher.publish("horan", "خبر قديم عن جاسم", "كان منشوراً قبل أن يبدأ الراصد.")
    house = await world.open("horan")
    answer = await world.ask(SALMA, "تابع جاسم")
    assert "جاسم" in answer.text
    await house.hear("poll.filed")
    world.publisher.publish("horan", TITLE, TEXT)
    alert = await world.until(lambda: next(iter(world.alerts(SALMA)), None))
    assert TITLE in alert.text
    assert "سمع سكان جاسم دوي انفجار قرب السوق." in alert.text
    assert "الطقس" not in alert.text
    assert "مصدر horan" in alert.text
    assert alert.keyboard[0][0]["url"] == world.publisher.url("a/horan-1").removesuffix(".xml")
    assert not alert.silent
    assert world.alerts(KHALED) == []


async def test_one_alert_a_story_and_none_for_what_was_there_before(world: World) -> None:
    world.publisher.publish("horan", "خبر قديم عن جاسم", "كان منشوراً قبل أن يبدأ الراصد.")
    house = await world.open("horan", "copy")
    await world.ask(SALMA, "تابع جاسم")
    await world.ask(SALMA, "تابع انفجار")
    await house.hear("poll.filed")
    world.publisher.publish("horan", TITLE, TEXT)
    await world.until(lambda: world.alerts(SALMA))
    world.publisher.publish("horan", "انتهاء أعمال الصيانة في جاسم", "عادت المياه إلى أحياء جاسم بعد انقطاع طويل.")
    await world.until(lambda: len(world.alerts(SALMA)) == 2)
    asked = world.publisher.asked["horan"]
    async with asyncio.timeout(20):
        while world.publisher.asked["horan"] < asked + 3:  # three more polls bring nothing new
            await asyncio.sleep(0.1)
    assert len(world.alerts(SALMA)) == 2
    assert not any("قديم" in alert.text for alert in world.alerts(SALMA))


async def test_nothing_that_people_watch_or_are_reaches_the_log(world: World) -> None:
    world.publisher.publish("horan", "خبر", "نص")
    house = await world.open("horan")
    await world.ask(SALMA, "تابع جاسم")
    await world.ask(SALMA, "مساكن هنانو")
    await world.ask(SALMA, "/nonsense جاسم")
    await house.hear("poll.filed")
    world.publisher.publish("horan", TITLE, TEXT)
    await world.until(lambda: world.alerts(SALMA))
    assert await house.stop() == 0
    log = "\n".join(house.said)
    assert "alert.sent" in log
    for secret in ("جاسم", "هنانو", str(SALMA), "secret-of-the-test"):
        assert secret not in log
