"""How much one chat may ask: a burst at once, then a steady few, and one remark a minute."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain import asking
from bot.domain.asking import BURST, EVERY, TOLD_EVERY, Allowances
from tests.conftest import NOON

AT_ONCE = timedelta(0)


def test_a_burst_is_served_at_once_and_what_follows_waits_its_turn() -> None:
    allowances = Allowances()
    assert [allowances.wait(1, NOON) for _ in range(BURST)] == [AT_ONCE] * BURST
    assert allowances.wait(1, NOON) == EVERY
    assert allowances.wait(1, NOON + EVERY) == AT_ONCE
    assert allowances.wait(1, NOON + EVERY) == EVERY


def test_one_chat_takes_nothing_from_another() -> None:
    allowances = Allowances()
    for _ in range(1000):
        allowances.wait(1, NOON)
    assert allowances.wait(2, NOON) == AT_ONCE


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=200))
def test_no_stretch_of_time_holds_more_than_a_burst_and_the_steady_few(gaps: list[int]) -> None:
    allowances, served, now = Allowances(), [], NOON
    for gap in gaps:
        now += timedelta(milliseconds=gap)
        if allowances.wait(1, now) == AT_ONCE:
            served.append(now)
    for index, first in enumerate(served):
        for count, last in enumerate(served[index:], 1):
            assert count <= BURST + (last - first) / EVERY


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=100))
def test_whoever_waits_as_long_as_told_is_served(gaps: list[int]) -> None:
    allowances, now = Allowances(), NOON
    for gap in gaps:
        now += timedelta(milliseconds=gap)
        if (wait := allowances.wait(1, now)) > AT_ONCE:
            now += wait
            assert allowances.wait(1, now) == AT_ONCE


def test_who_asks_too_much_is_told_so_once_a_minute() -> None:
    allowances, second = Allowances(), timedelta(seconds=1)
    assert [allowances.may_tell(1, NOON + second * n) for n in range(60)] == [True, *[False] * 59]
    assert allowances.may_tell(2, NOON + second)
    assert allowances.may_tell(1, NOON + TOLD_EVERY)


def test_chats_that_are_quiet_again_take_no_memory() -> None:
    allowances = Allowances()
    for chat in range(asking.REMEMBERED + 5):
        now = NOON + EVERY * 2 * chat
        allowances.wait(chat, now)
        allowances.may_tell(chat, now)
    assert len(allowances._used_until) <= asking.REMEMBERED
    assert len(allowances._told_at) <= asking.REMEMBERED
