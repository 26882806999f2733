import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.watchers.conftest import NOW
from watchers.schedule import (
    MAX_BACKOFF,
    MAX_PATIENCE,
    MAX_REFUSALS,
    Hints,
    Pace,
    Plan,
    Reason,
    Rhythm,
    next_poll,
    next_poll_at,
    rhythm_of,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIVE = 5 * MINUTE
PACE = Pace(MINUTE, 15 * MINUTE)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 25, 12), timezones=st.just(UTC))  # noqa: DTZ001


def published(*minutes_ago: float) -> Rhythm:
    return Rhythm().heard([NOW - minutes * MINUTE for minutes in minutes_ago], NOW)


def every(gap: timedelta, last: timedelta = timedelta(0)) -> Rhythm:
    return Rhythm().heard([NOW - last - gap * number for number in range(20)], NOW)


def wait(plan: Plan) -> timedelta:
    return plan.at - NOW


# --- a fixed pace ---------------------------------------------------------------------------------------------------


@given(st.text())
def test_each_source_keeps_its_own_time_near_its_interval(source_id: str) -> None:
    planned = next_poll_at(source_id, FIVE, NOW) - NOW
    assert 0.9 * FIVE <= planned <= 1.1 * FIVE
    assert planned == next_poll_at(source_id, FIVE, NOW) - NOW


def test_sources_drift_apart() -> None:
    assert len({next_poll_at(f"source-{number}", FIVE, NOW) for number in range(100)}) == 100


def test_a_failing_source_is_asked_less_and_less_but_still_asked() -> None:
    waits = [next_poll_at("s", FIVE, NOW, failures) - NOW for failures in range(60)]
    assert waits == sorted(waits)
    assert waits[2] / waits[0] == pytest.approx(4)
    assert 0.9 * MAX_BACKOFF <= waits[-1] <= 1.1 * MAX_BACKOFF


def test_back_off_never_shortens_a_long_interval() -> None:
    assert next_poll_at("s", DAY, NOW, 3) == next_poll_at("s", DAY, NOW)


def test_patience_is_a_minimum() -> None:
    assert next_poll_at("s", FIVE, NOW, 1, HOUR) == NOW + HOUR
    assert next_poll_at("s", FIVE, NOW, 1, timedelta(seconds=1)) == next_poll_at("s", FIVE, NOW, 1)
    assert next_poll("s", PACE, NOW, failures=1, hints=Hints(retry_after=HOUR)) == Plan(NOW + HOUR, Reason.PATIENCE)


def test_no_server_can_silence_itself_for_good() -> None:
    assert next_poll_at("s", FIVE, NOW, 1, timedelta(days=3000)) == NOW + MAX_PATIENCE


# --- the source's own rhythm ----------------------------------------------------------------------------------------


def test_a_source_that_publishes_often_is_asked_at_the_floor() -> None:
    assert rhythm_of(PACE, NOW, every(3 * MINUTE)) == MINUTE


def test_a_quiet_source_is_asked_at_the_ceiling() -> None:
    assert rhythm_of(PACE, NOW, every(6 * HOUR)) == 15 * MINUTE


def test_in_between_it_is_asked_a_few_times_for_each_item() -> None:
    gap = 24 * MINUTE
    assert gap / 6 <= rhythm_of(PACE, NOW, every(gap, last=gap / 2)) <= gap / 3


def test_a_source_that_we_know_nothing_of_is_asked_every_five_minutes() -> None:
    assert rhythm_of(PACE, NOW, Rhythm()) == FIVE


def test_a_breaking_source_is_asked_every_minute_however_quiet_it_was_before() -> None:
    quiet = [NOW - DAY * number for number in range(1, 10)]
    breaking = Rhythm().heard(quiet, NOW).heard([NOW - 5 * MINUTE, NOW - 3 * MINUTE, NOW - MINUTE], NOW)
    assert rhythm_of(PACE, NOW, breaking) == MINUTE
    assert rhythm_of(PACE, NOW + 8 * HOUR, breaking) == 15 * MINUTE


