"""The database, and the one thread that writes to it.

A **unit of work** is a plain function of a connection. It cannot await, so no transaction is ever held over the
network. Units that wait are run one after another in the writer thread, each in a savepoint of its own, and share
one commit: a unit that fails undoes only itself. Reads run beside the writer, on other connections.

SQLite and PostgreSQL run the same statements; what differs between them is in this file alone.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.errors import StoreError

T = TypeVar("T")
Unit = Callable[[Connection], T]

UNITS_IN_A_COMMIT = 200  # bounds how long the first of them waits for its commit: about 20 ms on SQLite
READERS = 4
LANE = 0x5241534944  # "RASID": the advisory lock under which one process at a time files news


@dataclass(slots=True)
class _Job:
    unit: Unit[Any]
    future: Future[Any]


class Store:
    """All access to the database. Open it with `Store.open(url)`, close it with `close()`."""

    def __init__(self, writing: Engine, reading: Engine) -> None:
        self._writing, self._reading = writing, reading
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._writer = threading.Thread(target=self._write_until_closed, name="store-writer", daemon=True)
        self._writer.start()

    @classmethod
    def open(cls, url: str) -> "Store":
        """Open the database at an SQLAlchemy URL, create or upgrade its tables.

        Raises:
            StoreError: the database cannot be reached or upgraded.
        """
        try:
            writing, reading = _engines(url)
            with writing.connect() as connection:
                _migrate(connection)
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(f"the database cannot be opened: {_reason(error)}") from error
        return cls(writing, reading)

    async def write(self, unit: Unit[T]) -> T:
        """Run a unit of work and return its result once it is committed.

        Raises:
            StoreError: the database refused; nothing of the unit was kept.
            RasidError: whatever the unit raised on purpose; nothing of the unit was kept.
        """
        job = _Job(unit, Future())
        self._jobs.put(job)
        result: T = await asyncio.wrap_future(job.future)
        return result

    async def read(self, query: Unit[T]) -> T:
        """Run a query on what is committed. Raises: StoreError."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, query)

    def close(self) -> None:
        """Finish what is queued, then leave. Idempotent."""
        self._jobs.put(None)
        self._writer.join()
        self._readers.shutdown()
        self._writing.dispose()
        self._reading.dispose()

    def _read(self, query: Unit[T]) -> T:
        with _translated(), self._reading.connect() as connection:
            return query(connection)

    def _write_until_closed(self) -> None:
        closing = False
        while not closing:
            jobs, closing = self._waiting_jobs()
            # A caller that was cancelled while waiting no longer wants its unit to run.
            jobs = [job for job in jobs if job.future.set_running_or_notify_cancel()]
            if jobs:
                self._commit(jobs)

    def _waiting_jobs(self) -> tuple[list[_Job], bool]:
        jobs: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            jobs.append(job)
            if len(jobs) == UNITS_IN_A_COMMIT or self._jobs.empty():
                return jobs, False
            job = self._jobs.get()
        return jobs, True

    def _commit(self, jobs: list[_Job]) -> None:
        done: list[tuple[_Job, Any]] = []
        try:
            with _translated(), self._writing.begin() as connection:
                for job in jobs:
                    try:
                        with _translated(), connection.begin_nested():
                            done.append((job, job.unit(connection)))
                    except Exception as error:  # noqa: BLE001  # the job boundary: it goes to the caller
                        job.future.set_exception(error)
        except StoreError as error:
            for job in jobs:
                if not job.future.done():
                    job.future.set_exception(error)
            return
        for job, result in done:
            job.future.set_result(result)


def file_in_one_lane(connection: Connection) -> None:
    """Let one process at a time go on, until its transaction ends: one event must not open two stories.

    SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lane)"), {"lane": LANE})


def insert(connection: Connection, table: Any) -> Any:
    """The dialect's INSERT, which knows ON CONFLICT; both dialects spell it alike."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def _engines(url: str) -> tuple[Engine, Engine]:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed, pool_pre_ping=True, pool_size=READERS + 1)
        return engine, engine
    if parsed.database and parsed.database != ":memory:":
        _make_private(Path(parsed.database))
    return _sqlite(url, "BEGIN IMMEDIATE", 1), _sqlite(url, "BEGIN", READERS)


def _make_private(file: Path) -> None:
    """Watchlists are secrets: only the owner may read the folder that we make, and the file."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600, exist_ok=True)


def _sqlite(url: str, begin: str, size: int) -> Engine:
    engine = create_engine(url, pool_size=size, max_overflow=0, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(_reason(error)) from error


def _reason(error: Exception) -> str:
    """What the database said, without the statement's parameters: they hold what people watch."""
    return str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
