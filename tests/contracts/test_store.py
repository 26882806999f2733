"""The store keeps its promises on every database."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, func, select, text
from structlog.testing import capture_logs

from bot.domain.errors import StoreError, UserError
from bot.store import Store, migrating, watchlists
from bot.store.database import learn_sizes
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


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    return tmp_path / "rasid.sqlite3"


@pytest.fixture
async def on_file(file: Path) -> AsyncIterator[Store]:
    store = Store.open(f"sqlite:///{file}")
    yield store
    await asyncio.to_thread(store.close)


def other_program(file: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(file, isolation_level=None))


async def refused(logs: list[dict[str, object]]) -> None:
    """Wait until the store says that the database takes no writes."""
    async with asyncio.timeout(10):
        while not any(line["event"] == "store.refuses" for line in logs):
            await asyncio.sleep(0.01)


def events(logs: list[dict[str, object]]) -> list[object]:
    return [line["event"] for line in logs]


async def test_what_waits_for_another_programs_lock_is_written_when_it_ends(file: Path, on_file: Store) -> None:
    with capture_logs() as logs, other_program(file) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = [
            asyncio.create_task(on_file.write(lambda c, n=n: watchlists.meet(c, n, "ar", NOON))) for n in range(1, 21)
        ]
        await refused(logs)
        assert await on_file.read(count) == 0  # reading goes on
        assert not any(task.done() for task in waiting)
        other.execute("ROLLBACK")
        await asyncio.gather(*waiting)
    assert await on_file.read(count) == 20
    assert events(logs) == ["store.refuses", "store.accepts"]
    assert "locked" in str(logs[0]["why"])


async def test_a_caller_that_gave_up_while_the_database_was_locked_gets_nothing_written(
    file: Path, on_file: Store
) -> None:
    with capture_logs() as logs, other_program(file) as other:
        other.execute("BEGIN IMMEDIATE")
        unwanted, wanted = (
            asyncio.create_task(on_file.write(lambda c, n=n: watchlists.meet(c, n, "ar", NOON))) for n in (1, 2)
        )
        await refused(logs)
        unwanted.cancel()
        await asyncio.sleep(0)
        other.execute("ROLLBACK")
        await wanted
    assert await on_file.read(lambda c: list(c.execute(select(chats.c.id)).scalars())) == [2]


async def test_closing_does_not_wait_for_a_locked_database(file: Path) -> None:
    store = Store.open(f"sqlite:///{file}")
    with capture_logs() as logs, other_program(file) as other:
        other.execute("BEGIN IMMEDIATE")
        first = asyncio.create_task(store.write(lambda c: watchlists.meet(c, 1, "ar", NOON)))
        await refused(logs)
        behind = asyncio.create_task(store.write(lambda c: watchlists.meet(c, 2, "ar", NOON)))
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await asyncio.to_thread(store.close)
        assert [type(e) for e in await asyncio.gather(first, behind, return_exceptions=True)] == [StoreError] * 2


async def test_a_full_disk_fails_what_met_it_and_holds_the_rest_until_there_is_room(file: Path, on_file: Store) -> None:
    """The limit on pages stands in for the disk; another program makes room, as an operator would."""

    def fill(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 4}")
        watchlists.meet(connection, 1, "ar", NOON)
        connection.execute(text("INSERT INTO ballast VALUES (zeroblob(1000000))"))

    await on_file.write(lambda c: c.execute(text("CREATE TABLE ballast (x)")))
    await on_file.write(lambda c: c.execute(text("INSERT INTO ballast VALUES (zeroblob(1000000))")))
    with capture_logs() as logs:
        full = asyncio.create_task(on_file.write(fill))
        held = asyncio.create_task(on_file.write(lambda c: watchlists.meet(c, 2, "ar", NOON)))
        with pytest.raises(StoreError, match="full"):
            await full
        await refused(logs)
        later = asyncio.create_task(on_file.write(lambda c: watchlists.meet(c, 3, "ar", NOON)))
        await asyncio.sleep(0)
        assert not held.done()
        with other_program(file) as other:
            other.execute("DELETE FROM ballast")
        await asyncio.gather(held, later)
    assert await on_file.read(lambda c: sorted(c.execute(select(chats.c.id)).scalars())) == [2, 3]
    assert events(logs) == ["store.refuses", "store.accepts"]
    tables = await on_file.read(lambda c: c.execute(text("SELECT name FROM sqlite_master")).scalars().all())
    assert "trial" not in tables


@pytest.mark.postgres
async def test_a_server_that_goes_away_is_waited_for(postgres: str, postgres_url: str) -> None:
    store, name = Store.open(postgres_url), postgres_url.rpartition("/")[2]

    def shut(door: bool) -> None:
        with psycopg.connect(postgres, autocommit=True) as server:
            server.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {not door}".encode())
            if door:
                server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

    with capture_logs() as logs:
        await asyncio.to_thread(shut, True)
        waiting = asyncio.create_task(store.write(lambda c: watchlists.meet(c, 1, "ar", NOON)))
        await refused(logs)
        assert not waiting.done()
        await asyncio.to_thread(shut, False)
        await waiting
    assert await store.read(count) == 1
    assert events(logs) == ["store.refuses", "store.accepts"]
    await asyncio.to_thread(store.close)


@pytest.mark.postgres
async def test_a_connection_lost_in_the_middle_fails_that_unit_and_the_next_goes_on(postgres_url: str) -> None:
    store = Store.open(postgres_url)

    def lose(connection: Connection) -> None:
        watchlists.meet(connection, 1, "ar", NOON)
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        watchlists.meet(connection, 2, "ar", NOON)

    losing = asyncio.create_task(store.write(lose))
    behind = asyncio.create_task(store.write(lambda c: watchlists.meet(c, 3, "ar", NOON)))
    with pytest.raises(StoreError):
        await losing
    await behind
    assert await store.read(lambda c: list(c.execute(select(chats.c.id)).scalars())) == [3]
    await asyncio.to_thread(store.close)


def test_the_migrations_build_exactly_the_tables_of_the_code(bare_database_url: str) -> None:
    Store.open(bare_database_url).close()
    engine = create_engine(bare_database_url)
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


def test_the_last_migration_is_known_by_the_name_of_its_file() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrating.__file__).parent / "migrations"))
    script = ScriptDirectory.from_config(config)
    assert migrating.revision() == script.get_current_head()
    assert all(Path(step.path).name.startswith(f"{step.revision}_") for step in script.walk_revisions())


def test_a_database_that_is_up_to_date_is_opened_without_what_migrations_need(database_url: str) -> None:
    look = (
        "import sys; from bot.store import Store; Store.open(sys.argv[1]).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", look, database_url], check=False).returncode == 0


async def test_maintenance_keeps_no_writer_waiting_and_is_committed(store: Store) -> None:
    """PostgreSQL learns the size of a table while the writer goes on; SQLite has nothing to learn."""
    began, may_end = threading.Event(), threading.Event()

    def learn(connection: Connection) -> None:
        learn_sizes(connection, chats)
        began.set()
        may_end.wait(5)

    await store.write(lambda c: watchlists.meet(c, 1, "ar", NOON))
    learning = asyncio.create_task(store.maintain(learn))
    assert await asyncio.to_thread(began.wait, 5)
    await asyncio.wait_for(store.write(lambda c: watchlists.meet(c, 2, "ar", NOON)), 2)
    may_end.set()
    await learning
    if await store.read(lambda c: c.dialect.name == "postgresql"):
        learnt = text("SELECT reltuples FROM pg_class WHERE oid = 'chats'::regclass")
        assert await store.read(lambda c: c.execute(learnt).scalar()) == 1
