"""What hostile servers cost us: how each case ends, after how long, in how much memory, and whether others notice.

    python -m benchmarks.hostile            # every case
    python -m benchmarks.hostile --case 302-loop

Each case is one poll (fetch and reading) in a process of its own, as the bot does it, with the bot's limits. `extra` is
the growth of that process's resident memory during the poll (VmHWM less VmRSS before); the servers and the reading
children are other processes. Meanwhile the same process polls a healthy source all the time, which has one new item
each time: `other` is the slowest of these polls, from the request to the filing, and `filed` how many there were. Each
must bring its item; otherwise the case fails. RSS-to-Telegram-Bot took 1.7 GB and NodeRSSBot 3.1 GB for the 400 MB
feed.
"""

import argparse
import asyncio
import contextlib
import gzip
import json
import multiprocessing
import os
import re
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bot.domain.model import DueSource, Poll, Source, Validators
from watchers.fetch import Fetcher, FetchLimits
from watchers.hosts import Hosts
from watchers.poll import Poller
from watchers.reading import Readers

ITEM = "<item><title>خبر {0}</title><guid>g{0}</guid><description>نص الخبر رقم {0}</description></item>"
HEAD, TAIL = "<rss version='2.0'><channel><title>م</title>", "</channel></rss>"
FEED = (HEAD + "".join(ITEM.format(number) for number in range(20)) + TAIL).encode()
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
MEGABYTE = 1_000_000
Talk = Callable[[asyncio.StreamWriter, str], Awaitable[None]]


def now() -> datetime:
    return datetime.now(UTC)


# --- the servers ----------------------------------------------------------------------------------------------------


