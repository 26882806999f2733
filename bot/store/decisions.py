"""What was decided about articles, and why: for the operator who asks."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from bot.store.tables import alerts, articles, silences, sources


@dataclass(frozen=True, slots=True)
class Decision:
    """One article: how it joined its story, whom it alerted (chat, kind) and whom not (chat, reason). `silence`: why
    it alerts nobody at all."""

    article_id: int
    source_name: str
    title: str
    seen_at: datetime
    story_id: int
    relation: str | None
    score: float | None
    reason: str | None
    silence: str | None
    told: tuple[tuple[int, str], ...]
    silent: tuple[tuple[int, str], ...]


def after(connection: Connection, article_id: int) -> list[Decision]:
    """About the articles filed after this one, in order."""
    return _about(connection, articles.c.id > article_id)


def of_story(connection: Connection, story_id: int) -> list[Decision]:
    """About all reports of a story, in order."""
    return _about(connection, articles.c.story_id == story_id)


def merged_since(connection: Connection, since: datetime) -> list[int]:
    """The stories that have several reports, one of them seen since then; the latest first."""
    query = (
        select(articles.c.story_id)
        .where(articles.c.relation.is_not(None))
        .group_by(articles.c.story_id)
        .having(func.count() > 1, func.max(articles.c.seen_at) >= since)
        .order_by(func.max(articles.c.seen_at).desc())
    )
    return list(connection.execute(query).scalars())


def _about(connection: Connection, which: ColumnElement[bool]) -> list[Decision]:
    query = (
        select(articles, sources.c.name_ar)
        .join(sources, sources.c.id == articles.c.source_id)
        .where(which)
        .order_by(articles.c.id)
    )
    rows = connection.execute(query).all()
    told, silent = defaultdict[int, list[Any]](list), defaultdict[int, list[Any]](list)
    everyone: dict[int, str] = {}
    chosen = select(articles.c.id).where(which)
    for alert in connection.execute(select(alerts).where(alerts.c.article_id.in_(chosen)).order_by(alerts.c.id)):
        told[alert.article_id].append((alert.chat_id, alert.kind))
    for row in connection.execute(select(silences).where(silences.c.article_id.in_(chosen)).order_by(silences.c.id)):
        if row.chat_id is None:
            everyone[row.article_id] = row.reason
        else:
            silent[row.article_id].append((row.chat_id, row.reason))
    return [
        Decision(
            row.id, row.name_ar, row.title, row.seen_at, row.story_id, row.relation, row.score, row.reason,
            everyone.get(row.id), tuple(told[row.id]), tuple(silent[row.id]),
        )
        for row in rows
    ]  # fmt: skip
