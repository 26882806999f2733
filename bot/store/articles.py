"""Articles, the stories they belong to, and why some of them alerted nobody."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, func, insert, select, update

from bot.domain.model import Article, Silence
from bot.store import past_keys
from bot.store.facts import events_in, facts_of, places_in, tolls_in
from bot.store.tables import articles, silences, sources, stories

ITEMS_IN_A_QUERY = 400  # SQLite before 3.32 takes 999 variables; two for each
MOST_TOLD = 40  # reports of a story that an alert names; of more it says how many
READ_OF_A_REPORT = 6_000  # code points; its lead and what follows, which is all that a summary of several takes

Relation = Literal["new", "same", "development"]
Item = tuple[str, str]  # a source's id and the key of one of its articles


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


@dataclass(frozen=True, slots=True)
class Stored:
    """An article as it is stored. `revision`: how often an edit of it has been news."""

    id: int
    article: Article
    placed: Placed
    revision: int = 0


def editions_among(connection: Connection, items: Sequence[Item]) -> dict[Item, int | None]:
    """Those of these items that have been published before, each with its edition: None where that is not known, or
    the article has been erased since."""
    known: dict[Item, int | None] = dict.fromkeys(past_keys.among(connection, items))
    columns = articles.c.source_id, articles.c.key, articles.c.edition
    for some in _in_parts(items):
        found = {
            (row.source_id, row.key): row.edition for row in connection.execute(select(*columns).where(_are(some)))
        }
        known |= {item: found[item] for item in some if item in found}
    return known


def as_filed(connection: Connection, items: Sequence[Item]) -> dict[Item, Stored]:
    """The articles of these items."""
    stored: dict[Item, Stored] = {}
    for some in _in_parts(items):
        for row in connection.execute(_whole().where(_are(some))):
            placed = Placed(row.story_id, row.relation, row.score, row.reason)
            stored[row.source_id, row.key] = Stored(row.id, article_of(row), placed, row.revision)
    return {item: stored[item] for item in items if item in stored}


def amend(connection: Connection, edited: Sequence[Stored]) -> None:
    """Store what has become of articles: their words, what is understood of them, and their revision."""
    if edited:
        rows = [
            _said(one.article) | {"of": one.id, "relation": one.placed.relation, "revision": one.revision}
            for one in edited
        ]
        connection.execute(update(articles).where(articles.c.id == bindparam("of")), rows)


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
        _said(article)
        | {
            "source_id": article.source_id,
            "key": article.key,
            "story_id": placed.story_id,
            "seen_at": article.seen_at,
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
    """The first reports of each story, in the order of filing; of long texts the beginning."""
    told: defaultdict[int, list[Told]] = defaultdict(list)
    for row in connection.execute(_first_reports(), {"stories": list(story_ids)}):
        told[row.story_id].append(Told(row.id, article_of(row), row.name_ar, row.name_en, row.relation))
    return told


@cache  # made once: making it takes longer than running it
def _first_reports() -> Select[Any]:
    text = func.substr(articles.c.text, 1, READ_OF_A_REPORT).label("text")
    number = func.row_number().over(partition_by=articles.c.story_id, order_by=articles.c.id).label("number")
    columns = [column for column in articles.c if column.name != "text"]
    asked = articles.c.story_id.in_(bindparam("stories", expanding=True))
    query = (
        select(*columns, text, number, sources.c.name_ar, sources.c.name_en)
        .join(sources, sources.c.id == articles.c.source_id)
        .where(asked, articles.c.relation.is_not(None))
        .order_by(articles.c.id)
    )
    numbered = query.subquery()
    return select(numbered).where(numbered.c.number <= MOST_TOLD).order_by(numbered.c.id)


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
        edition=row.edition,
    )


def _said(article: Article) -> dict[str, Any]:
    """What an edit may change."""
    return {
        "url": article.url,
        "title": article.title,
        "text": article.text,
        "language": article.language,
        "published_at": article.published_at,
        "fingerprint": article.fingerprint,
        "facts": facts_of(article),
        "edition": article.edition,
    }


def _in_parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + ITEMS_IN_A_QUERY] for start in range(0, len(items), ITEMS_IN_A_QUERY))


def _are(items: Sequence[Item]) -> ColumnElement[bool]:
    """Those of them, and maybe others. Not as pairs: for those SQLite reads the whole index."""
    return articles.c.source_id.in_({source for source, _ in items}) & articles.c.key.in_([key for _, key in items])


def _whole() -> Select[Any]:
    return select(articles)


def _insert_in_order(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> list[int]:
    statement = table.insert().returning(table.c.id, sort_by_parameter_order=True)
    return list(connection.execute(statement, rows).scalars())
