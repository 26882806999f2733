"""The sources, for people and operators: which there are, how they are, finding new ones, adding and removing.

Owns what a found address becomes as a source, and who is an operator. What stands at an address is found out by a
`Scout`, which alone talks to strangers' servers; what ails a source is decided in `bot/domain/source_health.py`.
Everything here can be repeated: what is added twice is there once.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from itertools import count
from typing import Protocol, get_args
from urllib.parse import urlsplit

import structlog
from sqlalchemy import Connection

from bot.catalogue import CHANNEL, catalogue, make_source
from bot.domain.articles import canonical_url
from bot.domain.errors import UserError
from bot.domain.model import Article, Source, SourceKind, SourceState
from bot.domain.opml import Outline
from bot.domain.source_health import ON_RECORD, Condition, Found, on_record
from bot.forms import Language, is_web_address
from bot.store import Store, notices, sources
from bot.store.notices import Queues
from bot.store.sources import SourceHealth

log = structlog.get_logger()

NAME_LETTERS = 60
URL_LETTERS = 500
_HANDLE = re.compile(r"@([A-Za-z][A-Za-z0-9_]{3,31})")
_CHANNEL = re.compile(r"https?://(?:www\.)?(?:t|telegram)\.me/(?:s/)?([A-Za-z][A-Za-z0-9_]{3,31})/?(?:[?#].*)?", re.I)
_BARE = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}(?:[:/?#]\S*)?")  # a host without its scheme
_AREA = re.compile(r"SY(\d{2}){0,3}")
_LANGUAGES: frozenset[str] = frozenset(get_args(Language))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that can be polled, and was. `title`: that it gives itself. `articles`: its latest, the newest first;
    `count`: how many there were. `languages`: those of its articles, the commonest first."""

    url: str
    kind: SourceKind
    title: str
    articles: tuple[Article, ...]
    count: int
    languages: tuple[str, ...] = ("ar",)


class Scout(Protocol):
    """Finds out what can be polled at an address, or is named there."""

    async def candidates(self, url: str) -> Sequence[Candidate]:
        """The likeliest first; empty where there is nothing.

        Raises:
            SourceError: the address itself cannot be read.
        """


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate, and the source that it is already, if so."""

    candidate: Candidate
    known: Source | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a list of subscriptions comes to: sources that are new, and how many are known, or of no use here."""

    new: tuple[Source, ...]
    known: int
    useless: int


@dataclass(frozen=True, slots=True)
class Overview:
    """How all stands, as of `now`."""

    now: datetime
    sources: tuple[SourceHealth, ...]
    queues: Queues


def address_of(text: str) -> str | None:
    """The web address that somebody wrote: a channel as @name or t.me/name, a site with or without https://; None
    where the text is something else."""
    text = text.strip()
    if handle := _HANDLE.fullmatch(text):
        return CHANNEL.format(handle=handle[1])
    url = f"https://{text}" if _BARE.fullmatch(text) else text
    if channel := _CHANNEL.fullmatch(url):
        return CHANNEL.format(handle=channel[1])
    return url if len(url) <= URL_LETTERS and is_web_address(url) else None


