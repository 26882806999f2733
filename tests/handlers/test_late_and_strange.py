"""What comes too late, too often, or in a form that nobody foresaw: an answer in kind words, or silence; never harm."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import inbox
from bot.domain.asking import MOST_WAITING
from bot.domain.pacing import Rates
from bot.simulator.faults import Fault, FaultKind, Limits
from bot.simulator.shapes import Message
from tests.handlers.conftest import KHALED, SALMA, Conversation, talking

BOT = {"id": 1, "is_bot": True, "first_name": "راصد"}
PERSON = {"id": SALMA, "is_bot": False, "first_name": "سلمى"}
PRIVATE = {"id": SALMA, "type": "private", "first_name": "سلمى"}
GROUP = {"id": -2001, "type": "group", "title": "أهل الحي"}
COMMAND = {"offset": 0, "length": 5, "type": "bot_command"}


def deliver(talk: Conversation, **body: Any) -> None:
    talk.simulator.world._update(*next(iter(body.items())))


def press(data: str, **message: Any) -> dict[str, Any]:
    return {"id": "77", "from": PERSON, "chat_instance": "1", "data": data, **message}


async def with_button(talk: Conversation, data: str, chat_id: int = SALMA) -> Message:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("زر", callback_data=data)]])
    await talk.app.bot.send_message(chat_id, "رسالة", reply_markup=markup)
    return talk.from_bot(chat_id)[-1]


async def next_from_bot(talk: Conversation, chat_id: int, before: int) -> str:
    message: Message = await talk.simulator.wait_for(lambda: next(iter(talk.from_bot(chat_id)[before:]), None))
    return message.text


@pytest.mark.parametrize(
    ("data", "said"),
    [("watch:جاسم", "صرت تتابع"), ("of:another", "قديم"), ("language:en", ""), ("page:0", ""), ("forget:no", "")],
)
async def test_a_press_that_reaches_us_too_late_is_served_all_the_same(
    talk: Conversation, data: str, said: str
) -> None:
    """Telegram takes no answer to it any more: the bot was away for a while. What was asked for is done, in a message
    or in the place of the old one; an unknown button is called old."""
    shown = await with_button(talk, data)
    late = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    talk.simulator.faults.add(Fault(FaultKind.REFUSED, method="answerCallbackQuery", times=None, says=late))
    before = len(talk.from_bot(SALMA))
    talk.simulator.press(SALMA, shown.id, data)
    if said:
        assert said in await next_from_bot(talk, SALMA, before)
    else:
        assert (await talk.until_edited(shown)).text != shown.text


@pytest.mark.parametrize("may_be_edited", [True, False])
async def test_a_press_under_a_message_of_long_ago_is_answered_in_its_place_or_below(
    talk: Conversation, may_be_edited: bool
) -> None:
    """Of an old message Telegram tells only where it is (Bot API, InaccessibleMessage)."""
    await talk.lists.watch(SALMA, "جاسم")
    shown = await with_button(talk, "page:0")
    talk.simulator.press(SALMA, shown.id, "page:0")
    inaccessible = {"chat": PRIVATE, "message_id": shown.id, "date": 0}
    talk.simulator.world.updates[-1]["callback_query"]["message"] = inaccessible
    if may_be_edited:
        assert "تتابع كلمة واحدة" in (await talk.until_edited(shown)).text
    else:
        talk.simulator.faults.add(Fault(FaultKind.EDIT_REFUSED, method="editMessageText"))
        assert "تتابع كلمة واحدة" in await next_from_bot(talk, SALMA, 1)


@pytest.mark.parametrize("kind", [FaultKind.EDIT_NOT_FOUND, FaultKind.EDIT_REFUSED])
async def test_where_the_message_is_gone_the_answer_is_a_new_one(talk: Conversation, kind: FaultKind) -> None:
    await talk.lists.watch(SALMA, "جاسم")
    shown = await talk.ask(SALMA, "قائمتي")
    talk.simulator.faults.add(Fault(kind, method="editMessageText"))
    before = len(talk.from_bot(SALMA))
    assert "جاسم" in await talk.press(shown, shown.keyboard[0][0]["callback_data"])
    assert "لا تتابع شيئاً" in await next_from_bot(talk, SALMA, before)


async def test_a_button_that_is_pressed_twice_changes_nothing_the_second_time(talk: Conversation) -> None:
    welcome = await talk.ask(SALMA, "/start")
    with capture_logs() as logs:
        for _ in range(2):
            talk.simulator.press(SALMA, welcome.id, "language:en")
        assert "You watch nothing" in (await talk.ask(SALMA, "/list")).text
    assert len(talk.from_bot(SALMA)) == 2
    assert not [entry for entry in logs if entry["log_level"] == "error"]


@pytest.mark.parametrize("data", ["watch:جاسم", "language:en", "remove:1:0", "forget:yes"])
async def test_a_press_of_somebody_who_is_no_admin_is_told_so_and_does_nothing(talk: Conversation, data: str) -> None:
    group = talk.simulator.add_group("حيّ السوق", [SALMA, KHALED], admins=[SALMA]).id
    await talk.ask(group, "/watch نوى", as_user=SALMA)
    shown = await with_button(talk, data, group)
    before = len(talk.from_bot(group))
    talk.simulator.press(group, shown.id, data, as_user=KHALED)

    def told() -> bool:
        answers = [c.text("text") for c in talk.simulator.calls if c.method == "answercallbackquery"]
        return any("المشرفون وحدهم" in text for text in [*answers, *(m.text for m in talk.from_bot(group)[before:])])

    await talk.simulator.wait_for(told)
    assert await talk.shown(group) == ["نوى"]
    assert await talk.lists.language(group) == "ar"


async def test_whoever_telegram_does_not_know_is_no_admin(talk: Conversation) -> None:
    group = talk.simulator.add_group("حيّ السوق", [SALMA], admins=[SALMA]).id
    unknown = "Bad Request: PARTICIPANT_ID_INVALID"
    talk.simulator.faults.add(Fault(FaultKind.REFUSED, method="getChatMember", says=unknown))
    assert "المشرفون وحدهم" in (await talk.ask(group, "/watch جاسم")).text


def text_message(text: str, chat: dict[str, Any] = PRIVATE, **more: Any) -> dict[str, Any]:
    made = {"message_id": 9, "date": 1_700_000_000, "chat": chat, "from": PERSON, "text": text, **more}
    return made | {"entities": [COMMAND | {"length": len(text.split()[0])}]} if text.startswith("/") else made


STRANGE: dict[str, dict[str, Any]] = {
    "an edited command": {"edited_message": text_message("/list", edit_date=1_700_000_001)},
    "a post in a channel": {"channel_post": text_message("/list", {"id": -100, "type": "channel", "title": "ق"})},
    "an edited post": {"edited_channel_post": text_message("/list", {"id": -100, "type": "channel", "title": "ق"})},
    "another bot in the group": {"message": text_message("/list", GROUP, **{"from": BOT | {"id": 5}})},
    "a bot in private": {"message": text_message("تابع جاسم", **{"from": BOT | {"id": 5}})},
    "what a channel passes on": {
        "message": text_message(
            "/list",
            GROUP,
            is_automatic_forward=True,
            sender_chat={"id": -100, "type": "channel", "title": "ق"},
            **{"from": BOT | {"id": 136817688}},
        )
    },
    "an inline query": {"inline_query": {"id": "1", "from": PERSON, "query": "جاسم", "offset": ""}},
    "a press in a message sent by way of us": {"callback_query": press("watch:جاسم", inline_message_id="x")},
    "a press without data": {
        "callback_query": {"id": "7", "from": PERSON, "chat_instance": "1", "inline_message_id": "x"}
    },
    "a reaction": {
        "message_reaction": {
            "chat": PRIVATE,
            "message_id": 1,
            "user": PERSON,
            "date": 1_700_000_000,
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": "👍"}],
        }
    },
    "a picture without words": {"message": {k: v for k, v in text_message("").items() if k != "text"} | {"photo": []}},
    "a member who joins": {
        "message": {k: v for k, v in text_message("", GROUP).items() if k != "text"} | {"new_chat_members": [PERSON]}
    },
}


@pytest.mark.parametrize("name", STRANGE)
async def test_what_is_not_for_us_is_passed_over_and_the_next_command_is_answered(
    talk: Conversation, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    await talk.ask(SALMA, "/help")
    talk.simulator.world.allowed_updates = frozenset()  # as just after an upgrade, when old kinds still come
    before = len(talk.from_bot(SALMA)), len(talk.from_bot(-2001))
    with capture_logs() as logs:
        deliver(talk, **STRANGE[name])
        assert "كيف تستعمل راصد" in (await talk.ask(SALMA, "/help")).text
    assert (len(talk.from_bot(SALMA)), len(talk.from_bot(-2001))) == (before[0] + 1, before[1])
    assert not [entry for entry in logs if entry["log_level"] == "error"]
    assert "Traceback" not in caplog.text
    assert await talk.shown(SALMA) == []


async def test_a_news_text_that_is_passed_on_to_us_is_answered_like_any_other(talk: Conversation) -> None:
    origin = {"type": "channel", "chat": {"id": -100, "type": "channel", "title": "ق"}, "message_id": 1, "date": 1}
    deliver(talk, message=text_message("جاسم", forward_origin=origin))
    assert "هل تريد أن تتابع" in await next_from_bot(talk, SALMA, 0)


async def test_an_admin_who_writes_as_the_group_is_heard(talk: Conversation) -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    deliver(talk, message=text_message("/watch جاسم", GROUP, sender_chat=GROUP, **{"from": anonymous}))
    assert "صرت تتابع" in await next_from_bot(talk, -2001, 0)


async def test_a_command_that_can_never_be_carried_out_is_given_up_in_kind_words(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "BACK_OFF", timedelta(milliseconds=1))
    monkeypatch.setattr("handlers.errors.SOON", timedelta(milliseconds=1))
    await talk.store.write(lambda c: c.exec_driver_sql("ALTER TABLE watches RENAME TO away"))
    with capture_logs() as logs:
        said = (await talk.ask(SALMA, "تابع جاسم")).text
    assert "لم نستطع تنفيذ طلبك" in said
    assert [entry["event"] for entry in logs].count("update.given_up") == 1
    assert "جاسم" not in str(logs)
    await talk.store.write(lambda c: c.exec_driver_sql("ALTER TABLE away RENAME TO watches"))
    assert "صرت تتابع" in (await talk.ask(SALMA, "تابع جاسم")).text


async def test_a_flood_is_told_off_once_and_nobody_else_notices(talk: Conversation) -> None:
    for _ in range(400):
        talk.simulator.say(SALMA, "قائمتي")
    async with asyncio.timeout(5):
        assert "كيف تستعمل راصد" in (await talk.ask(KHALED, "/help")).text
    await talk.simulator.wait_for(lambda: any("انتظر دقيقة" in m.text for m in talk.from_bot(SALMA)))
    assert sum("انتظر دقيقة" in m.text for m in talk.from_bot(SALMA)) == 1
    assert len(talk.from_bot(SALMA)) <= MOST_WAITING + 1


async def test_replies_keep_telegram_s_pace_and_none_is_lost(tmp_path: Path) -> None:
    """Against a Telegram that counts strictly: one a second to a chat, and a group's twenty a minute."""
    second = timedelta(seconds=1)
    rates = Rates.within(30, 1, 20)
    async with talking(tmp_path, rates, Limits()) as talk:
        for chat in (SALMA, KHALED):
            for n in range(3):
                talk.simulator.say(chat, f"تابع كلمة{n}")
        for chat in (SALMA, KHALED):
            await talk.simulator.wait_for(lambda chat=chat: len(talk.from_bot(chat)) == 3)
            texts = [m.text.replace("\u2068", "").replace("\u2069", "") for m in talk.from_bot(chat)]
            assert texts == [f"صرت تتابع كلمة{n}. سيصلك ما يُنشر عنها منذ الآن." for n in range(3)]
        times = [m.sent_at for m in talk.from_bot(SALMA)]
        assert all(later - earlier >= second for earlier, later in pairwise(times))
        assert len([c for c in talk.simulator.calls if c.method == "sendmessage"]) == 6, "not one was refused"


