"""The HTTP server: the Bot API at /bot<token>/<method>, the people's side at /local, the chat page at /.

Owns the routes, the answers' form and what scripted faults do to a connection. Listens on 127.0.0.1 only: it has no
secret worth the name, and it plays both the people and the bot.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from importlib.resources import files
from typing import TypeVar

from aiohttp import web

from bot.simulator import guard
from bot.simulator.calls import MAX_BODY_BYTES, Call, Refusal, decode
from bot.simulator.faults import Fault, FaultKind, Faults, Limits, RateLimiter
from bot.simulator.methods import METHODS
from bot.simulator.person import PersonSide
from bot.simulator.polling import Poll
from bot.simulator.shapes import Chat, Message, Topic, User
from bot.simulator.world import Change, World

HOST = "127.0.0.1"
REMEMBERED_CALLS = 1000
SHUTDOWN_SECONDS = 0.1  # for calls that are under way, then they are cut
PAGE = {
    "index.html": "text/html",
    "page.css": "text/css",
    "page.js": "text/javascript",
    "render.js": "text/javascript",
    "strings.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"

Found = TypeVar("Found")


class Simulator:
    """A Telegram of its own, on loopback.

        simulator = Simulator("1:local")
        await simulator.start()
        bot = telegram.Bot("1:local", base_url=simulator.api_base)

    `on_person` is called whenever a person writes or presses. `calls` are the last calls of the Bot API.
    """

    def __init__(
        self,
        token: str = "1:local",
        *,
        world: World | None = None,
        limits: Limits | None = None,
        on_person: Callable[[], None] | None = None,
    ) -> None:
        self.token = token
        self.world = world or default_world(token)
        self.faults = Faults()
        self.limits = limits
        self.on_person = on_person
        self.calls: deque[Call] = deque(maxlen=REMEMBERED_CALLS)
        self.port = 0
        self._limiter = RateLimiter(limits) if limits else None
        self._poll = Poll(self.world)
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.world.listen(self._note_change)

    @property
    def api_base(self) -> str:
        """What python-telegram-bot takes as `base_url`; the token follows it."""
        return f"http://{HOST}:{self.port}/bot"

    @property
    def page_url(self) -> str:
        return f"http://{HOST}:{self.port}/"

    async def start(self, port: int = 0) -> None:
        """Listen; 0 takes a free port."""
        side = PersonSide(self.world, self.faults, self._note_person)
        app = web.Application(middlewares=[guard.guard, _explain], client_max_size=MAX_BODY_BYTES)
        app.on_response_prepare.append(guard.add_headers)
        app.on_shutdown.append(side.close)
        app.add_routes(side.routes())
        app.add_routes([web.get("/", self._page), web.get("/page/{name}", self._page)])
        app.router.add_route("*", "/bot{token:[^/]*}/{method}", self._answer)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        site = web.TCPSite(runner, HOST, port)
        await site.start()
        self._runner = runner
        self.port = runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # --- what tests and local mode do as people

    def add_person(self, name: str, user_id: int | None = None, *, language: str = "ar") -> Chat:
        return self.world.add_person(name, user_id, language=language)

    def add_group(
        self, title: str, members: Iterable[int], admins: Iterable[int] = (), chat_id: int | None = None
    ) -> Chat:
        return self.world.add_group(title, members, admins, chat_id)

    def add_topic(self, chat_id: int, name: str) -> int:
        """A topic of a group, which is a forum from then on; returns its thread id."""
        return self.world.set_topic(chat_id, Topic(name))

    def close_topic(self, chat_id: int, thread_id: int) -> None:
        topic = self.world.chat(chat_id).topics[thread_id]
        self.world.set_topic(chat_id, replace(topic, closed=True), thread_id)

    def delete_topic(self, chat_id: int, thread_id: int) -> None:
        topic = self.world.chat(chat_id).topics[thread_id]
        self.world.set_topic(chat_id, replace(topic, deleted=True), thread_id)

    def say(
        self,
        chat_id: int,
        text: str,
        as_user: int | None = None,
        reply_to: int | None = None,
        thread_id: int | None = None,
    ) -> Message:
        message = self.world.say(chat_id, text, as_user, reply_to, thread_id)
        self._note_person()
        return message

    def press(self, chat_id: int, message_id: int, data: str, as_user: int | None = None) -> str:
        query_id = self.world.press(chat_id, message_id, data, as_user)
        self._note_person()
        return query_id

    def block(self, chat_id: int, blocked: bool = True, as_user: int | None = None) -> None:
        self.world.set_blocked(chat_id, blocked, as_user)

    def upgrade(self, chat_id: int) -> int:
        """Make a group a supergroup: calls with the old id are told the new one, which is returned."""
        new_id = int(f"-100{abs(chat_id)}")
        old = self.world.chat(chat_id)
        self.world.add_group(old.title, old.members, [u for u, s in old.members.items() if s != "member"], new_id)
        self.faults.add(Fault(FaultKind.MIGRATED, chat_id, times=None, migrate_to=new_id))
        return new_id

    def messages(self, chat_id: int) -> list[Message]:
        """The messages of a chat as they stand, the people's too."""
        return list(self.world.chat(chat_id).messages.values())

    async def wait_for(self, find: Callable[[], Found], timeout: float = 10) -> Found:
        """The first true value that `find` returns, asked now and after every change and every call.

        Raises:
            TimeoutError: none within `timeout` seconds.
        """
        async with asyncio.timeout(timeout):
            while not (found := find()):
                self._changed.clear()
                await self._changed.wait()
            return found

    # --- answering

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            raise Refusal("Unauthorized", 401)
        call = await decode(request)
        self.calls.append(call)
        self._changed.set()
        late, fault = self.faults.take(call)
        await asyncio.sleep(late)
        if fault is None:
            return _answer(await self._result(call))
        if refusal := fault.refusal():
            raise refusal
        return await self._answer_badly(request, call, fault.kind)

    async def _answer_badly(self, request: web.Request, call: Call, kind: FaultKind) -> web.StreamResponse:
        """What goes wrong on the way: before the call is carried out, instead of it, or after it."""
        if kind is FaultKind.BAD_GATEWAY:
            return web.Response(text=BAD_GATEWAY, content_type="text/html", status=502)
        if kind is FaultKind.NO_ANSWER:
            await asyncio.Event().wait()  # ends when the caller hangs up
        if kind is FaultKind.CUT_CALL:
            return _cut(request)
        if kind is FaultKind.LOST_TOPIC:
            call = replace(call, values={**call.values, "message_thread_id": 0})
        answer = _answer(await self._result(call))
        if kind is FaultKind.LOST_ANSWER:
            return _cut(request)
        if kind is FaultKind.LATE_ANSWER:
            await asyncio.Event().wait()
        if kind in (FaultKind.CUT_ANSWER, FaultKind.GARBLED_ANSWER):
            return await _half(request, answer, announced_whole=kind is FaultKind.CUT_ANSWER)
        return answer

    async def _result(self, call: Call) -> object:
        if call.method == "getupdates":
            return await self._poll.get_updates(call)
        method = METHODS.get(call.method)
        if method is None:
            raise Refusal("Not Found", 404)
        if self._limiter is not None and call.chat_id and _is_limited(call.method):
            self._limiter.admit(call.chat_id, asyncio.get_running_loop().time())
        return method(self.world, call)

    async def _page(self, request: web.Request) -> web.Response:
        name = request.match_info.get("name", "index.html")
        if name not in PAGE:
            raise web.HTTPNotFound
        body = (files("bot.simulator") / "page" / name).read_bytes()
        return web.Response(body=body, content_type=PAGE[name], charset="utf-8")

    def _note_change(self, change: Change) -> None:
        self._changed.set()

    def _note_person(self) -> None:
        if self.on_person is not None:
            self.on_person()


