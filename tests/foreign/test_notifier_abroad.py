"""One message at a time to a Bot API that we did not write."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from telegram import Bot

from bot.botapi import AiohttpRequest
from bot.domain.model import Button, Message
from bot.domain.outcomes import Fallback, Gone, GoneReason, Lost, Moved, Outcome, Retry, Sent
from bot.notifier import SOON, Notifier
from tests.foreign.abroad import Abroad
from tests.house import TOKEN

BUTTONS = ((Button("الخبر", url="https://news.example/1"), Button("كتم", data="mute:1")),)


@pytest.fixture
async def notifier(servers: Abroad) -> AsyncIterator[Notifier]:
    async with AiohttpRequest(read_seconds=5) as request:
        yield Notifier(Bot(TOKEN, base_url=servers.api_base, request=request))


def message(chat: int, html: str = "<b>انقطاع</b> الكهرباء &amp; المياه") -> Message:
    return Message(chat, html, BUTTONS)


async def test_a_message_arrives_and_others_read_it_as_we_meant_it(
    servers: Abroad, notifier: Notifier, chat: int
) -> None:
    root = await notifier.send(message(chat))
    assert isinstance(root, Sent)
    reply = Message(chat, "تطور", BUTTONS, silent=True, reply_to=root.message_id)
    assert isinstance(await notifier.send(reply), Sent)
    first, second = servers.calls(chat)
    assert (first["text"], first["parse_mode"]) == ("<b>انقطاع</b> الكهرباء &amp; المياه", "HTML")
    assert first["reply_markup"]["inline_keyboard"][0][1] == {"text": "كتم", "callback_data": "mute:1"}
    assert first["link_preview_options"] == {"is_disabled": True}
    assert second["reply_parameters"] == {"message_id": root.message_id, "allow_sending_without_reply": True}
    seen = [("SendMessage", first), ("SendMessage", second), ("html", first["text"])]
    assert servers.complaints(*seen) == []


async def test_a_topic_that_the_server_passes_over_is_told(servers: Abroad, notifier: Notifier, chat: int) -> None:
    outcome = await notifier.send(Message(chat, "خبر", thread_id=7))
    assert isinstance(outcome, Sent)
    assert outcome.fallbacks == (Fallback.GENERAL_TOPIC,)
    (call,) = servers.calls(chat)
    assert (call["message_thread_id"], servers.complaints(("SendMessage", call))) == (7, [])


async def test_an_edit_arrives_and_one_of_an_unknown_message_is_lost(
    servers: Abroad, notifier: Notifier, chat: int
) -> None:
    sent = await notifier.send(message(chat))
    assert isinstance(sent, Sent)
    assert await notifier.edit(sent.message_id, message(chat, "<i>عادت</i>")) == sent
    (call,) = servers.calls(chat, "editMessageText")
    assert call["text"] == "<i>عادت</i>"
    assert servers.complaints(("EditMessageText", call)) == []
    assert await notifier.edit(10**9, message(chat)) == Lost("Message to edit not found")


FAULTS: list[tuple[str, Outcome, int]] = [
    ("forbidden", Gone("Forbidden: bot was blocked by the user", GoneReason.BLOCKED), 0),
    ("too_many", Retry(timedelta(seconds=1), whole_bot=True), 0),
    ("migrated", Moved(-100777), 0),
    ("bad_gateway", Retry(SOON, uncertain=True), 0),
    ("cut_call", Retry(SOON, uncertain=True), 0),
    ("lost_answer", Retry(SOON, uncertain=True), 1),
]


@pytest.mark.parametrize(("fault", "outcome", "arrived"), FAULTS, ids=[fault for fault, _, _ in FAULTS])
async def test_each_trouble_has_its_outcome_and_passes(
    servers: Abroad, notifier: Notifier, chat: int, fault: str, outcome: Outcome, arrived: int
) -> None:
    servers.order(chat, fault)
    assert await notifier.send(message(chat)) == outcome
    assert len(servers.calls(chat)) == arrived
    assert isinstance(await notifier.send(message(chat)), Sent)


async def test_a_token_that_get_me_still_knows_is_not_believed_to_be_refused(
    servers: Abroad, notifier: Notifier, chat: int
) -> None:
    servers.order(chat, "unauthorized")
    outcome = await notifier.send(message(chat))
    assert type(outcome).__name__ == "Rejected"


async def test_what_is_left_after_two_refusals_is_still_readable(
    servers: Abroad, notifier: Notifier, chat: int
) -> None:
    servers.order(chat, "topic_closed", "broken_entities")
    outcome = await notifier.send(Message(chat, "<b>خبر <i>مهم</b>", BUTTONS, thread_id=7))
    assert isinstance(outcome, Sent)
    assert outcome.fallbacks == (Fallback.GENERAL_TOPIC, Fallback.PLAIN_TEXT)
    (call,) = servers.calls(chat)
    assert "message_thread_id" not in call
    assert servers.complaints(("SendMessage", call), ("html", call["text"])) == []
