import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pebble.pool.channel import ChannelMutex

from bot.domain.errors import SourceError
from bot.domain.model import Document, Entry, ProblemKind, Reading, Selectors, Source, SourceKind
from tests.watchers.conftest import NOW
from watchers.children import NICENESS
from watchers.parsers.known import Known
from watchers.reading import Readers, Understood, complete, understand

ROOT = Path(__file__).parents[2]
ITEM = "<item><title>خبر {0}</title><guid>g{0}</guid><description>نص الخبر رقم {0}</description></item>"
FEED = f"<rss version='2.0'><channel><title>م</title>{ITEM.format(1)}</channel></rss>"

NAHR = Source("nahr", "النهر", "Nahr", "https://feeds.example/")
SOURCE = Source("s", "س", "S", "https://feeds.example/")


def document(text: str) -> Document:
    return Document(text.encode(), "application/rss+xml", None, "https://feeds.example/")


def titled(title: str) -> Understood:
    return Understood(Reading(title, ()), 0, (), Known())


def misbehave(_source: Source, document: Document, seen_at: datetime, _known: Known) -> Understood:
    """A reader, in a child, that does what the document says."""
    match document.body:
        case b"spin":
            while True:
                pass
        case b"swallow":
            return titled("x" * (400 << 20))
        case b"die":
            os.kill(os.getpid(), signal.SIGKILL)
        case b"raise":
            raise UnicodeDecodeError("utf-8", b"x", 0, 1, "no reason")
        case b"refuse":
            raise SourceError.__new__(SourceError)
    return titled(document.body.decode())


def articles(source: Source, text: str, media_type: str = "") -> list[tuple[str, str]]:
    understood = understand(source, replace(document(text), media_type=media_type), NOW)
    return [(article.title, article.text) for article in understood.articles]


def test_what_stands_at_the_address_is_read_by_its_own_parser() -> None:
    json = (
        '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "خبر", "content_text": "نص"}]}'
    )
    assert articles(SOURCE, json) == [("خبر", "نص")]
    page = "<html><body><article class='c'><a href='/1'>خبر عن الماء في البلدة</a></article></body></html>"
    listing = replace(SOURCE, kind=SourceKind.PAGE, selectors=Selectors("article.c"))
    assert articles(listing, page, "text/html") == [("خبر عن الماء في البلدة", "")]
    sitemap = (
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
        " xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>https://feeds.example/1</loc>"
        "<n:news><n:title>خبر من خريطة</n:title><n:publication_date>2026-11-25T10:00:00Z</n:publication_date>"
        "</n:news></url><url><loc>https://feeds.example/about</loc></url></urlset>"
    )
    assert articles(replace(SOURCE, kind=SourceKind.SITEMAP), sitemap, "text/xml") == [("خبر من خريطة", "")]
    post = (
        "<html><div class='tgme_widget_message_wrap'><div class='tgme_widget_message' data-post='nahr/7'>"
        "<div class='tgme_widget_message_text'>منشور من القناة</div><a class='tgme_widget_message_date'"
        " href='https://t.me/nahr/7'><time datetime='2026-11-25T10:00:00+00:00'></time></a></div></div></html>"
    )
    channel = replace(SOURCE, kind=SourceKind.TELEGRAM, url="https://t.me/s/nahr")
    found = understand(channel, replace(document(post), url=channel.url, media_type="text/html"), NOW)
    assert [f"{article.title} {article.text}".strip() for article in found.articles] == ["منشور من القناة"]


def test_what_an_outlet_writes_around_its_texts_is_taken_off() -> None:
    feed = FEED.replace("نص الخبر رقم 1", "النهر || نص الخبر. تابعونا على القناة")
    source = replace(SOURCE, strip=("النهر || …", "… تابعونا على"))
    assert articles(source, feed) == [("خبر 1", "نص الخبر.")]


