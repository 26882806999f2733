"""The sources that ship with Rasid, and the form in which a source is described, there and in config.yaml.

Owns what may be said of a source, what a source of each kind needs, how an operator's entry changes one of the
catalogue, and how both become `Source`s. Refuses to judge outlets: `role` and `slant` are ids of what others say of
them; their words are in the messages.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import Annotated, Any, Literal

import yaml
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from bot.data import read_text
from bot.domain.model import Selectors, Source, SourceKind, SourceState
from bot.domain.stripping import is_rule
from bot.forms import Address, Area, Id, Language, Section, is_selector, must

CHANNEL = "https://t.me/s/{handle}"  # a public channel's web page
_HANDLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")  # Telegram asks for five characters, and has sold some of four

Role = Literal["official", "press", "local", "monitor", "humanitarian", "aggregator"]
Slant = Literal[
    "state",
    "near_state",
    "party",
    "independent",
    "independent_opposition",
    "opposition",
    "private",
    "local",
    "satire",
    "kurdish",
    "kurdish_northeast",
    "kurdish_krg",
    "kurdish_pkk",
    "monitor",
    "un",
    "qatari",
    "saudi",
    "emirati",
    "turkish",
    "russian",
    "iran_aligned",
    "western",
    "abroad",
    "aggregator",
    "technical",
]
Evidence = Literal["live", "polled", "probed", "listed", "convention", "knowledge", "dead"]


def _state(value: object) -> object:
    """true, false or check, as the file has it -> a state."""
    match value:
        case bool():
            return SourceState.ON if value else SourceState.OFF
        case "check":
            return SourceState.CHECK
        case None | SourceState():
            return value
    raise PydanticCustomError("bad-enabled", "bad-enabled")


def _without_at(value: object) -> object:
    return value.removeprefix("@") if isinstance(value, str) else value


_Selector = Annotated[str, must(str.strip, "empty-text"), must(is_selector, "bad-selector")]


class SelectorsEntry(Section):
    """CSS selectors of a page that lists articles."""

    item: _Selector
    title: _Selector | None = None
    link: _Selector | None = None
    time: _Selector | None = None
    text: _Selector | None = None


class SourceEntry(Section):
    """A source in config.yaml or in the catalogue; what is None keeps the catalogue's value, or the default."""

    id: Id
    outlet: Id | None = None
    kind: Literal["feed", "telegram", "sitemap", "page"] | None = None
    url: Address | None = None
    handle: Annotated[str | None, BeforeValidator(_without_at), must(_HANDLE.fullmatch, "bad-handle")] = None
    name_ar: str | None = None
    name_en: str | None = None
    language: Language | None = None
    languages: Annotated[tuple[Language, ...], Field(strict=False)] | None = None
    area: Area | None = None
    role: Role | None = None
    slant: Slant | None = None
    syria_only: bool | None = None
    strip: Annotated[tuple[Annotated[str, must(is_rule, "bad-strip")], ...], Field(strict=False)] | None = None
    selectors: SelectorsEntry | None = None
    interval_seconds: Annotated[int | None, Field(ge=1, le=86_400)] = None
    max_alerts: Annotated[int | None, Field(ge=1, le=1000)] = None
    enabled: Annotated[SourceState | None, BeforeValidator(_state)] = None

    @property
    def given(self) -> dict[str, Any]:
        """What it says. An address takes the place of one of the other form; a handle makes it a channel."""
        given = {name: value for name, value in self if value is not None}
        if self.handle:
            return {"kind": "telegram", "url": None} | given
        return {"handle": None} | given if self.url else given

    @property
    def source_kind(self) -> SourceKind:
        return SourceKind(self.kind or ("telegram" if self.handle else "feed"))

    @property
    def address(self) -> str | None:
        """Where it is polled."""
        return CHANNEL.format(handle=self.handle) if self.handle else self.url


class ListedSource(SourceEntry):
    """A source of the catalogue."""

    evidence: Evidence


