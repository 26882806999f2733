"""What each fixture reads as, beside it in a golden file: feeds directly in `fixtures/`, other kinds below.

`python -m tests.watchers.golden` writes the golden files anew, for a person to read.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.domain.model import Document, Selectors
from watchers.parsers.discover import discover
from watchers.parsers.feed import read_feed
from watchers.parsers.jsonfeed import read_json_feed
from watchers.parsers.listing import read_listing
from watchers.parsers.page import read_article
from watchers.parsers.sitemap import read_sitemap
from watchers.parsers.telegram import read_channel

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SELECTORS = Selectors("article.card", title=".t", time=".date", text=".lead")

READERS: dict[str, Callable[[Document, datetime], Any]] = {
    "": read_feed,
    "telegram": read_channel,
    "sitemap": read_sitemap,
    "listing": lambda document, now: read_listing(document, SELECTORS, now),
    "jsonfeed": read_json_feed,
    "page": read_article,
    "discover": lambda document, now: discover(document),
}
_ADDRESSES = {
    "": "https://feeds.example/{name}/feed.xml",
    "telegram": "https://t.me/s/Sahl_News?q=x",
    "jsonfeed": "https://sahl.example/feed.json",
    "sitemap": "https://sahl.example/sitemap.xml",
    "listing": "https://sahl.example/ar/news",
    "page": "https://sahl.example/?p=501",
    "discover": "https://sahl.example/ar/",
}
_TYPES = {".xml": "application/xml", ".html": "text/html", ".json": "application/feed+json"}
# Left out of the golden files where they say nothing: only some kinds have them.
_OF_SOME = {
    "modified_at", "language", "keywords", "forwarded_from", "original_url", "edited", "older", "lowest", "highest",
    "children",
}  # fmt: skip


def fixture(name: str, kind: str = "") -> Document:
    path = next(path for path in (FIXTURES / kind).glob(f"{name}.*") if path.suffixes[0] in _TYPES)
    return Document(path.read_bytes(), _TYPES[path.suffix], None, _ADDRESSES[kind].format(name=name))


def reading(name: str, kind: str = "") -> Any:
    """The reading as JSON has it."""
    told = asdict(READERS[kind](fixture(name, kind), NOW), dict_factory=_without_silence)
    return json.loads(json.dumps(told, default=str))


def golden(name: str, kind: str = "") -> Path:
    return FIXTURES / kind / f"{name}.golden.json"


def names(kind: str = "") -> list[str]:
    found = (path.name.removesuffix(path.suffix) for path in (FIXTURES / kind).iterdir() if path.suffix in _TYPES)
    return sorted(name for name in found if not name.endswith(".golden"))


def _without_silence(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in pairs if value or name not in _OF_SOME}


if __name__ == "__main__":
    for each_kind in READERS:
        for each in names(each_kind):
            text = json.dumps(reading(each, each_kind), ensure_ascii=False, indent=1)
            golden(each, each_kind).write_text(text + "\n", "utf-8")
