"""`make run` without a token: the chat page in the browser, the sample sources, the first alert."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser import browsing
from tests.house import House
from tests.journeys.conftest import SALMA, TELLS

ALERT_WITHIN = 10_000  # ms, from the words typed to the alert on the screen


@pytest.fixture
async def local(tmp_path: Path) -> AsyncIterator[str]:
    """The address of the chat page of a bot that was started with no token."""
    house = House(tmp_path, {"use_catalogue": False, "local": {"port": 0}})
    await house.start()
    line = await house.hear("local mode")
    found = re.search(r"http://127\.0\.0\.1:\d+/", line)
    assert found, line
    yield found[0]
    assert await house.stop() == 0


async def say(page: Page, text: str, chat_id: int = SALMA) -> None:
    box = page.locator(f'[data-chat="{chat_id}"]').get_by_role("textbox")
    await box.fill(text)
    await box.press("Enter")


@pytest.mark.browser
async def test_whoever_types_a_town_sees_its_alert_within_ten_seconds(local: str) -> None:
    async with browsing(local) as page:
        chat = page.locator(f'[data-chat="{SALMA}"]')
        await say(page, "تابع جاسم")
        await expect(chat.get_by_text("صرت تتابع")).to_be_visible()
        alert = chat.locator("[data-message]").filter(has_text=TELLS).first
        await expect(alert).to_be_visible(timeout=ALERT_WITHIN)
        await expect(alert).to_contain_text("جاسم")
        await expect(alert).to_contain_text(re.compile("تطابق: [\u200f\u2068«]+جاسم[\u2069»]+"))
        assert await alert.evaluate("node => getComputedStyle(node).direction") == "rtl"
        link = alert.get_by_role("link", name="الخبر")
        assert re.match(r"http://127\.0\.0\.1:\d+/", str(await link.get_attribute("href")))


@pytest.mark.browser
async def test_a_second_subscriber_is_told_of_the_same_story_and_the_first_not_again(local: str) -> None:
    async with browsing(local) as page:
        first, second = (page.locator(f'[data-chat="{chat}"] [data-message]') for chat in (SALMA, SALMA + 1))
        await say(page, "تابع جاسم")
        await expect(first.filter(has_text=TELLS).first).to_be_visible(timeout=ALERT_WITHIN)
        await say(page, "تابع جاسم", SALMA + 1)
        await expect(second.filter(has_text=TELLS).first).to_be_visible(timeout=ALERT_WITHIN)
        stories = await first.filter(has_text=TELLS).locator("b").all_inner_texts()
        assert len(stories) == len(set(stories))
