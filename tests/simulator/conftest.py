"""A running simulator, a real python-telegram-bot and a plain HTTP client on it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import telegram

from bot.simulator import Simulator

TOKEN = "1:local"


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    simulator = Simulator(TOKEN)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def bot(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[telegram.Bot]:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # otherwise a 429 is a deprecation warning
    async with telegram.Bot(TOKEN, base_url=simulator.api_base) as bot:
        yield bot


@pytest.fixture
async def http(simulator: Simulator) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(simulator.page_url) as session:
        yield session
