"""No scope is sent to faster than its rate, whatever is asked for and when."""

import itertools
from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pacing import (
    BOT,
    FASTER_EVERY,
    FOR_ALL,
    LOOKAHEAD,
    MANY_CHATS,
    TOGETHER,
    Governor,
    Rates,
    Slots,
    Spacing,
    chat_scope,
    most_calls,
)
from tests.conftest import NOON

RATES = Rates()
SECOND = timedelta(seconds=1)
NOW = timedelta(0)
LATENCY = timedelta(milliseconds=50)
MS = timedelta(milliseconds=1)
TICK = timedelta(microseconds=1)  # to which instants are rounded
SALMA, KHALED, GROUP = 1, 2, -5


def test_the_first_message_may_go_at_once() -> None:
    assert Slots(RATES, NOON, {}).take(SALMA) == NOON


def test_a_chat_waits_for_its_second_and_a_group_for_three() -> None:
    slots = Slots(RATES, NOON, {})
    slots.take(SALMA)
    slots.take(GROUP)
    assert slots.take(SALMA) is None
    assert slots.next_at[chat_scope(SALMA)] == NOON + SECOND
    assert slots.next_at[chat_scope(GROUP)] == NOON + RATES.bot + 3 * SECOND


def test_a_scope_that_was_asked_to_be_quiet_is_quiet() -> None:
    slots = Slots(RATES, NOON, {chat_scope(SALMA): NOON + 5 * SECOND})
    assert slots.take(SALMA) is None
    assert slots.take(KHALED) == NOON
    assert Slots(RATES, NOON, {BOT: NOON + SECOND}).full()
    assert Slots(RATES, NOON, {BOT: NOON + SECOND}).take(SALMA) is None


def test_slots_are_given_out_no_further_ahead_than_the_look_ahead() -> None:
    slots = Slots(RATES, NOON, {})
    given_out = [slots.take(chat) for chat in range(1, 11)]
    assert [slot is not None for slot in given_out] == [True] * 4 + [False] * 6
    assert slots.full()


def test_only_what_changed_is_to_be_stored() -> None:
    slots = Slots(RATES, NOON, {chat_scope(KHALED): NOON + SECOND})
    slots.take(KHALED)
    assert list(slots.changes()) == []
    slots.take(SALMA)
    assert [scope for scope, _ in slots.changes()] == [BOT, chat_scope(SALMA)]


claims = st.lists(
    st.tuples(st.integers(0, 400), st.lists(st.sampled_from([1, 2, 3, -5, -6]), max_size=6)), min_size=1, max_size=25
)


@given(claims=claims, bot=st.integers(5, 200), chat=st.integers(50, 2000), group=st.integers(50, 4000))
def test_never_faster_than_the_rates(claims: list[tuple[int, list[int]]], bot: int, chat: int, group: int) -> None:
    """Claims some milliseconds apart, each for some chats, with the state that the database keeps between them."""
    rates = Rates(*(timedelta(milliseconds=n) for n in (bot, chat, group)))
    now, kept = NOON, dict[str, datetime]()
    sent: list[tuple[int, datetime]] = []
    for pause, chats in claims:
        now += timedelta(milliseconds=pause)
        slots = Slots(rates, now, dict(kept))
        for chat_id in chats:
            slot = slots.take(chat_id)
            if slot is not None:
                assert now <= slot <= now + LOOKAHEAD
                sent.append((chat_id, slot))
        kept |= dict(slots.changes())
    assert all(b - a >= rates.bot - TICK for (_, a), (_, b) in itertools.pairwise(sent))
    for chat_id in {chat for chat, _ in sent}:
        of_chat = [slot for chat, slot in sent if chat == chat_id]
        assert all(b - a >= rates.of_chat(chat_id) - TICK for a, b in itertools.pairwise(of_chat))


@given(wait=st.integers(1, 100))
def test_whoever_waits_long_enough_is_served(wait: int) -> None:
    slots = Slots(RATES, NOON, {})
    slots.take(SALMA)
    later = Slots(RATES, NOON + SECOND * wait, dict(slots.changes()))
    assert later.take(SALMA) == NOON + SECOND * wait


def delivered(allowed: int, messages: int, sliding: bool, start: float = 0) -> tuple[timedelta, int]:
    """How long a Telegram that allows so many a second takes for the messages, and how often it refuses. It counts
    either those of the last second or those of each second of the clock, in which we begin at `start`."""
    governor = Governor(RATES)
    began = now = NOON + start * SECOND
    taken, refusals, windows = list[datetime](), 0, Counter[datetime]()
    while len(taken) < messages:
        window = now.replace(microsecond=0)
        busy = sum(now - at < SECOND for at in taken[-allowed - 1 :]) if sliding else windows[window]
        governor.left(now)
        if busy >= allowed:
            refusals += 1
            governor.refused(now, now + LATENCY, SECOND)
            now += SECOND + LATENCY
            continue
        taken.append(now)
        windows[window] += 1
        governor.took(now + LATENCY)
        now += governor.rates.bot
    return now - began, refusals


@pytest.mark.parametrize("start", [0, 0.2, 0.4, 0.6, 0.8, 0.95])
@pytest.mark.parametrize("sliding", [True, False])
@pytest.mark.parametrize("allowed", [5, 20, 29])
def test_a_bot_that_may_send_less_learns_it_from_a_few_refusals(allowed: int, sliding: bool, start: float) -> None:
    took, refusals = delivered(allowed, 1000, sliding, start)
    assert refusals <= 6
    # Trying for more costs the second that Telegram asks for. Of seconds that are not the clock's only parts are seen.
    assert 1000 / took.total_seconds() >= allowed * (0.6 if sliding else 0.95 if allowed == 20 else 0.92)