class Sourcing:
    """`operators`: the chats whose people may change sources. `scout` may be given later (`employ`)."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        place_name: Callable[[str, str], str | None],
        operators: Collection[int] = (),
        scout: Scout | None = None,
    ) -> None:
        self._store, self._clock = store, clock
        self.place_name = place_name
        self.operators = frozenset(operators)
        self.scout = scout

    def employ(self, scout: Scout) -> None:
        """From now on addresses can be looked at; until then none is found."""
        self.scout = scout

    def now(self) -> datetime:
        return self._clock()

    def require_operator(self, chat_id: int) -> None:
        """Raises: UserError("operators-only")."""
        if chat_id not in self.operators:
            raise UserError("operators-only")

    async def listed(self) -> list[SourceHealth]:
        """The sources that are polled, by id."""
        now = self._clock()
        return await self._store.read(lambda c: sources.health(c, now))

    async def overview(self) -> Overview:
        now = self._clock()
        return Overview(now, tuple(await self.listed()), await self._store.read(lambda c: notices.queues(c, now)))

    # --- finding, adding, removing

    async def find(self, address: str) -> list[Proposal]:
        """What can be polled at an address that a person wrote.

        Raises:
            UserError: "source-address" (it is none), or "source-nothing".
            SourceError: it cannot be read.
        """
        url = address_of(address)
        if url is None or self.scout is None:
            raise UserError("source-address")
        known = {_key(health.source.url): health.source for health in await self.listed()}
        found = [c for c in await self.scout.candidates(url) if len(c.url) <= URL_LETTERS]
        if not found:
            raise UserError("source-nothing", address=url)
        return [Proposal(candidate, known.get(_key(candidate.url))) for candidate in found]

    async def add(self, address: str, *, syria_only: bool = True) -> Source:
        """Add what stands at exactly this address, which is looked at once more. Its first poll alerts nobody.

        Raises: as `find`; "source-nothing" also where it only names other addresses.
        """
        proposals = await self.find(address)
        proposal = next((one for one in proposals if _key(one.candidate.url) == _key(address)), None)
        if proposal is None:
            raise UserError("source-nothing", address=address)
        if proposal.known:
            return proposal.known
        source = source_of(proposal.candidate, syria_only=syria_only)
        await self.enlist((source,))
        return source

    async def enlist(self, new: Sequence[Source]) -> None:
        """Add sources as they are; all of them or none."""
        now = self._clock()

        def unit(connection: Connection) -> None:
            for source in new:
                sources.add(connection, source, now)

        await self._store.write(unit)
        for source in new:
            log.info("source.added", source=source.id)

    async def remove(self, source_id: str) -> Source | None:
        """Stop polling a source that was added in the chat; None where it is none."""
        added = {h.source.id: h.source for h in await self.listed() if h.added_by_operator}
        if source_id in added:
            await self._store.write(lambda c: sources.remove(c, source_id))
            log.info("source.removed", source=source_id)
        return added.get(source_id)

    # --- lists of subscriptions

    async def outlines(self) -> tuple[Outline, ...]:
        """The sources as a list of subscriptions, without pages: those mean nothing without their selectors."""
        listed = (health.source for health in await self.listed())
        return tuple(
            Outline(s.url, s.name_ar, s.kind, s.language, s.area) for s in listed if s.kind is not SourceKind.PAGE
        )

    async def assess(self, outlines: Iterable[Outline]) -> Assessment:
        """What a list would add. What it names has not been looked at, so it is to be checked."""
        known = {_key(health.source.url) for health in await self.listed()}
        new: dict[str, Source] = {}
        repeated, useless = count(), count()
        for outline in outlines:
            url = address_of(outline.url)
            if url is None or outline.kind is SourceKind.PAGE:
                next(useless)
            elif _key(url) in known or _key(url) in new:
                next(repeated)
            else:
                new[_key(url)] = _subscribed(outline, url)
        return Assessment(tuple(new.values()), next(repeated), next(useless))

    # --- what ails them

    async def report(self, kind: Condition, source_id: str, detail: str = "") -> None:
        """Tell the operators that this holds of a source now, unless they have been told.

        In the transaction of a poll, `bot.store.notices.tell` does the same, and ends what has ended.
        """
        await self._tell(source_id, {kind: detail}, {kind})

    async def review(self) -> None:
        """Tell the operators what the records of the sources show. To be called every few minutes."""
        for health in await self.listed():
            found = on_record(health)
            if set(found) != health.reported & ON_RECORD:
                await self._tell(health.source.id, found, ON_RECORD)

    async def _tell(self, source_id: str, found: Found, among: Collection[Condition]) -> None:
        now = self._clock()
        for condition in await self._store.write(lambda c: notices.tell(c, source_id, found, among, now)):
            log.warning("source.condition", source=source_id, condition=condition, detail=found[condition])


# --- from what was found to a source


def source_of(candidate: Candidate, *, syria_only: bool) -> Source:
    """A candidate as a source. What the catalogue has at this address is described as there."""
    if listed := _listed(candidate.url):
        return listed
    languages = tuple(language for language in candidate.languages if language in _LANGUAGES) or ("ar",)
    name = _name(candidate.title) or _short(candidate.url)
    return Source(
        id=_id(candidate.url),
        name_ar=name,
        name_en=name,
        url=candidate.url,
        language=languages[0],
        languages=languages,
        kind=candidate.kind,
        outlet=_id(candidate.url),
        syria_only=syria_only,
    )


def _subscribed(outline: Outline, url: str) -> Source:
    if listed := _listed(url):
        return replace(listed, state=SourceState.CHECK)
    channel = _CHANNEL.fullmatch(url)
    kind = SourceKind.TELEGRAM if channel else outline.kind or SourceKind.FEED
    language = outline.language if outline.language in _LANGUAGES else None
    candidate = Candidate(url, kind, outline.title, (), 0, (language,) if language else ("ar",))
    area = outline.area if outline.area and _AREA.fullmatch(outline.area) else None
    return replace(source_of(candidate, syria_only=True), area=area, state=SourceState.CHECK)


def _listed(url: str) -> Source | None:
    entry = next((e for e in catalogue().values() if e.address and _key(e.address) == _key(url)), None)
    return replace(make_source(entry), state=SourceState.ON) if entry else None


def _key(url: str) -> str:
    """Equal for addresses that are one source."""
    return canonical_url(url).casefold()


def _id(url: str) -> str:
    """The same for the same address; legible, and never that of another one."""
    if channel := _CHANNEL.fullmatch(url):
        return f"tg_{channel[1].lower()}"
    host = re.sub(r"[^a-z0-9]+", "_", _short(url).lower()).strip("_") or "site"
    return f"{host[:32]}_{sha256(_key(url).encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _name(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= NAME_LETTERS else line[: NAME_LETTERS - 1].rsplit(" ", 1)[0] + "…"


def _short(url: str) -> str:
    channel = _CHANNEL.fullmatch(url)
    return f"@{channel[1]}" if channel else (urlsplit(url).hostname or "").removeprefix("www.")


def languages_of(articles: Sequence[Article]) -> tuple[str, ...]:
    """The languages in which at least a fifth of them are, the commonest first."""
    counted = Counter(article.language for article in articles).most_common()
    return tuple(language for language, number in counted if 5 * number >= len(articles)) or ("ar",)
