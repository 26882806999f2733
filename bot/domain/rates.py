"""What is usual of late: a daily rate and a typical value that are kept in one number each, and forget. Pure.

A rate is a count that fades: each thing counted weighs less the longer ago it was, and `per_day` turns the sum into
things a day. A moment without news costs nothing: the number is brought up to date when it is next needed.
"""

from datetime import timedelta
from math import exp, expm1

MEMORY = timedelta(days=3)  # after so long, what was counted weighs 1/e: long enough for weekends, short for a change
SOONEST = timedelta(hours=6)  # a rate is not known before
_DAY = timedelta(days=1)
_WEIGHT = 0.2  # of the newest value: a change shows after about five


def counted(rate: float | None, elapsed: timedelta, count: float) -> float:
    """The rate after `count` more, `elapsed` after it was last brought up to date."""
    return (rate or 0.0) * exp(-max(elapsed / MEMORY, 0.0)) + count / (MEMORY / _DAY)


def per_day(rate: float | None, elapsed: timedelta, age: timedelta) -> float | None:
    """Things a day, `elapsed` after the rate was last brought up to date and `age` after counting began.

    None while too little time has passed to tell.
    """
    if age < SOONEST:
        return None
    return counted(rate, elapsed, 0.0) / -expm1(-(age / MEMORY))


def smoothed(usual: float | None, value: float) -> float:
    """The typical value after one more."""
    return value if usual is None else usual + _WEIGHT * (value - usual)
