"""Hubs that tell of changes, over real HTTP: what we ask of them, and what they are answered at our door."""

import asyncio
import gzip
import hmac
import io
import logging
import socket
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.domain.errors import StoreError
from bot.domain.model import DueSource, Poll, PollOutcome, Source, Validators
from bot.door import AddressTaken, open_door
from tests.hub import Hub, hubbing
from tests.settings_files import load, refused
from tests.watchers.conftest import NOW, Serve
from tests.watchers.conftest import clock as still
from watchers import websub
from watchers.fetch import Fetcher
from watchers.parsers.hints import Offer
from watchers.poll import Poller
from watchers.reading import Readers
from watchers.websub import DENIED, FORGOTTEN, LEASE, MAX_BODY_BYTES, REST, RETRY, WebSub, lease_of, renewed_after

KEY, TOPIC = "7:secret-of-the-test", "https://horan.example/feed"
PUBLIC = "https://rasid.example/websub"
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class House:
    """Our side of it: the door, sources that can be made due, and a clock that the test moves."""

    hub: Hub
    fetcher: Fetcher
    door: str
    now: datetime = NOW
    polled: set[str] = field(default_factory=lambda: {"horan"})
    hurried: list[tuple[str, ...]] = field(default_factory=list)
    refuses: bool = False
    websub: WebSub = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self, key: str = KEY) -> None:
        self.websub = WebSub(PUBLIC, key, self.fetcher.post, self.hurry, lambda: self.now)

    async def hurry(self, source_ids: Collection[str], now: datetime) -> Collection[str]:
        assert now == self.now
        if self.refuses:
            raise StoreError("disk full")
        self.hurried.append(tuple(sorted(source_ids)))
        return self.polled & set(source_ids)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        return await self.websub.answer(request)

    async def tend(self, later: timedelta = timedelta(0)) -> bool:
        """Some time later, do what is due, and let the hub answer."""
        self.now += later
        due = await self.websub.tend()
        await asyncio.gather(*self.websub._tasks)
        return due

    async def subscribe(self, source_id: str = "horan", topic: str = TOPIC) -> dict[str, str]:
        """Have the hub ring for a source; what it was asked with."""
        self.websub.offered(source_id, Offer(self.hub.url, topic))
        await self.tend()
        return self.hub.forms[-1]

    async def asked_after(self, later: timedelta) -> int:
        """How often the hub is asked in one look at that time. The source was polled meanwhile."""
        before = len(self.hub.forms)
        self.websub.filed(poll("horan", self.now + later))
        await self.tend(later)
        return len(self.hub.forms) - before


def poll(source_id: str, at: datetime) -> Poll:
    return Poll(source_id, at, at, PollOutcome.NOT_MODIFIED, None, ())


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """The hub is trusted, nothing else on loopback is."""
    port = free_port()
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(hubbing(PUBLIC, f"http://127.0.0.1:{port}"))
        trusted = {("127.0.0.1", hub.port)}
        fetcher = await stack.enter_async_context(Fetcher("t", still, trusted=trusted))
        made = House(hub, fetcher, f"http://127.0.0.1:{port}")
        await stack.enter_async_context(open_door(f"127.0.0.1:{port}", made.answer, 1_000))
        yield made
        await made.websub.close()


def events(logs: list[dict[str, object]]) -> list[object]:
    return [entry["event"] for entry in logs]


# --- subscribing ----------------------------------------------------------------------------------------------------


async def test_a_hub_that_a_source_names_is_asked_and_what_it_asks_back_is_answered(house: House) -> None:
    with capture_logs() as logs:
        form = await house.subscribe()
    assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", TOPIC)
    assert form["hub.callback"].startswith(f"{PUBLIC}/horan/")
    assert form["hub.lease_seconds"] == "604800"
    assert house.hub.agreed == [TOPIC]
    assert events(logs) == ["websub.subscribed"]
    assert await house.asked_after(DAY) == 0


async def test_path_and_secret_of_each_source_are_its_own_and_tell_nothing_of_the_key(house: House) -> None:
    forms = [await house.subscribe(name) for name in ("horan", "nahr")]
    paths, secrets = ({form[f"hub.{name}"].rpartition("/")[2] for form in forms} for name in ("callback", "secret"))
    assert len(paths | secrets) == 4
    assert all(len(name) == 64 for name in paths | secrets)
    assert "secret-of-the-test" not in str(forms)


