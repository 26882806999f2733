"""The chat page in a real browser: what a person sees and can do, and that nobody's text is ever markup."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
import telegram
from playwright.async_api import Browser, Page, async_playwright, expect
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.simulator import Simulator

pytestmark = pytest.mark.browser

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Skips where there is no Chromium; CI offers one."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI must offer Chromium")
        pytest.skip("no Chromium is offered")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser, simulator: Simulator) -> AsyncIterator[Page]:
    """The open page on a wide screen; whatever the browser complains of fails the test."""
    page = await browser.new_page(viewport=WIDE)  # type: ignore[arg-type]
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(simulator.page_url)
    await expect(page.locator("[data-chat='-2001']")).to_be_attached()
    yield page
    assert complaints == []
    await page.close()


async def test_a_person_types_and_the_answer_appears(page: Page, bot: telegram.Bot, simulator: Simulator) -> None:
    salma = page.get_by_role("tabpanel", name="محادثة سلمى")
    box = salma.get_by_role("textbox", name="اكتب رسالة")
    await box.fill("تابع جاسم")
    await box.press("Enter")
    await simulator.wait_for(lambda: simulator.messages(1001))
    await bot.send_message(1001, "<b>أتابع</b> لك جاسم", parse_mode="HTML")
    answer = page.locator("[data-chat='1001'] [data-message='2'][data-from='bot']")
    await expect(answer).to_contain_text("أتابع لك جاسم")
    await expect(answer.locator("strong")).to_have_text("أتابع")
    await expect(salma.get_by_role("log")).to_contain_text("تابع جاسم")
    await expect(box).to_have_value("")


async def test_several_chats_stand_side_by_side(page: Page) -> None:
    boxes = [await page.locator(f"[data-chat='{chat}']").bounding_box() for chat in (1001, 1002, -2001)]
    lefts = [box["x"] for box in boxes if box]
    assert lefts == sorted(lefts, reverse=True)  # from right to left
    assert len(set(lefts)) == 3


async def test_a_chat_fills_the_window_and_a_long_one_scrolls_within_it(page: Page, bot: telegram.Bot) -> None:
    box = page.get_by_role("tabpanel", name="محادثة سلمى").get_by_role("textbox")
    for _ in range(2):
        place = await box.bounding_box()
        assert place is not None
        assert WIDE["height"] - 60 < place["y"] + place["height"] <= WIDE["height"]
        for _ in range(30):
            await bot.send_message(1001, "خبر")
        await expect(page.locator("[data-chat='1001'] [data-message='30']")).to_be_visible()


async def test_a_small_screen_shows_one_chat_at_a_time(page: Page, bot: telegram.Bot) -> None:
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await expect(page.locator("[data-chat='1001']")).to_be_visible()
    await expect(page.locator("[data-chat='1002']")).to_be_hidden()
    await bot.send_message(1002, "خبر")
    tab = page.get_by_role("tab", name="خالد")
    await expect(tab.locator(".badge")).to_have_text("1")
    await tab.click()
    await expect(page.locator("[data-chat='1002'] [data-message='1']")).to_be_visible()
    await expect(page.locator("[data-chat='1001']")).to_be_hidden()
    await expect(tab.locator(".badge")).to_have_count(0)
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]


async def test_buttons_are_pressed_and_answered(page: Page, bot: telegram.Bot, simulator: Simulator) -> None:
    rows = [
        [InlineKeyboardButton("كتم", callback_data="mute")],
        [InlineKeyboardButton("الخبر", url="http://127.0.0.1:9/x")],
    ]
    await bot.send_message(1001, "خبر", reply_markup=InlineKeyboardMarkup(rows))
    link = page.get_by_role("link", name="الخبر")
    assert await link.get_attribute("target") == "_blank"
    assert await link.get_attribute("rel") == "noopener noreferrer"
    key = page.get_by_role("button", name="كتم")
    await key.click()
    await expect(key).to_have_attribute("aria-busy", "true")
    update = await simulator.wait_for(lambda: [u for u in simulator.world.updates if "callback_query" in u])
    await bot.answer_callback_query(update[0]["callback_query"]["id"], "كُتمت القصة")
    await expect(page.locator(".toast")).to_have_text("كُتمت القصة")
    await expect(key).to_have_attribute("aria-busy", "false")
    await bot.answer_callback_query(simulator.press(1001, 1, "mute"), "تنبيه", show_alert=True)
    await expect(page.get_by_role("dialog")).to_contain_text("تنبيه")
    await page.get_by_role("button", name="حسناً").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_edits_deletions_and_silence_are_shown(page: Page, bot: telegram.Bot) -> None:
    await bot.send_message(1001, "خبر", disable_notification=True)
    message = page.locator("[data-chat='1001'] [data-message='1']")
    await expect(message).to_have_attribute("data-silent", "")
    await bot.edit_message_text("خبر أدق", 1001, 1)
    await expect(message).to_have_attribute("data-edited", "")
    await expect(message).to_contain_text("خبر أدق")
    await bot.delete_message(1001, 1)
    await expect(message).to_have_count(0)


async def test_replies_quote_what_they_answer_as_it_now_reads(page: Page, bot: telegram.Bot) -> None:
    await bot.send_message(1001, "انقطاع الكهرباء")
    await bot.send_message(1001, "عادت الكهرباء", reply_parameters=telegram.ReplyParameters(1))
    quote = page.locator("[data-chat='1001'] [data-message='2'] .answered")
    await expect(quote).to_contain_text("راصد")
    await expect(quote).to_contain_text("انقطاع الكهرباء")
    await bot.edit_message_text("انقطاع التيار", 1001, 1)
    await expect(quote).to_contain_text("انقطاع التيار")
    await expect(page.locator("[data-chat='1001'] [data-message='1'] .foot")).to_contain_text("معدّلة")
    await quote.click()
    await expect(page.locator("[data-chat='1001'] [data-message='1']")).to_have_class("message found")


async def test_a_message_names_its_topic(page: Page, bot: telegram.Bot, simulator: Simulator) -> None:
    topic = simulator.add_topic(-2001, "أخبار <b>الحي</b>")
    await bot.send_message(-2001, "خبر", message_thread_id=topic)
    await expect(page.locator("[data-chat='-2001'] .message .topic")).to_have_text("# أخبار <b>الحي</b>")


async def test_foreign_text_is_never_markup(page: Page, bot: telegram.Bot, simulator: Simulator) -> None:
    hostile = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
    simulator.say(1001, hostile)
    await bot.send_message(1001, hostile)
    await bot.send_message(
        1001, "اضغط", entities=[telegram.MessageEntity("text_link", 0, 4, url="javascript:document.title='taken'")]
    )
    messages = page.locator("[data-chat='1001'] .messages")
    await expect(messages.locator("[data-message='3']")).to_be_visible()
    await expect(messages.locator("[data-message='2'] .text")).to_have_text(hostile)
    await expect(messages.locator("img, script, a")).to_have_count(0)
    assert await page.title() == "راصد · الوضع المحلي"


async def test_nested_markup_keeps_its_shape(page: Page, bot: telegram.Bot) -> None:
    await bot.send_message(
        1001,
        '🔴 <blockquote><b>جاسم <i>و</i></b>درعا</blockquote> <a href="https://example.org/">خبر</a>',
        parse_mode="HTML",
    )
    text = page.locator("[data-message='1'] .text")
    await expect(text).to_have_text("🔴 جاسم ودرعا خبر")
    await expect(text.locator("blockquote > strong > em")).to_have_text("و")
    await expect(text.get_by_role("link", name="خبر")).to_have_attribute("href", "https://example.org/")


async def test_the_commands_are_a_menu(page: Page, bot: telegram.Bot, simulator: Simulator) -> None:
    await bot.set_my_commands([("list", "ما تتابعه")])
    salma = page.locator("[data-chat='1001']")
    await salma.get_by_role("button", name="أوامر البوت").click()
    await salma.get_by_role("button", name="ما تتابعه").click()
    await simulator.wait_for(lambda: [m for m in simulator.messages(1001) if m.text == "/list"])


async def test_an_empty_chat_offers_to_start(page: Page, simulator: Simulator) -> None:
    await page.locator("[data-chat='1002']").get_by_role("button", name="ابدأ").click()
    await simulator.wait_for(lambda: [m for m in simulator.messages(1002) if m.text == "/start"])
    await expect(page.locator("[data-chat='1002'] .empty")).to_be_hidden()


async def test_in_a_group_one_chooses_who_speaks(page: Page, simulator: Simulator) -> None:
    group = page.locator("[data-chat='-2001']")
    await group.get_by_role("combobox").select_option("خالد")
    await group.get_by_role("textbox").fill("سلام")
    await group.get_by_role("button", name="إرسال").click()
    (message,) = await simulator.wait_for(lambda: simulator.messages(-2001))
    assert message.sender.id == 1002
    await expect(group.locator("[data-message='1'] .sender")).to_have_text("خالد")


async def test_blocking_the_bot_is_told_to_it(page: Page, simulator: Simulator) -> None:
    salma = page.locator("[data-chat='1001']")
    await salma.get_by_role("button", name="حظر").click()
    await simulator.wait_for(lambda: [u for u in simulator.world.updates if "my_chat_member" in u])
    await salma.get_by_role("button", name="رفع الحظر").click()
    await expect(salma.locator(".chat-status")).to_have_text("محادثة خاصة مع راصد")


async def test_a_new_person_appears_at_once(page: Page, simulator: Simulator) -> None:
    reem = simulator.add_person("ريم")
    await expect(page.locator(f"[data-chat='{reem.id}']")).to_be_visible()


async def test_the_page_speaks_english_too(page: Page, simulator: Simulator) -> None:
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("html")).to_have_attribute("dir", "ltr")
    await expect(page.get_by_role("textbox", name="Write a message").first).to_be_visible()
    await expect(page.get_by_role("link", name="العربية")).to_be_visible()


async def test_a_page_that_lost_its_simulator_finds_the_next_one(browser: Browser) -> None:
    first = Simulator("1:local")
    await first.start()
    page = await browser.new_page()
    await page.goto(first.page_url)
    first.say(1001, "قديم")
    await expect(page.locator("[data-chat='1001'] [data-message='1'] .text")).to_have_text("قديم")
    await first.stop()
    await expect(page.locator(".offline")).to_be_visible()
    second = Simulator("1:local")
    second.say(1001, "جديد")
    await second.start(first.port)
    await expect(page.locator("[data-chat='1001'] [data-message='1'] .text")).to_have_text("جديد", timeout=15_000)
    await expect(page.locator(".offline")).to_be_hidden()
    await page.close()
    await second.stop()