class Outlet(Section):
    """A publisher. Its sources take from it what they do not say themselves."""

    id: Id
    name_ar: str
    name_en: str
    site: Address | None = None
    role: Role
    slant: Slant
    area: Area | None = None
    languages: Annotated[tuple[Language, ...], Field(strict=False)] = ("ar",)
    syria_only: bool = True


class Listing(Section):
    """An outlet with its sources, as the catalogue's file has it."""

    outlet: Outlet
    sources: Annotated[tuple[ListedSource, ...], Field(strict=False)] = ()


@cache
def listings() -> Mapping[str, Listing]:
    """The outlets by id, in the order of the file; some have no address that is known."""
    read = (Listing.model_validate(listing) for listing in yaml.safe_load(read_text("sources.yaml")))
    return {listing.outlet.id: listing for listing in read}


@cache
def catalogue() -> Mapping[str, SourceEntry]:
    """The sources that ship with Rasid, by id, with what they have of their outlets; those that are off included."""
    return {
        source.id: _of_outlet(source, listing.outlet) for listing in listings().values() for source in listing.sources
    }


def merged(entries: tuple[SourceEntry, ...], with_catalogue: bool) -> Iterator[SourceEntry]:
    """The catalogue's sources in its order, changed as `entries` say, then those that it does not have."""
    found = dict(catalogue()) if with_catalogue else {}
    for entry in entries:
        base = found.get(entry.id) or entry
        if listing := listings().get(entry.outlet or ""):
            base = _of_outlet(base, listing.outlet)
        found[entry.id] = base.model_copy(update=entry.given)
    yield from found.values()


def make_source(entry: SourceEntry, interval_seconds: int | None = None) -> Source:
    """`interval_seconds` is for a source that has no interval of its own. The entry must have an address."""
    assert entry.address, entry.id
    seconds = entry.interval_seconds or interval_seconds
    language: str = entry.language or next(iter(entry.languages or ("ar",)))
    return Source(
        id=entry.id,
        name_ar=entry.name_ar or entry.id,
        name_en=entry.name_en or entry.id,
        url=entry.address,
        language=language,
        interval=timedelta(seconds=seconds) if seconds else None,
        area=entry.area,
        kind=entry.source_kind,
        state=entry.enabled or SourceState.ON,
        outlet=entry.outlet or entry.id,
        role=entry.role,
        slant=entry.slant,
        languages=tuple(dict.fromkeys((language, *(entry.languages or ())))),
        syria_only=entry.syria_only is not False,
        strip=entry.strip or (),
        selectors=Selectors(**dict(entry.selectors)) if entry.selectors else None,
        max_alerts=entry.max_alerts,
    )


def _of_outlet(entry: SourceEntry, outlet: Outlet) -> SourceEntry:
    """The entry with what it does not say itself. A language that is named alone is the only one."""
    names = ("name_ar", "name_en", "role", "slant", "area", "syria_only", *(() if entry.language else ("languages",)))
    taken = {name: getattr(outlet, name) for name in names if getattr(entry, name) is None}
    return entry.model_copy(update=taken | {"outlet": outlet.id})


def flaws(raw: Mapping[Any, Any], base: SourceEntry | None) -> Iterator[tuple[str, str]]:
    """What one value of an entry alone cannot show -> the key and what is told of it.

    `raw` is what the operator wrote, values of any type; `base` is the catalogue's source of that id.
    """
    said = {key for key, value in raw.items() if value is not None}
    kind = raw.get("kind") or ("telegram" if "handle" in said else base.source_kind if base else "feed")
    if {"url", "handle"} <= said:
        yield "handle", "two-addresses"
    elif "handle" in said and kind != "telegram":
        yield "handle", "handle-without-telegram"
    elif not said & {"url", "handle"} and base is None:
        yield ("handle", "missing-handle") if kind == "telegram" else ("url", "unknown-source")
    if kind == "page" and "selectors" not in said and not (base and base.selectors):
        yield "selectors", "missing-selectors"
    if "selectors" in said and kind != "page":
        yield "selectors", "selectors-without-page"
