"""Entries that bring only a beginning, or only an address, are completed from the pages of their articles.

Owns which articles are worth a page, and how many pages one poll may ask for. Pages are asked for as robots.txt allows
and in the turn of their host. A page that cannot be had costs some seconds at most: the article stays as it came, and
a host that does not answer is left alone for an hour.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.errors import SourceError
from bot.domain.model import Article, Document, Entry, Problem, ProblemKind, Source, SourceKind, Validators
from watchers.fetch import Answer, Fetcher
from watchers.hosts import host_of
from watchers.reading import Readers
from watchers.robots import Robots

MOST_PAGES = 5  # of one poll, for articles that are there already
PATIENCE = timedelta(seconds=4)  # for all of them together: the articles of the poll wait to be filed
PATIENCE_FOR_ADDRESSES = timedelta(seconds=30)  # which are nothing without their pages
SULKING = timedelta(hours=1)
MAX_BYTES = 1_000_000  # of a page; the rest of it is left unread
SHORT = 200  # characters; a text that has fewer is an announcement of itself
_LONG = 3.0  # seconds; one page that takes as long says something of its host, and not only of those before it
_MANY = 1_000  # hosts
_NO_ANSWER = frozenset({ProblemKind.TIMEOUT, ProblemKind.UNREACHABLE})
_CUT = ("…", "...", "[...]")

_TOO_LATE = Problem(ProblemKind.TIMEOUT)

Concerns = Callable[[Source, Article], Awaitable[bool]]


async def names_place_or_event(source: Source, article: Article) -> bool:
    """Whether some watch could care: its title names a place, or it tells an event."""
    return bool(article.events) or any(hit.field == "title" for hit in article.places)


def is_cut(article: Article) -> bool:
    """Whether its page has more to say than its source."""
    text = article.text.rstrip()
    return len(text) < SHORT or text.endswith(_CUT) or article.published_at is None


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages of sites. Without `robots` none is forbidden."""

    fetcher: Fetcher
    robots: Robots | None = None

    async def ask(self, url: str, validators: Validators = Validators(), *, first_bytes: int | None = None) -> Answer:
        """As `Fetcher.ask`; the problem is `ROBOTS` where robots.txt does not let us."""
        if refusal := await self.refusal(url):
            return Answer(refusal)
        return await self.fetcher.ask(url, validators, first_bytes=first_bytes)

    async def refusal(self, url: str) -> Problem | None:
        """Why the page may not be asked for; None where it may."""
        if self.robots is None or await self.robots.allows(url):
            return None
        return Problem(ProblemKind.ROBOTS, f"robots.txt of {host_of(url)} does not let us read the page")


@dataclass(frozen=True, slots=True)
class Completed:
    """Articles in the order in which they came, and refusals that the operator should see."""

    articles: tuple[Article, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Completer:
    """`sulking`: hosts that did not answer, and until when they are left alone; shared by all polls."""

    pages: Pages
    readers: Readers
    concerns: Concerns = names_place_or_event
    sulking: dict[str, datetime] = field(default_factory=dict)

    async def complete(
        self, source: Source, articles: Sequence[Article], new: Collection[str], seen_at: datetime
    ) -> Completed:
        """The articles, those of them completed that are cut and could concern somebody; `new`: by their keys."""
        entries: dict[str, Entry] = {}
        for article in articles:
            if len(entries) == MOST_PAGES:
                break
            if article.key in new and await self._is_worth_a_page(article, source):
                made = Entry(article.key, article.url, article.title, article.text, article.published_at)
                entries[article.key] = made
        found, problems = await self._read(source, entries, seen_at, PATIENCE)
        return Completed(tuple(found.get(article.key, article) for article in articles), problems)

    async def read_addresses(self, source: Source, entries: Sequence[Entry], seen_at: datetime) -> Completed:
        """The articles at these addresses."""
        by_url = {entry.url or "": entry for entry in entries}
        found, problems = await self._read(source, by_url, seen_at, PATIENCE_FOR_ADDRESSES)
        return Completed(tuple(found.values()), problems)

    async def _is_worth_a_page(self, article: Article, source: Source) -> bool:
        """A channel's post has no page that says more."""
        return (
            source.kind is not SourceKind.TELEGRAM
            and article.url is not None
            and is_cut(article)
            and await self.concerns(source, article)
        )

    async def _read(
        self, source: Source, entries: dict[str, Entry], seen_at: datetime, patience: timedelta
    ) -> tuple[dict[str, Article], tuple[Problem, ...]]:
        until = asyncio.get_running_loop().time() + patience.total_seconds()
        found: dict[str, Article] = {}
        refused: dict[str, Problem] = {}
        for key, entry in entries.items():
            outcome = await self._article(source, entry, seen_at, until)
            if isinstance(outcome, Article):
                found[key] = outcome
            elif isinstance(outcome, Problem) and outcome.kind is ProblemKind.ROBOTS:
                refused[outcome.detail] = outcome
        return found, tuple(refused.values())

    async def _article(self, source: Source, entry: Entry, seen_at: datetime, until: float) -> Article | Problem | None:
        page = await self._page(entry.url or "", seen_at, until)
        if not isinstance(page, Document):
            return page
        try:
            return await self.readers.complete(source, entry, page, seen_at)
        except SourceError as error:
            return error.problem

    async def _page(self, url: str, now: datetime, until: float) -> Document | Problem | None:
        """None where there was no time for it."""
        host, began = host_of(url), asyncio.get_running_loop().time()
        if self.sulking.get(host, now) > now or began > until:
            return None
        try:
            async with asyncio.timeout_at(until):
                brought = (await self.pages.ask(url, first_bytes=MAX_BYTES)).brought
        except TimeoutError:
            if until - began < _LONG:
                return None
            brought = _TOO_LATE
        if isinstance(brought, Problem) and brought.kind in _NO_ANSWER:
            self._leave_alone(host, now)
        return brought if isinstance(brought, Document | Problem) else None

    def _leave_alone(self, host: str, now: datetime) -> None:
        if len(self.sulking) >= _MANY:
            self.sulking.clear()
        self.sulking[host] = now + SULKING