def whole(body: bytes, *headers: bytes) -> Talk:
    """Answers at once, as one should."""
    lines = b"".join(header + b"\r\n" for header in headers)

    async def talk(writer: asyncio.StreamWriter, path: str) -> None:
        writer.write(OK + lines + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    return talk


def endless(start: bytes, piece: bytes, pause: float = 0, times: int = 10**9, rest: float = 0) -> Talk:
    """Begins, rests, then says the same for ever."""

    async def talk(writer: asyncio.StreamWriter, path: str) -> None:
        writer.write(start)
        await asyncio.sleep(rest)
        for _ in range(times):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return talk


def redirect(location: str) -> Talk:
    async def talk(writer: asyncio.StreamWriter, path: str) -> None:
        target = location.replace("+", path + "x").encode()
        writer.write(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + target + b"\r\n\r\n")
        await writer.drain()

    return talk


def fresh() -> Talk:
    """A feed that has a new item each time."""
    numbers = count(20)

    async def talk(writer: asyncio.StreamWriter, path: str) -> None:
        newest = next(numbers)
        items = "".join(ITEM.format(number) for number in range(newest, newest - 20, -1))
        await whole((HEAD + items + TAIL).encode())(writer, path)

    return talk


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def bomb(wbits: int) -> bytes:
    """A gigabyte of zeros in a megabyte."""
    packer, zeros = zlib.compressobj(9, zlib.DEFLATED, wbits), bytes(MEGABYTE)
    return b"".join(packer.compress(zeros) for _ in range(1000)) + packer.flush()


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE r [<!ENTITY l0 "lol">{entities}]>{HEAD}{ITEM.format("&l9;")}{TAIL}'.encode()


def nested(tags: int = 200_000) -> bytes:
    return f"{HEAD}<item><title>{'<div>' * tags}{TAIL}".encode()


def talks() -> dict[str, Talk]:
    """Every case that a server makes, by its path."""
    packed = b"Content-Encoding: %s"
    compressed, length = gzip.compress(FEED), OK + b"Content-Length: %d\r\n\r\n" % len(FEED)
    megabyte = chunk(b"<item><title>" + b"y" * (MEGABYTE - 28) + b"</title></item>")
    return {
        "400-mb": endless(CHUNKED + chunk(HEAD.encode()), megabyte, times=400),
        "400-mb-announced": endless(OK + b"Content-Length: 400000000\r\n\r\n", b"x" * MEGABYTE, times=400),
        "gzip-bomb": whole(bomb(31), packed % b"gzip"),
        "deflate-bomb": whole(bomb(15), packed % b"deflate"),
        "raw-deflate-bomb": whole(bomb(-15), packed % b"deflate"),
        "gzip-in-gzip": whole(gzip.compress(bomb(31)), packed % b"gzip"),
        "empty-gzip-members": endless(CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n"),
                                      chunk(gzip.compress(b"") * 900)),
        "brotli": whole(compressed, packed % b"br"),
        "zstd": whole(compressed, packed % b"zstd"),
        "silence": endless(b"", b"", 1),
        "slow-headers": endless(OK, b"X: x\r\n", 0.5),
        "slow-body": endless(CHUNKED, chunk(b"<"), 0.5),
        "endless-headers": endless(OK, b"X-Header: x\r\n" * 1000),
        "endless-header": endless(OK + b"X: ", b"x" * 65536),
        "endless-status-line": endless(b"HTTP/1.1 200 ", b"x" * 65536),
        "endless-1xx": endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n" * 1000),
        "endless-chunk-extension": endless(OK + b"Transfer-Encoding: chunked\r\n\r\n5;a=", b"x" * 65536),
        "endless-trailers": endless(CHUNKED + chunk(FEED) + b"0\r\n", b"X-Trailer: x\r\n" * 1000),
        "tiny-chunks": endless(CHUNKED, b"1\r\nx\r\n" * 5000),
        "flood-after-the-answer": endless(length + FEED, b"x" * 65536),
        "flood-when-idle": endless(length + FEED, b"x" * 65536, rest=0.2),
        "302-loop": redirect("/302-loop/+"),
        "to-metadata": redirect("http://169.254.169.254/latest/meta-data/"),
        "to-loopback": redirect("http://localhost:1/"),
        "to-mapped": redirect("http://[::ffff:10.0.0.1]/"),
        "to-a-file": redirect("file:///etc/passwd"),
        "to-a-password": redirect("http://me:secret@127.0.0.1/"),
        "nested-tags": whole(nested()),
        "billion-laughs": whole(laughs()),
        "feed": whole(FEED),
        "once": whole(FEED, b"Connection: close"),
    }  # fmt: skip


def serve(port_to: Any, hostile: bool) -> None:
    """A server process: tells its port, serves until it is ended."""

    async def run() -> None:
        known = talks() if hostile else {"feed": fresh()}

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while True:
                    request = (await reader.readuntil(b"\r\n\r\n")).decode()
                    path = request.split()[1]
                    await known[path.split("/")[1]](writer, path)
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port_to.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@contextlib.contextmanager
def servers() -> Iterator[list[int]]:
    """A hostile server and a healthy one; gives their ports."""
    context = multiprocessing.get_context("spawn")
    started, ports = [], []
    try:
        for hostile in (True, False):
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs, hostile), daemon=True)
            process.start()
            started.append(process)
            ports.append(ours.recv())
        yield ports
    finally:
        for process in started:
            process.kill()


# --- one case -------------------------------------------------------------------------------------------------------

ADDRESSES = {
    "a-private-address": "http://10.0.0.1/",
    "a-decimal-address": "http://2130706433/",
    "a-hexadecimal-address": "http://0x7f.1/",
    "an-octal-address": "http://0177.0.0.1/",
    "a-zone": "http://[fe80::1%25lo]/",
    "nat64": "http://[64:ff9b::a9fe:a9fe]/",
    "6to4": "http://[2002:7f00:1::]/",
    "teredo": "http://[2001:0:7f00:1::]/",
    "a-mail-port": "http://127.0.0.1:25/",
    "turns-private": "http://turns.example:{port}/once",
}


