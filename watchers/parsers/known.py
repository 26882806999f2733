"""What is new in a feed: the items that its last filed poll held, byte for byte, are cut out before it is parsed.

Owns the finding of items in the text of a feed, and what is remembered of a filed poll. Decides nothing about an item
but "the same as before". Cutting must never change what is read of the rest, so:

* items are remembered only where the whole feed was well-formed and *plain*: nothing in an item can steer how the
  parser reads what follows it;
* they are cut only where an item of the feed may stand, between two tags, never out of a comment or a CDATA section;
* in doubt nothing is cut. What is left must be well-formed and plain by itself, and its context the remembered one,
  or the caller parses the whole feed.

A well-formed element taken out of well-formed content leaves well-formed content, and the other way round. So the
whole feed is well-formed exactly if the rest is, and what is new in it reads the same.
"""

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import repeat
from struct import Struct

from bot.domain.model import Entry, Reading

SIZE = 8  # bytes of a digest: among a thousand items two are equal by chance once in 10**13 feeds
MOST = 1_000  # items of one source that are remembered, the first of the feed; a feed of 2 MB holds more
_RECORD = Struct(f"{SIZE}s{SIZE}s")
_UNNAMED = bytes(SIZE)  # stands for an item that may not be cut

_BOUND = re.compile(r"<(/?)(item|entry|[\w.-]+:(?:item|entry))(?=[\s/>])[^<>]*>")
_TOKEN = re.compile(  # a tag, or else a comment, a CDATA section, an instruction, or else a "<" that is none of them
    r"""<(/?)([^\s<>/!?"'=]++)([^<>"']*+(?:"[^"<]*+"[^<>"']*+|'[^'<]*+'[^<>"']*+)*)>"""
    r"""|<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|(<)""",
    re.DOTALL,
)
_DOUBT = 4  # the group of the last alternative
# Attributes that feedparser remembers beyond their element: a prefix always, a base where the feed has none.
_LASTING = re.compile(r"xmlns|base\s*=", re.IGNORECASE)
# Elements whose own markup feedparser reads as text; but it heeds the end tags in it, and is out of step afterwards.
_MARKUP = frozenset(
    "title subtitle tagline rights copyright description abstract info browserfriendly summary content body encoded"
    " fullitem".split()
)


def digest(*parts: str) -> bytes:
    """`SIZE` bytes that tell texts apart."""
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=SIZE).digest()


def entry_digest(key: str, entry: Entry) -> bytes:
    """Changes with what a reader of the entry would see; `key` is its identity (`bot.domain.articles.key_of`)."""
    return digest(key, entry.title, entry.text)


