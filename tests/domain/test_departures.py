"""People leave one by one; a minute in which nearly all have gone is somebody's mistake."""

from datetime import timedelta

from bot.domain.departures import FEWEST, WITHIN, Departures
from tests.conftest import NOON

SECOND = timedelta(seconds=1)


def test_one_who_leaves_is_believed_and_so_are_a_few_among_many() -> None:
    departures = Departures()
    assert departures.believed(NOON)
    for n in range(200):
        departures.arrived(NOON + n * SECOND / 10)
        assert n % 4 or departures.believed(NOON + n * SECOND / 10)


def test_when_nearly_all_of_a_minute_are_gone_nobody_is_believed_until_it_has_passed() -> None:
    departures = Departures()
    believed = [departures.believed(NOON + n * SECOND / 30) for n in range(100)]
    assert believed == [True] * (FEWEST - 1) + [False] * (100 - FEWEST + 1)
    assert departures.believed(NOON + 4 * SECOND + WITHIN)


def test_in_a_small_bot_everybody_may_leave() -> None:
    departures = Departures()
    assert all(departures.believed(NOON + n * SECOND) for n in range(FEWEST - 1))
