"""One story for a hundred thousand chats: how soon it is in the outbox, and who waits meanwhile.

    python -m benchmarks.fan_out --chats 100000 --rig ../shared/bench/rig.py
    python -m benchmarks.fan_out --postgres postgresql+psycopg://postgres@127.0.0.1/postgres

The watches come by `python -m bot watches import`. First in this process, without Telegram: the news desk files the
story, while another unit of work is committed every ten milliseconds; how long each of those waits is what an update, a
poll or a delivery would wait. Then the whole bot as a process, at its default pace, with the rig as its Bot API (50 ms
a send): a story for all, and as soon as the first of its alerts are in the outbox, critical news for fifty others. All
times are from the moment of publication; sources are polled every second.
"""

import argparse
import asyncio
import contextlib
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import structlog
import yaml
from sqlalchemy import Connection, create_engine, func, select

from benchmarks.commands import postgres
from benchmarks.far_end import PORT, RIG, ROOT, ask, megabytes, rig, tree
from bot.newsdesk import Newsdesk
from bot.places import Places
from bot.store import Store, outbox, sources
from bot.store.tables import alerts
from tests.house import TOKEN, House, settings
from tests.news import OTHER, SOURCE, article, poll
from tests.publisher import Publisher, publishing

CROWD_WORD, FEW_WORD = "قلعتمران", "تلوردان"  # on no map
STORY = (f"افتتاح سوق شعبي في {CROWD_WORD}", f"افتتح أهالي {CROWD_WORD} سوقاً شعبياً وسط البلدة صباح اليوم.")
CRITICAL = (f"قتلى وجرحى بقصف مدفعي على {FEW_WORD}", f"قتل خمسة مدنيين بقصف مدفعي على {FEW_WORD} قبل قليل.")
FEW = 50
FIRST_OF_THE_FEW = 10_000_000
PROBE_EVERY = 0.01  # seconds
PATIENCE = 120  # seconds


def import_watches(folder: Path, database: str, chats: int) -> float:
    """Fill the database as an operator would; returns the seconds that it took."""
    (folder / "config.yaml").write_text(yaml.safe_dump({"database_url": database}), encoding="utf-8")
    with (folder / "watches.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerows((chat, CROWD_WORD) for chat in range(1, chats + 1))
        rows.writerows((FIRST_OF_THE_FEW + n, FEW_WORD) for n in range(FEW))
    began = time.monotonic()
    command = [sys.executable, "-m", "bot", "watches", "import", "watches.csv", "--config", "config.yaml"]
    there = {"PYTHONPATH": str(ROOT), "BOT_TOKEN": TOKEN}  # without a token it would fill local mode's database
    subprocess.run(command, cwd=folder, env=os.environ | there, check=True, capture_output=True)
    return time.monotonic() - began


# --- in this process


async def file_alone(database: str, chats: int) -> None:
    store, now = Store.open(database), datetime.now(UTC)
    desk = Newsdesk(store, lambda: None, Places().codes_named)
    await store.write(lambda c: sources.enlist(c, [SOURCE, OTHER], now))
    await desk.open(now)
    await desk.file(poll(article("خبر قديم", "كان هنا من قبل.", published_at=now, seen_at=now), at=now))
    story = poll(article(*STORY, published_at=now, seen_at=now), at=now)
    waits = list[float]()
    probing = asyncio.create_task(_probe(store, waits))
    began, spent = time.monotonic(), time.process_time()
    await desk.file(story)
    took, spent = time.monotonic() - began, time.process_time() - spent
    probing.cancel()
    queued = await store.read(_queued)
    store.close()
    waits.sort()
    middle, most, longest = (1000 * waits[int(len(waits) * part)] for part in (0.5, 0.99, 1 - 1e-9))
    print(
        f"  filed alone: {queued} of {chats} alerts in {took:.1f} s, {spent:.1f} s of CPU; {len(waits)} other commits"
    )
    print(
        f"  waited {middle:.0f} ms, 99 % at most {most:.0f} ms, the longest {longest:.0f} ms; "
        f"load {os.getloadavg()[0]:.1f}"
    )


async def _probe(store: Store, waits: list[float]) -> None:
    now = datetime.now(UTC)
    while True:
        began = time.perf_counter()
        await store.write(lambda c: outbox.not_before(c, "chat:0", now))
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(PROBE_EVERY)


def _queued(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(alerts)).scalar_one()


# --- as a process


@asynccontextmanager
async def running(folder: Path, database: str) -> AsyncIterator[tuple[House, Publisher]]:
    """The bot, whose two feeds have been polled once."""
    async with publishing() as publisher:
        made = settings(("crowd", "few"), publisher.url, database_url=database, log={"level": "info"})
        house = House(folder, made, f"http://127.0.0.1:{PORT}/bot")
        for feed in ("crowd", "few"):
            publisher.publish(feed, "خبر قديم", "كان هنا من قبل.")
        await house.start()
        try:
            for feed in ("crowd", "few"):
                await house.hear(f"new=1 source={feed}")
            yield house, publisher
        finally:
            await house.stop()


async def tell_all(folder: Path, database: str, chats: int) -> None:
    engine = create_engine(database)

    def queued() -> int:
        with engine.connect() as connection:
            return _queued(connection)

    async with running(folder, database) as (house, publisher):
        assert house.process is not None
        publisher.publish("crowd", *STORY)
        began = time.time()
        await _until(lambda: queued() > 0)
        first = time.time() - began
        publisher.publish("few", *CRITICAL)
        urgent_at = time.time()
        reached = asyncio.create_task(asyncio.to_thread(_few_reached, urgent_at))
        await _until(lambda: queued() >= chats + FEW)
        written = time.time() - began
        few = await reached
        peak = megabytes(house.process.pid, "status", "VmHWM")
        whole = sum(megabytes(member, "smaps_rollup", "Pss:") for member in tree(house.process.pid))
    engine.dispose()
    print(f"  as a process: the first alert of {chats} in the outbox after {first:.1f} s, all after {written:.1f} s; "
          f"main process at most {peak:.0f} MB, with its children {whole:.0f} MB")  # fmt: skip
    print(f"  critical news for {FEW} others meanwhile: first after {few[0]:.1f} s, last after {few[-1]:.1f} s; "
          f"load {os.getloadavg()[0]:.1f}")  # fmt: skip


def _few_reached(since: float) -> list[float]:
    """When each of the few had theirs, in seconds after `since`."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        reached = {chat: at - since for at, chat, _ in ask("/ctl?log=2000")["log"] if chat >= FIRST_OF_THE_FEW}
        if len(reached) == FEW:
            return sorted(reached.values())
        time.sleep(0.25)
    raise TimeoutError("the few were not told")


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.05)


@contextmanager
def filled(chats: int, server: str | None) -> Iterator[tuple[Path, str]]:
    """A folder for the bot, and a database in which all watch."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(postgres(server)) if server else f"sqlite:///{folder}/rasid.sqlite3"
        print(f"  import: {import_watches(folder, database, chats):.1f} s")
        yield folder, database


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chats", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--postgres", metavar="URL", help="a server where a database may be made; else SQLite")
    parser.add_argument("--rig", type=Path, default=RIG)
    chosen = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    print("PostgreSQL" if chosen.postgres else "SQLite")
    for _ in range(chosen.runs):
        with filled(chosen.chats, chosen.postgres) as (_, database):
            asyncio.run(file_alone(database, chosen.chats))
        with filled(chosen.chats, chosen.postgres) as (folder, database), rig(chosen.rig):
            asyncio.run(tell_all(folder, database, chosen.chats))


if __name__ == "__main__":
    main()