def test_posts_of_a_channel_come_with_the_newest_first_as_items_of_feeds_do() -> None:
    def post(number: int) -> str:
        text = f"<div class='tgme_widget_message_text'>منشور رقم {number}</div>"
        return f"<div class='tgme_widget_message' data-post='nahr/{number}'>{text}</div>"

    page = f"<html><body><section class='tgme_channel_history'>{post(7)}{post(8)}</section></body></html>"
    channel = replace(SOURCE, kind=SourceKind.TELEGRAM, url="https://t.me/s/nahr")
    understood = understand(channel, replace(document(page), url=channel.url), NOW)
    assert [article.key for article in understood.articles] == ["nahr/8", "nahr/7"]
    assert (understood.reading.lowest, understood.reading.highest) == (7, 8)


def test_of_a_source_of_the_world_only_what_names_syria_becomes_an_article_and_all_is_known() -> None:
    items = ITEM.format(1) + ITEM.format(2).replace("خبر 2", "خبر من سوريا")
    feed = document(f"<rss version='2.0'><channel><title>م</title>{items}</channel></rss>")
    understood = understand(replace(SOURCE, syria_only=False), feed, NOW)
    assert [article.key for article in understood.articles] == ["g2"]
    assert len(understood.known.entries) == understood.count == 2


def test_items_that_are_only_addresses_are_told_apart_and_old_ones_are_left() -> None:
    def url(number: int, day: str) -> str:
        return f"<url><loc>https://feeds.example/{number}</loc><lastmod>{day}T10:00:00Z</lastmod></url>"

    urls = url(1, "2026-11-25") + url(2, "2026-11-24") + url(3, "2026-11-01")
    sitemap = replace(SOURCE, kind=SourceKind.SITEMAP)
    understood = understand(sitemap, document(f"<urlset>{urls}</urlset>"), NOW)
    assert understood.articles == ()
    assert [entry.url for entry in understood.addresses] == ["https://feeds.example/1", "https://feeds.example/2"]
    assert understand(sitemap, document(f"<urlset>{urls}</urlset>"), NOW, understood.known).addresses == ()


def test_what_a_feed_says_of_how_often_it_should_be_asked_is_told() -> None:
    understood = understand(SOURCE, document(FEED.replace("<item>", "<ttl>30</ttl><item>", 1)), NOW)
    assert (understood.hints.ttl, understood.hints.skip_hours) == (timedelta(minutes=30), frozenset())


PAGE = (
    f"<html><head><title>خبر</title></head><body><article><h1>خبر</h1>{'<p>فقرة طويلة من متن الخبر.</p>' * 9}</article>"
)


def test_a_feed_of_either_form_may_name_its_hub() -> None:
    json = '{"version": "https://jsonfeed.org/version/1.1", "hubs": [{"type": "WebSub", "url": "/hub"}], "items": []}'
    rss = FEED.replace("<item>", "<atom:link rel='hub' href='/hub'/><item>")
    for text in (json, rss):
        assert understand(SOURCE, document(text), NOW).hints.links.hub == "https://feeds.example/hub"


def test_an_entry_is_completed_from_its_page() -> None:
    entry = Entry("g1", "https://feeds.example/1", "خبر", "فقرة…", None)
    article = complete(SOURCE, entry, replace(document(PAGE), media_type="text/html"), NOW)
    assert article is not None
    assert (article.key, article.title) == ("g1", "خبر")
    assert article.text.count("فقرة طويلة") == 9
    assert complete(replace(SOURCE, syria_only=False), entry, document(PAGE), NOW) is None


async def test_an_entry_is_completed_in_a_child() -> None:
    readers = Readers(children=1)
    entry = Entry("g1", "https://feeds.example/1", "خبر", "فقرة…", None)
    try:
        article = await readers.complete(SOURCE, entry, replace(document(PAGE), media_type="text/html"), NOW)
    finally:
        await readers.close()
    assert article is not None
    assert "فقرة طويلة" in article.text


