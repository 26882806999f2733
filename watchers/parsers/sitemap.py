"""Sitemaps: news sitemaps, plain ones with `lastmod`, and indexes of them. A `Document` in, a `Reading` out.

A news sitemap has titles and dates; a plain one only addresses, whose pages have to be read, and `lastmod`, which many
sites set anew with every touch: it is never taken for a date of publication. The order of a sitemap means nothing, so
of a long one the latest are kept. An index has no entries but `children`.

A sitemap is flat, and is read as a row of items: one that is broken does not spoil those after it, and nothing that
XML can be made to do (entities, depth, namespaces that nobody declared) is done. Gzip is undone by whoever fetches.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from xml.sax.saxutils import unescape

from bot.domain.model import Document, Entry, Problem, ProblemKind, Reading
from watchers.decoding import decode
from watchers.parsers.dates import read_date
from watchers.parsers.entries import MOST_ENTRIES, first_of_each, host_of, nothing, web_address
from watchers.parsers.plain import plain_line, plain_text

MOST_CHILDREN = 100
_MOST_KEYWORDS = 50
_HEAD = 8_192  # characters in which the root element must begin
_LONGEST_ITEM = 20_000  # characters; what is behind them is not looked at
_ROOT = re.compile(r"<(?:[\w-]{1,40}:)?(urlset|sitemapindex)(?=[\s>/])", re.IGNORECASE)
_END = re.compile(r"</(?:[\w-]{1,40}:)?(?:urlset|sitemapindex)\s*>|\A<[^<>]*/>\s*\Z", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ITEM_START = re.compile(r"<(?:[\w-]{1,40}:)?(?:url|sitemap)(?=[\s>])[^<>]*>", re.IGNORECASE)
_ITEM_END = re.compile(r"</(?:[\w-]{1,40}:)?(?:url|sitemap)\s*>", re.IGNORECASE)
_FIELD = re.compile(
    r"<(?:([\w-]{1,40}):)?([\w-]{1,40})(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[(.{0,2000}?)\]\]>|([^<]+))", re.DOTALL
)
_OF_PICTURES = {"image", "video", "xhtml"}  # prefixes of elements that have addresses and titles of their own
_QUOTES = {"&quot;": '"', "&apos;": "'"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,2}")
_NEVER = datetime.min.replace(tzinfo=UTC)

_Fields = dict[str, str]  # what an item says, by the name of the element without prefix; of two of a name the first


def read_sitemap(document: Document, now: datetime) -> Reading:
    """The latest entries, the latest first where dates tell; those of a plain sitemap have neither title nor text.

    `NOT_A_FEED` and `EMPTY` come alone.
    """
    text = decode(document.body, document.charset).text
    root = _ROOT.search(text[:_HEAD])
    if root is None:
        return nothing(ProblemKind.NOT_A_FEED if text.strip() else ProblemKind.EMPTY, document.media_type)
    body = _COMMENT.sub("", text[root.start() :])
    whole = _END.search(body) is not None
    items = list(_items(body))
    read = _index if root[1].lower() == "sitemapindex" else _entries
    found = read(items, document.url, now)
    if not whole:
        cut = Problem(ProblemKind.CUT, f"ends after {len(items)} complete items")
        return replace(found, problems=(cut, *found.problems), whole=False)
    if not items:
        return nothing(ProblemKind.EMPTY, "a sitemap without items")
    if not found.entries and not found.children:
        return nothing(ProblemKind.NOT_A_FEED, f"the layout has changed: no address in any of {len(items)} items")
    return found


def _items(body: str) -> Iterator[_Fields]:
    """What each complete `url` or `sitemap` element says."""
    for piece in _ITEM_END.split(body)[:-1]:
        started = [start.end() for start in _ITEM_START.finditer(piece)]
        if started:
            yield _fields(piece[started[-1] :][:_LONGEST_ITEM])


def _fields(item: str) -> _Fields:
    fields: _Fields = {}
    for prefix, name, literal, escaped in _FIELD.findall(item):
        text = (literal or unescape(escaped, _QUOTES)).strip()
        if text and prefix.lower() not in _OF_PICTURES:
            fields.setdefault(name.lower(), text)
    return fields


def _index(items: list[_Fields], url: str, now: datetime) -> Reading:
    """The sitemaps of the same site, the one that was changed last first."""
    dated = {
        address: read_date(item.get("lastmod"), None, now) or _NEVER
        for item in items
        if (address := web_address(item.get("loc"), url)) and host_of(address) == host_of(url)
    }
    latest = sorted(dated, key=lambda address: dated[address], reverse=True)
    return Reading("", (), children=tuple(latest[:MOST_CHILDREN]))


def _entries(items: list[_Fields], url: str, now: datetime) -> Reading:
    latest = sorted(items, key=lambda item: _when(item, now), reverse=True)
    made = [_entry(item, url, now) for item in latest[: 2 * MOST_ENTRIES]]
    entries = first_of_each(entry for entry in made if entry is not None)
    left_out = sum(entry is None for entry in made)
    problems = (Problem(ProblemKind.BAD_ENTRY, f"{left_out} of {len(items)} items have no address"),)
    site = next((item["name"] for item in items if "name" in item), "")
    return Reading(plain_line(site), entries[:MOST_ENTRIES], problems if left_out else ())


def _when(item: _Fields, now: datetime) -> datetime:
    return read_date(item.get("publication_date"), None, now) or read_date(item.get("lastmod"), None, now) or _NEVER


def _entry(item: _Fields, url: str, now: datetime) -> Entry | None:
    address = web_address(item.get("loc"), url)
    if address is None:
        return None
    language = item.get("language", "").lower()
    return Entry(
        guid=None,
        url=address,
        title=plain_line(item.get("title", "")),
        text="",
        published_at=read_date(item.get("publication_date"), None, now),
        modified_at=read_date(item.get("lastmod"), None, now),
        language=language if _LANGUAGE.fullmatch(language) else None,
        keywords=_keywords(item.get("keywords", "")),
    )


def _keywords(text: str) -> tuple[str, ...]:
    words = (word.strip() for word in re.split("[,،;\n]", plain_text(text)))
    return tuple(dict.fromkeys(word for word in words if word))[:_MOST_KEYWORDS]
