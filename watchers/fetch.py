"""One conditional GET: an address and its validators in, a `Document` or `NotModified` out.

Owns aiohttp for the news door, and every limit of a conversation with a stranger's server: time, size after
inflating, redirects, headers, connections, and which addresses may be reached. Keeps no cache and no cookies:
validators are stored by whoever stores the articles, in the same transaction. Does not look into the body.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

import aiohttp

from bot.domain.errors import SourceError
from bot.domain.model import Document, NotModified, Problem, ProblemKind, Validators
from watchers.guard import ForbiddenAddress, socket_factory

_CHUNK = 65_536  # bytes inflated at a time, so a bomb is seen at most this much after the cap
_MAX_VALIDATOR = 500  # characters; a longer ETag is not worth storing
_ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """`max_bytes` counts the inflated body; `total` runs from the first look-up to the last byte."""

    max_bytes: int = 2_000_000
    total: timedelta = timedelta(seconds=30)
    connect: timedelta = timedelta(seconds=10)
    max_redirects: int = 5
    connections: int = 50
    connections_per_host: int = 1


class Fetcher:
    """Fetches over one session; `async with Fetcher(...) as fetcher` opens and closes it."""

    def __init__(
        self,
        user_agent: str,
        clock: Callable[[], datetime],
        limits: FetchLimits = FetchLimits(),
        *,
        allow_private_addresses: bool = False,
        trusted: Collection[tuple[str, int]] = frozenset(),
    ) -> None:
        """`trusted`: addresses and ports on loopback that may be reached all the same."""
        self._user_agent = user_agent
        self._clock = clock
        self._limits = limits
        self._sockets = socket_factory(allow_private_addresses=allow_private_addresses, trusted=trusted)
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        limits = self._limits
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=limits.connections,
                limit_per_host=limits.connections_per_host,
                socket_factory=self._sockets,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"},
            timeout=aiohttp.ClientTimeout(
                total=limits.total.total_seconds(), sock_connect=limits.connect.total_seconds()
            ),
            trust_env=False,
            max_line_size=8_190,
            max_field_size=8_190,
            max_headers=128,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def fetch(self, url: str, validators: Validators) -> Document | NotModified:
        """What is at `url` now, unless it has not changed since `validators`.

        Raises:
            SourceError: with the problem to record; `retry_after` is set where the server asked for patience.
        """
        try:
            return await self._get(url, validators)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: names that IDNA refuses
            raise SourceError(_problem(error)) from error

    async def _get(self, url: str, validators: Validators) -> Document | NotModified:
        conditions = _conditions(validators)
        async with self._session.get(url, headers=conditions, max_redirects=self._limits.max_redirects) as response:
            if response.status == 304 and conditions:
                return NotModified()
            if not 200 <= response.status < 300:
                raise SourceError(self._refusal(response))
            return Document(
                body=await self._body(response),
                media_type=response.content_type,
                charset=response.charset,
                url=str(response.url),
                validators=Validators(
                    etag=_storable(response.headers.get("ETag")),
                    last_modified=_storable(response.headers.get("Last-Modified")),
                ),
            )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        cap = self._limits.max_bytes
        body = bytearray()
        if (response.content_length or 0) <= cap:
            async for chunk in response.content.iter_chunked(_CHUNK):
                body += chunk
                if len(body) > cap:
                    break
            else:
                return bytes(body)
        raise SourceError(Problem(ProblemKind.TOO_LARGE, f"more than {cap} bytes"))

    def _refusal(self, response: aiohttp.ClientResponse) -> Problem:
        patience = retry_after(response.headers.get("Retry-After"), self._clock())
        return Problem(ProblemKind.STATUS, f"{response.status} {response.reason or ''}".strip()[:200], patience)


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for: seconds or an HTTP date (RFC 9110, section 10.2.3); None if nothing."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment - now, timedelta(0))


def _conditions(validators: Validators) -> dict[str, str]:
    conditions = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _storable(value: str | None) -> str | None:
    """A validator that can be stored and sent back: bytes that are no text come as lone surrogates."""
    return value if value and len(value) <= _MAX_VALIDATOR and value.isprintable() else None


def _problem(error: Exception) -> Problem:
    """The recorded form of whatever a fetch can die of."""
    detail = str(error)[:200] or type(error).__name__
    match error:
        case TimeoutError():
            return Problem(ProblemKind.TIMEOUT, detail)
        case aiohttp.TooManyRedirects():
            return Problem(ProblemKind.TOO_MANY_REDIRECTS, f"{len(error.history)} redirects")
        case aiohttp.NonHttpUrlRedirectClientError():
            return Problem(ProblemKind.FORBIDDEN_ADDRESS, "redirected to something that is not http")
        case aiohttp.ClientConnectorError(os_error=ForbiddenAddress()):
            return Problem(ProblemKind.FORBIDDEN_ADDRESS, f"{error.host}: {error.os_error}")
        case aiohttp.ClientPayloadError():
            return Problem(ProblemKind.CUT, detail)
    return Problem(ProblemKind.UNREACHABLE, detail)
