"""The people's side over HTTP, and the door that keeps other web pages out."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
import telegram

from bot.simulator import Simulator
from tests.simulator.conftest import TOKEN


class Events:
    """A reader of the stream of changes."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def next(self) -> tuple[str, Any]:
        kind = ""
        async with asyncio.timeout(5):
            while line := (await self._response.content.readline()).decode():
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ").strip()
                if line.startswith("data: "):
                    return kind, json.loads(line.removeprefix("data: "))
        raise EOFError


async def test_a_person_writes_and_the_bot_reads(
    http: aiohttp.ClientSession, bot: telegram.Bot, simulator: Simulator
) -> None:
    noticed: list[int] = []
    simulator.on_person = lambda: noticed.append(1)
    async with http.post("/local/chats/1001/say", json={"text": "/watch جاسم"}) as response:
        assert (await response.json())["text"] == "/watch جاسم"
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.parse_entities(["bot_command"]) == {update.message.entities[0]: "/watch"}
    assert update.message.from_user is not None
    assert (update.message.from_user.id, update.message.from_user.language_code) == (1001, "ar")
    assert noticed == [1]


async def test_in_a_group_a_person_writes_under_their_own_name(http: aiohttp.ClientSession, bot: telegram.Bot) -> None:
    await http.post("/local/chats/-2001/say", json={"text": "سلام", "as": 1002})
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.from_user is not None
    assert update.message.from_user.first_name == "خالد"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/local/chats/5/say", {"text": "خبر"}),
        ("/local/chats/1001/say", {"text": ""}),
        ("/local/chats/1001/say", {"text": "ج" * 4097}),
        ("/local/chats/1001/say", {"text": "خبر", "as": 1002}),
        ("/local/chats/1001/press", {"message_id": 1, "data": "x"}),
        ("/local/groups", {"title": "حي", "members": [5]}),
        ("/local/chats/1001/say", [1]),
    ],
)
async def test_what_a_person_cannot_do_is_refused(http: aiohttp.ClientSession, path: str, body: Any) -> None:
    async with http.post(path, json=body) as response:
        assert response.status == 400
        assert (await response.json())["description"].startswith("Bad Request: ")


async def test_people_and_groups_are_added(http: aiohttp.ClientSession, bot: telegram.Bot) -> None:
    async with http.post("/local/people", json={"name": "ريم", "language": "en"}) as response:
        reem = (await response.json())["id"]
    async with http.post("/local/groups", json={"title": "العائلة", "members": [1001, reem]}) as response:
        family = (await response.json())["id"]
    assert (await bot.get_chat(reem)).first_name == "ريم"
    assert (await bot.get_chat_member(family, reem)).status == "member"
    async with http.get("/local/state") as response:
        assert [chat["id"] for chat in (await response.json())["chats"]] == [1001, 1002, -2001, reem, family]


async def test_the_stream_begins_with_everything_and_goes_on_with_every_change(
    http: aiohttp.ClientSession, bot: telegram.Bot, simulator: Simulator
) -> None:
    key = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("كتم", callback_data="m")]])
    await bot.send_message(1001, "<b>خبر</b>", parse_mode="HTML", reply_markup=key, disable_notification=True)
    async with http.get("/local/events") as response:
        events = Events(response)
        kind, state = await events.next()
        assert kind == "snapshot"
        assert state["chats"][0]["messages"][0]["silent"] is True
        assert state["chats"][0]["messages"][0]["html"] == "<b>خبر</b>"
        async with http.post("/local/chats/1001/press", json={"message_id": 1, "data": "m"}) as pressed:
            query_id = (await pressed.json())["query_id"]
        await bot.answer_callback_query(query_id, "تم")
        assert await events.next() == (
            "answer",
            {"chat_id": 1001, "message_id": 1, "user_id": 1001, "query_id": query_id, "text": "تم", "alert": False},
        )
        await bot.edit_message_text("خبر آخر", 1001, 1)
        kind, message = await events.next()
        assert (kind, message["text"], message["keyboard"]) == ("edited", "خبر آخر", [])
        await bot.delete_message(1001, 1)
        assert await events.next() == ("deleted", {"chat_id": 1001, "id": 1})
        await http.post("/local/chats/1001/block", json={"blocked": True})
        kind, chat = await events.next()
        assert (kind, chat["blocked"]) == ("chat", True)


async def test_the_history_of_a_chat_is_listed(http: aiohttp.ClientSession, simulator: Simulator) -> None:
    simulator.say(1001, "أولاً")
    simulator.say(1001, "ثانياً")
    async with http.get("/local/chats/1001/messages") as response:
        assert [message["text"] for message in await response.json()] == ["أولاً", "ثانياً"]


async def test_open_streams_do_not_hold_up_the_end(simulator: Simulator, http: aiohttp.ClientSession) -> None:
    async with http.get("/local/events") as response:
        await Events(response).next()
        async with asyncio.timeout(5):
            await simulator.stop()


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:80"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ],
)
@pytest.mark.parametrize("path", ["/local/chats/1001/say", f"/bot{TOKEN}/sendMessage"])
async def test_another_web_page_can_do_nothing(
    http: aiohttp.ClientSession, simulator: Simulator, headers: dict[str, str], path: str
) -> None:
    body = {"chat_id": 1001, "text": "خبر"}
    async with http.post(path, json=body, headers=headers) as response:
        assert response.status == 403
    async with http.get("/local/state", headers=headers) as response:
        assert response.status == 403
    assert simulator.messages(1001) == []


async def test_the_form_of_another_page_is_no_json(http: aiohttp.ClientSession, simulator: Simulator) -> None:
    async with http.post("/local/chats/1001/say", data='{"text": "خبر"}') as response:
        assert response.status == 415
    assert simulator.messages(1001) == []


async def test_our_own_page_is_let_in(http: aiohttp.ClientSession, simulator: Simulator) -> None:
    ours = {"Origin": simulator.page_url.rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    async with http.post("/local/chats/1001/say", json={"text": "خبر"}, headers=ours) as response:
        assert response.status == 200


async def test_the_page_comes_with_a_strict_policy(http: aiohttp.ClientSession) -> None:
    linked = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    async with http.get("/", headers=linked) as response:
        assert response.status == 200
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert 'lang="ar" dir="rtl"' in await response.text()
    async with http.get("/page/../server.py") as response:
        assert response.status == 404


async def test_it_listens_on_loopback_only(simulator: Simulator) -> None:
    assert simulator.page_url.startswith("http://127.0.0.1:")
    assert simulator._runner is not None
    assert [address[0] for address in simulator._runner.addresses] == ["127.0.0.1"]
