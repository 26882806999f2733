"""What one document leads to: the pages of a channel or a feed before it, the sitemaps below an index of them.

Owns how far is gone, and what is made of the documents together. Whoever polls says how they are asked for and read.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.domain.errors import SourceError
from bot.domain.model import Document, NotModified, Problem, ProblemKind, Reading, Validators
from watchers.fetch import Answer
from watchers.hosts import host_of
from watchers.parsers.known import Known
from watchers.reading import MOST_ADDRESSES, Understood

MOST_PAGES = 5  # before the newest, of 20 posts each; a channel, or a feed, that published more has left a gap
MOST_SITEMAPS = 3  # of an index, those that were changed last

_NEVER_ASKED, _NOTHING = Validators(), Known()
Ask = Callable[[str, Validators], Awaitable[Answer]]
Read = Callable[[Document, Known], Awaitable[Understood]]
Met = Callable[[Understood], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Child:
    """What was filed of a document that another one leads to."""

    validators: Validators = _NEVER_ASKED
    known: Known = _NOTHING


@dataclass(frozen=True, slots=True)
class Found:
    """What the documents of one poll came to together. `settled`: nothing of it has to be asked for again."""

    understood: Understood
    settled: bool = True
    children: Mapping[str, Child] = field(default_factory=dict)


async def with_older(first: Understood, highest: int | None, known: Known, ask: Ask, read: Read) -> Found:
    """A channel's newest page, and those before it down to post `highest`, which is the latest that was read before.

    Where one cannot be had, all is asked for again at the next poll; where there are too many, the rest is given up.
    """
    pages = [first]
    while older := _older(pages[-1].reading, highest):
        if len(pages) > MOST_PAGES:
            gap = Problem(ProblemKind.GAP, f"between posts {highest} and {pages[-1].reading.lowest}")
            return Found(_together(pages, [gap]))
        outcome = await _next(older, Child(known=known), ask, read)
        if isinstance(outcome, Problem):
            return Found(_together(pages, [outcome]), settled=False)
        page, _ = outcome
        if not _goes_on(pages[-1].reading, page.reading):
            break
        pages.append(page)
    return Found(_together(pages))


def _older(page: Reading, highest: int | None) -> str | None:
    """The page before this one, if there may be posts on it that were never read."""
    return page.older if highest is not None and page.lowest is not None and page.lowest > highest + 1 else None


def _goes_on(page: Reading, older: Reading) -> bool:
    """Telegram answers with the newest page again where there is none before."""
    return page.lowest is not None and older.lowest is not None and older.lowest < page.lowest


async def with_next(first: Understood, url: str, known: Known, met: Met, ask: Ask, read: Read) -> Found:
    """A feed that comes in pages: the one at `url`, and those it leads to on its own host, until one has `met` what was
    filed before. A page that cannot be had is given up: at the next poll the first one meets what is filed now."""
    pages, seen = [first], first.known.entries
    while (older := pages[-1].reading.older) and host_of(older) == host_of(url) and not await met(pages[-1]):
        if len(pages) > MOST_PAGES:
            return Found(_together(pages, [Problem(ProblemKind.GAP, f"more than {MOST_PAGES} pages of new entries")]))
        outcome = await _next(older, Child(known=known), ask, read)
        if isinstance(outcome, Problem):
            return Found(_together(pages, [outcome]))
        page, _ = outcome
        if page.known.entries <= seen:  # it leads in a circle, or to nothing
            break
        seen |= page.known.entries
        pages.append(page)
    return Found(_together(pages))


async def with_children(index: Understood, before: Mapping[str, Child], ask: Ask, read: Read) -> Found:
    """An index of sitemaps, and of those below it the ones that were changed last. Each is asked whether it has
    changed since it was filed `before`; what an index says of that is often wrong."""
    pages, problems, children = [index], list[Problem](), dict[str, Child]()
    for url in index.reading.children[:MOST_SITEMAPS]:
        child = before.get(url, Child())
        outcome = await _next(url, child, ask, read)
        if isinstance(outcome, Problem):
            problems.append(outcome)
        else:
            page, child = outcome
            pages.append(page)
        children[url] = child
    if any(page.count for page in pages):
        pages = [_without_emptiness(page) for page in pages]
    return Found(_together(pages, problems), settled=False, children=children)


def _without_emptiness(page: Understood) -> Understood:
    """One sitemap of several may be empty: that of the last two days' news, on a quiet site."""
    problems = tuple(problem for problem in page.reading.problems if problem.kind is not ProblemKind.EMPTY)
    return replace(page, reading=replace(page.reading, problems=problems))


async def _next(url: str, child: Child, ask: Ask, read: Read) -> tuple[Understood, Child] | Problem:
    answer = await ask(url, child.validators)
    if isinstance(answer.brought, Problem):
        return answer.brought
    if isinstance(answer.brought, NotModified):
        return Understood(Reading("", ()), len(child.known.entries), (), child.known), child
    try:
        page = await read(answer.brought, child.known)
    except SourceError as error:
        return error.problem
    validators = answer.brought.validators if page.reading.whole else Validators()
    return page, Child(validators, page.known)


def _together(pages: Sequence[Understood], problems: Iterable[Problem] = ()) -> Understood:
    """As if all had been one document; what is known is that of the first."""
    first = pages[0]
    told = (problem for page in pages for problem in page.reading.problems)
    return replace(
        first,
        reading=replace(first.reading, problems=(*told, *problems)),
        count=sum(page.count for page in pages),
        articles=tuple(article for page in pages for article in page.articles),
        addresses=tuple(entry for page in pages for entry in page.addresses)[:MOST_ADDRESSES],
    )
