"""Which addresses the news door may connect to.

Owns the decision (`is_public`) and the one place where it is enforced: aiohttp calls the socket factory with every
*resolved* address just before it connects, so that names, literal addresses, redirects and names that change their
address between two look-ups all pass here. Knows nothing of HTTP or of names.
"""

import socket
from collections.abc import Callable, Collection, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

AddrInfo = tuple[int, int, int, str, Sequence[Any]]  # as getaddrinfo gives it
SocketFactory = Callable[[Any], socket.socket]

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052, section 2.1
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # RFC 4291, section 2.4, and IANA's registry: nothing else is routed


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

    An IPv4 address inside an IPv6 one (mapped, 6to4, NAT64) is judged itself.
    """
    try:
        unwrapped = _unwrap(ip_address(address))
    except ValueError:
        return False
    if isinstance(unwrapped, IPv6Address) and unwrapped not in _GLOBAL_UNICAST:
        return False
    return unwrapped.is_global and not unwrapped.is_multicast


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
