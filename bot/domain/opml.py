"""OPML 2.0, the lists that feed readers exchange: bytes in, outlines out, and the other way round. Pure.

Whatever a document type declares (entities, external files) is refused as a whole: no honest list needs one. Folders
are passed through, and what is no subscription is left out. What we write, others read: `type` is "rss" for a feed;
the other kinds have names of their own there, which readers of feeds pass over. http://opml.org/spec2.opml
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from xml.parsers import expat

from bot.domain.errors import UserError
from bot.domain.model import SourceKind

MAX_BYTES = 1_000_000
MOST_OUTLINES = 1_000
_LONGEST = {"url": 2_000, "title": 200}  # characters
_UNWRITABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)))


@dataclass(frozen=True, slots=True)
class Outline:
    """A subscription. `kind` is None where the file only says that it is a feed; `area` is the code of a place."""

    url: str
    title: str = ""
    kind: SourceKind | None = None
    language: str | None = None
    area: str | None = None


def read_opml(content: bytes) -> tuple[Outline, ...]:
    """The subscriptions of an OPML file, each address once and in the file's order; folders make no difference.

    Raises:
        UserError: "opml-too-large", "opml-broken" (no XML, or not OPML), "opml-unsafe" (it declares a document type),
            "opml-empty", or "opml-too-many".
    """
    if len(content) > MAX_BYTES:
        raise UserError("opml-too-large", limit=MAX_BYTES // 1000)
    reader = _Reader()
    try:
        reader.read(content)
    except (expat.ExpatError, UnicodeError, LookupError, ValueError):
        raise UserError("opml-broken") from None
    if not reader.is_opml:
        raise UserError("opml-broken")
    if not reader.found:
        raise UserError("opml-empty")
    return tuple(reader.found.values())


def write_opml(outlines: Iterable[Outline], title: str, now: datetime) -> bytes:
    """An OPML 2.0 file with these subscriptions."""
    body = "\n".join(f"    <outline {_attributes(_said_of(outline))}/>" for outline in outlines)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head>\n'
        f"    <title>{_escaped(title)}</title>\n    <dateCreated>{format_datetime(now)}</dateCreated>\n"
        f"  </head>\n  <body>\n{body}\n  </body>\n</opml>\n"
    ).encode()


class _Reader:
    """Takes an XML file as a row of elements, so depth costs nothing."""

    def __init__(self) -> None:
        self.found: dict[str, Outline] = {}
        self.is_opml = False
        self._begun = False

    def read(self, content: bytes) -> None:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._element
        parser.Parse(content, True)

    def _refuse(self, *_: object) -> None:
        raise UserError("opml-unsafe")

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        if not self._begun:
            self._begun, self.is_opml = True, name.lower() == "opml"
        if not self.is_opml or name.lower() != "outline":
            return
        said = {key.lower(): value.strip() for key, value in attributes.items()}
        url = said.get("xmlurl", "")
        if not url or len(url) > _LONGEST["url"] or url in self.found:
            return
        if len(self.found) == MOST_OUTLINES:
            raise UserError("opml-too-many", limit=MOST_OUTLINES)
        self.found[url] = _outline(url, said)


def _outline(url: str, said: Mapping[str, str]) -> Outline:
    title = " ".join((said.get("title") or said.get("text", "").removeprefix(url)).split())
    kind = said.get("type", "").lower()
    return Outline(
        url=url,
        title=title[: _LONGEST["title"]].rstrip(),
        kind=SourceKind(kind) if kind in set(SourceKind) else SourceKind.FEED if kind in ("rss", "atom") else None,
        language=said.get("language", "").lower() or None,
        area=said.get("category", "").upper() or None,
    )


def _said_of(outline: Outline) -> dict[str, str]:
    kind = {SourceKind.FEED: "rss", None: ""}.get(outline.kind, outline.kind)
    title = outline.title or outline.url
    said = {"text": title, "title": outline.title, "type": kind, "xmlUrl": outline.url}
    said |= {"language": outline.language or "", "category": outline.area or ""}
    return {name: value for name, value in said.items() if value}


def _attributes(said: Mapping[str, str]) -> str:
    return " ".join(f'{name}="{_escaped(value)}"' for name, value in said.items())


def _escaped(text: str) -> str:
    return escape(text.translate(_UNWRITABLE), quote=True)
