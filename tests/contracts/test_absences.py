"""A chat that cannot be written to is paused, and told on its return what it missed; nothing is lost in silence."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.app import translations
from bot.cards import Cards
from bot.domain.departures import Absence
from bot.domain.model import Silence
from bot.domain.outcomes import GoneReason
from bot.domain.pacing import Rates
from bot.newsdesk import Newsdesk
from bot.places import Places
from bot.store import Store, articles, digests, outbox, sources, watchlists
from bot.store.claimed import Claimed
from bot.store.tables import alerts, chats
from bot.watchlists import Watchlists
from tests.conftest import NOON
from tests.contracts.test_digests import wait
from tests.news import OTHER, SOURCE, article, poll

CARDS = Cards(translations(), Places().name_of)
HOUR = timedelta(hours=1)
BACK = NOON + 5 * HOUR
SALMA = 1


async def leave(
    store: Store, reason: GoneReason = GoneReason.BLOCKED, chat: int = SALMA, why: str | None = None
) -> None:
    await store.write(lambda c: watchlists.set_gone(c, chat, reason, NOON, why))


async def back(store: Store, after: timedelta = timedelta(0)) -> Absence | None:
    return await store.write(lambda c: watchlists.meet(c, SALMA, "ar", BACK + after))


async def rows(store: Store) -> list[tuple[str, str]]:
    query = select(alerts.c.state, alerts.c.kind).order_by(alerts.c.id)
    return [(row.state, row.kind) for row in await store.read(lambda c: c.execute(query).all())]


async def chat(store: Store) -> Any:
    return (await store.read(lambda c: c.execute(select(chats)).all()))[0]


async def claimed(store: Store, after: timedelta = timedelta(0)) -> Sequence[Claimed]:
    return await store.write(lambda c: outbox.claim(c, Rates(), 20, BACK + after))


def miss(connection: Connection, count: int, title: str = "خبر {n} من جاسم", text: str | None = None) -> list[int]:
    """Articles of which a chat that is away is not told."""
    sources.enlist(connection, [SOURCE], NOON)
    new = [article(title.format(n=n), *([text] if text else []), guid=title.format(n=n)) for n in range(count)]
    stories = articles.open_stories(connection, new)
    filed = articles.add(connection, [(a, articles.Placed(s, "new")) for a, s in zip(new, stories, strict=True)])
    articles.record_silences(connection, [(n, SALMA, Silence.CHAT_PAUSED) for n in filed], NOON + HOUR)
    return filed


@pytest.mark.parametrize("reason", list(GoneReason))
async def test_a_chat_that_may_return_is_paused_and_for_another_its_alerts_are_dead(
    store: Store, reason: GoneReason
) -> None:
    await store.write(lambda c: wait(c, 4, 4))
    await leave(store, reason, why="Forbidden: as Telegram says it")
    found = await chat(store)
    assert (found.state, found.state_why, found.gone_at) == ("gone", reason, NOON)
    assert {state for state, _ in await rows(store)} == {"paused" if reason.may_return else "dead"}
    whys = await store.read(lambda c: set(c.execute(select(alerts.c.why)).scalars()))
    assert whys == {"Forbidden: as Telegram says it"}


async def test_what_waited_is_told_of_in_one_message_with_the_date(store: Store) -> None:
    await store.write(lambda c: wait(c, 4, 0, 4))
    await leave(store)
    assert await claimed(store) == []
    assert await back(store) == Absence(NOON, 3)
    (alert,) = await claimed(store)
    html = CARDS.write(alert).html
    assert "متوقفة منذ \u206814 آذار، 12:00\u2069" in html
    assert "فاتتك \u20683\u2069 أخبار" in html
    assert html.index("خبر رقم 1") < html.index("خبر رقم 0")  # the urgent one first
    found = await chat(store)
    assert (found.state, found.state_why, found.gone_at) == ("active", None, None)
    await store.write(lambda c: outbox.mark_sent(c, {alert.id: 5}, BACK))
    assert await back(store, HOUR) is None
    assert await claimed(store, HOUR) == []


async def test_what_came_meanwhile_is_counted_and_the_most_important_are_named(store: Store) -> None:
    def unit(connection: Connection) -> None:
        watchlists.meet(connection, SALMA, "ar", NOON)
        miss(connection, 1, "قصف على مدينة جاسم", "قصفت المدفعية مدينة جاسم فسقط ثلاثة قتلى.")
        miss(connection, 30, text="اجتمع أهالي المدينة للحديث في شؤونها.")

    await store.write(unit)
    await leave(store)
    assert await back(store) == Absence(NOON, 31)
    (alert,) = await claimed(store)
    html = CARDS.write(alert).html
    assert "فاتك \u206831\u2069 خبراً" in html
    assert html.count("•") == digests.NAMED
    assert html.index("قصف على مدينة جاسم") < html.index("خبر 29")
    assert "و\u206826\u2069 خبراً آخر" in html


async def test_a_story_is_named_once_however_many_reported_it(store: Store) -> None:
    await store.write(lambda c: sources.enlist(c, [SOURCE, OTHER], NOON))
    lists = Watchlists(store, lambda: NOON, 5, "ar")
    desk = Newsdesk(store, lambda: None, Places().codes_named)
    for source in (SOURCE, OTHER):
        await desk.file(poll(article("خبر أول", "نص أول", source=source), source=source))
    await lists.watch(SALMA, "جاسم")
    await lists.leave(SALMA, GoneReason.KICKED)
    await desk.file(poll(article()))
    await desk.file(poll(article(source=OTHER), source=OTHER))
    assert await back(store) == Absence(NOON, 2)
    (alert,) = await claimed(store)
    assert len(alert.named) == 1
    assert "وخبر آخر" in CARDS.write(alert).html


async def test_who_missed_nothing_has_no_digest_and_the_absence_is_known(store: Store) -> None:
    await store.write(lambda c: watchlists.meet(c, SALMA, "ar", NOON))
    await leave(store)
    assert await back(store) == Absence(NOON, 0)
    assert await rows(store) == []


async def test_who_leaves_again_before_he_was_told_is_told_of_both_times(store: Store) -> None:
    await store.write(lambda c: wait(c, 4))
    await store.write(lambda c: miss(c, 8))
    await leave(store)
    assert await back(store) == Absence(NOON, 9)
    await store.write(lambda c: watchlists.set_gone(c, SALMA, GoneReason.BLOCKED, BACK + HOUR))
    assert await claimed(store, 2 * HOUR) == []
    assert await back(store, 3 * HOUR) == Absence(NOON, 9)
    (alert,) = await claimed(store, 3 * HOUR)
    html = CARDS.write(alert).html
    assert "فاتتك \u20689\u2069 أخبار" in html
    assert html.count("•") == digests.NAMED


async def test_a_digest_that_waited_is_told_of_with_all_that_it_tells(store: Store) -> None:
    await store.write(lambda c: wait(c, 4, 4, 4))
    await store.write(lambda c: digests.fold_stale(c, NOON + digests.FRESH_FOR + HOUR))
    await leave(store)
    assert await back(store) == Absence(NOON, 3)
    (alert,) = await claimed(store)
    assert len(alert.named) == 3


async def test_what_was_being_sent_when_the_chat_left_is_told_of_too(store: Store) -> None:
    """A kill, or a wait that Telegram asked for, makes it ready although the chat is away."""
    await store.write(lambda c: wait(c, 4, 0))
    first, *_ = await claimed(store)
    await leave(store)
    assert await store.write(outbox.recover) == 1
    assert await store.read(lambda c: outbox.next_due_at(c, BACK)) is None, "the courier would never rest"
    assert await claimed(store) == []
    assert await back(store) == Absence(NOON, 2)
    assert first.id in [alert.id for alert in await claimed(store, HOUR)]


async def test_a_message_of_a_chat_that_is_away_is_not_edited_and_wakes_nobody(store: Store) -> None:
    await store.write(lambda c: wait(c, 4))
    (alert,) = await claimed(store)
    await store.write(lambda c: outbox.mark_sent(c, {alert.id: 5}, BACK))
    await leave(store)
    story = await store.read(lambda c: c.execute(select(alerts.c.story_id)).scalar_one())
    await store.write(lambda c: outbox.outdate(c, {story: 2}, BACK))
    assert await store.read(lambda c: outbox.next_due_at(c, BACK + HOUR)) is None


async def test_no_other_chat_s_alerts_are_touched(store: Store) -> None:
    await store.write(lambda c: wait(c, 4))
    await store.write(lambda c: wait(c, 4, chat=2))
    await leave(store)
    await back(store)
    assert await rows(store) == [("ready", "digest"), ("ready", "first")]


async def test_a_group_that_moves_while_it_is_away_is_told_in_its_new_place(store: Store) -> None:
    await store.write(lambda c: wait(c, 4, 4, chat=-5))
    await store.write(lambda c: watchlists.set_topic(c, -5, 77))
    await leave(store, GoneReason.NO_RIGHTS, chat=-5)
    await store.write(lambda c: watchlists.move(c, -5, -1005, BACK))
    (alert,) = await claimed(store)
    assert (alert.chat_id, alert.thread_id, alert.folded) == (-1005, 77, 2)


@pytest.mark.parametrize("evidence", [[7], ["جاسم"], [{"watch": "جاسم"}], {"watch": "جاسم"}, []])
def test_an_ordinary_digest_says_nothing_of_an_absence(evidence: Any) -> None:
    assert digests.absence_in(evidence) is None
