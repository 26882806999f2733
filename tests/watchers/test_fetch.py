import asyncio
import gzip
import resource
import socket
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.domain.errors import SourceError
from bot.domain.model import Document, NotModified, Problem, ProblemKind, Validators
from tests.watchers.conftest import NOW, Serve, ServeBytes, clock
from watchers.fetch import Answer, Fetcher, FetchLimits, max_age, retry_after
from watchers.hosts import Hosts

FEED = "<rss version='2.0'><channel><title>صباح</title></channel></rss>".encode()
LIMITS = FetchLimits(max_bytes=100_000, total=timedelta(seconds=5), connect=timedelta(seconds=2))


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    hosts = Hosts(ours=1)  # as if they were somebody else's
    async with Fetcher("rasid-test/1", clock, LIMITS, allow_private_addresses=True, hosts=hosts) as opened:
        yield opened


async def problem_of(fetcher: Fetcher, url: str, validators: Validators = Validators()) -> Problem:
    with pytest.raises(SourceError) as caught:
        await fetcher.fetch(url, validators)
    return caught.value.problem


async def test_a_document_comes_with_its_media_type_charset_address_and_validators(
    serve: Serve, fetcher: Fetcher
) -> None:
    async def handler(request: web.Request) -> web.Response:
        if request.path == "/old":
            raise web.HTTPMovedPermanently("/feed")
        headers = {"ETag": '"v1"', "Last-Modified": "Tue, 24 Nov 2026 10:00:00 GMT"}
        return web.Response(body=FEED, content_type="text/xml", charset="windows-1256", headers=headers)

    root = await serve(handler)
    assert await fetcher.fetch(f"{root}/old", Validators()) == Document(
        body=FEED,
        media_type="text/xml",
        charset="windows-1256",
        url=f"{root}/feed",
        validators=Validators('"v1"', "Tue, 24 Nov 2026 10:00:00 GMT"),
    )


async def test_we_say_who_we_are_and_keep_no_cookies(serve: Serve, fetcher: Fetcher) -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request)
        response = web.Response(body=FEED)
        response.set_cookie("id", "1")
        return response

    root = await serve(handler)
    await fetcher.fetch(root, Validators())
    await fetcher.fetch(root, Validators())
    assert {request.headers["User-Agent"] for request in seen} == {"rasid-test/1"}
    assert not seen[1].cookies


async def test_what_has_not_changed_is_not_sent_again(serve: Serve, fetcher: Fetcher) -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.headers["If-Modified-Since"] == "Tue, 24 Nov 2026 10:00:00 GMT"
        return web.Response(status=304 if request.headers["If-None-Match"] == '"v1"' else 200, body=b"")

    root = await serve(handler)
    validators = Validators('"v1"', "Tue, 24 Nov 2026 10:00:00 GMT")
    assert await fetcher.fetch(root, validators) == NotModified()


async def test_not_modified_is_no_answer_to_an_unconditional_request(serve: Serve, fetcher: Fetcher) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=304)

    assert (await problem_of(fetcher, await serve(handler))).kind is ProblemKind.STATUS


@pytest.mark.parametrize(("status", "reason"), [(404, "404 Not Found"), (500, "500 Internal Server Error")])
async def test_an_error_status_is_a_problem(serve: Serve, fetcher: Fetcher, status: int, reason: str) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=status)

    assert await problem_of(fetcher, await serve(handler)) == Problem(ProblemKind.STATUS, reason)


@pytest.mark.parametrize("value", ["120", "Wed, 25 Nov 2026 12:02:00 GMT"])
async def test_a_server_may_ask_for_patience(serve: Serve, fetcher: Fetcher, value: str) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": value})

    assert (await problem_of(fetcher, await serve(handler))).retry_after == timedelta(minutes=2)


@pytest.mark.parametrize("value", [None, "", "soon", "-5", "١٢", "Wed, 99 Foo 2026 12:02:00 GMT"])
def test_patience_that_cannot_be_understood_is_none(value: str | None) -> None:
    assert retry_after(value, NOW) is None


