"""Opening a database that may not be there yet.

Owns which failures pass by themselves: another program holds the lock, the disk is full, PostgreSQL is starting. What
only the operator can put right (a wrong address or password, a folder that may not be made, a broken file, a migration
that fails) is told at once.
"""

import asyncio
import errno
import sqlite3
import threading
from concurrent.futures import Future
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.domain.errors import StoreError
from bot.store.database import AGAIN_AFTER, Store

log = structlog.get_logger()

_FULL = (errno.ENOSPC, errno.EDQUOT)
_PASSING = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
# By SQLSTATE, once connected: connection lost, out of resources, shut down or starting, disk failure.
_PASSING_STATES = ("08", "53", "57P", "58030")
# What the client says of a connection that it did not get, in which there is no SQLSTATE. A server that was reached,
# and says no for good, begins with FATAL; with the words of the first line it says so only for now.
_FOR_NOW = ("starting up", "shutting down", "recovery", "not yet accepting", "too many", "connection slots")
_FOR_GOOD = ("FATAL", "no password supplied", "does not support SSL", "certificate")


async def open_when_there(url: str, stopped: asyncio.Event) -> Store | None:
    """Open the database, for as long as it takes; None when we were `stopped` before.

    Raises:
        StoreError: it cannot be opened, and waiting does not help.
    """
    opening, given_up = Future[Store](), threading.Event()
    # In a thread that nobody waits for: the database itself may hold it up for ten seconds when we are to leave.
    threading.Thread(target=_open, args=(url, opening, given_up), name="store-opener", daemon=True).start()
    opened, waiting = asyncio.wrap_future(opening), asyncio.ensure_future(stopped.wait())
    either: list[asyncio.Future[Any]] = [opened, waiting]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if opened.done():
        return opened.result()
    given_up.set()
    opened.cancel()
    return None


def _open(url: str, opening: "Future[Store]", given_up: threading.Event) -> None:
    opening.set_running_or_notify_cancel()
    refused = False
    while not given_up.is_set():
        try:
            opening.set_result(Store.open(url))
        except StoreError as error:
            if not passes(error.__cause__):
                opening.set_exception(error)
                return
            if not refused:
                log.error("store.refuses", why=str(error))
            refused = True
            given_up.wait(AGAIN_AFTER)
        except BaseException as error:
            opening.set_exception(error)
            raise
        else:
            if refused:
                log.info("store.accepts")
            return


def passes(error: BaseException | None) -> bool:
    """Whether what kept the database from being opened may be gone later."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    if not isinstance(error, DBAPIError):
        return False
    if (code := getattr(error.orig, "sqlite_errorcode", None)) is not None:
        return code & 0xFF in _PASSING
    if state := getattr(error.orig, "sqlstate", None):
        return str(state).startswith(_PASSING_STATES)
    return isinstance(error, OperationalError) and _not_reached(str(error.orig))


def _not_reached(said: str) -> bool:
    return any(words in said for words in _FOR_NOW) or not any(words in said for words in _FOR_GOOD)
