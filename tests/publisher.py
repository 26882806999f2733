"""A publisher on loopback: feeds that a test changes, over real HTTP."""

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Publisher:
    """`items` maps a feed's name to its items, newest first; `answers` replaces a feed by an answer of its own."""

    port: int = 0
    items: dict[str, list[str]] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}.xml"

    def publish(self, name: str, title: str, text: str = "", *, dated: datetime | None = None, guid: str = "") -> None:
        """Put a new item at the top of a feed; dated now, as news is."""
        guid = guid or f"{name}-{len(self.items.setdefault(name, []))}"
        date = format_datetime(dated or datetime.now(UTC))
        self.items[name].insert(
            0,
            f"<item><guid isPermaLink='false'>{escape(guid)}</guid><title>{escape(title)}</title>"
            f"<link>http://127.0.0.1:{self.port}/a/{escape(guid)}</link>"
            f"<description>{escape(escape(text))}</description><pubDate>{date}</pubDate></item>",
        )

    def body(self, name: str) -> bytes:
        items = "".join(self.items.get(name, []))
        return (
            f"<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel><title>{name}</title>"
            f"<link>http://127.0.0.1:{self.port}/</link><description>تجربة</description>{items}</channel></rss>"
        ).encode()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self.asked[name] += 1
        if name in self.answers:
            return await self.answers[name](request)
        body = self.body(name)
        etag = hashlib.sha256(body).hexdigest()[:16]
        if request.headers.get("If-None-Match") == f'"{etag}"':
            return web.Response(status=304, headers={"ETag": f'"{etag}"'})
        return web.Response(body=body, content_type="application/rss+xml", headers={"ETag": f'"{etag}"'})


@asynccontextmanager
async def publishing() -> AsyncIterator[Publisher]:
    publisher = Publisher()
    app = web.Application()
    app.router.add_get("/{name}.xml", publisher.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    publisher.port = runner.addresses[0][1]
    yield publisher
    await runner.cleanup()
