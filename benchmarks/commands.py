"""How long a person waits for the answer to a command while the outbox is full.

    python -m benchmarks.commands --alerts 100000 --commands 200
    python -m benchmarks.commands --postgres postgresql+psycopg://postgres@127.0.0.1/postgres

The bot is a process of its own, at Telegram's pace (30 a second, 1 a second to a chat); the Bot API is the simulator,
50 ms a send. Alerts wait for one chat each. Commands come from other chats, four a second, and one chat asks again
only after ten seconds; measured is from the person's message to the bot's, and how many alerts went out meanwhile.
With `--commands-alone` the outbox is empty: what the queue costs is the difference.
"""

import argparse
import asyncio
import contextlib
import os
import secrets
import signal
import statistics
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import yaml
from sqlalchemy import create_engine, insert, text

from bot.simulator.faults import Fault, FaultKind
from bot.simulator.server import Simulator
from bot.store import Store
from bot.store.tables import alerts, articles, chats, sources, stories

ROOT = Path(__file__).parents[1]
TOKEN = "1:benchmark"
LATENCY = 0.05  # seconds; of one send
EVERY = 0.25  # seconds between two commands
ASKERS = 40
FIRST_ASKER = 5_000_000
COMMANDS = ("/help", "قائمتي", "تابع جاسم", "ألغِ جاسم")
AT_ONCE = 5_000  # rows in one INSERT
PATIENCE = 120  # seconds
QUOTE = {"watch": "جاسم", "field": "title", "start": 0, "end": 4, "surface": "جاسم"}


async def fill(store: Store, how_many: int) -> None:
    """One story, which `how_many` chats are to be told of."""
    now = datetime.now(UTC)
    source = {"id": "s", "enabled": False, "url": "https://news.example/feed", "next_poll_at": now}
    article = {"id": 1, "source_id": "s", "key": "1", "story_id": 1, "title": "جاسم: دوي انفجار قرب السوق"}
    content = {"text": "سمع سكان جاسم دوي انفجار قرب السوق مساء اليوم.", "language": "ar", "relation": "new"}
    alert = {"story_id": 1, "article_id": 1, "evidence": [QUOTE], "priority": 2, "state": "ready"}
    await store.write(lambda c: c.execute(insert(sources), {**source, "name_ar": "مصدر", "name_en": "Source"}))
    await store.write(lambda c: c.execute(insert(stories), {"id": 1, "opened_at": now}))
    await store.write(
        lambda c: c.execute(insert(articles), {**article, **content, "published_at": now, "seen_at": now})
    )
    for first in range(1, how_many + 1, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, how_many + 1))
        people = [{"id": n, "language": "ar", "created_at": now} for n in numbers]
        rows = [{**alert, "chat_id": n, "due_at": now, "created_at": now} for n in numbers]
        await store.write(lambda c, people=people: c.execute(insert(chats), people))
        await store.write(lambda c, rows=rows: c.execute(insert(alerts), rows))


@contextlib.asynccontextmanager
async def bot(folder: Path, database: str, api_base: str) -> AsyncIterator[Process]:
    config = {"use_catalogue": False, "database_url": database}
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    environment = os.environ | {"BOT_TOKEN": TOKEN, "BOT_API_BASE": api_base, "PYTHONPATH": str(ROOT)}
    with (folder / "log").open("w") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=folder, env=environment, stderr=log
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            await process.wait()
            print(f"  stopped in {time.monotonic() - began:.1f} s")


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.002)


class Crowd:
    """People who ask, each with a stop-watch."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self.waits: list[float] = []

    async def ask(self, chat_id: int, command: str) -> None:
        began, before = time.perf_counter(), self._answers(chat_id)
        self._simulator.say(chat_id, command)
        await until(lambda: self._answers(chat_id) > before)
        self.waits.append(time.perf_counter() - began)

    def _answers(self, chat_id: int) -> int:
        return sum(message.sender.is_bot for message in self._simulator.messages(chat_id))


def alerts_sent(simulator: Simulator, how_many: int) -> int:
    return sum(len(simulator.world.chats[n].messages) for n in range(1, how_many + 1))


async def measure(database: str, how_many: int, commands: int) -> None:
    store = Store.open(database)
    await fill(store, how_many)
    store.close()
    simulator = Simulator(TOKEN)
    for n in (*range(1, how_many + 1), *range(FIRST_ASKER, FIRST_ASKER + ASKERS + 1)):
        simulator.add_person("شخص", n)
    simulator.faults.add(Fault(FaultKind.LATENCY, method="sendMessage", times=None, seconds=LATENCY))
    await simulator.start()
    crowd = Crowd(simulator)
    with tempfile.TemporaryDirectory() as name:
        async with bot(Path(name), database, simulator.api_base) as process:
            await until(lambda: alerts_sent(simulator, how_many) > 0 or not how_many or process.returncode is not None)
            await crowd.ask(FIRST_ASKER + ASKERS, "/start")  # the first of all pays for what is loaded at the start
            crowd.waits.clear()
            began, before = time.monotonic(), alerts_sent(simulator, how_many)
            async with asyncio.TaskGroup() as asking:
                for n in range(commands):
                    asking.create_task(crowd.ask(FIRST_ASKER + n % ASKERS, COMMANDS[n // ASKERS % len(COMMANDS)]))
                    await asyncio.sleep(EVERY)
            rate = (alerts_sent(simulator, how_many) - before) / (time.monotonic() - began)
    await simulator.stop()
    waits = sorted(crowd.waits)
    p95 = waits[int(len(waits) * 0.95)]
    print(f"  {how_many} alerts waiting, {len(waits)} commands: p50 {statistics.median(waits):.3f} s,")
    print(f"  p95 {p95:.3f} s, longest {waits[-1]:.3f} s; meanwhile {rate:.1f} alerts a second")


@contextlib.contextmanager
def postgres(server: str) -> Iterator[str]:
    name = f"rasid_bench_{secrets.token_hex(4)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield f"{server.rpartition('/')[0]}/{name}"
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--commands", type=int, default=200)
    parser.add_argument("--commands-alone", action="store_true")
    parser.add_argument("--postgres", help="a server where a database may be made; without it: SQLite")
    options = parser.parse_args()
    how_many = 0 if options.commands_alone else options.alerts
    with contextlib.ExitStack() as stack:
        if options.postgres:
            database = stack.enter_context(postgres(options.postgres))
        else:
            database = f"sqlite:///{stack.enter_context(tempfile.TemporaryDirectory())}/rasid.sqlite3"
        print("PostgreSQL:" if options.postgres else "SQLite:")
        asyncio.run(measure(database, how_many, options.commands))


if __name__ == "__main__":
    main()
