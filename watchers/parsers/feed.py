"""RSS 0.9x, 1.0 and 2.0 and Atom: a `Document` in, a `Reading` out.

The only owner of feedparser, which gets text that we have decoded, without prolog (so no entity declarations), ending
with the last thing that is whole. Never raises for what a stranger sends: whatever is wrong is a `Problem` of the
reading. Time and memory are bounded by the child process that this runs in.
"""

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from html.entities import html5
from io import BytesIO
from time import struct_time
from typing import Any
from urllib.parse import quote, urljoin, urlsplit
from xml.sax.saxutils import escape

import feedparser

from bot.domain.model import Document, Entry, Problem, ProblemKind, Reading
from watchers.decoding import decode
from watchers.parsers.dates import read_date
from watchers.parsers.plain import plain_line, plain_text

_HEAD = 8_192  # characters in which the root element must begin; some sites print warnings before it
_MAX_URL = 2_000
_ROOT = re.compile(r"<((?:[\w-]+:)?(?:rss|rdf|feed))(?=[\s>/])", re.IGNORECASE)
_ENTRY_END = re.compile(r"</(?:[\w-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML 1.0, section 2.2
_AMPERSAND = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?|([a-zA-Z][a-zA-Z0-9]{1,30});)?")
_XML_NAMES = {"lt", "gt", "amp", "quot", "apos"}


def read_feed(document: Document, now: datetime) -> Reading:
    """The feed's entries in its own order, and what was wrong with it.

    `NOT_A_FEED` and `EMPTY` come alone, without entries. A feed that ends in the middle keeps the entries that are
    complete, with `CUT` and `whole=False`.
    """
    decoded = decode(document.body, document.charset)
    root = _ROOT.search(decoded.text[:_HEAD])
    if root is None:
        blank = not decoded.text.strip()
        return _nothing(ProblemKind.EMPTY if blank else ProblemKind.NOT_A_FEED, document.media_type)
    xml, whole = _complete(decoded.text[root.start() :], root[1])
    parsed = _parse(xml)
    entries, problems = _entries(parsed.entries, _base(parsed.feed, document.url), now)
    if not whole:
        problems = [Problem(ProblemKind.CUT, f"ends after {len(entries)} complete entries"), *problems]
    elif not parsed.entries:
        return _nothing(ProblemKind.EMPTY, "a feed without entries")
    return Reading(plain_line(parsed.feed.get("title") or ""), tuple(entries), tuple(problems), whole)


def _nothing(kind: ProblemKind, detail: str) -> Reading:
    return Reading(title="", entries=(), problems=(Problem(kind, detail),))


def _complete(text: str, root: str) -> tuple[str, bool]:
    """The text up to the end of its root element, or else of its last complete entry; and whether it was whole."""
    end = re.compile(rf"</{re.escape(root)}\s*>", re.IGNORECASE).search(text)
    if end:
        return text[: end.end()], True
    if re.match(r"<[^<>]*/>\s*\Z", text):
        return text, True
    ends = [match.end() for match in _ENTRY_END.finditer(text)]
    return text[: ends[-1]] if ends else "", False


def _parse(xml: str) -> Any:
    clean = _AMPERSAND.sub(_reference, _ILLEGAL.sub("", xml))
    return feedparser.parse(
        BytesIO(clean.encode("utf-8", "ignore")),  # a str or bytes would first be tried as an address or a file name
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _reference(match: re.Match[str]) -> str:
    """A legal reference for each `&`: "?p=5&lang=ar" would lose its "&lang" to the entity of that name, and one
    `&nbsp;` or `&#11;` sends the whole feed to feedparser's slow parser."""
    hexadecimal, decimal, name = match.groups()
    if name:
        return match[0] if name in _XML_NAMES else escape(html5.get(f"{name};", match[0]))
    if hexadecimal or decimal:
        code = int(hexadecimal[-12:], 16) if hexadecimal else int(decimal[-12:])
        legal = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code <= 0x10FFFF
        return f"&#{code};" if legal else ""
    return "&amp;"


def _base(feed: Mapping[str, Any], document_url: str) -> str:
    """What relative links start from: the site that the feed names, else the feed's own address."""
    return _address(feed.get("link"), document_url) or document_url


def _entries(raws: Iterable[Any], base: str, now: datetime) -> tuple[list[Entry], list[Problem]]:
    entries: list[Entry] = []
    problems: list[Problem] = []
    for number, raw in enumerate(raws, start=1):
        entry = _entry(raw, base, now)
        if entry.title or entry.text:
            entries.append(entry)
        else:
            problems.append(Problem(ProblemKind.BAD_ENTRY, f"entry {number} has neither title nor text"))
    return entries, problems


def _entry(raw: Any, base: str, now: datetime) -> Entry:
    link = next((url for url in (_address(link, base) for link in _links(raw)) if url), None)
    date, parsed = _claimed_date(raw)
    return Entry(
        guid=str(raw.get("id") or "").strip() or None,
        url=link,
        title=plain_line(str(raw.get("title") or "")),
        text=max((plain_text(markup) for markup in _bodies(raw)), key=len, default=""),
        published_at=read_date(date, parsed, now),
    )


def _links(raw: Any) -> Iterator[str | None]:
    yield raw.get("feedburner_origlink")
    yield raw.get("link")
    yield from (link.get("href") for link in raw.get("links", ()) if link.get("rel") == "alternate")


def _bodies(raw: Any) -> Iterator[str]:
    """Summary and contents; the one that says most is taken, the summary where they are equally long."""
    yield str(raw.get("summary") or "")
    yield from (str(content.get("value") or "") for content in raw.get("content", ()))


def _claimed_date(raw: Any) -> tuple[str | None, datetime | None]:
    """The first date that the entry claims, as written and as feedparser reads it."""
    for field in ("published", "updated", "created"):
        if field in raw:  # asked for first: feedparser warns where "updated" is taken from "published"
            return str(raw[field]), _instant(raw.get(f"{field}_parsed") if f"{field}_parsed" in raw else None)
    return None, None


def _instant(parsed: struct_time | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None


def _address(url: Any, base: str) -> str | None:
    """An absolute http or https address without blanks, quotes, control and direction marks; else None."""
    if not isinstance(url, str) or not url.strip():
        return None
    try:
        absolute = urljoin(base, "".join(c for c in url.strip() if c.isprintable()))
        parts = urlsplit(absolute)
        usable = parts.scheme in ("http", "https") and parts.hostname and len(absolute) <= _MAX_URL
    except ValueError:  # unbalanced brackets of an IPv6 address
        return None
    return re.sub(r"[\s\"<>`\\^{}|]", lambda match: quote(match[0]), absolute) if usable else None
