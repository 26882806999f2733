"""Whose turn it is to ask a host: one request at a time, then a pause, first come first served.

Owns manners towards hosts, which are shared by sources, pages and robots.txt alike. No host waits for another. This
machine's own servers, an RSSHub beside the bot for one, are asked a few things at a time and without a pause: they
are the operator's, and one slow answer of theirs must not hold up all that they serve. Knows nothing of HTTP;
remembers a host only while somebody waits for it or for its pause.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from ipaddress import ip_address
from types import MappingProxyType, TracebackType
from urllib.parse import urlsplit

PAUSE = timedelta(seconds=1)
PAUSES: Mapping[str, timedelta] = MappingProxyType({"t.me": timedelta(seconds=1.2)})  # it answers 429 to quicker ones
MAX_PATIENCE = timedelta(hours=1)  # that one answer can ask of every source of its host
OURS_AT_A_TIME = 4  # requests to a server on this machine
_PORTS = {"http": 80, "https": 443}
_NOTHING = timedelta(0)
_MANY = 1_000  # hosts remembered; then those that nobody waits for are forgotten


@dataclass(slots=True)
class _Host:
    """`free_at` and `patient_until` are on the event loop's clock."""

    pause: float
    turns: asyncio.Semaphore
    waiting: int = 0
    free_at: float = 0.0
    patient_until: float = 0.0


class Turn:
    """A turn at a host, as a context: waits for it, and keeps everyone else from asking the host meanwhile. Gives how
    long the host still wants to be left alone all the same: nothing for most."""

    __slots__ = ("_asks", "_host")

    def __init__(self, host: _Host, *, asks: bool) -> None:
        """`asks`: the host is asked something in this turn, after which it has its pause."""
        self._host, self._asks = host, asks

    async def __aenter__(self) -> timedelta:
        host = self._host
        host.waiting += 1
        try:
            await host.turns.acquire()  # asyncio's semaphore is fair: first come, first served
        except BaseException:
            host.waiting -= 1
            raise
        try:
            if (rest := host.free_at - asyncio.get_running_loop().time()) > 0:
                await asyncio.sleep(rest)
        except BaseException:
            self._leave()
            raise
        left = host.patient_until - asyncio.get_running_loop().time()
        return timedelta(seconds=left) if left > 0 else _NOTHING

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._asks:
            self._host.free_at = asyncio.get_running_loop().time() + self._host.pause
        self._leave()

    def _leave(self) -> None:
        self._host.turns.release()
        self._host.waiting -= 1


class Hosts:
    """The turns at all hosts. One object for everything that asks strangers' servers."""

    def __init__(
        self, pause: timedelta = PAUSE, pauses: Mapping[str, timedelta] = PAUSES, ours: int = OURS_AT_A_TIME
    ) -> None:
        """`pauses`: for hosts by name, without a port; `pause` for all others but this machine, whose servers are
        asked `ours` things at a time."""
        self._pause = pause
        self._pauses = pauses
        self._ours = ours
        self._hosts: dict[str, _Host] = {}

    @property
    def remembered(self) -> int:
        """How many hosts are remembered."""
        return len(self._hosts)

    def turn(self, url: str) -> Turn:
        """The next turn at the host of `url`."""
        return Turn(self._host(url), asks=True)

    async def ready(self, url: str) -> None:
        """Waits until the host of `url` could be asked; takes no turn."""
        async with Turn(self._host(url), asks=False):
            return

    def at_a_time(self, url: str) -> int:
        """How many things the host of `url` may be asked at once."""
        return self._ours if _is_this_machine(_split(url)[0]) and not self._pause_of(url) else 1

    def be_patient(self, url: str, patience: timedelta) -> None:
        """The host of `url` has asked for this much time without a request."""
        host = self._host(url)
        until = asyncio.get_running_loop().time() + min(patience, MAX_PATIENCE).total_seconds()
        host.patient_until = max(host.patient_until, until)

    def _host(self, url: str) -> _Host:
        name = host_of(url)
        if name not in self._hosts:
            if len(self._hosts) >= _MANY:
                self._forget()
            self._hosts[name] = _Host(self._pause_of(url).total_seconds(), asyncio.Semaphore(self.at_a_time(url)))
        return self._hosts[name]

    def _forget(self) -> None:
        now = asyncio.get_running_loop().time()
        kept = {n: h for n, h in self._hosts.items() if h.waiting or max(h.free_at, h.patient_until) > now}
        self._hosts = kept

    def _pause_of(self, url: str) -> timedelta:
        name = _split(url)[0]
        return self._pauses.get(name, _NOTHING if not name or _is_this_machine(name) else self._pause)


def host_of(url: str) -> str:
    """The host that answers for `url`, with its port where that is not the scheme's own; "" for no address."""
    name, port = _split(url)
    return name if port is None else f"{name}:{port}"


@lru_cache(maxsize=4_096)
def _split(url: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(url)
        name, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return "", None
    return name, None if port == _PORTS.get(parts.scheme) else port


@lru_cache(maxsize=4_096)
def _is_this_machine(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