def test_patience_is_never_negative_nor_endless() -> None:
    assert retry_after("Wed, 25 Nov 2020 12:02:00 GMT", NOW) == timedelta(0)
    assert NOW + (retry_after("9" * 400, NOW) or timedelta(0)) < datetime(2036, 1, 1, tzinfo=UTC)


async def test_a_source_that_is_down_is_a_problem(fetcher: Fetcher) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert (await problem_of(fetcher, f"http://127.0.0.1:{port}/")).kind is ProblemKind.UNREACHABLE


@pytest.mark.parametrize(
    "url", ["http://no-such-host.invalid/", "http://[::1", "ftp://x/y", "nonsense", f"http://{'a' * 70}.example/"]
)
async def test_an_address_that_leads_nowhere_is_a_problem(fetcher: Fetcher, url: str) -> None:
    assert (await problem_of(fetcher, url)).kind is ProblemKind.UNREACHABLE


@pytest.mark.parametrize("silent_from", ["headers", "body"])
async def test_a_slow_source_is_a_problem(serve: Serve, silent_from: str) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if silent_from == "body":
            await response.prepare(request)
            await response.write(FEED[:10])
        await asyncio.sleep(60)
        return response

    root = await serve(handler)
    async with Fetcher("t", clock, FetchLimits(total=timedelta(seconds=0.3)), allow_private_addresses=True) as fetcher:
        assert (await problem_of(fetcher, root)).kind is ProblemKind.TIMEOUT


@pytest.mark.parametrize("announced", [True, False])
async def test_fifty_megabytes_stop_at_the_cap(serve: Serve, fetcher: Fetcher, announced: bool) -> None:
    sent = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Length": "50000000"} if announced else {})
        await response.prepare(request)
        for _ in range(50):
            await response.write(b"x" * 1_000_000)
            sent += 1
        return response

    assert (await problem_of(fetcher, await serve(handler))).kind is ProblemKind.TOO_LARGE
    assert sent < 50


async def test_a_gzip_bomb_stops_at_the_cap(serve: Serve, fetcher: Fetcher) -> None:
    bomb = gzip.compress(bytes(200_000_000), 6)

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    root = await serve(handler)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (await problem_of(fetcher, root)).kind is ProblemKind.TOO_LARGE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes


async def test_a_compressed_document_is_inflated(serve: Serve, fetcher: Fetcher) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=gzip.compress(FEED), headers={"Content-Encoding": "gzip"})

    document = await fetcher.fetch(await serve(handler), Validators())
    assert isinstance(document, Document)
    assert document.body == FEED


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + FEED,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n" + FEED[:20],
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 60\r\n\r\n" + bytes(60),
    ],
    ids=["shorter than announced", "ends in a chunk", "not what its encoding says"],
)
async def test_a_cut_body_is_a_recorded_problem(serve_bytes: ServeBytes, fetcher: Fetcher, answer: bytes) -> None:
    assert (await problem_of(fetcher, await serve_bytes(answer))).kind is ProblemKind.CUT


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 1_000 + b"\r\n",
    ],
    ids=["nothing", "another protocol", "an endless header", "endless headers"],
)
async def test_what_is_no_http_is_a_problem(serve_bytes: ServeBytes, fetcher: Fetcher, answer: bytes) -> None:
    assert (await problem_of(fetcher, await serve_bytes(answer))).kind is ProblemKind.UNREACHABLE


async def test_a_redirect_loop_is_a_problem(serve: Serve, fetcher: Fetcher) -> None:
    async def handler(request: web.Request) -> web.Response:
        raise web.HTTPFound(f"/{len(request.path)}")

    assert (await problem_of(fetcher, await serve(handler))).kind is ProblemKind.TOO_MANY_REDIRECTS


