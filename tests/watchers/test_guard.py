import asyncio
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.guard import ForbiddenAddress, Resolver, is_public, socket_factory

PUBLIC = ["8.8.8.8", "185.60.216.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:0808:0808::1"]
FORBIDDEN = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1",
    "fec0::1", "ff02::1", "2001:db8::1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1",
    "2002:a00:1::", "2001::1", "2001:0:808:808::1", "3fff::1", "2606:4700::1111%eth0", "::ffff:0:8.8.8.8",
    "168.63.129.16", "192.0.0.192", "192.88.99.1", "100.100.100.200", "fd00:ec2::254", "::ffff:168.63.129.16",
    "", "localhost", "2130706433", "0x7f.1",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_reached(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_that_is_not_public_may_not_be_reached(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_is_judged_as_itself(address: object) -> None:
    inside = [f"::ffff:{address}", f"64:ff9b::{address}", f"2002:{int(address) >> 16:x}:{int(address) & 0xFFFF:x}::"]  # type: ignore[call-overload]
    assert {is_public(form) for form in inside} == {is_public(str(address))}


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert is_public(text) in (True, False)


def test_no_socket_is_made_for_a_forbidden_address() -> None:
    factory = socket_factory(allow_private_addresses=False)
    assert factory is not None
    with pytest.raises(ForbiddenAddress):
        factory((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)))
    factory((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80))).close()


def test_the_operator_can_switch_the_guard_off() -> None:
    assert socket_factory(allow_private_addresses=True) is None


def test_a_trusted_address_is_trusted_at_its_own_port_only() -> None:
    factory = socket_factory(allow_private_addresses=False, trusted=frozenset({("127.0.0.1", 8080)}))
    assert factory is not None
    factory((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 8080))).close()
    with pytest.raises(ForbiddenAddress):
        factory((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 8081)))


async def test_names_are_looked_up_beside_each_other_in_threads_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten names whose servers are dead, and one that is well: nobody waits for the dead ones."""
    dead, known = threading.Event(), socket.getaddrinfo

    def look_up(host: str, *arguments: object, **options: object) -> object:
        if host.startswith("dead"):
            dead.wait(20)
            raise socket.gaierror("no answer")
        return known("127.0.0.1", *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    resolver = Resolver(11)
    lost = [asyncio.create_task(resolver.resolve(f"dead{number}.example", 80)) for number in range(10)]
    async with asyncio.timeout(10):
        found = await resolver.resolve("well.example", 80)
        assert await asyncio.to_thread(lambda: 7) == 7
    assert [(address["host"], address["port"]) for address in found] == [("127.0.0.1", 80)]
    dead.set()
    results = await asyncio.gather(*lost, return_exceptions=True)
    assert all(isinstance(result, OSError) for result in results)
    await resolver.close()
