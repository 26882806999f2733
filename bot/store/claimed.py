"""An alert that is ours to send, with all that its message is made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.domain.alerting import AlertKind
from bot.store.articles import READ_OF_A_REPORT, Told, by_ids, of_stories, written_of
from bot.store.digests import named_in
from bot.store.tables import alerts


@dataclass(frozen=True, slots=True)
class Claimed:
    """An alert that is ours to send at `slot`, with all that its message is made of. `rang` is the article that it is
    about, `reports` are those of its story, in the order of filing. With a `lease` the message `message_id` is edited;
    else it is sent, as an answer to `reply_to`."""

    id: int
    chat_id: int
    language: str  # of the chat
    kind: AlertKind
    rang: Told
    reports: tuple[Told, ...]
    evidence: tuple[dict[str, Any], ...]
    attempts: int
    uncertain: bool
    slot: datetime
    written: tuple[str, tuple[int, ...]] | None = None  # by a model, and of which articles
    reply_to: int | None = None
    message_id: int | None = None
    lease: datetime | None = None
    named: tuple[Told, ...] = ()  # of a digest: the most important
    folded: int = 0  # of a digest: how many it tells of
    thread_id: int | None = None  # the topic of a forum in which the chat wants it


def claimed(connection: Connection, taken: Sequence[tuple[Any, datetime]], lease: datetime | None) -> Iterable[Claimed]:
    """Rows of alerts that have a slot, with what their messages are made of; each story is read once."""
    if not taken:
        return
    shown = {row.story_id for row, _ in taken}
    told, written = of_stories(connection, shown), written_of(connection, shown)
    rang = _that_rang(connection, {row.article_id for row, _ in taken}, told)
    answered = _first_messages(connection, [row for row, _ in taken if row.kind != AlertKind.FIRST])
    digests = named_in(connection, [row.id for row, _ in taken if row.kind == AlertKind.DIGEST])
    for row, slot in taken:
        yield Claimed(
            id=row.id,
            chat_id=row.chat_id,
            language=row.language,
            kind=AlertKind(row.kind),
            rang=rang[row.article_id],
            reports=tuple(told.get(row.story_id, ())),
            evidence=row.evidence,  # not looked at here: one broken row must not stop the claim
            attempts=row.attempts,
            uncertain=row.uncertain,
            slot=slot,
            written=written.get(row.story_id),
            reply_to=answered.get((row.chat_id, row.story_id)),
            message_id=row.message_id,
            lease=lease,
            named=tuple(digests[row.id][0]) if row.id in digests else (),
            folded=digests[row.id][1] if row.id in digests else 0,
            thread_id=row.thread_id,
        )


def _that_rang(connection: Connection, ids: set[int], told: Mapping[int, Sequence[Told]]) -> dict[int, Told]:
    """Whole articles: most are among the reports of their stories, of which only the longest have been cut."""
    read = (report for reports in told.values() for report in reports if report.id in ids)
    rang = {report.id: report for report in read if len(report.article.text) < READ_OF_A_REPORT}
    if left := ids - rang.keys():
        rang |= {id_: report for id_, (report, _) in by_ids(connection, left).items()}
    return rang


def _first_messages(connection: Connection, rows: Sequence[Any]) -> dict[tuple[int, int], int]:
    """(chat, story) -> the message that told it first, for these developments."""
    if not rows:
        return {}
    query = select(alerts.c.chat_id, alerts.c.story_id, alerts.c.message_id).where(
        alerts.c.story_id.in_({row.story_id for row in rows}),
        alerts.c.chat_id.in_({row.chat_id for row in rows}),
        alerts.c.kind == AlertKind.FIRST,
        alerts.c.message_id.is_not(None),
    )
    return {
        (row.chat_id, row.story_id): row.message_id for row in connection.execute(query.order_by(alerts.c.id.desc()))
    }
