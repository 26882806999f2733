"""Every error Rasid raises on purpose.

    RasidError
    ├─ UserError       a person can put it right; `code` is the key of the message that tells them how
    ├─ SettingsError   at start only; every mistake at once, each with its path into the file
    ├─ SourceError     a fetch or a reading failed; carries the `Problem` to record
    └─ StoreError      the database refused a commit; nothing of the unit of work was kept

Outcomes that are expected (`NotModified`, `Retry`, `Gone`, a `Silence`) are values, not exceptions. A vendor's
exception never leaves the module that owns the vendor.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.model import Problem


class RasidError(Exception):
    """The root of the tree."""


class UserError(RasidError):
    """A person's request cannot be met as it stands; nothing was changed.

    `code` names a message in the message files; `arguments` fill its variables.
    """

    def __init__(self, code: str, **arguments: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.arguments = arguments


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with the settings: `path` into the file ("sources[2].url"), what, and what to write."""

    path: str
    problem: str
    remedy: str


class SettingsError(RasidError):
    """The settings cannot be used; carries every mistake that was found."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(f"{m.path}: {m.problem}" for m in mistakes))
        self.mistakes = tuple(mistakes)


class SourceError(RasidError):
    """A source could not be fetched or read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.kind}: {problem.detail}")
        self.problem = problem


class StoreError(RasidError):
    """The database refused; the unit of work left no trace."""
