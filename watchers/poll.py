"""One poll of one source: fetch, read, and hand over everything as one `Poll`.

Owns what becomes of a failure: it is recorded and it delays the next poll; validators are handed over only with a
reading that was complete, so that a server never answers "not modified" for what was not filed. Remembers nothing:
"seen" is written by whoever files the poll, in the transaction that stores the articles.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.errors import SourceError
from bot.domain.model import Article, Document, DueSource, NotModified, Poll, PollOutcome, Problem, Validators
from watchers.fetch import Fetcher
from watchers.reading import Readers, Understood
from watchers.schedule import next_poll_at

Clock = Callable[[], datetime]  # aware UTC
Fetched = Document | NotModified | Problem


@dataclass(frozen=True, slots=True)
class Poller:
    """`file` stores a poll in one transaction; what it raises is raised by `conclude`, and nothing was stored.

    Which keys the last filed poll of a source held is kept in memory, only to spare understanding the same entries
    again: losing it costs time, and whoever files asks the database all the same.
    """

    fetcher: Fetcher
    readers: Readers
    file: Callable[[Poll], Awaitable[None]]
    clock: Clock
    _filed: dict[str, frozenset[str]] = field(default_factory=dict)

    async def poll(self, due: DueSource) -> None:
        await self.conclude(due, await self.fetch(due))

    async def fetch(self, due: DueSource) -> Fetched:
        """The part of a poll that talks to the source's server."""
        try:
            return await self.fetcher.fetch(due.source.url, due.validators)
        except SourceError as error:
            return error.problem

    async def conclude(self, due: DueSource, fetched: Fetched) -> None:
        """The rest of it: read what was fetched, and file it."""
        if isinstance(fetched, NotModified):
            await self.file(self._poll(due, PollOutcome.NOT_MODIFIED))
        elif isinstance(fetched, Problem):
            await self.file(self._failure(due, fetched))
        else:
            await self._conclude_document(due, fetched)

    async def _conclude_document(self, due: DueSource, document: Document) -> None:
        name = due.source.id
        known = self._filed.get(name, frozenset())
        try:
            understood = await self.readers.read(due.source, document, self.clock(), known)
        except SourceError as error:
            await self.file(self._failure(due, error.problem))
            return
        await self.file(self._reading(due, document, understood))
        self._filed[name] = understood.keys

    def _reading(self, due: DueSource, document: Document, understood: Understood) -> Poll:
        reading = understood.reading
        if not reading.entries:
            return self._failure(due, *reading.problems)
        return self._poll(
            due,
            PollOutcome.READ,
            validators=document.validators if reading.whole else None,
            articles=understood.articles,
            problems=reading.problems,
        )

    def _failure(self, due: DueSource, *problems: Problem) -> Poll:
        return self._poll(due, PollOutcome.FAILED, problems=problems)

    def _poll(
        self,
        due: DueSource,
        outcome: PollOutcome,
        *,
        validators: Validators | None = None,
        articles: tuple[Article, ...] = (),
        problems: tuple[Problem, ...] = (),
    ) -> Poll:
        now = self.clock()
        failures = due.failures + 1 if outcome is PollOutcome.FAILED else 0
        patience = max((p.retry_after for p in problems if p.retry_after), default=None)
        return Poll(
            source_id=due.source.id,
            polled_at=now,
            next_poll_at=next_poll_at(due.source.id, due.source.interval, now, failures, patience),
            outcome=outcome,
            validators=validators,
            articles=articles,
            problems=problems,
        )
