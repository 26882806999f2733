"""How long it takes to erase a backlog, and how long others wait for their commits meanwhile.

    python -m benchmarks.housekeeping --articles 200000 --alerts 1000000
    python -m benchmarks.housekeeping --postgres postgresql+psycopg://postgres@127.0.0.1/postgres

Nine tenths of the articles are too old. Meanwhile one caller after another commits a small unit (the pace of a chat),
with 10 ms between two; the same is measured before, with nothing else going on. For SQLite also: the size of the file,
how long a backup takes and a VACUUM, and commits a second with synchronous NORMAL and FULL.
"""

import argparse
import asyncio
import secrets
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Connection, create_engine, func, insert, select, text

from bot.keeping import Housekeeper
from bot.store import Store, outbox
from bot.store.backup import back_up
from bot.store.tables import alerts, articles, chats, past_keys, silences, sources, stories

NOW = datetime(2026, 6, 1, tzinfo=UTC)
MONTH = timedelta(days=30)
AT_ONCE = 5_000  # rows in one INSERT
CHATS, SOURCES = 10_000, 100
TEXT = "سمع سكان المدينة دوي انفجار قرب السوق مساء اليوم. " * 20  # 1,000 letters


async def fill(store: Store, how_many: int, told: int) -> None:
    """`how_many` articles, evenly over 300 days, each a story of its own; `told` alerts and half as many silences."""
    row = {"enabled": True, "url": "x", "name_ar": "x", "name_en": "x", "next_poll_at": NOW}
    await put(store, sources, SOURCES, lambda n: {"id": f"s{n}", **row})
    await put(store, chats, CHATS, lambda n: {"id": n, "language": "ar", "created_at": NOW})
    per, first = told // how_many, NOW - timedelta(days=300)

    def at(n: int) -> datetime:
        return first + timedelta(days=300) * (n / how_many)

    def article(n: int) -> dict[str, object]:
        who = {"id": n, "source_id": f"s{n % SOURCES}", "key": f"https://news.example/articles/{n}", "story_id": n}
        what = {"title": "دوي انفجار في المدينة", "text": TEXT, "language": "ar", "facts": {"places": []}}
        return {**who, **what, "published_at": at(n), "seen_at": at(n), "relation": "new"}

    def alert(n: int) -> dict[str, object]:
        about = n // per
        who = {"id": n, "chat_id": n * 7919 % CHATS, "story_id": about, "article_id": about}
        what = {"evidence": [{"watch": "جاسم", "field": "title", "start": 0, "end": 4, "surface": "جاسم"}]}
        when = {"due_at": at(about), "created_at": at(about), "sent_at": at(about)}
        return {**who, **what, **when, "priority": 2, "state": "sent", "message_id": n}

    await put(store, stories, how_many, lambda n: {"id": n, "fingerprint": None, "opened_at": at(n)})
    await put(store, articles, how_many, article)
    await put(store, alerts, how_many * per, alert)
    reason = {"reason": "already_told", "chat_id": 1, "at": NOW}
    await put(store, silences, how_many * per // 2, lambda n: {"id": n, "article_id": n * 2 // per, **reason})


async def put(store: Store, table: object, count: int, row: Callable[[int], dict[str, object]]) -> None:
    for start in range(0, count, AT_ONCE):
        some = [row(n) for n in range(start, min(start + AT_ONCE, count))]
        await store.write(lambda c, some=some: c.execute(insert(table), some))  # type: ignore[misc, arg-type]


async def waits(store: Store, until: Callable[[], bool]) -> list[float]:
    """How long each of a series of small commits took, in milliseconds."""
    took, number = list[float](), 0
    while not until():
        number += 1
        scope = f"chat:{number % CHATS}"
        began = time.perf_counter()
        await store.write(lambda c, scope=scope: outbox.not_before(c, scope, NOW + MONTH))  # type: ignore[misc]
        took.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.01)
    return took


def told(took: list[float]) -> str:
    took = sorted(took)
    p99 = took[int(len(took) * 0.99)]
    return f"{len(took)} commits: median {statistics.median(took):.1f}, p99 {p99:.1f}, longest {took[-1]:.1f} ms"


