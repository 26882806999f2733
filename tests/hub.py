"""A WebSub hub on loopback: takes subscriptions, verifies them and rings, over real HTTP."""

import hmac
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Hub:
    """`public` is what our side calls its address, `inside` where it really listens. `verifies`: whether the hub comes
    back for a subscription; `lease`: the seconds that it grants. `answers` replaces its next answers."""

    session: aiohttp.ClientSession
    public: str
    inside: str
    port: int = 0
    verifies: bool = True
    lease: str | None = "604800"
    forms: list[dict[str, str]] = field(default_factory=list)
    agreed: list[str] = field(default_factory=list)  # topics
    answers: list[Answer] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hub"

    async def take(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.forms.append(form)
        if self.answers:
            return await self.answers.pop(0)(request)
        if self.verifies:  # before the answer, as some do: then a test need not wait
            status, text = await self.verify(form)
            if (status, text) == (200, "رنّة-42"):
                self.agreed.append(form["hub.topic"])
        return web.Response(status=202)

    async def verify(self, form: Mapping[str, str], **changes: str | None) -> tuple[int, str]:
        asked: dict[str, str | None] = {
            "hub.mode": "subscribe",
            "hub.topic": form["hub.topic"],
            "hub.challenge": "رنّة-42",
            "hub.lease_seconds": self.lease,
            **{f"hub.{name}": value for name, value in changes.items()},
        }
        query = {name: value for name, value in asked.items() if value is not None}
        async with self.session.get(self._inside(form["hub.callback"]), params=query) as answer:
            return answer.status, await answer.text()

    async def ring(
        self, form: Mapping[str, str], body: bytes = b"<rss/>", method: str = "sha256", signature: str | None = None
    ) -> int:
        """Say that the topic has changed, signed as it should be unless there is another `signature`."""
        if signature is None:
            signature = f"{method}={hmac.new(form['hub.secret'].encode(), body, method).hexdigest()}"
        headers = {"X-Hub-Signature": signature} if signature else {}
        async with self.session.post(
            self._inside(form["hub.callback"]), data=io.BytesIO(body), headers=headers
        ) as answer:
            return answer.status

    def _inside(self, callback: str) -> str:
        assert callback.startswith(self.public)
        return self.inside + callback.removeprefix(self.public)


@asynccontextmanager
async def hubbing(public: str, inside: str) -> AsyncIterator[Hub]:
    async with aiohttp.ClientSession() as session:
        hub = Hub(session, public, inside)
        app = web.Application()
        app.router.add_post("/hub", hub.take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        hub.port = runner.addresses[0][1]
        yield hub
        await runner.cleanup()
