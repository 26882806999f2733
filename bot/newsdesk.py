"""News in: a poll becomes articles, stories, matches and alerts, in one transaction.

    Poll -> which articles are new? -> the story of each -> who watches what it says? -> alerts, or why not

An article counts as seen only in the commit that also holds the alerts it causes and the source's new validators. A
kill at any moment therefore leaves a source as it was, and the next poll finds the same entries again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from bot.domain.alerting import Concerned, priority_of, whom_to_tell
from bot.domain.articles import why_silent
from bot.domain.attributes import attributes_of
from bot.domain.errors import StoreError
from bot.domain.expressions import parse_watch
from bot.domain.matching import WatchIndex
from bot.domain.model import Article, Poll, Silence
from bot.store import Store, articles, outbox, sources, watchlists
from bot.store.database import file_in_one_lane
from bot.store.outbox import NewAlert

log = structlog.get_logger()

Silent = tuple[int, int | None, Silence]  # an article, the chat that it tells nothing (None: all), and why

REPOST_WINDOW = timedelta(hours=48)  # the same words later are news of another day; older items are never pushed


@dataclass(slots=True)
class Filed:
    """What one poll came to."""

    new: int = 0
    alerts: int = 0


class Newsdesk:
    """Files polls. `alerts_waiting` is called after a commit that holds new alerts.

    `codes_named` says which places a watched name means; such a watch is met by places, not by words.
    """

    def __init__(
        self, store: Store, alerts_waiting: Callable[[], None], codes_named: Callable[[str], frozenset[str]]
    ) -> None:
        self._store, self._alerts_waiting, self._codes_named = store, alerts_waiting, codes_named
        self._index, self._followed = WatchIndex(codes_named), 0

    async def file(self, poll: Poll) -> None:
        """File one poll. Raises: StoreError: nothing of it was kept; the source is polled again."""
        try:
            filed = await self._store.write(lambda connection: self._file(connection, poll))
        except StoreError:
            # The index may know expressions whose commit has failed; it is read again from the start.
            self._index, self._followed = WatchIndex(self._codes_named), 0
            raise
        if filed.alerts:
            self._alerts_waiting()
        _report(poll, filed)

    def _file(self, connection: Connection, poll: Poll) -> Filed:
        if not poll.articles:
            sources.record_poll(connection, poll)
            return Filed()
        file_in_one_lane(connection)
        source = sources.standing(connection, poll.source_id)
        new = _with_stories(connection, _new(connection, poll))
        filed, silent = Filed(new=len(new)), list[Silent]()
        for article_id, (article, story_id) in zip(articles.add(connection, new), new, strict=True):
            silence = why_silent(article, not source.filed, poll.polled_at)
            if silence is not None:
                silent.append((article_id, None, silence))
                continue
            alerts, untold = self._alert(connection, article, article_id, story_id, source.names)
            filed.alerts += alerts
            silent += untold
        articles.record_silences(connection, silent, poll.polled_at)
        sources.record_poll(connection, poll)
        return filed

    def _alert(
        self, connection: Connection, article: Article, article_id: int, story_id: int, source_names: tuple[str, ...]
    ) -> tuple[int, list[Silent]]:
        """Queue the alerts of one article; returns how many, and who is not told."""
        concerned = self._concerned(connection, article, attributes_of(article.language, source_names, article.events))
        priority = priority_of(article.events)
        new = [NewAlert(chat.chat_id, story_id, article_id, chat.evidence, priority) for chat in concerned.told]
        already = outbox.add(connection, new, article.seen_at)
        untold: list[Silent] = [(article_id, chat, Silence.ALREADY_TOLD) for chat in already]
        untold += [(article_id, chat, Silence.CHAT_PAUSED) for chat in concerned.paused]
        untold += [(article_id, chat, Silence.DOUBTFUL) for chat in concerned.doubtful]
        return len(new) - len(already), untold

    def _concerned(
        self, connection: Connection, article: Article, attributes: Mapping[str, frozenset[str]]
    ) -> Concerned:
        """Whom an article concerns, by all that is watched now."""
        self._follow(connection)
        matches = self._index.match(article.title, article.text, attributes=attributes, places=article.places)
        if not matches:
            return Concerned()
        watchers = watchlists.watchers(connection, [match.watch_id for match in matches])
        return whom_to_tell(matches, watchers)

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


def _with_stories(connection: Connection, new: list[Article]) -> list[tuple[Article, int]]:
    """A repost joins the story of the text it repeats; anything else opens its own."""
    if not new:
        return []
    fingerprints = {article.fingerprint for article in new if article.fingerprint}
    since = new[0].seen_at - REPOST_WINDOW
    known = articles.stories_of_reposts(connection, fingerprints, since) if fingerprints else {}
    openers: dict[str, Article] = {}
    for article in new:
        if article.fingerprint not in known:
            openers.setdefault(article.fingerprint or article.key, article)
    opened = dict(zip(openers, articles.open_stories(connection, list(openers.values())), strict=True))
    story_ids = known | opened
    return [(article, story_ids[article.fingerprint or article.key]) for article in new]


def _report(poll: Poll, filed: Filed) -> None:
    for problem in poll.problems:
        log.warning("source.problem", source=poll.source_id, problem=problem.kind, detail=problem.detail)
    if filed.new:
        log.info("poll.filed", source=poll.source_id, new=filed.new, alerts=filed.alerts)
    else:
        log.debug("poll.filed", source=poll.source_id, outcome=poll.outcome)
