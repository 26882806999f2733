"""From "the source has changed" to the first and the last alert, with CPU and memory of the whole process tree.

    python -m benchmarks.first_alert --feeds 20 --runs 3 --rig ../shared/bench/rig.py
    python -m benchmarks.first_alert --feeds 1000 --rate 500 --interval 3600 --at-once

The rig serves the feeds and the Bot API on loopback, 50 ms a send. Each feed has a subscriber of its own, who watches
the word that the feed's items name. The bot is a process of its own. With `--at-once` all feeds come due when they have
changed, as in the one sweep of which the peers were measured; else each when its interval is over, and again while
others are still told of. F (see `far_end`) is measured before and after each run. Peers on the same kind of rig with
1000 feeds: NodeRSSBot 23 s to the last alert and 331 MB, RSS-to-Telegram-Bot 9 to 12 s and 203 MB.
"""

import argparse
import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import create_engine, text

from benchmarks.far_end import PORT, RIG, ROOT, URL, ask, cpu_seconds, megabytes, reference, rig, tree
from bot.app import now
from bot.store import Store
from bot.watchlists import Watchlists

PATIENCE = 180  # seconds


@dataclass(frozen=True, slots=True)
class Figures:
    F: float  # seconds; the mean of before and after
    first: float  # seconds from the change to the first alert
    last: float
    cpu: float  # seconds of the whole tree, from the change to the last alert
    peak_mb: float  # of the main process (VmHWM)
    main_mb: float  # of the main process at the end (VmRSS)
    tree_mb: float  # proportional set size of the tree at the end


def write_config(folder: Path, feeds: int, rate: int, interval: int) -> Path:
    sources = [{"id": f"f{n}", "url": URL.format(n), "interval_seconds": interval} for n in range(1, feeds + 1)]
    config = {
        "use_catalogue": False,
        "sources": sources,
        "polling": {"allow_private_addresses": True, "sweep_seconds": 0.2},
        "telegram": {"messages_per_second": rate},
        "alerts": {"settle_seconds": 0},
    }
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    return file


async def subscribe(url: str, words: list[str]) -> None:
    """Chat n watches the word of feed n."""
    store = Store.open(url)
    lists = Watchlists(store, now, watches_per_chat=10, language="ar")
    await asyncio.gather(*(lists.watch(n, word) for n, word in enumerate(words, 1)))
    store.close()


def wait_until(done: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError("the bot did not get there")
        time.sleep(0.05)


def filed(database: Path) -> int:
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM sources WHERE filed_at IS NOT NULL")).scalar_one()
    engine.dispose()
    return int(count)


def come_due(database: Path) -> None:
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE sources SET next_poll_at = filed_at"))
    engine.dispose()


def measure(path: Path, feeds: int, rate: int, interval: int, at_once: bool) -> Figures:
    with tempfile.TemporaryDirectory() as name, rig(path):
        folder = Path(name)
        config = write_config(folder, feeds, rate, interval)
        database = folder / "var" / "rasid.sqlite3"
        asyncio.run(subscribe(f"sqlite:///{database}", ask(f"/names?n={feeds}")))
        environment = os.environ | {"BOT_TOKEN": "1:x", "BOT_API_BASE": f"http://127.0.0.1:{PORT}/bot"}
        command = [sys.executable, "-m", "bot", "run", "--config", str(config)]
        log = (folder / "log").open("w")
        process = subprocess.Popen(command, cwd=folder, env=environment | {"PYTHONPATH": str(ROOT)}, stderr=log)
        try:
            wait_until(lambda: database.exists() and filed(database) == feeds)
            unit = reference(feeds)
            spent, changed_at = cpu_seconds(process.pid), time.time()
            ask("/ctl?ver=1")
            if at_once:
                come_due(database)
            wait_until(lambda: ask("/ctl")["sent"] >= feeds)
            counters = ask("/ctl")
            if (counters["sent"], counters["unique"]) != (feeds, feeds):
                raise AssertionError(f"{counters['sent']} alerts, {counters['unique']} of them different")
            figures = Figures(
                F=unit,
                first=counters["first"] - changed_at,
                last=counters["last"] - changed_at,
                cpu=cpu_seconds(process.pid) - spent,
                peak_mb=megabytes(process.pid, "status", "VmHWM"),
                main_mb=megabytes(process.pid, "status", "VmRSS"),
                tree_mb=sum(megabytes(member, "smaps_rollup", "Pss:") for member in tree(process.pid)),
            )
            return replace(figures, F=(unit + reference(feeds)) / 2)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
            log.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=20)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rate", type=int, default=30, help="messages a second (30: Telegram's)")
    parser.add_argument("--interval", type=int, default=1, help="seconds between two polls of a feed")
    parser.add_argument("--at-once", action="store_true", help="the feeds come due when they have changed")
    parser.add_argument("--rig", type=Path, default=RIG)
    options = parser.parse_args()
    if not options.rig.exists():
        raise SystemExit(f"There is no load rig at {options.rig}; name one with --rig.")
    chosen = options.feeds, options.rate, options.interval, options.at_once
    runs = [measure(options.rig, *chosen) for _ in range(options.runs)]
    print(
        f"{options.feeds} feeds, one new item each, {options.rate} messages a second; "
        f"medians of {options.runs} runs (min..max)"
    )
    for field in ("F", "first", "last", "cpu", "peak_mb", "main_mb", "tree_mb"):
        values = sorted(getattr(run, field) for run in runs)
        unit = "MB" if field.endswith("mb") else "s"
        print(f"  {field:8} {statistics.median(values):7.2f} {unit:2}  ({values[0]:.2f}..{values[-1]:.2f})")
    print(f"  last / F {statistics.median(run.last / run.F for run in runs):7.2f}")


if __name__ == "__main__":
    main()