@given(st.lists(MOMENTS, max_size=40), st.integers(0, 10_000))
def test_no_rhythm_leads_out_of_the_pace(moments: list[datetime], later: int) -> None:
    at = NOW + later * MINUTE
    assert PACE.floor <= rhythm_of(PACE, at, Rhythm().heard(moments, NOW)) <= PACE.ceiling


@given(st.lists(MOMENTS, min_size=3, max_size=20), st.integers(1, 1_000))
def test_silence_never_makes_us_ask_more_often_at_the_same_hour(moments: list[datetime], days: int) -> None:
    rhythm = Rhythm().heard(moments, NOW)
    assert rhythm_of(PACE, NOW, rhythm) <= rhythm_of(PACE, NOW + days * DAY, rhythm)


def test_it_is_asked_more_often_in_the_hours_in_which_it_publishes() -> None:
    morning = NOW.replace(hour=6)
    mornings = [morning - day * DAY + number * 5 * MINUTE for day in range(30) for number in range(10)]
    rhythm = Rhythm()
    for moment in sorted(mornings):
        rhythm = rhythm.heard([moment], moment)
    wide = Pace(timedelta(seconds=1), DAY)
    at_six, at_night = morning + DAY, morning + DAY - 6 * HOUR
    assert rhythm_of(wide, at_six, rhythm) < rhythm_of(wide, at_night, rhythm) / 3


# --- what is remembered ---------------------------------------------------------------------------------------------


def test_dates_in_the_future_are_no_publications() -> None:
    assert Rhythm().heard([NOW - HOUR, NOW + HOUR], NOW).recent == (NOW - HOUR,)


def test_something_new_with_an_old_date_has_come_now() -> None:
    known = published(60, 120)
    assert known.heard([NOW - 5 * HOUR], NOW).recent == (*known.recent, NOW)
    assert Rhythm().heard([NOW + DAY], NOW).recent == (NOW,)


def test_what_is_found_again_is_not_counted_again() -> None:
    known = every(HOUR)
    later = known.heard([*known.recent, NOW + MINUTE], NOW + MINUTE)
    assert sum(later.hours) == sum(known.hours) + 1
    assert len(later.recent) == 20


def test_nothing_new_changes_nothing() -> None:
    assert every(HOUR).heard([], NOW) == every(HOUR)


def test_habits_fade() -> None:
    rhythm = Rhythm()
    for number in range(2_000):
        moment = NOW + number * HOUR
        rhythm = rhythm.heard([moment], moment)
    assert sum(rhythm.hours) <= 401


@given(st.lists(MOMENTS, max_size=40), st.integers(0, 9))
def test_a_rhythm_survives_being_stored(moments: list[datetime], refusals: int) -> None:
    whole_seconds = [moment.replace(microsecond=0) for moment in moments]
    rhythm = Rhythm(refusals=refusals).heard(whole_seconds, NOW)
    assert Rhythm.from_json(rhythm.to_json()) == rhythm
    assert len(rhythm.to_json()) < 600


@pytest.mark.parametrize(
    "text",
    [None, "", "null", "[]", "7", "{", '{"recent": 3}', '{"recent": ["x"]}', '{"recent": [1e99]}', '{"hours": [1]}',
     '{"hours": null}', '{"refusals": "x"}'],
)  # fmt: skip
def test_what_is_no_stored_rhythm_knows_nothing(text: str | None) -> None:
    assert Rhythm.from_json(text) == Rhythm()


def test_a_stored_rhythm_of_another_version_is_read_as_far_as_it_goes() -> None:
    stored = json.loads(published(5).to_json()) | {"unheard_of": 1}
    assert Rhythm.from_json(json.dumps(stored)) == published(5)


# --- what the answer says -------------------------------------------------------------------------------------------


def test_a_quiet_source_is_not_asked_before_its_answer_is_stale() -> None:
    pace = Pace(MINUTE, HOUR)
    plan = next_poll("s", pace, NOW, every(20 * MINUTE), hints=Hints(max_age=30 * MINUTE))
    assert plan.reason is Reason.FRESH
    assert 0.9 * 30 * MINUTE <= wait(plan) <= 1.1 * 30 * MINUTE


