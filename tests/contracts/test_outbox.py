"""The outbox: claims, pace, and what happens to an alert."""

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from bot.domain.alerting import AlertKind
from bot.domain.outcomes import GoneReason
from bot.domain.pacing import BOT, Rates, chat_scope
from bot.store import Store, articles, outbox, sources, watchlists
from bot.store.articles import Placed
from bot.store.outbox import NewAlert
from bot.store.tables import alerts
from tests.conftest import NOON
from tests.news import SOURCE, article

RATES = Rates()
SECOND = timedelta(seconds=1)


def fill(connection: Connection, *chats: int, stories: int = 1) -> None:
    """Alerts of `stories` stories for each of the chats, story by story."""
    sources.enlist(connection, [SOURCE], NOON)
    for chat in set(chats):
        watchlists.meet(connection, chat, "ar", NOON)
    for number in range(stories):
        item = article(guid=f"g{number}")
        (story,) = articles.open_stories(connection, [item])
        (filed,) = articles.add(connection, [(item, Placed(story, "new"))])
        outbox.add(connection, [NewAlert(chat, story, filed, (), 1, NOON) for chat in chats], NOON)


def states(connection: Connection) -> list[tuple[str, bool]]:
    query = select(alerts.c.state, alerts.c.uncertain).order_by(alerts.c.id)
    return [(row.state, row.uncertain) for row in connection.execute(query)]


async def test_a_chat_is_queued_once_for_an_article(store: Store) -> None:
    def unit(connection: Connection) -> tuple[set[tuple[int, int]], int]:
        fill(connection, 1, 2)
        row = connection.execute(select(alerts.c.story_id, alerts.c.article_id)).first()
        assert row is not None
        again = [NewAlert(n, row.story_id, row.article_id, (), 2, NOON) for n in (1, 2)]
        return outbox.add(connection, again, NOON), row.article_id

    refused, article_id = await store.write(unit)
    assert refused == {(1, article_id), (2, article_id)}
    assert len(await store.read(states)) == 2


async def test_many_that_watch_the_same_are_queued_like_each_by_itself(store: Store) -> None:
    """Alike: one object of evidence for all. The others differ in evidence, priority or kind."""
    shared, own = ({"watch": "جاسم", "surface": "جاسم"},), ({"watch": "درعا", "surface": "درعا"},)

    def unit(connection: Connection) -> tuple[set[tuple[int, int]], int]:
        fill(connection, *range(1, 61))
        found = connection.execute(select(alerts.c.story_id, alerts.c.article_id)).first()
        assert found is not None
        connection.execute(alerts.delete().where(alerts.c.chat_id > 5))
        told = [NewAlert(n, *found, shared, 1, NOON) for n in range(1, 41)]
        told += [NewAlert(n, *found, own, 0, NOON, AlertKind.DENIAL) for n in range(41, 61)]
        return outbox.add(connection, told, NOON + SECOND), found.article_id

    refused, article_id = await store.write(unit)
    assert refused == {(n, article_id) for n in range(1, 6)}
    columns = alerts.c.chat_id, alerts.c.evidence, alerts.c.priority, alerts.c.kind, alerts.c.state
    rows = await store.read(lambda c: c.execute(select(*columns).where(alerts.c.chat_id > 5)).all())
    wanted = [(n, list(shared), 1, "first", "ready") for n in range(6, 41)]
    wanted += [(n, list(own), 0, "denial", "ready") for n in range(41, 61)]
    assert sorted(map(tuple, rows), key=lambda row: row[0]) == wanted


async def test_a_claim_takes_what_the_pace_allows_and_spaces_it(store: Store) -> None:
    await store.write(lambda c: fill(c, *range(1, 51)))
    claimed = await store.write(lambda c: outbox.claim(c, RATES, 50, NOON))
    assert [alert.chat_id for alert in claimed] == [1, 2, 3, 4]
    gaps = [b.slot - a.slot for a, b in itertools.pairwise(claimed)]
    assert all(gap >= timedelta(seconds=1 / 30) - timedelta(microseconds=1) for gap in gaps)
    assert await store.write(lambda c: outbox.claim(c, RATES, 50, NOON)) == []
    later = await store.write(lambda c: outbox.claim(c, RATES, 50, NOON + SECOND))
    assert [alert.chat_id for alert in later][:2] == [5, 6]


