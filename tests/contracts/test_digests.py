"""What came too late, or too many at once, is told of in one message; nothing is dropped in silence."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select, update

from bot.app import translations
from bot.cards import Cards
from bot.domain.pacing import Rates
from bot.domain.source_health import Condition
from bot.newsdesk import Newsdesk
from bot.newsdesk.filing import MOST_ALERTS
from bot.places import Places
from bot.store import Store, articles, digests, notices, outbox, sources, watchlists
from bot.store.articles import Placed
from bot.store.claimed import Claimed
from bot.store.outbox import NewAlert
from bot.store.tables import alerts
from bot.watchlists import Watchlists
from tests.conftest import NOON
from tests.news import SOURCE, article, poll

LATE = NOON + digests.FRESH_FOR + timedelta(minutes=1)
CARDS = Cards(translations(), Places().name_of)


def noise(pick: random.Random, words: int) -> str:
    """Words that no two texts share."""
    return " ".join("".join(pick.choices("بتجحدرزسشصطعفقكلمنهي", k=6)) for _ in range(words))


def wait(connection: Connection, *priorities: int, chat: int = 1) -> None:
    """Alerts that a chat waits for, one of each priority."""
    sources.enlist(connection, [SOURCE], NOON)
    watchlists.meet(connection, chat, "ar", NOON)
    for number, priority in enumerate(priorities):
        item = article(f"خبر رقم {number} من جاسم", guid=f"{chat}-{number}")
        (story,) = articles.open_stories(connection, [item])
        (filed,) = articles.add(connection, [(item, Placed(story, "new"))])
        outbox.add(connection, [NewAlert(chat, story, filed, (), priority, NOON)], NOON)


async def rows(store: Store) -> list[tuple[str, str]]:
    query = select(alerts.c.state, alerts.c.kind).order_by(alerts.c.id)
    return [(row.state, row.kind) for row in await store.read(lambda c: c.execute(query).all())]


async def claimed(store: Store, at: timedelta = timedelta(0)) -> list[Claimed]:
    return await store.write(lambda c: outbox.claim(c, Rates(), 20, LATE + at))


async def test_what_waited_too_long_is_one_message_that_counts_and_names_it(store: Store) -> None:
    await store.write(lambda c: wait(c, *[4] * 7))
    assert await store.write(lambda c: digests.fold_stale(c, LATE)) == 7
    assert await rows(store) == [("ready", "digest")] + [("folded", "first")] * 6
    (alert,) = await claimed(store)
    html = CARDS.write(alert).html
    assert "فاتتك \u20687\u2069 أخبار، أهمها:" in html
    assert html.count("•") == digests.NAMED
    assert "خبر رقم 0 من جاسم" in html
    assert "وخبران آخران" in html
    await store.write(lambda c: outbox.mark_sent(c, {alert.id: 5}, LATE))
    assert await claimed(store, timedelta(minutes=5)) == []
    assert await store.write(lambda c: digests.fold_stale(c, LATE + timedelta(days=1))) == 0


@pytest.mark.parametrize(
    ("priorities", "at", "folded"),
    [
        ((4, 5), LATE, 2),
        ((4, 4), NOON + digests.FRESH_FOR, 0),
        ((4,), LATE, 0),
        ((0, 1, 2, 3), LATE, 0),
        ((0, 4, 3, 5), LATE, 2),
    ],
    ids=["late and low", "not late", "one is no digest", "urgent goes as itself", "only the low ones"],
)
async def test_only_low_alerts_that_are_late_are_folded(
    store: Store, priorities: tuple[int, ...], at: object, folded: int
) -> None:
    await store.write(lambda c: wait(c, *priorities))
    assert await store.write(lambda c: digests.fold_stale(c, at)) == folded  # type: ignore[arg-type]
    assert [state for state, _ in await rows(store)].count("ready") == len(priorities) - max(folded - 1, 0)


async def test_each_chat_has_its_own_digest(store: Store) -> None:
    await store.write(lambda c: wait(c, 4, 4))
    await store.write(lambda c: wait(c, 4, 4, 4, chat=2))
    assert await store.write(lambda c: digests.fold_stale(c, LATE)) == 5
    assert sorted((alert.chat_id, alert.folded) for alert in await claimed(store)) == [(1, 2), (2, 3)]


async def test_a_digest_that_may_have_arrived_comes_again_silently(store: Store) -> None:
    await store.write(lambda c: wait(c, 4, 4))
    await store.write(lambda c: digests.fold_stale(c, LATE))
    await claimed(store)
    await store.write(outbox.recover)
    (alert,) = await claimed(store, timedelta(seconds=5))
    assert CARDS.write(alert).silent
    assert alert.folded == 2


async def test_a_flood_from_one_poll_rings_a_few_times_and_the_rest_is_a_digest(store: Store) -> None:
    await store.write(lambda c: sources.enlist(c, [SOURCE], NOON))
    desk = Newsdesk(store, lambda: None, Places().codes_named)
    await desk.file(poll(article("خبر أول", "نص أول")))
    await Watchlists(store, lambda: NOON, 50, "ar").watch(1, "كلمة")
    many = MOST_ALERTS + 30
    pick = random.Random(7)
    flood = [article(f"كلمة {noise(pick, 6)}", noise(pick, 20), guid=f"g{n}") for n in range(many)]
    await desk.file(poll(*flood))
    states = [state for state, _ in await rows(store)]
    assert states.count("ready") == MOST_ALERTS + 1
    assert states.count("ready") + states.count("folded") == len(states)
    assert await reported(store) == [(Condition.FLOOD, str(many - MOST_ALERTS))]


async def reported(store: Store) -> list[tuple[Condition, str]]:
    """What the operators are told."""
    return [(notice.condition, notice.detail) for notice in await store.read(notices.waiting)]


async def test_a_source_that_floods_is_told_of_once_until_it_has_stopped(store: Store) -> None:
    await store.write(lambda c: sources.enlist(c, [replace(SOURCE, max_alerts=2)], NOON))
    desk = Newsdesk(store, lambda: None, Places().codes_named)
    await desk.file(poll(article("خبر أول", "نص أول")))
    await Watchlists(store, lambda: NOON, 50, "ar").watch(1, "كلمة")
    pick = random.Random(7)

    async def bring(count: int, days: int, word: str = "كلمة") -> list[tuple[Condition, str]]:
        at = NOON + timedelta(days=days)
        brought = [
            article(f"{word} {noise(pick, 6)}", noise(pick, 20), seen_at=at, published_at=at - timedelta(minutes=5))
            for _ in range(count)
        ]
        await desk.file(poll(*brought, at=at))
        return await reported(store)

    assert await bring(30, 1, "غيرها") == []  # as many as may be, if they ring for nobody
    once = [(Condition.FLOOD, "4")]
    assert await bring(6, 2) == once
    assert await bring(8, 4) == once
    assert await bring(1, 5) == once
    assert await bring(5, 7) == [*once, (Condition.FLOOD, "3")]


async def test_a_digest_without_links_or_titles_still_speaks(store: Store) -> None:
    await store.write(lambda c: wait(c, 4, 4))
    await store.write(lambda c: c.execute(update(articles.articles).values(url=None, title="")))
    await store.write(lambda c: digests.fold_stale(c, LATE))
    (alert,) = await claimed(store)
    assert "سمع سكان جاسم" in CARDS.write(alert).html
