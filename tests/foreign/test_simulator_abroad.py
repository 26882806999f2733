"""Our simulator, as another description of the Bot API reads it."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.simulator import Simulator
from tests.foreign.abroad import Abroad

TOKEN = "1:local"
KEYS = {"inline_keyboard": [[{"text": "كتم", "callback_data": "mute"}, {"text": "الخبر", "url": "http://a.example"}]]}


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    simulator = Simulator(TOKEN)
    await simulator.start()
    yield simulator
    await simulator.stop()


async def call(simulator: Simulator, method: str, **values: Any) -> Any:
    url = f"{simulator.api_base}{TOKEN}/{method}"
    async with aiohttp.ClientSession() as http, http.post(url, json=values) as response:
        return (await response.json())["result"]


async def test_what_the_simulator_answers_is_what_the_bot_api_describes(servers: Abroad, simulator: Simulator) -> None:
    topic = simulator.add_topic(-2001, "أخبار")
    html = {"text": "<b>خبر</b> <a href='http://a.example'>المصدر</a>", "parse_mode": "HTML", "reply_markup": KEYS}
    first = await call(simulator, "sendMessage", chat_id=-2001, message_thread_id=topic, **html)
    reply = {"message_id": first["message_id"]}
    seen = [
        ("Message", first),
        ("Message", await call(simulator, "sendMessage", chat_id=-2001, reply_parameters=reply, **html)),
        ("Message", await call(simulator, "editMessageText", chat_id=-2001, text="أدق", **reply)),
        (
            "Message",
            await call(simulator, "sendVenue", chat_id=1001, latitude=33, longitude=36, title="أ", address="ب"),
        ),
        ("User", await call(simulator, "getMe")),
        ("ChatFullInfo", await call(simulator, "getChat", chat_id=-2001)),
        ("ChatFullInfo", await call(simulator, "getChat", chat_id=1001)),
        ("WebhookInfo", await call(simulator, "getWebhookInfo")),
    ]
    admins = await call(simulator, "getChatAdministrators", chat_id=-2001)
    seen += [("ChatMemberAdministrator", member) for member in admins]
    assert servers.complaints(*seen) == []


async def test_its_updates_are_what_the_bot_api_describes(servers: Abroad, simulator: Simulator) -> None:
    topic = simulator.add_topic(-2001, "أخبار")
    sent = await call(simulator, "sendMessage", chat_id=1001, text="خبر", reply_markup=KEYS)
    simulator.say(1001, "/start")
    simulator.say(-2001, "تابع جاسم", thread_id=topic)
    simulator.press(1001, sent["message_id"], "mute")
    simulator.block(1001)
    updates = await call(simulator, "getUpdates")
    assert len(updates) == 4
    assert servers.complaints(*(("Update", update) for update in updates)) == []
