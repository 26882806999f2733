"""The whole bot as a process, with a Bot API that we did not write: a watch, an alert, and what goes wrong."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.foreign.abroad import Abroad
from tests.house import House, settings
from tests.publisher import Publisher, publishing

Calls = list[dict[str, Any]]
PATIENCE_SECONDS = 30


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with publishing() as publisher:
        publisher.publish("hourly", "أسعار الخضار في السوق", "خبر قديم")
        yield publisher


@pytest.fixture
async def house(servers: Abroad, publisher: Publisher, tmp_path: Path) -> AsyncIterator[House]:
    servers.deliver_to(f"{servers.proxy}/_hook")
    house = House(tmp_path, settings(["hourly"], publisher.url), servers.api_base)
    await house.start()
    yield house
    await house.stop()


async def until(find: Callable[[], Calls], enough: int = 1) -> Calls:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(found := find()) < enough:
            await asyncio.sleep(0.1)
        return found


async def watching(servers: Abroad, chat: int, place: str) -> None:
    """Follow a place, as a person does, and wait until the bot has confirmed."""
    await asyncio.to_thread(servers.say, chat, "/start")
    await until(lambda: servers.calls(chat))
    before = len(servers.calls(chat))
    await asyncio.to_thread(servers.say, chat, f"تابع {place}")
    await until(lambda: servers.calls(chat)[before:])


def telling(servers: Abroad, chat: int, words: str) -> Calls:
    return [call for call in servers.calls(chat) if words in str(call["text"])]


# What the way does to the first calls, and for each message that arrives whether it comes silently: what may have
# arrived before does.
WAYS: list[tuple[tuple[str, ...], list[bool]]] = [
    ((), [False]),
    (("too_many",), [False]),
    (("lost_answer",), [False, True]),
    (("bad_gateway", "too_many"), [True]),
]


@pytest.mark.parametrize(("faults", "silences"), WAYS, ids=["-".join(faults) or "none" for faults, _ in WAYS])
async def test_an_alert_arrives_whatever_the_way_does_to_it(
    servers: Abroad, house: House, publisher: Publisher, chat: int, faults: tuple[str, ...], silences: list[bool]
) -> None:
    await watching(servers, chat, "جاسم")
    servers.order(chat, *faults)
    publisher.publish("hourly", "انقطاع الكهرباء عن مدينة جاسم", "انقطعت الكهرباء عن جاسم & ريفها منذ الصباح.")
    alerts = await until(lambda: telling(servers, chat, "انقطاع الكهرباء"), len(silences))
    assert [bool(alert.get("disable_notification")) for alert in alerts] == silences
    seen = [("SendMessage", call) for call in servers.calls(chat)]
    seen += [("html", call["text"]) for call in servers.calls(chat) if call.get("parse_mode") == "HTML"]
    assert servers.complaints(*seen) == []


async def test_one_who_blocks_the_bot_is_left_in_peace_and_others_are_told(
    servers: Abroad, house: House, publisher: Publisher, chat: int
) -> None:
    other = chat + 10_000
    for person in (chat, other):
        await watching(servers, person, "جاسم")
    servers.order(chat, "forbidden")
    publisher.publish("hourly", "انقطاع الكهرباء عن مدينة جاسم", "انقطعت الكهرباء عن جاسم منذ الصباح.")
    await until(lambda: telling(servers, other, "انقطاع الكهرباء"))
    publisher.publish("hourly", "افتتاح مدرسة جديدة في جاسم", "افتتحت مديرية التربية مدرسة في مدينة جاسم.")
    await until(lambda: telling(servers, other, "افتتاح مدرسة"))
    assert telling(servers, chat, "انقطاع الكهرباء") + telling(servers, chat, "افتتاح مدرسة") == []