def test_breaking_news_waits_for_no_cache_longer_than_five_minutes_and_for_no_ttl() -> None:
    busy = every(2 * MINUTE)
    assert wait(next_poll("s", PACE, NOW, busy, hints=Hints(max_age=HOUR))) <= 1.1 * FIVE
    assert next_poll("s", PACE, NOW, busy, hints=Hints(ttl=HOUR)) == next_poll("s", PACE, NOW, busy)


def test_the_ttl_of_a_quiet_feed_is_kept_up_to_the_ceiling() -> None:
    plan = next_poll("s", PACE, NOW, every(30 * MINUTE), hints=Hints(ttl=DAY))
    assert plan.reason is Reason.FRESH
    assert 0.9 * PACE.ceiling <= wait(plan) <= 1.1 * PACE.ceiling


def test_hours_without_news_are_skipped_to_their_end() -> None:
    hints = Hints(skip_hours=frozenset({12, 13}))
    plan = next_poll("s", Pace(FIVE, FIVE), NOW, hints=hints)
    assert plan.reason is Reason.SKIPPED_HOURS
    assert 0.9 * 2 * HOUR <= wait(plan) <= 1.1 * 2 * HOUR


def test_an_hour_in_which_something_did_appear_is_not_skipped() -> None:
    hints = Hints(skip_hours=frozenset({11, 12}))
    assert next_poll("s", PACE, NOW, published(5, 0), hints=hints).reason is Reason.RHYTHM


def test_a_feed_that_skips_every_hour_is_still_asked() -> None:
    plan = next_poll("s", PACE, NOW, hints=Hints(skip_hours=frozenset(range(24))))
    assert wait(plan) <= 1.1 * (MAX_BACKOFF + PACE.ceiling)


# --- refused, gone, unproven ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403, 451])
def test_who_refuses_us_three_times_in_a_row_is_paused(status: int) -> None:
    rhythm, reasons = Rhythm(), []
    for failures in range(1, MAX_REFUSALS + 1):
        rhythm = rhythm.answered(status)
        reasons.append(next_poll("s", PACE, NOW, rhythm, failures=failures, status=status).reason)
    assert reasons == [Reason.FAILURES, Reason.FAILURES, Reason.PAUSED]
    assert wait(next_poll("s", PACE, NOW, rhythm, failures=9, status=status)) >= 0.9 * DAY


def test_any_other_answer_ends_the_count_but_no_answer_does_not() -> None:
    refused = Rhythm().answered(403).answered(403)
    assert refused.answered(None) == refused
    assert refused.answered(500) == refused.answered(200) == Rhythm()


def test_what_is_gone_is_told_apart_from_what_fails() -> None:
    gone = next_poll("s", PACE, NOW, failures=1, status=410)
    assert (gone.reason, wait(gone) >= 6 * DAY) == (Reason.GONE, True)
    assert next_poll("s", PACE, NOW, failures=1, status=404).reason is Reason.FAILURES


def test_an_unproven_source_is_tried_once_a_day() -> None:
    for failures in (0, 1, 20):
        plan = next_poll("s", PACE, NOW, every(MINUTE), failures=failures, check=True)
        assert plan.reason is Reason.CHECK
        assert 0.9 * DAY <= wait(plan) <= 1.1 * DAY


@given(
    st.lists(MOMENTS, max_size=30),
    st.integers(0, 100),
    st.sampled_from([None, 200, 304, 401, 403, 404, 410, 429, 500]),
    st.builds(
        Hints,
        *(st.none() | st.timedeltas(timedelta(0), timedelta(days=9_999)) for _ in range(3)),
        st.frozensets(st.integers(0, 23)),
    ),
    st.booleans(),
)
def test_whatever_happens_there_is_a_next_poll_between_the_floor_and_a_week(
    moments: list[datetime], failures: int, status: int | None, hints: Hints, check: bool
) -> None:
    rhythm = Rhythm().heard(moments, NOW).answered(status)
    plan = next_poll("s", PACE, NOW, rhythm, failures=failures, status=status, hints=hints, check=check)
    assert 0.9 * PACE.floor <= wait(plan) <= 1.1 * 7 * DAY
