"""The inbox: kept once, handed out in order, emptied of what people wrote once it is handled."""

from datetime import timedelta

from sqlalchemy import select

from bot.store import Store, inbox
from bot.store.tables import inbox as table
from tests.conftest import NOON

SECOND = timedelta(seconds=1)


def update(number: int, chat: int = 1, text: str = "قائمتي") -> tuple[dict[str, object], int]:
    return {"update_id": number, "message": {"chat": {"id": chat}, "text": text}}, chat


async def test_an_update_that_comes_twice_is_kept_once(store: Store) -> None:
    assert await store.write(lambda c: inbox.keep(c, [update(7), update(8)], NOON)) == 2
    assert await store.write(lambda c: inbox.keep(c, [update(7), update(8), update(9)], NOON)) == 1


async def test_another_update_with_a_used_number_is_not_mistaken_for_it(store: Store) -> None:
    await store.write(lambda c: inbox.keep(c, [update(7)], NOON))
    assert await store.write(lambda c: inbox.keep(c, [update(7, text="تابع نوى")], NOON)) == 1


async def test_updates_come_out_in_order_and_not_for_busy_chats(store: Store) -> None:
    await store.write(lambda c: inbox.keep(c, [update(3, chat=2), update(1), update(2)], NOON))
    ids = [item.update_id for item in await store.read(lambda c: inbox.pending(c, NOON, 10))]
    assert ids == [1, 2, 3]
    free = [item.update_id for item in await store.read(lambda c: inbox.pending(c, NOON, 10, busy=[1]))]
    assert free == [3]


async def test_a_handled_update_holds_nothing_of_what_was_written(store: Store) -> None:
    await store.write(lambda c: inbox.keep(c, [update(1)], NOON))
    (item,) = await store.read(lambda c: inbox.pending(c, NOON, 10))
    await store.write(lambda c: inbox.mark_handled(c, item, NOON))
    row = (await store.read(lambda c: c.execute(select(table)).one()))._mapping
    assert (row["payload"], row["chat_id"], row["handled_at"]) == (None, None, NOON)
    assert await store.write(lambda c: inbox.keep(c, [update(1)], NOON)) == 0


async def test_what_follows_a_postponed_update_waits_behind_it(store: Store) -> None:
    await store.write(lambda c: inbox.keep(c, [update(1), update(2), update(3, chat=2)], NOON))
    first = (await store.read(lambda c: inbox.pending(c, NOON, 10)))[0]
    await store.write(lambda c: inbox.postpone(c, first, NOON + SECOND))
    waiting = await store.read(lambda c: inbox.pending(c, NOON, 10))
    assert [item.update_id for item in waiting] == [3]
    again = await store.read(lambda c: inbox.pending(c, NOON + SECOND, 10))
    assert [(item.update_id, item.attempts) for item in again] == [(1, 1), (2, 0), (3, 0)]


async def test_only_old_handled_updates_are_pruned(store: Store) -> None:
    await store.write(lambda c: inbox.keep(c, [update(1), update(2)], NOON))
    first = (await store.read(lambda c: inbox.pending(c, NOON, 10)))[0]
    await store.write(lambda c: inbox.mark_handled(c, first, NOON))
    assert await store.write(lambda c: inbox.prune(c, NOON + timedelta(hours=47))) == 0
    assert await store.write(lambda c: inbox.prune(c, NOON + timedelta(hours=49))) == 1
    assert len(await store.read(lambda c: inbox.pending(c, NOON, 10))) == 1
