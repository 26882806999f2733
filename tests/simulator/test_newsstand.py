"""The sample sources: forms, manners, and what a cue publishes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import aiohttp
import pytest

from bot.domain.model import Article, Document
from bot.simulator import Newsstand
from bot.simulator.newsstand import SAMPLES, load_outlet
from watchers.reading import understand

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


async def read(http: aiohttp.ClientSession, newsstand: Newsstand, clock: Clock) -> list[Article]:
    """Every article of every source, as the product reads them."""
    articles: list[Article] = []
    for source in newsstand.sources:
        async with http.get(source.url) as response:
            body = await response.read()
            document = Document(body, response.content_type, response.charset, source.url)
        understood = understand(source, document, clock())
        assert understood.reading.whole
        articles += understood.articles
    return articles


async def test_there_are_four_sources_polled_every_second(newsstand: Newsstand) -> None:
    assert [source.name_ar for source in newsstand.sources] == [f"راصد تجريبي {digit}" for digit in "١٢٣٤"]
    assert {source.interval for source in newsstand.sources} == {timedelta(seconds=1)}


async def test_at_first_there_is_old_news_only(newsstand: Newsstand, http: aiohttp.ClientSession, clock: Clock) -> None:
    articles = await read(http, newsstand, clock)
    ages = [OPENED - article.published_at for article in articles if article.published_at]
    assert len(ages) == 6
    assert all(timedelta(hours=12) < age < timedelta(days=3) for age in ages)


async def test_a_cue_publishes_the_rotation_as_new(
    newsstand: Newsstand, http: aiohttp.ClientSession, clock: Clock
) -> None:
    clock.now += timedelta(minutes=10)
    newsstand.cue()
    newsstand.cue()
    articles = await read(http, newsstand, clock)
    fresh = [article for article in articles if article.published_at == clock.now]
    assert len({article.key for article in articles}) == 20
    written = {item.title for name in SAMPLES for item in load_outlet(name).rotation}
    assert {article.title for article in fresh} == written
    assert all("14:05:07" in article.text for article in fresh)
    assert {article.language for article in fresh} == {"ar", "en", "kmr"}
    for town in TOWNS:
        assert any(town in article.text for article in fresh), town


async def test_another_cue_repeats_the_texts_under_new_names(
    newsstand: Newsstand, http: aiohttp.ClientSession, clock: Clock
) -> None:
    keys: set[str] = set()
    texts: set[tuple[str, str]] = set()
    for _ in range(2):
        newsstand.cue()
        fresh = [article for article in await read(http, newsstand, clock) if "14:05:07" in article.text]
        keys |= {article.key for article in fresh}
        texts |= {(article.title, article.text) for article in fresh}
    assert (len(keys), len(texts)) == (28, 14)


async def test_a_feed_holds_no_more_than_real_ones_do(newsstand: Newsstand, http: aiohttp.ClientSession) -> None:
    for _ in range(6):
        newsstand.cue()
        body = await fetch(http, newsstand.sources[0].url)
    assert body.count(b"<item>") == 20


async def test_another_run_has_other_texts_and_other_names(
    newsstand: Newsstand, http: aiohttp.ClientSession, clock: Clock
) -> None:
    ours = await read(http, newsstand, clock)
    clock.now += timedelta(seconds=20)
    later = Newsstand(clock, delay=timedelta(0))
    await later.start()
    later.cue()
    theirs = await read(http, later, clock)
    await later.stop()
    assert not {article.key for article in ours} & {article.key for article in theirs}
    assert any("14:05:27" in article.text for article in theirs)


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
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(body)
    assert (b" & " in body, b"\x0b" in body, body.count(b"<b>") > body.count(b"</b>")) == (True, True, True)
    fourth = [article for article in await read(http, newsstand, Clock()) if article.source_id == "sample-4"]
    assert len(fourth) == 4
    assert all(article.url and article.url.startswith("http://127.0.0.1:") for article in fourth)


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
    article = (await read(http, newsstand, Clock()))[0]
    assert article.url is not None
    async with http.get(article.url) as response:
        page = await response.text()
    assert article.title in page
    assert article.text in page
    assert "خبر مختلق" in page
    async with http.get(article.url.replace("/daraa-football/", "/other/")) as response:
        assert response.status == 404


@pytest.mark.parametrize("name", SAMPLES)
def test_every_item_tells_the_time_and_has_a_name_of_its_own(name: str) -> None:
    outlet = load_outlet(name)
    assert all("{clock}" in item.text for item in outlet.rotation)
    assert not any("{" in item.text for item in outlet.earlier)
    slugs = [item.slug for item in outlet.rotation + outlet.earlier]
    assert len(slugs) == len(set(slugs))
    assert "راصد تجريبي" in outlet.name_ar
