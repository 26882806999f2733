"""Which addresses the news door may connect to.

Owns the decision (`is_public`) and the one place where it is enforced: aiohttp calls the socket factory with every
*resolved* address just before it connects, so that names, literal addresses, redirects and names that change their
address between two look-ups all pass here. Owns the look-up of names too, in threads of its own: a dead name server
must not hold up other work. Knows nothing of HTTP.
"""

import asyncio
import socket
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

AddrInfo = tuple[int, int, int, str, Sequence[Any]]  # as getaddrinfo gives it
SocketFactory = Callable[[Any], socket.socket]

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052, section 2.1
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # RFC 4291, section 2.4, and IANA's registry: nothing else is routed
# What `is_global` takes for public although no publisher can be there.
_SPECIAL_4 = tuple(
    map(
        IPv4Network,
        (
            "168.63.129.16/32",  # Azure's metadata and name server
            "192.0.0.0/24",  # IETF protocol assignments (RFC 6890); Oracle's metadata server
            "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        ),
    )
)
_SPECIAL_6 = (IPv6Network("2001::/23"), IPv6Network("3fff::/20"))  # Teredo and the like (RFC 6890); RFC 9637


class ForbiddenAddress(OSError):
    """The address is not a public one.

    The text is always the same on purpose: where a name has several forbidden addresses, the connector raises the
    first error as it is only if all read alike.
    """

    def __init__(self) -> None:
        super().__init__("the address is not public")


def is_public(address: str) -> bool:
    """True if the literal `address` is a public unicast one; False for private, loopback, link-local, metadata,
    carrier-grade, multicast and reserved ones, and for whatever is no address at all.

    An IPv4 address inside an IPv6 one (mapped, 6to4, NAT64) is judged itself; inside Teredo it is refused with it. So
    is an address with a zone (`%eth0`): no public one needs it.
    """
    try:
        unwrapped = _unwrap(ip_address(address))
    except ValueError:
        return False
    if isinstance(unwrapped, IPv4Address):
        special = any(unwrapped in network for network in _SPECIAL_4)
    else:
        special = unwrapped not in _GLOBAL_UNICAST or any(unwrapped in network for network in _SPECIAL_6)
    return unwrapped.is_global and not (special or unwrapped.is_multicast or "%" in address)


def _unwrap(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def socket_factory(
    *, allow_private_addresses: bool, trusted: Collection[tuple[str, int]] = frozenset()
) -> SocketFactory | None:
    """What aiohttp's connector makes its sockets with; None (aiohttp's own) when every address is allowed.

    The factory raises `ForbiddenAddress` instead of making a socket for an address that is neither public nor one
    of `trusted`, which are pairs of a literal address and a port: our own servers on loopback.
    """

    def guarded(addr_info: AddrInfo) -> socket.socket:
        family, kind, protocol, _, address = addr_info
        if not (is_public(str(address[0])) or tuple(address[:2]) in trusted):
            raise ForbiddenAddress
        return socket.socket(family, kind, protocol)

    return None if allow_private_addresses else guarded


class Resolver(AbstractResolver):
    """The system's look-up of names, up to `threads` at a time.

    The event loop's own threads are few (6 on two cores) and shared: as many dead names would stop everything.
    """

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, "names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises: OSError: the name has no address."""
        look_up = partial(
            socket.getaddrinfo, host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
        found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        numeric = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [
            ResolveResult(hostname=host, host=str(address[0]), port=port, family=kind, proto=protocol, flags=numeric)
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
