"""The page of one article: its text, title, address and date, for entries that bring only a beginning, or nothing.

The only owner of trafilatura, which finds the text among menus, other headlines and comments. What the page says to
machines (JSON-LD, Open Graph, `meta`) names the rest; a date that is only guessed is none. Importing this module takes
30 MB, so whoever never reads a page should not.
"""

import json
import logging
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import trafilatura
from lxml import etree
from lxml.html import HtmlElement

from bot.domain.model import Document, Entry, Problem, ProblemKind
from watchers.parsers.dates import read_date
from watchers.parsers.entries import host_of, web_address
from watchers.parsers.plain import plain_line, plain_text
from watchers.parsers.tree import attribute, first, line_of, page_text, page_tree, select

MAX_TEXT = 100_000  # characters
_MAX_TITLE = 500
_SHORTEST = 40  # characters; a page without an article has some word all the same
_MOST_ELEMENTS = 10_000  # news pages have 500 to 5,000; the time of trafilatura grows faster than the page
_MOST_NODES = 2_000  # of JSON-LD that are looked at
_CELL_MARKS = re.compile(r"^[| ]+|[| ]+$|^[-| ]+$", re.MULTILINE)
_ARTICLE = re.compile(r"(?:\w*Article|BlogPosting|LiveBlogPosting|Report)\Z")
_DATE_META = ", ".join(
    f'meta[{kind}="{name}"]'
    for kind, name in (
        ("property", "article:published_time"), ("property", "og:published_time"), ("itemprop", "datePublished"),
        ("name", "article:published_time"), ("name", "pubdate"), ("name", "publish-date"), ("name", "publishdate"),
        ("name", "parsely-pub-date"), ("name", "DC.date.issued"), ("name", "date"),
    )
)  # fmt: skip
_DATE_TIME = "time[itemprop~=datePublished], time[pubdate], time.published, time.entry-date, article time[datetime]"

for _noisy in ("trafilatura", "htmldate", "justext", "courlan"):  # what strangers' pages are like is no event
    logging.getLogger(_noisy).setLevel(logging.CRITICAL + 1)

# What trafilatura may trip over in a stranger's page, which then has no text for us; to run out of memory is not of it.
_STUMBLES = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, etree.LxmlError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """What a page holds of its article; "" and None where it does not say. `url` is its canonical address."""

    url: str
    title: str = ""
    text: str = ""
    published_at: datetime | None = None
    problem: Problem | None = None


def read_article(document: Document, seen_at: datetime) -> ArticlePage:
    """The article, its text one line for each paragraph and of at most 100,000 characters.

    `problem` is set where no text was found.
    """
    source = page_text(document)
    page = page_tree(source)
    if page is None:
        kind = ProblemKind.NOT_A_FEED if source.strip() else ProblemKind.EMPTY
        return ArticlePage(document.url, problem=Problem(kind, f"no page: {document.media_type}"[:200]))
    said = _said_to_machines(page)
    title = _title(page, said)
    text = _text(page, said).removeprefix(f"{title}\n")
    return ArticlePage(
        url=_address(page, said, document.url),
        title=title,
        text=text,
        published_at=_date(page, said, seen_at),
        problem=None if text else Problem(ProblemKind.EMPTY, "a page without an article"),
    )


def completed(entry: Entry, page: ArticlePage) -> Entry:
    """The entry with what only its page tells. Nothing that it says itself is replaced, but a shorter text."""
    return replace(
        entry,
        title=entry.title or page.title,
        text=max(entry.text, page.text, key=len),
        published_at=entry.published_at or page.published_at,
    )


def _text(page: HtmlElement, said: Mapping[str, Any]) -> str:
    bodies = (_extracted(page), plain_text(_string(said.get("articleBody"))[: 2 * MAX_TEXT]))
    return next((body[:MAX_TEXT] for body in bodies if body), "")


def _extracted(page: HtmlElement) -> str:
    """The fast search, and where it finds nothing the thorough one, but not in a long page."""
    elements = sum(1 for _ in page.iter())
    ways = ((_MOST_ELEMENTS, True), (_MOST_ELEMENTS // 4, False))
    found = (_by_trafilatura(page, fast) for most, fast in ways if elements <= most)
    return next((text for text in found if len(text) >= _SHORTEST), "")


def _by_trafilatura(page: HtmlElement, fast: bool) -> str:
    """Layouts by tables are still common, so tables are read; what marks their cells is taken off."""
    try:
        found = trafilatura.extract(page, include_comments=False, include_tables=True, favor_precision=True, fast=fast)
    except _STUMBLES:
        return ""
    return plain_text(_CELL_MARKS.sub("", found or ""))


def _said_to_machines(page: HtmlElement) -> Mapping[str, Any]:
    """The first article among the page's JSON-LD (schema.org); {} if there is none."""
    scripts = select(page, 'script[type="application/ld+json"]')
    return next((node for script in scripts for node in _nodes(script.text or "") if _is_article(node)), {})


def _nodes(text: str) -> Iterator[Mapping[str, Any]]:
    try:
        waiting = deque([json.loads(text, strict=False)])
    except (ValueError, RecursionError):
        return
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.popleft()
        if isinstance(node, dict):
            yield node
        children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        waiting.extend(child for child in list(children)[:_MOST_NODES] if isinstance(child, dict | list))


def _is_article(node: Mapping[str, Any]) -> bool:
    kinds = node.get("@type")
    return any(_ARTICLE.match(str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds])[:10])


def _title(page: HtmlElement, said: Mapping[str, Any]) -> str:
    """The headline; what the page is called elsewhere often names the site too, behind the heading."""
    shared = plain_line(attribute(first(page, 'meta[property="og:title"]'), "content"))
    heading = line_of(first(page, "h1"))
    titles = (
        plain_line(_string(said.get("headline"))),
        heading if shared.startswith(heading) else shared,
        heading,
        line_of(first(page, "title")),
    )
    return next((title[:_MAX_TITLE] for title in titles if title), "")


def _address(page: HtmlElement, said: Mapping[str, Any], url: str) -> str:
    """The canonical address. Only the page's own site can give it, and it is no front page."""
    claimed = (
        attribute(first(page, "link[rel=canonical]"), "href"),
        attribute(first(page, 'meta[property="og:url"]'), "content"),
        said.get("url"),
    )
    for address in (web_address(claim, url) for claim in claimed):
        if address and host_of(address) == host_of(url) and urlsplit(address).path.strip("/"):
            return address
    return url


def _date(page: HtmlElement, said: Mapping[str, Any], seen_at: datetime) -> datetime | None:
    written = [_string(said.get("datePublished"))]
    written += [attribute(meta, "content") for meta in select(page, _DATE_META)[:20]]
    written += [attribute(time, "datetime", "content") for time in select(page, _DATE_TIME)[:5]]
    return next((date for text in written if (date := read_date(text, None, seen_at))), None)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
