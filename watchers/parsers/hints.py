"""What a feed says of how to ask for it: how often (<ttl>, sy:updatePeriod, <skipHours>; RSS 2.0, RSS 1.0 modules), and
which hub tells when it has changed (WebSub, section 4).

Pure. Looks at the head of the bytes only, before the first item; a wrong guess costs some minutes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any

from watchers.parsers.entries import web_address

_HEAD = 16_384  # bytes
_ITEM = re.compile(rb"<(?:[\w-]{1,20}:)?(?:item|entry)[\s>]")
_TTL = re.compile(rb"<ttl>\s*(\d{1,6})\s*</ttl>")  # minutes
_PERIOD = re.compile(rb"<(?:\w{1,20}:)?updatePeriod>\s*(\w+)\s*<")
_FREQUENCY = re.compile(rb"<(?:\w{1,20}:)?updateFrequency>\s*(\d{1,4})\s*<")
_SKIP = re.compile(rb"<skipHours>(.{0,2000}?)</skipHours>", re.DOTALL)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>")
_PERIODS = {b"hourly": 1, b"daily": 24, b"weekly": 24 * 7, b"monthly": 24 * 30, b"yearly": 24 * 365}  # hours
_LINK = re.compile(rb"<(?:[\w-]{1,20}:)?link\s([^<>]{1,5000})>")
_ATTRIBUTE = re.compile(rb"""(?<!\S)(rel|href)\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)')""")
_HEADER_LINK = re.compile(r"<([^<>]{1,2000})>([^<]*)")
_PARAMETER = re.compile(r""";\s{0,20}(rel|anchor)\s{0,20}=\s{0,20}(?:"([^"]*)"|([^\s;,"]+))""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute addresses: of a hub, and of what it knows a feed as (rel="hub", rel="self")."""

    hub: str | None = None
    topic: str | None = None


NO_LINKS = Links()


@dataclass(frozen=True, slots=True)
class Offer:
    """The hub at the address `hub` tells whoever asks it when `topic` has changed."""

    hub: str
    topic: str


@dataclass(frozen=True, slots=True)
class FeedHints:
    """`ttl`: for how long a feed says it stays as it is. `skip_hours`: the hours (0 to 23, GMT) in which it says that
    nothing appears."""

    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    links: Links = NO_LINKS


NO_HINTS = FeedHints()


def feed_hints(body: bytes, url: str = "") -> FeedHints:
    """What the feed that was read at `url` says of itself."""
    head = body[:_HEAD]
    if item := _ITEM.search(head):
        head = head[: item.start()]
    skipped = _SKIP.search(head)
    hours = (int(hour) % 24 for hour in _HOUR.findall(skipped[1])) if skipped else ()
    return FeedHints(_ttl(head), frozenset(hours), links_of(map(_attributes, _LINK.findall(head)), url))


def header_links(header: str, url: str) -> Links:
    """The same of a Link header (RFC 8288, section 3), several of them joined with commas, of an answer from `url`."""
    return links_of((_parameters(target, rest) for target, rest in _HEADER_LINK.findall(header)), url)


def links_of(named: Iterable[tuple[str, Any]], url: str) -> Links:
    """From relations and their addresses: the first of each that is usable."""
    found: dict[str, str] = {}
    for relations, target in named:
        for relation in {"hub", "self"} & set(relations.lower().split()):
            if relation not in found and (address := web_address(target, url)):
                found[relation] = address
    return Links(found.get("hub"), found.get("self"))


def offer(header: Links, feed: Links, url: str) -> Offer | None:
    """What holds of a feed that was read at `url`: its header goes before its text (WebSub, section 4)."""
    hub, topic = header.hub or feed.hub, header.topic or feed.topic or url
    return Offer(hub, topic) if hub else None


def _ttl(head: bytes) -> timedelta | None:
    if stated := _TTL.search(head):
        return timedelta(minutes=int(stated[1]))
    period = _PERIOD.search(head)
    if period is None or period[1].lower() not in _PERIODS:
        return None
    times = _FREQUENCY.search(head)
    return timedelta(hours=_PERIODS[period[1].lower()]) / max(int(times[1]) if times else 1, 1)


def _attributes(text: bytes) -> tuple[str, str]:
    found = {
        name: unescape((quoted or single).decode(errors="replace")) for name, quoted, single in _ATTRIBUTE.findall(text)
    }
    return found.get(b"rel", ""), found.get(b"href", "")


def _parameters(target: str, rest: str) -> tuple[str, str]:
    found: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(rest):
        found.setdefault(name.lower(), quoted or bare)
    return "" if "anchor" in found else found.get("rel", ""), target  # with an anchor it is said of something else
