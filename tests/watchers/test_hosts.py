import asyncio
from datetime import timedelta

import pytest

from watchers.hosts import MAX_PATIENCE, Hosts, host_of

PAUSE = timedelta(seconds=0.03)
NONE = timedelta(0)


class Visits:
    """Asks hosts, and keeps when each conversation began and ended, on the event loop's clock."""

    def __init__(self, hosts: Hosts) -> None:
        self.hosts = hosts
        self.log: list[tuple[str, float, float]] = []

    async def ask(self, url: str, seconds: float = 0) -> None:
        clock = asyncio.get_running_loop().time
        async with self.hosts.turn(url):
            began = clock()
            await asyncio.sleep(seconds)
            self.log.append((url, began, clock()))

    def beside_at_each_beginning(self) -> list[int]:
        """How many conversations were under way when each of them began, with itself."""
        return [sum(start <= began < end for _, start, end in self.log) for _, began, _ in self.log]

    def gaps(self) -> list[float]:
        return [later[1] - earlier[2] for earlier, later in zip(self.log, self.log[1:], strict=False)]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.org/feed", "example.org"),
        ("http://example.org:80/", "example.org"),
        ("https://example.org:443/", "example.org"),
        ("https://example.org./", "example.org"),
        ("http://example.org:443/", "example.org:443"),
        ("http://127.0.0.1:8080/a", "127.0.0.1:8080"),
        ("http://user@example.org/", "example.org"),
        ("http://[2001:db8::1]/", "2001:db8::1"),
        ("nonsense", ""),
        ("http://[::1", ""),
        ("http://x:99999/", ""),
    ],
)
def test_a_host_is_its_name_and_its_port_where_that_is_unusual(url: str, host: str) -> None:
    assert host_of(url) == host


async def test_a_host_is_asked_one_thing_at_a_time_with_a_pause_between_in_the_order_of_asking() -> None:
    visits = Visits(Hosts(PAUSE))
    urls = [f"http{'s' * (number % 2)}://a.example/{number}" for number in range(4)]
    await asyncio.gather(*map(visits.ask, urls))
    assert [url for url, *_ in visits.log] == urls
    assert min(visits.gaps()) >= PAUSE.total_seconds() * 0.99


async def test_no_host_waits_for_another() -> None:
    hosts = Hosts(timedelta(hours=1))
    visits = Visits(hosts)
    async with hosts.turn("http://slow.example/"), asyncio.timeout(5):
        await asyncio.gather(*(visits.ask(f"http://{letter}.example/") for letter in "abcde"))
    assert len(visits.log) == 5


async def test_a_host_has_its_own_pause_where_the_table_says_so() -> None:
    visits = Visits(Hosts(timedelta(hours=1), {"t.me": PAUSE}))
    async with asyncio.timeout(5):
        await asyncio.gather(visits.ask("https://t.me/s/a"), visits.ask("https://t.me/s/b"))
    assert min(visits.gaps()) >= PAUSE.total_seconds() * 0.99


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "127.8.8.8", "localhost", "[::1]:80"])
async def test_this_machine_needs_no_pause_and_takes_a_few_things_at_a_time(host: str) -> None:
    visits = Visits(Hosts(timedelta(hours=1), ours=3))
    async with asyncio.timeout(5):
        await asyncio.gather(*(visits.ask(f"http://{host}/{number}", 0.01) for number in range(9)))
    assert max(visits.beside_at_each_beginning()) == 3


async def test_a_server_on_this_machine_that_has_a_pause_is_asked_one_thing_at_a_time() -> None:
    hosts = Hosts(NONE, {"localhost": PAUSE})
    assert hosts.at_a_time("http://localhost:1200/") == 1
    assert hosts.at_a_time("http://127.0.0.1:1200/") > 1
    assert hosts.at_a_time("https://a.example/") == 1


async def test_a_pause_of_nothing_is_no_pause() -> None:
    visits = Visits(Hosts(NONE, {}))
    async with asyncio.timeout(5):
        await asyncio.gather(*(visits.ask(f"https://a.example/{number}") for number in range(100)))
    assert len(visits.log) == 100


async def test_who_gives_up_or_fails_in_its_turn_leaves_the_turn_to_the_next() -> None:
    hosts = Hosts(NONE)
    visits = Visits(hosts)
    async with hosts.turn("http://a.example/"):
        waiting = [asyncio.create_task(visits.ask(f"http://a.example/{number}")) for number in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
    with pytest.raises(OSError):
        async with hosts.turn("http://a.example/"):
            raise OSError
    async with asyncio.timeout(5):
        await asyncio.gather(*waiting[1:])
    assert [url[-1] for url, *_ in visits.log] == ["1", "2"]


async def test_ready_waits_for_the_host_and_takes_no_turn() -> None:
    hosts = Hosts(PAUSE)
    clock = asyncio.get_running_loop().time
    async with hosts.turn("http://a.example/"):
        ready = asyncio.create_task(hosts.ready("http://a.example/"))
        await asyncio.sleep(0)
        assert not ready.done()
    ended = clock()
    await ready
    assert clock() - ended >= PAUSE.total_seconds() * 0.99
    before = clock()
    await hosts.ready("http://a.example/")
    async with hosts.turn("http://a.example/"):
        assert clock() - before < PAUSE.total_seconds()


async def patience(hosts: Hosts, url: str) -> timedelta:
    async with hosts.turn(url) as left:
        return left


async def test_a_hosts_patience_is_its_own_and_ends() -> None:
    hosts = Hosts(NONE, {})
    hosts.be_patient("https://t.me/s/a", timedelta(seconds=0.05))
    hosts.be_patient("https://t.me/s/b", timedelta(seconds=0.01))
    assert NONE < await patience(hosts, "https://t.me/s/other") <= timedelta(seconds=0.05)
    assert await patience(hosts, "https://a.example/") == NONE
    await asyncio.sleep(0.06)
    assert await patience(hosts, "https://t.me/s/a") == NONE


async def test_no_answer_silences_a_host_for_long() -> None:
    hosts = Hosts(NONE, {})
    hosts.be_patient("https://a.example/", timedelta(days=999))
    assert await patience(hosts, "https://a.example/") <= MAX_PATIENCE


async def test_hosts_that_nobody_waits_for_are_forgotten() -> None:
    hosts = Hosts(NONE)
    hosts.be_patient("https://patient.example/", timedelta(minutes=1))
    for number in range(5_000):
        async with hosts.turn(f"https://h{number}.example/"):
            pass
    assert hosts.remembered <= 1_000
    assert await patience(hosts, "https://patient.example/") > NONE


async def test_a_host_that_somebody_waits_for_is_not_forgotten() -> None:
    hosts = Hosts(NONE)
    async with hosts.turn("https://kept.example/"):
        for number in range(2_000):
            await hosts.ready(f"https://h{number}.example/")
        waiting = asyncio.create_task(hosts.ready("https://kept.example/"))
        await asyncio.sleep(0.01)
        assert not waiting.done()
    await waiting
