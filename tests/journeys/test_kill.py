"""kill -9 at the worst moments: no alert is lost, no command is lost, and what may be a repeat comes silently."""

import asyncio
from pathlib import Path

from sqlalchemy import create_engine, select

from bot.simulator.faults import Fault, FaultKind
from bot.store.tables import alerts
from tests.journeys.conftest import SALMA, World

TITLE = "دوي انفجار في مدينة جاسم شمال درعا"
TEXT = "سمع سكان جاسم دوي انفجار قرب السوق."


def states(folder: Path) -> list[str]:
    """The states of the outbox, as the dead process left them."""
    engine = create_engine(f"sqlite:///{folder}/var/rasid.sqlite3")
    with engine.connect() as connection:
        found = list(connection.execute(select(alerts.c.state)).scalars())
    engine.dispose()
    return found


async def stored(folder: Path, state: str) -> None:
    async with asyncio.timeout(20):
        while state not in states(folder):
            await asyncio.sleep(0.05)


async def watching(world: World) -> None:
    world.publisher.publish("horan", "خبر قديم", "كان هنا من قبل.")
    house = await world.open("horan")
    await world.ask(SALMA, "تابع جاسم")
    await house.hear("new=1")


async def test_killed_between_storing_an_item_and_sending_its_alert(world: World) -> None:
    await watching(world)
    assert world.house is not None
    world.simulator.faults.add(Fault(FaultKind.TOO_MANY, method="sendMessage", times=None, seconds=2))
    world.publisher.publish("horan", TITLE, TEXT)
    await world.house.hear("alert.not_sent")
    await world.house.kill()
    assert states(world.folder) == ["ready"]
    world.simulator.faults.clear()
    await world.house.start()
    await world.until(lambda: world.alerts(SALMA))
    await polled_again(world)
    (alert,) = world.alerts(SALMA)
    assert TITLE in alert.text
    assert not alert.silent


async def test_killed_while_the_alert_was_being_sent(world: World) -> None:
    """Whether it arrived cannot be known: it is sent once more, silently, and says so."""
    await watching(world)
    assert world.house is not None
    world.simulator.faults.add(Fault(FaultKind.NO_ANSWER, method="sendMessage"))
    world.publisher.publish("horan", TITLE, TEXT)
    # The call has been made, and the fault with it: before that, the alert is marked and waits for its slot.
    await world.until(
        lambda: any(c.method == "sendmessage" and "انفجار" in str(c.values) for c in world.simulator.calls)
    )
    await stored(world.folder, "sending")
    await world.house.kill()
    await world.house.start()
    await world.until(lambda: world.alerts(SALMA))
    await polled_again(world)
    (alert,) = world.alerts(SALMA)
    assert alert.silent
    assert "قد يكون هذا التنبيه وصلك من قبل" in alert.text


async def test_a_command_that_was_received_but_not_answered_is_answered_after_the_kill(world: World) -> None:
    await watching(world)
    assert world.house is not None
    world.simulator.faults.add(Fault(FaultKind.NO_ANSWER, method="sendMessage"))
    world.simulator.say(SALMA, "تابع نوى")
    await world.until(lambda: any(c.method == "sendmessage" and "نوى" in str(c.values) for c in world.simulator.calls))
    await world.house.kill()
    before = len(world.from_bot(SALMA))
    await world.house.start()
    await world.until(lambda: len(world.from_bot(SALMA)) > before)
    assert "نوى" in world.from_bot(SALMA)[-1].text


async def test_stopping_kindly_leaves_nothing_half_done(world: World) -> None:
    await watching(world)
    assert world.house is not None
    world.simulator.faults.add(Fault(FaultKind.LATENCY, method="sendMessage", seconds=1))
    world.publisher.publish("horan", TITLE, TEXT)
    await stored(world.folder, "sending")
    assert await world.house.stop() == 0
    assert states(world.folder) == ["sent"]
    assert len(world.alerts(SALMA)) == 1


async def polled_again(world: World) -> None:
    """Long enough for a repeat to show."""
    asked = world.publisher.asked["horan"]
    async with asyncio.timeout(20):
        while world.publisher.asked["horan"] < asked + 2:
            await asyncio.sleep(0.05)
