"""A source of every kind, polled for a day of the test's own, and after kill -9: everything is filed, and once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, create_engine, select

from bot.domain.model import ProblemKind
from bot.domain.source_health import Condition
from bot.newsdesk import Newsdesk
from bot.places import Places
from bot.settings import Settings
from bot.store import Store, sources
from bot.store.tables import alerts, articles
from bot.store.tables import sources as source_rows
from bot.watching import known_keys, reporter
from tests.house import House, settings
from tests.journeys.conftest import SALMA, World
from tests.press import MORE, PATHS, REST, TEXT, Press, printing
from watchers.fetch import Fetcher
from watchers.poll import Poller
from watchers.reading import Readers
from watchers.robots import Robots

MIDNIGHT = datetime(2026, 3, 14, 21, 0, tzinfo=UTC)  # in Damascus
GOOD = tuple(name for name in PATHS if name not in ("nobody", "closed"))
PLACES = ("درعا", "حلب", "حمص", "دمشق", "إدلب", "اللاذقية")


@dataclass
class Day:
    """Everything between the press and the database, at a time that only the test moves."""

    now: datetime = MIDNIGHT
    polled: dict[str, list[datetime]] = field(default_factory=dict)
    store: Store = field(init=False)
    press: Press = field(init=False)
    poller: Poller = field(init=False)

    def clock(self) -> datetime:
        return self.now

    async def enlist(self) -> None:
        entries = [MORE.get(name, {}) | {"id": name, "url": self.press.url(name)} for name in PATHS]
        listed = Settings.model_validate({"use_catalogue": False, "sources": entries}).enabled_sources
        await self.store.write(lambda c: sources.enlist(c, listed, self.now))

    async def pass_until(self, end: datetime) -> None:
        """Poll what is due, all at once, every other minute."""
        while self.now < end:
            due = await self.store.read(lambda c: sources.due(c, self.now, 1000))
            for one in due:
                self.polled.setdefault(one.source.id, []).append(self.now)
            await asyncio.gather(*(self.poller.poll(one) for one in due))
            self.now += timedelta(minutes=2)

    async def filed(self) -> dict[str, list[Row[Any]]]:
        rows = await self.store.read(lambda c: list(c.execute(select(articles).order_by(articles.c.id))))
        return {name: [row for row in rows if row.source_id == name] for name in PATHS}

    async def problems(self) -> dict[str, str | None]:
        return {h.source.id: h.problem for h in await self.store.read(lambda c: sources.health(c, self.now))}

    async def reported(self) -> dict[str, frozenset[str]]:
        return {h.source.id: h.reported for h in await self.store.read(lambda c: sources.health(c, self.now))}


@pytest.fixture
async def day(tmp_path: Path) -> AsyncIterator[Day]:
    made = Day()
    readers = Readers(children=1)
    async with AsyncExitStack() as stack:
        made.store = Store.open(f"sqlite:///{tmp_path}/rasid.sqlite3")
        stack.callback(made.store.close)
        made.press = await stack.enter_async_context(printing(made.clock))
        fetcher = await stack.enter_async_context(Fetcher("Rasid/1", made.clock, allow_private_addresses=True))
        stack.push_async_callback(readers.close)
        desk = Newsdesk(made.store, lambda: None, Places().codes_named)
        made.poller = Poller(
            fetcher,
            readers,
            desk.file,
            made.clock,
            robots=Robots(fetcher, "Rasid", made.clock),
            known_keys=partial(known_keys, made.store),
            report=reporter(made.store, made.clock),
        )
        await made.enlist()
        yield made


def plan_a_day(press: Press, start: datetime) -> None:
    """What every publisher has, and what comes during the day; the channel talks most of the time."""
    for order, name in enumerate(GOOD):
        for place in PLACES[:3]:
            press.publish(name, f"أخبار قديمة من {place} {order}", at=start - timedelta(hours=5))
    for hour in range(1, 24, 4):
        for order, name in enumerate(GOOD):
            at = start + timedelta(hours=hour, minutes=3 * order)
            place = PLACES[(hour // 4 + order) % len(PLACES)]
            press.publish(name, f"حريق في مستودع في {place} رقم {hour} {order}", at=at)
    press.publish(
        "world", "حريق كبير في مصنع قرب القاهرة", "اندلع حريق في مصنع قرب القاهرة.", start + timedelta(hours=6)
    )
    press.publish("world", "Syrian minister visits Doha", "The minister met officials.", start + timedelta(hours=7))
    for number in range(70):
        press.publish("channel", f"متابعة حركة السير على طرق حوران {number}", at=start + timedelta(minutes=20 * number))
    press.items["channel"].sort(key=lambda item: item.at)
    press.items["channel"] = [
        type(item)(number, item.title, item.text, item.at) for number, item in enumerate(press.items["channel"], 1)
    ]


async def test_a_day_of_every_kind_of_source(day: Day) -> None:
    plan_a_day(day.press, MIDNIGHT)
    await day.pass_until(MIDNIGHT + timedelta(hours=9))
    day.now += timedelta(hours=8)  # we were away: the channel has gone on for more than a page
    await day.pass_until(MIDNIGHT + timedelta(hours=25))
    filed = await day.filed()
    for name in GOOD:
        expected = {item.title for item in day.press.items[name] if "القاهرة" not in item.title}
        assert Counter(row.title for row in filed[name]) == Counter(expected), name
    assert day.press.asked["/s/nobody"] > 1
    assert filed["nobody"] == filed["closed"] == []
    _their_forms_were_read(day, filed)
    _everybody_was_asked_politely(day)
    problems = await day.problems()
    assert problems["nobody"] == ProblemKind.NOT_A_FEED
    assert problems["closed"] == ProblemKind.ROBOTS
    assert {name: problems[name] for name in GOOD} == dict.fromkeys(GOOD)
    assert (await day.reported())["tomorrow"] >= {Condition.DATES}


def _their_forms_were_read(day: Day, filed: dict[str, list[Row[Any]]]) -> None:
    published = {name: {item.title: item for item in day.press.items[name]} for name in GOOD}
    for name in ("plain", "undeclared", "declared", "mislabelled", "json", "map", "listing"):
        for row in filed[name]:
            on_time = row.published_at == published[name][row.title].at
            assert on_time or (name == "listing" and "قديمة" in row.title), (name, row.title)
    for row in filed["torn"]:
        assert TEXT.startswith(row.text.rstrip(" .…").split(TEXT[30:])[0][:20])
        assert "\ufffd" not in row.text
    assert all(row.published_at == row.seen_at for row in filed["tomorrow"])
    for name in ("teaser", "map", "index", "listing"):
        new = [row for row in filed[name] if "قديمة" not in row.title]
        assert all(REST.split(".")[0] in row.text for row in new), name


def _everybody_was_asked_politely(day: Day) -> None:
    """Not more than once a minute, and at least every quarter of an hour, give or take a tenth and our two minutes."""
    for name, times in day.polled.items():
        waits = [after - before for before, after in pairwise(times)]
        assert min(waits) >= timedelta(seconds=54), name
        if name in GOOD:
            assert sorted(waits)[-2] <= timedelta(minutes=18.5), name  # all but the hours in which we were away
    assert day.press.asked["/closed/news"] == 0
    assert day.press.asked["/robots.txt"] <= 3


async def test_after_kill_9_the_same_poll_files_everything_once(world: World) -> None:
    async with printing(lambda: datetime.now(UTC)) as press:
        names = [name for name in GOOD if name != "tomorrow"]
        for order, name in enumerate(GOOD):
            press.publish(name, f"أخبار قديمة من درعا {order}")
        entries = [source | {"interval_seconds": 1} for source in press.sources(names)]
        made = settings([], press.url) | {"sources": entries}
        world.house = house = House(world.folder, made, world.simulator.api_base)
        await house.start()
        await world.ask(SALMA, "تابع درعا")
        await _titles_become(world.folder, {name: Counter(i.title for i in press.items[name]) for name in names})
        for order, name in enumerate(names):
            press.publish(name, f"انفجار عبوة ناسفة في درعا رقم {order}")
        for moment in (1, 5, 12):
            await _answered(press, moment)
            await house.kill()
            await house.start()
        expected = {name: Counter(i.title for i in press.items[name]) for name in names}
        await _titles_become(world.folder, expected)
        asked = press.asked.total()
        await _answered(press, 3 * len(names))
        assert press.asked.total() > asked
        assert _titles(world.folder) == expected
        told = [row.article_id for row in _rows(world.folder, alerts.c.article_id)]
        assert len(told) == len(set(told)) > 0


def _rows(folder: Path, *columns: Any) -> Sequence[Any]:
    engine = create_engine(f"sqlite:///{folder}/var/rasid.sqlite3")
    with engine.connect() as connection:
        rows = list(connection.execute(select(*columns)))
    engine.dispose()
    return rows


def _titles(folder: Path) -> dict[str, Counter[str]]:
    titles: dict[str, Counter[str]] = {row.id: Counter() for row in _rows(folder, source_rows.c.id)}
    for row in _rows(folder, articles.c.source_id, articles.c.title):
        titles[row.source_id][row.title] += 1
    return titles


async def _titles_become(folder: Path, expected: dict[str, Counter[str]]) -> None:
    found: dict[str, Counter[str]] = {}
    try:
        async with asyncio.timeout(60):
            while (found := _titles(folder)) != expected:
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError({n: (found.get(n), c) for n, c in expected.items() if found.get(n) != c}) from None


async def _answered(press: Press, requests: int) -> None:
    """Wait until so many more requests have come."""
    target = press.asked.total() + requests
    async with asyncio.timeout(30):
        while press.asked.total() < target:
            await asyncio.sleep(0.005)
