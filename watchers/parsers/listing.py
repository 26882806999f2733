"""A page that lists articles, read with CSS selectors: a `Document` in, a `Reading` out.

What a selector does not name is looked for in the usual places. A page is not a promise: when nothing is where it was,
the problem says so.
"""

from collections.abc import Iterator
from datetime import datetime

from cssselect import SelectorError
from lxml import etree
from lxml.html import HtmlElement

from bot.domain.model import Document, Entry, Problem, ProblemKind, Reading, Selectors
from watchers.parsers.dates import read_date
from watchers.parsers.entries import MOST_ENTRIES, first_of_each, nothing, web_address
from watchers.parsers.tree import attribute, first, line_of, page_text, page_tree, select, text_of, within


def read_listing(document: Document, selectors: Selectors, now: datetime) -> Reading:
    """The articles that the page lists, in its own order, each address once.

    `NOT_A_FEED` comes alone: no page, a selector that is none, or no item where `selectors.item` says.
    """
    source = page_text(document)
    page = page_tree(source)
    if page is None:
        return nothing(ProblemKind.NOT_A_FEED if source.strip() else ProblemKind.EMPTY, document.media_type)
    try:
        return _read(page, selectors, document.url, now)
    except (SelectorError, etree.XPathError) as error:
        return nothing(ProblemKind.NOT_A_FEED, f"a selector cannot be read: {error}")


def _read(page: HtmlElement, selectors: Selectors, url: str, now: datetime) -> Reading:
    items = select(page, selectors.item)[:MOST_ENTRIES]
    base = web_address(attribute(first(page, "base[href]"), "href"), url) or url
    made = [_entry(item, selectors, base, now) for item in items]
    entries = first_of_each(entry for entry in made if entry is not None)
    if not items:
        return nothing(ProblemKind.NOT_A_FEED, f"the layout has changed: nothing is at {selectors.item}")
    if not entries:
        return nothing(ProblemKind.NOT_A_FEED, f"the layout has changed: no title in any of {len(items)} items")
    problems = tuple(_problems(len(items), made))
    return Reading(line_of(first(page, "title")), entries, problems)


def _problems(items: int, made: list[Entry | None]) -> Iterator[Problem]:
    untitled = sum(entry is None for entry in made)
    unlinked = sum(entry is not None and entry.url is None for entry in made)
    if untitled:
        yield Problem(ProblemKind.BAD_ENTRY, f"{untitled} of {items} items have no title")
    if unlinked:
        yield Problem(ProblemKind.BAD_ENTRY, f"{unlinked} of {items} items have no address")


def _entry(item: HtmlElement, selectors: Selectors, base: str, now: datetime) -> Entry | None:
    links = select(item, "a[href]")
    worded = next((link for link in links if line_of(link)), None)
    title = first(item, selectors.title) if selectors.title else worded
    words = line_of(title)
    if not words:
        return None
    link = first(item, selectors.link) if selectors.link else _link_of(title, item, links)
    text = first(item, selectors.text) if selectors.text else None
    return Entry(
        guid=None,
        url=web_address(attribute(link, "href"), base),
        title=words,
        text=text_of(text),
        published_at=_date(first(item, selectors.time or "time"), now),
    )


def _link_of(title: HtmlElement | None, item: HtmlElement, links: list[HtmlElement]) -> HtmlElement | None:
    """The link that is the title, is in it, or holds it; else the item's first."""
    if title is None:
        return next(iter(links), None)
    around = (holder for holder in within(title, item) if attribute(holder, "href"))
    return next(iter((*select(title, "a[href]"), *around, *links)), None)


def _date(time: HtmlElement | None, now: datetime) -> datetime | None:
    """What the element says to machines, or else to people."""
    written = (attribute(time, "datetime"), attribute(time, "content"), line_of(time), attribute(time, "title"))
    return next((date for text in written if (date := read_date(text, None, now))), None)