async def test_a_subscription_is_renewed_before_it_ends(house: House) -> None:
    house.hub.lease = "36000"
    await house.subscribe()
    assert await house.asked_after(timedelta(hours=7)) == 0
    assert await house.asked_after(timedelta(hours=1)) == 1
    assert await house.asked_after(timedelta(hours=7)) == 0
    assert house.hub.agreed == [TOPIC, TOPIC]


def test_a_lease_is_believed_within_reason() -> None:
    assert lease_of("3600") == timedelta(hours=1)
    assert lease_of(None) == lease_of("") == lease_of("-1") == lease_of("قريباً") == lease_of("١٢") == LEASE
    assert renewed_after(lease_of("0")) == timedelta(minutes=10)
    assert renewed_after(lease_of("9" * 5_000)) == renewed_after(LEASE) < LEASE


async def test_a_hub_that_does_not_come_back_is_asked_again_ever_more_seldom(house: House) -> None:
    house.hub.verifies = False
    await house.subscribe()
    assert await house.asked_after(RETRY - SECOND) == 0
    assert await house.asked_after(SECOND) == 1
    assert await house.asked_after(RETRY) == 0
    assert await house.asked_after(RETRY) == 1
    for _ in range(20):
        assert await house.asked_after(timedelta(hours=6)) == 1
    house.hub.verifies = True
    await house.asked_after(timedelta(hours=6))
    assert house.hub.agreed == [TOPIC]


async def test_a_hub_that_refuses_is_on_record_and_its_patience_is_kept(house: House) -> None:
    async def busy(request: web.Request) -> web.Response:
        return web.Response(status=400, headers={"Retry-After": "7200"}, text="<secret>")

    house.hub.answers = [busy]
    with capture_logs() as logs:
        await house.subscribe()
    (entry,) = logs
    assert (entry["event"], entry["source"], entry["why"]) == ("websub.refused", "horan", "400 Bad Request")
    assert await house.asked_after(timedelta(hours=2) - SECOND) == 0
    assert await house.asked_after(SECOND) == 1
    assert house.hub.agreed == [TOPIC]


async def test_a_hub_that_denies_is_left_alone_for_a_day(house: House) -> None:
    house.hub.verifies = False
    form = await house.subscribe()
    with capture_logs() as logs:
        status, _ = await house.hub.verify(form, mode="denied", reason="لا\nنعرفك", challenge=None)
    assert (status, events(logs), logs[0]["why"]) == (200, ["websub.denied"], "لا نعرفك")
    assert await house.asked_after(DENIED - SECOND) == 0
    assert await house.asked_after(SECOND) == 1


async def test_a_hub_that_redirects_to_a_private_address_is_not_followed(house: House, serve: Serve) -> None:
    async def inside(request: web.Request) -> web.Response:
        raise AssertionError

    private = await serve(inside)

    async def lead(request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect(private)

    house.hub.answers = [lead]
    with capture_logs() as logs:
        await house.subscribe()
    assert events(logs) == ["websub.refused"]
    assert "not public" in logs[0]["why"]


async def test_a_redirect_is_followed_where_it_keeps_the_form_and_only_there(house: House) -> None:
    async def keeping(request: web.Request) -> web.Response:
        raise web.HTTPPermanentRedirect("/hub")

    async def losing(request: web.Request) -> web.Response:
        raise web.HTTPFound("/hub")

    house.hub.answers = [keeping]
    await house.subscribe()
    assert house.hub.agreed == [TOPIC]
    assert len({form["hub.callback"] for form in house.hub.forms}) == 1
    house.hub.answers = [losing]
    with capture_logs() as logs:
        await house.subscribe("nahr")
    assert logs[0]["why"] == "302 Found"


async def test_a_hub_whose_answer_never_ends_is_cut_short(house: House) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=202)
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65_536)
        except ConnectionError:
            return response

    house.hub.answers = [endless]
    with capture_logs() as logs:
        await asyncio.wait_for(house.subscribe(), 5)
    assert logs == []


