"""A document is read and understood in a child process, which can be killed.

What runs in a child is a pure function of its arguments. A document that breaks its reader costs one child and is a
problem of its source; the event loop never waits for a parser.

Small documents that wait for a child together go to it together; a lone one goes at once. Where a child does not come
back from several, each of them is read again by itself, and only the guilty one fails.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.domain.errors import SourceError
from bot.domain.model import Article, Document, Entry, Problem, ProblemKind, Reading, Source, SourceKind
from bot.domain.stripping import stripped
from bot.domain.syria import is_about_syria
from bot.understanding import Understanding
from watchers.children import Came, Children, Died, Task
from watchers.parsers.hints import NO_HINTS, FeedHints, feed_hints
from watchers.parsers.known import Known, News, entry_digest

_GRACE = timedelta(seconds=20)  # for starting children, beyond the time that the readings ahead may take
_BACKLOG = 2  # batches handed to the pool for each child: one that runs, one that waits
_TOGETHER = 8  # documents in a batch, and
_BYTES_TOGETHER = 1 << 18  # of what size: 17 feeds of 20 items; it bounds how long the first waits for the last

MOST_ADDRESSES = 10  # items of one document that are only addresses, and whose pages are asked for; others are let go
_RECENT = timedelta(hours=48)  # an address whose page was last touched before that is no news

_NOTHING = Known()


@dataclass(frozen=True, slots=True)
class Understood:
    """What a document came to.

    `reading` comes without its entries: they stay in the child. `count` is how many there are in the document;
    `articles` are those of them that were not known, or have changed, the newest first as feeds have them. `addresses`
    are new entries that are nothing but an address: their pages have to be read. `known`: what is known once all this
    is filed. `hints`: how the document says it should be asked for.
    """

    reading: Reading
    count: int
    articles: tuple[Article, ...]
    known: Known
    addresses: tuple[Entry, ...] = ()
    hints: FeedHints = NO_HINTS


Work = Callable[[Source, Document, datetime, Known], Understood]
Completing = Callable[[Source, Entry, Document, datetime], Article | None]


def understand(
    source: Source,
    document: Document,
    seen_at: datetime,
    known: Known = _NOTHING,
    understanding: Understanding = Understanding(),
) -> Understood:
    """What runs in a child: read what is new in the document, make articles of it.

    An item is passed over where its bytes are known, and an entry where its key and its words are: an edited one comes
    back as an article with a key that the source has had before. What a source of the world says of other countries
    makes no article, and is known all the same.
    """
    from bot.domain.articles import key_of, make_article  # the parent, which imports this module too, needs none

    news = _read(source, document, seen_at, known)
    entries = [_without_furniture(entry, source.strip) for entry in news.reading.entries]
    keys = [key_of(entry) for entry in entries]
    digests = [entry_digest(key, entry) for key, entry in zip(keys, entries, strict=True)]
    old = known.entries
    told = {key: entry for key, entry, name in zip(keys, entries, digests, strict=True) if name not in old}
    read = partial(understanding.read, source_area=source.area, year=seen_at.year)
    made = (make_article(entry, source.id, seen_at, read) for entry in told.values() if entry.title or entry.text)
    articles = [article for article in made if _belongs(article, source)]
    return Understood(
        reading=replace(news.reading, entries=()),
        count=news.count,
        articles=tuple(reversed(articles) if source.kind is SourceKind.TELEGRAM else articles),
        known=news.remembered(digests, known),
        addresses=tuple(_addresses(told.values(), seen_at))[:MOST_ADDRESSES],
        hints=_hints(source, document),
    )


def complete(
    source: Source,
    entry: Entry,
    document: Document,
    seen_at: datetime,
    understanding: Understanding = Understanding(),
) -> Article | None:
    """What runs in a child: the article of an entry and of its page; None where both say nothing of Syria."""
    from bot.domain.articles import make_article
    from watchers.parsers.page import completed, read_article

    whole = _without_furniture(completed(entry, read_article(document, seen_at)), source.strip)
    if not (whole.title or whole.text):
        return None
    read = partial(understanding.read, source_area=source.area, year=seen_at.year)
    article = make_article(whole, source.id, seen_at, read, announced=entry)
    return article if _belongs(article, source) else None


def _belongs(article: Article, source: Source) -> bool:
    return source.syria_only or is_about_syria(article.title, article.text, article.places)


def _addresses(entries: Iterable[Entry], now: datetime) -> Iterator[Entry]:
    for entry in entries:
        if entry.url and not entry.title and not entry.text:
            touched = entry.published_at or entry.modified_at
            if touched is None or now - touched <= _RECENT:
                yield entry


def _hints(source: Source, document: Document) -> FeedHints:
    from watchers.parsers.jsonfeed import json_hints

    if source.kind is not SourceKind.FEED:
        return NO_HINTS
    return json_hints(document) or feed_hints(document.body, document.url)


def _read(source: Source, document: Document, seen_at: datetime, known: Known) -> News:
    """By the parser for what stands at the source's address. Each is loaded where it is needed: a child that never
    reads a web page does without the libraries for it."""
    match source.kind:
        case SourceKind.TELEGRAM:
            from watchers.parsers.telegram import read_channel

            return News(read_channel(document, seen_at))
        case SourceKind.SITEMAP:
            from watchers.parsers.sitemap import read_sitemap

            return News(read_sitemap(document, seen_at))
        case SourceKind.PAGE:
            from watchers.parsers.listing import read_listing

            assert source.selectors is not None, "the catalogue demands selectors of a page"
            return News(read_listing(document, source.selectors, seen_at))
        case SourceKind.FEED:
            from watchers.parsers.feed import read_news
            from watchers.parsers.jsonfeed import is_json, read_json_feed

            return News(read_json_feed(document, seen_at)) if is_json(document) else read_news(document, seen_at, known)


def _without_furniture(entry: Entry, rules: Sequence[str]) -> Entry:
    if not rules:
        return entry
    return replace(entry, title=stripped(entry.title, rules), text=stripped(entry.text, rules))


_NO_ANSWER = Died("no answer")


@dataclass(slots=True, eq=False)
class _Job:
    """A task, and who waits for it. `size`: bytes. `alone`: it must not share a child's time with others."""

    task: Task
    done: asyncio.Future[Any]
    size: int
    alone: bool

    def settle(self, outcome: Came | Died) -> None:
        if self.done.done():
            return
        if isinstance(outcome, Died):
            self.done.set_exception(_failed(outcome.of))
        else:
            self.done.set_result(outcome.to)


