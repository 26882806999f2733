"""RSS 0.9x, 1.0 and 2.0 and Atom: a `Document` in, a `Reading` out.

The only owner of feedparser, which gets text that we have decoded, without prolog (so no entity declarations), ending
with the last thing that is whole. Never raises for what a stranger sends: whatever is wrong is a `Problem` of the
reading. Time and memory are bounded by the child process that this runs in.
"""

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html.entities import html5
from time import struct_time
from typing import Any
from xml.sax import SAXException
from xml.sax.expatreader import create_parser
from xml.sax.saxutils import escape

import feedparser

from bot.domain.model import Document, Entry, Problem, ProblemKind, Reading
from watchers.decoding import decode
from watchers.parsers.dates import read_date
from watchers.parsers.entries import MOST_ENTRIES, absolute_address
from watchers.parsers.known import Known, News, Rest, digest, outline, without
from watchers.parsers.plain import plain_line, plain_text

_HEAD = 8_192  # characters in which the root element must begin; some sites print warnings before it
_ROOT = re.compile(r"<((?:[\w-]+:)?(?:rss|rdf|feed))(?=[\s>/])", re.IGNORECASE)
_ENTRY_END = re.compile(r"</(?:[\w-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML 1.0, section 2.2
_C1 = re.compile("[\x80-\x9f]")
_AMPERSAND = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?|([a-zA-Z][a-zA-Z0-9]{1,30});)?")
_MOST_PROBLEMS = 20  # of one document: more are noise
_Fields = Mapping[str, Any]  # of a feed or of one of its entries, as feedparser names them
_XML_NAMES = {"lt", "gt", "amp", "quot", "apos"}


def read_feed(document: Document, now: datetime) -> Reading:
    """The feed's entries in its own order, and what was wrong with it.

    `NOT_A_FEED` and `EMPTY` come alone, without entries. A feed that ends in the middle keeps the entries that are
    complete, with `CUT` and `whole=False`.
    """
    return read_news(document, now, Known()).reading


def read_news(document: Document, now: datetime, known: Known) -> News:
    """The same without the entries of known items; what is new reads as it does in the whole feed."""
    decoded = decode(document.body, document.charset)
    root = _ROOT.search(decoded.text[:_HEAD])
    if root is None:
        blank = not decoded.text.strip()
        return _nothing(ProblemKind.EMPTY if blank else ProblemKind.NOT_A_FEED, document.media_type)
    text, whole = _complete(decoded.text[root.start() :], root[1])
    items = known.items if whole else {}
    rest = without(text, items)
    if _ILLEGAL.search(rest.text):  # what was cut holds none: it was remembered without
        text = _ILLEGAL.sub("", text)
        rest = without(text, items)
    try:
        news = _read(rest, document.url, now)
        if rest.cut and news.context != known.context:
            news = _read(Rest(text), document.url, now)
    except _Stumbled as error:
        return _nothing(ProblemKind.NOT_A_FEED, f"feedparser stumbles over it: {error}")
    if not whole:
        return _cut(news.reading)
    return news if news.count or news.reading.problems else _nothing(ProblemKind.EMPTY, "a feed without entries")


def _nothing(kind: ProblemKind, detail: str) -> News:
    return News(Reading(title="", entries=(), problems=(Problem(kind, detail),)))


def _cut(reading: Reading) -> News:
    problem = Problem(ProblemKind.CUT, f"ends after {len(reading.entries)} complete entries")
    return News(replace(reading, problems=(problem, *reading.problems), whole=False))


def _read(rest: Rest, url: str, now: datetime) -> News:
    """What `rest` holds; its `context` is empty where what is known could not be told apart from the rest."""
    found = outline(rest.text, rest.gaps)
    parsed = _parse(rest.text)
    base = _base(parsed.feed, url)
    if found is None or not parsed.well_formed or len(found.items) != len(parsed.entries):
        entries, problems = _entries(enumerate(parsed.entries, start=1), base, now)
        return News(_reading(parsed.feed, entries, problems))
    ordinals = found.ordinals(rest.gaps)
    entries, problems = _entries(zip(ordinals, parsed.entries, strict=True), base, now)
    digests = dict(zip(ordinals, found.digests(rest.text), strict=True))
    items = tuple(digests[ordinal] for ordinal in entries)
    return News(_reading(parsed.feed, entries, problems), items, rest.cut, digest(*found.stand_in, base))


def _reading(feed: _Fields, entries: Mapping[int, Entry], problems: Iterable[Problem]) -> Reading:
    return Reading(plain_line(feed.get("title") or ""), tuple(entries.values()), tuple(problems))


def _complete(text: str, root: str) -> tuple[str, bool]:
    """The text up to the end of its root element, or else of its last complete entry; and whether it was whole."""
    end = re.compile(rf"</{re.escape(root)}\s*>", re.IGNORECASE).search(text)
    if end:
        return text[: end.end()], True
    if re.match(r"<[^<>]*/>\s*\Z", text):
        return text, True
    ends = [match.end() for match in _ENTRY_END.finditer(text)]
    return text[: ends[-1]] if ends else "", False