async def test_another_hub_is_asked_in_its_turn_and_a_feed_that_changes_its_mind_makes_us_ask_no_more_often(
    house: House,
) -> None:
    first = await house.subscribe()
    other = "https://horan.example/other"
    for topic in (other, TOPIC, other):
        house.websub.offered("horan", Offer(house.hub.url, topic))
        house.websub.offered("horan", None)
        house.websub.offered("horan", Offer(house.hub.url, topic))
        assert await house.asked_after(SECOND) == 0
    assert (await house.hub.verify(first))[0] == 404
    assert await house.asked_after(RETRY) == 1
    assert house.hub.agreed == [TOPIC, other]


async def test_a_hub_that_is_named_no_more_is_asked_no_more(house: House) -> None:
    await house.subscribe()
    house.websub.offered("horan", None)
    assert await house.asked_after(30 * DAY) == 0


async def test_the_hub_of_a_source_that_is_not_polled_any_more_is_asked_no_more(house: House) -> None:
    await house.subscribe()
    await house.tend(LEASE)
    assert len(house.hub.forms) == 1
    await house.subscribe()
    assert await house.asked_after(LEASE) == 1
    assert FORGOTTEN > DAY, "those that are in trouble are polled once a day"


# --- the door: verification -----------------------------------------------------------------------------------------

