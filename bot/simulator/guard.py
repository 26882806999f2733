"""Keeps web pages out: a page open in the same browser must not read or steer the simulator.

A local server is reachable from every page that the browser shows. So the host must be a loopback name (no DNS
rebinding), and what a foreign page causes the browser to ask for is refused, save the page itself, which shows
nothing to the one who links to it. https://www.w3.org/TR/fetch-metadata/
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@web.middleware
async def guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    if not _is_ours(request):
        raise web.HTTPForbidden(text="This server answers its own page only.\n")
    return await handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """A signal: every answer, errors and streams too, carries the headers."""
    response.headers.update(HEADERS)


def _is_ours(request: web.Request) -> bool:
    if _without_port(request.host) not in LOOPBACK_HOSTS:
        return False
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        return False
    site = request.headers.get("Sec-Fetch-Site", "none")
    followed_link = request.path == "/" and request.headers.get("Sec-Fetch-Mode") == "navigate"
    return site in ("same-origin", "none") or followed_link


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
