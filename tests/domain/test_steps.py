from hypothesis import given
from hypothesis import strategies as st

from bot.domain.steps import resized

FEWEST, MOST, WANTED = 10, 100, 0.01


@given(st.integers(FEWEST, MOST), st.floats(0, 10))
def test_a_step_grows_and_shrinks_with_the_time_that_the_last_one_took(size: int, took: float) -> None:
    following = resized(size, took, WANTED, FEWEST, MOST)
    assert FEWEST <= following <= MOST
    assert following <= size if took > WANTED else following >= size


def test_one_slow_step_is_not_the_end_of_all_speed() -> None:
    assert resized(100, 60.0, WANTED, FEWEST, MOST) == 25
    assert resized(20, 0.0, WANTED, FEWEST, MOST) == 40
    assert resized(40, 0.02, WANTED, FEWEST, MOST) == 20