async def test_a_redirect_leads_to_http_only(serve: Serve, fetcher: Fetcher) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "file:///etc/passwd"})

    assert (await problem_of(fetcher, await serve(handler))).kind is ProblemKind.FORBIDDEN_ADDRESS


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]", "0x7f.1"])
async def test_a_private_address_is_not_even_connected_to(serve: Serve, host: str) -> None:
    asked = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=FEED)

    port = (await serve(handler)).rsplit(":", 1)[1]
    async with Fetcher("t", clock, LIMITS) as fetcher:
        assert (await problem_of(fetcher, f"http://{host}:{port}/")).kind is ProblemKind.FORBIDDEN_ADDRESS
    assert asked == []


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/meta-data/", "http://localhost:{other}/", "http://10.0.0.1/"]
)
async def test_a_redirect_to_a_private_address_is_refused(serve: Serve, target: str) -> None:
    asked = []

    async def inside(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=FEED)

    async def handler(request: web.Request) -> web.Response:
        raise web.HTTPFound(target.format(other=other))

    other = (await serve(inside)).rsplit(":", 1)[1]
    root = await serve(handler)
    trusted = {("127.0.0.1", int(root.rsplit(":", 1)[1]))}
    async with Fetcher("t", clock, LIMITS, trusted=trusted) as fetcher:
        assert (await problem_of(fetcher, root)).kind is ProblemKind.FORBIDDEN_ADDRESS
    assert asked == []


async def test_the_environment_has_no_say(serve: Serve, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=FEED)

    assert isinstance(await fetcher.fetch(await serve(handler), Validators()), Document)


async def test_a_host_is_asked_one_thing_at_a_time(serve: Serve, fetcher: Fetcher) -> None:
    asking, most = 0, 0

    async def handler(request: web.Request) -> web.Response:
        nonlocal asking, most
        asking += 1
        most = max(most, asking)
        await asyncio.sleep(0.01)
        asking -= 1
        return web.Response(body=FEED)

    root = await serve(handler)
    await asyncio.gather(*(fetcher.fetch(f"{root}/{number}", Validators()) for number in range(5)))
    assert most == 1


@pytest.mark.parametrize("etag", [b'"\xd8\xff"', b'"' + b"x" * 600 + b'"'])
async def test_a_validator_that_cannot_be_sent_back_is_not_kept(
    serve_bytes: ServeBytes, fetcher: Fetcher, etag: bytes
) -> None:
    root = await serve_bytes(b"HTTP/1.1 200 OK\r\nETag: " + etag + b"\r\nContent-Length: 0\r\n\r\n")
    document = await fetcher.fetch(root, Validators())
    assert isinstance(document, Document)
    assert document.validators == Validators()


# --- what else is known of a conversation ---------------------------------------------------------------------------


async def test_an_answer_tells_its_status_its_bytes_on_the_wire_and_its_freshness(
    serve: Serve, fetcher: Fetcher
) -> None:
    packed = gzip.compress(FEED * 100)

    async def handler(request: web.Request) -> web.Response:
        headers = {"Content-Encoding": "gzip", "Cache-Control": "public, max-age=300", "Age": "100"}
        return web.Response(body=packed, headers=headers)

    answer = await fetcher.ask(await serve(handler))
    assert isinstance(answer.brought, Document)
    assert answer.brought.body == FEED * 100
    assert (answer.status, answer.received, answer.max_age) == (200, len(packed), timedelta(seconds=200))


async def test_a_refused_body_is_counted_as_far_as_it_came(serve: Serve, fetcher: Fetcher) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"})

    answer = await fetcher.ask(await serve(handler))
    assert isinstance(answer.brought, Problem)
    assert answer.status == 200
    assert 0 < answer.received <= len(gzip.compress(bytes(50_000_000)))


