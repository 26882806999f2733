"""After thousands of rows at once the database plans by what is there."""

from sqlalchemy import text

from bot.commands.watches import _import
from bot.newsdesk import Newsdesk
from bot.places import Places
from bot.store import Store, sources
from bot.store.watchlists import Wanted
from bot.watchlists import expression_of
from tests.conftest import NOON
from tests.news import SOURCE, article, poll


async def planned_rows(store: Store, table: str) -> float:
    query = text("SELECT reltuples FROM pg_class WHERE oid = CAST(:name AS regclass)")
    return await store.read(lambda c: float(c.execute(query, {"name": table}).scalar_one()))


async def test_the_outbox_of_a_hot_story_is_known_to_be_large(postgres_url: str) -> None:
    store = Store.open(postgres_url)
    try:
        expression = expression_of("جاسم")
        rows = [Wanted(n, expression.key, expression.canonical, "جاسم") for n in range(1, 6_001)]
        assert await _import(store, iter(rows), "ar") == 6_000
        assert await planned_rows(store, "watches") == 6_000
        await store.write(lambda c: sources.enlist(c, [SOURCE], NOON))
        desk = Newsdesk(store, lambda: None, Places().codes_named)
        await desk.file(poll(article("خبر أول", "نص أول")))
        await desk.file(poll(article()))
        assert await planned_rows(store, "alerts") >= 5_000
    finally:
        store.close()