@dataclass(frozen=True, slots=True)
class Known:
    """What the last filed poll of a source held, in 16 bytes an item: its digest, then that of the entry it became.

    `context`: the digest of what the entries owe to the rest of the feed.
    """

    context: bytes = b""
    records: bytes = b""

    @property
    def items(self) -> dict[bytes, bytes]:
        """Item -> entry, for the items that may be cut."""
        pairs = dict(self._pairs)
        pairs.pop(_UNNAMED, None)
        return pairs

    @property
    def entries(self) -> frozenset[bytes]:
        """Every entry of that poll."""
        return frozenset(entry for _, entry in self._pairs)

    @property
    def _pairs(self) -> Iterator[tuple[bytes, bytes]]:
        return _RECORD.iter_unpack(self.records[: len(self.records) // _RECORD.size * _RECORD.size])


@dataclass(frozen=True, slots=True)
class News:
    """A reading of what is new in a document, and what to remember of it.

    `items` are the digests of the items that the reading's entries came from, or nothing where they may not be cut;
    `cut` are those of the items that were not read again.
    """

    reading: Reading
    items: tuple[bytes, ...] = ()
    cut: tuple[bytes, ...] = ()
    context: bytes = b""

    @property
    def count(self) -> int:
        """How many entries the document holds."""
        return len(self.reading.entries) + len(self.cut)

    def remembered(self, entries: Iterable[bytes], known: Known) -> Known:
        """What is known once this is filed; `entries` are the digests of the reading's entries, in its order."""
        items = self.items or repeat(_UNNAMED)
        records = [item + entry for item, entry in zip(items, entries, strict=False)]
        before = known.items if self.cut else {}
        records += [item + before[item] for item in self.cut]
        return Known(self.context, b"".join(records[:MOST]))


@dataclass(frozen=True, slots=True)
class Rest:
    """The text of a feed without some items: where in it each of them stood, and their digests."""

    text: str
    gaps: tuple[int, ...] = ()
    cut: tuple[bytes, ...] = ()


def without(text: str, known: Collection[bytes]) -> Rest:
    """The text without everything that looks like a known item, wherever it stands."""
    pieces, gaps, cut = list[str](), list[int](), list[bytes]()
    start = done = removed = 0
    open_name = None
    for bound in _BOUND.finditer(text) if known else ():
        slash, name = bound.groups()
        if not slash:
            start, open_name = bound.start(), name
        elif name == open_name:
            end = bound.end()
            item = digest(text[start:end])
            if item in known:
                pieces.append(text[done:start])
                gaps.append(start - removed)
                cut.append(item)
                done = end
                removed += end - start
            open_name = None
    return Rest("".join([*pieces, text[done:]]), tuple(gaps), tuple(cut))


@dataclass(frozen=True, slots=True)
class Outline:
    """Where the items of a feed's text stand, and in which elements: the start tags of those."""

    items: tuple[tuple[int, int], ...]
    stand_in: tuple[str, ...]

    def digests(self, text: str) -> list[bytes]:
        return [digest(text[start:end]) for start, end in self.items]

    def ordinals(self, gaps: Sequence[int]) -> list[int]:
        """Which of the whole feed's items each is, counted from 1."""
        return [number + bisect_right(gaps, start) for number, (start, _) in enumerate(self.items, start=1)]


def outline(text: str, gaps: Sequence[int] = ()) -> Outline | None:
    """The items of `text`. None in doubt, also of whether an item may have stood at each of `gaps`."""
    tracer = _Tracer(deque(dict.fromkeys(gaps)))  # in many feeds all known items stand in one place
    end = 0
    for token in _TOKEN.finditer(text):
        if token.lastindex == _DOUBT or not tracer.pass_gaps(end, token.start()):
            return None
        end = token.end()
        if token.lastindex:
            slash, name, attributes = token.group(1, 2, 3)
            sure = tracer.close(name, end) if slash else tracer.open(token, name, attributes)
            if not sure:
                return None
    return Outline(tuple(tracer.items), tracer.stand_in or ()) if tracer.is_done else None


@dataclass(slots=True)
class _Tracer:
    """Follows the tags of a feed. Its methods return False in doubt."""

    gaps: deque[int]  # those still ahead
    items: list[tuple[int, int]] = field(default_factory=list)
    stand_in: tuple[str, ...] | None = None
    path: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)  # the start tags of the path's first two elements
    start: int = -1  # of the item that is open
    depth: int = 0  # how long the path is in it

    @property
    def is_done(self) -> bool:
        return not self.path and not self.gaps

    def pass_gaps(self, start: int, end: int) -> bool:
        """What was cut between two tokens, at `start:end`, must have stood where an item may."""
        while self.gaps and self.gaps[0] <= end:
            if self.gaps.popleft() < start or self.start >= 0 or not (self._among_items and self._in_their_place):
                return False
        return True

    def open(self, tag: re.Match[str], name: str, attributes: str) -> bool:
        sure = self._inside(attributes) if self.start >= 0 else self._outside(tag, name, attributes)
        self.path.append(name)
        if len(self.path) <= 2:
            self.tags[len(self.path) - 1 :] = [tag[0]]
        return sure and (not attributes.endswith("/") or self.close(name, tag.end()))

    def close(self, name: str, end: int) -> bool:
        if not self.path or self.path[-1] != name:
            return False
        if self.start >= 0 and len(self.path) == self.depth:
            self.items.append((self.start, end))
            self.start = -1
        self.path.pop()
        return True

    def _outside(self, tag: re.Match[str], name: str, attributes: str) -> bool:
        local = _local(name)
        if local in ("item", "entry") and self._among_items:
            self.start, self.depth = tag.start(), len(self.path) + 1
            return self._in_their_place and not _LASTING.search(attributes)
        # Whether feedparser takes a late title for the feed's depends on the item before it.
        is_late_title = local == "title" and self.stand_in is not None
        return not is_late_title or _local("".join(self.path[-1:])) in ("image", "textinput")

    def _inside(self, attributes: str) -> bool:
        """Whether the item is plain so far."""
        parent = self.path[-1]
        return not _LASTING.search(attributes) and (_local(parent) not in _MARKUP or parent == "media:content")

    @property
    def _among_items(self) -> bool:
        """Whether what comes now is a child of the root, or of a channel in it."""
        depth = len(self.path)
        return depth == 1 or (depth == 2 and _local(self.path[1]) == "channel")

    @property
    def _in_their_place(self) -> bool:
        """All items must stand in the same elements, so that they share one context."""
        here = tuple(self.tags[: len(self.path)])
        if self.stand_in is None:
            self.stand_in = here
        return here == self.stand_in


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()
