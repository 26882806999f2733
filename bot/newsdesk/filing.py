"""One unit of work of the news desk: polls become articles, stories, matches and alerts.

    polls -> which articles are new? -> the story of each -> who watches what it says? -> alerts, or why not

Polls that wait are filed together: what is asked of the database, and told it, is one statement for all of them. Owns
no connection and no thread; knows what is watched and the stories of the last days, and follows both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.domain.alerting import urgency_of
from bot.domain.articles import why_silent
from bot.domain.attributes import attributes_of
from bot.domain.expressions import parse_watch
from bot.domain.matching import Found, WatchIndex
from bot.domain.model import Article, Poll, Silence
from bot.newsdesk.placing import Placing
from bot.newsdesk.telling import Telling, packed, tell_all, telling
from bot.store import articles, digests, fanouts, outbox, sources, watchlists
from bot.store.articles import Placed
from bot.store.database import file_in_one_lane
from bot.store.sources import Standing
from bot.stories import load_teller

MOST_ALERTS = 20  # articles of one poll that ring; a busy channel brings ten in its interval, a hijacked feed hundreds

_NOWHERE = Placed(0)  # until its story is known


@dataclass(slots=True)
class Filed:
    """What one poll came to. `stories` are those that its articles opened or joined, and may alert somebody."""

    new: int = 0
    alerts: int = 0
    unfinished: bool = False  # chats are left to be told
    stories: list[int] = field(default_factory=list)
    rang: list[int] = field(default_factory=list)  # the articles that alerted somebody
    folded: int = 0  # alerts that are told of in digests, because one poll brought too many


@dataclass(slots=True)
class _Incoming:
    """A new article on its way; `filed` counts for its poll."""

    article: Article
    names: tuple[str, ...]  # of its source
    silence: Silence | None
    filed: Filed
    placed: Placed = _NOWHERE
    id: int = 0


class Filing:
    """Files polls, each call a unit of work. One thread at a time; after a call whose commit failed, `undo`.

    `codes_named` says which places a watched name means; such a watch is met by places, not by words. `settle` is how
    long an alert that is not critical waits for what other sources say.
    """

    def __init__(self, codes_named: Callable[[str], frozenset[str]], settle: timedelta) -> None:
        self._codes_named, self._settle = codes_named, settle
        self._index, self._followed = WatchIndex(codes_named), 0
        self._followed_before = 0
        self._placing: Placing | None = None

    def restore(self, connection: Connection, now: datetime) -> None:
        """Read the stories of the last days."""
        self._placing = Placing.restored(connection, load_teller(), now)

    def undo(self) -> None:
        """Nothing of the last call was kept: forget what it made known."""
        if self._placing is not None:
            self._placing.undo()
        if self._followed != self._followed_before:  # expressions of the same commit may be gone, and their ids free
            self._index, self._followed, self._followed_before = WatchIndex(self._codes_named), 0, 0

    def file(self, connection: Connection, polls: Sequence[Poll]) -> list[Filed]:
        """File polls of different sources."""
        self._begin()
        file_in_one_lane(connection)
        known = sources.standings(connection, [poll.source_id for poll in polls])
        filed = [Filed() for _ in polls]
        new = _new(connection, polls)
        coming = [
            _incoming(article, poll, known[poll.source_id], one)
            for poll, some, one in zip(polls, new, filed, strict=True)
            for article in some
        ]
        if coming:
            now = max(poll.polled_at for poll in polls)
            self._place(connection, coming, now)
            self._tell(connection, [one for one in coming if one.silence is None], now)
            for poll, one in zip(polls, filed, strict=True):
                _fold_flood(connection, one, known[poll.source_id], now)
            silent = [(one.id, None, one.silence) for one in coming if one.silence is not None]
            articles.record_silences(connection, silent, now)
        sources.record_polls(connection, list(zip(polls, new, strict=True)), known)
        return filed

    def tell_anew(
        self, connection: Connection, article: Article, where: tuple[int, int], names: Sequence[str]
    ) -> Filed:
        """Tell of an article that is in a story of its own from now on; `where`: its id and that of the story."""
        self._begin()
        one = _Incoming(article, tuple(names), None, Filed(), Placed(where[1], "new"), where[0])
        self._tell(connection, [one], article.seen_at)
        return one.filed

    def _begin(self) -> None:
        self._followed_before = self._followed
        if self._placing is not None:
            self._placing.begin()

    def _place(self, connection: Connection, coming: Sequence[_Incoming], now: datetime) -> None:
        """Find or open the story of each, and store them all."""
        if self._placing is None:
            self.restore(connection, now)
        assert self._placing is not None
        if any(one.silence is None for one in coming):
            self._placing.follow(connection, now)
        placed = self._placing.place(connection, [(one.article, one.silence is None) for one in coming])
        ids = articles.add(connection, [(one.article, where) for one, where in zip(coming, placed, strict=True)])
        for one, where, article_id in zip(coming, placed, ids, strict=True):
            one.placed, one.id = where, article_id

    def _tell(self, connection: Connection, coming: Sequence[_Incoming], now: datetime) -> None:
        """Queue the alerts of articles, and have the messages about their stories brought up to date."""
        self._follow(connection)
        told = [(one, task) for one in coming if (task := self._task(connection, one)) is not None]
        for (one, _), outcome in zip(told, tell_all(connection, [task for _, task in told], now), strict=True):
            one.filed.alerts += outcome.alerts
            if outcome.alerts:
                one.filed.rang.append(one.id)
            if outcome.left is not None:
                fanouts.keep(connection, None, packed(outcome.left))
                one.filed.unfinished = True
        to_edit = outbox.outdate(connection, _grown(coming), now)
        for one in coming:
            if one.id in one.filed.rang or (_joins(one) and one.placed.story_id in to_edit):
                one.filed.stories.append(one.placed.story_id)

    def _task(self, connection: Connection, one: _Incoming) -> Telling | None:
        matches = self._matches(one.article, one.names)
        return telling(connection, one.article, one.id, one.placed, matches, self._settle)

    def _matches(self, article: Article, source_names: tuple[str, ...]) -> list[Found]:
        """What of all that is watched now stands in an article."""
        attributes = attributes_of(article.language, source_names, article.events)
        return self._index.match(article.title, article.text, attributes=attributes, places=article.places)

    def _follow(self, connection: Connection) -> None:
        """Bring the index up to what is watched now; ids of expressions only grow."""
        for expression_id, canonical in watchlists.expressions_after(connection, self._followed):
            self._index.add(expression_id, parse_watch(canonical))
            self._followed = expression_id


def _new(connection: Connection, polls: Sequence[Poll]) -> list[list[Article]]:
    """The articles of each poll that its source has not published before, each key once, oldest first.

    Feeds list the newest first; filed in the order in which things happened, a story opens with its first report.
    """
    by_key = [{article.key: article for article in reversed(poll.articles)} for poll in polls]
    items = [(poll.source_id, key) for poll, some in zip(polls, by_key, strict=True) for key in some]
    known = articles.known_among(connection, items)
    return [
        [article for key, article in some.items() if (poll.source_id, key) not in known]
        for poll, some in zip(polls, by_key, strict=True)
    ]


def _incoming(article: Article, poll: Poll, source: Standing, filed: Filed) -> _Incoming:
    filed.new += 1
    return _Incoming(article, source.names, why_silent(article, not source.filed, poll.polled_at), filed)


def _joins(one: _Incoming) -> bool:
    return one.placed.relation not in (None, "new")


def _grown(coming: Sequence[_Incoming]) -> dict[int, int]:
    """Story -> the urgency of the gravest report that has joined it."""
    grown: dict[int, int] = {}
    for one in coming:
        if _joins(one):
            urgency = urgency_of(one.article.events)
            grown[one.placed.story_id] = min(urgency, grown.get(one.placed.story_id, urgency))
    return grown


def _fold_flood(connection: Connection, filed: Filed, source: Standing, now: datetime) -> None:
    most = source.max_alerts or MOST_ALERTS
    if len(filed.rang) > most:
        filed.folded = digests.fold_flood(connection, filed.rang[most:], now)
