"""What is over is erased, in short steps; what is needed stays, and nothing rings twice. On every database."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, Table, func, insert, select, update

from bot.domain.model import Article, Silence
from bot.domain.outcomes import GoneReason
from bot.keeping import Housekeeper
from bot.newsdesk import Newsdesk
from bot.places import Places
from bot.store import Store, articles, digests, housekeeping, outbox, past_keys, sources, watchlists
from bot.store.articles import Placed
from bot.store.housekeeping import Swept
from bot.store.outbox import NewAlert
from bot.store.tables import alerts, chats, fanouts, inbox, metadata, pace, silences, stories
from bot.store.tables import articles as articles_table
from bot.watchlists import Watchlists
from tests.conftest import NOON
from tests.news import OTHER, SOURCE, article, poll

DAY = timedelta(days=1)
LATER = NOON + 31 * DAY  # when what came at noon is too old
MONTH = 30 * DAY


def rows(table: Table) -> Callable[[Connection], int]:
    return lambda c: c.execute(select(func.count()).select_from(table)).scalar_one()


def keeper(store: Store, at: datetime = LATER) -> Housekeeper:
    return Housekeeper(store, lambda: at, MONTH, MONTH)


def file(connection: Connection, guid: str, *chats_told: int, seen_at: datetime = NOON, story: int = 0) -> int:
    """An article that these chats were told of, in a story of its own unless one is given; one silence for it."""
    sources.enlist(connection, [SOURCE], NOON)
    item = article(guid=guid, seen_at=seen_at, published_at=seen_at)
    (where,) = [story] if story else articles.open_stories(connection, [item])
    (filed,) = articles.add(connection, [(item, Placed(where, "same" if story else "new"))])
    articles.record_silences(connection, [(filed, None, Silence.STALE)], seen_at)
    for chat in chats_told:
        watchlists.meet(connection, chat, "ar", NOON)
    outbox.add(connection, [NewAlert(chat, where, filed, (), 4, seen_at) for chat in chats_told], seen_at)
    change = {"state": "sent", "message_id": 7, "sent_at": seen_at}
    connection.execute(update(alerts).where(alerts.c.article_id == filed).values(change))
    return filed


def wait(connection: Connection, *chats_waiting: int) -> int:
    """An article that these chats are still to be told of."""
    filed = file(connection, "waiting", *chats_waiting)
    waiting = {"state": "ready", "message_id": None, "sent_at": None}
    connection.execute(update(alerts).where(alerts.c.article_id == filed).values(waiting))
    return filed


def story_of(connection: Connection, article_id: int) -> int:
    query = select(articles_table.c.story_id).where(articles_table.c.id == article_id)
    return connection.execute(query).scalar_one()


def left(connection: Connection) -> tuple[int, ...]:
    return tuple(rows(table)(connection) for table in (articles_table, stories, alerts, silences))


async def test_old_news_goes_with_all_that_hangs_on_it_and_what_is_younger_stays(store: Store) -> None:
    for number in range(3):
        await store.write(lambda c, n=number: file(c, f"old{n}", 1, 2))
    await store.write(lambda c: file(c, "young", 1, seen_at=LATER - 29 * DAY))
    await keeper(store).keep()
    assert await store.read(left) == (1, 1, 1, 1)


@pytest.mark.parametrize("state", ["ready", "sending"])
async def test_what_an_alert_that_has_not_gone_out_needs_stays(store: Store, state: str) -> None:
    def unit(connection: Connection) -> None:
        first = file(connection, "first", 1)
        second = file(connection, "second", 2, story=story_of(connection, first))
        connection.execute(update(alerts).where(alerts.c.article_id == second).values(state=state))

    await store.write(unit)
    await keeper(store).keep()
    assert await store.read(left) == (2, 1, 1, 0)  # both reports: the message shows them
    await store.write(lambda c: c.execute(update(alerts).values(state="dead")))
    await keeper(store).keep()
    assert await store.read(left) == (0, 0, 0, 0)


async def test_what_a_digest_that_has_not_gone_out_tells_of_stays(store: Store) -> None:
    for number in range(3):
        await store.write(lambda c, n=number: file(c, f"old{n}", 1))
    await store.write(lambda c: c.execute(update(alerts).values(state="ready")))
    assert await store.write(lambda c: digests.fold_stale(c, NOON + DAY)) == 3
    await keeper(store).keep()
    assert await store.read(left) == (3, 3, 3, 0)
    await store.write(lambda c: c.execute(update(alerts).where(alerts.c.state == "ready").values(state="sent")))
    await keeper(store).keep()
    assert await store.read(left) == (0, 0, 0, 0)


async def test_an_article_that_is_still_being_told_stays(store: Store) -> None:
    filed = await store.write(lambda c: file(c, "hot"))
    await store.write(lambda c: c.execute(insert(fanouts).values(task={"article": filed})))
    await keeper(store).keep()
    assert (await store.read(left))[:2] == (1, 1)


async def test_of_a_story_that_goes_on_a_chat_keeps_its_last_alert(store: Store) -> None:
    def unit(connection: Connection) -> None:
        story = story_of(connection, file(connection, "first", 1, 2))
        file(connection, "second", 1, story=story)
        file(connection, "yesterday", story=story, seen_at=LATER - DAY)

    await store.write(unit)
    await keeper(store).keep()
    kept = select(alerts.c.chat_id, articles_table.c.key).join(articles_table).order_by(alerts.c.chat_id)
    assert await store.read(lambda c: [tuple(row) for row in c.execute(kept)]) == [(1, "second"), (2, "first")]
    await keeper(store, LATER + MONTH).keep()
    assert await store.read(left) == (0, 0, 0, 0)


async def test_the_story_that_a_split_left_empty_goes_too(store: Store) -> None:
    filed = await store.write(lambda c: file(c, "wrong", 1))
    await store.write(lambda c: articles.move(c, filed, NOON))
    await keeper(store).keep()
    assert await store.read(left) == (0, 0, 0, 0)


async def test_a_step_erases_no_more_than_it_is_told_and_passes_by_what_stays(store: Store) -> None:
    most = 4

    def unit(connection: Connection) -> None:
        for number in range(6):
            file(connection, f"waiting{number}", 1)
        connection.execute(update(alerts).values(state="ready"))
        for number in range(6):
            file(connection, f"old{number}", *range(1, 8))

    await store.write(unit)
    swept, steps = Swept(0, True), list[int]()
    while swept.more:
        swept = await store.write(lambda c, s=swept: housekeeping.old_news(c, LATER - MONTH, s.place, most))
        steps.append(swept.rows)
    assert sum(steps) == 6 + 6 + 7 * 6 + 6  # silences of both, alerts, articles
    assert max(steps) <= 3 * most
    assert (await store.read(left))[:3] == (6, 6, 6)


async def test_an_edit_that_nobody_may_make_any_more_is_not_due(store: Store) -> None:
    await store.write(lambda c: file(c, "old", 1))
    await store.write(lambda c: file(c, "new", 1, seen_at=NOON + DAY))
    await store.write(lambda c: c.execute(update(alerts).values(edit_due_at=NOON + 2 * DAY)))
    await keeper(store, NOON + DAY + timedelta(hours=1)).keep()
    due = select(alerts.c.edit_due_at).order_by(alerts.c.id)
    assert await store.read(lambda c: list(c.execute(due).scalars())) == [None, NOON + 2 * DAY]


async def test_handled_updates_and_instants_that_have_passed_go(store: Store) -> None:
    def unit(connection: Connection) -> None:
        for number, handled_at in enumerate((NOON - 3 * DAY, NOON - DAY, None)):
            values = {"update_id": number, "digest": "d", "received_at": NOON - 3 * DAY, "due_at": NOON}
            connection.execute(insert(inbox).values(**values, handled_at=handled_at))
        outbox.not_before(connection, "chat:1", NOON - timedelta(seconds=1))
        outbox.not_before(connection, "chat:2", NOON + timedelta(seconds=1))

    await store.write(unit)
    await keeper(store, NOON).keep()
    assert await store.read(lambda c: sorted(c.execute(select(inbox.c.update_id)).scalars())) == [1, 2]
    assert await store.read(lambda c: list(c.execute(select(pace.c.scope)).scalars())) == ["chat:2"]


async def test_a_chat_that_has_left_is_kept_for_its_return_and_then_erased_entirely(store: Store) -> None:
    lists = Watchlists(store, lambda: NOON, watches_per_chat=5, language="ar")
    await lists.watch(1, "جاسم")
    await store.write(lambda c: file(c, "old", 1, seen_at=NOON + MONTH))
    await store.write(lambda c: wait(c, 1))
    await lists.leave(1, GoneReason.BLOCKED)
    await keeper(store, NOON + MONTH).keep()
    assert len(await lists.watches(1)) == 1
    await keeper(store, NOON + MONTH + timedelta(seconds=1)).keep()
    for table in (table for table in metadata.sorted_tables if "chat_id" in table.c):
        of_chat = select(func.count()).select_from(table).where(table.c.chat_id == 1)
        assert await store.read(lambda c, query=of_chat: c.execute(query).scalar()) == 0, table
    assert await store.read(rows(chats)) == 0
    assert await store.read(rows(metadata.tables["expressions"])) == 0


async def test_the_days_of_a_chat_that_returned_begin_anew(store: Store) -> None:
    at = [NOON]
    lists = Watchlists(store, lambda: at[0], watches_per_chat=5, language="ar")
    await lists.watch(1, "جاسم")
    await lists.leave(1, GoneReason.BLOCKED)
    await lists.meet(1)
    at[0] = NOON + 2 * DAY
    await lists.leave(1, GoneReason.KICKED)
    await lists.leave(1, GoneReason.KICKED)  # Telegram may say it twice
    await keeper(store, NOON + 32 * DAY).keep()
    assert len(await lists.watches(1)) == 1
    await keeper(store, NOON + 32 * DAY + timedelta(seconds=1)).keep()
    assert await store.read(rows(chats)) == 0


async def test_what_waits_for_a_chat_s_return_is_kept_as_long_as_the_chat(store: Store) -> None:
    lists = Watchlists(store, lambda: NOON + 20 * DAY, watches_per_chat=5, language="ar")
    await lists.watch(1, "جاسم")
    await store.write(lambda c: wait(c, 1))
    await lists.leave(1, GoneReason.KICKED)
    await keeper(store).keep()
    assert await store.read(left) == (1, 1, 1, 0)  # the silence goes with what is old, the article is needed
    await keeper(store, NOON + 51 * DAY).keep()
    assert await store.read(left) == (0, 0, 0, 0)


# --- nothing rings twice


@pytest.fixture
async def desk(store: Store) -> Newsdesk:
    """A desk whose sources have been polled before; chat 1 follows a town."""
    await store.write(lambda c: sources.enlist(c, [SOURCE, OTHER], NOON))
    await Watchlists(store, lambda: NOON, watches_per_chat=5, language="ar").watch(1, "جاسم")
    return await opened(store)


async def opened(store: Store, now: datetime = NOON) -> Newsdesk:
    made = Newsdesk(store, lambda: None, Places().codes_named)
    await made.open(now)
    for source in (SOURCE, OTHER):
        if not (await store.read(lambda c, s=source: sources.standing(c, s.id))).filed:
            await made.file(poll(article("خبر أول", "نص أول", source=source), source=source))
    return made


async def rung(store: Store, desk: Newsdesk, item: Article) -> int:
    """File an item; how many alerts that made. What waits is sent at once."""
    await desk.file(poll(item, at=item.seen_at))
    change = {"state": "sent", "message_id": 7, "sent_at": item.seen_at}
    return (
        await store.write(lambda c: c.execute(update(alerts).where(alerts.c.state == "ready").values(change)))
    ).rowcount


def again(dated: datetime | None, seen_at: datetime) -> Article:
    return article(guid="pinned", seen_at=seen_at, published_at=dated)


async def test_the_keys_of_erased_articles_are_remembered_for_their_source_only(store: Store, desk: Newsdesk) -> None:
    await rung(store, desk, again(NOON, NOON))
    await keeper(store).keep()
    assert await store.read(rows(articles_table)) == 0
    items = [(source.id, key) for source in (SOURCE, OTHER) for key in ("pinned", "never seen")]
    assert await store.read(lambda c: past_keys.among(c, items)) == {(SOURCE.id, "pinned")}


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize(
    "dated",
    [
        pytest.param(LATER - timedelta(hours=1), id="the publisher dates it anew"),
        pytest.param(NOON + 300 * DAY, id="its date is in the future, so it counts as published when we see it"),
    ],
)
async def test_an_item_that_still_stands_in_its_feed_does_not_ring_again_after_its_article_is_erased(
    store: Store, desk: Newsdesk, dated: datetime, restarted: bool
) -> None:
    assert await rung(store, desk, again(min(dated, NOON), NOON)) == 1
    await keeper(store).keep()
    assert (await store.read(left))[:3] == (0, 0, 0)
    if restarted:
        desk = await opened(store, LATER)
    assert await rung(store, desk, again(min(dated, LATER), LATER)) == 0
    assert await store.read(rows(articles_table)) == 0  # it is not filed either
    other = article("انفجار ثان في جاسم", "نص", guid="other", seen_at=LATER, published_at=LATER)
    assert await rung(store, desk, other) == 1  # the desk goes on


@pytest.mark.parametrize("dated", [None, NOON], ids=["undated", "old"])
async def test_an_item_without_a_date_or_with_its_old_one_is_silent_anyway(
    store: Store, desk: Newsdesk, dated: datetime | None
) -> None:
    await rung(store, desk, again(dated, NOON))
    await keeper(store).keep()
    assert await rung(store, desk, again(dated, LATER)) == 0


async def test_a_story_that_goes_on_for_months_does_not_ring_again_for_who_knows_it(
    store: Store, desk: Newsdesk
) -> None:
    """A report every other day, each of them the same to the story."""
    first = again(NOON, NOON)
    assert await rung(store, desk, first) == 1
    story = await store.read(lambda c: c.execute(select(alerts.c.story_id)).scalar_one())
    at = NOON
    while at < NOON + 50 * DAY:
        at += 2 * DAY
        await store.write(lambda c, at=at: file(c, f"{at}", story=story, seen_at=at))
        await keeper(store, at).keep()
    known = await store.read(lambda c: outbox.known(c, story, 1, 1, at))
    assert 1 in known
    assert await store.read(rows(articles_table)) < 20  # the old reports are gone all the same


# --- the pace of it


async def test_others_write_while_the_house_is_kept(store: Store) -> None:
    def unit(connection: Connection) -> None:
        for number in range(60):
            file(connection, f"old{number}", *range(1, 6))

    await store.write(unit)
    keeping = asyncio.create_task(keeper(store).keep())
    written = 0
    while not keeping.done():
        await store.write(lambda c: outbox.not_before(c, "bot", LATER))
        written += 1
    await keeping
    assert written > 5  # a keeping in one piece would let one or two through
    assert await store.read(left) == (0, 0, 0, 0)
