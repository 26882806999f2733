"""The sample sources of local mode: four outlets of our own, whose feeds are served over HTTP on loopback.

At the start every feed holds a few old items. A cue publishes the whole rotation once more, as new items, so that
whoever has just asked for a town sees an alert about it. The texts of one run are equal word for word, which the
product takes for reposts of one story: every subscriber is told once. Another run has another time in its texts.
"""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from importlib.resources import files
from itertools import count
from string import Template
from zoneinfo import ZoneInfo

import yaml
from aiohttp import web

from bot.data import read_text
from bot.domain.model import Source
from bot.simulator.feeds import Form, Issue, Item, Outlet, render_feed

HOST = "127.0.0.1"
SAMPLES = tuple(f"samples/outlet-{number}.yaml" for number in (1, 2, 3, 4))
MAX_ISSUES = 20  # in a feed, the newest; what many real feeds hold
INTERVAL = timedelta(seconds=1)
DAMASCUS = ZoneInfo("Asia/Damascus")


class Newsstand:
    """Serves the outlets between `start` and `stop`; `sources` is filled by `start`.

    `delay` is the time from a cue to its issues: whoever cued has then read the answer.
    """

    def __init__(self, clock: Callable[[], datetime], delay: timedelta = timedelta(seconds=2)) -> None:
        self.sources: tuple[Source, ...] = ()
        self._clock = clock
        self._delay = delay
        self._outlets = {outlet.id: outlet for outlet in map(load_outlet, SAMPLES)}
        self._shelves: dict[str, list[Issue]] = {}  # by outlet, the newest first
        self._changed_at = clock()
        self._opened = ""
        self._numbers = count(int(clock().timestamp() * 1000))  # never again, in a later run either
        self._pending: asyncio.TimerHandle | None = None
        self._runner: web.AppRunner | None = None
        self._home = ""

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; 0 takes a free port."""
        app = web.Application()
        app.add_routes([web.get("/{outlet}/feed", self._feed), web.get("/{outlet}/{slug}/{number}", self._page)])
        app.add_routes([web.get("/item.css", _style)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, port).start()
        self._home = f"http://{HOST}:{self._runner.addresses[0][1]}"
        self._opened = f"{self._clock().astimezone(DAMASCUS):%H:%M:%S}"
        for outlet in self._outlets.values():
            self._shelves[outlet.id] = [self._issue(outlet, item) for item in outlet.earlier]
        self.sources = tuple(self._source(outlet) for outlet in self._outlets.values())

    async def stop(self) -> None:
        if self._pending is not None:
            self._pending.cancel()
        if self._runner is not None:
            await self._runner.cleanup()

    def cue(self) -> None:
        """Publish the rotation after the delay; while that is to come, further cues add nothing."""
        if self._pending is None and self._runner is not None:
            loop = asyncio.get_running_loop()
            self._pending = loop.call_later(self._delay.total_seconds(), self._publish)

    def _publish(self) -> None:
        self._pending = None
        self._changed_at = self._clock()
        for outlet in self._outlets.values():
            fresh = [self._issue(outlet, item) for item in outlet.rotation]
            self._shelves[outlet.id] = (fresh + self._shelves[outlet.id])[:MAX_ISSUES]

    def _issue(self, outlet: Outlet, item: Item) -> Issue:
        number = next(self._numbers)
        return Issue(
            item=item,
            guid=f"{outlet.id}-{item.slug}-{number}",
            url=f"{self._home}/{outlet.id}/{item.slug}/{number}",
            text=item.text.format(clock=self._opened),
            published_at=self._clock() - timedelta(hours=item.hours_ago),
        )

    def _source(self, outlet: Outlet) -> Source:
        url = f"{self._home}/{outlet.id}/feed"
        return Source(outlet.id, outlet.name_ar, outlet.name_en, url, interval=INTERVAL, area="SY")

    async def _feed(self, request: web.Request) -> web.Response:
        outlet = self._outlet(request)
        body = render_feed(outlet, self._shelves[outlet.id], self._home)
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = {"ETag": etag, "Last-Modified": format_datetime(self._changed_at, usegmt=True)}
        if _is_known(request, etag, self._changed_at):
            return web.Response(status=304, headers=headers)
        headers["Content-Type"] = outlet.form.media_type
        if outlet.form.charset:
            headers["Content-Type"] += f"; charset={outlet.form.charset}"
        return web.Response(body=body, headers=headers)

    async def _page(self, request: web.Request) -> web.Response:
        """An item as a page of its own; the number in its address is not looked at, so old links stay good."""
        outlet = self._outlet(request)
        slug = request.match_info["slug"]
        item = next((item for item in outlet.rotation + outlet.earlier if item.slug == slug), None)
        if item is None:
            raise web.HTTPNotFound
        template = Template((files("bot.simulator") / "page" / "item.html").read_text("utf-8"))
        text = item.text.format(clock=self._opened)
        page = template.substitute(
            language=item.language, title=escape(item.title), text=escape(text), outlet=escape(outlet.name_ar)
        )
        policy = {"Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'"}
        return web.Response(text=page, content_type="text/html", headers=policy)

    def _outlet(self, request: web.Request) -> Outlet:
        outlet = self._outlets.get(request.match_info["outlet"])
        if outlet is None:
            raise web.HTTPNotFound
        return outlet


def load_outlet(name: str) -> Outlet:
    """An outlet from its data file."""
    data = yaml.safe_load(read_text(name))
    return Outlet(
        id=data["id"],
        name_ar=data["name_ar"],
        name_en=data["name_en"],
        form=Form(data["form"]),
        rotation=tuple(Item(**item) for item in data["rotation"]),
        earlier=tuple(Item(**item) for item in data["earlier"]),
    )


def _is_known(request: web.Request, etag: str, changed_at: datetime) -> bool:
    """RFC 9110, section 13.2.2: If-Modified-Since counts only without If-None-Match."""
    known = request.headers.get("If-None-Match")
    if known is not None:
        return etag in (part.strip().removeprefix("W/") for part in known.split(","))
    since = request.headers.get("If-Modified-Since")
    if since is None:
        return False
    try:
        return parsedate_to_datetime(since) >= changed_at.replace(microsecond=0)
    except (TypeError, ValueError):
        return False


async def _style(request: web.Request) -> web.Response:
    style = (files("bot.simulator") / "page" / "item.css").read_text("utf-8")
    return web.Response(text=style, content_type="text/css")
