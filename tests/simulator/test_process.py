"""The simulator as a process of its own."""

import asyncio
import signal
import sys

import telegram

from tests.simulator.conftest import TOKEN


async def test_it_runs_by_itself_and_ends_when_it_is_told_to() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.simulator", "--token", TOKEN, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        url = (await process.stdout.readline()).decode().strip()
        async with telegram.Bot(TOKEN, base_url=f"{url}bot") as bot:
            assert (await bot.send_message(1001, "خبر")).message_id == 1
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
