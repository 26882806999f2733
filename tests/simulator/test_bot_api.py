"""The Bot API as python-telegram-bot and as a bare HTTP client see it."""

import asyncio
import json
import struct
import zlib

import aiohttp
import pytest
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest, Forbidden, InvalidToken
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

from bot.simulator import Simulator
from tests.simulator.conftest import TOKEN

PNG = (
    b"\x89PNG\r\n\x1a\n"
    + b"\x00\x00\x00\rIHDR"
    + (header := struct.pack(">IIBBBBB", 40, 30, 8, 2, 0, 0, 0))
    + struct.pack(">I", zlib.crc32(b"IHDR" + header))
)
KEY = InlineKeyboardMarkup([[InlineKeyboardButton("كتم", callback_data="mute:1")]])


def keyboard(*rows: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("زر", callback_data="x")] * row for row in rows])


async def test_a_whole_conversation_through_an_application(simulator: Simulator) -> None:
    app = ApplicationBuilder().token(TOKEN).base_url(simulator.api_base).build()

    async def start(update: telegram.Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_message is not None
        await update.effective_message.reply_html("<b>أهلاً</b>", reply_markup=KEY)

    async def echo(update: telegram.Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_message is not None
        await update.effective_message.reply_text(f"قلتَ: {update.effective_message.text}")

    async def press(update: telegram.Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer("تم")
        await update.callback_query.edit_message_text("كُتم")

    app.add_handlers([CommandHandler("start", start), CallbackQueryHandler(press), MessageHandler(filters.TEXT, echo)])
    assert app.updater is not None
    async with app:
        await app.start()
        await app.updater.start_polling()
        simulator.say(1001, "/start")
        greeting = await simulator.wait_for(lambda: simulator.messages(1001)[1:])
        assert greeting[0].text == "أهلاً"
        simulator.press(1001, greeting[0].id, "mute:1")
        await simulator.wait_for(lambda: simulator.messages(1001)[1].text == "كُتم")
        simulator.say(-2001, "تابع جاسم", as_user=1002)
        await simulator.wait_for(lambda: simulator.messages(-2001)[-1].text == "قلتَ: تابع جاسم")
        await app.updater.stop()
        await app.stop()


async def test_messages_come_back_as_they_are_kept(bot: telegram.Bot, simulator: Simulator) -> None:
    sent = await bot.send_message(
        1001, "🔴 <b>جاسم</b>", parse_mode="HTML", reply_markup=KEY, disable_notification=True
    )
    kept = simulator.messages(1001)[0]
    assert sent.text == kept.text == "🔴 جاسم"
    assert sent.parse_entities() == {sent.entities[0]: "جاسم"}
    assert (kept.source, kept.silent, kept.sender.is_bot) == ("🔴 <b>جاسم</b>", True, True)
    assert sent.reply_markup == KEY


async def test_message_ids_count_up_per_chat(bot: telegram.Bot) -> None:
    ids = [(await bot.send_message(chat, "خبر")).message_id for chat in (1001, 1001, 1002, 1001)]
    assert ids == [1, 2, 1, 3]


async def test_places_pictures_and_documents_are_sent(bot: telegram.Bot, http: aiohttp.ClientSession) -> None:
    venue = await bot.send_venue(1001, 32.99, 36.06, "جاسم", "ريف درعا الشمالي")
    assert venue.venue is not None
    assert venue.venue.title == "جاسم"
    assert (await bot.send_location(1001, 32.99, 36.06)).location is not None
    photo = await bot.send_photo(1001, PNG, caption="<b>أسبوع</b>", parse_mode="HTML")
    assert (photo.photo[0].width, photo.photo[0].height, photo.caption) == (40, 30, "أسبوع")
    again = await bot.send_photo(1002, photo.photo[0].file_id)
    assert again.photo[0].file_id == photo.photo[0].file_id
    document = await bot.send_document(1001, b"x", filename="export.json")
    assert document.document is not None
    assert document.document.file_name == "export.json"
    async with http.get(f"/local/files/{photo.photo[0].file_id}") as response:
        assert await response.read() == PNG


async def test_a_picture_that_is_none_is_refused(bot: telegram.Bot) -> None:
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(1001, b"not a picture")


async def test_chats_and_their_people_are_described(bot: telegram.Bot) -> None:
    me = await bot.get_me()
    assert (me.is_bot, me.username) == (True, "rasid_local_bot")
    assert (await bot.get_chat(-2001)).title == "أهل الحي"
    assert [admin.user.id for admin in await bot.get_chat_administrators(-2001)] == [1001]
    assert (await bot.get_chat_member(-2001, 1001)).status == "administrator"
    assert (await bot.get_chat_member(-2001, 1002)).status == "member"
    assert (await bot.get_chat_member(-2001, me.id)).status == "member"


async def test_commands_are_kept_by_language_and_scope(bot: telegram.Bot, simulator: Simulator) -> None:
    await bot.set_my_commands([("list", "ما تتابعه")])
    await bot.set_my_commands([("list", "What you watch")], language_code="en")
    assert [c.description for c in await bot.get_my_commands(language_code="en")] == ["What you watch"]
    assert simulator.world.shown_commands() == [{"command": "list", "description": "ما تتابعه"}]
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()


@pytest.mark.parametrize("command", ["تابع", "Watch", "w" * 33, "two words"])
async def test_commands_must_be_small_latin_letters(http: aiohttp.ClientSession, command: str) -> None:
    body = {"commands": [{"command": command, "description": "وصف"}]}
    async with http.post(f"/bot{TOKEN}/setMyCommands", json=body) as response:
        assert (await response.json())["description"] == "Bad Request: BOT_COMMAND_INVALID"


async def test_words_about_the_bot_are_kept(bot: telegram.Bot, simulator: Simulator) -> None:
    assert await bot.set_my_description("أخبار بلدتك")
    assert await bot.set_my_short_description("أخبار", language_code="ar")
    assert set(simulator.world.descriptions.values()) == {"أخبار بلدتك", "أخبار"}


async def test_a_message_is_edited_and_deleted(bot: telegram.Bot, simulator: Simulator) -> None:
    sent = await bot.send_message(1001, "خبر", reply_markup=KEY)
    edited = await bot.edit_message_text("خبر آخر", 1001, sent.message_id)
    assert isinstance(edited, telegram.Message)
    assert edited.edit_date is not None
    assert simulator.messages(1001)[0].keyboard == ()
    await bot.edit_message_reply_markup(1001, sent.message_id, reply_markup=KEY)
    assert simulator.messages(1001)[0].keyboard[0][0]["callback_data"] == "mute:1"
    await bot.delete_message(1001, sent.message_id)
    assert simulator.messages(1001) == []


async def test_an_edit_that_changes_nothing_or_nobodys_message_is_refused(
    bot: telegram.Bot, simulator: Simulator
) -> None:
    sent = await bot.send_message(1001, "خبر", reply_markup=KEY)
    theirs = simulator.say(1001, "كلامي")
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("<i></i>خبر", 1001, sent.message_id, parse_mode="HTML", reply_markup=KEY)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(1001, sent.message_id, reply_markup=KEY)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("خبر", 1001, 99)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("خبر", 1001, theirs.id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(1001, 99)


async def test_a_reply_names_its_message(bot: telegram.Bot, simulator: Simulator) -> None:
    first = await bot.send_message(1001, "خبر")
    reply = await bot.send_message(1001, "تطور", reply_parameters=ReplyParameters(first.message_id))
    assert reply.reply_to_message is not None
    assert reply.reply_to_message.text == "خبر"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(1001, "تطور", reply_to_message_id=99)
    lonely = await bot.send_message(
        1001, "تطور", reply_parameters=ReplyParameters(99, allow_sending_without_reply=True)
    )
    assert lonely.reply_to_message is None


async def test_a_topic_takes_messages_until_it_is_closed(bot: telegram.Bot, simulator: Simulator) -> None:
    topic = simulator.add_topic(-2001, "أخبار")
    sent = await bot.send_message(-2001, "خبر", message_thread_id=topic)
    assert (sent.message_thread_id, sent.is_topic_message, sent.chat.is_forum) == (topic, True, True)
    simulator.close_topic(-2001, topic)
    with pytest.raises(BadRequest, match="Topic_closed"):
        await bot.send_message(-2001, "خبر", message_thread_id=topic)
    simulator.delete_topic(-2001, topic)
    for gone in (topic, 1):  # the general topic has no number: 1 is refused too
        with pytest.raises(BadRequest, match="Message thread not found"):
            await bot.send_message(-2001, "خبر", message_thread_id=gone)
    assert (await bot.send_message(-2001, "خبر")).message_thread_id is None


async def test_a_person_writes_in_a_topic(bot: telegram.Bot, http: aiohttp.ClientSession) -> None:
    async with http.post("/local/chats/-2001/topics", json={"name": "أخبار"}) as response:
        topic = (await response.json())["thread_id"]
    async with http.post("/local/chats/-2001/say", json={"text": "تابع جاسم", "thread_id": topic}) as response:
        assert (await response.json())["topic"] == "أخبار"
    async with http.post("/local/chats/-2001/say", json={"text": "خبر", "thread_id": 99}) as response:
        assert response.status == 400
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert (update.message.message_thread_id, update.message.is_topic_message) == (topic, True)


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("ج" * 4096, True),
        ("ج" * 4097, False),
        ("🔴" * 2048, True),
        ("🔴" * 2049, False),
        ("<b>" + "ج" * 4096 + "</b>", True),
    ],
)
async def test_a_text_has_at_most_4096_utf_16_units(bot: telegram.Bot, text: str, accepted: bool) -> None:
    if accepted:
        await bot.send_message(1001, text, parse_mode="HTML")
    else:
        with pytest.raises(BadRequest, match="Message is too long"):
            await bot.send_message(1001, text, parse_mode="HTML")


async def test_a_caption_has_at_most_1024_units(bot: telegram.Bot) -> None:
    await bot.send_photo(1001, PNG, caption="ج" * 1024)
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_photo(1001, PNG, caption="ج" * 1025)


@pytest.mark.parametrize("text", ["", "   ", "\u202e"])
async def test_an_empty_text_is_refused(bot: telegram.Bot, text: str) -> None:
    with pytest.raises(BadRequest, match="empty"):
        await bot.send_message(1001, text)


async def test_broken_html_is_refused(bot: telegram.Bot, simulator: Simulator) -> None:
    with pytest.raises(BadRequest, match="Can't parse entities: can't find end tag"):
        await bot.send_message(1001, "<b>جاسم", parse_mode="HTML")
    with pytest.raises(BadRequest, match="Unsupported parse_mode"):
        await bot.send_message(1001, "*جاسم*", parse_mode="Wiki")
    assert simulator.messages(1001) == []


@pytest.mark.parametrize(
    ("rows", "accepted"), [((8,) * 12, True), ((8,) * 13, False), ((9,), False), ((1,) * 100, True)]
)
async def test_a_keyboard_has_at_most_100_buttons_and_8_a_row(
    bot: telegram.Bot, rows: tuple[int, ...], accepted: bool
) -> None:
    if accepted:
        await bot.send_message(1001, "خبر", reply_markup=keyboard(*rows))
    else:
        with pytest.raises(BadRequest, match="Reply markup is too long"):
            await bot.send_message(1001, "خبر", reply_markup=keyboard(*rows))


@pytest.mark.parametrize(
    ("button", "refusal"),
    [
        ({"text": "زر", "callback_data": "ج" * 33}, "Bad Request: BUTTON_DATA_INVALID"),
        (
            {"text": "زر"},
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"text": "زر", "callback_data": "x", "url": "http://example.org"}, None),
        ({"callback_data": "x"}, "Bad Request: can't parse inline keyboard button: Can't find field \"text\""),
        ({"text": "زر", "url": "x-y"}, "Bad Request: inline keyboard button URL 'x-y' is invalid: Wrong HTTP URL"),
        (
            {"text": "زر", "url": "ftp://example.org"},
            "Bad Request: inline keyboard button URL 'ftp://example.org' is invalid: Unsupported URL protocol",
        ),
        ({"text": "زر", "url": "http://localhost/x"}, None),
    ],
)
async def test_a_button_is_checked(http: aiohttp.ClientSession, button: dict[str, str], refusal: str | None) -> None:
    body = {"chat_id": 1001, "text": "خبر", "reply_markup": {"inline_keyboard": [[button]]}}
    async with http.post(f"/bot{TOKEN}/sendMessage", json=body) as response:
        answer = await response.json()
        assert (response.status, answer["ok"], answer["error_code"]) == (400, False, 400)
        assert refusal in (None, answer["description"])


async def test_a_button_of_64_bytes_is_accepted(bot: telegram.Bot) -> None:
    key = InlineKeyboardMarkup([[InlineKeyboardButton("زر", callback_data="ج" * 32)]])
    assert (await bot.send_message(1001, "خبر", reply_markup=key)).reply_markup == key


async def test_a_pressed_button_is_answered_once(bot: telegram.Bot, simulator: Simulator) -> None:
    sent = await bot.send_message(1001, "خبر", reply_markup=KEY)
    query_id = simulator.press(1001, sent.message_id, "mute:1")
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert (update.callback_query.id, update.callback_query.data) == (query_id, "mute:1")
    await bot.answer_callback_query(query_id, "تم", show_alert=True)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(query_id)


async def test_an_unknown_chat_is_not_found(bot: telegram.Bot) -> None:
    for chat in (5, -7, "@nobody"):
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(chat, "خبر")


async def test_a_bot_that_is_blocked_or_thrown_out_is_told_so(bot: telegram.Bot, simulator: Simulator) -> None:
    simulator.block(1001)
    simulator.block(-2001, as_user=1001)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(1001, "خبر")
    with pytest.raises(Forbidden, match="bot was kicked from the group chat"):
        await bot.send_message(-2001, "خبر")
    simulator.block(1001, False)
    await bot.send_message(1001, "خبر")
    updates = [update.my_chat_member for update in await bot.get_updates()]
    assert [u.new_chat_member.status for u in updates if u] == ["kicked", "kicked", "member"]


async def test_a_bot_may_leave_a_group(bot: telegram.Bot) -> None:
    await bot.leave_chat(-2001)
    with pytest.raises(Forbidden, match="not a member"):
        await bot.send_message(-2001, "خبر")


async def test_a_message_is_pinned_where_the_bot_may(bot: telegram.Bot) -> None:
    sent = await bot.send_message(1001, "خبر")
    await bot.pin_chat_message(1001, sent.message_id)
    assert (pinned := (await bot.get_chat(1001)).pinned_message)
    assert pinned.message_id == sent.message_id
    other = await bot.send_message(-2001, "خبر")
    with pytest.raises(BadRequest, match="Not enough rights"):
        await bot.pin_chat_message(-2001, other.message_id)


async def test_a_wrong_token_is_unauthorized(simulator: Simulator) -> None:
    bot = telegram.Bot("1:other", base_url=simulator.api_base)
    with pytest.raises(InvalidToken):
        await bot.initialize()
    await bot.shutdown()


async def test_an_unknown_method_is_not_found(http: aiohttp.ClientSession) -> None:
    async with http.post(f"/bot{TOKEN}/sendHug") as response:
        assert response.status == 404
        assert await response.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


@pytest.mark.parametrize("way", ["query", "form", "json", "json in json", "multipart"])
async def test_parameters_come_in_every_form(http: aiohttp.ClientSession, simulator: Simulator, way: str) -> None:
    markup = {"inline_keyboard": [[{"text": "زر", "callback_data": "x"}]]}
    flat = {"chat_id": "1001", "text": "خبر", "reply_markup": json.dumps(markup)}
    address = f"/bot{TOKEN}/SENDMESSAGE"
    match way:
        case "query":
            request = http.get(address, params=flat)
        case "form":
            request = http.post(address, data=flat)
        case "json":
            request = http.post(address, json={"chat_id": 1001, "text": "خبر", "reply_markup": markup})
        case "json in json":
            request = http.post(address, json=flat)
        case _:
            form = aiohttp.FormData(flat, default_to_multipart=True)
            request = http.post(address, data=form)
    async with request as response:
        assert (await response.json())["ok"]
    assert simulator.messages(1001)[0].keyboard == (({"text": "زر", "callback_data": "x"},),)


@pytest.mark.parametrize(
    "body",
    [b"{", b"[1]", b'{"chat_id": 1001, "text": "\\ud800"}', b'{"chat_id": 1001, "text": "x", "reply_markup": "{"}'],
)
async def test_nonsense_is_a_bad_request(http: aiohttp.ClientSession, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with http.post(f"/bot{TOKEN}/sendMessage", data=body, headers=headers) as response:
        assert (response.status, (await response.json())["error_code"]) == (400, 400)


async def test_getting_updates_confirms_and_forgets(bot: telegram.Bot, simulator: Simulator) -> None:
    for text in ("أ", "ب", "ج"):
        simulator.say(1001, text)
    first, second, third = await bot.get_updates()
    assert first.update_id > 1_600_000_000_000
    assert [u.update_id for u in await bot.get_updates(offset=second.update_id, limit=1)] == [second.update_id]
    assert await bot.get_updates(offset=-1) == (third,)
    assert await bot.get_updates(offset=third.update_id + 1) == ()


async def test_a_long_poll_ends_with_the_first_update(bot: telegram.Bot, simulator: Simulator) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=30))
    await simulator.wait_for(lambda: simulator.calls)
    simulator.say(1001, "تابع جاسم")
    assert [update.message.text for update in await waiting if update.message] == ["تابع جاسم"]


