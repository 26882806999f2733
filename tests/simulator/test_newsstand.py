"""The sample sources: forms, manners, and what a cue publishes."""

import calendar
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import feedparser
import pytest

from bot.simulator import Newsstand
from bot.simulator.newsstand import SAMPLES, load_outlet

OPENED = datetime(2026, 3, 14, 11, 5, 7, tzinfo=UTC)  # 14:05:07 in Damascus
TOWNS = ("جاسم", "درعا", "حلب", "دير الزور", "القامشلي", "السويداء")


class Clock:
    def __init__(self) -> None:
        self.now = OPENED

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def newsstand(clock: Clock) -> AsyncIterator[Newsstand]:
    newsstand = Newsstand(clock, delay=timedelta(0))  # a cue has published before the next request arrives
    await newsstand.start()
    yield newsstand
    await newsstand.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def fetch(http: aiohttp.ClientSession, url: str) -> bytes:
    async with http.get(url) as response:
        assert response.status == 200
        return await response.read()


async def read(http: aiohttp.ClientSession, newsstand: Newsstand) -> list[feedparser.FeedParserDict]:
    """Every entry of every source; the reader is told the encoding that nobody declares."""
    entries = []
    for source in newsstand.sources:
        body = await fetch(http, source.url)
        encoding = "windows-1256" if source.id == "sample-3" else "utf-8"
        document = body.decode(encoding)
        entries += feedparser.parse(document, sanitize_html=False).entries
    return entries


def published_at(entry: feedparser.FeedParserDict) -> datetime:
    return datetime.fromtimestamp(calendar.timegm(entry.published_parsed), UTC)


async def test_there_are_four_sources_polled_every_second(newsstand: Newsstand) -> None:
    assert [source.name_ar for source in newsstand.sources] == [f"راصد تجريبي {digit}" for digit in "١٢٣٤"]
    assert {source.interval for source in newsstand.sources} == {timedelta(seconds=1)}


async def test_at_first_there_is_old_news_only(newsstand: Newsstand, http: aiohttp.ClientSession) -> None:
    entries = await read(http, newsstand)
    published = [published_at(entry) for entry in entries]
    assert len(entries) == 6
    assert all(timedelta(hours=12) < OPENED - moment < timedelta(days=3) for moment in published)


async def test_a_cue_publishes_the_rotation_as_new(
    newsstand: Newsstand, http: aiohttp.ClientSession, clock: Clock
) -> None:
    clock.now += timedelta(minutes=10)
    newsstand.cue()
    newsstand.cue()
    entries = await read(http, newsstand)
    fresh = [entry for entry in entries if published_at(entry) == clock.now]
    assert len(fresh) == 14
    assert len({entry.id for entry in entries}) == 20
    assert all("14:05:07" in entry.summary for entry in fresh)
    for town in TOWNS:
        assert any(town in entry.title + entry.summary for entry in fresh), town


async def test_another_cue_repeats_the_texts_under_new_names(newsstand: Newsstand, http: aiohttp.ClientSession) -> None:
    guids: set[str] = set()
    texts: set[str] = set()
    for _ in range(2):
        newsstand.cue()
        fresh = [entry for entry in await read(http, newsstand) if "14:05:07" in entry.summary]
        guids |= {entry.id for entry in fresh}
        texts |= {entry.title + entry.summary for entry in fresh}
    assert (len(guids), len(texts)) == (28, 14)


async def test_a_feed_holds_no_more_than_real_ones_do(newsstand: Newsstand, http: aiohttp.ClientSession) -> None:
    for _ in range(6):
        newsstand.cue()
        body = await fetch(http, newsstand.sources[0].url)
    assert len(feedparser.parse(body).entries) == 20


async def test_another_run_has_other_texts_and_other_names(newsstand: Newsstand, http: aiohttp.ClientSession) -> None:
    later = Newsstand(lambda: OPENED + timedelta(seconds=20), delay=timedelta(0))
    await later.start()
    for stand in (newsstand, later):
        stand.cue()
    ours, theirs = await read(http, newsstand), await read(http, later)
    await later.stop()
    assert not {entry.id for entry in ours} & {entry.id for entry in theirs}
    assert any("14:05:27" in entry.summary for entry in theirs)


async def test_one_feed_declares_its_encoding_nowhere(newsstand: Newsstand, http: aiohttp.ClientSession) -> None:
    async with http.get(newsstand.sources[2].url) as response:
        body = await response.read()
        assert response.charset is None
    assert b"encoding" not in body.partition(b"?>")[0]
    assert "دير الزور" not in body.decode("utf-8", "replace")
    assert "حمص" in body.decode("windows-1256")


async def test_one_feed_is_broken_and_still_holds_its_entries(
    newsstand: Newsstand, http: aiohttp.ClientSession
) -> None:
    newsstand.cue()
    body = await fetch(http, newsstand.sources[3].url)
    parsed = feedparser.parse(body)
    assert parsed.bozo
    assert (b" & " in body, b"\x0b" in body, body.count(b"<b>") > body.count(b"</b>")) == (True, True, True)
    assert len(parsed.entries) == 4
    assert all(entry.link.startswith("http://127.0.0.1:") for entry in parsed.entries)


async def test_an_unchanged_feed_is_not_sent_again(
    newsstand: Newsstand, http: aiohttp.ClientSession, clock: Clock
) -> None:
    url = newsstand.sources[0].url
    async with http.get(url) as response:
        by_tag = {"If-None-Match": response.headers["ETag"]}
        by_date = {"If-Modified-Since": response.headers["Last-Modified"]}
    for known in (by_tag, by_date):
        async with http.get(url, headers=known) as response:
            assert (response.status, await response.read()) == (304, b"")
    clock.now += timedelta(minutes=1)
    newsstand.cue()
    for known in (by_tag, by_date, by_date | {"If-None-Match": '"other"'}, {"If-Modified-Since": "yesterday"}):
        async with http.get(url, headers=known) as response:
            assert response.status == 200


async def test_an_item_has_a_page_that_says_it_is_invented(newsstand: Newsstand, http: aiohttp.ClientSession) -> None:
    entry = feedparser.parse(await fetch(http, newsstand.sources[0].url)).entries[0]
    async with http.get(entry.link) as response:
        page = await response.text()
    assert entry.title in page
    assert "خبر مختلق" in page
    async with http.get(entry.link.replace("/daraa-football/", "/other/")) as response:
        assert response.status == 404


@pytest.mark.parametrize("name", SAMPLES)
def test_every_item_tells_the_time_and_has_a_name_of_its_own(name: str) -> None:
    outlet = load_outlet(name)
    assert all("{clock}" in item.text for item in outlet.rotation)
    assert not any("{" in item.text for item in outlet.earlier)
    slugs = [item.slug for item in outlet.rotation + outlet.earlier]
    assert len(slugs) == len(set(slugs))
    assert "راصد تجريبي" in outlet.name_ar
