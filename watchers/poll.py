"""One poll of one source: fetch, read, and hand over everything as one `Poll`.

Owns what becomes of a failure: it is recorded and it delays the next poll; validators are handed over only with a
reading that was complete, so that a server never answers "not modified" for what was not filed. Remembers nothing:
"seen" is written by whoever files the poll, in the transaction that stores the articles.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
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
    """`file` stores a poll in one transaction; what it raises is raised by `conclude`, and nothing was stored."""

    fetcher: Fetcher
    readers: Readers
    file: Callable[[Poll], Awaitable[None]]
    clock: Clock

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
        await self.file(await self._outcome(due, fetched))

    async def _outcome(self, due: DueSource, fetched: Fetched) -> Poll:
        if isinstance(fetched, NotModified):
            return self._poll(due, PollOutcome.NOT_MODIFIED)
        if isinstance(fetched, Problem):
            return self._failure(due, fetched)
        try:
            understood = await self.readers.read(due.source.id, fetched, self.clock())
        except SourceError as error:
            return self._failure(due, error.problem)
        return self._reading(due, fetched, understood)

    def _reading(self, due: DueSource, document: Document, understood: Understood) -> Poll:
        reading = understood.reading
        if not understood.articles:
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