async def test_a_reply_that_telegram_puts_off_is_the_same_reply_later(talk: Conversation) -> None:
    talk.simulator.faults.add(Fault(FaultKind.TOO_MANY, method="sendMessage", seconds=1))
    assert "صرت تتابع" in (await talk.ask(SALMA, "تابع جاسم")).text


async def test_a_group_that_has_moved_gets_its_answer_in_its_new_place(talk: Conversation) -> None:
    old = talk.simulator.add_group("الحي", [SALMA], admins=[SALMA]).id
    new = talk.simulator.add_group("الحي", [SALMA], admins=[SALMA], chat_id=-1002001).id
    talk.simulator.faults.add(Fault(FaultKind.MIGRATED, chat_id=old, method="sendMessage", migrate_to=new))
    talk.simulator.say(old, "/watch جاسم")
    assert "صرت تتابع" in await next_from_bot(talk, new, 0)
    assert await talk.shown(new) == ["جاسم"]


async def test_a_topic_that_was_closed_is_answered_in_the_general_one(talk: Conversation) -> None:
    group = talk.simulator.add_group("الحي", [SALMA], admins=[SALMA], chat_id=-1002002).id
    topic = talk.simulator.add_topic(group, "أخبار")
    talk.simulator.say(group, "/list", thread_id=topic)
    talk.simulator.close_topic(group, topic)
    assert "لا تتابع شيئاً" in await next_from_bot(talk, group, 0)
