"""JSON Feed 1.0 and 1.1 (jsonfeed.org): a `Document` in, a `Reading` out.

Takes what publishers write instead of what the standard asks for: numbers as ids, one language, tags as one string. A
feed that ends in the middle keeps the entries that are complete.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.domain.model import Document, Entry, Problem, ProblemKind, Reading
from watchers.decoding import decode
from watchers.parsers.dates import read_date
from watchers.parsers.entries import MOST_ENTRIES, nothing, web_address
from watchers.parsers.hints import FeedHints, links_of
from watchers.parsers.plain import plain_line, plain_text

_LOOKS_LIKE = re.compile(r"\s*\{")
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_VERSION = re.compile(r'"version"\s*:\s*"https?:(?:\\?/){2}jsonfeed\.org\\?/version\\?/1', re.IGNORECASE)
_DECODER = json.JSONDecoder(strict=False)  # line ends inside strings are common
_MOST_KEYWORDS = 50
_MAX_LANGUAGE = 20


def is_json(document: Document) -> bool:
    """Whether the document is JSON rather than XML or a page."""
    return _LOOKS_LIKE.match(decode(document.body[:256], document.charset).text) is not None


def read_json_feed(document: Document, now: datetime) -> Reading:
    """The feed's entries in its own order. `NOT_A_FEED` and `EMPTY` come alone, without entries."""
    text = decode(document.body, document.charset).text
    if not text.strip():
        return nothing(ProblemKind.EMPTY, document.media_type)
    feed = _parse(text)
    whole = feed is not None
    if feed is None:
        feed = {"items": list(_complete_items(text))}
    items = feed.get("items")
    if not isinstance(items, list) or not (_VERSION.search(text) or _is_like_a_feed(items)):
        return nothing(ProblemKind.NOT_A_FEED, document.media_type)
    return _reading(feed, items[:MOST_ENTRIES], whole, document.url, now)


def json_hints(document: Document) -> FeedHints | None:
    """What a JSON feed says of how to ask for it: its hub (JSON Feed 1.1, `hubs` and `feed_url`). None where it names
    none, or is no JSON."""
    if b'"hubs"' not in document.body or not is_json(document):
        return None
    feed = _parse(decode(document.body, document.charset).text) or {}
    hubs = feed.get("hubs")
    told = [hub for hub in hubs if isinstance(hub, dict)] if isinstance(hubs, list) else []
    named = [("hub", hub.get("url")) for hub in told if str(hub.get("type")).lower() == "websub"]
    return FeedHints(links=links_of([*named, ("self", feed.get("feed_url"))], document.url)) if named else None


def _parse(text: str) -> Mapping[str, Any] | None:
    """None where the text is no JSON, or ends in the middle."""
    try:
        found = _DECODER.decode(text)
    except (ValueError, RecursionError):  # ValueError: also for numbers of thousands of digits
        return None
    return found if isinstance(found, dict) else {}


def _complete_items(text: str) -> Iterator[Any]:
    """The items up to the one in which the text ends."""
    start = _ITEMS.search(text)
    at = _BETWEEN.match(text, start.end()).end() if start else len(text)  # type: ignore[union-attr]
    for _ in range(MOST_ENTRIES):
        try:
            item, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield item
        at = _BETWEEN.match(text, end).end()  # type: ignore[union-attr]


def _is_like_a_feed(items: list[Any]) -> bool:
    """Some feeds forget their version; every item of one has an id, and most have content."""
    return bool(items) and all(isinstance(item, dict) and "id" in item and _bodies(item) for item in items)


def _reading(feed: Mapping[str, Any], items: list[Any], whole: bool, url: str, now: datetime) -> Reading:
    base = web_address(feed.get("home_page_url"), url) or url
    language = _language(feed.get("language"))
    made = [_entry(item, base, language, now) for item in items if isinstance(item, dict)]
    entries = tuple(entry for entry in made if entry.title or entry.text)
    problems = tuple(_problems(len(items), len(entries), whole))
    if whole and not items:
        return nothing(ProblemKind.EMPTY, "a feed without entries")
    older = web_address(feed.get("next_url"), url)
    return Reading(plain_line(_text(feed.get("title"))), entries, problems, whole, older)


def _problems(items: int, entries: int, whole: bool) -> Iterator[Problem]:
    if not whole:
        yield Problem(ProblemKind.CUT, f"ends after {items} complete entries")
    if entries < items:
        yield Problem(ProblemKind.BAD_ENTRY, f"{items - entries} of {items} entries have neither title nor text")


def _entry(item: Mapping[str, Any], base: str, language: str | None, now: datetime) -> Entry:
    identity = item.get("id")
    published, modified = _text(item.get("date_published")), _text(item.get("date_modified"))
    return Entry(
        guid=(str(identity).strip() or None) if isinstance(identity, str | int | float) else None,
        url=web_address(item.get("url"), base) or web_address(item.get("external_url"), base),
        title=plain_line(_text(item.get("title"))),
        text=max((plain_text(body) for body in _bodies(item)), key=len, default=""),
        published_at=read_date(published, None, now),
        modified_at=read_date(modified, None, now),
        language=_language(item.get("language")) or language,
        keywords=_keywords(item.get("tags")),
    )


def _bodies(item: Mapping[str, Any]) -> list[str]:
    bodies = (_text(item.get(name)) for name in ("summary", "content_text", "content_html"))
    return [body for body in bodies if body]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _language(value: Any) -> str | None:
    code = _text(value).strip().lower()
    return code if code.replace("-", "").isalnum() and len(code) < _MAX_LANGUAGE else None


def _keywords(tags: Any) -> tuple[str, ...]:
    given = tags.split(",") if isinstance(tags, str) else tags if isinstance(tags, list) else []
    words = (plain_line(tag[:200]) for tag in given[:_MOST_KEYWORDS] if isinstance(tag, str))
    return tuple(dict.fromkeys(word for word in words if word))