def test_an_entry_is_understood_again_only_when_its_words_change() -> None:
    """Even where its item is read again: because of a count of comments, or because the feed is not well-formed."""

    def keys(text: str, known: Known) -> tuple[list[str], Known]:
        understood = understand(SOURCE, document(text), NOW, known)
        return [article.key for article in understood.articles], understood.known

    counted = FEED.replace("</item>", "<comments>3</comments></item>")
    broken = FEED.replace("</item>", "<b></item>")
    known = understand(SOURCE, document(FEED), NOW).known
    for again in (FEED, counted, broken):
        found, known = keys(again, known)
        assert found == []
    assert keys(FEED.replace("نص الخبر", "تصحيح الخبر"), known)[0] == ["g1"]


@pytest.fixture
async def readers() -> AsyncIterator[Readers]:
    opened = Readers(children=1, time_limit=timedelta(seconds=1), memory_limit=200 << 20, work=misbehave)
    yield opened
    await opened.close()


async def test_a_feed_is_read_and_understood_in_a_child() -> None:
    readers = Readers(children=2)
    try:
        understood = await readers.read(NAHR, document(FEED), NOW)
    finally:
        await readers.close()
    assert (understood.reading.title, understood.count) == ("م", 1)
    assert [(article.source_id, article.key, article.language) for article in understood.articles] == [
        ("nahr", "g1", "ar")
    ]


@pytest.mark.parametrize("deed", ["spin", "swallow", "die", "raise", "refuse"])
async def test_a_document_that_breaks_its_reader_is_a_problem_and_the_next_is_read(readers: Readers, deed: str) -> None:
    with pytest.raises(SourceError) as caught:
        await readers.read(SOURCE, document(deed), NOW)
    assert caught.value.problem.kind is ProblemKind.READER_FAILED
    assert caught.value.problem.detail
    assert (await readers.read(SOURCE, document("fine"), NOW)).reading.title == "fine"


async def test_one_bad_document_among_many_affects_no_other(readers: Readers) -> None:
    """Also not those that went to the child together with it."""
    deeds = ["a", "b", "raise", "die", "c", "spin", "d", "swallow", "e"]
    results = await asyncio.gather(*(readers.read(SOURCE, document(d), NOW) for d in deeds), return_exceptions=True)
    read = [result.reading.title for result in results if isinstance(result, Understood)]
    assert read == ["a", "b", "c", "d", "e"]


def waste(_source: Source, document: Document, seen_at: datetime, _known: Known) -> Understood:
    """Takes its time, and tells in which child."""
    until = time.monotonic() + 0.8
    while time.monotonic() < until:
        pass
    return titled(f"{document.body.decode()} {os.getpid()}")


async def test_documents_that_wait_share_a_child_but_a_source_in_trouble_has_it_to_itself() -> None:
    """Three together take longer than a child may; alone, each is in time."""
    readers = Readers(children=1, time_limit=timedelta(seconds=2), work=waste)
    try:
        texts = ["a", "b", "c", "d", "e"]  # the first two are handed to the child before the others come
        read = await asyncio.gather(*(readers.read(SOURCE, document(text), NOW) for text in texts))
        assert [one.reading.title.split()[0] for one in read] == texts
        assert len({one.reading.title.split()[1] for one in read}) == 2  # the batch of three took the child with it
        alone = await asyncio.gather(*(readers.read(SOURCE, document(text), NOW, alone=True) for text in texts))
        assert len({one.reading.title.split()[1] for one in alone}) == 1
    finally:
        await readers.close()


async def test_a_reader_broken_while_idle_is_replaced(readers: Readers) -> None:
    await readers.read(SOURCE, document("fine"), NOW)
    for child in _readers_of(os.getpid()):
        os.kill(child, signal.SIGKILL)
    for _ in range(50):
        try:
            assert (await readers.read(SOURCE, document("again"), NOW)).reading.title == "again"
            break
        except SourceError:
            await asyncio.sleep(0.05)
    else:
        pytest.fail("never replaced")


async def test_a_reading_nobody_waits_for_is_stopped(readers: Readers) -> None:
    reading = asyncio.create_task(readers.read(SOURCE, document("spin"), NOW))
    await asyncio.sleep(0.5)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert (await readers.read(SOURCE, document("fine"), NOW)).reading.title == "fine"


