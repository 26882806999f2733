"""Which story an article belongs to: the index of the last days' reports, kept in step with the database.

The index lives in memory and follows what is committed: what a failed commit would have filed is taken out again, and
articles that the operator has put into stories of their own are moved in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bot.domain.clustering import ALIVE, Assignment, Teller
from bot.domain.model import Article
from bot.domain.story_facts import Features
from bot.domain.story_features import report_of
from bot.domain.story_weights import Weighed
from bot.store import articles
from bot.store.articles import Placed

REPOST_WINDOW = timedelta(hours=48)  # the same words later are news of another day; older items are never pushed
MOVES_EVERY = timedelta(seconds=1)  # how long the operator waits until a story that he split grows apart
_MOST_STORIES = 20_000  # whose last report is remembered; more than are filed in two days


class Placing:
    """The stories of the last days. One thread at a time."""

    def __init__(self, teller: Teller) -> None:
        self._stories = teller.stories()
        self._last_seen: dict[int, datetime] = {}  # when the last report of a story came in
        self._moves_seen = self._moves_asked = datetime.min.replace(tzinfo=UTC)
        self._filed: list[tuple[str, int, datetime | None]] = []  # since `begin`: with what `_last_seen` was before
        self._opened: list[Article] = []  # with what the stories begin that have no id yet: -1, -2 …

    @classmethod
    def restored(cls, connection: Connection, teller: Teller, now: datetime) -> "Placing":
        """With all that was filed within the life of a story."""
        placing = cls(teller)
        for article, story_id in articles.recent(connection, now - ALIVE):
            placing._stories.file(placing._weighed(article), story_id)
            placing._saw(story_id, article.seen_at)
        placing._moves_seen = now
        return placing

    def begin(self) -> None:
        """What is filed from now on can be undone."""
        self._filed = []

    def follow(self, connection: Connection, now: datetime) -> None:
        """Learn which articles the operator has moved."""
        if abs(now - self._moves_asked) < MOVES_EVERY:
            return
        for article, story_id, moved_at in articles.moved_after(connection, self._moves_seen):
            self._stories.move(_name(article), story_id)
            self._saw(story_id, article.seen_at)
            self._moves_seen = moved_at
        self._moves_asked = now

    def undo(self) -> None:
        """Forget what has been filed since `begin`: it is not stored."""
        for name, story_id, before in reversed(self._filed):
            self._stories.forget(name)
            if before is None:
                self._last_seen.pop(story_id, None)
            else:
                self._last_seen[story_id] = before
        self._filed = []
        self._moves_asked = datetime.min.replace(tzinfo=UTC)

    def place(self, connection: Connection, new: Sequence[tuple[Article, bool]]) -> list[Placed]:
        """The story of each article, in order; opens those that are new. An article that alerts nobody (False) is
        compared with nothing, and only its words are counted: a first poll of hundreds must cost little."""
        reposts = _stories_of_reposts(connection, [article for article, _ in new])
        self._opened, already = [], len(self._filed)
        placed = [self._placed(article, rings, reposts) for article, rings in new]
        ids = articles.open_stories(connection, self._opened)
        return self._numbered(placed, ids, already)

    def amend(self, article: Article, story_id: int) -> None:
        """A report of a story says something else now."""
        self._stories.file(self._weighed(article), story_id)
        self._filed.append((_name(article), story_id, self._last_seen.get(story_id)))

    def _placed(self, article: Article, rings: bool, reposts: dict[str, int]) -> Placed:
        repeated = reposts.get(article.fingerprint or "")
        if not rings:
            if article.features is not None:
                self._stories.hear(_features(article, article.features))
            return Placed(repeated or self._open(article, reposts))
        report = self._weighed(article)
        if repeated:
            placed = Placed(repeated, "same", 1.0, "repost")
        elif (found := self._stories.place(report)) and not self._comes_too_late(article, found):
            placed = Placed(found.story, found.relation, found.score, found.reason)
        else:
            placed = Placed(self._open(article, reposts), "new")
        self._stories.file(report, placed.story_id)
        self._filed.append((_name(article), placed.story_id, self._last_seen.get(placed.story_id)))
        self._saw(placed.story_id, article.seen_at)
        return placed

    def _weighed(self, article: Article) -> Weighed:
        """Ready to be placed; its features are read here only where whoever understood it has not."""
        if article.features is None:
            return self._stories.read(report_of(article, _name(article)))
        return self._stories.weigh(_features(article, article.features))

    def _open(self, article: Article, reposts: dict[str, int]) -> int:
        """A number for a story that begins with this article, until it has its id: all get one in one statement."""
        self._opened.append(article)
        number = -len(self._opened)
        if article.fingerprint:
            reposts[article.fingerprint] = number
        return number

    def _numbered(self, placed: list[Placed], ids: Sequence[int], already: int) -> list[Placed]:
        """The same with the ids of the stories that have been opened."""
        for at in range(already, len(self._filed)):
            name, number, before = self._filed[at]
            if number < 0:
                story_id = ids[-number - 1]
                self._stories.move(name, story_id)
                self._filed[at] = name, story_id, before
                if number in self._last_seen:
                    self._saw(story_id, self._last_seen.pop(number))
        return [replace(p, story_id=ids[-p.story_id - 1]) if p.story_id < 0 else p for p in placed]

    def _saw(self, story_id: int, seen_at: datetime) -> None:
        last = self._last_seen.pop(story_id, seen_at)
        self._last_seen[story_id] = max(last, seen_at)  # the story that grew last is at the end
        if len(self._last_seen) > _MOST_STORIES:
            del self._last_seen[next(iter(self._last_seen))]

    def _comes_too_late(self, article: Article, found: Assignment) -> bool:
        """Whether the same was told so long ago that it must be news again."""
        if found.relation != "same":
            return False
        last = self._last_seen.get(found.story)
        return last is None or article.seen_at - last > REPOST_WINDOW


def _name(article: Article) -> str:
    """Known under its source and key, so that it has a name before an id."""
    return f"{article.source_id}\n{article.key}"


def _features(article: Article, features: Features) -> Features:
    return features.known_as(_name(article), article.source_id, article.published_at or article.seen_at)


def _stories_of_reposts(connection: Connection, new: Iterable[Article]) -> dict[str, int]:
    since = {article.fingerprint: article.seen_at - REPOST_WINDOW for article in new if article.fingerprint}
    return articles.stories_of_reposts(connection, since, min(since.values())) if since else {}
