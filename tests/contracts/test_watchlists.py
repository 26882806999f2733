"""Watchlists: the same on every database, repeatable, and really erased."""

import pytest
from sqlalchemy import Connection, func, select

from bot.domain.errors import UserError
from bot.store import Store, inbox, watchlists
from bot.store.inbox import Arrived
from bot.store.tables import metadata
from bot.watchlists import Watchlists
from tests.conftest import NOON
from tests.contracts.test_outbox import fill


@pytest.fixture
def lists(store: Store) -> Watchlists:
    return Watchlists(store, lambda: NOON, watches_per_chat=3, language="ar")


async def shown(lists: Watchlists, chat: int) -> list[str]:
    return [watch.shown for watch in await lists.watches(chat)]


async def test_a_watch_is_added_once_however_it_is_spelled(lists: Watchlists) -> None:
    first = await lists.watch(1, "  جاسم ")
    again = await lists.watch(1, "جـاسِم")
    assert (first.shown, first.new) == ("جاسم", True)
    assert (again.shown, again.new) == ("جاسم", False)
    assert await shown(lists, 1) == ["جاسم"]


async def test_chats_do_not_see_each_others_watches(lists: Watchlists) -> None:
    await lists.watch(1, "جاسم")
    await lists.watch(2, "درعا")
    (watch,) = await lists.watches(1)
    assert await lists.remove(2, watch.id) is None
    assert (await shown(lists, 1), await shown(lists, 2)) == (["جاسم"], ["درعا"])


async def test_a_watch_is_removed_by_any_spelling_and_by_its_number(lists: Watchlists) -> None:
    await lists.watch(1, "إزرع")
    await lists.watch(1, "نوى")
    assert await lists.unwatch(1, "ازرع") == "إزرع"
    (left,) = await lists.watches(1)
    assert await lists.remove(1, left.id) == "نوى"
    assert await lists.remove(1, left.id) is None
    with pytest.raises(UserError) as caught:
        await lists.unwatch(1, "نوى")
    assert caught.value.code == "unwatch-not-found"


async def test_a_full_list_says_so_and_keeps_what_it_holds(lists: Watchlists) -> None:
    for word in ("جاسم", "درعا", "نوى"):
        await lists.watch(1, word)
    with pytest.raises(UserError) as caught:
        await lists.watch(1, "إنخل")
    assert (caught.value.code, caught.value.arguments) == ("watch-limit", {"limit": 3})
    assert not (await lists.watch(1, "نوى")).new  # what is there already is no new watch
    assert await shown(lists, 1) == ["جاسم", "درعا", "نوى"]


async def test_the_language_is_the_default_until_it_is_chosen(lists: Watchlists) -> None:
    assert await lists.language(1) == "ar"
    await lists.speak(1, "en")
    await lists.meet(1)
    assert await lists.language(1) == "en"


def rows_that_name(chat: int, connection: Connection) -> dict[str, int]:
    """For each table with a chat column: how many rows belong to the chat."""
    found = {}
    for table in metadata.sorted_tables:
        column = table.c.get("chat_id", table.c.id if table.name == "chats" else None)
        if column is not None:
            count = select(func.count()).select_from(table).where(column == chat)
            found[table.name] = connection.execute(count).scalar_one()
    return found


async def test_forgetting_leaves_no_row_of_the_chat_and_no_word_that_only_it_watched(
    store: Store, lists: Watchlists
) -> None:
    await store.write(lambda c: fill(c, 1, 2))
    for chat, word in ((1, "جاسم"), (1, "درعا"), (2, "درعا")):
        await lists.watch(chat, word)
    update = {"update_id": 5, "message": {"chat": {"id": 1}, "text": "تابع جاسم"}}
    await store.write(lambda c: inbox.keep(c, [Arrived(update, 1)], 10, NOON))
    await lists.forget(1)
    assert set((await store.read(lambda c: rows_that_name(1, c))).values()) == {0}
    assert (await store.read(lambda c: rows_that_name(2, c)))["watches"] == 1
    words = [canonical for _, canonical in await store.read(lambda c: watchlists.expressions_after(c, 0))]
    assert words == ["درعا"]


async def test_a_group_that_becomes_a_supergroup_keeps_everything(store: Store, lists: Watchlists) -> None:
    await store.write(lambda c: fill(c, -5, stories=2))
    await lists.watch(-5, "جاسم")
    await lists.speak(-5, "en")
    for _ in range(2):  # Telegram may say it twice
        await lists.move(-5, -1005)
    assert await shown(lists, -1005) == ["جاسم"]
    assert await lists.language(-1005) == "en"
    assert (await store.read(lambda c: rows_that_name(-1005, c)))["alerts"] == 2
    assert set((await store.read(lambda c: rows_that_name(-5, c))).values()) == {0}


async def test_ids_of_expressions_are_never_used_again(store: Store, lists: Watchlists) -> None:
    await lists.watch(1, "جاسم")
    ((first, _),) = await store.read(lambda c: watchlists.expressions_after(c, 0))
    await lists.unwatch(1, "جاسم")
    await lists.watch(1, "درعا")
    ((second, _),) = await store.read(lambda c: watchlists.expressions_after(c, 0))
    assert second > first
