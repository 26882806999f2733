"""One unit of work of the news desk: polls become articles, stories, matches and alerts.

    polls -> which articles are new, or edited? -> the story of each -> who watches what it says? -> alerts, or why not

Polls that wait are filed together: what is asked of the database, and told it, is one statement for all of them. Owns
no connection and no thread; knows what is watched and the stories of the last days, and follows both.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.domain.alerting import Arrival, urgency_of
from bot.domain.articles import why_silent
from bot.domain.attributes import attributes_of
from bot.domain.expressions import parse_watch
from bot.domain.matching import Found, WatchIndex
from bot.domain.model import Article, Poll, Silence
from bot.domain.source_health import Condition
from bot.newsdesk.arriving import Edited, arrived
from bot.newsdesk.placing import Placing
from bot.newsdesk.telling import Telling, arrival_at, packed, tell_all, telling
from bot.store import articles, digests, fanouts, notices, outbox, sources, watchlists
from bot.store.articles import Placed, Stored
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
    """An article on its way; `filed` counts for its poll. Of an edited one `came` says how it rings, if it does."""

    article: Article
    names: tuple[str, ...]  # of its source
    silence: Silence | None
    filed: Filed
    placed: Placed = _NOWHERE
    id: int = 0
    edited: bool = False
    came: Arrival | None = None
    revision: int = 0

    @property
    def grows(self) -> bool:
        """Whether it changes what was told of its story."""
        return self.edited or self.placed.relation not in (None, "new")


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
        brought = arrived(connection, polls)
        coming = [
            _incoming(article, poll, known[poll.source_id], one)
            for poll, some, one in zip(polls, brought, filed, strict=True)
            for article in some.new
        ]
        edits = [
            (edited, _Incoming(edited.edit.article, known[poll.source_id].names, _silence(edited, poll, known), one))
            for poll, some, one in zip(polls, brought, filed, strict=True)
            for edited in some.edited
        ]
        if coming or edits:
            now = max(poll.polled_at for poll in polls)
            self._place(connection, coming, now)
            amended = self._amend(connection, edits, now)
            self._tell(connection, [*(one for one in coming if one.silence is None), *amended], now)
            for poll, one in zip(polls, filed, strict=True):
                _fold_flood(connection, poll, one, known[poll.source_id], now)
            silent = [(one.id, None, one.silence) for one in coming if one.silence is not None]
            articles.record_silences(connection, silent, now)
        sources.record_polls(connection, [(poll, some.new) for poll, some in zip(polls, brought, strict=True)], known)
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
        placing = self._placing_at(connection, now)
        if any(one.silence is None for one in coming):
            placing.follow(connection, now)
        placed = placing.place(connection, [(one.article, one.silence is None) for one in coming])
        ids = articles.add(connection, [(one.article, where) for one, where in zip(coming, placed, strict=True)])
        for one, where, article_id in zip(coming, placed, ids, strict=True):
            one.placed, one.id = where, article_id

    def _placing_at(self, connection: Connection, now: datetime) -> Placing:
        if self._placing is None:
            self.restore(connection, now)
        assert self._placing is not None
        return self._placing

    def _amend(
        self, connection: Connection, edits: Sequence[tuple[Edited, _Incoming]], now: datetime
    ) -> list[_Incoming]:
        """Store what edited articles say now; returns those of which there is something to tell or to show."""
        placing, stored, telling = self._placing_at(connection, now), list[Stored](), list[_Incoming]()
        for edited, one in edits:
            was, change = edited.stored, edited.edit
            came = change.came if one.silence is None else None
            placed = replace(was.placed, relation=was.placed.relation or ("new" if came else None))
            stored.append(Stored(was.id, change.article, placed, was.revision + (came is not None)))
            if placed.relation is not None:
                placing.amend(change.article, placed.story_id)
            if came or change.shows:
                article = replace(change.article, seen_at=now)
                told = replace(one, article=article, silence=None, placed=placed, id=was.id, edited=True, came=came)
                telling.append(replace(told, revision=stored[-1].revision))
        articles.amend(connection, stored)
        return telling

    def _tell(self, connection: Connection, coming: Sequence[_Incoming], now: datetime) -> None:
        """Queue the alerts of articles, and have the messages about their stories brought up to date."""
        self._follow(connection)
        ringing = [one for one in coming if one.came is not None or not one.edited]
        told = [(one, task) for one in ringing if (task := self._task(connection, one)) is not None]
        for (one, _), outcome in zip(told, tell_all(connection, [task for _, task in told], now), strict=True):
            one.filed.alerts += outcome.alerts
            if outcome.alerts:
                one.filed.rang.append(one.id)
            if outcome.left is not None:
                fanouts.keep(connection, None, packed(outcome.left))
                one.filed.unfinished = True
        to_edit = outbox.outdate(connection, _grown(coming), now)
        for one in coming:
            if one.id in one.filed.rang or (one.grows and one.placed.story_id in to_edit):
                one.filed.stories.append(one.placed.story_id)

    def _task(self, connection: Connection, one: _Incoming) -> Telling | None:
        matches = self._matches(one.article, one.names)
        came = one.came or arrival_at(connection, one.article, one.id, one.placed)
        return telling(one.article, one.id, one.placed.story_id, one.revision, came, matches, self._settle)

    def _matches(self, article: Article, source_names: tuple[str, ...]) -> list[Found]:
        """What of all that is watched now stands in an article."""
        attributes = attributes_of(article.language, source_names, article.events)
        return self._index.match(article.title, article.text, attributes=attributes, places=article.places)

    def _follow(self, connection: Connection) -> None:
        """Bring the index up to what is watched now; ids of expressions only grow."""
        for expression_id, canonical in watchlists.expressions_after(connection, self._followed):
            self._index.add(expression_id, parse_watch(canonical))
            self._followed = expression_id


def _incoming(article: Article, poll: Poll, source: Standing, filed: Filed) -> _Incoming:
    filed.new += 1
    return _Incoming(article, source.names, why_silent(article, not source.filed, poll.polled_at), filed)


def _silence(edited: Edited, poll: Poll, known: Mapping[str, Standing]) -> Silence | None:
    return why_silent(edited.edit.article, not known[poll.source_id].filed, poll.polled_at)


def _grown(coming: Sequence[_Incoming]) -> dict[int, int]:
    """Story -> the urgency of the gravest report that has joined it, or changed in it."""
    grown: dict[int, int] = {}
    for one in coming:
        if one.grows:
            urgency = urgency_of(one.article.events)
            grown[one.placed.story_id] = min(urgency, grown.get(one.placed.story_id, urgency))
    return grown


def _fold_flood(connection: Connection, poll: Poll, filed: Filed, source: Standing, now: datetime) -> None:
    """What is too much goes into digests. The operators are told, once: until new articles come that are not."""
    most = source.max_alerts or MOST_ALERTS
    if len(filed.rang) > most:
        filed.folded = digests.fold_flood(connection, filed.rang[most:], now)
    if filed.folded or (filed.new and Condition.FLOOD in source.reported):
        found = {Condition.FLOOD: str(filed.folded)} if filed.folded else {}
        notices.tell(connection, poll.source_id, found, {Condition.FLOOD}, now)