class _Stumbled(Exception):
    """feedparser broke off: its own elements (gml:pos, license, width …) are read without care."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    feed: _Fields
    entries: list[_Fields]
    well_formed: bool


def _parse(xml: str) -> _Parsed:
    """What `feedparser.parse` does, but for its first steps: encoding and prolog have been seen to.

    Raises:
        _Stumbled.
    """
    clean = _AMPERSAND.sub(_reference, xml).encode("utf-8", "ignore")
    try:
        return _strictly(clean) or _loosely(clean)
    except (LookupError, TypeError, ValueError, AttributeError, RuntimeError, AssertionError) as error:
        raise _Stumbled(type(error).__name__) from error


def _strictly(xml: bytes) -> _Parsed | None:
    """None where it is not well-formed."""
    handler: Any = _Strict()
    reader = create_parser(True)  # with namespaces
    reader.setContentHandler(handler)
    reader.setErrorHandler(handler)
    try:
        reader.feed(xml)
        reader.close()
    except SAXException:
        return None
    return _Parsed(handler.feeddata, handler.entries, well_formed=True)


def _loosely(xml: bytes) -> _Parsed:
    handler = feedparser.api.LooseFeedParser("", None, "utf-8")
    handler.resolve_relative_uris = handler.sanitize_html = False
    handler.feed(xml.decode())
    return _Parsed(handler.feeddata, handler.entries, well_formed=False)


class _Strict(feedparser.api.StrictFeedParser):  # type: ignore[misc]
    """feedparser's reader of well-formed feeds, spared what it would do for nothing."""

    resolve_relative_uris = sanitize_html = False

    def __init__(self) -> None:
        super().__init__("", None, "utf-8")
        self.contentparams = _Parameters()

    def push_content(self, *arguments: Any) -> None:
        super().push_content(*arguments)
        self.contentparams = _Parameters(self.contentparams)

    def resolve_uri(self, uri: str) -> str:
        nothing_to_do = not self.baseuri and ":///" not in uri
        return uri if nothing_to_do else str(super().resolve_uri(uri))

    @staticmethod
    def decode_entities(_element: str, text: str) -> str:
        """Where a text can be changed before feedparser mends its encoding. Entities are decoded already."""
        return _Text(text)


class _Text(str):
    """To be translated by feedparser, which replaces C1 controls, at the price of a look-up for every letter."""

    __slots__ = ()

    def translate(self, table: Any) -> str:
        return super().translate(table) if _C1.search(self) else str(self)


class _Parameters(dict[str, Any]):
    """Of an element's content: names and plain values. feedparser asks for them at every tag, and copies them deep."""

    def __deepcopy__(self, memo: object) -> "_Parameters":
        return _Parameters(self)


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


def _base(feed: _Fields, document_url: str) -> str:
    """What relative links start from: the site that the feed names, else the feed's own address."""
    return _address(feed.get("link"), document_url) or document_url


def _entries(raws: Iterable[tuple[int, _Fields]], base: str, now: datetime) -> tuple[dict[int, Entry], list[Problem]]:
    """The entries by their place in the feed, counted from 1 as `raws` are, and what is wrong with the others."""
    entries: dict[int, Entry] = {}
    problems: list[Problem] = []
    for ordinal, raw in raws:
        if len(entries) == MOST_ENTRIES or len(problems) == _MOST_PROBLEMS:
            problems.append(Problem(ProblemKind.BAD_ENTRY, f"entry {ordinal} and what follows it were not read"))
            break
        entry = _entry(dict(raw), base, now)  # a dict of feedparser's looks for each name under others too
        if entry.title or entry.text:
            entries[ordinal] = entry
        else:
            problems.append(Problem(ProblemKind.BAD_ENTRY, f"entry {ordinal} has neither title nor text"))
    return entries, problems


def _entry(raw: _Fields, base: str, now: datetime) -> Entry:
    link = next((url for url in (_address(link, base) for link in _links(raw)) if url), None)
    date, parsed = _claimed_date(raw)
    return Entry(
        guid=str(raw.get("id") or "").strip() or None,
        url=link,
        title=plain_line(str(raw.get("title") or "")),
        text=max((plain_text(markup) for markup in _bodies(raw)), key=len, default=""),
        published_at=read_date(date, parsed, now),
    )


def _links(raw: _Fields) -> Iterator[str | None]:
    yield raw.get("feedburner_origlink")
    yield raw.get("link")
    yield from (link.get("href") for link in raw.get("links", ()) if link.get("rel") == "alternate")


def _bodies(raw: _Fields) -> Iterator[str]:
    """Summary and contents; the one that says most is taken, the summary where they are equally long."""
    yield str(raw.get("summary") or "")
    yield from (str(content.get("value") or "") for content in raw.get("content", ()))


def _claimed_date(raw: _Fields) -> tuple[str | None, datetime | None]:
    """The first date that the entry claims, as written and as feedparser reads it."""
    for field in ("published", "updated", "created"):
        if field in raw:
            return str(raw[field]), _instant(raw.get(f"{field}_parsed"))
    return None, None


def _instant(parsed: struct_time | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None


def _address(url: Any, base: str) -> str | None:
    return absolute_address(url, base) if isinstance(url, str) else None