@pytest.mark.parametrize(
    ("control", "age", "seconds"),
    [
        ("max-age=60", None, 60),
        ("public,max-age=60", "20", 40),
        ('private, MAX-AGE = "60"', "", 60),
        ("max-age=60", "99", 0),
        ("max-age=60", "soon", 60),
        ("max-age=999999999", None, 86_400),
        ("s-maxage=60", None, None),
        ("no-cache, max-age=60", None, None),
        ("max-age=-1", None, None),
        ("max-age=٦٠", None, None),
        (None, "5", None),
    ],
)
def test_freshness(control: str | None, age: str | None, seconds: int | None) -> None:
    assert max_age(control, age) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [([301], "/1"), ([308, 301], "/2"), ([301, 302], "/1"), ([302, 301], None), ([307], None), ([], None)],
)
async def test_what_has_moved_for_good_is_told_up_to_the_first_redirect_for_now(
    serve: Serve, fetcher: Fetcher, statuses: list[int], moved_to: str | None
) -> None:
    async def handler(request: web.Request) -> web.Response:
        step = int(request.path[1:])
        if step < len(statuses):
            return web.Response(status=statuses[step], headers={"Location": str(step + 1)})
        return web.Response(body=FEED)

    root = await serve(handler)
    answer = await fetcher.ask(f"{root}/0")
    assert isinstance(answer.brought, Document)
    assert answer.brought.url == f"{root}/{len(statuses)}"
    assert answer.moved_to == (moved_to and f"{root}{moved_to}")


async def test_what_has_moved_to_nothing_has_not_moved(serve: Serve, fetcher: Fetcher) -> None:
    async def handler(request: web.Request) -> web.Response:
        raise web.HTTPNotFound if request.path == "/new" else web.HTTPMovedPermanently("/new")

    answer = await fetcher.ask(await serve(handler))
    assert answer == Answer(Problem(ProblemKind.STATUS, "404 Not Found"), status=404)


async def test_five_redirects_are_followed_and_a_sixth_is_not(serve: Serve, fetcher: Fetcher) -> None:
    async def handler(request: web.Request) -> web.Response:
        left = int(request.path[1:])
        if left:
            raise web.HTTPFound(f"/{left - 1}")
        return web.Response(body=FEED)

    root = await serve(handler)
    assert isinstance(await fetcher.fetch(f"{root}/5", Validators()), Document)
    assert (await problem_of(fetcher, f"{root}/6")).kind is ProblemKind.TOO_MANY_REDIRECTS


async def test_a_redirect_without_a_target_is_a_problem(serve: Serve, fetcher: Fetcher) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=301)

    assert await problem_of(fetcher, await serve(handler)) == Problem(ProblemKind.STATUS, "301 Moved Permanently")


async def test_only_the_first_bytes_are_read_where_no_more_are_wanted(serve: Serve, fetcher: Fetcher) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=b"x" * 1_000_000)

    answer = await fetcher.ask(await serve(handler), first_bytes=100)
    assert isinstance(answer.brought, Document)
    assert answer.brought.body == b"x" * 100


# --- turns and patience ---------------------------------------------------------------------------------------------


async def test_a_host_that_asks_for_patience_is_left_alone_by_every_source(serve: Serve, fetcher: Fetcher) -> None:
    asked = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=429, headers={"Retry-After": "120"})

    root, other = await serve(handler), await serve(handler)
    assert (await problem_of(fetcher, f"{root}/1")).detail == "429 Too Many Requests"
    problem = await problem_of(fetcher, f"{root}/2")
    assert problem.kind is ProblemKind.STATUS
    assert problem.retry_after is not None
    assert timedelta(seconds=100) < problem.retry_after <= timedelta(seconds=120)
    await problem_of(fetcher, f"{other}/3")
    assert asked == ["/1", "/3"]


async def test_waiting_for_a_turn_is_not_counted_as_slowness_of_the_server(serve: Serve) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=FEED)

    root, hosts = await serve(handler), Hosts(ours=1)
    limits = FetchLimits(total=timedelta(seconds=1.5))
    async with Fetcher("t", clock, limits, allow_private_addresses=True, hosts=hosts) as fetcher:
        async with hosts.turn(root):
            waiting = asyncio.create_task(fetcher.ask(root))
            await asyncio.sleep(2)
        assert isinstance((await waiting).brought, Document)


