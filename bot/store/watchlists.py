"""Chats and what they watch. These rows are the secret that Rasid keeps."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from sqlalchemy import Connection, delete, exists, func, select, union, update

from bot.domain.alerting import Watcher
from bot.domain.departures import Absence
from bot.domain.outcomes import GoneReason
from bot.store import digests
from bot.store.database import file_in_one_lane, insert, learn_sizes
from bot.store.tables import alerts, chats, expressions, inbox, pace, watches

KEYS_IN_A_QUERY = 500  # SQLite before 3.32 takes 999 variables


@dataclass(frozen=True, slots=True)
class Watch:
    """One line of a chat's watchlist; `shown` is what the person wrote, `canonical` what is looked for."""

    id: int
    shown: str
    canonical: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a chat is to watch: the expression's key and canonical form, and how the chat says it."""

    chat_id: int
    key: str
    canonical: str
    shown: str


def language_of(connection: Connection, chat_id: int) -> str | None:
    """The interface language of a chat; None when we have never met it."""
    return connection.execute(select(chats.c.language).where(chats.c.id == chat_id)).scalar()


def meet(connection: Connection, chat_id: int, language: str, now: datetime) -> Absence | None:
    """Remember a chat that speaks to us. One that had left is active again, and a digest tells it what it missed; that
    absence is returned. The language of a chat that is known is not touched."""
    row = insert(connection, chats).values(id=chat_id, language=language, state="active", created_at=now)
    if connection.execute(row.on_conflict_do_nothing(index_elements=["id"]).returning(chats.c.id)).first():
        return None
    chat = connection.execute(select(chats.c.state, chats.c.gone_at).where(chats.c.id == chat_id)).one()
    if chat.state == "active":
        return None
    back = update(chats).where(chats.c.id == chat_id).values(state="active", state_why=None, gone_at=None)
    connection.execute(back)
    return digests.fold_absence(connection, chat_id, chat.gone_at or now, now)


def is_gone(connection: Connection, chat_id: int) -> bool:
    """Whether it is a chat that we know, and cannot be written to."""
    return connection.execute(select(chats.c.state).where(chats.c.id == chat_id)).scalar() == "gone"


def set_language(connection: Connection, chat_id: int, language: str) -> None:
    connection.execute(update(chats).where(chats.c.id == chat_id).values(language=language))


def set_gone(connection: Connection, chat_id: int, reason: GoneReason, now: datetime, why: str | None = None) -> None:
    """Stop writing to a chat; `why` is what Telegram said. For one that may return, what waits for it is kept, as its
    watches are: `meet` tells it. For another it is dead."""
    waiting, state = (("ready",), "paused") if reason.may_return else (("ready", "paused"), "dead")
    stopped = (alerts.c.chat_id == chat_id) & alerts.c.state.in_(waiting)
    connection.execute(update(alerts).where(stopped).values(state=state, why=why or reason))
    connection.execute(update(alerts).where(alerts.c.chat_id == chat_id).values(edit_due_at=None))
    gone = {"state": "gone", "state_why": reason, "gone_at": func.coalesce(chats.c.gone_at, now)}
    connection.execute(update(chats).where(chats.c.id == chat_id).values(**gone))


def set_topic(connection: Connection, chat_id: int, thread_id: int | None) -> None:
    """Alerts go to this topic of a forum from now on, or to its general one."""
    connection.execute(update(chats).where(chats.c.id == chat_id).values(thread_id=thread_id))


def drop_topic(connection: Connection, chat_id: int, thread_id: int) -> None:
    """Telegram does not take alerts there any more: they go to the general topic, unless another was chosen since."""
    there = (chats.c.id == chat_id) & (chats.c.thread_id == thread_id)
    connection.execute(update(chats).where(there).values(thread_id=None))


