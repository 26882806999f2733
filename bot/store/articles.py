"""Articles, the stories they belong to, and why some of them alerted nobody."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from bot.domain.model import Article, Silence
from bot.store.tables import articles, silences, stories

KEYS_IN_A_QUERY = 500  # SQLite before 3.32 takes 999 variables; a feed rarely has more than 100 items


def known_keys(connection: Connection, source_id: str, keys: Sequence[str]) -> set[str]:
    """Which of `keys` this source has published before."""
    known: set[str] = set()
    for start in range(0, len(keys), KEYS_IN_A_QUERY):
        chunk = keys[start : start + KEYS_IN_A_QUERY]
        query = select(articles.c.key).where(articles.c.source_id == source_id, articles.c.key.in_(chunk))
        known.update(connection.execute(query).scalars())
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


def add(connection: Connection, new: Sequence[tuple[Article, int]]) -> list[int]:
    """File articles, each with its story; returns their ids in the same order."""
    if not new:
        return []
    rows = [
        {
            "source_id": article.source_id,
            "key": article.key,
            "story_id": story_id,
            "url": article.url,
            "title": article.title,
            "text": article.text,
            "language": article.language,
            "published_at": article.published_at,
            "seen_at": article.seen_at,
        }
        for article, story_id in new
    ]
    return _insert_in_order(connection, articles, rows)


def record_silences(connection: Connection, silent: Sequence[tuple[int, int | None, Silence]], now: datetime) -> None:
    """Note why an article told a chat nothing: (article, chat, reason), where None stands for every chat."""
    if silent:
        rows = [{"article_id": a, "chat_id": chat, "reason": reason, "at": now} for a, chat, reason in silent]
        connection.execute(silences.insert(), rows)


def _insert_in_order(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> list[int]:
    statement = table.insert().returning(table.c.id, sort_by_parameter_order=True)
    return list(connection.execute(statement, rows).scalars())