async def test_never_more_than_the_rate_is_let_through_in_any_second(store: Store) -> None:
    await store.write(lambda c: fill(c, *range(1, 101)))
    slots = []
    for step in range(60):
        at = NOON + step * timedelta(milliseconds=50)
        slots += [alert.slot for alert in await store.write(lambda c, at=at: outbox.claim(c, RATES, 50, at))]
    assert len(slots) >= 85
    for slot in slots:
        assert sum(slot <= other < slot + SECOND for other in slots) <= 31


async def test_a_chat_gets_one_message_a_second_and_a_group_one_in_three(store: Store) -> None:
    await store.write(lambda c: fill(c, 1, -5, stories=3))

    async def claimed(seconds: float) -> list[int]:
        at = NOON + timedelta(seconds=seconds)
        return [a.chat_id for a in await store.write(lambda c: outbox.claim(c, RATES, 50, at))]

    assert await claimed(0) == [1, -5]
    assert await claimed(0.9) == []
    assert await claimed(1.1) == [1]
    assert await claimed(2.2) == [1]
    assert await claimed(3.2) == [-5]


async def test_the_more_urgent_goes_first(store: Store) -> None:
    await store.write(lambda c: fill(c, 1, 2, 3))
    await store.write(lambda c: c.execute(alerts.update().where(alerts.c.chat_id == 3).values(priority=0)))
    claimed = await store.write(lambda c: outbox.claim(c, RATES, 1, NOON))
    assert [alert.chat_id for alert in claimed] == [3]


async def test_what_a_crash_leaves_in_sending_is_sent_again_as_uncertain(store: Store) -> None:
    await store.write(lambda c: fill(c, 1, 2))
    await store.write(lambda c: outbox.claim(c, RATES, 1, NOON))
    assert await store.write(outbox.recover) == 1
    assert await store.read(states) == [("ready", True), ("ready", False)]
    again = await store.write(lambda c: outbox.claim(c, RATES, 5, NOON + SECOND))
    assert [(alert.chat_id, alert.uncertain) for alert in again] == [(1, True), (2, False)]


async def test_a_refusal_keeps_its_scope_silent(store: Store) -> None:
    await store.write(lambda c: fill(c, 1, 2))
    await store.write(lambda c: outbox.not_before(c, chat_scope(1), NOON + 10 * SECOND))
    claimed = await store.write(lambda c: outbox.claim(c, RATES, 5, NOON))
    assert [alert.chat_id for alert in claimed] == [2]
    await store.write(lambda c: outbox.not_before(c, BOT, NOON + 20 * SECOND))
    assert await store.write(lambda c: outbox.claim(c, RATES, 5, NOON + 15 * SECOND)) == []
    assert len(await store.write(lambda c: outbox.claim(c, RATES, 5, NOON + 20 * SECOND))) == 1


@pytest.mark.parametrize("uncertain", [False, True])
async def test_a_postponed_alert_comes_back_at_its_time(store: Store, uncertain: bool) -> None:
    await store.write(lambda c: fill(c, 1))
    (alert,) = await store.write(lambda c: outbox.claim(c, RATES, 5, NOON))
    until = NOON + 5 * SECOND
    await store.write(lambda c: outbox.postpone(c, alert.id, until, uncertain))
    assert await store.read(lambda c: outbox.next_due_at(c, NOON)) == until
    assert await store.write(lambda c: outbox.claim(c, RATES, 5, until - SECOND)) == []
    (again,) = await store.write(lambda c: outbox.claim(c, RATES, 5, until))
    assert (again.id, again.attempts, again.uncertain) == (alert.id, 1, uncertain)


async def test_only_an_alert_that_is_being_sent_can_be_settled(store: Store) -> None:
    await store.write(lambda c: fill(c, 1))
    (alert,) = await store.write(lambda c: outbox.claim(c, RATES, 5, NOON))
    await store.write(lambda c: outbox.mark_sent(c, {alert.id: 77}, NOON))
    await store.write(lambda c: outbox.postpone(c, alert.id, NOON, uncertain=True))
    assert await store.read(states) == [("sent", False)]


async def test_a_chat_that_has_gone_gets_nothing_until_it_returns(store: Store) -> None:
    await store.write(lambda c: fill(c, 1, stories=2))
    await store.write(lambda c: watchlists.set_gone(c, 1, GoneReason.BLOCKED, NOON))
    assert await store.write(lambda c: outbox.claim(c, RATES, 5, NOON)) == []
    assert await store.read(states) == [("paused", False), ("paused", False)]
    assert await store.read(lambda c: outbox.next_due_at(c, NOON)) is None