def turning(port: int) -> Any:
    """The system's look-up, in a world where one name has a good address once and 127.0.0.2 ever after."""
    addresses, known = iter(["127.0.0.1"]), socket.getaddrinfo

    def look_up(host: str, *arguments: Any, **options: Any) -> Any:
        return known(next(addresses, "127.0.0.2") if host == "turns.example" else host, *arguments, **options)

    return look_up


def megabytes(key: str) -> float:
    status = Path("/proc/self/status").read_text()
    found = re.search(rf"{key}:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def resident_now() -> float:
    """The resident memory; from here on VmHWM is the highest since."""
    Path("/proc/self/clear_refs").write_text("5")
    return megabytes("VmRSS")


@contextlib.asynccontextmanager
async def poller(ports: list[int], filed: list[Poll]) -> AsyncIterator[Poller]:
    async def file(poll: Poll) -> None:
        filed.append(poll)

    readers = Readers()
    trusted = {("127.0.0.1", port) for port in ports}
    async with Fetcher("Rasid-benchmark", now, FetchLimits(), trusted=trusted, hosts=Hosts()) as fetcher:
        yield Poller(fetcher, readers, file, now)
    await readers.close()


def due(name: str, url: str) -> DueSource:
    return DueSource(Source(name, name, name, url), Validators(), 0)


async def measure(case: str, ports: list[int]) -> dict[str, Any]:
    filed: list[Poll] = []
    socket.getaddrinfo = turning(ports[0])
    hostile = ADDRESSES.get(case, f"http://127.0.0.1:{{port}}/{case}").format(port=ports[0])
    slowest, healthy = 0.0, f"http://127.0.0.1:{ports[1]}/feed"
    async with poller(ports, filed) as polls:
        await polls.poll(due("other", healthy))  # starts the children, loads what is loaded late
        if case == "turns-private":
            await polls.poll(due("first", hostile))
            await asyncio.sleep(10.5)  # until the connector has forgotten the name
        filed.clear()
        before, began, ends = resident_now(), time.perf_counter(), list[float]()
        task = asyncio.create_task(polls.poll(due("hostile", hostile)))
        task.add_done_callback(lambda _: ends.append(time.perf_counter()))
        while not task.done() or time.perf_counter() - began < 0.5:
            asked = time.perf_counter()
            await polls.poll(due("other", healthy))
            slowest = max(slowest, time.perf_counter() - asked)
            await asyncio.sleep(0.005)
        await task
        extra = megabytes("VmHWM") - before
    kinds = [str(problem.kind) for poll in filed if poll.source_id == "hostile" for problem in poll.problems]
    others = [poll for poll in filed if poll.source_id == "other"]
    if failed := [poll for poll in others if len(poll.articles) != 1 or poll.problems]:
        raise RuntimeError(f"{len(failed)} of {len(others)} polls of the healthy source failed: {failed[0].problems}")
    told = {"kind": " ".join(kinds) or "read", "seconds": ends[0] - began, "extra": extra}
    return told | {"other": slowest * 1000, "filed": len(others)}


def run_case(case: str, ports: list[int]) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.hostile", "--measure", case, *map(str, ports)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60, env=os.environ)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        case, *ports = options.measure
        print(json.dumps(asyncio.run(measure(case, [int(port) for port in ports]))))
        return
    limits = FetchLimits()
    print(f"cap {limits.max_bytes} bytes, {timedelta.total_seconds(limits.total):.0f} s")
    print(f"{'case':26} {'recorded as':22} {'seconds':>8} {'extra MB':>9} {'other ms':>9} {'filed':>6}")
    with servers() as ports:
        for case in [options.case] if options.case else [*talks(), *ADDRESSES]:
            got = run_case(case, ports)
            figures = f"{got['seconds']:8.2f} {got['extra']:9.1f} {got['other']:9.1f} {got['filed']:6}"
            print(f"{case:26} {got['kind']:22} {figures}", flush=True)


if __name__ == "__main__":
    main()
