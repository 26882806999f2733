"""What a report tells of its story: plain values that go from process to process. Read by `story_features`, compared by
`story_pairs`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from sys import intern


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report states. Places are codes, each with all that contain it, or `=name` for a name behind a place noun;
    `at` may be unknown."""

    id: str
    source: str
    at: datetime | None
    shingles: Sequence[int]  # runs of three terms, all numbers alike, as checksums, each once
    wording: int  # a checksum of all terms in order
    towns: frozenset[str]  # the most exact places of the title, or of the opening where the title has none
    villages: frozenset[str]  # names behind place nouns in the title and the opening, known or not
    named: frozenset[str]  # all places of the whole
    numbers: frozenset[str]  # numbers of the whole but years
    years: frozenset[str]
    dead: int | None
    injured: int | None
    begun: frozenset[str]  # stages in the title and the opening
    stages: frozenset[str]  # stages in the whole
    explains: bool
    events: frozenset[str]
    ahead: frozenset[str]
    language: str
    length: int  # of the text, in code points, tails and heads taken off; at most `story_features.WHOLE`

    def known_as(self, name: str, source: str, at: datetime | None) -> "Facts":
        """The same under its name, to be remembered."""
        return replace(
            self,
            id=name,
            source=intern(source),
            at=at,
            towns=_once(self.towns),
            villages=_once(self.villages),
            named=_once(self.named),
            numbers=_once(self.numbers),
            years=_once(self.years),
            begun=_once(self.begun),
            stages=_once(self.stages),
            events=_once(self.events),
            ahead=_once(self.ahead),
            language=intern(self.language),
        )


@dataclass(frozen=True, slots=True)
class Features:
    """What is compared: facts, and how often each term stands in the title and first sentence, and in the whole."""

    facts: Facts
    opening: Mapping[str, int]
    whole: Mapping[str, int]
    placing: frozenset[str]  # terms of the whole that say where, or nothing

    def known_as(self, name: str, source: str, at: datetime | None) -> "Features":
        """The same of a report that had no name when it was read."""
        return replace(self, facts=self.facts.known_as(name, source, at))

    @property
    def terms(self) -> tuple[str, ...]:
        """Each term once, those of the opening first."""
        return tuple(dict.fromkeys((*self.opening, *self.whole)))


@lru_cache(maxsize=4096)
def _once(values: frozenset[str]) -> frozenset[str]:
    """The one in memory of all equal sets: most reports have the same few, and each came from another process as a set
    and as texts of its own, the empty ones too."""
    return frozenset(map(intern, values))