async def test_a_second_long_poll_throws_out_the_first(simulator: Simulator, http: aiohttp.ClientSession) -> None:
    async def poll() -> tuple[int, str]:
        async with http.get(f"/bot{TOKEN}/getUpdates", params={"timeout": 30}) as response:
            return response.status, (await response.json()).get("description", "")

    first = asyncio.create_task(poll())
    await simulator.wait_for(lambda: simulator.calls)
    second = asyncio.create_task(poll())
    status, why = await first
    assert status == 409
    assert why.startswith("Conflict: terminated by other getUpdates request")
    simulator.say(1001, "خبر")
    assert (await second)[0] == 200


async def test_only_the_allowed_kinds_of_updates_are_made(bot: telegram.Bot, simulator: Simulator) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    simulator.say(1001, "لا تُقرأ")
    await bot.get_updates(allowed_updates=["message"])
    simulator.say(1001, "تُقرأ")
    assert [u.message.text for u in await bot.get_updates() if u.message] == ["تُقرأ"]


async def test_no_updates_while_a_webhook_is_set(bot: telegram.Bot) -> None:
    await bot.set_webhook("https://example.org/hook")
    assert (await bot.get_webhook_info()).url == "https://example.org/hook"
    with pytest.raises(telegram.error.Conflict, match="webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_with_privacy_the_bot_reads_commands_and_replies_only() -> None:
    simulator = Simulator(TOKEN)
    simulator.world.privacy = True
    simulator.say(-2001, "كلام بيننا")
    simulator.say(-2001, "/list")
    assert [update["message"]["text"] for update in simulator.world.updates] == ["/list"]


async def test_a_reader_that_died_takes_no_update_with_it(simulator: Simulator, http: aiohttp.ClientSession) -> None:
    params = {"timeout": "30"}
    dead = asyncio.create_task(http.get(f"/bot{TOKEN}/getUpdates", params=params).__aenter__())
    await simulator.wait_for(lambda: simulator.calls)
    dead.cancel()
    simulator.say(1001, "تابع جاسم")
    async with http.get(f"/bot{TOKEN}/getUpdates", params=params) as response:
        (update,) = (await response.json())["result"]
    assert update["message"]["text"] == "تابع جاسم"
