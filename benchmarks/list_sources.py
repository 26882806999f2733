"""Writes docs/sources.md, the catalogue as a table: `python -m benchmarks.list_sources`. A test compares the two."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bot.catalogue import ListedSource, Listing, catalogue, listings
from bot.domain.model import SourceState

TARGET = Path(__file__).parents[1] / "docs" / "sources.md"
HEAD = """\
# The sources that ship with Rasid

{outlets} outlets with {sources} sources: {on} are on, {check} are tried once a day until they answer, {off} are off.
Written by `python -m benchmarks.list_sources` from [bot/data/sources.yaml](../bot/data/sources.yaml), which says more.
[How to switch one on, or add your own](adding-a-source.md).

Evidence: *live*: a tool that ran in 2026 was reading it; *polled*: the code of a public tool names it; *probed* and
*listed*: a candidate, or a name in a list; *convention* and *knowledge*: an address that is usual for such a site, or
generally known; *dead*: there are signs that it no longer works. It was gathered up to November 2026 from what others
were reading; none of the addresses was asked.

Area: what it mostly writes about, SY for the country. Filter: most of its items are about other countries, and only
those that name Syria or a place in it are kept.

| outlet | source | address | languages | area | role | slant | filter | evidence | state |
|---|---|---|---|---|---|---|---|---|---|
"""


def document() -> str:
    """The whole of docs/sources.md."""
    states = Counter(source.enabled for source in catalogue().values())
    head = HEAD.format(
        outlets=len(listings()),
        sources=len(catalogue()),
        on=states[SourceState.ON],
        check=states[SourceState.CHECK],
        off=states[SourceState.OFF],
    )
    return head + "".join(f"| {' | '.join(row)} |\n" for listing in listings().values() for row in _rows(listing))


def _rows(listing: Listing) -> Iterator[tuple[str, ...]]:
    outlet = listing.outlet
    name = f"{outlet.name_ar} · {outlet.name_en}"
    filtered = "" if outlet.syria_only else "yes"
    if not listing.sources:
        where = f"no feed is known; [site]({outlet.site})"
        languages = ", ".join(outlet.languages)
        yield name, "", where, languages, outlet.area or "", outlet.role, _words(outlet.slant), filtered, "", ""
    for listed in listing.sources:
        source = catalogue()[listed.id]
        yield (
            name,
            f"`{source.id}`",
            _address(listed),
            ", ".join((source.language,) if source.language else source.languages or ()),
            source.area or "",
            str(source.role),
            _words(str(source.slant)),
            "yes" if source.syria_only is False else "",
            listed.evidence,
            str(source.enabled),
        )


def _address(source: ListedSource) -> str:
    name = f"@{source.handle}" if source.handle else source.source_kind
    return f"[{name}]({source.address})"


def _words(slant: str) -> str:
    return slant.replace("_", " ")


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