def default_world(token: str) -> World:
    """Two people, and a group of both with the first as its administrator."""
    head = token.partition(":")[0]
    bot_id = int(head) if head.isdigit() else 1
    world = World(User(bot_id, "راصد", username="rasid_local_bot", is_bot=True))
    world.add_person("سلمى", 1001)
    world.add_person("خالد", 1002)
    world.add_group("أهل الحي", members=[1001, 1002], admins=[1001], chat_id=-2001)
    return world


@web.middleware
async def _explain(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """A refusal, of the bot's call or of a person's wish, is answered with its reason."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return web.json_response(refusal.body(), status=refusal.code)


def _answer(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _cut(request: web.Request) -> web.Response:
    """The connection is gone: nothing of what is returned here leaves."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _half(request: web.Request, answer: web.Response, *, announced_whole: bool) -> web.StreamResponse:
    """Half of an answer: the connection ends in its middle, or HTTP has it that this was all."""
    body = bytes(answer.body) if isinstance(answer.body, bytes) else b""
    half = web.StreamResponse(headers={"Content-Type": "application/json"})
    half.content_length = len(body) if announced_whole else len(body) // 2
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if announced_whole:
        _cut(request)
    return half


def _is_limited(method: str) -> bool:
    """Messages and edits count alike."""
    return method.startswith(("send", "editmessage")) and method != "sendchataction"
