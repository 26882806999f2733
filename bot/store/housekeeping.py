"""What is erased when its time has come: old news with their alerts, handled updates, chats that have left.

Every function is one step: it erases at most about `most` rows, so that a unit of work stays short, and says whether
anything is left for the next. What is needed stays, however old: alerts that have not gone out and the story they are
about; the last alert that a chat has of a story which goes on, so that it does not ring there as news; and of every
erased article its key (`bot.store.past_keys`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from bot.store import past_keys, watchlists
from bot.store.outbox import EDITED_FOR
from bot.store.tables import alerts, articles, chats, fanouts, inbox, pace, silences, stories

INBOX_FOR = timedelta(hours=48)  # Telegram offers an update for 24 hours at most (Bot API, "Getting updates")
_SETTLED = ("sent", "dead", "folded")  # what is folded, once its digest has gone out

Place = tuple[datetime, int]  # how far the walk through the articles has come: when one was seen, and its id


@dataclass(frozen=True, slots=True)
class Swept:
    """`rows`: erased by this step. `more`: something may be left; the next step goes on at `place`."""

    rows: int
    more: bool
    place: Place | None = None


def old_news(connection: Connection, before: datetime, place: Place | None, most: int) -> Swept:
    """Articles last seen before then, with their silences and alerts, and the stories that are left without any."""
    old = _old_articles(connection, before, place, most)
    ids = [row.id for row in old]
    if not ids:
        return Swept(0, False)
    rows = len(_erase(connection, silences, silences.c.article_id.in_(ids), most, silences.c.id))
    told = _erase(connection, alerts, _over(ids, before), most, alerts.c.story_id) if rows < most else []
    whole = rows < most and len(told) < most
    erased = _erase_articles(connection, ids) if whole else []
    # Those of the articles that are still there are not empty; but an alert may be of the story before a split.
    touched = {row.story_id for row in (*told, *erased)} - ({row.story_id for row in old} if not whole else set())
    if touched:
        _erase_empty_stories(connection, touched)
    return Swept(rows + len(told) + len(erased), True, (old[-1].seen_at, old[-1].id) if whole else place)


def expired_edits(connection: Connection, now: datetime, most: int) -> Swept:
    """Messages that their story has overtaken, and that are too old to be edited, are not due any more."""
    sent_at = func.coalesce(alerts.c.sent_at, alerts.c.created_at)
    late = alerts.c.edit_due_at.is_not(None) & alerts.c.state.in_(_SETTLED) & (sent_at <= now - EDITED_FOR)
    some = select(alerts.c.id).where(late).limit(most)
    rows = connection.execute(update(alerts).where(alerts.c.id.in_(some)).values(edit_due_at=None)).rowcount
    return Swept(rows, rows == most)


def handled_updates(connection: Connection, now: datetime, most: int) -> Swept:
    """Updates that were handled so long ago that Telegram cannot offer them again."""
    return _expired(connection, inbox, inbox.c.handled_at < now - INBOX_FOR, most)


def passed_instants(connection: Connection, now: datetime, most: int) -> Swept:
    """Rows of `pace` that limit nothing any more."""
    return _expired(connection, pace, pace.c.next_at < now, most)


def note_departures(connection: Connection, now: datetime) -> None:
    """Note which chats are gone since the last look, and which have returned."""
    left = (chats.c.state == "gone") & chats.c.gone_at.is_(None)
    connection.execute(update(chats).where(left).values(gone_at=now))
    back = (chats.c.state != "gone") & chats.c.gone_at.is_not(None)
    connection.execute(update(chats).where(back).values(gone_at=None))


def gone_chats(connection: Connection, before: datetime, most: int) -> Swept:
    """A chat that was gone before then, and all that is known of it: what `/forget` erases."""
    gone = (chats.c.gone_at < before) & (chats.c.state == "gone")
    chat_id = connection.execute(select(chats.c.id).where(gone).limit(1)).scalar()
    if chat_id is None:
        return Swept(0, False)
    rows = 0
    for table in (silences, alerts):
        rows += len(_erase(connection, table, table.c.chat_id == chat_id, most, table.c.id))
        if rows >= most:
            return Swept(rows, True)
    watchlists.forget(connection, chat_id)
    return Swept(rows + 1, True)


def _old_articles(connection: Connection, before: datetime, place: Place | None, most: int) -> Sequence[Any]:
    query = select(articles.c.id, articles.c.seen_at, articles.c.story_id).where(articles.c.seen_at < before)
    if place is not None:
        seen_at, last_id = place
        after = or_(articles.c.seen_at > seen_at, articles.c.id > last_id)
        query = query.where(articles.c.seen_at >= seen_at, after)
    return connection.execute(query.order_by(articles.c.seen_at, articles.c.id).limit(most)).all()


def _over(article_ids: Collection[int], before: datetime) -> ColumnElement[bool]:
    """Alerts about these articles that nobody needs any more."""
    newer, digest, report = alerts.alias("newer"), alerts.alias("digest"), articles.alias("report")
    settled = alerts.c.state.in_(_SETTLED) & (func.coalesce(alerts.c.sent_at, alerts.c.created_at) < before)
    goes_on = exists().where(report.c.story_id == alerts.c.story_id, report.c.seen_at >= before)
    same = (newer.c.story_id == alerts.c.story_id) & (newer.c.chat_id == alerts.c.chat_id)
    told_again = exists().where(same, newer.c.id > alerts.c.id)
    to_be_told = exists().where(digest.c.id == alerts.c.folded_into, digest.c.state.not_in(_SETTLED))
    return alerts.c.article_id.in_(article_ids) & settled & ~to_be_told & or_(~goes_on, told_again)


def _erase_articles(connection: Connection, ids: Collection[int]) -> Sequence[Any]:
    """Those of the articles that nothing points to; of each remains its key."""
    waiting = select(alerts.c.story_id).join(articles, articles.c.story_id == alerts.c.story_id)
    waiting = waiting.where(articles.c.id.in_(ids), alerts.c.state.not_in(_SETTLED))
    needed = {task["article"] for task in connection.execute(select(fanouts.c.task)).scalars()}
    free = articles.c.id.in_(set(ids) - needed) & articles.c.story_id.not_in(waiting)
    unused = free & ~exists().where(alerts.c.article_id == articles.c.id)
    erased = delete(articles).where(unused).returning(articles.c.source_id, articles.c.key, articles.c.story_id)
    rows = connection.execute(erased).all()
    past_keys.remember(connection, [(row.source_id, row.key) for row in rows])
    return rows


def _erase_empty_stories(connection: Connection, ids: Collection[int]) -> None:
    told = exists().where(articles.c.story_id == stories.c.id)
    alerted = exists().where(alerts.c.story_id == stories.c.id)
    connection.execute(delete(stories).where(stories.c.id.in_(ids), ~told, ~alerted))


def _expired(connection: Connection, table: Table, which: ColumnElement[bool], most: int) -> Swept:
    rows = len(_erase(connection, table, which, most, literal_column("1")))
    return Swept(rows, rows == most)


def _erase(
    connection: Connection, table: Table, which: ColumnElement[bool], most: int, known_by: ColumnElement[Any]
) -> Sequence[Any]:
    """Erase at most so many rows; returns of each what it is `known_by`."""
    key = list(table.primary_key.columns)
    some = select(*key).where(which).limit(most)
    found = key[0].in_(some) if len(key) == 1 else tuple_(*key).in_(some)
    return connection.execute(delete(table).where(found).returning(known_by)).all()
