"""What each fixture feed reads as, beside it in a golden file.

`python -m tests.watchers.golden` writes the golden files anew, for a person to read.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.domain.model import Document
from watchers.parsers.feed import read_feed

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def fixture(name: str) -> Document:
    body = (FIXTURES / f"{name}.xml").read_bytes()
    return Document(body, "application/xml", None, f"https://feeds.example/{name}/feed.xml")


def reading(name: str) -> Any:
    """The reading as JSON has it."""
    return json.loads(json.dumps(asdict(read_feed(fixture(name), NOW)), default=str))


def golden(name: str) -> Path:
    return FIXTURES / f"{name}.golden.json"


def names() -> list[str]:
    return sorted(path.stem for path in FIXTURES.glob("*.xml"))


if __name__ == "__main__":
    for each in names():
        golden(each).write_text(json.dumps(reading(each), ensure_ascii=False, indent=1) + "\n", "utf-8")