async def test_a_redirect_gives_its_turn_back_before_it_takes_the_next(serve: Serve, fetcher: Fetcher) -> None:
    """Two hosts that lead to each other would wait for each other for ever."""

    async def first(request: web.Request) -> web.Response:
        await asyncio.sleep(0.05)
        if request.path == "/end":
            return web.Response(body=FEED)
        raise web.HTTPFound(f"{roots[1]}/end")

    async def second(request: web.Request) -> web.Response:
        await asyncio.sleep(0.05)
        if request.path == "/end":
            return web.Response(body=FEED)
        raise web.HTTPFound(f"{roots[0]}/end")

    roots = [await serve(first), await serve(second)]
    answers = await asyncio.gather(*(fetcher.ask(f"{root}/start") for root in roots))
    assert all(isinstance(answer.brought, Document) for answer in answers)


# --- servers that mean us harm --------------------------------------------------------------------------------------

Say = Callable[[bytes], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\n"
SHORT = FetchLimits(max_bytes=100_000, total=timedelta(seconds=0.5))


async def hostile(
    say: Callable[[Say], Awaitable[None]], limits: FetchLimits = SHORT
) -> tuple[ProblemKind | None, float]:
    """Asks a server that does nothing but `say`; gives what was recorded, and how long it took."""

    talks: list[asyncio.Task[None]] = []

    def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.create_task(talk(reader, writer)))

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def write(data: bytes) -> None:
            writer.write(data)
            await writer.drain()
            await asyncio.sleep(0)

        try:
            await reader.readuntil(b"\r\n\r\n")
            await say(write)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(met, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    began = asyncio.get_running_loop().time()
    async with Fetcher("t", clock, limits, allow_private_addresses=True) as fetcher:
        brought = (await fetcher.ask(url)).brought
    took = asyncio.get_running_loop().time() - began
    for task in talks:
        task.cancel()
    await asyncio.gather(*talks, return_exceptions=True)
    server.close()
    await server.wait_closed()
    return (brought.kind if isinstance(brought, Problem) else None), took


def endlessly(start: bytes, piece: bytes, pause: float = 0) -> Callable[[Say], Awaitable[None]]:
    async def say(write: Say) -> None:
        await write(start)
        while True:
            await write(piece)
            await asyncio.sleep(pause)

    return say


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("start", "piece", "pause"),
    [
        (b"", b"", 1),
        (OK, b"X: x\r\n", 0.1),
        (CHUNKED, b"1\r\nx\r\n", 0.1),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100, 0),
        (CHUNKED + b"5;name=", b"x" * 10_000, 0),
    ],
    ids=["silence", "slow headers", "a slow body", "endless interim answers", "an endless chunk extension"],
)
async def test_time_is_up_for_whoever_never_ends(start: bytes, piece: bytes, pause: float) -> None:
    kind, took = await hostile(endlessly(start, piece, pause))
    assert kind is ProblemKind.TIMEOUT
    assert took < 3


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (OK, b"X: x\r\n" * 100),
        (OK + b"X: ", b"x" * 1_000),
        (b"HTTP/1.1 200 ", b"O" * 1_000),
        (CHUNKED + b"0\r\n", b"X: x\r\n" * 100),
    ],
    ids=["headers", "a header", "a reason", "trailers"],
)
async def test_endless_headers_end_long_before_the_time_is_up(start: bytes, piece: bytes) -> None:
    kind, _ = await hostile(endlessly(start, piece), FetchLimits(total=timedelta(seconds=20)))
    assert kind in (ProblemKind.UNREACHABLE, ProblemKind.CUT)  # trailers may come after the answer has been taken


