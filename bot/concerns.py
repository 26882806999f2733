"""Does an article that is cut concern anybody? Asked by the news door, before it asks for the article's page.

Owns an index of what is watched, which follows the database. The newsdesk has its own, in the thread that writes, and
nothing is shared between the two: this one may be some seconds behind, and is not asked whether somebody is told.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bot.domain.expressions import parse_watch
from bot.domain.model import Article, Source
from bot.domain.prospects import Prospects
from bot.places import Places
from bot.store import Store, watchlists

FOLLOWED_EVERY = timedelta(seconds=5)


class Watched:
    """What is watched with the places that this installation knows."""

    def __init__(self, store: Store, places: Places, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock
        gazetteer = places.gazetteer
        self._prospects = Prospects(
            places.codes_named, lambda code: (place.code for place in gazetteer.containing(code))
        )
        self._followed, self._follow_at = 0, datetime.min.replace(tzinfo=UTC)
        self._lock = threading.Lock()  # of all the above: the store has several threads that read

    async def concerns(self, source: Source, article: Article) -> bool:
        """Whether a chat that can be written to watches something that the article meets, or may meet when the rest of
        it is known. Raises: StoreError."""
        now = self._clock()
        return await self._store.read(lambda connection: self._concerns(connection, source, article, now))

    def _concerns(self, connection: Connection, source: Source, article: Article, now: datetime) -> bool:
        with self._lock:
            self._follow(connection, now)
            candidates = self._prospects.of(article, (source.id, source.name_ar, source.name_en))
            return any(watchlists.is_watched(connection, ids) for ids in candidates)

    def _follow(self, connection: Connection, now: datetime) -> None:
        """What is not watched any more stays: the database is asked who watches all the same."""
        if now < self._follow_at:
            return
        self._follow_at = now + FOLLOWED_EVERY
        for expression_id, canonical in watchlists.expressions_after(connection, self._followed):
            self._prospects.add(expression_id, parse_watch(canonical))
            self._followed = expression_id
