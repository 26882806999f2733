"""A notifier with its own transport, for the tests that speak to a Telegram, or to somebody else, on loopback."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from telegram import Bot

from bot.botapi import AiohttpRequest
from bot.domain.model import Button, Message
from bot.domain.outcomes import Retry
from bot.notifier import SOON, Notifier

TOKEN = "1:secret-of-the-test"
SALMA, GROUP = 1001, -2001
READ_SECONDS = 0.3
AGAIN = Retry(SOON)
UNCERTAIN = Retry(SOON, uncertain=True)


@asynccontextmanager
async def answering(answer: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    """The API base of a server that is no Telegram."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
    await runner.cleanup()


@asynccontextmanager
async def notifying(api_base: str, *, paid: bool = False) -> AsyncIterator[Notifier]:
    """A notifier over our own transport, and a python-telegram-bot that has not asked who it is."""
    async with AiohttpRequest(read_seconds=READ_SECONDS) as request:
        yield Notifier(Bot(TOKEN, base_url=api_base, request=request), paid=paid)


def message(chat_id: int = SALMA, html: str = "<b>خبر</b>", **more: bool) -> Message:
    return Message(chat_id, html, ((Button("الخبر", url="https://news.example/1"),),), **more)
