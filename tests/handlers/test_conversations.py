"""What people say and press, and what they are told, over the real wire."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.simulator.faults import Fault, FaultKind
from bot.simulator.shapes import Message
from bot.store.tables import chats
from tests.handlers.conftest import KHALED, SALMA, Conversation


def buttons(message: Message) -> dict[str, str]:
    return {b["text"]: b["callback_data"] for row in message.keyboard for b in row}


async def test_start_says_what_it_does_and_offers_examples_at_one_tap(talk: Conversation) -> None:
    welcome = await talk.ask(SALMA, "/start")
    assert "راصد" in welcome.text
    await talk.press(welcome, buttons(welcome)["درعا"])
    await talk.simulator.wait_for(lambda: len(talk.from_bot(SALMA)) == 2)
    assert await talk.shown(SALMA) == ["درعا"]


async def test_the_language_can_be_changed_and_changed_back(talk: Conversation) -> None:
    welcome = await talk.ask(SALMA, "/start")
    await talk.press(welcome, "language:en")
    english = await talk.until_edited(welcome)
    assert "Rasid follows the news" in english.text
    assert "You watch nothing yet" in (await talk.ask(SALMA, "/list")).text
    await talk.press(english, buttons(english)["العربية"])
    assert "راصد" in (await talk.until_edited(english)).text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("تابع جاسم", "جاسم"),
        ("/watch جاسم", "جاسم"),
        ("راقب: دير الزور", "دير الزور"),
        ("أضف حظر تجوال", "حظر تجوال"),
        ("watch Qamishlo", "Qamishlo"),
        ("تابِع   «انقطاع المياه»", "انقطاع المياه"),
    ],
)
async def test_a_watch_is_added_by_command_and_by_phrase(talk: Conversation, said: str, shown: str) -> None:
    answer = await talk.ask(SALMA, said)
    assert "صرت تتابع" in answer.text
    assert await talk.shown(SALMA) == [shown]


async def test_watching_twice_says_so_and_unwatching_takes_any_spelling(talk: Conversation) -> None:
    await talk.ask(SALMA, "تابع إزرع")
    assert "من قبل" in (await talk.ask(SALMA, "تابع ازرع")).text
    assert "لم تعد تتابع" in (await talk.ask(SALMA, "ألغِ أزرع")).text
    assert "لا تتابع" in (await talk.ask(SALMA, "/unwatch إزرع")).text
    assert await talk.shown(SALMA) == []


BAD = {
    "/watch": "اكتب ما تريد متابعته",
    "تابع": "اكتب ما تريد متابعته",
    "تابع م": "الحرف الواحد لا يكفي",
    "تابع " + "ج" * 500: "أطول من أن يُتابَع",
    "تابع ؟؟!! ...": "لا أجد في هذا كلمة",
    "تابع \u202e\u2066\u200f\u2069": "لا أجد في هذا كلمة|لم تكتب ما تريد متابعته",
    "تابع <>": "لا أجد في هذا كلمة",
    "تابع من": "في كل خبر تقريباً",
    "تابع فئة: كذا": "لا أعرف القيمة",
    "ألغِ": "اكتب ما تريد إلغاءه",
}


@pytest.mark.parametrize("said", BAD, ids=range(len(BAD)))
async def test_what_cannot_be_watched_is_explained_in_arabic_and_loses_nothing(talk: Conversation, said: str) -> None:
    await talk.ask(SALMA, "تابع نوى")
    answer = await talk.ask(SALMA, said)
    assert any(part in answer.text for part in BAD[said].split("|")), answer.text
    assert await talk.shown(SALMA) == ["نوى"]


@pytest.mark.parametrize("said", ["تابع <b>جاسم</b>", "تابع \u202eجاسم\u202c", "تابع جا\u200fسم"])
async def test_markup_and_bidi_controls_reach_neither_the_list_nor_the_screen(talk: Conversation, said: str) -> None:
    answer = await talk.ask(SALMA, said)
    assert "صرت تتابع" in answer.text
    assert not any(entity["type"] == "bold" for entity in answer.content.entities)
    (shown,) = await talk.shown(SALMA)
    assert not set("\u202e\u202c\u200f") & set(shown)


async def test_a_bare_word_is_offered(talk: Conversation) -> None:
    offer = await talk.ask(SALMA, "السويداء")
    assert "هل تريد أن تتابع" in offer.text
    assert await talk.shown(SALMA) == []
    await talk.press(offer, "watch:السويداء")
    await talk.simulator.wait_for(lambda: len(talk.from_bot(SALMA)) == 2)
    assert await talk.shown(SALMA) == ["السويداء"]


async def test_a_long_text_is_not_offered_but_answered(talk: Conversation) -> None:
    assert "لم أفهم" in (await talk.ask(SALMA, "كلام كثير لا يصلح أن يكون متابعة لأنه أطول من زر في تلغرام")).text


async def test_the_list_removes_at_one_tap_and_turns_its_pages(talk: Conversation) -> None:
    for number in range(12):
        await talk.lists.watch(SALMA, f"كلمة{number:02}")
    listed = await talk.ask(SALMA, "قائمتي")
    assert "الصفحة 1 من 2" in listed.text.replace("\u2068", "").replace("\u2069", "")
    assert len(listed.keyboard) == 11
    await talk.press(listed, "page:1")
    second = await talk.until_edited(listed)
    assert [row[0]["text"] for row in second.keyboard[:2]] == ["✕ كلمة10", "✕ كلمة11"]
    gone = await talk.press(second, second.keyboard[0][0]["callback_data"])
    assert "كلمة10" in gone
    third = await talk.until_edited(second)
    assert len(await talk.shown(SALMA)) == 11
    await talk.ask(SALMA, "ألغِ كلمة11")
    assert await talk.press(third, third.keyboard[0][0]["callback_data"]) == "حُذفت من قبل"


async def test_a_text_can_be_tried_against_the_watches(talk: Conversation) -> None:
    assert "لا تتابع شيئاً" in (await talk.ask(SALMA, "/test قصف على مدينة جاسم")).text
    for watch in ("جاسم", "الدور", "إيران", "«بدون»"):  # the last one is an operator without its quotes
        await talk.lists.watch(SALMA, watch)
    assert "اكتب نصاً" in (await talk.ask(SALMA, "/test")).text
    said = (await talk.ask(SALMA, "/test قصف على أطراف مدينة جاسم في ريف درعا، وتراجع الدور الروسي فيها")).text
    found, *others = (line.replace("\u2068", "").replace("\u2069", "") for line in said.split("\n"))
    assert found == "✓ جاسم: يصلك، لأن فيه «جاسم»"
    assert not any("✓" in line for line in others)
    assert all(word in "".join(others) for word in ("الدور", "إيران"))


async def test_forget_asks_first_and_then_erases(talk: Conversation) -> None:
    await talk.ask(SALMA, "تابع جاسم")
    asked = await talk.ask(SALMA, "/forget")
    await talk.press(asked, "forget:no")
    assert "لم يُمحَ شيء" in (await talk.until_edited(asked)).text
    assert await talk.shown(SALMA) == ["جاسم"]
    again = await talk.ask(SALMA, "انسني")
    await talk.press(again, "forget:yes")
    assert "مُحي كل شيء" in (await talk.until_edited(again)).text
    assert await talk.shown(SALMA) == []


async def test_in_a_group_only_admins_change_watches(talk: Conversation) -> None:
    group = talk.simulator.add_group("حيّ السوق", [SALMA, KHALED], admins=[SALMA]).id
    assert "يغيّر المشرفون وحدهم" in (await talk.ask(group, "/watch جاسم", as_user=KHALED)).text
    assert await talk.shown(group) == []
    await talk.ask(group, "/watch جاسم", as_user=SALMA)
    assert await talk.shown(group) == ["جاسم"]
    listed = await talk.ask(group, "/list", as_user=KHALED)
    refused = await talk.press(listed, listed.keyboard[0][0]["callback_data"], as_user=KHALED)
    assert "يغيّر المشرفون وحدهم" in refused
    assert await talk.shown(group) == ["جاسم"]


async def test_an_old_button_is_answered_kindly(talk: Conversation) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("زر", callback_data="of:another:version")]])
    await talk.app.bot.send_message(SALMA, "من نسخة أقدم", reply_markup=markup)
    assert "قديم" in await talk.press(talk.from_bot(SALMA)[-1], "of:another:version")


async def test_an_internal_error_is_an_apology_with_a_reference(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The one thing replaced here is what fails: a bug cannot be ordered over the wire."""

    async def bug(*_: object) -> None:
        raise ZeroDivisionError("جاسم")

    monkeypatch.setattr(type(talk.lists), "watch", bug)
    answer = await talk.ask(SALMA, "تابع جاسم")
    assert "عذراً" in answer.text
    reference = answer.text.split("برقم")[1].strip(" \u2068\u2069").split("\u2069")[0]
    assert len(reference) == 6
    logged = capsys.readouterr()
    assert reference in logged.out + logged.err
    assert "جاسم" not in logged.out + logged.err


