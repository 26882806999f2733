"""The database, and the one thread that writes to it.

A **unit of work** is a plain function of a connection. It cannot await, so no transaction is ever held over the
network. Units that wait are run one after another in the writer thread, each in a savepoint of its own, and share
one commit: a unit that fails undoes only itself. Reads run beside the writer, on other connections.

When the database takes no writes (the disk is full, another program holds the lock, the server is away), the units
that ran fail, and all others wait until it takes a trial write. Whoever has something to store waits with them, so
polls, updates and deliveries pause by themselves, hold what they have, and go on where they were.

SQLite and PostgreSQL run the same statements; what differs between them is in this file alone.
"""

import asyncio
import contextlib
import queue
import secrets
import sqlite3
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Table,
    any_,
    create_engine,
    event,
    literal,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from bot.domain.errors import StoreError
from bot.store.migrating import migrate

log = structlog.get_logger()

T = TypeVar("T")
Unit = Callable[[Connection], T]

UNITS_IN_A_COMMIT = 200  # bounds how long the first of them waits for its commit: about 20 ms on SQLite
READERS = 4
# Seconds after which a thread that computes lets another have the interpreter. With Python's own 5 ms the event loop
# waited that long after each of its system calls while the writer filed: 4 ms for sending a request of 200 bytes.
HANDOVER = 0.0005
PATIENCE_TO_OPEN = 10_000  # milliseconds that opening waits for another program's lock (SQLite)
PATIENCE = 1_000  # and that a commit does before it is refused: how long closing may have to wait for it
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
WRITERS_CACHE, READERS_CACHE = 2_000, 500  # KB of pages that each connection keeps (SQLite)
AGAIN_AFTER = 0.5  # seconds between two trials of a database that takes no writes
TRIAL_BYTES = 256_000  # as much as a large commit adds, so that what waits is not let go into a full disk
_REFUSALS = {  # by SQLite's primary result code; what is broken for good (CORRUPT, NOTADB) is no refusal
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
# By SQLSTATE: connection lost, out of resources (53100: disk full), read-only, shut down or starting, disk failure.
_REFUSING_STATES = ("08", "53", "25006", "57P", "58030")
SAMPLED = 10  # 300 rows for each: enough to tell few from many (PostgreSQL itself: 100)
LANE = 0x5241534944  # "RASID": the advisory lock under which one process at a time files news


@dataclass(slots=True)
class _Job:
    unit: Unit[Any]
    future: Future[Any]


class Store:
    """All access to the database. Open it with `Store.open(url)`, close it with `close()`."""

    def __init__(self, writing: Engine, reading: Engine) -> None:
        self._writing, self._reading = writing, reading
        sys.setswitchinterval(HANDOVER)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closing = threading.Event()
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
            with contextlib.ExitStack() as undo:
                undo.callback(writing.dispose)
                with writing.connect() as connection:
                    migrate(connection)
                    _set_patience(connection)
                undo.pop_all()
        except (SQLAlchemyError, OSError, ValueError) as error:
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

    async def maintain(self, unit: Unit[None]) -> None:
        """Run a unit that changes no rows beside the writer, which nobody then waits for. Raises: StoreError."""
        await asyncio.get_running_loop().run_in_executor(self._readers, self._maintain, unit)

    def close(self) -> None:
        """Finish what is queued, then leave; what a database that takes no writes holds up fails. Idempotent."""
        self._closing.set()
        self._jobs.put(None)
        self._writer.join()
        self._readers.shutdown()
        self._writing.dispose()
        self._reading.dispose()

    def _read(self, query: Unit[T]) -> T:
        with _translated(), self._reading.connect() as connection:
            return query(connection)

    def _maintain(self, unit: Unit[None]) -> None:
        with _translated(), self._reading.begin() as connection:
            unit(connection)

    def _write_until_closed(self) -> None:
        closing = False
        while not closing:
            jobs, closing = self._waiting_jobs()
            while jobs:
                try:
                    self._commit(jobs)
                except _Refused as refusal:
                    if not self._outlasted(refusal):
                        _fail([job for job in jobs if job.future.set_running_or_notify_cancel()], refusal)
                        jobs.clear()

    def _waiting_jobs(self) -> tuple[deque[_Job], bool]:
        jobs = deque[_Job]()
        job = self._jobs.get()
        while job is not None:
            jobs.append(job)
            if len(jobs) == UNITS_IN_A_COMMIT or self._jobs.empty():
                return jobs, False
            job = self._jobs.get()
        return jobs, True

    def _commit(self, jobs: deque[_Job]) -> None:
        """Run jobs in one transaction, each taken from `jobs` when its turn comes.

        Raises: _Refused: nothing was kept; those that ran have been told, those still in `jobs` did not run.
        """
        ran, done = list[_Job](), list[tuple[_Job, Any]]()
        try:
            with _translated(), self._writing.begin() as connection:
                while jobs:
                    job = jobs.popleft()
                    # A caller that was cancelled while waiting no longer wants its unit to run.
                    if not job.future.set_running_or_notify_cancel():
                        continue
                    ran.append(job)
                    try:
                        done.append((job, _in_savepoint(job.unit, connection)))
                    except _Refused:
                        raise
                    except Exception as error:  # noqa: BLE001  # the job boundary: it goes to the caller
                        job.future.set_exception(error)
        except StoreError as error:
            _fail(ran, error)
            if isinstance(error, _Refused):
                raise
            return
        for job, result in done:
            job.future.set_result(result)

    def _outlasted(self, refusal: "_Refused") -> bool:
        """Wait until the database takes writes again; False when we are closed before."""
        log.error("store.refuses", why=str(refusal))
        while not self._closing.wait(AGAIN_AFTER):
            if self._takes_writes():
                log.info("store.accepts")
                return True
        return False

    def _takes_writes(self) -> bool:
        """Whether it takes a commit of some size; a table of a moment, so that no other row is touched."""
        content = secrets.token_hex(TRIAL_BYTES // 2)  # nothing that could be compressed
        try:
            with self._writing.begin() as connection:
                connection.execute(text("DROP TABLE IF EXISTS trial"))
                connection.execute(text("CREATE TABLE trial (content TEXT)"))
                connection.execute(text("INSERT INTO trial VALUES (:content)"), {"content": content})
            with self._writing.begin() as connection:
                connection.execute(text("DROP TABLE trial"))
        except SQLAlchemyError:
            return False
        return True


class _Refused(StoreError):
    """The database takes no writes now, whatever they are; later it may."""


def _in_savepoint(unit: Unit[T], connection: Connection) -> T:
    """Raises: _Refused: the whole transaction is lost. Anything else: only what this unit did is undone."""
    refusal: _Refused | None = None
    try:
        with _translated(), connection.begin_nested():
            try:
                with _translated():
                    return unit(connection)
            except _Refused as error:
                refusal = error
                raise
    except StoreError as error:
        # SQLite may have ended the transaction by itself; then the savepoint is not there any more.
        raise (refusal or error) from None


def _fail(jobs: Iterable[_Job], error: StoreError) -> None:
    """Tell those of them that have not been told."""
    for job in jobs:
        if not job.future.done():
            job.future.set_exception(StoreError(str(error)))


def file_in_one_lane(connection: Connection) -> None:
    """Let one process at a time go on, until its transaction ends: one event must not open two stories.

    SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lane)"), {"lane": LANE})


def learn_sizes(connection: Connection, *tables: Table) -> None:
    """Call it when tables have grown by thousands of rows at once: PostgreSQL plans by statistics that lag behind, and
    would read a whole outbox for each claim. SQLite's plans do not depend on them here."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL default_statistics_target = {SAMPLED}"))
        for table in tables:
            connection.execute(text(f"ANALYZE {table.name}"))


def is_any_of(connection: Connection, column: Column[int], numbers: Sequence[int]) -> ColumnElement[bool]:
    """For hundreds of numbers: PostgreSQL takes them as one value, in a statement that it has planned already."""
    if connection.dialect.name == "postgresql":
        return column == any_(literal(numbers, ARRAY(column.type)))
    return column.in_(numbers)


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
    return _sqlite(url, "BEGIN IMMEDIATE", 1, WRITERS_CACHE), _sqlite(url, "BEGIN", READERS, READERS_CACHE)


def _make_private(file: Path) -> None:
    """Watchlists are secrets: only the owner may read the folder that we make, and the file."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600, exist_ok=True)


def _sqlite(url: str, begin: str, size: int, cache: int) -> Engine:
    engine = create_engine(url, pool_size=size, max_overflow=0, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        for pragma in (*PRAGMAS, f"cache_size=-{cache}", f"busy_timeout={PATIENCE_TO_OPEN}"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _set_patience(connection: Connection) -> None:
    """From now on the writer asks again by itself, so that it can be closed meanwhile."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA busy_timeout={PATIENCE}")


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise (_Refused if _is_refusal(error) else StoreError)(_reason(error)) from error


def _is_refusal(error: SQLAlchemyError) -> bool:
    if not isinstance(error, DBAPIError) or error.connection_invalidated:
        return isinstance(error, DBAPIError)
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _REFUSALS
    state = getattr(error.orig, "sqlstate", None)  # none where the server could not be reached at all
    if state is None:
        return isinstance(error, OperationalError)
    return str(state).startswith(_REFUSING_STATES)


def _reason(error: Exception) -> str:
    """What the database said, without the statement's parameters: they hold what people watch."""
    return str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
