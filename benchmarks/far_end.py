"""What stands beside the bot in a benchmark: the load rig, F, and what a tree of processes costs.

The rig serves feeds and the Bot API on loopback. F is the time in which one process runs feedparser once over the same
bodies: times in it can be compared between machines (7.9 s for 1000 feeds where the peers were measured). A machine's
speed may change within a minute; where F counts, it is measured beside each run.
"""

import json
import multiprocessing
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import feedparser

ROOT = Path(__file__).parents[1]
RIG = ROOT.parent / "shared" / "bench" / "rig.py"
PORT = int(os.environ.get("BENCHMARK_PORT", "18081"))  # on which the rig listens
URL = f"http://127.0.0.1:{PORT}/feed/{{}}.xml"


def ask(path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=10) as answer:
        return json.load(answer)


@contextmanager
def rig(path: Path) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, str(path), str(PORT)])
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                ask("/ctl?reset=1&ver=0&lat=0.05&limit=0&chat_limit=0")
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def reference(feeds: int) -> float:
    """F, in seconds of CPU of a process of its own, set up as Python comes."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_feedparser_over, (feeds,))


def _feedparser_over(feeds: int) -> float:
    bodies = []
    for number in range(1, feeds + 1):
        with urllib.request.urlopen(URL.format(number)) as answer:
            bodies.append(answer.read())
    began = time.process_time()
    for body in bodies:
        feedparser.parse(body)
    return time.process_time() - began


def tree(pid: int) -> list[int]:
    found = [pid]
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = entry.read_text().rsplit(")", 1)[1].split()
            if int(fields[1]) == pid:
                found += tree(int(entry.parent.name))
    return found


def cpu_of(stat: Path) -> float:
    """Seconds of CPU of a process, or of a thread, by its file in /proc."""
    fields = stat.read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Of a process and all below it."""
    total = 0.0
    for member in tree(pid):
        with suppress(OSError):
            total += cpu_of(Path(f"/proc/{member}/stat"))
    return total


def megabytes(pid: int, file: str, key: str) -> float:
    for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) / 1024
    return 0.0
