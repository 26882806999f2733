"""People write while the bot stops, is killed, or has updates delivered to it: every command is answered."""

import asyncio
import json
import socket

import aiohttp

from bot.simulator.faults import Fault, FaultKind
from bot.webhook import HEADER
from tests.journeys.conftest import SALMA, World

PEOPLE = range(3001, 3041)


def answered(world: World) -> list[int]:
    return [
        person for person in PEOPLE if any("صرت تتابع" in m.text or "من قبل" in m.text for m in world.from_bot(person))
    ]


async def settled(world: World) -> None:
    """Everybody has their answer, and nothing more comes."""
    await world.until(lambda: len(answered(world)) == len(PEOPLE), timeout=60)


async def test_stopping_with_commands_in_flight_takes_less_than_ten_seconds_and_loses_none(world: World) -> None:
    house = await world.open()
    for person in PEOPLE:
        world.simulator.add_person("أحد", person)
    world.simulator.faults.add(Fault(FaultKind.LATENCY, method="sendMessage", times=None, seconds=1))
    for person in PEOPLE:
        world.simulator.say(person, "تابع جاسم")
    await world.until(lambda: any(c.method == "sendmessage" for c in world.simulator.calls))
    began = asyncio.get_running_loop().time()
    assert await house.stop() == 0
    assert asyncio.get_running_loop().time() - began < 10
    assert not [line for line in house.said if "Traceback" in line]
    world.simulator.faults.clear()
    await house.start()
    await settled(world)


async def test_stopping_while_telegram_is_silent_takes_less_than_ten_seconds_and_loses_none(world: World) -> None:
    house = await world.open()
    for person in PEOPLE:
        world.simulator.add_person("أحد", person)
    world.simulator.faults.add(Fault(FaultKind.NO_ANSWER, method="sendMessage", times=None))
    for person in PEOPLE:
        world.simulator.say(person, "تابع جاسم")
    await world.until(lambda: any(c.method == "sendmessage" for c in world.simulator.calls))
    began = asyncio.get_running_loop().time()
    assert await house.stop() == 0
    assert asyncio.get_running_loop().time() - began < 10
    world.simulator.faults.clear()
    await house.start()
    await settled(world)


async def test_killed_in_the_middle_of_many_commands_every_one_is_answered(world: World) -> None:
    house = await world.open()
    for person in PEOPLE:
        world.simulator.add_person("أحد", person)
        world.simulator.say(person, "تابع جاسم")
    for enough in (1, 8, 20):
        await world.until(lambda enough=enough: len(answered(world)) >= enough)
        await house.kill()
        await house.start()
    await settled(world)


async def test_updates_are_delivered_to_a_webhook_that_survives_a_kill(world: World) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    house = await world.open(telegram={"webhook_url": "https://bot.example.org/rasid", "webhook_listen": listen})
    (call,) = await world.until(lambda: [c for c in world.simulator.calls if c.method == "setwebhook"])
    url = f"http://{listen}{call.text('url').removeprefix('https://bot.example.org')}"
    async with aiohttp.ClientSession(headers={HEADER: call.text("secret_token")}) as telegram:

        async def deliver(text: str) -> None:
            world.simulator.say(SALMA, text)
            update = world.simulator.world.updates.pop()
            async with telegram.post(url, data=json.dumps(update)) as answer:
                assert answer.status == 200

        await deliver("تابع جاسم")
        await world.until(lambda: any("صرت تتابع" in m.text for m in world.from_bot(SALMA)))
        world.simulator.faults.add(Fault(FaultKind.NO_ANSWER, method="sendMessage"))
        await deliver("تابع نوى")
        await world.until(lambda: any("نوى" in c.text("text") for c in world.simulator.calls))
        await house.kill()
        await house.start()
        await world.until(lambda: any("نوى" in m.text for m in world.from_bot(SALMA)))
    assert await house.stop() == 0
    assert not [line for line in house.said if "getupdates" in line.lower()]
    assert not [c for c in world.simulator.calls if c.method == "getupdates"]
