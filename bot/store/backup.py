"""A copy of the database while it is in use: SQLite's online backup, of one moment, checked before it gets its name.

The copy is taken under one read transaction, so what is written meanwhile neither disturbs it nor waits for it. It is
then compacted, which also leaves out what had been erased. Refuses PostgreSQL, which has a tool of its own.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from sqlalchemy import URL, make_url

from bot.domain.errors import StoreError

PAGES_IN_A_STEP = 1_000  # 4 MB: between two steps others get the disk
COUNTED = ("chats", "watches", "articles", "alerts")


@dataclass(frozen=True, slots=True)
class Backup:
    """`size` in bytes; `rows` of the tables that an operator knows by name."""

    size: int
    rows: dict[str, int]


class NoOnlineBackup(Exception):
    """This kind of database is backed up with its own tool: `command`."""

    def __init__(self, command: str) -> None:
        super().__init__(command)
        self.command = command


def back_up(url: str, target: Path, between_steps: Callable[[], None] = lambda: None) -> Backup:
    """Copy the database at `url` to `target`, which only its owner may read; what is there is replaced at the end.

    Raises:
        NoOnlineBackup: it is not SQLite.
        StoreError: there is no such database, it cannot be copied, or the copy is not sound; nothing is left behind.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise NoOnlineBackup(f"pg_dump --format=custom --file={quote(str(target))} {quote(_without_password(parsed))}")
    if not parsed.database or not Path(parsed.database).is_file():
        raise StoreError(f"there is no database {parsed.database}")
    if target.exists() and target.samefile(parsed.database):
        raise StoreError(f"{target} is the database itself")
    part = target.with_name(f"{target.name}.part")
    try:
        with _only_ours(part):
            made = _copied(Path(parsed.database), part, between_steps)
            part.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(str(error)) from error
    return made


def _without_password(url: URL) -> str:
    query = {name: value for name, value in url.query.items() if name != "password"}
    address = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return address.render_as_string()


@contextlib.contextmanager
def _only_ours(part: Path) -> Iterator[None]:
    """A new, empty file that only we may read, and none if anything goes wrong."""
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _copied(source: Path, part: Path, between_steps: Callable[[], None]) -> Backup:
    address = f"{source.absolute().as_uri()}?mode=ro"
    with (
        contextlib.closing(sqlite3.connect(address, uri=True, isolation_level=None)) as live,
        contextlib.closing(sqlite3.connect(part, isolation_level=None)) as copy,
    ):
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the moment that is copied
        live.backup(copy, pages=PAGES_IN_A_STEP, progress=lambda *_: between_steps())
        live.execute("COMMIT")
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        copy.execute("VACUUM")
        (verdict,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok" or copy.execute("PRAGMA foreign_key_check").fetchone():
            raise StoreError(f"the copy is not sound: {verdict}")
        rows = {table: copy.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in COUNTED}
    _to_the_disk(part)
    return Backup(part.stat().st_size, rows)


def _to_the_disk(file: Path) -> None:
    """A power cut must not leave the name without the content."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
