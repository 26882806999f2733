"""An edited item updates the stored one, and rings only where it changes the news; on every database."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from bot.domain.errors import StoreError
from bot.domain.model import Article
from bot.newsdesk import Newsdesk
from bot.places import Places
from bot.store import Store, sources
from bot.store.tables import alerts, articles
from bot.watching import known_keys
from bot.watchlists import Watchlists
from tests.conftest import NOON
from tests.domain.test_editing import MORE, MORE_TEXT, SHELLED, SHELLED_TEXT
from tests.news import OTHER, SOURCE, article, poll

LATER = NOON + timedelta(minutes=30)


@pytest.fixture
async def desk(store: Store) -> Newsdesk:
    """A desk whose two sources have been polled before."""
    await store.write(lambda c: sources.enlist(c, [SOURCE, OTHER], NOON))
    made = Newsdesk(store, lambda: None, Places().codes_named)
    for source in (SOURCE, OTHER):
        await made.file(poll(article("خبر أول", "نص أول", source=source), source=source))
    return made


@pytest.fixture
def lists(store: Store) -> Watchlists:
    return Watchlists(store, lambda: NOON, watches_per_chat=50, language="ar")


def item(title: str = SHELLED, text: str = SHELLED_TEXT, **given: Any) -> Article:
    return article(title, text, guid="item", **given)


async def told(store: Store) -> list[tuple[int, str, int]]:
    query = select(alerts.c.chat_id, alerts.c.kind, alerts.c.revision).order_by(alerts.c.id)
    return [tuple(row) for row in await store.read(lambda c: c.execute(query).all())]


async def filed(store: Store) -> list[tuple[str, str, int]]:
    query = select(articles.c.key, articles.c.title, articles.c.revision).where(articles.c.key.startswith("item"))
    return [tuple(row) for row in await store.read(lambda c: c.execute(query.order_by(articles.c.id)).all())]


def all_are_sent(connection: Connection) -> None:
    connection.execute(update(alerts).values(state="sent", message_id=7, sent_at=NOON))


async def edits_due(store: Store) -> int:
    return len(
        await store.read(lambda c: c.execute(select(alerts.c.id).where(alerts.c.edit_due_at.is_not(None))).all())
    )


async def test_a_higher_toll_rings_again_and_the_first_message_is_edited(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "سرمين")
    await desk.file(poll(item()))
    await store.write(all_are_sent)
    await desk.file(poll(item(MORE, MORE_TEXT), at=LATER))
    assert await told(store) == [(1, "first", 0), (1, "development", 1)]
    assert await filed(store) == [("item", MORE, 1)]
    assert await edits_due(store) == 1
    await desk.file(poll(item(MORE, MORE_TEXT), at=LATER + timedelta(minutes=5)))
    assert len(await told(store)) == 2  # once


async def test_other_words_are_shown_in_the_message_that_is_there_and_ring_nowhere(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "سرمين")
    await desk.file(poll(item()))
    await store.write(all_are_sent)
    await lists.watch(2, "سرمين")
    await desk.file(poll(item(SHELLED, f"{SHELLED_TEXT} وتواصل فرق الإنقاذ عملها."), at=LATER))
    assert await told(store) == [(1, "first", 0)]
    assert await filed(store) == [("item", SHELLED, 0)]
    assert await edits_due(store) == 1


async def test_an_edit_that_changes_the_news_tells_those_who_had_not_heard_of_it(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await desk.file(poll(item()))
    await lists.watch(2, "سرمين")
    await desk.file(poll(item(MORE, MORE_TEXT), at=LATER))
    assert await told(store) == [(2, "first", 1)]


async def test_who_has_not_got_the_first_message_yet_gets_one_that_says_all(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "سرمين")
    await desk.file(poll(item()))
    await desk.file(poll(item(MORE, MORE_TEXT), at=LATER))
    assert await told(store) == [(1, "first", 0)]


async def test_an_old_item_that_is_edited_rings_nowhere(store: Store, desk: Newsdesk, lists: Watchlists) -> None:
    await lists.watch(1, "سرمين")
    await desk.file(poll(item()))
    await store.write(all_are_sent)
    await desk.file(poll(item(MORE, MORE_TEXT), at=NOON + timedelta(hours=50)))
    assert await told(store) == [(1, "first", 0)]
    assert await filed(store) == [("item", MORE, 0)]


async def test_other_news_under_the_name_of_an_earlier_item_are_filed_once_as_new(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "داريا")
    await desk.file(poll(item()))
    for minutes in range(3):
        opened = item("افتتاح مشفى جديد في داريا بريف دمشق", "يضم أربعين سريراً وقسماً للأطفال.")
        await desk.file(poll(opened, at=LATER + timedelta(minutes=minutes)))
    assert await told(store) == [(1, "first", 0)]
    assert [title for _, title, _ in await filed(store)] == [SHELLED, "افتتاح مشفى جديد في داريا بريف دمشق"]


async def test_another_report_of_the_same_toll_is_no_news_after_the_edit(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "سرمين")
    await desk.file(poll(item()))
    await store.write(all_are_sent)
    await desk.file(poll(item(MORE, MORE_TEXT), at=LATER))
    await store.write(all_are_sent)
    other = article(MORE, MORE_TEXT, source=OTHER, guid="other", seen_at=LATER, published_at=LATER)
    await desk.file(poll(other, source=OTHER, at=LATER + timedelta(minutes=1)))
    assert await told(store) == [(1, "first", 0), (1, "development", 1)]


async def test_an_edit_that_could_not_be_stored_is_filed_with_the_next_poll(
    store: Store, desk: Newsdesk, lists: Watchlists, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lists.watch(1, "سرمين")
    await desk.file(poll(item()))
    await store.write(all_are_sent)

    def refuse(*_: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("bot.newsdesk.filing.sources.record_polls", refuse)
        with pytest.raises(StoreError):
            await desk.file(poll(item(MORE, MORE_TEXT), at=LATER))
    assert await filed(store) == [("item", SHELLED, 0)]
    await desk.file(poll(item(MORE, MORE_TEXT), at=LATER))
    assert await told(store) == [(1, "first", 0), (1, "development", 1)]


async def test_articles_of_old_have_no_edition_and_are_never_taken_for_edited(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "سرمين")
    await desk.file(poll(item()))
    await store.write(lambda c: c.execute(update(articles).values(edition=None)))
    await desk.file(poll(item(MORE, MORE_TEXT), at=LATER))
    assert await filed(store) == [("item", SHELLED, 0)]


async def test_a_restarted_poller_learns_which_items_are_filed_as_they_are(store: Store, desk: Newsdesk) -> None:
    await desk.file(poll(item()))
    same, other = item().edition, item(MORE, MORE_TEXT).edition
    assert set(await known_keys(store, SOURCE.id, {"item": same, "new": 1})) == {"item"}
    assert set(await known_keys(store, SOURCE.id, {"item": other})) == set()
    assert set(await known_keys(store, SOURCE.id, {"item": None})) == {"item"}
