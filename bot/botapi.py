"""How we talk to the Bot API: python-telegram-bot's request interface over aiohttp.

The library's own transport (httpx) costs about four times the CPU for each message (`docs/decisions/0003`). Addresses
of the Bot API hold the token: nothing here logs one or puts one into an error.
"""

import contextlib
import json
import os
import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
from telegram.error import NetworkError, RetryAfter, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
SHORTEST_WAIT = timedelta(seconds=1)
DEFAULT_WAIT = timedelta(seconds=5)  # where a 429 does not say
LONGEST_WAIT = timedelta(days=1)  # no longer wait is believed: a slip of a digit must not silence the bot for years

_RETRY_AFTER = re.compile(r"retry after (\d+)", re.IGNORECASE)


class NotSent(NetworkError):
    """The request never left this machine: trying again cannot repeat anything."""


class AiohttpRequest(BaseRequest):
    """One pool of connections to the Bot API. `connections` bounds how many are open at once."""

    def __init__(self, connections: int = 64, read_seconds: float = READ_SECONDS) -> None:
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
        """Returns the status and the body, a whole answer of the Bot API.

        Raises:
            NotSent: the request never left.
            RetryAfter: a 429, also where it does not say how long to wait, or says it in a string.
            TimedOut, NetworkError: it left, and what came back tells nothing. A body that is no JSON object is not
                Telegram's, or was cut on the way: a gateway's 403 or 404 says nothing about a chat or a token.
        """
        if self._session is None:
            raise RuntimeError("the request object has not been initialised")
        timeout = aiohttp.ClientTimeout(
            sock_connect=_seconds(connect_timeout, CONNECT_SECONDS),
            sock_read=_seconds(read_timeout, self._read_seconds),
        )
        try:
            async with self._session.request(
                method, url, data=_body(request_data), timeout=timeout, allow_redirects=False
            ) as response:
                body = await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise NotSent("the Bot API cannot be reached") from None
        except TimeoutError:
            raise TimedOut("the Bot API did not answer in time") from None
        except aiohttp.ClientError as error:
            raise NetworkError(f"the connection to the Bot API broke: {type(error).__name__}") from None
        if method == "GET" and response.status == HTTPStatus.OK:
            return response.status, body  # a file that somebody sent: the library asks for everything else by POST
        status, answer = _answer(body, response.status)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise RetryAfter(_wait(answer))
        return status, body


def _answer(body: bytes, status: int) -> tuple[int, dict[str, Any]]:
    """The answer, parsed, and its status: its own word for it, where some server in between says "200 OK" to all.

    python-telegram-bot would log an answer that it cannot parse, and take its status for Telegram's word.
    """
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    match answer:
        case {"ok": True, "result": _}:
            return status, answer
        case {"ok": False, "description": _}:
            said = answer.get("error_code")
            code = said if isinstance(said, int) else status
            if code >= HTTPStatus.BAD_REQUEST:
                return code, answer
    raise NetworkError(f"no whole answer of the Bot API: HTTP {status}")


def _wait(answer: dict[str, Any]) -> timedelta:
    """How long a 429 asks us to wait. The library takes one without a number for a server that failed."""
    parameters = answer.get("parameters")
    asked = parameters.get("retry_after") if isinstance(parameters, dict) else None
    told = _RETRY_AFTER.search(str(answer["description"]))
    candidates: tuple[Any, ...] = (asked, told[1] if told else None)
    for seconds in candidates:
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            return min(max(timedelta(seconds=float(seconds)), SHORTEST_WAIT), LONGEST_WAIT)
    return DEFAULT_WAIT


def _seconds(given: Any, default: float) -> float | None:
    """The library hands over a marker where nothing was asked for, and None for "no limit"."""
    return given if given is None or isinstance(given, int | float) else default


def _body(request_data: RequestData | None) -> Any:
    """Parameters as JSON, which has Arabic in a third of the bytes of a form; with files, as multipart."""
    if request_data is None:
        return None
    if not request_data.contains_files:
        encoded = json.dumps(request_data.parameters, ensure_ascii=False).encode()
        return aiohttp.BytesPayload(encoded, content_type="application/json")
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, media_type) in (request_data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=media_type)
    return form