WRONG = {
    "another topic": {"topic": "https://other.example/"},
    "no topic": {"topic": None},
    "the end of a subscription": {"mode": "unsubscribe"},
    "no mode": {"mode": None},
    "no challenge": {"challenge": None},
    "a denial of another topic": {"mode": "denied", "topic": "https://other.example/"},
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_we_did_not_ask_for_is_not_confirmed(house: House, name: str) -> None:
    form = await house.subscribe()
    assert (await house.hub.verify(form, **WRONG[name]))[0] == 404
    assert await house.asked_after(RETRY) == 0, "and changes nothing"


async def test_nothing_is_confirmed_before_it_was_asked_for(house: House) -> None:
    form = await house.subscribe()
    house.restart()
    assert (await house.hub.verify(form))[0] == 404
    house.websub.offered("horan", Offer(house.hub.url, TOPIC))
    assert (await house.hub.verify(form))[0] == 404
    await house.tend()
    assert (await house.hub.verify(form))[0] == 200


async def test_the_challenge_is_given_back_as_text_whatever_it_is(house: House) -> None:
    form = await house.subscribe()
    challenge = "<script>&\u202e\x00 ١"
    assert await house.hub.verify(form, challenge=challenge) == (200, challenge)


async def test_strangers_learn_nothing(house: House, caplog: pytest.LogCaptureFixture) -> None:
    form = await house.subscribe()
    ours = form["hub.callback"].removeprefix(PUBLIC)
    paths = ["/", "/horan", "/horan/", f"{ours}x", f"{ours}/", ours.replace("horan", "nahr"), "/%ff/%fe", "/راصد/راصد"]
    async with aiohttp.ClientSession() as session:
        with caplog.at_level(logging.DEBUG), capture_logs() as logs:
            for path in paths:
                for method in ("GET", "POST", "DELETE"):
                    async with session.request(method, house.door + path) as answer:
                        assert answer.status == 404, path
        async with session.put(house.door + "/some/where" + ours) as answer:
            assert answer.status == 405
    assert logs == []
    assert "Traceback" not in caplog.text


# --- the door: pings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_a_ping_makes_its_source_due_at_once(house: House, method: str) -> None:
    form = await house.subscribe()
    assert not await house.tend()
    assert await house.hub.ring(form, "<rss>خبر</rss>".encode() * 50_000, method) == 202
    assert await house.tend()
    assert house.hurried == [("horan",)]


BAD = ["", "sha256=", f"sha256={'0' * 64}", "sha256", "md5=x", "sha256=راصد", "sha3_256=" + "0" * 64, "shake_128="]


@pytest.mark.parametrize("signature", BAD)
async def test_a_ping_without_a_good_signature_is_answered_alike_and_ignored(house: House, signature: str) -> None:
    form = await house.subscribe()
    with capture_logs() as logs:
        assert await house.hub.ring(form, signature=signature) == 202
    assert events(logs) == ["websub.wrong_signature"]
    assert form["hub.secret"] not in str(logs)
    assert not await house.tend()
    assert house.hurried == []


async def test_a_signature_is_good_for_its_own_body_source_and_method_only(house: House) -> None:
    horan, nahr = await house.subscribe(), await house.subscribe("nahr")
    assert await house.hub.ring({**horan, "hub.secret": nahr["hub.secret"]}) == 202
    body, other, secret = b"<rss/>", b"<rss />", horan["hub.secret"].encode()
    assert await house.hub.ring(horan, body, signature=f"sha256={hmac.new(secret, other, 'sha256').hexdigest()}") == 202
    assert await house.hub.ring(horan, body, signature=f"md5={hmac.new(secret, body, 'sha1').hexdigest()}") == 202
    assert not await house.tend()


async def test_a_restart_takes_the_pings_of_earlier_subscriptions_and_another_key_does_not(house: House) -> None:
    form = await house.subscribe()
    house.restart()
    assert await house.hub.ring(form) == 202
    assert await house.tend()
    house.restart("8:another")
    assert await house.hub.ring(form) == 404


async def test_a_flood_of_pings_costs_a_poll_every_ten_seconds_and_the_last_one_is_not_lost(house: House) -> None:
    form = await house.subscribe()
    for first in (True, False, False):
        assert set(await asyncio.gather(*(house.hub.ring(form) for _ in range(30)))) == {202}
        assert await house.tend() is first
    assert not await house.tend(REST - SECOND)
    assert await house.tend(SECOND)
    assert not await house.tend(REST)
    assert len(house.hurried) == 2


async def test_a_ping_during_a_poll_that_began_before_it_has_the_source_polled_again(house: House) -> None:
    form = await house.subscribe()
    house.websub.asked("horan")
    await house.hub.ring(form)
    assert await house.tend()
    house.websub.filed(poll("horan", house.now))  # it has put off what the ping made due
    assert await house.tend(REST)
    house.websub.asked("horan")
    house.websub.filed(poll("horan", house.now))
    assert not await house.tend(REST)


async def test_a_database_that_refuses_costs_no_ping(house: House) -> None:
    form = await house.subscribe()
    await house.hub.ring(form)
    house.refuses = True
    with pytest.raises(StoreError):
        await house.tend()
    house.refuses = False
    assert await house.tend(REST)
    assert house.hurried == [("horan",)]


async def test_a_hub_that_rings_for_what_is_not_polled_any_more_is_told_that_it_is_gone(house: House) -> None:
    form = await house.subscribe()
    house.polled.clear()
    assert await house.hub.ring(form) == 202
    assert not await house.tend()
    assert await house.hub.ring(form) == 410
    assert await house.asked_after(30 * DAY) == 0
    assert await house.hub.ring(form) == 202, "it is polled again"


async def test_a_body_that_is_too_long_is_refused(house: House) -> None:
    form = await house.subscribe()
    assert await house.hub.ring(form, bytes(MAX_BODY_BYTES + 1)) == 413
    assert await house.hub.ring(form, bytes(MAX_BODY_BYTES)) == 202
    assert await house.tend()
    async with aiohttp.ClientSession() as session:
        url, bomb = form["hub.callback"].replace(PUBLIC, house.door), io.BytesIO(gzip.compress(bytes(50_000_000)))
        async with session.post(url, data=bomb, headers={"Content-Encoding": "gzip"}) as answer:
            assert answer.status == 413


async def test_a_body_that_never_ends_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websub, "BODY_SECONDS", 0.1)
    form = await house.subscribe()
    host, port = house.door.removeprefix("http://").split(":")
    head = f"POST {form['hub.callback'].removeprefix(PUBLIC)} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head.encode() + b"<")
    assert b" 408 " in await asyncio.wait_for(reader.readline(), 5)
    writer.close()


