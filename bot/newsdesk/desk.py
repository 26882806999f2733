"""News in: a poll becomes articles, stories, matches and alerts, in one transaction.

    Poll -> which articles are new? -> the story of each -> who watches what it says? -> alerts, or why not

An article counts as seen only in the commit that also holds the alerts it causes and the source's new validators. A
kill at any moment therefore leaves a source as it was, and the next poll finds the same entries again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bot.domain.alerting import urgency_of
from bot.domain.articles import why_silent
from bot.domain.attributes import attributes_of
from bot.domain.errors import StoreError
from bot.domain.expressions import parse_watch
from bot.domain.matching import Found, WatchIndex
from bot.domain.model import Article, Poll, Silence
from bot.newsdesk.placing import Placing
from bot.newsdesk.telling import go_on, packed, tell, telling
from bot.store import Store, articles, fanouts, outbox, sources, watchlists
from bot.store.articles import Placed
from bot.store.database import file_in_one_lane
from bot.stories import load_teller

log = structlog.get_logger()

Silent = tuple[int, int | None, Silence]  # an article, the chat that it tells nothing (None: all), and why


@dataclass(slots=True)
class Filed:
    """What one poll came to. `stories` are those that its articles opened or joined, and may alert somebody."""

    new: int = 0
    alerts: int = 0
    unfinished: bool = False  # chats are left to be told
    stories: list[int] = field(default_factory=list)


class Newsdesk:
    """Files polls. `alerts_waiting` is called after a commit that holds new alerts or makes messages out of date, and
    `stories_told` with the stories of such a commit.

    `codes_named` says which places a watched name means; such a watch is met by places, not by words. `settle` is how
    long an alert that is not critical waits for what other sources say.
    """

    def __init__(
        self,
        store: Store,
        alerts_waiting: Callable[[], None],
        codes_named: Callable[[str], frozenset[str]],
        settle: timedelta = timedelta(0),
        stories_told: Callable[[Sequence[int]], None] = lambda _: None,
    ) -> None:
        self._store, self._alerts_waiting, self._codes_named = store, alerts_waiting, codes_named
        self._settle, self._stories_told = settle, stories_told
        self._index, self._followed = WatchIndex(codes_named), 0
        self._placing: Placing | None = None

    async def open(self, now: datetime) -> None:
        """Read the stories of the last days, beside the writer; finish what a kill has left half told.

        Raises: StoreError.
        """
        self._placing = await self._store.read(lambda c: Placing.restored(c, load_teller(), now))
        await self._tell_the_rest(now)

    async def file(self, poll: Poll) -> None:
        """File one poll. Raises: StoreError: nothing of it was kept; the source is polled again."""
        filed = await self._write(lambda connection: self._file(connection, poll))
        _report(poll, filed)
        if filed.unfinished:
            await self._tell_the_rest(poll.polled_at)

    async def split(self, article_id: int, now: datetime) -> int:
        """Put an article into a story of its own, and tell of it whom it concerns; returns the story.

        Raises: LookupError: there is no such article. StoreError.
        """
        story_id, filed = await self._store.write(lambda connection: self._split(connection, article_id, now))
        if filed.unfinished:
            await self._tell_the_rest(now)
        return story_id

    async def _write(self, unit: Callable[[Connection], Filed]) -> Filed:
        try:
            filed = await self._store.write(unit)
        except StoreError:
            # The index may know expressions whose commit has failed, and the stories articles: both are read again.
            self._index, self._followed = WatchIndex(self._codes_named), 0
            self._placing = None
            raise
        if filed.alerts or filed.stories:
            self._alerts_waiting()
            self._stories_told(filed.stories)
        return filed

    async def _tell_the_rest(self, now: datetime) -> None:
        while (count := await self._store.write(lambda connection: go_on(connection, now))) is not None:
            if count:
                self._alerts_waiting()

    def _file(self, connection: Connection, poll: Poll) -> Filed:
        if not poll.articles:
            sources.record_poll(connection, poll)
            return Filed()
        file_in_one_lane(connection)
        source = sources.standing(connection, poll.source_id)
        new = _new(connection, poll)
        filed, silent = Filed(new=len(new)), list[Silent]()
        silences = [why_silent(article, not source.filed, poll.polled_at) for article in new]
        placed = self._placed(connection, list(zip(new, [s is None for s in silences], strict=True)), poll.polled_at)
        ids = articles.add(connection, list(zip(new, placed, strict=True)))
        for article_id, article, where, silence in zip(ids, new, placed, silences, strict=True):
            if silence is not None:
                silent.append((article_id, None, silence))
            else:
                self._tell(connection, article, article_id, where, source.names, filed)
        articles.record_silences(connection, silent, poll.polled_at)
        sources.record_poll(connection, poll)
        return filed

    def _placed(self, connection: Connection, new: list[tuple[Article, bool]], now: datetime) -> list[Placed]:
        if self._placing is None:
            self._placing = Placing.restored(connection, load_teller(), now)
        if any(rings for _, rings in new):
            self._placing.follow(connection)
        return self._placing.place(connection, new)

    def _tell(
        self,
        connection: Connection,
        article: Article,
        article_id: int,
        placed: Placed,
        source_names: tuple[str, ...],
        filed: Filed,
    ) -> None:
        """Queue the alerts of one article, and have the messages about its story brought up to date."""
        now = article.seen_at
        task = telling(
            connection, article, article_id, placed, self._matches(connection, article, source_names), self._settle
        )
        joins = placed.relation not in (None, "new")
        if joins and outbox.outdate(connection, placed.story_id, urgency_of(article.events), now):
            filed.stories.append(placed.story_id)
        if task is None:
            return
        count, left = tell(connection, task, now)
        filed.alerts += count
        if count:
            filed.stories.append(placed.story_id)
        if left is not None:
            fanouts.keep(connection, None, packed(left))
            filed.unfinished = True

    def _split(self, connection: Connection, article_id: int, now: datetime) -> tuple[int, Filed]:
        file_in_one_lane(connection)
        story_id = articles.move(connection, article_id, now)
        told, _ = articles.by_ids(connection, [article_id])[article_id]
        names, filed = (told.article.source_id, told.name_ar, told.name_en), Filed()
        article = replace(told.article, seen_at=now)
        self._tell(connection, article, article_id, Placed(story_id, "new"), names, filed)
        return story_id, filed

    def _matches(self, connection: Connection, article: Article, source_names: tuple[str, ...]) -> list[Found]:
        """What of all that is watched now stands in an article."""
        self._follow(connection)
        attributes = attributes_of(article.language, source_names, article.events)
        return self._index.match(article.title, article.text, attributes=attributes, places=article.places)

    def _follow(self, connection: Connection) -> None:
        """Bring the index up to what is watched now; ids of expressions only grow."""
        for expression_id, canonical in watchlists.expressions_after(connection, self._followed):
            self._index.add(expression_id, parse_watch(canonical))
            self._followed = expression_id


def _new(connection: Connection, poll: Poll) -> list[Article]:
    """The poll's articles that this source has not published before, each key once, oldest first.

    Feeds list the newest first; filed in the order in which things happened, a story opens with its first report.
    """
    by_key = {article.key: article for article in reversed(poll.articles)}
    known = articles.known_keys(connection, poll.source_id, list(by_key))
    return [article for key, article in by_key.items() if key not in known]


def _report(poll: Poll, filed: Filed) -> None:
    for problem in poll.problems:
        log.warning("source.problem", source=poll.source_id, problem=problem.kind, detail=problem.detail)
    if filed.new:
        log.info("poll.filed", source=poll.source_id, new=filed.new, alerts=filed.alerts)
    else:
        log.debug("poll.filed", source=poll.source_id, outcome=poll.outcome)
