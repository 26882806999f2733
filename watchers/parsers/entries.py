"""What all kinds of sources share when they make entries: addresses, bounds, and how nothing is told.

Pure. Never raises for what a stranger wrote.
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from bot.domain.model import Entry, Problem, ProblemKind, Reading

MOST_ENTRIES = 1_000  # of one document; a news sitemap may hold as many (Google News), feeds and pages far fewer
_MAX_URL = 2_000  # characters
_MAX_DETAIL = 200

_NOT_IN_AN_ADDRESS = re.compile(r"[\s\"<>`\\^{}|]")


def web_address(url: Any, base: str) -> str | None:
    """An absolute http or https address without blanks, quotes, control and direction marks; else None."""
    return absolute_address(url, base) if isinstance(url, str) and len(url) <= _MAX_URL else None


def absolute_address(url: str, base: str) -> str | None:
    """The same where `url` may be longer as it is written."""
    bare = url.strip()
    if not bare:
        return None
    try:
        absolute = urljoin(base, bare if bare.isprintable() else "".join(filter(str.isprintable, bare)))
        parts = urlsplit(absolute)
        usable = parts.scheme in ("http", "https") and parts.hostname and len(absolute) <= _MAX_URL
    except ValueError:  # unbalanced brackets of an IPv6 address
        return None
    return _NOT_IN_AN_ADDRESS.sub(lambda match: quote(match[0]), absolute) if usable else None


def host_of(url: str) -> str:
    """The host that an address names, without the names that sites give their mobile pages; "" if there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return re.sub(r"^(?:www|m|mobile|amp)\.", "", host)


def first_of_each(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries in their order, each address once; those without one by their title."""
    found: dict[str, Entry] = {}
    for entry in entries:
        found.setdefault(entry.url or entry.title, entry)
    return tuple(found.values())


def nothing(kind: ProblemKind, detail: str) -> Reading:
    """A reading without entries, and why."""
    return Reading(title="", entries=(), problems=(Problem(kind, detail[:_MAX_DETAIL]),))
