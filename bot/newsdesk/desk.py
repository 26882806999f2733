"""News in: a poll becomes articles, stories, matches and alerts, in one transaction.

An article counts as seen only in the commit that also holds the alerts it causes and the source's new validators. A
kill at any moment therefore leaves a source as it was, and the next poll finds the same entries again.

Polls that come while others are being filed wait, and are then filed together: a unit of work that costs little more
than one of them would. Should it fail, each is filed by itself, so that one that cannot be stored takes no other along.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from bot.domain.model import Poll, PollOutcome
from bot.domain.steps import resized
from bot.newsdesk.filing import Filed, Filing
from bot.newsdesk.telling import FEWEST, STEP, STEP_SECONDS, go_on
from bot.store import Store, articles, outbox, sources
from bot.store.database import file_in_one_lane

log = structlog.get_logger()

T = TypeVar("T")

MOMENT = 0.02  # seconds in which polls that brought nothing are gathered
TOGETHER = 50  # polls in a unit of work, and
MANY = 5_000  # alerts of one fan-out; the outbox is another one then, and again with twice as many
ARTICLES_TOGETHER = 60  # articles in it, if there is more than one poll: about 60 ms on SQLite


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    poll: Poll
    filed: asyncio.Future[Filed]


class Newsdesk:
    """Files polls. `alerts_waiting` is called after a commit that holds new alerts or makes messages out of date, and
    `stories_told` with the stories of such a commit. `codes_named` and `settle`: see `Filing`.
    """

    def __init__(
        self,
        store: Store,
        alerts_waiting: Callable[[], None],
        codes_named: Callable[[str], frozenset[str]],
        settle: timedelta = timedelta(0),
        stories_told: Callable[[Sequence[int]], None] = lambda _: None,
    ) -> None:
        self._store, self._alerts_waiting, self._stories_told = store, alerts_waiting, stories_told
        self._filing = Filing(codes_named, settle)
        self._lane = asyncio.Lock()  # one unit at a time has `_filing`
        self._waiting: deque[_Waiting] = deque()
        self._noted: list[Poll] = []
        self._step = STEP
        self._working: set[asyncio.Task[None]] = set()
        self._noting: asyncio.Task[None] | None = None

    async def open(self, now: datetime) -> None:
        """Read the stories of the last days, beside the writer; finish what a kill has left half told.

        Raises: StoreError.
        """
        await self._store.read(lambda c: self._filing.restore(c, now))
        await self._tell_the_rest(now)

    async def file(self, poll: Poll) -> None:
        """File one poll; returns when it is committed.

        Raises: StoreError: nothing of it was kept; the source is polled again.
        """
        if poll.outcome is PollOutcome.NOT_MODIFIED and not poll.problems and poll.validators is None:
            await self._note(poll)
            return
        filed = await self._together(poll)
        _report(poll, filed)
        if filed.unfinished:
            await self._tell_the_rest(poll.polled_at)

    async def split(self, article_id: int, now: datetime) -> int:
        """Put an article into a story of its own, and tell of it whom it concerns; returns the story.

        Raises: LookupError: there is no such article. StoreError.
        """
        async with self._lane:
            story_id, filed = await self._write(lambda connection: self._split(connection, article_id, now))
        self._woken([filed])
        if filed.unfinished:
            await self._tell_the_rest(now)
        return story_id

    async def _together(self, poll: Poll) -> Filed:
        """File a poll with those that wait."""
        waiting = _Waiting(poll, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if len(self._waiting) == 1:
            work = asyncio.create_task(self._file_waiting())
            self._working.add(work)
            work.add_done_callback(self._working.discard)
        return await waiting.filed

    async def _file_waiting(self) -> None:
        """File all that wait when our turn has come."""
        async with self._lane:
            while some := self._next():
                if not await self._file_some(some):
                    for one in some:
                        await self._file_some([one])

    def _next(self) -> list[_Waiting]:
        """The next polls to be filed together: one of each source, since each builds on what the one before left."""
        some: dict[str, _Waiting] = {}
        size = 0
        while self._waiting and len(some) < TOGETHER:
            one = self._waiting[0]
            size += len(one.poll.articles)
            if some and (size > ARTICLES_TOGETHER or one.poll.source_id in some):
                break
            self._waiting.popleft()
            if not one.filed.done():  # else nobody waits for it any more
                some[one.poll.source_id] = one
        return list(some.values())

    async def _file_some(self, some: Sequence[_Waiting]) -> bool:
        """False when these failed and each of them is to be tried by itself."""
        polls = [one.poll for one in some]
        try:
            filed = await self._write(lambda connection: self._filing.file(connection, polls))
        except Exception as error:  # noqa: BLE001  # the job boundary: it goes to whoever waits for the poll
            if len(some) == 1 and not some[0].filed.done():
                some[0].filed.set_exception(error)
            return len(some) == 1
        for one, what in zip(some, filed, strict=True):
            if not one.filed.done():
                one.filed.set_result(what)
        self._woken(filed)
        return True

    async def _write(self, unit: Callable[[Connection], T]) -> T:
        try:
            return await self._store.write(unit)
        except Exception:
            self._filing.undo()
            raise

    def _woken(self, filed: Sequence[Filed]) -> None:
        stories = [story for one in filed for story in one.stories]
        if stories or any(one.alerts for one in filed):
            self._alerts_waiting()
            self._stories_told(stories)

    async def _note(self, poll: Poll) -> None:
        """Record that nothing has changed: all such polls of a moment in one statement."""
        if self._noting is None:
            self._noting = asyncio.create_task(self._record_noted())
        self._noted.append(poll)
        await asyncio.shield(self._noting)

    async def _record_noted(self) -> None:
        await asyncio.sleep(MOMENT)
        noted, self._noted, self._noting = self._noted, [], None
        await self._store.write(lambda connection: sources.record_unchanged(connection, noted))
        for poll in noted:
            log.debug("poll.filed", source=poll.source_id, outcome=poll.outcome)

    async def _tell_the_rest(self, now: datetime) -> None:
        told, known = 0, MANY
        while (count := await self._store.write(lambda connection: self._go_on(connection, now))) is not None:
            if count:
                self._alerts_waiting()
            told += count
            if told >= known:
                await self._store.maintain(outbox.have_grown)
                known = told * 2

    def _go_on(self, connection: Connection, now: datetime) -> int | None:
        began = perf_counter()
        count = go_on(connection, now, self._step)
        if count is not None:
            self._step = resized(self._step, perf_counter() - began, STEP_SECONDS, FEWEST, STEP)
        return count

    def _split(self, connection: Connection, article_id: int, now: datetime) -> tuple[int, Filed]:
        file_in_one_lane(connection)
        story_id = articles.move(connection, article_id, now)
        told, _ = articles.by_ids(connection, [article_id])[article_id]
        names = (told.article.source_id, told.name_ar, told.name_en)
        article = replace(told.article, seen_at=now)
        return story_id, self._filing.tell_anew(connection, article, (article_id, story_id), names)


def _report(poll: Poll, filed: Filed) -> None:
    for problem in poll.problems:
        log.warning("source.problem", source=poll.source_id, problem=problem.kind, detail=problem.detail)
    if filed.folded:
        log.warning("poll.flooded", source=poll.source_id, articles=len(filed.rang), folded=filed.folded)
    if filed.new or filed.alerts:
        log.info("poll.filed", source=poll.source_id, new=filed.new, alerts=filed.alerts)
    else:
        log.debug("poll.filed", source=poll.source_id, outcome=poll.outcome)
