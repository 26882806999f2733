"""Whose turn it is to ask a host: one request at a time, then a pause, first come first served.

Owns manners towards hosts, which are shared by sources, pages and robots.txt alike. No host waits for another. This
machine's own servers are asked one thing at a time too, but without a pause. Knows nothing of HTTP; remembers a host
only while somebody waits for it or for its pause.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from ipaddress import ip_address
from types import MappingProxyType
from urllib.parse import urlsplit

PAUSE = timedelta(seconds=1)
PAUSES: Mapping[str, timedelta] = MappingProxyType({"t.me": timedelta(seconds=1.2)})  # it answers 429 to quicker ones
MAX_PATIENCE = timedelta(hours=1)  # that one answer can ask of every source of its host
_PORTS = {"http": 80, "https": 443}
_MANY = 1_000  # hosts remembered; then those that nobody waits for are forgotten


@dataclass(slots=True)
class _Host:
    """`free_at` and `patient_until` are on the event loop's clock."""

    pause: float
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    free_at: float = 0.0
    patient_until: float = 0.0


class Hosts:
    """The turns at all hosts. One object for everything that asks strangers' servers."""

    def __init__(self, pause: timedelta = PAUSE, pauses: Mapping[str, timedelta] = PAUSES) -> None:
        """`pauses`: for hosts by name, without a port; `pause` for all others but this machine."""
        self._pause = pause
        self._pauses = pauses
        self._hosts: dict[str, _Host] = {}

    @property
    def remembered(self) -> int:
        """How many hosts are remembered."""
        return len(self._hosts)

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """Waits until the host of `url` may be asked, and keeps everyone else from asking it meanwhile."""
        async with self._free(url) as host:
            try:
                yield
            finally:
                host.free_at = asyncio.get_running_loop().time() + host.pause

    async def ready(self, url: str) -> None:
        """Waits until the host of `url` could be asked; takes no turn."""
        async with self._free(url):
            return

    def be_patient(self, url: str, patience: timedelta) -> None:
        """The host of `url` has asked for this much time without a request."""
        host = self._host(url)
        until = asyncio.get_running_loop().time() + min(patience, MAX_PATIENCE).total_seconds()
        host.patient_until = max(host.patient_until, until)

    def patience(self, url: str) -> timedelta:
        """How long the host of `url` still wants to be left alone; nothing for most."""
        host = self._hosts.get(host_of(url))
        left = host.patient_until - asyncio.get_running_loop().time() if host else 0
        return timedelta(seconds=max(left, 0))

    @asynccontextmanager
    async def _free(self, url: str) -> AsyncIterator[_Host]:
        host = self._host(url)
        host.waiting += 1
        try:
            async with host.turn:  # asyncio's lock is fair: first come, first served
                rest = host.free_at - asyncio.get_running_loop().time()
                if rest > 0:
                    await asyncio.sleep(rest)
                yield host
        finally:
            host.waiting -= 1

    def _host(self, url: str) -> _Host:
        name = host_of(url)
        if name not in self._hosts:
            if len(self._hosts) >= _MANY:
                self._forget()
            self._hosts[name] = _Host(self._pause_of(url).total_seconds())
        return self._hosts[name]

    def _forget(self) -> None:
        now = asyncio.get_running_loop().time()
        kept = {n: h for n, h in self._hosts.items() if h.waiting or max(h.free_at, h.patient_until) > now}
        self._hosts = kept

    def _pause_of(self, url: str) -> timedelta:
        name = _split(url)[0]
        return self._pauses.get(name, timedelta(0) if not name or _is_this_machine(name) else self._pause)


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


def _is_this_machine(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
