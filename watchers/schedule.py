"""When to look at a source again. Pure."""

from datetime import datetime, timedelta
from hashlib import sha256

MAX_BACKOFF = timedelta(hours=6)
MAX_PATIENCE = timedelta(days=1)  # a server that asks for more has made a mistake
_JITTER = 0.1


def next_poll_at(
    source_id: str,
    interval: timedelta,
    now: datetime,
    failures: int = 0,
    retry_after: timedelta | None = None,
) -> datetime:
    """The instant of the next poll, after `failures` failed polls in a row (this one included).

    Each source keeps its own pace within 10 % of its interval, so sources that start together drift apart. A failing
    source is asked less and less often, and never sooner than it asked for itself.
    """
    wait = interval
    if failures:
        wait = min(interval * 2 ** min(failures, 30), max(MAX_BACKOFF, interval))
    patience = min(retry_after or timedelta(0), MAX_PATIENCE)
    return now + max(wait * (1 + _JITTER * _lean(source_id)), patience)


def _lean(source_id: str) -> float:
    """A number from -1 to 1 that belongs to the source."""
    return int.from_bytes(sha256(source_id.encode()).digest()[:4]) / 0x7FFF_FFFF - 1