async def test_tiny_chunks_are_counted(serve: Serve) -> None:
    limits = FetchLimits(max_bytes=20_000, total=timedelta(seconds=20))
    kind, _ = await hostile(endlessly(CHUNKED, b"1\r\nx\r\n" * 1_000), limits)
    assert kind is ProblemKind.TOO_LARGE


@pytest.mark.parametrize("bits", [15, -15], ids=["deflate", "raw deflate"])
async def test_every_accepted_encoding_stops_at_the_cap(serve: Serve, fetcher: Fetcher, bits: int) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, bits)
    bomb = packer.compress(bytes(50_000_000)) + packer.flush()

    async def handler(request: web.Request) -> web.Response:
        assert request.headers["Accept-Encoding"] == "gzip, deflate"
        return web.Response(body=bomb, headers={"Content-Encoding": "deflate"})

    assert (await problem_of(fetcher, await serve(handler))).kind is ProblemKind.TOO_LARGE


@pytest.mark.parametrize("encoding", ["br", "zstd"])
async def test_an_encoding_that_we_did_not_ask_for_is_a_problem(serve: Serve, fetcher: Fetcher, encoding: str) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=FEED, headers={"Content-Encoding": encoding})

    assert (await problem_of(fetcher, await serve(handler))).detail.startswith("Can not decode content-encoding")


async def test_what_is_packed_twice_is_inflated_once(serve: Serve, fetcher: Fetcher) -> None:
    inner = gzip.compress(bytes(50_000_000))

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=gzip.compress(inner), headers={"Content-Encoding": "gzip"})

    document = await fetcher.fetch(await serve(handler), Validators())
    assert isinstance(document, Document)
    assert document.body == inner


async def test_a_name_that_turns_private_is_not_connected_to(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look-up gives an address that may be reached, the second one that may not."""
    asked = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPFound(f"http://turns.example:{ports[1]}/secret")

    ports = [int((await serve(handler)).rsplit(":", 1)[1]) for _ in range(2)]
    answers, known = iter(["127.0.0.1"]), socket.getaddrinfo

    def look_up(host: str, *arguments: object, **options: object) -> object:
        return known(next(answers, "127.0.0.2"), *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    async with Fetcher("t", clock, LIMITS, trusted={("127.0.0.1", port) for port in ports}) as fetcher:
        problem = await problem_of(fetcher, f"http://turns.example:{ports[0]}/feed")
    assert problem == Problem(ProblemKind.FORBIDDEN_ADDRESS, "turns.example: the address is not public")
    assert asked == ["/feed"]


@pytest.mark.parametrize(
    "url",
    ["http://me:secret@news.example/", "http://me@news.example/", "http://news.example:25/", "http://8.8.8.8:22/"],
)
async def test_passwords_and_ports_of_other_services_are_refused_before_any_look_up(url: str) -> None:
    async with Fetcher("t", clock, LIMITS) as fetcher:
        problem = await problem_of(fetcher, url)
    assert problem.kind is ProblemKind.FORBIDDEN_ADDRESS
    assert "secret" not in problem.detail


async def test_a_redirect_to_a_password_is_refused(serve: Serve, fetcher: Fetcher) -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.path == "/"
        raise web.HTTPFound(f"http://me:secret@{request.host}/in")

    assert (await problem_of(fetcher, await serve(handler))).kind is ProblemKind.FORBIDDEN_ADDRESS


@pytest.mark.parametrize(
    "host", ["2130706433", "0177.0.0.1", "127.1", "[::1%25lo]", "１２７.0.0.1", "[64:ff9b::7f00:1]"]
)
async def test_no_spelling_of_a_private_address_is_connected_to(serve: Serve, host: str) -> None:
    asked = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=FEED)

    port = (await serve(handler)).rsplit(":", 1)[1]
    async with Fetcher("t", clock, LIMITS) as fetcher:
        await problem_of(fetcher, f"http://{host}:{port}/")
    assert asked == []
