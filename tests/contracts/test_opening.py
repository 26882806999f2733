"""A database that is not there yet is waited for; one that waiting does not bring is told at once."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError
from structlog.testing import capture_logs

from bot.domain.errors import StoreError
from bot.store import Store, database
from bot.store.opening import open_when_there, passes
from tests.contracts.test_store import count


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE_TO_OPEN", 50)


@asynccontextmanager
async def opening(url: str, stopped: asyncio.Event) -> AsyncIterator["asyncio.Task[Store | None]"]:
    """Begun, and refused for the first time."""
    with capture_logs() as logs:
        task = asyncio.create_task(open_when_there(url, stopped))
        async with asyncio.timeout(10):
            while not logs:
                await asyncio.sleep(0.01)
        yield task
    assert [line["event"] for line in logs][:1] == ["store.refuses"]
    assert sum(line["event"] == "store.refuses" for line in logs) == 1


async def test_a_lock_of_another_program_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "rasid.sqlite3"
    Store.open(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with opening(f"sqlite:///{file}", asyncio.Event()) as task:
            assert not task.done()
            other.execute("ROLLBACK")
            store = await asyncio.wait_for(task, 10)
    assert store is not None
    assert await store.read(count) == 0
    await asyncio.to_thread(store.close)


async def test_a_server_that_is_not_up_yet_is_waited_for_until_we_are_stopped() -> None:
    stopped = asyncio.Event()
    async with opening("postgresql+psycopg://rasid@127.0.0.1:1/rasid", stopped) as task:
        stopped.set()
        assert await asyncio.wait_for(task, 5) is None


async def test_a_database_of_a_later_version_is_told(tmp_path: Path) -> None:
    file = tmp_path / "rasid.sqlite3"
    Store.open(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
        other.commit()
    with pytest.raises(StoreError, match="another version"):
        await open_when_there(f"sqlite:///{file}", asyncio.Event())


@pytest.mark.parametrize("wrong", ["rasid-nobody", "postgres"], ids=["user", "database"])
async def test_what_the_server_refuses_for_good_is_told(postgres: str, wrong: str) -> None:
    where = postgres.rpartition("@")[2].partition("/")[0]
    url = f"postgresql+psycopg://{wrong}@{where}/no-such-database"
    with pytest.raises(StoreError):
        await asyncio.wait_for(open_when_there(url, asyncio.Event()), 10)


SAID = {
    'connection to server at "127.0.0.1", port 5432 failed: Connection refused': True,
    'connection to server on socket "/run/.s.PGSQL.5432" failed: No such file or directory': True,
    "failed to resolve host 'db': [Errno -3] Temporary failure in name resolution": True,
    "connection timeout expired": True,
    'connection to server at "db" failed: FATAL:  the database system is starting up': True,
    'connection to server at "db" failed: FATAL:  the database system is not yet accepting connections': True,
    'connection to server at "db" failed: FATAL:  sorry, too many clients already': True,
    'connection to server at "db" failed: FATAL:  remaining connection slots are reserved for roles': True,
    'connection to server at "db" failed: FATAL:  password authentication failed for user "rasid"': False,
    'connection to server at "db" failed: FATAL:  no pg_hba.conf entry for host "10.0.0.1"': False,
    'connection to server at "db" failed: fe_sendauth: no password supplied': False,
}


@pytest.mark.parametrize(("said", "may_pass"), SAID.items(), ids=SAID)
def test_whether_what_the_client_says_may_pass(said: str, may_pass: bool) -> None:
    error = psycopg.OperationalError(said)
    assert passes(OperationalError("", {}, error)) is may_pass
    assert not passes(ProgrammingError("", {}, psycopg.ProgrammingError(said)))


@pytest.mark.parametrize(
    ("code", "may_pass"),
    [
        (sqlite3.SQLITE_BUSY, True),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, True),
        (sqlite3.SQLITE_FULL, True),
        (sqlite3.SQLITE_IOERR_SHMSIZE, True),
        (sqlite3.SQLITE_CANTOPEN, False),
        (sqlite3.SQLITE_READONLY, False),
        (sqlite3.SQLITE_CORRUPT, False),
        (sqlite3.SQLITE_NOTADB, False),
        (sqlite3.SQLITE_ERROR, False),
    ],
)
def test_whether_what_sqlite_says_may_pass(code: int, may_pass: bool) -> None:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    assert passes(OperationalError("", {}, error)) is may_pass


@pytest.mark.parametrize(("number", "may_pass"), [(28, True), (13, False), (2, False)], ids=["full", "rights", "path"])
def test_a_folder_that_cannot_be_made_passes_only_where_the_disk_is_full(number: int, may_pass: bool) -> None:
    assert passes(OSError(number, "as the system says it")) is may_pass
