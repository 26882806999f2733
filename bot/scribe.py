"""Has a language model write about stories while their alerts wait to be sent.

Nothing waits for it: what is written in time is used, and only as long as no further report has come. Lost work is
not done again; the extractive summary needs nobody.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Self

import structlog

from bot.domain.errors import StoreError
from bot.store import Store, articles
from bot.summarisers import Writer

log = structlog.get_logger()

AT_ONCE = 2  # stories that are written about at the same time
MOST_WAITING = 100  # then the oldest are given up: their alerts have gone


class Scribe:
    """An async context: the writer is open, and work is under way, as long as it lasts."""

    def __init__(self, store: Store, writer: Writer) -> None:
        self._store, self._writer = store, writer
        self._waiting: dict[int, None] = {}  # in order
        self._something = asyncio.Event()
        self._work: list[asyncio.Task[None]] = []

    def told(self, stories: Sequence[int]) -> None:
        """These stories have new reports."""
        for story_id in stories:
            self._waiting.pop(story_id, None)
            self._waiting[story_id] = None
        while len(self._waiting) > MOST_WAITING:
            del self._waiting[next(iter(self._waiting))]
        if self._waiting:
            self._something.set()

    async def __aenter__(self) -> Self:
        await self._writer.open()
        self._work = [asyncio.create_task(self._run()) for _ in range(AT_ONCE)]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await self._writer.close()

    async def _run(self) -> None:
        while True:
            await self._something.wait()
            if not self._waiting:
                self._something.clear()
                continue
            story_id = next(reversed(self._waiting))  # the latest: its alerts are still there
            del self._waiting[story_id]
            with contextlib.suppress(StoreError):  # told by whoever needs the database
                await self._write(story_id)

    async def _write(self, story_id: int) -> None:
        told = (await self._store.read(lambda c: articles.of_stories(c, [story_id]))).get(story_id, [])
        arabic = [report.article for report in told if report.article.language == "ar"]
        text = await self._writer.write(arabic) if arabic else None
        if text is not None:
            ids = [report.id for report in told]
            await self._store.write(lambda c: articles.keep_written(c, story_id, text, ids))
            log.info("summary.written", reports=len(arabic))