async def test_closing_ends_the_children_and_what_is_under_way(readers: Readers) -> None:
    reading = asyncio.create_task(readers.read(SOURCE, document("spin"), NOW))
    await _until(lambda: _readers_of(os.getpid()))
    await readers.close()
    with pytest.raises(SourceError):
        await reading
    assert not _readers_of(os.getpid())


async def test_a_reading_that_has_only_just_been_asked_for_ends_too(readers: Readers) -> None:
    reading = asyncio.create_task(readers.read(SOURCE, document("spin"), NOW))
    await asyncio.sleep(0)  # handed out, and its batch has not begun
    await readers.close()
    with pytest.raises(SourceError):
        await asyncio.wait_for(reading, 5)


async def test_the_locks_of_the_children_outlive_them(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that starts and does not find them dies with a traceback among what the operator reads."""
    left: list[list[int]] = []
    unlink = ChannelMutex.unlink

    def unlinking(mutex: ChannelMutex) -> None:
        left.append(_readers_of(os.getpid()))
        unlink(mutex)

    monkeypatch.setattr(ChannelMutex, "unlink", unlinking)
    reading = asyncio.create_task(readers.read(SOURCE, document("spin"), NOW))
    await _until(lambda: _readers_of(os.getpid()))
    await readers.close()
    assert left == [[]]
    with pytest.raises(SourceError):
        await reading


PARENT = """
import asyncio
from tests.watchers.test_reading import NOW, SOURCE, Readers, document, misbehave
from datetime import timedelta

async def main():
    readers = Readers(children=2, time_limit=timedelta(hours=1), work=misbehave)
    await readers.read(SOURCE, document("fine"), NOW)
    spinning = asyncio.gather(*(readers.read(SOURCE, document("spin"), NOW) for _ in range(2)))
    await asyncio.sleep(0.5)
    print("busy", flush=True)
    await spinning

if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_no_child_outlives_a_parent_that_is_killed() -> None:
    parent = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert parent.stdout is not None
        assert await asyncio.to_thread(parent.stdout.readline) == "busy\n"
        family = _session(parent.pid) - {parent.pid}
        assert len(_readers_of(parent.pid)) == 2
        assert sum(_ticks(member) for member in family) > 10  # they are busy, not idle
        os.kill(parent.pid, signal.SIGKILL)
        await asyncio.to_thread(parent.wait)
        await _until(lambda: not _session(parent.pid))
    finally:
        for member in _session(parent.pid):
            os.kill(member, signal.SIGKILL)
        parent.communicate()


async def test_children_give_way_to_whoever_files_and_sends(readers: Readers) -> None:
    await readers.read(SOURCE, document("fine"), NOW)
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    theirs = {os.getpriority(os.PRIO_PROCESS, child) for child in _readers_of(os.getpid())}
    assert theirs == {min(ours + NICENESS, 19)}


async def test_an_interrupt_from_the_keyboard_is_the_parents_business(readers: Readers) -> None:
    await readers.read(SOURCE, document("fine"), NOW)
    children = _readers_of(os.getpid())
    for child in children:
        os.kill(child, signal.SIGINT)
    assert (await readers.read(SOURCE, document("again"), NOW)).reading.title == "again"
    assert children == _readers_of(os.getpid())


async def _until(condition: object, seconds: float = 10) -> None:
    assert callable(condition)
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def _stat(process: str) -> list[str]:
    """The fields of /proc/PID/stat after the name: state, parent, group, session, ..."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return ["Z", "0", "0", "0"]


def _processes() -> list[str]:
    return [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]


def _readers_of(parent: int) -> list[int]:
    """The reading children, not the multiprocessing module's resource tracker."""
    children = (int(p) for p in _processes() if _stat(p)[1] == str(parent) and _stat(p)[0] != "Z")
    return sorted(child for child in children if "spawn_main" in _command(child))


def _session(leader: int) -> set[int]:
    return {int(p) for p in _processes() if _stat(p)[3] == str(leader) and _stat(p)[0] != "Z"}


def _ticks(process: int) -> int:
    return int(_stat(str(process))[11])


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""