def test_without_a_refusal_the_rate_is_the_configured_one() -> None:
    assert delivered(31, 300, sliding=True)[1] == 0


def test_after_a_refusal_the_rate_rises_again_and_never_beyond_the_configured_one() -> None:
    governor = Governor(RATES)
    governor.left(NOON)
    governor.refused(NOON, NOON + LATENCY, SECOND)
    slow = governor.rates.bot
    assert slow > RATES.bot
    governor.refused(NOON + TICK, NOON + LATENCY, SECOND)  # what was in flight at that moment says nothing new
    assert governor.rates.bot == slow
    for minutes in range(1, 240):
        governor.took(NOON + minutes * FASTER_EVERY)
    assert governor.rates == RATES


def test_however_often_it_is_refused_it_tries_once_a_second() -> None:
    governor = Governor(RATES)
    for n in range(50):
        at = NOON + n * 5 * SECOND
        governor.refused(at, at + LATENCY, SECOND)
    assert governor.rates.bot == SECOND


LONG = FOR_ALL + SECOND
PENALTIES: dict[str, tuple[list[tuple[int, timedelta, timedelta]], bool]] = {
    "one chat": ([(SALMA, NOW, LONG)], False),
    "one chat again and again": ([(SALMA, n * SECOND, LONG) for n in range(9)], False),
    "two chats at once": ([(SALMA, NOW, LONG), (KHALED, SECOND, LONG)], True),
    "two chats, at the edge": ([(SALMA, NOW, LONG), (KHALED, TOGETHER, LONG)], True),
    "two chats, far apart": ([(SALMA, NOW, LONG), (KHALED, TOGETHER + TICK, LONG)], False),
    "the first told again meanwhile": (
        [(SALMA, NOW, LONG), (SALMA, TOGETHER, LONG), (KHALED, TOGETHER + SECOND, LONG)],
        True,
    ),
    "two groups": ([(GROUP, NOW, LONG), (GROUP - 1, NOW, LONG)], False),
    "a group and a chat": ([(GROUP, NOW, LONG), (SALMA, NOW, LONG)], False),
    "short waits are told at once": ([(SALMA, NOW, FOR_ALL), (KHALED, NOW, FOR_ALL)], False),
    "a short wait, then a long one": ([(SALMA, NOW, FOR_ALL), (KHALED, NOW, LONG)], False),
}


@pytest.mark.parametrize(("refusals", "of_all"), PENALTIES.values(), ids=PENALTIES)
def test_long_waits_side_by_side_are_meant_for_the_whole_bot(
    refusals: list[tuple[int, timedelta, timedelta]], of_all: bool
) -> None:
    governor = Governor(RATES)
    assert [governor.means_all(NOON + after, chat, delay) for chat, after, delay in refusals][-1] is of_all


def test_a_message_that_was_taken_in_between_shows_that_it_is_not_the_bot() -> None:
    governor = Governor(RATES)
    assert not governor.means_all(NOON, SALMA, LONG)
    governor.took(NOON + SECOND)
    assert not governor.means_all(NOON + 2 * SECOND, KHALED, LONG)
    assert governor.means_all(NOON + 3 * SECOND, SALMA, LONG)


def test_calls_that_are_late_are_kept_apart_all_the_same() -> None:
    spacing, late = Spacing(), 30 * MS
    assert spacing.reserve(RATES, SALMA, NOON + late) == NOW
    assert spacing.reserve(RATES, KHALED, NOON + RATES.bot) == late
    assert spacing.reserve(RATES, SALMA, NOON + SECOND) == late
    assert spacing.reserve(RATES, GROUP, NOON + 2 * SECOND) == NOW
    assert spacing.reserve(RATES, GROUP, NOON + 5 * SECOND - late) == late
    assert spacing.reserve(RATES, SALMA, NOON + 9 * SECOND) == NOW


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 60), st.sampled_from([1, 2, -5])), min_size=2, max_size=60)
)
def test_however_late_calls_are_the_far_end_never_counts_more_than_it_allows(
    asked: list[tuple[int, int, int]],
) -> None:
    """Slots of 30 a second; calls late by up to 60 ms, and on their way for up to 10 ms more or less."""
    spacing, rates = Spacing(), Rates.within(30, 1, 20)
    slot, arrivals = NOON, list[tuple[datetime, int]]()
    for jitter, late, chat in asked:
        slot += rates.bot
        now = slot + late * MS
        arrivals.append((now + spacing.reserve(rates, chat, now) + jitter * MS / 10, chat))
    for at, chat in arrivals:
        window = [(other, whose) for other, whose in arrivals if at <= other < at + SECOND]
        assert len(window) <= 30
        assert sum(whose == chat for _, whose in window) <= 1


def test_the_chats_that_were_written_to_are_not_remembered_for_ever() -> None:
    spacing = Spacing()
    for chat in range(1, 5 * MANY_CHATS):
        spacing.reserve(RATES, chat, NOON + chat * RATES.bot)
    assert len(spacing._next_at) <= MANY_CHATS + 2


@pytest.mark.parametrize(
    ("latency", "a_second", "most"),
    [(0.1, 30, 3), (0.02, 30, 3), (0.2, 30, 6), (0.1, 10, 3), (0.1, 100, 13), (0.05, 500, 40)],
)
def test_under_way_are_as_many_calls_as_the_rate_needs(latency: float, a_second: int, most: int) -> None:
    assert most_calls(latency, SECOND / a_second) == most
