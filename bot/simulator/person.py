"""The people's side over HTTP, under /local: what the page and the tests of other processes use.

    GET  /local/events                    Server-Sent Events: a "snapshot", then every change as it happens
    GET  /local/state                     the snapshot alone
    GET  /local/chats/{id}/messages       a chat's messages
    POST /local/chats/{id}/say            {"text", "as"?, "reply_to"?, "thread_id"?} -> the message
    POST /local/chats/{id}/press          {"message_id", "data", "as"?} -> {"query_id"}
    POST /local/chats/{id}/block          {"blocked", "as"?}
    POST /local/chats/{id}/topics         {"name"} -> {"thread_id"}; the group is a forum from then on
    POST /local/people                    {"name", "id"?, "language"?} -> the chat
    POST /local/groups                    {"title", "members", "admins"?, "id"?} -> the chat
    POST /local/faults   DELETE           a `Fault` or a list of them; DELETE forgets all
    GET  /local/files/{id}                a picture or document that the bot sent

The stream begins with the snapshot, so that a page that reconnects is always right without asking again.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from bot.simulator.calls import Call, Json, decode
from bot.simulator.faults import Fault, Faults
from bot.simulator.shapes import Chat, Topic
from bot.simulator.world import Change, World

MAX_HISTORY = 200  # messages of a chat in a snapshot, the last ones
MAX_BACKLOG = 1000  # changes that wait for a slow page, before it is cut off and starts again
KEEP_ALIVE_SECONDS = 15

_FAULTS = TypeAdapter(list[Fault])

_Changes = asyncio.Queue[Change | None]  # None is the mark of the end


class PersonSide:
    """The handlers. `on_person` is called after each thing that a person says or presses."""

    def __init__(self, world: World, faults: Faults, on_person: Callable[[], None]) -> None:
        self._world = world
        self._faults = faults
        self._on_person = on_person
        self._open: set[_Changes] = set()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/local/events", self._events),
            web.get("/local/state", self._state),
            web.get(r"/local/chats/{chat:-?\d+}/messages", self._messages),
            web.post(r"/local/chats/{chat:-?\d+}/say", self._say),
            web.post(r"/local/chats/{chat:-?\d+}/press", self._press),
            web.post(r"/local/chats/{chat:-?\d+}/block", self._block),
            web.post(r"/local/chats/{chat:-?\d+}/topics", self._add_topic),
            web.post("/local/people", self._add_person),
            web.post("/local/groups", self._add_group),
            web.post("/local/faults", self._add_faults),
            web.delete("/local/faults", self._clear_faults),
            web.get("/local/files/{file}", self._file),
        ]

    async def close(self, app: web.Application) -> None:
        """End the streams, which otherwise last as long as their pages."""
        for changes in self._open:
            changes.put_nowait(None)

    # --- reading

    def _snapshot(self) -> Json:
        chats = [self._world.chat_view(chat) | {"messages": _last(chat)} for chat in self._world.chats.values()]
        return {"bot": self._world.bot.shape(), "commands": self._world.shown_commands(), "chats": chats}

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response(self._snapshot())

    async def _messages(self, request: web.Request) -> web.Response:
        chat = self._chat(request)
        return web.json_response([message.view() for message in chat.messages.values()])

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        changes: _Changes = asyncio.Queue()
        changes.put_nowait(Change("snapshot", self._snapshot()))
        stop = self._world.listen(lambda change: _pass_on(changes, change))
        self._open.add(changes)
        with contextlib.suppress(ConnectionError):  # the page is gone
            try:
                await _stream(response, changes)
            finally:
                self._open.remove(changes)
                stop()
        return response

    async def _file(self, request: web.Request) -> web.Response:
        known = self._world.files.get(request.match_info["file"])
        if known is None:
            raise web.HTTPNotFound
        media_type, content = known
        if media_type.startswith("image/"):
            return web.Response(body=content, content_type=media_type)
        headers = {"Content-Type": "application/octet-stream", "Content-Disposition": "attachment"}
        return web.Response(body=content, headers=headers)

    # --- doing

    async def _say(self, request: web.Request) -> web.Response:
        chat, form = self._chat(request), await _form(request)
        as_user, reply_to = form.integer("as") or None, form.integer("reply_to") or None
        thread_id = form.integer("thread_id") or None
        message = self._world.say(chat.id, form.text("text"), as_user, reply_to, thread_id)
        self._on_person()
        return web.json_response(message.view())

    async def _press(self, request: web.Request) -> web.Response:
        chat, form = self._chat(request), await _form(request)
        as_user = form.integer("as") or None
        query_id = self._world.press(chat.id, form.integer("message_id"), form.text("data"), as_user)
        self._on_person()
        return web.json_response({"query_id": query_id})

    async def _block(self, request: web.Request) -> web.Response:
        chat, form = self._chat(request), await _form(request)
        self._world.set_blocked(chat.id, form.flag("blocked"), form.integer("as") or None)
        return web.json_response(self._world.chat_view(chat))

    async def _add_topic(self, request: web.Request) -> web.Response:
        chat, form = self._chat(request), await _form(request)
        return web.json_response({"thread_id": self._world.set_topic(chat.id, Topic(form.text("name")))})

    async def _add_person(self, request: web.Request) -> web.Response:
        form = await _form(request)
        language = form.text("language", "ar")
        chat = self._world.add_person(form.text("name"), form.integer("id") or None, language=language)
        return web.json_response(self._world.chat_view(chat))

    async def _add_group(self, request: web.Request) -> web.Response:
        form = await _form(request)
        members, admins = form.nested("members") or [], form.nested("admins") or []
        chat = self._world.add_group(form.text("title"), members, admins, form.integer("id") or None)
        return web.json_response(self._world.chat_view(chat))

    async def _add_faults(self, request: web.Request) -> web.Response:
        body = (await request.text()).strip()
        try:
            self._faults.add(*_FAULTS.validate_json(body if body.startswith("[") else f"[{body}]"))
        except ValidationError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.json_response({})

    async def _clear_faults(self, request: web.Request) -> web.Response:
        self._faults.clear()
        return web.json_response({})

    def _chat(self, request: web.Request) -> Chat:
        return self._world.chat(int(request.match_info["chat"]))


async def _form(request: web.Request) -> Call:
    """What a person fills in: a JSON object, and said to be JSON, which a form of another site cannot say."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    return await decode(request)


async def _stream(response: web.StreamResponse, changes: _Changes) -> None:
    """Write the changes until the mark of the end, with a sign of life when there are none."""
    while True:
        try:
            async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                change = await changes.get()
        except TimeoutError:
            await response.write(b": still here\n\n")
            continue
        if change is None:
            return
        await response.write(_event(change))


def _last(chat: Chat) -> list[Json]:
    return [message.view() for message in list(chat.messages.values())[-MAX_HISTORY:]]


def _pass_on(changes: _Changes, change: Change) -> None:
    """Queue a change for a page; one that has fallen too far behind is sent away, to come back for a snapshot."""
    if change.kind != "update" and changes.qsize() <= MAX_BACKLOG:
        changes.put_nowait(change if changes.qsize() < MAX_BACKLOG else None)


def _event(change: Change) -> bytes:
    return f"event: {change.kind}\ndata: {json.dumps(change.detail, ensure_ascii=False)}\n\n".encode()
