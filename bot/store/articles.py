"""Articles, the stories they belong to, and why some of them alerted nobody."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Select, Table, func, insert, select, update

from bot.domain.model import Article, Silence
from bot.store import past_keys
from bot.store.facts import events_in, facts_of, places_in, tolls_in
from bot.store.tables import articles, silences, sources, stories

ITEMS_IN_A_QUERY = 400  # SQLite before 3.32 takes 999 variables; two for each
MOST_TOLD = 40  # reports of a story that an alert names; of more it says how many
READ_OF_A_REPORT = 6_000  # code points; its lead and what follows, which is all that a summary of several takes

Relation = Literal["new", "same", "development"]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an article belongs. `relation` is None where it could alert nobody and is compared with nothing."""

    story_id: int
    relation: Relation | None = None
    score: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An article of a story, with the names of its source."""

    id: int
    article: Article
    name_ar: str
    name_en: str
    relation: Relation | None = None

    def source_name(self, language: str) -> str:
        return self.name_ar if language == "ar" else self.name_en


def known_among(connection: Connection, items: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (source, key) have been published before, whether or not their articles have been erased since."""
    known = past_keys.among(connection, items)
    for start in range(0, len(items), ITEMS_IN_A_QUERY):
        some = items[start : start + ITEMS_IN_A_QUERY]
        # Not as pairs: for those SQLite reads the whole index.
        ours = articles.c.source_id.in_({source for source, _ in some}) & articles.c.key.in_([key for _, key in some])
        found = connection.execute(select(articles.c.source_id, articles.c.key).where(ours))
        known.update({(row.source_id, row.key) for row in found}.intersection(some))
    return known


def stories_of_reposts(connection: Connection, fingerprints: Collection[str], since: datetime) -> dict[str, int]:
    """Fingerprint -> the latest story opened since then by a report with those very words."""
    query = (
        select(stories.c.fingerprint, stories.c.id)
        .where(stories.c.fingerprint.in_(fingerprints), stories.c.opened_at >= since)
        .order_by(stories.c.opened_at)
    )
    return {row.fingerprint: row.id for row in connection.execute(query)}


def open_stories(connection: Connection, openers: Sequence[Article]) -> list[int]:
    """Begin a story with each of these articles; returns their ids in the same order."""
    if not openers:
        return []
    rows = [{"fingerprint": article.fingerprint, "opened_at": article.seen_at} for article in openers]
    return _insert_in_order(connection, stories, rows)


def add(connection: Connection, new: Sequence[tuple[Article, Placed]]) -> list[int]:
    """File articles, each with its story; returns their ids in the same order."""
    if not new:
        return []
    rows = [
        {
            "source_id": article.source_id,
            "key": article.key,
            "story_id": placed.story_id,
            "url": article.url,
            "title": article.title,
            "text": article.text,
            "language": article.language,
            "published_at": article.published_at,
            "seen_at": article.seen_at,
            "fingerprint": article.fingerprint,
            "facts": facts_of(article),
            "relation": placed.relation,
            "score": placed.score,
            "reason": placed.reason,
        }
        for article, placed in new
    ]
    return _insert_in_order(connection, articles, rows)


def recent(connection: Connection, since: datetime) -> Iterator[tuple[Article, int]]:
    """The articles seen since then that may be compared with, and their stories, in the order of filing."""
    placed = (articles.c.seen_at >= since) & articles.c.relation.is_not(None)
    rows = connection.execute(_whole().where(placed).order_by(articles.c.id))
    return ((article_of(row), row.story_id) for row in rows)


def of_stories(connection: Connection, story_ids: Collection[int]) -> dict[int, list[Told]]:
    """The first reports of each story, in the order of filing; the text of all but the first is cut."""
    text = func.substr(articles.c.text, 1, READ_OF_A_REPORT).label("text")
    number = func.row_number().over(partition_by=articles.c.story_id, order_by=articles.c.id).label("number")
    columns = [column for column in articles.c if column.name != "text"]
    query = (
        select(*columns, text, number, sources.c.name_ar, sources.c.name_en)
        .join(sources, sources.c.id == articles.c.source_id)
        .where(articles.c.story_id.in_(story_ids), articles.c.relation.is_not(None))
        .order_by(articles.c.id)
    )
    numbered = query.subquery()
    told: defaultdict[int, list[Told]] = defaultdict(list)
    for row in connection.execute(select(numbered).where(numbered.c.number <= MOST_TOLD).order_by(numbered.c.id)):
        told[row.story_id].append(Told(row.id, article_of(row), row.name_ar, row.name_en, row.relation))
    return told


def by_ids(connection: Connection, ids: Collection[int]) -> dict[int, tuple[Told, int]]:
    """Whole articles and their stories."""
    query = (
        _whole()
        .add_columns(sources.c.name_ar, sources.c.name_en)
        .join(sources, sources.c.id == articles.c.source_id)
        .where(articles.c.id.in_(ids))
    )
    return {
        row.id: (Told(row.id, article_of(row), row.name_ar, row.name_en, row.relation), row.story_id)
        for row in connection.execute(query)
    }


def move(connection: Connection, article_id: int, now: datetime) -> int:
    """Put an article into a story of its own; returns that story. Raises LookupError where there is no such article."""
    found = by_ids(connection, [article_id])
    if not found:
        raise LookupError(article_id)
    told, _ = found[article_id]
    (story_id,) = open_stories(connection, [told.article])
    changes = {"story_id": story_id, "relation": "new", "score": None, "reason": "split", "moved_at": now}
    connection.execute(update(articles).where(articles.c.id == article_id).values(**changes))
    return story_id


def moved_after(connection: Connection, instant: datetime) -> list[tuple[Article, int, datetime]]:
    """The articles that the operator has moved since then: each with its story, and when."""
    query = _whole().where(articles.c.moved_at > instant).order_by(articles.c.moved_at)
    return [(article_of(row), row.story_id, row.moved_at) for row in connection.execute(query)]


def keep_written(connection: Connection, story_id: int, text: str, article_ids: Sequence[int]) -> None:
    """What a model wrote about a story, and of which of its reports."""
    written = {"text": text, "articles": list(article_ids)}
    connection.execute(update(stories).where(stories.c.id == story_id).values(written=written))


def written_of(connection: Connection, story_ids: Collection[int]) -> dict[int, tuple[str, tuple[int, ...]]]:
    """What a model wrote about each story, and of which of its reports."""
    query = select(stories.c.id, stories.c.written).where(stories.c.id.in_(story_ids), stories.c.written.is_not(None))
    return {row.id: (row.written["text"], tuple(row.written["articles"])) for row in connection.execute(query)}


def record_silences(connection: Connection, silent: Sequence[tuple[int, int | None, Silence]], now: datetime) -> None:
    """Note why an article told a chat nothing: (article, chat, reason), where None stands for every chat."""
    if silent:
        rows = [{"article_id": a, "chat_id": chat, "reason": reason, "at": now} for a, chat, reason in silent]
        connection.execute(insert(silences), rows)


def article_of(row: Any) -> Article:
    return Article(
        source_id=row.source_id,
        key=row.key,
        url=row.url,
        title=row.title,
        text=row.text,
        language=row.language,
        published_at=row.published_at,
        seen_at=row.seen_at,
        fingerprint=row.fingerprint,
        places=places_in(row.facts),
        events=events_in(row.facts),
        tolls=tolls_in(row.facts),
    )


def _whole() -> Select[Any]:
    return select(articles)


def _insert_in_order(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> list[int]:
    statement = table.insert().returning(table.c.id, sort_by_parameter_order=True)
    return list(connection.execute(statement, rows).scalars())
