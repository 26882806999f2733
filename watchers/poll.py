"""One poll of one source: fetch, read, follow what leads on, complete what is cut, and hand over everything as one
`Poll`.

Owns what becomes of a failure: it is recorded and it delays the next poll; validators are handed over only with a
reading that was complete, so that a server never answers "not modified" for what was not filed. "Seen" is written by
whoever files the poll, in the transaction that stores the articles, and so is what the next poll builds on. What is
remembered here, of the last poll of each source that was filed, only spares work: losing it costs time, and whoever
files asks the database all the same.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from bot.domain.articles import key_of
from bot.domain.errors import SourceError
from bot.domain.model import (
    Article,
    Document,
    DueSource,
    Findings,
    NotModified,
    Poll,
    PollOutcome,
    Problem,
    Source,
    SourceKind,
    SourceState,
    Validators,
)
from bot.domain.source_health import Condition
from watchers.backfill import Child, Found, with_children, with_next, with_older
from watchers.completing import Completer, Concerns, Pages, names_place_or_event
from watchers.conditions import Seen, judge, why_paused
from watchers.fetch import Answer, Fetcher
from watchers.memory import Memory
from watchers.parsers.hints import Offer, offer
from watchers.parsers.known import Known
from watchers.reading import Readers, Understood
from watchers.robots import Robots
from watchers.schedule import Hints, Pace, Plan, next_poll

FASTEST, SLOWEST = timedelta(minutes=1), timedelta(minutes=15)
_PAGES_OF_SITES = frozenset({SourceKind.PAGE, SourceKind.SITEMAP})  # the others are published to be fetched by programs

Clock = Callable[[], datetime]  # aware UTC
KnownKeys = Callable[[str, Mapping[str, int | None]], Awaitable[Collection[str]]]  # by source; key -> edition
# What holds of a source now, and among which conditions that was judged: the others of those do not hold.
Report = Callable[[Source, Mapping[Condition, str], Collection[Condition]], Awaitable[None]]


def pace_of(source: Source, fastest: timedelta = FASTEST, slowest: timedelta = SLOWEST) -> Pace:
    """The operator's own interval where there is one."""
    if source.interval:
        return Pace(source.interval, source.interval)
    return Pace(fastest, max(fastest, slowest))


async def _none_known(source_id: str, keys: Mapping[str, int | None]) -> Collection[str]:
    return ()


async def _tell_nobody(source: Source, found: Mapping[Condition, str], among: Collection[Condition]) -> None:
    return None


class Hubs(Protocol):
    """What is done with the hubs that sources name (`watchers.websub`), and what has to be known of polls for that."""

    def asked(self, source_id: str) -> None:
        """A poll of the source begins."""

    def offered(self, source_id: str, offer: Offer | None) -> None:
        """The source names this hub, or none; told whenever that can be seen."""

    def filed(self, poll: Poll) -> None:
        """A poll has been filed."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What the last filed poll of a source held: the hash of a document that was whole, its items, and those of the
    sitemaps below it."""

    document: int | None
    known: Known
    children: Mapping[str, Child] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Result:
    """What a poll came to. `articles` may be known to whoever files; `new` are those that are not.

    `highest`: how far a channel has been read."""

    outcome: PollOutcome
    problems: tuple[Problem, ...] = ()
    validators: Validators | None = None
    title: str = ""
    articles: tuple[Article, ...] = ()
    new: tuple[Article, ...] = ()
    highest: int | None = None
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()


_NOTHING = Filed(None, Known())


def _failed(*problems: Problem) -> _Result:
    return _Result(PollOutcome.FAILED, problems)


