"""Whose page is asked for: that of an article which somebody's watch meets, or may meet when the rest is known."""

from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.concerns import FOLLOWED_EVERY, Watched
from bot.domain.model import DueSource, Poll, Source, Validators
from bot.domain.outcomes import GoneReason
from bot.places import Places
from bot.store import Store, watchlists
from bot.watchlists import Watchlists
from tests.conftest import NOON
from tests.news import OTHER, SOURCE, article
from tests.press import REST, printing
from watchers.fetch import Fetcher
from watchers.poll import Poller
from watchers.reading import Readers


class World:
    """What is watched in a database, followed by `watched` on a clock that the test moves."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOON
        self.lists = Watchlists(store, lambda: self.now, watches_per_chat=100, language="ar")
        self.watched = Watched(store, Places(), lambda: self.now)

    async def cares(self, title: str, text: str = "", source: Source = SOURCE) -> bool:
        self.now += FOLLOWED_EVERY
        return await self.watched.concerns(source, article(title, text, source=source))


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


async def test_where_nobody_watches_nothing_concerns_anybody(world: World) -> None:
    assert not await world.cares("قصف مدفعي على مدينة جاسم في ريف درعا")


CASES = [
    # what is watched, the title, does its page matter?
    ("جاسم", "حريق في مدينة جاسم", True),
    ("درعا", "حريق في مدينة جاسم شمالي درعا", True),
    ("جاسم", "اشتباكات في ريف درعا", True),  # its page may name the town
    ("جاسم", "حريق في مدينة القامشلي", False),
    ("جاسم", "قصف عنيف فجر اليوم", True),  # and no word of where
    ("جاسم", "قصف عنيف على مدينة القامشلي", False),
    ("جاسم", "مباراة اليوم في كرة القدم", False),
    ("كهرباء + جاسم", "حريق في مدينة جاسم", True),
    ("كهرباء + جاسم", "حريق في مدينة القامشلي", False),
    ("كهرباء | جاسم", "حريق في مدينة القامشلي", True),
    ("القامشلي | جاسم", "حريق في مدينة القامشلي", True),
    ("القامشلي | جاسم", "حريق في مدينة سلمية بريف حماة", False),
    ("جاسم - حريق", "حريق في مدينة جاسم", True),
    ("كهرباء", "مباراة اليوم في كرة القدم", False),
    ("كهرباء", "حريق في مدينة القامشلي", True),  # nobody knows what its page says
    ("مباراة", "مباراة اليوم في كرة القدم", True),
    ("مباراة + مصدر: صوت حوران", "مباراة اليوم في كرة القدم", True),
    ("مباراة + مصدر: صوت الغوطة", "مباراة اليوم في كرة القدم", False),
    ("فئة: قصف", "قصف عنيف فجر اليوم", True),
    ("فئة: قصف", "مباراة اليوم في كرة القدم", False),
]


@pytest.mark.parametrize(("watch", "title", "matters"), CASES)
async def test_what_a_title_promises_decides(world: World, watch: str, title: str, matters: bool) -> None:
    await world.lists.watch(1, watch)
    assert await world.cares(title) is matters


async def test_what_is_there_of_the_text_counts_too(world: World) -> None:
    await world.lists.watch(1, "منتخب")
    assert await world.cares("مباراة اليوم", "يلعب المنتخب مساء […]")
    assert not await world.cares("مباراة اليوم", "يلعب الفريق مساء […]")


async def test_each_source_has_its_own_names(world: World) -> None:
    await world.lists.watch(1, "مباراة + مصدر: صوت الغوطة")
    assert await world.cares("مباراة اليوم في كرة القدم", source=OTHER)


async def test_what_is_watched_from_now_on_is_known_a_moment_later(world: World) -> None:
    assert not await world.cares("حريق في مدينة جاسم")
    await world.lists.watch(1, "جاسم")
    fire = article("حريق في مدينة جاسم")
    assert not await world.watched.concerns(SOURCE, fire)  # one look at the table serves many articles
    world.now += FOLLOWED_EVERY
    assert await world.watched.concerns(SOURCE, fire)


async def test_what_nobody_watches_any_more_matters_no_more(world: World) -> None:
    for chat in (1, 2):
        await world.lists.watch(chat, "جاسم")
    await world.lists.unwatch(1, "جاسم")
    assert await world.cares("حريق في مدينة جاسم")
    await world.lists.forget(2)
    assert not await world.cares("حريق في مدينة جاسم")
    await world.lists.watch(3, "جاسم")
    assert await world.cares("حريق في مدينة جاسم")


async def test_a_chat_that_has_left_wants_no_pages(world: World) -> None:
    await world.lists.watch(1, "جاسم")
    await world.store.write(lambda connection: watchlists.set_gone(connection, 1, GoneReason.BLOCKED, NOON))
    assert not await world.cares("حريق في مدينة جاسم")
    await world.lists.meet(1)
    assert await world.cares("حريق في مدينة جاسم")


async def test_many_watches_of_which_the_last_is_alive_are_looked_through(world: World) -> None:
    wanted = [watchlists.Wanted(1, f"{n}", f"كلمة {n:04}", "") for n in range(2 * watchlists.KEYS_IN_A_QUERY)]
    await world.store.write(lambda connection: watchlists.add_many(connection, wanted, "ar", NOON))
    await world.store.write(lambda connection: watchlists.set_gone(connection, 1, GoneReason.BLOCKED, NOON))
    assert not await world.cares("حريق في مدينة القامشلي")
    await world.lists.watch(2, "كهرباء")
    assert await world.cares("حريق في مدينة القامشلي")


async def test_a_poll_asks_for_the_pages_that_matter_and_for_no_other(world: World) -> None:
    await world.lists.watch(1, "جاسم")
    filed: list[Poll] = []

    async def file(poll: Poll) -> None:
        filed.append(poll)

    def clock() -> datetime:
        return world.now

    async with AsyncExitStack() as stack:
        press = await stack.enter_async_context(printing(clock))
        fetcher = await stack.enter_async_context(Fetcher("Rasid/1", clock, allow_private_addresses=True))
        readers = Readers(children=1, time_limit=timedelta(seconds=20))
        stack.push_async_callback(readers.close)
        poller = Poller(fetcher, readers, file, clock, concerns=world.watched.concerns)
        due = DueSource(Source("teaser", "", "", press.url("teaser")), Validators(), 0)
        press.publish("teaser", "خبر أول", at=NOON - timedelta(hours=1))
        await poller.poll(due)
        for town in ("جاسم", "القامشلي"):
            press.publish("teaser", f"حريق في مدينة {town}", "اندلع حريق […]")
        await poller.poll(replace(due, rhythm=filed[-1].findings.rhythm))
        whole = {one.title.rsplit(" ", 1)[1]: REST[:30] in one.text for one in filed[-1].articles}
        assert whole == {"جاسم": True, "القامشلي": False}
        assert sum(times for path, times in press.asked.items() if path.startswith("/story/")) == 1
