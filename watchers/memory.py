"""What is kept of a source from one poll to the next, in its row, by the transaction that files the poll. Pure.

Owns the form in which it is stored. Whoever stores it knows a text; a source with a new address begins without.
"""

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

from bot.domain.source_health import Condition
from watchers.schedule import Rhythm

MOVES = 3  # polls in a row that led to one address for good, then we go there at once
_LOST = 3  # failures in a row at the new address, then the old one is asked again
_MAX_TITLE = 200  # characters
_T = TypeVar("_T")
_UNHEARD = Rhythm()


@dataclass(frozen=True, slots=True)
class Memory:
    """`title`: the first that the source gave itself. `highest`: the number of the latest post of a channel that was
    read. `moved_to`: where its server has sent us for good, `moves` times in a row. `conditions`: what polls showed."""

    rhythm: Rhythm = _UNHEARD
    title: str = ""
    highest: int | None = None
    moved_to: str | None = None
    moves: int = 0
    conditions: frozenset[Condition] = frozenset()

    def to_json(self) -> str:
        """At most some 3,000 characters, 500 for most."""
        rest = {
            "title": self.title,
            "highest": self.highest,
            "moved_to": self.moved_to,
            "moves": self.moves,
            "conditions": sorted(self.conditions),
        }
        told = {name: value for name, value in rest.items() if value}
        return json.dumps(self.rhythm.stored() | told, separators=(",", ":"), ensure_ascii=False)

    @staticmethod
    @lru_cache(maxsize=512)  # those of the polls under way, each of which asks for it several times
    def from_json(text: str | None) -> "Memory":
        """What `to_json` wrote. Never raises: of anything else, what can be used."""
        try:
            stored = json.loads(text or "{}")
        except ValueError:
            stored = {}
        said: dict[str, Any] = stored if isinstance(stored, dict) else {}
        conditions = said.get("conditions")
        return Memory(
            rhythm=Rhythm.restored(said),
            title=_as(str, said.get("title")) or "",
            highest=_as(int, said.get("highest")),
            moved_to=_as(str, said.get("moved_to")),
            moves=_as(int, said.get("moves")) or 0,
            conditions=frozenset(Condition) & set(conditions if isinstance(conditions, list) else ()),
        )

    def address(self, url: str, failures: int) -> str:
        """Where the source at `url` is to be asked after so many failures in a row."""
        return self.moved_to if self.has_moved and self.moved_to and failures < _LOST else url

    @property
    def has_moved(self) -> bool:
        return self.moves >= MOVES

    def led(self, moved_to: str | None, *, from_new: bool) -> "Memory":
        """After a good answer that came from `moved_to`; `from_new`: it was asked for at the address it moved to."""
        if moved_to is None:
            return self if from_new or not self.moves else replace(self, moved_to=None, moves=0)
        again = moved_to == self.moved_to and not from_new
        return replace(self, moved_to=moved_to, moves=min(self.moves + 1, MOVES) if again else 1)

    def read(self, title: str, highest: int | None) -> "Memory":
        """After a document that calls itself `title` and reaches up to post `highest`."""
        reached = max((number for number in (self.highest, highest) if number is not None), default=None)
        return replace(self, title=self.title or title[:_MAX_TITLE], highest=reached)


def _as(kind: type[_T], value: object) -> _T | None:
    return value if isinstance(value, kind) else None