class Readers:
    """A few children that read. They start with the first reading; `close` ends them."""

    def __init__(
        self,
        children: int = 2,
        time_limit: timedelta = timedelta(seconds=10),
        memory_limit: int = 1 << 30,
        work: Work = understand,
        complete: Completing = complete,
    ) -> None:
        """`memory_limit` is in bytes of address space over what a child has when it starts."""
        self._number, self._time_limit = children, time_limit
        self._work, self._complete = work, complete
        self._waiting: deque[_Job] = deque()
        self._batches: set[asyncio.Task[list[Came | Died]]] = set()
        self._closed = False
        self._children = Children(children, time_limit, memory_limit)

    async def read(
        self, source: Source, document: Document, seen_at: datetime, known: Known = _NOTHING, *, alone: bool = False
    ) -> Understood:
        """What `document`, which came from `source`, says beyond what is `known`.

        `alone`: for a source that is in trouble, so that others need not wait for it.

        Raises:
            SourceError: `READER_FAILED` when the child ran out of time or memory, or died.
        """
        task = partial(self._work, source, document, seen_at, known)
        understood: Understood = await self._done(task, len(document.body), alone)
        return understood

    async def complete(self, source: Source, entry: Entry, document: Document, seen_at: datetime) -> Article | None:
        """The article of an entry, completed from its page.

        Raises:
            SourceError: as `read`.
        """
        task = partial(self._complete, source, entry, document, seen_at)
        article: Article | None = await self._done(task, len(document.body))
        return article

    async def _done(self, task: Task, size: int, alone: bool = False) -> Any:
        job = _Job(task, asyncio.get_running_loop().create_future(), size, alone)
        self._waiting.append(job)
        self._hand_out()
        return await job.done

    async def close(self) -> None:
        """End the children at once; readings that are under way fail."""
        self._closed = True
        for batch in self._batches:
            batch.cancel()
        await asyncio.gather(*self._batches, return_exceptions=True)
        self._hand_out()
        await asyncio.to_thread(self._children.stop)

    def _hand_out(self) -> None:
        """Give the children as much as they can take."""
        while self._closed and self._waiting:
            self._waiting.popleft().settle(_NO_ANSWER)
        while self._waiting and len(self._batches) < self._number * _BACKLOG:
            if jobs := self._next_jobs():
                batch = asyncio.create_task(self._run(jobs))
                self._batches.add(batch)
                batch.add_done_callback(partial(self._finished, jobs))

    def _finished(self, jobs: list[_Job], batch: asyncio.Task[list[Came | Died]]) -> None:
        self._batches.discard(batch)
        if batch.cancelled():
            self._tell(jobs, _NO_ANSWER)
        elif error := batch.exception():
            self._tell(jobs, Died(type(error).__name__))
        else:
            self._tell(jobs, batch.result())
        self._hand_out()

    def _next_jobs(self) -> list[_Job]:
        jobs: list[_Job] = []
        size = 0
        while self._waiting and len(jobs) < _TOGETHER:
            size += self._waiting[0].size
            if jobs and (jobs[0].alone or self._waiting[0].alone or size > _BYTES_TOGETHER):
                break
            job = self._waiting.popleft()
            if not job.done.done():  # or nobody waits for it any more
                jobs.append(job)
        return jobs

    async def _run(self, jobs: list[_Job]) -> list[Came | Died]:
        """Have a child read these. Once nobody waits any more, the child is killed.

        Raises: what the child died of; RuntimeError where no pool can be had.
        """
        waited_for: asyncio.Future[Any] = asyncio.gather(*(job.done for job in jobs), return_exceptions=True)
        future: asyncio.Future[list[Came | Died]] = asyncio.wrap_future(
            self._children.work_off([job.task for job in jobs])
        )
        try:
            await asyncio.wait([future, waited_for], timeout=self._patience, return_when=asyncio.FIRST_COMPLETED)
        finally:
            future.cancel()  # kills the child, where it has not finished
        return future.result()

    def _tell(self, jobs: list[_Job], outcome: list[Came | Died] | Died) -> None:
        if isinstance(outcome, list):
            for job, one in zip(jobs, outcome, strict=True):
                job.settle(one)
        elif len(jobs) == 1 or self._closed:
            for job in jobs:
                job.settle(outcome)
        else:
            for job in reversed(jobs):
                job.alone = True
                self._waiting.appendleft(job)

    @property
    def _patience(self) -> float:
        """Seconds. The pool keeps the time limit itself, but a child that dies while it takes a task from the pipe
        takes the task with it."""
        return (self._time_limit * _BACKLOG + _GRACE).total_seconds()


def _failed(detail: str) -> SourceError:
    return SourceError(Problem(ProblemKind.READER_FAILED, detail))
