"""Articles, the stories they belong to, and why some of them alerted nobody."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from bot.domain.model import Article, Silence
from bot.store.database import insert
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


def story_of_repost(connection: Connection, fingerprint: str, since: datetime) -> int | None:
    """The story opened since then by a report with the same words, if there is one."""
    query = (
        select(stories.c.id)
        .where(stories.c.fingerprint == fingerprint, stories.c.opened_at >= since)
        .order_by(stories.c.opened_at.desc())
        .limit(1)
    )
    return connection.execute(query).scalar()


def open_story(connection: Connection, article: Article) -> int:
    """Begin a story with this article; returns its id."""
    statement = stories.insert().values(fingerprint=article.fingerprint, opened_at=article.seen_at)
    return int(connection.execute(statement.returning(stories.c.id)).scalar_one())


def add(connection: Connection, article: Article, story_id: int) -> int:
    """File one article; returns its id."""
    statement = articles.insert().values(
        source_id=article.source_id,
        key=article.key,
        story_id=story_id,
        url=article.url,
        title=article.title,
        text=article.text,
        language=article.language,
        published_at=article.published_at,
        seen_at=article.seen_at,
    )
    return int(connection.execute(statement.returning(articles.c.id)).scalar_one())


def record_silence(
    connection: Connection,
    article_id: int,
    reason: Silence,
    now: datetime,
    chats: Collection[int | None] = (None,),
) -> None:
    """Note why these chats were not told of an article; None stands for everybody."""
    if chats:
        rows = [{"article_id": article_id, "chat_id": chat, "reason": reason, "at": now} for chat in chats]
        connection.execute(insert(connection, silences), rows)
