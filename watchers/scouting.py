"""What can be polled at an address that an operator sent: the scout of `bot.sourcing`.

Owns how far a search goes: how many addresses, for how long, and in which order. Fetches through the guarded
`Fetcher` and reads in a child process of its own, which ends with the search: what is searched is not trusted yet, and
searches are rare. Pages and sitemaps are asked for as robots.txt allows. Feeds and channels are published to be fetched
by programs, and an address that is called like one is looked at; if it turns out to be none, robots.txt decides.
"""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urljoin

from bot.domain.errors import SourceError
from bot.domain.model import Document, NotModified, Problem, Reading, Source, SourceKind
from bot.sourcing import Candidate, languages_of
from bot.understanding import Understanding
from watchers.completing import Pages
from watchers.fetch import Fetcher
from watchers.parsers.known import Known
from watchers.reading import Readers, Understood, understand
from watchers.robots import Robots

MOST = 5  # candidates
MOST_LOOKS = 12  # addresses that are asked in one search
FEEDS, CHANNELS, SITEMAPS = 4, 3, 2  # named by a page, that are looked at
LONGEST = timedelta(seconds=60)
SHOWN = 3  # articles of each candidate
_NEVER = datetime.min.replace(tzinfo=UTC)
_ROBOTS = "/robots.txt"
_FOR_PROGRAMS = re.compile(r"//t\.me/s/|[^:/]/.*(?<![a-z])(?:feeds?|rss2?|atom|rdf|xml|json)(?![a-z])", re.IGNORECASE)
_KINDS_FOR_PROGRAMS = (SourceKind.FEED, SourceKind.TELEGRAM)


@dataclass(frozen=True, slots=True)
class Looked(Understood):
    """What a document came to, and the addresses that it names: `named` on a page, `usual` where a site that names
    none may have a feed all the same."""

    kind: SourceKind | None = None
    named: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()


def look(
    source: Source, document: Document, seen_at: datetime, known: Known, understanding: Understanding = Understanding()
) -> Looked:
    """What runs in a child: read the document as what it is."""
    from watchers.decoding import decode
    from watchers.parsers.discover import kind_of, sitemaps_of

    nothing = Looked(Reading("", ()), 0, (), known)
    if source.url.endswith(_ROBOTS):
        text = decode(document.body, document.charset).text
        return replace(nothing, named=sitemaps_of(text, document.url)[:SITEMAPS])
    kind = kind_of(document)
    if kind is None or kind is SourceKind.PAGE:
        return _of_page(document, replace(nothing, kind=kind))
    understood = understand(replace(source, kind=kind), document, seen_at, known, understanding)
    return Looked(understood.reading, understood.count, understood.articles, known, kind=kind)


def _of_page(document: Document, nothing: Looked) -> Looked:
    from watchers.parsers.discover import channel_url, discover, usual_feeds

    found = discover(document)
    named = (
        *(feed.url for feed in found.feeds[:FEEDS]),
        *map(channel_url, found.channels[:CHANNELS]),
        *found.sitemaps[:SITEMAPS],
    )
    return replace(nothing, named=named, usual=() if found.feeds else usual_feeds(document.url))


class WebScout:
    """`time_limit` and `memory_limit` are for reading one document, as in `Readers`. Without `robots` every page may be
    read."""

    def __init__(
        self,
        fetcher: Fetcher,
        clock: Callable[[], datetime],
        understanding: Understanding,
        time_limit: timedelta = timedelta(seconds=10),
        memory_limit: int = 1 << 30,
        robots: Robots | None = None,
    ) -> None:
        self._pages, self._clock = Pages(fetcher, robots), clock
        self._readers = partial(
            Readers,
            children=1,
            time_limit=time_limit,
            memory_limit=memory_limit,
            work=partial(look, understanding=understanding),
        )

    async def candidates(self, url: str) -> list[Candidate]:
        """What can be polled there, the likeliest first: the address itself, or else what its page names.

        Raises: SourceError: the address itself cannot be read, or robots.txt does not let us.
        """
        found: dict[str, Candidate] = {}
        try:
            async with asyncio.timeout(LONGEST.total_seconds()), self._reading() as readers:
                await self._search(url, readers, found)
        except TimeoutError:
            pass  # what was found until then is shown
        return list(found.values())

    async def _search(self, url: str, readers: Readers, found: dict[str, Candidate]) -> None:
        page = await self._visit(url, readers, found)
        looks = 1
        for group in (page.named, page.usual, (urljoin(url, _ROBOTS),)):
            waiting = deque(group if not found else ())
            while waiting and len(found) < MOST and looks < MOST_LOOKS:
                looks += 1
                with suppress(SourceError):
                    visited = await self._visit(address := waiting.popleft(), readers, found)
                    waiting.extend(visited.named if address.endswith(_ROBOTS) else ())
                if found and group is page.usual:
                    return  # the others are the same feed under other names

    async def _visit(self, url: str, readers: Readers, found: dict[str, Candidate]) -> Looked:
        """What an address came to; it is noted where it can be polled. Raises: SourceError."""
        document, looked = await self._look(url, readers)
        read = looked
        if not read.count and read.reading.children:  # an index of sitemaps: what is polled is the index
            _, read = await self._look(read.reading.children[0], readers)
        if read.articles or read.addresses:
            found.setdefault(document.url, self._candidate(document.url, read))
        return looked

    async def _look(self, url: str, readers: Readers) -> tuple[Document, Looked]:
        """Raises: SourceError."""
        for_programs = _FOR_PROGRAMS.search(url) is not None
        document = (await (self._pages.fetcher.ask(url) if for_programs else self._pages.ask(url))).brought
        if isinstance(document, Problem):
            raise SourceError(document)
        assert not isinstance(document, NotModified), "nothing was known of it"
        looked = await readers.read(Source("scout", "", "", url), document, self._clock())
        assert isinstance(looked, Looked)
        is_page = for_programs and looked.kind not in _KINDS_FOR_PROGRAMS
        if is_page and (refusal := await self._pages.refusal(document.url)):
            raise SourceError(refusal)
        return document, looked

    def _candidate(self, url: str, looked: Looked) -> Candidate:
        assert looked.kind is not None
        newest = sorted(looked.articles, key=lambda a: a.published_at or _NEVER, reverse=True)
        languages = languages_of(looked.articles)
        return Candidate(url, looked.kind, looked.reading.title, tuple(newest[:SHOWN]), looked.count, languages)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Readers]:
        readers = self._readers()
        try:
            yield readers
        finally:
            await readers.close()
