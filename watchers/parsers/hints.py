"""What a feed says of how often it should be asked: <ttl>, sy:updatePeriod, <skipHours> (RSS 2.0, RSS 1.0 modules).

Pure. Looks at the head of the bytes only, before the first item; a wrong guess costs some minutes.
"""

import re
from datetime import timedelta

_HEAD = 16_384  # bytes
_ITEM = re.compile(rb"<(?:[\w-]{1,20}:)?(?:item|entry)[\s>]")
_TTL = re.compile(rb"<ttl>\s*(\d{1,6})\s*</ttl>")  # minutes
_PERIOD = re.compile(rb"<(?:\w{1,20}:)?updatePeriod>\s*(\w+)\s*<")
_FREQUENCY = re.compile(rb"<(?:\w{1,20}:)?updateFrequency>\s*(\d{1,4})\s*<")
_SKIP = re.compile(rb"<skipHours>(.{0,2000}?)</skipHours>", re.DOTALL)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>")
_PERIODS = {b"hourly": 1, b"daily": 24, b"weekly": 24 * 7, b"monthly": 24 * 30, b"yearly": 24 * 365}  # hours


def feed_hints(body: bytes) -> tuple[timedelta | None, frozenset[int]]:
    """For how long the feed says it stays as it is, and the hours (0 to 23, GMT) in which nothing appears."""
    head = body[:_HEAD]
    if item := _ITEM.search(head):
        head = head[: item.start()]
    skipped = _SKIP.search(head)
    hours = (int(hour) % 24 for hour in _HOUR.findall(skipped[1])) if skipped else ()
    return _ttl(head), frozenset(hours)


def _ttl(head: bytes) -> timedelta | None:
    if stated := _TTL.search(head):
        return timedelta(minutes=int(stated[1]))
    period = _PERIOD.search(head)
    if period is None or period[1].lower() not in _PERIODS:
        return None
    times = _FREQUENCY.search(head)
    return timedelta(hours=_PERIODS[period[1].lower()]) / max(int(times[1]) if times else 1, 1)