@dataclass(frozen=True, slots=True)
class Poller:
    """`file` stores a poll in one transaction; what it raises is raised by `conclude`, and nothing was stored.

    `known_keys`: which keys of a source's articles have been filed before, in the very edition or, where None is asked
    for, in any. `report` is told what holds of a source
    whenever that changes, before the poll is filed: it may be told the same twice. `concerns`: whether an article
    could matter to anybody, so that its page is worth a request. Without `robots` every page may be read.
    Without `hubs` nobody is asked to tell of changes.
    """

    fetcher: Fetcher
    readers: Readers
    file: Callable[[Poll], Awaitable[None]]
    clock: Clock
    pace: Callable[[Source], Pace] = pace_of
    robots: Robots | None = None
    known_keys: KnownKeys = _none_known
    report: Report = _tell_nobody
    concerns: Concerns = names_place_or_event
    hubs: Hubs | None = None
    _filed: dict[str, Filed] = field(default_factory=dict)
    _sulking: dict[str, datetime] = field(default_factory=dict)

    async def poll(self, due: DueSource) -> None:
        await self.conclude(due, await self.fetch(due))

    async def fetch(self, due: DueSource) -> Answer:
        """The part of a poll that talks to the source's server first."""
        if self.hubs:
            self.hubs.asked(due.source.id)
        url = Memory.from_json(due.rhythm).address(due.source.url, due.failures)
        ask = self._pages.ask if due.source.kind in _PAGES_OF_SITES else self.fetcher.ask
        return await ask(url, due.validators)

    async def conclude(self, due: DueSource, answer: Answer) -> None:
        """The rest of it: read what was fetched and what it leads to, and file it."""
        match answer.brought:
            case NotModified():
                await self._hand_over(due, answer, _Result(PollOutcome.NOT_MODIFIED))
                if self.hubs and answer.links.hub and answer.links.topic:  # servers may leave them out of this answer
                    self.hubs.offered(due.source.id, Offer(answer.links.hub, answer.links.topic))
            case Problem() as problem:
                await self._hand_over(due, answer, _failed(problem))
            case Document() as document:
                await self._conclude_document(due, answer, document)

    async def _conclude_document(self, due: DueSource, answer: Answer, document: Document) -> None:
        name, told = due.source.id, _hash(due, document)
        filed = self._filed.get(name, _NOTHING)
        if told == filed.document:  # a server that does not answer 304, or has only changed its validators
            unchanged = _Result(PollOutcome.NOT_MODIFIED, validators=document.validators)
            await self._hand_over(due, answer, unchanged)
            return
        seen_at = self.clock()
        try:
            found = await self._read(due, document, filed, seen_at)
        except SourceError as error:
            await self._hand_over(due, answer, _failed(error.problem))
            return
        result = await self._result(due, document, found, seen_at)
        await self._hand_over(due, answer, result)
        if result.outcome is PollOutcome.READ:
            kept = told if _is_done_with(found) else None
            self._filed[name] = Filed(kept, found.understood.known, found.children)
            if self.hubs:
                self.hubs.offered(name, offer(answer.links, found.understood.hints.links, document.url))

    @property
    def _pages(self) -> Pages:
        return Pages(self.fetcher, self.robots)

    @property
    def _completer(self) -> Completer:
        return Completer(self._pages, self.readers, self.concerns, self._sulking)

    async def _read(self, due: DueSource, document: Document, filed: Filed, seen_at: datetime) -> Found:
        """Raises: SourceError: the document broke its reader."""

        async def read(document: Document, known: Known) -> Understood:
            return await self.readers.read(due.source, document, seen_at, known, alone=due.failures > 0)

        first = await read(document, filed.known)
        if first.reading.children:
            return await with_children(first, filed.children, self._pages.ask, read)
        if due.source.kind is SourceKind.TELEGRAM:
            highest = Memory.from_json(due.rhythm).highest
            return await with_older(first, highest, filed.known, self.fetcher.ask, read)
        if first.reading.older and not _is_first(due):
            met = partial(self._met, due.source.id, filed.known)
            return await with_next(first, document.url, filed.known, met, self.fetcher.ask, read)
        return Found(first)

    async def _met(self, source_id: str, known: Known, page: Understood) -> bool:
        """Whether something on a page was filed before; also where the page has nothing to tell that by."""
        if source_id in self._filed:
            return not known.entries.isdisjoint(page.known.entries)
        keys = dict.fromkeys(article.key for article in page.articles)
        return not keys or bool(await self.known_keys(source_id, keys))

    async def _result(self, due: DueSource, document: Document, found: Found, seen_at: datetime) -> _Result:
        understood, reading = found.understood, found.understood.reading
        if reading.problems and not understood.count:
            return _failed(*reading.problems)
        new = await self._new(due, {article.key: article.edition for article in understood.articles})
        articles, refusals = understood.articles, tuple[Problem, ...]()
        if not _is_first(due):  # what the first poll brings rings nowhere, and need not be complete
            articles, refusals = await self._completed(due.source, articles, new, seen_at)
        found_at, also_refused = await self._read_addresses(due.source, understood, seen_at)
        return _Result(
            PollOutcome.READ,
            (*reading.problems, *dict.fromkeys((*refusals, *also_refused))),
            document.validators if _is_done_with(found) else None,
            reading.title,
            (*articles, *found_at),
            (*(article for article in articles if article.key in new), *found_at),
            reading.highest if found.settled else None,
            understood.hints.ttl,
            understood.hints.skip_hours,
        )

    async def _new(self, due: DueSource, keys: Mapping[str, int | None]) -> Collection[str]:
        """Those of the keys that the source has not had before, or not as they are now. What was filed by this process
        is known anyway."""
        if not keys or _is_first(due) or due.source.id in self._filed:
            return frozenset(keys)
        return frozenset(keys) - frozenset(await self.known_keys(due.source.id, keys))

    async def _completed(
        self, source: Source, articles: tuple[Article, ...], new: Collection[str], seen_at: datetime
    ) -> tuple[tuple[Article, ...], tuple[Problem, ...]]:
        completed = await self._completer.complete(source, articles, new, seen_at)
        return completed.articles, completed.problems

    async def _read_addresses(
        self, source: Source, understood: Understood, seen_at: datetime
    ) -> tuple[tuple[Article, ...], tuple[Problem, ...]]:
        if not understood.addresses:
            return (), ()
        keys = {key_of(entry): entry for entry in understood.addresses}
        known = await self.known_keys(source.id, dict.fromkeys(keys))
        entries = [entry for key, entry in keys.items() if key not in known]
        completed = await self._completer.read_addresses(source, entries, seen_at)
        return completed.articles, completed.problems

    async def _hand_over(self, due: DueSource, answer: Answer, result: _Result) -> None:
        now = self.clock()
        before = Memory.from_json(due.rhythm)
        memory = _remembered(due, answer, result, before, now)
        plan = self._plan(due, answer, result, memory, now)
        seen = Seen(result.outcome, plan, answer.status, now, result.title, result.new, _is_first(due))
        memory = await self._reported(due.source, before, memory, seen)
        poll = Poll(
            source_id=due.source.id,
            polled_at=now,
            next_poll_at=plan.at,
            outcome=result.outcome,
            validators=result.validators,
            articles=result.articles,
            problems=result.problems,
            findings=Findings(
                size=answer.received,
                rhythm=None if memory == before and due.rhythm else memory.to_json(),
                title=result.title or None,
                paused_why=why_paused(memory, plan, answer.status),
            ),
        )
        await self.file(poll)
        if self.hubs:
            self.hubs.filed(poll)

    async def _reported(self, source: Source, before: Memory, after: Memory, seen: Seen) -> Memory:
        """`after`, with what the poll shows of its source, which is told where it is not what was told before."""
        judgement = judge(source, before, after, seen)
        conditions = judgement.after(before.conditions)
        if conditions != before.conditions:
            await self.report(source, judgement.found, judgement.among)
            return replace(after, conditions=conditions)
        return after

    def _plan(self, due: DueSource, answer: Answer, result: _Result, memory: Memory, now: datetime) -> Plan:
        patience = max((p.retry_after for p in result.problems if p.retry_after), default=None)
        return next_poll(
            due.source.id,
            self.pace(due.source),
            now,
            memory.rhythm,
            failures=due.failures + 1 if result.outcome is PollOutcome.FAILED else 0,
            status=answer.status,
            hints=Hints(patience, answer.max_age, result.ttl, result.skip_hours),
            check=due.source.state is SourceState.CHECK and result.outcome is not PollOutcome.READ,
        )


