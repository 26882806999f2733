"""Updates that Telegram delivers to an address of ours, instead of being asked for them.

An update is committed before it is answered with 200; any other answer has Telegram offer it again. Owns the server,
the address and the secret; both follow from the bot's token, so that a restart changes neither, and updates that come
before Telegram could be told of the start are taken. TLS is the business of a proxy in front.
"""

import asyncio
import json
from datetime import timedelta
from typing import Any, NoReturn

import structlog
from aiohttp import web
from telegram import Bot, WebhookInfo
from telegram.error import TelegramError

from bot.domain.errors import StoreError
from bot.door import AddressTaken as AddressTaken
from bot.door import derived, open_door, same
from bot.inbox import KINDS, Keep, is_update, pause_after

log = structlog.get_logger()

HEADER = "X-Telegram-Bot-Api-Secret-Token"  # Bot API, setWebhook
MAX_BODY_BYTES = 2**20  # an update is a few kilobytes
BODY_SECONDS = 10.0
CONNECTIONS = 40  # at once; Telegram's default (Bot API, setWebhook)
LOOK_AGAIN = timedelta(minutes=5)  # whether the webhook is still ours


class Webhook:
    """Receives at `listen` ("127.0.0.1:8443") what Telegram sends to `url` (https://…) and a path behind it."""

    def __init__(self, bot: Bot, url: str, listen: str) -> None:
        self._bot, self._listen = bot, listen
        self._path, self._secret = derived(bot.token, "webhook path"), derived(bot.token, "webhook secret")
        self._url = f"{url.rstrip('/')}/{self._path}"

    async def run(self, keep: Keep) -> None:
        """Receive until cancelled. Raises: AddressTaken."""
        async with open_door(self._listen, _Door(self._path, self._secret, keep).answer, MAX_BODY_BYTES):
            await self._stay_set()

    async def _stay_set(self) -> NoReturn:
        """Tell Telegram where to deliver, and look from time to time whether it still does."""
        is_set = False
        while True:
            try:
                if not is_set:
                    await self._set()
                    is_set = True
                else:
                    is_set = self._is_ours(await self._bot.get_webhook_info())
                wait = LOOK_AGAIN.total_seconds() if is_set else 0
            except TelegramError as error:
                wait = pause_after(error)
            await asyncio.sleep(wait)

    async def _set(self) -> None:
        await self._bot.set_webhook(
            self._url,
            max_connections=CONNECTIONS,
            allowed_updates=KINDS,
            drop_pending_updates=False,
            secret_token=self._secret,
        )
        log.info("telegram.webhook_set")

    def _is_ours(self, info: WebhookInfo) -> bool:
        if info.pending_update_count and info.last_error_message:
            log.warning("telegram.cannot_deliver", waiting=info.pending_update_count, why=info.last_error_message)
        if info.url != self._url:
            log.error("telegram.webhook_taken")  # by another program with this token
        return info.url == self._url


class _Door:
    """What is answered to whoever knocks. Strangers learn nothing: without the path there is nothing here."""

    def __init__(self, path: str, secret: str, keep: Keep) -> None:
        self._path, self._secret, self._keep = path, secret, keep

    async def answer(self, request: web.Request) -> web.Response:
        # Only the last part counts: a proxy may pass on the path of `webhook_url`, or take it off.
        if not same(request.path.rpartition("/")[2], self._path):
            raise web.HTTPNotFound
        if request.method != "POST":
            raise web.HTTPMethodNotAllowed(request.method, ["POST"])
        if not same(request.headers.get(HEADER, ""), self._secret):
            log.warning("webhook.wrong_secret")
            raise web.HTTPForbidden
        update = _read(await _body(request))
        try:
            await self._keep([update])
        except StoreError as error:
            log.error("store.failed", where="webhook", why=str(error))
            raise web.HTTPServiceUnavailable from None
        return web.Response()


async def _body(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()  # a longer one than MAX_BODY_BYTES is answered with 413
    except TimeoutError:
        raise web.HTTPRequestTimeout from None


def _read(body: bytes) -> dict[str, Any]:
    try:
        update = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        update = None
    if not is_update(update):
        log.warning("webhook.not_an_update")
        raise web.HTTPBadRequest
    return update


def _no_number(name: str) -> NoReturn:
    """NaN and Infinity are not JSON, and a database may refuse them."""
    raise ValueError(name)
