"""A journey's world: people on the simulator, news from the publisher, and the bot between them as a process."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.simulator.server import Simulator
from bot.simulator.shapes import Message
from tests.house import TOKEN, House, settings
from tests.publisher import Publisher, publishing

SALMA, KHALED = 1001, 1002


TELLS = re.compile(r"المصدر:|المصادر \(")  # what an alert says of its sources, and a reply to a command never


@dataclass
class World:
    simulator: Simulator
    publisher: Publisher
    folder: Path
    house: House | None = None

    async def open(self, *sources: str, **more: Any) -> House:
        """Start the bot with these of the publisher's feeds."""
        made = settings(sources, self.publisher.url, **more)
        self.house = House(self.folder, made, self.simulator.api_base)
        await self.house.start()
        return self.house

    def from_bot(self, chat_id: int) -> list[Message]:
        return [message for message in self.simulator.messages(chat_id) if message.sender.is_bot]

    def alerts(self, chat_id: int) -> list[Message]:
        """The messages that tell a source: what a reply to a command never does."""
        return [message for message in self.from_bot(chat_id) if TELLS.search(message.text)]

    async def ask(self, chat_id: int, text: str) -> Message:
        """Say something as a person, and wait for the bot's next message."""
        before = len(self.from_bot(chat_id))
        self.simulator.say(chat_id, text)
        return await self.simulator.wait_for(lambda: next(iter(self.from_bot(chat_id)[before:]), None), 20)

    async def until(self, find: Callable[[], Any], timeout: float = 20) -> Any:
        return await self.simulator.wait_for(find, timeout)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    simulator = Simulator(TOKEN)
    await simulator.start()
    async with publishing() as publisher:
        made = World(simulator, publisher, tmp_path)
        yield made
        if made.house is not None:
            await made.house.stop()
    await simulator.stop()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """What the bot said belongs to a failed journey's report."""
    outcome = yield
    report = outcome.get_result()
    world = getattr(item, "funcargs", {}).get("world")
    if report.failed and isinstance(world, World) and world.house is not None:
        report.sections.append(("the bot's log", "\n".join(world.house.said[-60:])))
