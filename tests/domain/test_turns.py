"""Replies beside alerts: the same pace, the next slot, and never all of them."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pacing import BOT, LOOKAHEAD, Rates, Slots, chat_scope
from bot.domain.turns import take
from tests.conftest import NOON

SALMA = 1001
MS = timedelta(milliseconds=1)
RATES = Rates(bot=40 * MS, chat=1000 * MS, group=3000 * MS)


def test_the_first_reply_goes_at_once_and_the_next_to_the_chat_after_its_time() -> None:
    next_at: dict[str, datetime] = {}
    first = take(RATES, NOON, next_at, SALMA)
    assert first.at == NOON
    next_at |= first.changes
    second = take(RATES, NOON, next_at, SALMA)
    assert not second.changes
    assert second.of_chat
    third = take(RATES, second.at, next_at, SALMA)
    assert third.at - first.at >= RATES.chat
    assert third.changes


def test_a_group_waits_longer() -> None:
    changes = dict(take(RATES, NOON, {}, -5).changes)
    assert changes[chat_scope(-5)] >= NOON + RATES.group


def test_a_reply_gets_the_next_slot_however_many_alerts_wait() -> None:
    alerts = Slots(RATES, NOON, {})
    chats = iter(range(1, 1000))
    while alerts.take(next(chats)):
        pass
    turn = take(RATES, NOON, alerts.next_at, SALMA)
    assert turn.changes
    assert NOON < turn.at <= NOON + LOOKAHEAD + RATES.bot


def test_a_bot_that_must_be_silent_reserves_nothing() -> None:
    turn = take(RATES, NOON, {BOT: NOON + timedelta(seconds=30)}, SALMA)
    assert (turn.changes, turn.of_chat) == ((), False)
    assert turn.at == NOON + timedelta(seconds=30) - LOOKAHEAD


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 6), st.integers(0, 60)), max_size=300))
def test_alerts_and_replies_together_keep_every_pace(asked: list[tuple[bool, int, int]]) -> None:
    """In any order of asking: the bot's interval between any two, the chat's between any two to one chat."""
    next_at: dict[str, datetime] = {}
    sent: list[tuple[datetime, int]] = []
    now = NOON
    for is_reply, chat, gap in asked:
        now += gap * MS
        if is_reply:
            turn = take(RATES, now, next_at, chat)
            next_at |= turn.changes
            if turn.changes:
                sent.append((turn.at, chat))
        elif (slot := Slots(RATES, now, next_at).take(chat)) is not None:
            sent.append((slot, chat))
    sent.sort()
    assert all(later - earlier >= RATES.bot for (earlier, _), (later, _) in pairwise(sent))
    for chat in {chat for _, chat in sent}:
        times = [at for at, to in sent if to == chat]
        assert all(b - a >= RATES.chat for a, b in pairwise(times))


def test_a_crowd_of_people_leaves_half_of_the_slots_to_alerts() -> None:
    next_at: dict[str, datetime] = {}
    replies = alerts = 0
    for tick in range(2000):  # both are always eager: every millisecond each asks for a slot, replies first
        now = NOON + tick * MS
        turn = take(RATES, now, next_at, 10_000 + tick)
        next_at |= turn.changes
        replies += bool(turn.changes)
        alerts += Slots(RATES, now, next_at).take(20_000 + tick) is not None
    assert replies + alerts >= 2000 / 40
    assert alerts >= 0.45 * (replies + alerts)
    assert replies >= 0.45 * (replies + alerts)