async def test_whoever_hangs_up_or_speaks_no_http_does_no_harm(house: House, caplog: pytest.LogCaptureFixture) -> None:
    form = await house.subscribe()
    host, port = house.door.removeprefix("http://").split(":")
    half = f"POST {form['hub.callback'].removeprefix(PUBLIC)} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n<"
    packed = half.replace("\r\n\r\n", "\r\nContent-Encoding: gzip\r\n\r\n123456789")
    chunked = half.replace("Content-Length: 9", "Transfer-Encoding: chunked").replace("<", "xyz\r\n")
    for start in (
        half.encode(),
        packed.encode(),
        chunked.encode(),
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"POST\r\n\r\n",
    ):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(start)
        await writer.drain()
        writer.transport.abort()
    assert await house.hub.ring(form) == 202
    assert await house.tend()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_an_address_in_use_is_named(house: House) -> None:
    with pytest.raises(AddressTaken):
        async with open_door(house.door.removeprefix("http://"), house.answer, 1_000):
            raise AssertionError


# --- what polls tell ------------------------------------------------------------------------------------------------


@dataclass
class Ear:
    heard: list[object] = field(default_factory=list)

    def asked(self, source_id: str) -> None:
        self.heard.append("asked")

    def offered(self, source_id: str, offer: Offer | None) -> None:
        self.heard.append(offer)

    def filed(self, poll: Poll) -> None:
        self.heard.append(poll.outcome)


ITEM = "<item><title>خبر</title><guid>g{}</guid></item>"
FEED = "<rss version='2.0' xmlns:a='http://www.w3.org/2005/Atom'><channel><title>م</title>{}{}</channel></rss>"


async def test_polls_tell_when_they_begin_and_are_filed_and_which_hub_the_source_names(serve: Serve) -> None:
    hub, topic = "https://hub.example/", "https://horan.example/feed"
    links = f"<a:link rel='hub' href='{hub}'/>"
    header = {"Link": f'<{hub}2>; rel="hub", <{topic}>; rel="self"'}
    answers: list[tuple[int, str, dict[str, str]]] = [
        (200, FEED.format(links, ITEM.format(1)), {}),
        (200, FEED.format(links, ITEM.format(1)), {}),
        (200, FEED.format(links, ITEM.format(2)), header),
        (304, "", {}),
        (304, "", header),
        (200, FEED.format("", ITEM.format(3)), {}),
        (500, "", header),
    ]

    async def handler(request: web.Request) -> web.Response:
        status, body, headers = answers.pop(0)
        return web.Response(body=body.encode(), status=status, headers={"Content-Type": "text/xml", **headers})

    async def file(poll: Poll) -> None:
        ear.heard.append("stored")

    url = f"{await serve(handler)}/feed"
    ear, readers = Ear(), Readers(children=1, time_limit=timedelta(seconds=20))
    due = DueSource(Source("horan", "حوران", "Horan", url), Validators('"1"'), 0)
    told: list[list[object]] = []
    async with Fetcher("t", still, allow_private_addresses=True) as fetcher:
        while answers:
            await Poller(fetcher, readers, file, still, hubs=ear).poll(due)
            told.append(ear.heard[2:])
            assert ear.heard[:2] == ["asked", "stored"]
            ear.heard.clear()
    await readers.close()
    read, unchanged = PollOutcome.READ, PollOutcome.NOT_MODIFIED
    in_feed, in_header = Offer(hub, url), Offer(f"{hub}2", topic)
    assert told == [
        [read, in_feed],
        [read, in_feed],
        [read, in_header],
        [unchanged],
        [unchanged, in_header],
        [read, None],
        [PollOutcome.FAILED],
    ]


# --- settings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["http://rasid.example/", "rasid.example", "https://rasid.example/?a=1", "https://rasid.example/#a"]
)
def test_an_address_that_hubs_cannot_reach_is_a_mistake(tmp_path: Path, url: str) -> None:
    mistakes = refused(tmp_path, f"polling: {{websub_url: '{url}', websub_listen: '8444'}}")
    assert set(mistakes) == {"polling.websub_url", "polling.websub_listen"}


def test_hubs_are_asked_only_where_the_operator_gives_an_address(tmp_path: Path) -> None:
    assert load(tmp_path, "").polling.websub_url is None
    assert load(tmp_path, "polling: {websub_url: ''}").polling.websub_url is None
    assert load(tmp_path, f"polling: {{websub_url: '{PUBLIC}'}}").polling.websub_url == PUBLIC