def move(connection: Connection, old: int, new: int, now: datetime) -> None:
    """A group has become a supergroup: all that belongs to the old id belongs to the new one. Idempotent."""
    chat = connection.execute(select(chats.c.language, chats.c.thread_id).where(chats.c.id == old)).first()
    if chat is None:
        return
    meet(connection, old, chat.language, now)  # where it could not be written to, what it missed moves along
    meet(connection, new, chat.language, now)
    if chat.thread_id is not None:
        set_topic(connection, new, chat.thread_id)
    # Messages have other numbers there: none of them can be answered or edited any more.
    moved = update(alerts).where(alerts.c.chat_id == old)
    connection.execute(moved.values(message_id=None, edit_due_at=None))
    for table, distinct in ((watches, watches.c.expression_id), (alerts, alerts.c.article_id)):
        taken = select(distinct).where(table.c.chat_id == new)
        connection.execute(delete(table).where(table.c.chat_id == old, distinct.in_(taken)))
        connection.execute(update(table).where(table.c.chat_id == old).values(chat_id=new))
    connection.execute(update(inbox).where(inbox.c.chat_id == old).values(chat_id=new))
    connection.execute(delete(chats).where(chats.c.id == old))


def count(connection: Connection, chat_id: int) -> int:
    return connection.execute(
        select(func.count()).select_from(watches).where(watches.c.chat_id == chat_id)
    ).scalar_one()


def add(connection: Connection, chat_id: int, key: str, canonical: str, shown: str, now: datetime) -> bool:
    """Watch an expression; False when this chat watches it already."""
    file_in_one_lane(connection)  # so that ids become visible in their order, and an index can follow them
    new = insert(connection, expressions).values(key=key, canonical=canonical)
    connection.execute(new.on_conflict_do_nothing(index_elements=["key"]))
    expression = select(expressions.c.id).where(expressions.c.key == key).scalar_subquery()
    row = insert(connection, watches).values(chat_id=chat_id, expression_id=expression, shown=shown, created_at=now)
    added = row.on_conflict_do_nothing().returning(watches.c.id)
    return connection.execute(added).first() is not None


def add_many(connection: Connection, wanted: Sequence[Wanted], language: str, now: datetime) -> int:
    """Watch many expressions, whatever is watched already; returns how many are new. Chats that are new speak
    `language`."""
    file_in_one_lane(connection)
    met = insert(connection, chats).on_conflict_do_nothing(index_elements=["id"])
    new_chats = [
        {"id": c, "language": language, "state": "active", "created_at": now} for c in {w.chat_id for w in wanted}
    ]
    connection.execute(met, new_chats)
    canonical = {w.key: w.canonical for w in wanted}
    new_expressions = [{"key": key, "canonical": text} for key, text in canonical.items()]
    connection.execute(insert(connection, expressions).on_conflict_do_nothing(index_elements=["key"]), new_expressions)
    keys, ids = list(canonical), dict[str, int]()
    for start in range(0, len(keys), KEYS_IN_A_QUERY):
        some = expressions.c.key.in_(keys[start : start + KEYS_IN_A_QUERY])
        ids |= {row.key: row.id for row in connection.execute(select(expressions.c.key, expressions.c.id).where(some))}
    rows = [
        {"chat_id": w.chat_id, "expression_id": ids[w.key], "shown": w.shown, "created_at": now}
        for w in dict.fromkeys(wanted)
    ]
    added = insert(connection, watches).on_conflict_do_nothing().returning(watches.c.id)
    return len(connection.execute(added, rows).all())


def have_grown(connection: Connection) -> None:
    """Thousands of watches have been added."""
    learn_sizes(connection, chats, expressions, watches)


def find(connection: Connection, chat_id: int, key: str) -> Watch | None:
    query = (
        select(watches.c.id, watches.c.shown, expressions.c.canonical)
        .join(expressions, expressions.c.id == watches.c.expression_id)
        .where(watches.c.chat_id == chat_id, expressions.c.key == key)
    )
    row = connection.execute(query).first()
    return Watch(row.id, row.shown, row.canonical) if row else None


def remove(connection: Connection, chat_id: int, watch_id: int) -> str | None:
    """Stop watching; returns what was watched, or None when this chat has no such watch."""
    statement = delete(watches).where(watches.c.chat_id == chat_id, watches.c.id == watch_id)
    row = connection.execute(statement.returning(watches.c.shown, watches.c.expression_id)).first()
    if row is None:
        return None
    _drop_unwatched(connection, [row.expression_id])
    return str(row.shown)


