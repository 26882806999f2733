"""News in: a poll becomes articles, stories, matches and alerts, in one transaction.

    Poll -> which articles are new? -> the story of each -> who watches what it says? -> alerts, or why not

An article counts as seen only in the commit that also holds the alerts it causes and the source's new validators. A
kill at any moment therefore leaves a source as it was, and the next poll finds the same entries again.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from bot.domain.alerting import Told, whom_to_tell
from bot.domain.articles import why_silent
from bot.domain.errors import StoreError
from bot.domain.expressions import parse_watch
from bot.domain.matching import WatchIndex
from bot.domain.model import Article, Poll, Silence
from bot.store import Store, articles, outbox, sources, watchlists
from bot.store.database import file_in_one_lane
from bot.store.outbox import NewAlert

log = structlog.get_logger()

REPOST_WINDOW = timedelta(hours=48)  # the same words later are news of another day; older items are never pushed


@dataclass(slots=True)
class Filed:
    """What one poll came to."""

    new: int = 0
    alerts: int = 0


class Newsdesk:
    """Files polls. `alerts_waiting` is called after a commit that holds new alerts."""

    def __init__(self, store: Store, alerts_waiting: Callable[[], None]) -> None:
        self._store, self._alerts_waiting = store, alerts_waiting
        self._index, self._followed = WatchIndex(), 0

    async def file(self, poll: Poll) -> None:
        """File one poll. Raises: StoreError: nothing of it was kept; the source is polled again."""
        try:
            filed = await self._store.write(lambda connection: self._file(connection, poll))
        except StoreError:
            # The index may know expressions whose commit has failed; it is read again from the start.
            self._index, self._followed = WatchIndex(), 0
            raise
        if filed.alerts:
            self._alerts_waiting()
        _report(poll, filed)

    def _file(self, connection: Connection, poll: Poll) -> Filed:
        file_in_one_lane(connection)
        first_poll = not sources.was_filed(connection, poll.source_id)
        filed = Filed()
        for article in _new(connection, poll):
            story_id = _story(connection, article)
            article_id = articles.add(connection, article, story_id)
            filed.new += 1
            silence = why_silent(article, first_poll, poll.polled_at)
            if silence is None:
                filed.alerts += self._alert(connection, article, article_id, story_id)
            else:
                articles.record_silence(connection, article_id, silence, poll.polled_at)
        sources.record_poll(connection, poll)
        return filed

    def _alert(self, connection: Connection, article: Article, article_id: int, story_id: int) -> int:
        """Queue the alerts of one article; returns how many."""
        told, paused = self._concerned(connection, article)
        now = article.seen_at
        new = [NewAlert(chat.chat_id, story_id, article_id, chat.evidence) for chat in told]
        already = outbox.add(connection, new, now)
        articles.record_silence(connection, article_id, Silence.ALREADY_TOLD, now, already)
        articles.record_silence(connection, article_id, Silence.CHAT_PAUSED, now, paused)
        return len(new) - len(already)

    def _concerned(self, connection: Connection, article: Article) -> tuple[list[Told], set[int]]:
        """The chats to tell, and those that would have been told if they could be written to."""
        self._follow(connection)
        matches = self._index.match(article.title, article.text)
        if not matches:
            return [], set()
        watchers: dict[int, list[tuple[int, str]]] = defaultdict(list)
        paused: set[int] = set()
        for watcher in watchlists.watchers(connection, [match.watch_id for match in matches]):
            if watcher.active:
                watchers[watcher.expression_id].append((watcher.chat_id, watcher.shown))
            else:
                paused.add(watcher.chat_id)
        return whom_to_tell(matches, watchers), paused

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


def _story(connection: Connection, article: Article) -> int:
    """A repost joins the story of the text it repeats; anything else opens its own."""
    if article.fingerprint is not None:
        since = article.seen_at - REPOST_WINDOW
        story_id = articles.story_of_repost(connection, article.fingerprint, since)
        if story_id is not None:
            return story_id
    return articles.open_story(connection, article)


def _report(poll: Poll, filed: Filed) -> None:
    for problem in poll.problems:
        log.warning("source.problem", source=poll.source_id, problem=problem.kind, detail=problem.detail)
    if filed.new:
        log.info("poll.filed", source=poll.source_id, new=filed.new, alerts=filed.alerts)
    else:
        log.debug("poll.filed", source=poll.source_id, outcome=poll.outcome)
