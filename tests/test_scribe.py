"""What a language model writes about stories is kept in time for their alerts, and nothing waits for it."""

import asyncio
from datetime import timedelta

import pytest

from bot.app import translations
from bot.cards import Cards
from bot.domain.pacing import Rates
from bot.newsdesk import Newsdesk
from bot.places import Places
from bot.scribe import MOST_WAITING, Scribe
from bot.store import Store, articles, outbox, sources
from bot.summarisers import Endpoint, Writer
from bot.watchlists import Watchlists
from tests.conftest import NOON
from tests.news import OTHER, SOURCE, article, poll
from tests.test_summarisers import GOOD, INVENTED, TEXT, Answer, saying, served

SETTLE = timedelta(seconds=60)
TITLE = "قتلى بانفجار في تسيل"


async def message_after(
    store: Store, answer: Answer, reports: int = 1, *, patience: float = 5.0, hangs: bool = False
) -> tuple[str, int]:
    """The alert as it leaves after the settle window, and how often the model was asked."""
    await store.write(lambda c: sources.enlist(c, [SOURCE, OTHER], NOON))
    async with served(answer) as server:
        if hangs:
            server.hangs.clear()
        scribe = Scribe(store, Writer(Endpoint(server.url, "small"), lambda: NOON))
        desk = Newsdesk(store, lambda: None, Places().codes_named, SETTLE, scribe.told)
        for source in (SOURCE, OTHER):
            await desk.file(poll(article("خبر أول", "نص أول", source=source), source=source))
        await Watchlists(store, lambda: NOON, 50, "ar").watch(1, "تسيل")
        async with scribe:
            await desk.file(poll(article(TITLE, TEXT)))
            await quiet(store, len(server.asked) + 1, server.asked, patience)
            if reports > 1:
                await desk.file(poll(article(f"{TITLE} بريف درعا", TEXT + " وفق شهود.", source=OTHER), source=OTHER))
            (claimed,) = await store.write(lambda c: outbox.claim(c, Rates(), 5, NOON + SETTLE))
        return Cards(translations(), Places().name_of).write(claimed).html, len(server.asked)


async def quiet(store: Store, calls: int, asked: list[object], patience: float) -> None:
    """Until the model has been asked and what it wrote is kept, or for as long as we are patient."""
    try:
        async with asyncio.timeout(patience):
            while len(asked) < calls or not await store.read(lambda c: articles.written_of(c, range(1, 9))):
                await asyncio.sleep(0.01)
    except TimeoutError:
        return


async def test_what_was_written_in_time_is_the_alerts_summary(store: Store) -> None:
    html, calls = await message_after(store, saying(GOOD))
    assert GOOD in html
    assert calls == 1


@pytest.mark.parametrize("text", [INVENTED, ""], ids=["an invented toll", "nothing"])
async def test_what_the_reports_do_not_say_is_not_used(store: Store, text: str) -> None:
    html, calls = await message_after(store, saying(text), patience=0.5)
    assert calls == 1
    assert "تسيل" in html
    assert text not in html or not text


async def test_a_model_that_hangs_costs_the_alert_nothing(store: Store) -> None:
    html, _ = await message_after(store, saying(GOOD), patience=0.3, hangs=True)
    assert TITLE in html


async def test_a_text_about_fewer_reports_than_are_shown_is_not_used(store: Store) -> None:
    html, _ = await message_after(store, saying(GOOD), reports=2, patience=0.5)
    assert "صوت الغوطة" in html


async def test_of_more_stories_than_can_be_written_about_the_oldest_are_given_up(store: Store) -> None:
    scribe = Scribe(store, Writer(Endpoint("http://127.0.0.1:1/v1", "small"), lambda: NOON))
    scribe.told(range(MOST_WAITING + 5))
    assert list(scribe._waiting) == list(range(5, MOST_WAITING + 5))