def of_chat(connection: Connection, chat_id: int) -> list[Watch]:
    """A chat's watches, oldest first."""
    query = (
        select(watches.c.id, watches.c.shown, expressions.c.canonical)
        .join(expressions, expressions.c.id == watches.c.expression_id)
        .where(watches.c.chat_id == chat_id)
        .order_by(watches.c.id)
    )
    return [Watch(row.id, row.shown, row.canonical) for row in connection.execute(query)]


def forget(connection: Connection, chat_id: int) -> None:
    """Erase everything that is known of a chat: its watches, alerts, silences, messages, and itself."""
    connection.execute(delete(inbox).where(inbox.c.chat_id == chat_id))
    connection.execute(delete(alerts).where(alerts.c.chat_id == chat_id))
    connection.execute(delete(pace).where(pace.c.scope == f"chat:{chat_id}"))
    statement = delete(watches).where(watches.c.chat_id == chat_id).returning(watches.c.expression_id)
    watched = list(connection.execute(statement).scalars())
    connection.execute(delete(chats).where(chats.c.id == chat_id))  # and, by cascade, its silences
    _drop_unwatched(connection, watched)


def expressions_after(connection: Connection, last_id: int) -> list[tuple[int, str]]:
    """The expressions added since `last_id`, as (id, canonical form), in the order of their ids."""
    query = select(expressions.c.id, expressions.c.canonical).where(expressions.c.id > last_id)
    return [(row.id, row.canonical) for row in connection.execute(query.order_by(expressions.c.id))]


def is_watched(connection: Connection, expression_ids: Sequence[int]) -> bool:
    """Whether a chat that can be written to watches one of these expressions."""
    for start in range(0, len(expression_ids), KEYS_IN_A_QUERY):
        some = watches.c.expression_id.in_(expression_ids[start : start + KEYS_IN_A_QUERY])
        query = select(watches.c.id).join(chats, chats.c.id == watches.c.chat_id)
        if connection.execute(query.where(some, chats.c.state == "active").limit(1)).first():
            return True
    return False


def concerned(
    connection: Connection, expression_ids: Collection[int], story_id: int | None, after: int | None, most: int
) -> list[int]:
    """The next chats in order of their ids, beyond `after`, that watch one of these expressions or, where a story is
    given, were told of it."""
    queries = []
    if expression_ids:
        queries.append(select(watches.c.chat_id).where(watches.c.expression_id.in_(expression_ids)))
    if story_id is not None:
        told = (alerts.c.story_id == story_id) & (chats.c.state == "active")
        queries.append(select(alerts.c.chat_id).join(chats, chats.c.id == alerts.c.chat_id).where(told))
    if not queries:
        return []
    every = union(*queries).subquery()
    query = select(every.c.chat_id).order_by(every.c.chat_id).limit(most)
    if after is not None:
        query = query.where(every.c.chat_id > after)
    return list(connection.scalars(query).all())


def watchers(
    connection: Connection,
    expression_ids: Collection[int],
    between: tuple[int, int] | None = None,
    most: int | None = None,
) -> list[Watcher]:
    """Who watches these expressions, those first who have for longest; of all chats, or of those `between` two ids,
    both included. Where there are more than `most`, any of them."""
    query = (
        select(watches.c.id, watches.c.chat_id, watches.c.expression_id, watches.c.shown, chats.c.state)
        .join(chats, chats.c.id == watches.c.chat_id)
        .where(watches.c.expression_id.in_(expression_ids))
        .limit(most)
    )
    if between is not None:
        # Both say the same; PostgreSQL reads the whole of a table that is not told.
        query = query.where(watches.c.chat_id.between(*between), chats.c.id.between(*between))
    rows = sorted(connection.execute(query).all(), key=itemgetter(0))  # here, not there: `most` then needs no sorting
    return [Watcher(chat, expression, shown, state == "active") for _, chat, expression, shown, state in rows]


def _drop_unwatched(connection: Connection, expression_ids: Collection[int]) -> None:
    """An expression that nobody watches any more says what somebody watched: it goes."""
    watched = exists().where(watches.c.expression_id == expressions.c.id)
    connection.execute(delete(expressions).where(expressions.c.id.in_(expression_ids), ~watched))
