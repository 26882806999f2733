import asyncio
import gzip
import resource
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.domain.errors import SourceError
from bot.domain.model import Document, NotModified, Problem, ProblemKind, Validators
from tests.watchers.conftest import NOW, Serve, ServeBytes, clock
from watchers.fetch import Fetcher, FetchLimits, retry_after

FEED = "<rss version='2.0'><channel><title>صباح</title></channel></rss>".encode()
LIMITS = FetchLimits(max_bytes=100_000, total=timedelta(seconds=5), connect=timedelta(seconds=2))


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher("rasid-test/1", clock, LIMITS, allow_private_addresses=True) as opened:
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
