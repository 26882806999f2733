"""What is lost, and what comes twice, when the bot is killed.

    python -m benchmarks.kills --kills 50 --seed 1
    python -m benchmarks.kills --kills 50 --postgres postgresql+psycopg://postgres@127.0.0.1/postgres
    python -m benchmarks.kills --alerts 1000 --rig ../shared/bench/rig.py

With `--kills` the bot is killed so often at the moments of `tests/killing.py` while news comes and people ask, at
Telegram's pace and 50 ms a send. With `--alerts` so many wait in the outbox, of one story for one chat each; half of
them have arrived when the bot is killed, once. Peers on the same rig, of 1000: NodeRSSBot 503, RSS-to-Telegram-Bot 510.
"""

import argparse
import asyncio
import contextlib
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks.commands import postgres
from benchmarks.far_end import RIG, ask, rig
from benchmarks.refusals import queue, rasid
from tests.killing import Ordeal, Reckoning

REPEATED = "قد يكون هذا التنبيه وصلك من قبل"  # what a message that may be a repeat says; it has no sound
PATIENCE = 600  # seconds


def killed_often(kills: int, seed: int, server: str | None) -> None:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(postgres(server)) if server else f"sqlite:///{folder}/var/rasid.sqlite3"
        print(f"{'PostgreSQL' if server else 'SQLite'}, seed {seed}, load {os.getloadavg()[0]:.1f}")
        began = time.monotonic()
        found = asyncio.run(Ordeal(folder, database, seed).run(kills))
        tell(found)
        print(f"  {time.monotonic() - began:.0f} s; load {os.getloadavg()[0]:.1f}")


def tell(found: Reckoning) -> None:
    print(f"  {found.due} alerts due, lost {len(found.lost)}; {found.commands} commands, lost "
          f"{len(found.unanswered) + len(found.forgotten)}; {found.edits} edits")  # fmt: skip
    print(f"  alerts that came again: {sum(found.repeats)}, after one kill at most {max(found.repeats)}, "
          f"with a sound {found.loud_repeats}; answers that came again: {found.answers_repeated}")  # fmt: skip
    print(f"  kills by repeats: {dict(sorted(Counter(found.repeats[:-1]).items()))}")
    print(f"  {'killed at':10} kills  found under way: sending (most)  editing  telling  commands")
    for name in sorted({death.moment for death in found.deaths}):
        deaths = [death for death in found.deaths if death.moment == name]
        sending = [death.sending for death in deaths]
        with_edits, with_fanouts = sum(d.editing > 0 for d in deaths), sum(d.telling > 0 for d in deaths)
        print(f"  {name:10} {len(deaths):5}  {sum(n > 0 for n in sending):24} ({max(sending)})  {with_edits:7}  "
              f"{with_fanouts:7}  {sum(d.unhandled > 0 for d in deaths):8}")  # fmt: skip
    for what in (*found.lost[:20], *found.unanswered[:20], *found.forgotten):
        print(f"  lost: {what}")


def killed_once(how_many: int, path: Path) -> None:
    with tempfile.TemporaryDirectory() as name, rig(path):
        folder = Path(name)
        asyncio.run(queue(f"sqlite:///{folder}/var/rasid.sqlite3", chats=how_many, each=1))
        with rasid(folder) as process:
            _until(lambda: bool(ask("/ctl")["sent"] >= how_many // 2))
            process.kill()
        before = ask("/ctl")["sent"]
        with rasid(folder):
            _until(lambda: bool(ask("/ctl")["chats"] >= how_many))
        log = ask(f"/ctl?log={2 * how_many}")["log"]
    again = len(log) - len({chat for _, chat, _ in log})
    may_be_repeats = sum(REPEATED in text for _, _, text in log)
    print(f"killed after {before} of {how_many}: {len({chat for _, chat, _ in log})} chats have theirs, "
          f"{again} repeats, {may_be_repeats} messages without a sound; load {os.getloadavg()[0]:.1f}")  # fmt: skip


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("the bot did not get there")
        time.sleep(0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, help="without one, any")
    parser.add_argument("--postgres", metavar="URL", help="a server where a database may be made; else SQLite")
    parser.add_argument("--alerts", type=int, default=0)
    parser.add_argument("--rig", type=Path, default=RIG)
    chosen = parser.parse_args()
    if chosen.kills:
        seed = chosen.seed if chosen.seed is not None else random.randrange(1_000_000)
        killed_often(chosen.kills, seed, chosen.postgres)
    if chosen.alerts:
        killed_once(chosen.alerts, chosen.rig)


if __name__ == "__main__":
    main()
