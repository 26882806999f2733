"""Makes the README's picture: local mode in the browser, after «تابع جاسم» and its alert.

python -m tests.journeys.screenshot docs/first-alert.png
"""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from playwright.async_api import expect

from tests.browser import browsing
from tests.house import House
from tests.journeys.conftest import KHALED, SALMA, TELLS
from tests.journeys.test_local_mode import ALERT_WITHIN, say


async def main(target: Path, width: int = 1180, height: int = 860) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), {"use_catalogue": False, "local": {"port": 0}})
        await house.start()
        found = re.search(r"http://\S+/", await house.hear("local mode"))
        assert found
        async with browsing(found[0], width, height) as page:
            for chat, word in ((SALMA, "جاسم"), (KHALED, "القامشلي")):
                await say(page, f"تابع {word}", chat)
                alert = page.locator(f'[data-chat="{chat}"] [data-message]').filter(has_text=TELLS).first
                await expect(alert).to_be_visible(timeout=ALERT_WITHIN)
            await page.wait_for_timeout(1500)
            await page.screenshot(path=target)
        await house.stop()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *map(int, sys.argv[2:])))
