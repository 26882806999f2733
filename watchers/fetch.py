"""One conditional GET: an address and its validators in, an `Answer` out; or a form sent in the same guarded way.

Owns aiohttp for the news door, and every limit of a conversation with a stranger's server: time, size after
inflating, redirects, headers, connections, turns, and which addresses may be reached. Keeps no cache and no cookies:
validators are stored by whoever stores the articles, in the same transaction. Does not look into the body.
"""

import asyncio
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from bot.domain.errors import SourceError
from bot.domain.model import Document, NotModified, Problem, ProblemKind, Validators
from watchers.guard import ForbiddenAddress, Resolver, socket_factory
from watchers.hosts import Hosts
from watchers.parsers.hints import NO_LINKS, Links, header_links

_CHUNK = 65_536  # bytes inflated at a time, so a bomb is seen at most this much after the cap
_IDLE = 3  # seconds that a connection is kept for the next request; hosts with several sources are asked every second
_MAX_VALIDATOR = 500  # characters; a longer ETag is not worth storing
_MAX_REPLY = 1_000  # bytes that are read of the answer to a form
_MAX_AGE = 86_400  # seconds; a longer freshness says nothing about news
_ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WITH_THE_FORM = frozenset({307, 308})  # the others turn a POST into a GET (RFC 9110, section 15.4)
_FOR_GOOD = frozenset({301, 308})  # RFC 9110, sections 15.4.2 and 15.4.9
_BUSY = frozenset({429, 503})  # with a Retry-After they speak for the whole host
_WEB_PORTS = frozenset({80, 443})  # and whatever is above 1023; behind the others are no web servers
_MAX_AGE_OF = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.ASCII | re.IGNORECASE)
_NEVER_FRESH = re.compile(r"(?:^|[\s,])no-(?:cache|store)\b", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """`max_bytes` counts the inflated body; `total` runs from the first look-up to the last byte, over all redirects,
    but not while others have their turn at the host."""

    max_bytes: int = 2_000_000
    total: timedelta = timedelta(seconds=10)
    connect: timedelta = timedelta(seconds=10)
    max_redirects: int = 5
    connections: int = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """What one look at an address came to.

    `status`: of the last answer, None where none came. `received`: bytes of its body as they came over the wire.
    `moved_to`: where the address says it has moved for good, if what is there can be had. `max_age`: for how long
    Cache-Control calls the answer fresh. `links`: what its headers name.
    """

    brought: Document | NotModified | Problem
    status: int | None = None
    received: int = 0
    moved_to: str | None = None
    max_age: timedelta | None = None
    links: Links = NO_LINKS


@dataclass(slots=True)
class _Look:
    """One look under way. `left`: seconds. `settled`: every redirect so far was one for good."""

    url: str
    conditions: dict[str, str]
    cap: int
    cut: bool
    left: float
    form: Mapping[str, str] | None = None
    status: int | None = None
    received: int = 0
    moved_to: str | None = field(default=None)
    settled: bool = True

    def follow(self, target: str, status: int | None) -> None:
        self.settled = self.settled and status in _FOR_GOOD
        self.url = target
        if self.settled:
            self.moved_to = target


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
        hosts: Hosts | None = None,
    ) -> None:
        """`trusted`: addresses and ports on loopback that may be reached all the same. `hosts`: the turns that are
        shared with whoever else asks."""
        self._user_agent = user_agent
        self._clock = clock
        self._limits = limits
        self._any_port = allow_private_addresses
        self._sockets = socket_factory(allow_private_addresses=allow_private_addresses, trusted=trusted)
        self._trusted_ports = frozenset(port for _, port in trusted)
        self._hosts = hosts or Hosts()
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        limits = self._limits
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=limits.connections,
                keepalive_timeout=_IDLE,
                socket_factory=self._sockets,
                resolver=Resolver(limits.connections),
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"},
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=limits.connect.total_seconds()),
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
        answer = await self.ask(url, validators)
        if isinstance(answer.brought, Problem):
            raise SourceError(answer.brought)
        return answer.brought

    async def ask(self, url: str, validators: Validators = Validators(), *, first_bytes: int | None = None) -> Answer:
        """The same with all that is known of the conversation; never raises for what a server does.

        `first_bytes`: only so many are wanted; a longer body is cut there instead of being refused.
        """
        cap = self._limits.max_bytes if first_bytes is None else first_bytes
        left = self._limits.total.total_seconds()
        return await self._look(_Look(url, _conditions(validators), cap, first_bytes is not None, left))

    async def post(self, url: str, form: Mapping[str, str]) -> Answer:
        """Send a form. Redirects are followed only where they keep it; of the answer only a little is read."""
        return await self._look(_Look(url, {}, _MAX_REPLY, True, self._limits.total.total_seconds(), form))

    async def _look(self, look: _Look) -> Answer:
        try:
            return await self._follow(look)
        except SourceError as error:
            problem = error.problem
        except (aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: names that IDNA refuses
            problem = _problem(error)
        return Answer(problem, look.status, look.received)

    async def _follow(self, look: _Look) -> Answer:
        method, redirects = ("GET", _REDIRECTS) if look.form is None else ("POST", _WITH_THE_FORM)
        for _ in range(self._limits.max_redirects + 1):
            address = URL(look.url)
            self._check(address)
            async with self._hosts.turn(look.url) as patience:
                if patience:
                    raise SourceError(Problem(ProblemKind.STATUS, "the host has asked for patience", patience))
                led = await self._exchange(look, method, address, redirects)
            if isinstance(led, Answer):
                return led
            look.follow(led, look.status)
        raise _refused(ProblemKind.TOO_MANY_REDIRECTS, f"{self._limits.max_redirects + 1} redirects")

    async def _exchange(self, look: _Look, method: str, address: URL, redirects: Collection[int]) -> Answer | str:
        """One request and what came of it: an answer, or the address that it leads on to.

        Raises: TimeoutError: the look has no time left.
        """
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with (
                asyncio.timeout(look.left),
                self._session.request(
                    method, address, data=look.form, headers=look.conditions, allow_redirects=False
                ) as response,
            ):
                look.status = response.status
                return _target(response, redirects) or await self._answer(response, look)
        finally:
            look.left -= clock() - began

    def _check(self, address: URL) -> None:
        """What can be told from an address before its name is looked up; the rest is the guard's."""
        if address.user is not None or address.password is not None:
            raise _refused(ProblemKind.FORBIDDEN_ADDRESS, "a name or a password in the address")
        port = address.port or 0
        if not (self._any_port or port in _WEB_PORTS or port > 1023 or port in self._trusted_ports or not port):
            raise _refused(ProblemKind.FORBIDDEN_ADDRESS, f"port {port}")

    async def _answer(self, response: aiohttp.ClientResponse, look: _Look) -> Answer:
        fresh = max_age(response.headers.get("Cache-Control"), response.headers.get("Age"))
        named = response.headers.getall("Link", None)
        links = header_links(", ".join(named), str(response.url)) if named else NO_LINKS
        if response.status == 304 and look.conditions:
            return Answer(NotModified(), 304, 0, look.moved_to, fresh, links)
        if not 200 <= response.status < 300:
            raise SourceError(self._refusal(response, look))
        document = Document(
            body=await _body(response, look),
            media_type=response.content_type,
            charset=response.charset,
            url=str(response.url),
            validators=Validators(
                etag=_storable(response.headers.get("ETag")),
                last_modified=_storable(response.headers.get("Last-Modified")),
            ),
        )
        return Answer(document, response.status, look.received, look.moved_to, fresh, links)

    def _refusal(self, response: aiohttp.ClientResponse, look: _Look) -> Problem:
        patience = retry_after(response.headers.get("Retry-After"), self._clock())
        if patience and response.status in _BUSY:
            self._hosts.be_patient(look.url, patience)
        return Problem(ProblemKind.STATUS, f"{response.status} {response.reason or ''}".strip()[:200], patience)


def _target(response: aiohttp.ClientResponse, redirects: Collection[int]) -> str | None:
    """Where a redirect leads; None if it is none of these."""
    location = response.headers.get("Location")
    if response.status not in redirects or not location:
        return None
    target = response.url.join(URL(location))
    if target.scheme not in ("http", "https"):
        raise _refused(ProblemKind.FORBIDDEN_ADDRESS, "redirected to something that is not http")
    return str(target)


async def _body(response: aiohttp.ClientResponse, look: _Look) -> bytes:
    body = bytearray()
    if look.cut or (response.content_length or 0) <= look.cap:
        try:
            async for chunk in response.content.iter_chunked(_CHUNK):
                body += chunk
                if len(body) > look.cap:
                    break
            else:
                return bytes(body)
        finally:
            look.received = response.content.total_raw_bytes
    if look.cut:
        return bytes(body[: look.cap])
    raise _refused(ProblemKind.TOO_LARGE, f"more than {look.cap} bytes")


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


def max_age(cache_control: str | None, age: str | None) -> timedelta | None:
    """For how long an answer stays fresh: max-age less the Age it came with (RFC 9111, section 4.2), at most a day."""
    stated = _MAX_AGE_OF.search(cache_control) if cache_control else None
    if stated is None or _NEVER_FRESH.search(cache_control or ""):
        return None
    old = int(age[:9]) if age and age.isascii() and age.isdigit() else 0
    return timedelta(seconds=min(max(int(stated[1]) - old, 0), _MAX_AGE))


def _conditions(validators: Validators) -> dict[str, str]:
    conditions = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _storable(value: str | None) -> str | None:
    """A validator that can be stored and sent back: bytes that are no text come as lone surrogates."""
    return value if value and len(value) <= _MAX_VALIDATOR and value.isprintable() else None


def _refused(kind: ProblemKind, detail: str) -> SourceError:
    return SourceError(Problem(kind, detail))


def _problem(error: Exception) -> Problem:
    """The recorded form of whatever a fetch can die of."""
    said = error.message if isinstance(error, aiohttp.ClientResponseError) else str(error)
    detail = " ".join(said.split())[:200] or type(error).__name__
    match error:
        case TimeoutError():
            return Problem(ProblemKind.TIMEOUT, detail)
        case aiohttp.ClientConnectorError(os_error=ForbiddenAddress()):
            return Problem(ProblemKind.FORBIDDEN_ADDRESS, f"{error.host}: {error.os_error}")
        case aiohttp.ClientPayloadError():
            return Problem(ProblemKind.CUT, detail)
    return Problem(ProblemKind.UNREACHABLE, detail)
