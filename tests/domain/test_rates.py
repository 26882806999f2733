"""Rates that fade, and what is usual."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.rates import MEMORY, SOONEST, counted, per_day, smoothed

NEVER = timedelta(0)


def after(days: float, every_minutes: int, count: int = 1) -> float | None:
    """The rate after so many days of `count` things every so many minutes."""
    step, rate, age = timedelta(minutes=every_minutes), 0.0, NEVER
    while age + step <= timedelta(days=days):
        age += step
        rate = counted(rate, step, count)
    return per_day(rate, NEVER, age)


@given(days=some.floats(0.5, 12), every=some.integers(5, 120))
def test_a_steady_source_has_its_own_rate_from_the_first_day_on(days: float, every: int) -> None:
    assert after(days, every) == pytest.approx(24 * 60 / every, rel=0.1)


def test_a_source_that_falls_silent_fades_and_one_that_comes_back_is_soon_itself() -> None:
    busy = counted(None, NEVER, 300)
    week = timedelta(days=7)
    quiet = per_day(busy, week, week)
    assert quiet is not None
    assert 0 < quiet < 12
    assert after(9, 60) == pytest.approx(24, rel=0.05)


def test_a_rate_is_not_known_at_once() -> None:
    assert per_day(5.0, NEVER, SOONEST - timedelta(seconds=1)) is None
    assert per_day(5.0, NEVER, SOONEST) is not None
    assert per_day(None, NEVER, MEMORY) == 0


@given(usual=some.floats(0, 1e6), value=some.floats(0, 1e6))
def test_a_typical_value_moves_a_part_of_the_way(usual: float, value: float) -> None:
    assert smoothed(None, value) == value
    low, high = sorted((usual, value))
    assert low - 1e-6 <= smoothed(usual, value) <= high + 1e-6
    assert abs(smoothed(usual, value) - usual) == pytest.approx(abs(value - usual) / 5, abs=1e-6)
