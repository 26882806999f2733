import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.errors import SourceError
from bot.domain.model import Document, ProblemKind, Reading, Source
from tests.watchers.conftest import NOW
from watchers.reading import Readers, Understood

ROOT = Path(__file__).parents[2]
ITEM = "<item><title>خبر {0}</title><guid>g{0}</guid><description>نص الخبر رقم {0}</description></item>"
FEED = f"<rss version='2.0'><channel><title>م</title>{ITEM.format(1)}</channel></rss>"

NAHR = Source("nahr", "النهر", "Nahr", "https://feeds.example/")
SOURCE = Source("s", "س", "S", "https://feeds.example/")


def document(text: str) -> Document:
    return Document(text.encode(), "application/rss+xml", None, "https://feeds.example/")


def misbehave(_source: Source, document: Document, seen_at: datetime, _known: frozenset[str]) -> Understood:
    """A reader, in a child, that does what the document says."""
    match document.body:
        case b"spin":
            while True:
                pass
        case b"swallow":
            return Understood(Reading("x" * (400 << 20), ()), frozenset(), ())
        case b"die":
            os.kill(os.getpid(), signal.SIGKILL)
        case b"raise":
            raise UnicodeDecodeError("utf-8", b"x", 0, 1, "no reason")
        case b"refuse":
            raise SourceError.__new__(SourceError)
    return Understood(Reading(document.body.decode(), ()), frozenset(), ())


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
    assert [entry.guid for entry in understood.reading.entries] == ["g1"]
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
    deeds = ["a", "b", "die", "c", "spin", "d", "swallow", "e"]
    results = await asyncio.gather(*(readers.read(SOURCE, document(d), NOW) for d in deeds), return_exceptions=True)
    read = [result.reading.title for result in results if isinstance(result, Understood)]
    assert read == ["a", "b", "c", "d", "e"]


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
