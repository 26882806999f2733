"""The store keeps its promises on every database."""

import asyncio
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, func, select, text

from bot.domain.errors import StoreError, UserError
from bot.store import Store, watchlists
from bot.store.tables import chats, metadata
from tests.conftest import NOON


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(chats)).scalar_one()


async def test_a_unit_that_fails_undoes_only_itself(store: Store) -> None:
    gate = threading.Event()

    def wait(_: Connection) -> None:
        gate.wait(5)

    def fail(connection: Connection) -> None:
        watchlists.meet(connection, 2, "ar", NOON)
        raise UserError("watch-empty")

    first = asyncio.create_task(store.write(wait))  # so that the next ones share a commit
    good = asyncio.create_task(store.write(lambda c: watchlists.meet(c, 1, "ar", NOON)))
    bad = asyncio.create_task(store.write(fail))
    last = asyncio.create_task(store.write(lambda c: watchlists.meet(c, 3, "ar", NOON)))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(first, good, last)
    with pytest.raises(UserError):
        await bad
    assert await store.read(lambda c: sorted(c.execute(select(chats.c.id)).scalars())) == [1, 3]


async def test_the_databases_own_errors_come_out_as_store_errors_without_what_was_written(store: Store) -> None:
    secret = "جاسم"
    with pytest.raises(StoreError) as caught:
        await store.write(lambda c: c.execute(text("INSERT INTO nowhere VALUES (:word)"), {"word": secret}))
    assert secret not in str(caught.value)
    with pytest.raises(StoreError):
        await store.read(lambda c: c.execute(text("SELECT * FROM nowhere")))


async def test_a_write_is_seen_by_reads_only_after_its_commit(store: Store) -> None:
    written, go_on = threading.Event(), threading.Event()

    def unit(connection: Connection) -> None:
        watchlists.meet(connection, 1, "ar", NOON)
        written.set()
        go_on.wait(5)

    writing = asyncio.create_task(store.write(unit))
    await asyncio.to_thread(written.wait, 5)
    assert await store.read(count) == 0
    go_on.set()
    await writing
    assert await store.read(count) == 1


async def test_what_a_cancelled_caller_asked_for_is_not_done_and_the_writer_goes_on(store: Store) -> None:
    running, gate = threading.Event(), threading.Event()

    def block(_: Connection) -> None:
        running.set()
        gate.wait(5)

    blocked = asyncio.create_task(store.write(block))
    await asyncio.to_thread(running.wait, 5)
    unwanted = asyncio.create_task(store.write(lambda c: watchlists.meet(c, 1, "ar", NOON)))
    await asyncio.sleep(0)
    unwanted.cancel()
    await asyncio.sleep(0)
    gate.set()
    await blocked
    await store.write(lambda c: watchlists.meet(c, 2, "ar", NOON))
    assert await store.read(lambda c: list(c.execute(select(chats.c.id)).scalars())) == [2]


async def test_what_is_queued_at_closing_is_still_written(database_url: str) -> None:
    store = Store.open(database_url)
    writes = [
        asyncio.ensure_future(store.write(lambda c, n=n: watchlists.meet(c, n, "ar", NOON))) for n in range(1, 51)
    ]
    await asyncio.sleep(0)
    await asyncio.to_thread(store.close)
    await asyncio.gather(*writes)
    again = Store.open(database_url)
    assert await again.read(count) == 50
    again.close()


def test_the_migrations_build_exactly_the_tables_of_the_code(database_url: str) -> None:
    Store.open(database_url).close()
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_database_that_cannot_be_opened_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match="cannot be opened"):
        Store.open(f"sqlite:///{tmp_path}/file/rasid.sqlite3")


def test_only_the_owner_may_read_the_database_file(tmp_path: Path) -> None:
    Store.open(f"sqlite:///{tmp_path}/var/rasid.sqlite3").close()
    assert (tmp_path / "var").stat().st_mode & 0o077 == 0
    assert (tmp_path / "var" / "rasid.sqlite3").stat().st_mode & 0o077 == 0