async def test_a_webhook_that_was_left_behind_does_not_keep_people_waiting(talk: Conversation) -> None:
    talk.simulator.world.webhook_url = "https://old.example/hook"
    talk.simulator.say(SALMA, "/help")  # the long poll under way still gets this one
    await talk.simulator.wait_for(lambda: talk.from_bot(SALMA))
    assert "كيف تستعمل راصد" in (await talk.ask(SALMA, "/help")).text
    assert talk.simulator.world.webhook_url == ""


async def test_a_reply_that_telegram_refuses_for_now_comes_later(talk: Conversation) -> None:
    talk.simulator.faults.add(Fault(FaultKind.TOO_MANY, method="sendMessage", seconds=1))
    assert "كيف تستعمل راصد" in (await talk.ask(SALMA, "/help")).text


async def test_a_chat_that_blocks_the_bot_is_left_in_peace_and_kept(talk: Conversation) -> None:
    await talk.ask(SALMA, "تابع جاسم")
    talk.simulator.block(SALMA)

    async def state() -> str:
        return str(await talk.store.read(lambda c: c.execute(chats.select().where(chats.c.id == SALMA)).one().state))

    await _until(state, "gone")
    talk.simulator.block(SALMA, blocked=False)
    await _until(state, "active")
    assert await talk.shown(SALMA) == ["جاسم"]


async def _until(state: Callable[[], Awaitable[str]], wanted: str) -> None:
    async with asyncio.timeout(10):
        while await state() != wanted:
            await asyncio.sleep(0.02)
