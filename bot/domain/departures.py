"""Who leaves, and who comes back. Pure.

Have so many people really left at once? A mistake on Telegram's side, or of ours, can look as if every chat had blocked
the bot. People leave one by one; when most of what was sent in a minute comes back as gone, nobody is paused until that
has passed.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

WITHIN = timedelta(minutes=1)
FEWEST = 20  # departures within a minute that can be no chance
SHARE = 0.5  # of all outcomes of that minute
ASK_AGAIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Absence:
    """Since when a chat that is back could not be written to, and how many reports concerned it meanwhile."""

    since: datetime
    missed: int


class Departures:
    """Counts outcomes as they come; `believed` says whether one more departure is to be taken for one."""

    def __init__(self) -> None:
        self._seen: deque[tuple[datetime, bool]] = deque()

    def arrived(self, now: datetime) -> None:
        """A chat took its message."""
        self._count(now, gone=False)

    def believed(self, now: datetime) -> bool:
        """A chat is said to be gone."""
        self._count(now, gone=True)
        gone = sum(left for _, left in self._seen)
        return gone < FEWEST or gone < SHARE * len(self._seen)

    def _count(self, now: datetime, *, gone: bool) -> None:
        self._seen.append((now, gone))
        while now - self._seen[0][0] > WITHIN:
            self._seen.popleft()
