"""The whole bot as a process of its own, as an operator runs it, between a simulator and a publisher on loopback."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
TOKEN = "1:secret-of-the-test"


def settings(names: Sequence[str], publisher_url: Any, **more: Any) -> dict[str, Any]:
    """Settings with loopback sources that are polled every second."""
    sources = [{"id": n, "url": publisher_url(n), "name_ar": f"مصدر {n}", "interval_seconds": 1} for n in names]
    polling = {"allow_private_addresses": True, "sweep_seconds": 0.2, **more.pop("polling", {})}
    quick = {"alerts": {"settle_seconds": 0}, "log": {"level": "debug"}}
    return {"use_catalogue": False, "sources": sources, "polling": polling, **quick, **more}


@dataclass
class House:
    """`folder` holds its config.yaml and its database, unless the settings name another."""

    folder: Path
    settings: dict[str, Any]
    api_base: str | None = None
    said: list[str] = field(default_factory=list)  # every line of its standard error
    process: Process | None = None
    _listening: asyncio.Task[None] | None = None
    _heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        """Start, and wait until it says that it has."""
        self.folder.mkdir(exist_ok=True)
        config = self.folder / "config.yaml"
        config.write_text(yaml.safe_dump(self.settings, allow_unicode=True), encoding="utf-8")
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
        if self.api_base:
            environment |= {"BOT_TOKEN": TOKEN, "BOT_API_BASE": self.api_base}
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", "--config", str(config), cwd=self.folder, env=environment, stderr=PIPE
        )
        self._listening = asyncio.create_task(self._listen(self.process))
        self.said.append("-- start")
        await self.hear("rasid.started", since_start=True)

    async def hear(self, sign: str, timeout: float = 20, *, since_start: bool = False) -> str:
        """Wait for a line of the log that holds `sign`."""
        async with asyncio.timeout(timeout):
            while True:
                begin = self.said.index("-- start") if not since_start else _last(self.said, "-- start")
                for line in self.said[begin:]:
                    if sign in line:
                        return line
                if self.process is not None and self.process.returncode is not None:
                    raise AssertionError(f"the bot has left: {self.said}")
                self._heard.clear()
                await self._heard.wait()

    async def kill(self) -> None:
        """SIGKILL: no chance to say good-bye."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        if self.process is None:
            return 0
        if self.process.returncode is None:
            self.process.send_signal(number)
        try:
            code = await asyncio.wait_for(self.process.wait(), 20)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
            raise
        if self._listening is not None:
            await self._listening
        self.process = None
        return code

    async def _listen(self, process: Process) -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            self.said.append(line.decode().rstrip())
            self._heard.set()
        self._heard.set()


def _last(lines: list[str], mark: str) -> int:
    return len(lines) - 1 - lines[::-1].index(mark)
