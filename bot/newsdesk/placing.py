"""Which story an article belongs to: the index of the last days' reports, kept in step with the database.

The index lives in memory and follows what is committed: it is read again after a failed commit and at the start, and
articles that the operator has put into stories of their own are moved in it.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bot.domain.clustering import ALIVE, Assignment, Teller
from bot.domain.model import Article
from bot.domain.story_features import Report
from bot.store import articles
from bot.store.articles import Placed

REPOST_WINDOW = timedelta(hours=48)  # the same words later are news of another day; older items are never pushed


class Placing:
    """The stories of the last days. One thread at a time."""

    def __init__(self, teller: Teller) -> None:
        self._stories = teller.stories()
        self._moves_seen = datetime.min.replace(tzinfo=UTC)

    @classmethod
    def restored(cls, connection: Connection, teller: Teller, now: datetime) -> "Placing":
        """With all that was filed within the life of a story."""
        placing = cls(teller)
        for article, story_id in articles.recent(connection, now - ALIVE):
            placing._stories.restore(report_of(article), story_id)
        placing._moves_seen = now
        return placing

    def follow(self, connection: Connection) -> None:
        """Learn which articles the operator has moved."""
        for article, story_id, moved_at in articles.moved_after(connection, self._moves_seen):
            self._stories.move(_name(article), story_id)
            self._moves_seen = moved_at

    def place(self, connection: Connection, new: Sequence[tuple[Article, bool]]) -> list[Placed]:
        """The story of each article, in order; opens those that are new. An article that alerts nobody (False) is
        compared with nothing: a first poll of hundreds must cost nothing."""
        reposts = _stories_of_reposts(connection, [article for article, _ in new])
        return [self._placed(connection, article, rings, reposts) for article, rings in new]

    def _placed(self, connection: Connection, article: Article, rings: bool, reposts: dict[str, int]) -> Placed:
        repeated = reposts.get(article.fingerprint or "")
        if not rings:
            return Placed(repeated or _opened(connection, article, reposts))
        report = self._stories.read(report_of(article))
        if repeated:
            placed = Placed(repeated, "same", 1.0, "repost")
        elif (found := self._stories.place(report)) and not _comes_too_late(connection, article, found):
            placed = Placed(found.story, found.relation, found.score, found.reason)
        else:
            placed = Placed(_opened(connection, article, reposts), "new")
        self._stories.file(report, placed.story_id)
        return placed


def report_of(article: Article) -> Report:
    """An article as stories are told apart by; known under its source and key, so that it has a name before an id."""
    return Report(
        id=_name(article),
        source=article.source_id,
        title=article.title,
        text=article.text,
        at=article.published_at or article.seen_at,
        places=article.places,
        dead=article.tolls.dead,
        injured=article.tolls.injured,
        events=frozenset(event.category for event in article.events if event.rings),
        language=article.language,
    )


def _comes_too_late(connection: Connection, article: Article, found: Assignment) -> bool:
    """Whether the same was told so long ago that it must be news again."""
    if found.relation != "same":
        return False
    last = articles.last_seen_at(connection, found.story)
    return last is not None and article.seen_at - last > REPOST_WINDOW


def _name(article: Article) -> str:
    return f"{article.source_id}\n{article.key}"


def _stories_of_reposts(connection: Connection, new: Iterable[Article]) -> dict[str, int]:
    since = {article.fingerprint: article.seen_at - REPOST_WINDOW for article in new if article.fingerprint}
    return articles.stories_of_reposts(connection, since, min(since.values())) if since else {}


def _opened(connection: Connection, article: Article, reposts: dict[str, int]) -> int:
    (story_id,) = articles.open_stories(connection, [article])
    if article.fingerprint:
        reposts[article.fingerprint] = story_id
    return story_id