async def while_at(work: Awaitable[object], store: Store) -> tuple[float, list[float]]:
    began = time.perf_counter()
    working = asyncio.ensure_future(work)
    took = await waits(store, working.done)
    await working
    return time.perf_counter() - began, took


def counts(connection: Connection) -> str:
    tables = (articles, stories, alerts, silences, past_keys)
    return ", ".join(f"{connection.scalar(select(func.count()).select_from(t)):,} {t.name}" for t in tables)


async def measure(url: str, how_many: int, how_many_told: int) -> None:
    store = Store.open(url)
    began = time.perf_counter()
    await fill(store, how_many, how_many_told)
    print(f"  filled in {time.perf_counter() - began:.0f} s: {await store.read(counts)}")
    if not url.startswith("sqlite"):
        await store.write(lambda c: c.execute(text("ANALYZE")))  # which autovacuum does within a minute
    end = time.perf_counter() + 5
    print(f"  alone: {told(await waits(store, lambda: time.perf_counter() > end))}")
    seconds, took = await while_at(Housekeeper(store, lambda: NOW, MONTH, MONTH).keep(), store)
    print(f"  keeping took {seconds:.1f} s; meanwhile {told(took)}; left: {await store.read(counts)}")
    seconds, took = await while_at(Housekeeper(store, lambda: NOW + timedelta(hours=1), MONTH, MONTH).keep(), store)
    print(f"  an hour later {seconds:.2f} s; meanwhile {told(took)}")
    if url.startswith("sqlite"):
        await of_sqlite(url, store)
    await asyncio.to_thread(store.close)


async def of_sqlite(url: str, store: Store) -> None:
    file = Path(url.removeprefix("sqlite:///"))
    copy = file.with_name("copy")
    print(f"  the file has {megabytes(file)}")
    seconds, took = await while_at(asyncio.to_thread(back_up, url, copy), store)
    print(f"  a backup of {megabytes(copy)} took {seconds:.1f} s; meanwhile {told(took)}")
    seconds, took = await while_at(asyncio.to_thread(vacuum, file), store)
    print(f"  VACUUM took {seconds:.1f} s, the file has {megabytes(file)} now; meanwhile {told(took)}")
    for level in ("NORMAL", "FULL"):
        print(f"  synchronous={level}: {commits_a_second(file, level):,.0f} commits a second")


def megabytes(file: Path) -> str:
    return f"{file.stat().st_size / 1e6:,.0f} MB"


def vacuum(file: Path) -> None:
    with closing(sqlite3.connect(file, timeout=60, isolation_level=None)) as connection:
        connection.execute("VACUUM")


def commits_a_second(file: Path, level: str, seconds: float = 5) -> float:
    """Of one small row each, one after another."""
    with closing(sqlite3.connect(file, timeout=60, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA synchronous={level}")
        began, done = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            connection.execute("INSERT OR REPLACE INTO pace VALUES (?, '2027-01-01')", [f"chat:{done % CHATS}"])
            done += 1
        return done / (time.perf_counter() - began)


async def on_postgres(server: str, how_many: int, how_many_told: int) -> None:
    name = f"rasid_bench_{secrets.token_hex(4)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        await measure(f"{server.rpartition('/')[0]}/{name}", how_many, how_many_told)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--alerts", type=int, default=1_000_000)
    parser.add_argument(
        "--postgres", metavar="URL", help="also on this server, in a database that is dropped afterwards"
    )
    parser.add_argument("--no-sqlite", action="store_true")
    chosen = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    if not chosen.no_sqlite:
        with tempfile.TemporaryDirectory() as folder:
            print("SQLite")
            asyncio.run(measure(f"sqlite:///{folder}/bench.sqlite3", chosen.articles, chosen.alerts))
    if chosen.postgres:
        print("PostgreSQL")
        asyncio.run(on_postgres(chosen.postgres, chosen.articles, chosen.alerts))


if __name__ == "__main__":
    main()
