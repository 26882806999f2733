"""A door of ours to the web: a small server for what others bring by themselves, behind a proxy that does the TLS.

Owns what the doors share: how they listen and close, and names that nobody guesses. What is answered to whoever knocks
is the business of who opens one.
"""

import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

# aiohttp's own, but for whoever sends what is no HTTP, or hangs up: that is no error of ours.
_THEIRS = (HttpProcessingError, web.RequestPayloadError, ConnectionError)
_server_log = logging.getLogger(f"{__name__}.http")
_server_log.addFilter(lambda record: not (record.exc_info and isinstance(record.exc_info[1], _THEIRS)))

_FINISH_SECONDS = 2.0  # for what is under way at the end


class AddressTaken(Exception):
    """The address to listen on is in use, or is no address of this machine."""


@asynccontextmanager
async def open_door(
    listen: str, answer: Callable[[web.Request], Awaitable[web.StreamResponse]], max_body: int
) -> AsyncIterator[None]:
    """Every request that comes to `listen` ("127.0.0.1:8443") is answered by `answer`, whatever its path.

    `max_body`: bytes that `Request.read` takes; for a longer body it answers 413. Raises: AddressTaken.
    """
    server = web.Application(client_max_size=max_body)
    server.router.add_route("*", "/{path:.*}", answer)
    # No access log, which would hold the path.
    runner = web.AppRunner(server, access_log=None, logger=_server_log, shutdown_timeout=_FINISH_SECONDS)
    await runner.setup()
    host, _, port = listen.rpartition(":")
    try:
        try:
            await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        except OSError as error:
            raise AddressTaken(listen) from error
        yield
    finally:
        await runner.cleanup()


def same(given: str, wanted: str) -> bool:
    """In a time that tells nothing of `wanted`."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode())


def derived(secret: str, purpose: str) -> str:
    """64 hexadecimal digits; nobody finds the secret from them, or those of one purpose from those of another."""
    return hmac.new(secret.encode(), f"rasid {purpose}".encode("utf-8", "surrogatepass"), "sha256").hexdigest()
