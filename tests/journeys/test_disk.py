"""A database that takes no writes for a while: the whole bot pauses, loses nothing, says so once, and goes on."""

import asyncio
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import pytest

from bot.simulator.faults import Fault, FaultKind
from tests.house import House, settings
from tests.journeys.conftest import KHALED, SALMA, World

TITLE = "دوي انفجار في مدينة جاسم شمال درعا"
TEXT = "سمع سكان جاسم دوي انفجار قرب السوق."
OTHER = ("حريق كبير في سوق مدينة نوى", "اندلع حريق كبير في سوق مدينة نوى غربي درعا.")
LONG = 60  # seconds: a poll that met the refusal itself is tried again after 30


@contextmanager
def locked(house: House) -> Iterator[None]:
    """Another program holds the lock, as one that compacts the file does."""
    with closing(sqlite3.connect(house.folder / "var/rasid.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def without_room(house: House) -> Iterator[None]:
    """No file of the bot may grow any more, as on a full disk."""
    assert house.process is not None
    pid, log = house.process.pid, house.folder / "var/rasid.sqlite3-wal"
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (log.stat().st_size, before[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("refusing", [locked, without_room])
async def test_nothing_is_lost_while_the_database_takes_no_writes(
    world: World, refusing: Callable[[House], AbstractContextManager[None]]
) -> None:
    """An alert is on its way to Telegram when it begins; news and a command come while it lasts."""
    house = await watching(world)
    world.simulator.faults.add(Fault(FaultKind.LATENCY, method="sendMessage", seconds=1))
    world.publisher.publish("horan", TITLE, TEXT)
    await world.until(lambda: any(c.method == "sendmessage" and TITLE in str(c.values) for c in world.simulator.calls))
    with refusing(house):
        world.publisher.publish("ghouta", *OTHER)
        world.simulator.say(KHALED, "تابع درعا")
        await house.hear("store.refuses")
        await world.until(lambda: world.alerts(SALMA))
        asked = world.publisher.asked.copy()
        with pytest.raises(TimeoutError):  # each source may have been on its way; then none is asked any more
            await world.until(lambda: any(world.publisher.asked[name] > asked[name] + 1 for name in asked), 3)
        assert (len(world.alerts(SALMA)), world.from_bot(KHALED)) == (1, [])
    await house.hear("store.accepts")
    await world.until(lambda: len(world.alerts(SALMA)) == 2 and world.from_bot(KHALED), LONG)
    first, second = (alert.text for alert in world.alerts(SALMA))
    assert TITLE in first
    assert OTHER[0] in second
    assert sum("store.refuses" in line for line in house.said) == 1
    assert await house.stop() == 0


async def test_it_stops_in_time_though_the_database_is_locked_and_finds_everything_at_the_next_start(
    world: World,
) -> None:
    house = await watching(world)
    with locked(house):
        world.publisher.publish("horan", TITLE, TEXT)
        world.simulator.say(KHALED, "تابع درعا")
        await house.hear("store.refuses")
        assert await house.stop() == 0
    await house.start()
    await world.until(lambda: world.alerts(SALMA) and world.from_bot(KHALED))
    assert len(world.alerts(SALMA)) == 1


async def test_a_start_on_a_full_disk_waits_for_room(world: World) -> None:
    house = at_rest(world)
    starting = asyncio.create_task(house.start())
    process = await launched(house)
    before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))  # while it loads itself
    await house.hear("store.refuses")
    assert process.returncode is None
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)
    await starting
    assert "جاسم" in (await world.ask(SALMA, "تابع جاسم")).text
    assert sum("store.refuses" in line for line in house.said) == 1
    assert any("store.accepts" in line for line in house.said)


async def test_a_start_that_waits_for_its_database_ends_when_it_is_told_to(world: World) -> None:
    house = at_rest(world, database_url="postgresql+psycopg://rasid:hidden-word@127.0.0.1:1/rasid")
    starting = asyncio.create_task(house.start())
    await launched(house)
    await house.hear("store.refuses")
    starting.cancel()
    assert await house.stop() == 0
    assert "hidden-word" not in "".join(house.said)


def at_rest(world: World, **more: str) -> House:
    world.house = House(world.folder, settings(["horan"], world.publisher.url, **more), world.simulator.api_base)
    return world.house


async def launched(house: House) -> asyncio.subprocess.Process:
    async with asyncio.timeout(10):
        while house.process is None or not house.said:
            await asyncio.sleep(0.01)
    return house.process


async def watching(world: World) -> House:
    for source in ("horan", "ghouta"):
        world.publisher.publish(source, "خبر قديم", "كان هنا من قبل.")
    house = await world.open("horan", "ghouta")
    await world.ask(SALMA, "تابع جاسم")
    await world.ask(SALMA, "تابع نوى")
    for source in ("horan", "ghouta"):
        await house.hear(f"source={source}")
    return house
