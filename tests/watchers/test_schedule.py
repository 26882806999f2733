from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.watchers.conftest import NOW
from watchers.schedule import MAX_BACKOFF, MAX_PATIENCE, next_poll_at

FIVE = timedelta(minutes=5)


@given(st.text())
def test_each_source_keeps_its_own_pace_near_its_interval(source_id: str) -> None:
    wait = next_poll_at(source_id, FIVE, NOW) - NOW
    assert 0.9 * FIVE <= wait <= 1.1 * FIVE
    assert wait == next_poll_at(source_id, FIVE, NOW) - NOW


def test_sources_drift_apart() -> None:
    assert len({next_poll_at(f"source-{number}", FIVE, NOW) for number in range(100)}) == 100


def test_a_failing_source_is_asked_less_and_less_but_still_asked() -> None:
    waits = [next_poll_at("s", FIVE, NOW, failures) - NOW for failures in range(60)]
    assert waits == sorted(waits)
    assert waits[2] / waits[0] == pytest.approx(4)
    assert 0.9 * MAX_BACKOFF <= waits[-1] <= 1.1 * MAX_BACKOFF


def test_back_off_never_shortens_a_long_interval() -> None:
    daily = timedelta(days=1)
    assert next_poll_at("s", daily, NOW, 3) == next_poll_at("s", daily, NOW)


def test_patience_is_a_minimum() -> None:
    hour, second = timedelta(hours=1), timedelta(seconds=1)
    assert next_poll_at("s", FIVE, NOW, 1, hour) == NOW + hour
    assert next_poll_at("s", FIVE, NOW, 1, second) == next_poll_at("s", FIVE, NOW, 1)


def test_no_server_can_silence_itself_for_good() -> None:
    assert next_poll_at("s", FIVE, NOW, 1, timedelta(days=3000)) == NOW + MAX_PATIENCE
