"""How fast a full outbox empties, and what the far end has to refuse.

    python -m benchmarks.refusals --allowed 20                            # configured are 30 a second
    python -m benchmarks.refusals --alerts 3000 --chats 100 --allowed 0   # nothing is refused: the far end counts

Alerts wait, the same number for each chat, of stories of their own. The bot is a process of its own, with its defaults;
the rig answers after 50 ms, allows so many sends in each second of its clock (0: any), and counts what arrives: the
most in any window of one second, and the shortest time between two for one chat. The rate is that of the whole run,
from the first send to the last. Peers on the same rig, of 1000 alerts with 20 a second allowed: NodeRSSBot 700 after
840 refusals, RSS-to-Telegram-Bot 895 after 1222.
"""

import argparse
import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection, Table, insert

from benchmarks.commands import QUOTE
from benchmarks.far_end import PORT, RIG, ROOT, ask, rig
from bot.store import Store, tables

AT_ONCE = 5_000  # rows in one INSERT
PATIENCE = 600  # seconds


async def queue(url: str, chats: int, each: int) -> None:
    """`each` alerts for each chat, in any order; the articles of a chat are of different stories."""
    store, now = Store.open(url), datetime.now(UTC)
    source = {"id": "s", "enabled": False, "url": "https://news.example/feed", "next_poll_at": now}
    await _insert(store, tables.sources, [{**source, "name_ar": "مصدر", "name_en": "Source"}])
    numbers = range(1, each + 1)
    await _insert(store, tables.stories, [{"id": n, "opened_at": now} for n in numbers])
    await _insert(store, tables.articles, [_article(n, now) for n in numbers])
    pairs = [(chat, n) for chat in range(1, chats + 1) for n in numbers]
    random.Random(1).shuffle(pairs)
    await _insert(store, tables.chats, [{"id": n, "language": "ar", "created_at": now} for n in range(1, chats + 1)])
    await _insert(store, tables.alerts, [_alert(chat, n, now) for chat, n in pairs])
    store.close()


async def _insert(store: Store, table: Table, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), AT_ONCE):
        await store.write(partial(_add, table=table, rows=rows[start : start + AT_ONCE]))


def _add(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    connection.execute(insert(table), rows)


def _article(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "source_id": "s",
        "key": str(number),
        "story_id": number,
        "title": f"جاسم: دوي انفجار رقم {number} قرب السوق",
        "text": "سمع سكان جاسم دوي انفجار قرب السوق مساء اليوم.",
        "language": "ar",
        "relation": "new",
        "published_at": now,
        "seen_at": now,
    }


def _alert(chat: int, number: int, now: datetime) -> dict[str, Any]:
    about = {"chat_id": chat, "story_id": number, "article_id": number, "evidence": [QUOTE]}
    return about | {"priority": 2, "state": "ready", "due_at": now, "created_at": now}


@contextlib.contextmanager
def rasid(folder: Path, **telegram: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """The bot as a process, with the rig as its Bot API; its log is `folder`/log."""
    (folder / "config.yaml").write_text(yaml.safe_dump({"use_catalogue": False, "telegram": telegram}))
    there = {"BOT_TOKEN": "1:x", "BOT_API_BASE": f"http://127.0.0.1:{PORT}/bot", "PYTHONPATH": str(ROOT)}
    with (folder / "log").open("a") as log:
        process = subprocess.Popen([sys.executable, "-m", "bot", "run"], cwd=folder, env=os.environ | there, stderr=log)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def measure(path: Path, how_many: int, chats: int, allowed: int) -> None:
    with tempfile.TemporaryDirectory() as name, rig(path):
        folder, load = Path(name), os.getloadavg()[0]
        asyncio.run(queue(f"sqlite:///{folder}/var/rasid.sqlite3", chats, how_many // chats))
        ask(f"/ctl?limit={allowed}")
        with rasid(folder):
            deadline = time.monotonic() + PATIENCE
            while (counts := ask("/ctl"))["sent"] < how_many and time.monotonic() < deadline:
                time.sleep(0.2)
        counts = ask("/ctl?log=10000")
    seconds = counts["last"] - counts["first"]
    per_second = Counter(int(at) for at, _, _ in counts["log"])
    whole = [n for at, n in per_second.items() if min(per_second) < at < max(per_second)]
    print(f"{counts['sent']} of {how_many} alerts for {chats} chats in {seconds:.1f} s: "
          f"{(counts['sent'] - 1) / seconds:.2f} a second; {counts['repeats']} repeats; "
          f"{counts['counts'].get('429', 0)} refusals")  # fmt: skip
    print(f"  as the far end counts: most in any second {counts['most_in_a_second']}, in a whole second of its clock "
          f"{min(whole)} to {max(whole)}; shortest time between two for one chat {_gap(counts)}")  # fmt: skip
    print(f"  load {load:.1f} to {os.getloadavg()[0]:.1f}")


def _gap(counts: dict[str, Any]) -> str:
    gap = counts["least_gap_in_a_chat"]
    return f"{gap:.3f} s" if gap is not None else "none had two"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alerts", type=int, default=1000)
    parser.add_argument("--chats", type=int, default=1000)
    parser.add_argument("--allowed", type=int, default=20, help="sends a second that the far end takes; 0: any number")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--rig", type=Path, default=RIG)
    chosen = parser.parse_args()
    if not chosen.rig.exists():
        raise SystemExit(f"There is no load rig at {chosen.rig}; name one with --rig.")
    for _ in range(chosen.runs):
        measure(chosen.rig, chosen.alerts, chosen.chats, chosen.allowed)


if __name__ == "__main__":
    main()