def _remembered(due: DueSource, answer: Answer, result: _Result, before: Memory, now: datetime) -> Memory:
    """What the next poll builds on; an item without a date was published when it was seen."""
    rhythm = before.rhythm.answered(answer.status)
    if result.new:
        rhythm = rhythm.heard((article.published_at or now for article in result.new), now)
    memory = before if rhythm is before.rhythm else replace(before, rhythm=rhythm)
    if result.outcome is PollOutcome.FAILED:
        return memory
    from_new = before.address(due.source.url, due.failures) != due.source.url
    memory = memory.led(answer.moved_to, from_new=from_new)
    return memory.read(result.title, result.highest) if result.outcome is PollOutcome.READ else memory


def _is_first(due: DueSource) -> bool:
    """Whether no poll of the source has brought anything yet."""
    return not Memory.from_json(due.rhythm).rhythm.recent


def _is_done_with(found: Found) -> bool:
    """Whether the same bytes would bring nothing more."""
    return found.settled and found.understood.reading.whole


def _hash(due: DueSource, document: Document) -> int:
    """Changes with whatever the reading of the document depends on; of no use to another process.

    Python's own hash is as wide as a digest of 64 bits, and does not let go of the interpreter as hashlib does, which
    would then wait for the thread that writes: 0.7 ms a document.
    """
    return hash((due.source.url, document.url, document.media_type, document.charset, document.body))
