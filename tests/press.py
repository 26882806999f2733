"""A press on loopback: one publisher of every kind, each with its own form and flaws, over real HTTP.

What has been published by the clock's time is served, in the form of the kind. The texts are ours.
"""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import count
from typing import Any

from aiohttp import web

TEXT = "قال سكان إن الحادثة وقعت قرب السوق، وإن فرق الدفاع المدني وصلت إلى المكان."
REST = "وأضاف مراسلنا أن الطريق المؤدي إلى نوى أغلق ساعتين ثم فتح من جديد. " * 4 + "وانتهى العمل في المكان مساء."
PAGE_OF_A_CHANNEL = 20


@dataclass(frozen=True)
class Item:
    number: int
    title: str
    text: str
    at: datetime


@dataclass
class Press:
    """`items` of each publisher, the oldest first. `refuse` says which requests are answered 403, `hang` which never
    are; `moved` are paths that have moved for good; `rules` is robots.txt."""

    clock: Callable[[], datetime]
    items: dict[str, list[Item]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    port: int = 0
    refuse: Callable[[web.Request], bool] = lambda _: False
    hang: Callable[[web.Request], bool] = lambda _: False
    moved: dict[str, str] = field(default_factory=dict)
    rules: str = "User-agent: *\nDisallow: /closed/\n"
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def publish(self, name: str, title: str, text: str = TEXT, at: datetime | None = None) -> Item:
        item = Item(next(self.numbers), title, text, at or self.clock())
        self.items.setdefault(name, []).append(item)
        return item

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}{PATHS[name]}"

    def sources(self, names: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The publishers as config.yaml has them."""
        return [{"id": name, "url": self.url(name)} | MORE.get(name, {}) for name in names or PATHS]

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path
        self.asked[path] += 1
        if path in self.moved:
            return web.Response(status=301, headers={"Location": self.moved[path]})
        if self.refuse(request):
            return web.Response(status=403)
        if self.hang(request):
            await asyncio.sleep(60)
        if path == "/robots.txt":
            return web.Response(text=self.rules)
        if path.startswith("/story/"):
            return self._story(path)
        name = next((name for name, known in PATHS.items() if known == path), path.strip("/").removesuffix(".xml"))
        made = _FORMS[name](self, name, request)
        etag = f'"{hashlib.sha256(made.body or b"").hexdigest()[:16]}"'  # type: ignore[arg-type]
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        made.headers["ETag"] = etag
        return made

    def latest(self, name: str, most: int = 15) -> list[Item]:
        """The newest first."""
        return [item for item in reversed(self.items.get(name, [])) if item.at <= self.clock()][:most]

    def link(self, name: str, item: Item) -> str:
        return f"http://127.0.0.1:{self.port}/story/{name}/{item.number}"

    def _story(self, path: str) -> web.Response:
        name, number = path.split("/")[2:]
        item = next(item for item in self.items[name] if str(item.number) == number)
        paragraphs = "".join(f"<p>{text}</p>" for text in (TEXT, item.text, REST))
        return web.Response(
            text=f"<!doctype html><html><head><title>{item.title} - الصحيفة</title>"
            f'<meta property="article:published_time" content="{item.at.isoformat()}"></head><body>'
            f"<nav><a href='/'>الرئيسية</a><a href='/about'>من نحن</a></nav><article><h1>{item.title}</h1>"
            f"{paragraphs}</article><footer>جميع الحقوق محفوظة</footer></body></html>",
            content_type="text/html",
        )


def _rss(press: Press, name: str, items: Sequence[Item], declared: str = "", shift: timedelta = timedelta(0)) -> str:
    entries = "".join(
        f"<item><title>{escape(i.title)}</title><guid isPermaLink='false'>{name}-{i.number}</guid>"
        f"<link>{press.link(name, i)}</link><description>{escape(i.text)}</description>"
        f"<pubDate>{format_datetime(i.at + shift)}</pubDate></item>"
        for i in items
    )
    encoding = f" encoding='{declared}'" if declared else ""
    return f"<?xml version='1.0'{encoding}?><rss version='2.0'><channel><title>{name}</title>{entries}</channel></rss>"


def _feed(encoding: str = "utf-8", declared: str = "", header: str = "", shift: timedelta = timedelta(0)) -> "Form":
    def form(press: Press, name: str, _: web.Request) -> web.Response:
        body = _rss(press, name, press.latest(name), declared, shift).encode(encoding)
        return web.Response(body=body, headers={"Content-Type": f"application/rss+xml{header}"})

    return form


def _cut_letters(press: Press, name: str, _: web.Request) -> web.Response:
    """Every description is cut after so many bytes, in the middle of a letter, as some systems do."""
    items = press.latest(name)
    body = _rss(press, name, items).encode()
    for item in items:
        whole = escape(item.text).encode()
        body = body.replace(whole, whole[:61])
    return web.Response(body=body, headers={"Content-Type": "application/rss+xml"})


def _json_feed(press: Press, name: str, _: web.Request) -> web.Response:
    items = [
        {"id": f"{name}-{i.number}", "url": press.link(name, i), "title": i.title, "content_text": i.text}
        | {"date_published": i.at.isoformat()}
        for i in press.latest(name)
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": name, "items": items}
    return web.Response(text=json.dumps(feed), content_type="application/feed+json")


def _channel(press: Press, name: str, request: web.Request) -> web.Response:
    """Telegram's form: the oldest first, and a cursor for what was before."""
    before = int(request.query.get("before", 10**9))
    posts = [i for i in reversed(press.latest(name, 10**6)) if i.number < before][-PAGE_OF_A_CHANNEL:]
    made = "".join(
        f'<div class="tgme_widget_message_wrap"><div class="tgme_widget_message" data-post="Horan/{i.number}">'
        f'<div class="tgme_widget_message_text" dir="auto"><b>{i.title}</b><br/><br/>{i.text}</div>'
        f'<a class="tgme_widget_message_date" href="https://t.me/Horan/{i.number}">'
        f'<time datetime="{i.at.isoformat()}"></time></a></div></div>'
        for i in posts
    )
    first = posts[0].number if posts else 0
    more = f'<a class="tme_messages_more" data-before="{first}" href="?before={first}"></a>' if first > 1 else ""
    return web.Response(
        text=f'<!doctype html><html><head><meta property="og:title" content="{name}"></head><body>'
        f'<section class="tgme_channel_history">{more}{made}</section></body></html>',
        content_type="text/html",
    )


def _missing_channel(press: Press, name: str, _: web.Request) -> web.Response:
    text = "<!doctype html><html><head><title>Telegram: Contact @nobody</title></head><body></body></html>"
    return web.Response(text=text, content_type="text/html")


def _news_sitemap(press: Press, name: str, _: web.Request) -> web.Response:
    urls = "".join(
        f"<url><loc>{press.link(name, i)}</loc><news:news><news:title>{i.title}</news:title>"
        f"<news:publication_date>{i.at.isoformat()}</news:publication_date></news:news></url>"
        for i in press.latest(name)
    )
    return _sitemap(f"<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>{urls}</urlset>")


def _index(press: Press, name: str, _: web.Request) -> web.Response:
    """Two sitemaps below it; it never says that they have changed."""
    below = ("map-old", "map-new")
    maps = "".join(f"<sitemap><loc>http://127.0.0.1:{press.port}/{each}.xml</loc></sitemap>" for each in below)
    return _sitemap(f"<sitemapindex>{maps}</sitemapindex>")


def _plain_sitemap(press: Press, name: str, _: web.Request) -> web.Response:
    items = press.latest("index", 1000)
    shown = items[6:] if name == "map-old" else items[:6]
    urls = "".join(
        f"<url><loc>{press.link('index', i)}</loc><lastmod>{i.at.isoformat()}</lastmod></url>" for i in shown
    )
    return _sitemap(f"<urlset>{urls}</urlset>")


def _sitemap(text: str) -> web.Response:
    return web.Response(text=f"<?xml version='1.0'?>{text}", content_type="application/xml")


def _listing(press: Press, name: str, _: web.Request) -> web.Response:
    """Without dates: those are on the pages of the articles."""
    cards = "".join(
        f"<li class='card'><h2><a href='/story/{name}/{i.number}'>{i.title}</a></h2></li>" for i in press.latest(name)
    )
    return web.Response(
        text=f"<!doctype html><html><head><title>{name}</title></head><body><ul>{cards}</ul></body></html>",
        content_type="text/html",
    )


Form = Callable[[Press, str, web.Request], web.Response]
_FORMS: dict[str, Form] = {
    "plain": _feed(),
    "undeclared": _feed("cp1256"),
    "declared": _feed("cp1256", "windows-1256"),
    "mislabelled": _feed("cp1256", "utf-8", "; charset=utf-8"),
    "torn": _cut_letters,
    "tomorrow": _feed(shift=timedelta(days=1)),
    "teaser": _feed(),
    "world": _feed(),
    "json": _json_feed,
    "channel": _channel,
    "nobody": _missing_channel,
    "map": _news_sitemap,
    "index": _index,
    "map-old": _plain_sitemap,
    "map-new": _plain_sitemap,
    "listing": _listing,
    "closed": _listing,
}
PATHS = {
    **{name: f"/{name}.xml" for name in ("plain", "undeclared", "declared", "mislabelled", "torn", "tomorrow")},
    "teaser": "/teaser.xml",
    "world": "/world.xml",
    "json": "/feed.json",
    "channel": "/s/Horan",
    "nobody": "/s/nobody",
    "map": "/map.xml",
    "index": "/index.xml",
    "listing": "/news",
    "closed": "/closed/news",
}
MORE: dict[str, dict[str, Any]] = {
    "world": {"syria_only": False},
    "channel": {"kind": "telegram"},
    "nobody": {"kind": "telegram"},
    "map": {"kind": "sitemap"},
    "index": {"kind": "sitemap"},
    "listing": {"kind": "page", "selectors": {"item": "li.card"}},
    "closed": {"kind": "page", "selectors": {"item": "li.card"}},
}


@asynccontextmanager
async def printing(clock: Callable[[], datetime]) -> AsyncIterator[Press]:
    press = Press(clock)
    app = web.Application()
    app.router.add_get("/{path:.*}", press.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    press.port = runner.addresses[0][1]
    try:
        yield press
    finally:
        await runner.cleanup()
