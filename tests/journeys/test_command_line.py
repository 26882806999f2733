"""What the operator sees of the command line, in a process of its own: exit codes, both languages, never the token."""

import asyncio
import os
import re
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from bot.simulator.faults import Fault, FaultKind
from bot.simulator.server import Simulator
from tests.house import ROOT, TOKEN, House, settings
from tests.journeys.conftest import SALMA, World

SECRET = TOKEN.partition(":")[2]
SETTINGS_ARE_WRONG = 2
STOPS_WITHIN = 10.0  # seconds
ARABIC = re.compile("[\u0621-\u064a]{3}")
BROKEN = f"pollings:\n  interval_seconds: 5\nlanguage: fr\ndatabase_url: {TOKEN}\ntelegram:\n  token: '{SECRET}'\n"


@dataclass(frozen=True)
class Ran:
    code: int | None
    said: str  # on both streams


async def run(folder: Path, *arguments: str, text: str = "", **environ: str) -> Ran:
    """`python -m bot ...` with this config.yaml, until it leaves."""
    config = folder / "config.yaml"
    config.write_text(text, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments, "--config", str(config)),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **environ},
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Ran(process.returncode, out.decode() + err.decode())


def refused(ran: Ran) -> str:
    """What was said by a command that could not start: plainly, in both languages, without secrets."""
    assert ran.code == SETTINGS_ARE_WRONG, ran
    assert "Traceback" not in ran.said
    assert SECRET not in ran.said
    assert ARABIC.search(ran.said)
    assert re.search("[A-Za-z]{3}", ran.said)
    return ran.said


async def test_fine_settings_are_said_to_be_fine_in_both_languages(tmp_path: Path) -> None:
    ran = await run(tmp_path, "check-config", text="language: en\n", BOT_TOKEN=TOKEN)
    assert ran.code == 0
    assert "The settings are fine" in ran.said
    assert "الإعدادات سليمة" in ran.said
    assert SECRET not in ran.said
    assert not (tmp_path / "var").exists(), "checking must leave nothing behind"


@pytest.mark.parametrize("command", ["check-config", "run"])
async def test_every_mistake_is_told_at_once_with_its_place(tmp_path: Path, command: str) -> None:
    said = refused(await run(tmp_path, command, text=BROKEN))
    for part in ("pollings", "line 1", "language", "line 3", "database_url", "telegram.token"):
        assert part in said
    assert "polling" in said  # what was meant


@pytest.mark.parametrize("command", ["check-config", "run"])
async def test_a_file_that_is_no_yaml_or_not_there_is_told(tmp_path: Path, command: str) -> None:
    refused(await run(tmp_path, command, text="a: [1\nb: {", BOT_TOKEN=TOKEN))
    said = refused(await run(tmp_path, command, "--config", "no-such.yaml", BOT_TOKEN_FILE="/no/such/file"))
    assert "BOT_TOKEN_FILE" in said


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://rasid:hidden-word@127.0.0.1:port/rasid",
        "sqlite:///config.yaml/rasid.sqlite3",
        "sqlite:////proc/rasid.sqlite3",
        "sqlite:///config.yaml",
    ],
)
async def test_a_database_that_cannot_be_opened_is_told_with_its_reason(tmp_path: Path, url: str) -> None:
    said = refused(await run(tmp_path, "run", text=f"database_url: {url}\n# {'x' * 200}\n", BOT_TOKEN=TOKEN))
    assert "database" in said
    assert "hidden-word" not in said
    reason = said.partition("cannot be opened:")[2].partition("\n")[0].strip()
    assert len(reason) > 5


@pytest.mark.parametrize("table", [None, "no table\n"], ids=["missing", "broken"])
async def test_a_gazetteer_that_cannot_be_read_is_told(tmp_path: Path, table: str | None) -> None:
    if table is not None:
        (tmp_path / "places.tsv").write_text(table, encoding="utf-8")
    ran = await run(tmp_path, "run", text="use_catalogue: false\nlocal: {port: 0}\nplaces: {file: places.tsv}\n")
    assert "places.file" in refused(ran)


async def test_a_token_that_telegram_refuses_is_told(tmp_path: Path) -> None:
    simulator = Simulator("1:another")
    await simulator.start()
    said = refused(await run(tmp_path, "run", text="", BOT_TOKEN=TOKEN, BOT_API_BASE=simulator.api_base))
    await simulator.stop()
    assert "@BotFather" in said


async def stopped_in_time(house: House) -> float:
    """Seconds that it took to leave, as a process that was told to, with nothing to complain of."""
    began = time.monotonic()
    assert await house.stop() == 0
    took = time.monotonic() - began
    said = "\n".join(house.said)
    assert "Traceback" not in said
    assert SECRET not in said
    return took


async def test_it_stops_at_once_when_there_is_nothing_to_do(world: World) -> None:
    assert await stopped_in_time(await world.open("horan")) < STOPS_WITHIN / 2


async def test_it_stops_while_telegram_hangs_in_the_middle_of_everything(world: World) -> None:
    """An alert, a reply and a poll are under way, and none of them will ever be answered."""

    async def never(_: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    world.publisher.publish("horan", "خبر قديم", "كان هنا من قبل.")
    house = await world.open("horan", "slow")
    await world.ask(SALMA, "تابع جاسم")
    await house.hear("new=1")
    world.publisher.answers["slow"] = never
    world.simulator.faults.add(
        Fault(FaultKind.NO_ANSWER, method="sendMessage", times=None),
        Fault(FaultKind.NO_ANSWER, method="getUpdates", times=None),
    )
    world.simulator.say(SALMA, "/help")
    world.publisher.publish("horan", "دوي انفجار في مدينة جاسم")
    await world.until(lambda: [c.method for c in world.simulator.calls].count("sendmessage") >= 3)
    assert await stopped_in_time(house) < STOPS_WITHIN


@asynccontextmanager
async def hanging(asked: Callable[[str], None]) -> AsyncIterator[str]:
    """A Telegram that takes every call and answers none; gives the address."""

    async def never(request: web.Request) -> web.StreamResponse:
        asked(request.path)
        await asyncio.Event().wait()
        raise AssertionError

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", never)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
    finally:
        await runner.cleanup()


async def test_it_stops_while_telegram_hangs_at_the_start(tmp_path: Path) -> None:
    heard = asyncio.Event()
    async with hanging(lambda _: heard.set()) as api_base:
        house = House(tmp_path, settings([], str), api_base)
        starting = asyncio.create_task(house.start())
        await asyncio.wait_for(heard.wait(), 20)
        starting.cancel()
        took = await stopped_in_time(house)
    assert took < STOPS_WITHIN


async def test_it_stops_while_telegram_is_out_of_reach_at_the_start(tmp_path: Path) -> None:
    house = House(tmp_path, settings([], str), "http://127.0.0.1:1/bot")
    starting = asyncio.create_task(house.start())
    async with asyncio.timeout(20):
        while not any("telegram.unreachable" in line for line in house.said):
            await asyncio.sleep(0.05)
    starting.cancel()
    assert await stopped_in_time(house) < STOPS_WITHIN
