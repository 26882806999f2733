"""How we talk to the Bot API: python-telegram-bot's request interface over aiohttp.

The library's own transport (httpx) costs about four times the CPU for each message (`docs/decisions/0003`). Addresses
of the Bot API hold the token: nothing here logs one or puts one into an error.
"""

import os
from typing import Any

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0


class NotSent(NetworkError):
    """The request never left this machine: trying again cannot repeat anything."""


class AiohttpRequest(BaseRequest):
    """One pool of connections to the Bot API. `connections` bounds how many are open at once."""

    def __init__(self, connections: int = 16, read_seconds: float = READ_SECONDS) -> None:
        # From version 23 on `RetryAfter.retry_after` is a timedelta; asking for it now also avoids a warning.
        os.environ.setdefault("PTB_TIMEDELTA", "1")
        self._connections = connections
        self._read_seconds = read_seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._read_seconds

    async def initialize(self) -> None:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=60),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Returns the status and the body. Raises: NotSent, TimedOut, NetworkError.

        A body that is no JSON object is not Telegram's: a proxy or a gateway answered in its place, and its 403 or 404
        says nothing about a chat or a token.
        """
        if self._session is None:
            raise RuntimeError("the request object has not been initialised")
        timeout = aiohttp.ClientTimeout(
            sock_connect=_seconds(connect_timeout, CONNECT_SECONDS),
            sock_read=_seconds(read_timeout, self._read_seconds),
        )
        try:
            async with self._session.request(method, url, data=_body(request_data), timeout=timeout) as response:
                body = await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise NotSent("the Bot API cannot be reached") from None
        except TimeoutError:
            raise TimedOut("the Bot API did not answer in time") from None
        except aiohttp.ClientError as error:
            raise NetworkError(f"the connection to the Bot API broke: {type(error).__name__}") from None
        if not body.startswith(b"{"):
            raise NetworkError(f"somebody else answered for the Bot API: HTTP {response.status}")
        return response.status, body


def _seconds(given: Any, default: float) -> float | None:
    """The library hands over a marker where nothing was asked for, and None for "no limit"."""
    return given if given is None or isinstance(given, int | float) else default


def _body(request_data: RequestData | None) -> Any:
    """Parameters as a form, as python-telegram-bot does; with files, as multipart."""
    if request_data is None:
        return None
    if not request_data.contains_files:
        return request_data.json_parameters
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, media_type) in (request_data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=media_type)
    return form
