"""The inbox: kept once, handed out in order, emptied of what people wrote once it is handled."""

from datetime import timedelta

from sqlalchemy import select

from bot.store import Store, inbox
from bot.store.inbox import Arrived, Kept
from bot.store.tables import inbox as table
from tests.conftest import NOON

SECOND = timedelta(seconds=1)
MANY = 1000


def update(number: int, chat: int = 1, text: str = "قائمتي") -> Arrived:
    return Arrived({"update_id": number, "message": {"chat": {"id": chat}, "text": text}}, chat, refusable=True)


async def keep(store: Store, *updates: Arrived, most: int = MANY) -> Kept:
    return await store.write(lambda c: inbox.keep(c, updates, most, NOON))


async def test_an_update_that_comes_twice_is_kept_once(store: Store) -> None:
    assert (await keep(store, update(7), update(8))).new == 2
    assert (await keep(store, update(7), update(8), update(9))).new == 1


async def test_another_update_with_a_used_number_is_not_mistaken_for_it(store: Store) -> None:
    await keep(store, update(7))
    assert (await keep(store, update(7, text="تابع نوى"))).new == 1


async def test_updates_come_out_in_order_and_not_for_busy_chats(store: Store) -> None:
    await keep(store, update(3, chat=2), update(1), update(2))
    ids = [item.update_id for item in await store.read(lambda c: inbox.pending(c, NOON, 10))]
    assert ids == [1, 3]  # of each chat its first
    free = [item.update_id for item in await store.read(lambda c: inbox.pending(c, NOON, 10, busy=[1]))]
    assert free == [3]


async def test_a_handled_update_holds_nothing_of_what_was_written(store: Store) -> None:
    await keep(store, update(1))
    (item,) = await store.read(lambda c: inbox.pending(c, NOON, 10))
    await store.write(lambda c: inbox.mark_handled(c, item, NOON))
    row = (await store.read(lambda c: c.execute(select(table)).one()))._mapping
    assert (row["payload"], row["chat_id"], row["handled_at"]) == (None, None, NOON)
    assert (await keep(store, update(1))).new == 0


async def test_what_follows_a_postponed_update_waits_behind_it(store: Store) -> None:
    await keep(store, update(1), update(2), update(3, chat=2))
    first = (await store.read(lambda c: inbox.pending(c, NOON, 10)))[0]
    await store.write(lambda c: inbox.postpone(c, first, NOON + SECOND))
    waiting = await store.read(lambda c: inbox.pending(c, NOON, 10))
    assert [item.update_id for item in waiting] == [3]
    again = await store.read(lambda c: inbox.pending(c, NOON + SECOND, 10))
    assert [(item.update_id, item.attempts) for item in again] == [(1, 1), (3, 0)]


async def test_a_wait_that_was_no_attempt_is_not_counted(store: Store) -> None:
    await keep(store, update(1))
    (item,) = await store.read(lambda c: inbox.pending(c, NOON, 10))
    await store.write(lambda c: inbox.postpone(c, item, NOON + SECOND, counts=False))
    (again,) = await store.read(lambda c: inbox.pending(c, NOON + SECOND, 10))
    assert again.attempts == 0


async def test_updates_of_no_chat_come_one_at_a_time_as_well(store: Store) -> None:
    await keep(store, *(Arrived({"update_id": n}, None) for n in (1, 2)))
    (item,) = await store.read(lambda c: inbox.pending(c, NOON, 10))
    assert item.update_id == 1
    assert await store.read(lambda c: inbox.pending(c, NOON, 10, busy=[None])) == []


async def test_a_chat_that_has_too_much_waiting_is_refused_more_and_others_are_not(store: Store) -> None:
    kept = await keep(store, *(update(n) for n in range(1, 8)), update(8, chat=2), most=3)
    assert kept == Kept(4, frozenset((1,)))
    query = select(table.c.update_id).where(table.c.handled_at.is_(None)).order_by(table.c.update_id)
    assert await store.read(lambda c: list(c.execute(query).scalars())) == [1, 2, 3, 8]


async def test_of_what_was_refused_nothing_is_kept_but_that_it_came(store: Store) -> None:
    await keep(store, update(1), update(2), most=1)
    row = (await store.read(lambda c: c.execute(select(table).where(table.c.update_id == 2)).one()))._mapping
    assert (row["payload"], row["chat_id"], row["handled_at"]) == (None, None, NOON)
    assert await keep(store, update(2), most=MANY) == Kept(0, frozenset())


async def test_what_is_offered_again_counts_once(store: Store) -> None:
    await keep(store, *(update(n) for n in (1, 2)), most=2)
    assert await keep(store, *(update(n) for n in (1, 2)), most=2) == Kept(0, frozenset())


async def test_what_only_tells_is_never_refused(store: Store) -> None:
    told = [Arrived({"update_id": n, "my_chat_member": {"chat": {"id": 1}}}, 1) for n in range(5)]
    assert await keep(store, *told, most=2) == Kept(5, frozenset())


async def test_room_comes_back_when_updates_are_handled(store: Store) -> None:
    await keep(store, update(1), most=1)
    (item,) = await store.read(lambda c: inbox.pending(c, NOON, 10))
    await store.write(lambda c: inbox.mark_handled(c, item, NOON))
    assert await keep(store, update(2), most=1) == Kept(1, frozenset())
