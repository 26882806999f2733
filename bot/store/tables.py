"""The tables: the whole truth of Rasid. A queue is a column with an instant, never a structure in memory."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant with microseconds; SQLite, which has no zones, keeps the UTC reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        assert isinstance(value, datetime)
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite counts rows up by itself only in a column that is declared INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")

sources = Table(
    "sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("name_ar", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("definition", JSON, nullable=False, server_default="{}"),  # the whole `Source`: store/sources.py
    Column("enabled", Boolean, nullable=False),
    Column("added_by_operator", Boolean, nullable=False, server_default=text("false")),  # in the chat, not in a file
    Column("etag", Text),
    Column("last_modified", Text),
    Column("next_poll_at", Instant, nullable=False),
    Column("filed_at", Instant),  # the first poll that was filed; until then nobody is alerted
    Column("polled_at", Instant),
    Column("good_at", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),  # in a row
    Column("problem", Text),  # the last one, kept for the operator after the source has recovered
    Column("problem_detail", Text),
    Column("problem_at", Instant),
    Column("paused_why", Text),  # why it is hardly asked any more
    Column("rhythm", Text),  # the schedule's memory of it
    Column("title", Text),  # that it gives itself
    Column("last_item_at", Instant),  # when we saw the latest of its items that was new
    Column("items_a_day", Float),  # this and the next as of `measured_at`: domain/rates.py
    Column("bytes_a_day", Float),
    Column("measured_at", Instant),
    Column("delay_seconds", Float),  # from an item's publication to us, smoothed
    Column("reported", JSON, nullable=False, server_default="[]"),  # what the operator has been told and still holds
    Index("ix_sources_due", "next_poll_at", sqlite_where=text("enabled"), postgresql_where=text("enabled")),
)

stories = Table(
    "stories",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("fingerprint", Text),
    Column("opened_at", Instant, nullable=False),
    Column("written", JSON(none_as_null=True)),  # by a model: {"text", "articles": [ids]}
    Index("ix_stories_fingerprint", "fingerprint", "opened_at"),
)

articles = Table(
    "articles",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("source_id", Text, ForeignKey("sources.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("story_id", RowId, ForeignKey("stories.id"), nullable=False),
    Column("url", Text),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("published_at", Instant),
    Column("seen_at", Instant, nullable=False),
    Column("fingerprint", Text),
    Column("facts", JSON(none_as_null=True)),  # places, events and tolls: store/facts.py
    Column("relation", Text),  # to its story: new, same, development; none where it could alert nobody
    Column("score", Float),  # 0..1, that it belongs to its story
    Column("reason", Text),  # what decided that, for the operator
    Column("moved_at", Instant),  # when the operator put it into a story of its own
    Column("edition", BigInteger),  # domain/articles.py: changes with what its source says
    Column("revision", SmallInteger, nullable=False, server_default="0"),  # how often an edit has changed the news
    UniqueConstraint("source_id", "key"),
    Index(None, "story_id"),
    Index(None, "seen_at"),
    Index(
        "ix_articles_moved",
        "moved_at",
        sqlite_where=text("moved_at IS NOT NULL"),
        postgresql_where=text("moved_at IS NOT NULL"),
    ),
)

# The items whose articles have been erased: should one still stand in its feed, it must not come as new.
past_keys = Table(
    "past_keys",
    metadata,
    Column("digest", RowId, primary_key=True, autoincrement=False),  # store/past_keys.py
)

chats = Table(
    "chats",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("language", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="active"),  # active, gone
    Column("state_why", Text),
    Column("created_at", Instant, nullable=False),
    Column("gone_at", Instant),  # since when
    Column("thread_id", BigInteger),  # the topic of a forum in which it wants its alerts
    Index(
        "ix_chats_gone",
        "gone_at",
        sqlite_where=text("gone_at IS NOT NULL"),
        postgresql_where=text("gone_at IS NOT NULL"),
    ),
)

# A watched expression is stored once, however many chats watch it; ids grow, so an index can follow the table.
expressions = Table(
    "expressions",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("canonical", Text, nullable=False),
    sqlite_autoincrement=True,
)

watches = Table(
    "watches",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("chat_id", BigInteger, ForeignKey("chats.id", onupdate="CASCADE", ondelete="CASCADE"), nullable=False),
    Column("expression_id", RowId, ForeignKey("expressions.id"), nullable=False),
    Column("shown", Text, nullable=False),  # as this chat wrote it
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("chat_id", "expression_id"),
    Index(None, "expression_id", "chat_id"),
)

# The outbox: one row for each chat and article that rings there. The first of a story is edited as it grows.
alerts = Table(
    "alerts",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("chat_id", BigInteger, ForeignKey("chats.id", onupdate="CASCADE", ondelete="CASCADE"), nullable=False),
    Column("story_id", RowId, ForeignKey("stories.id"), nullable=False),
    Column("article_id", RowId, ForeignKey("articles.id"), nullable=False),
    Column("revision", SmallInteger, nullable=False, server_default="0"),  # of the article, when it rang
    Column(
        "evidence", JSON, nullable=False
    ),  # [{"watch", "field", "start", "end", "surface"}]; of a digest: store/digests.py
    Column("priority", SmallInteger, nullable=False),  # 0 goes first
    Column("state", Text, nullable=False),  # ready, sending, sent, dead, folded, paused
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("uncertain", Boolean, nullable=False, server_default=text("false")),  # may have arrived already
    Column("message_id", BigInteger),
    Column("why", Text),  # what Telegram said when it was not sent
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("kind", Text, nullable=False, server_default="first"),  # first, development, denial, digest
    Column("folded_into", RowId),  # the digest that tells of it in a line
    Column("edit_due_at", Instant),  # the message is behind its story; while it is edited: when to try again
    Column("edited_at", Instant),  # when the last edit began
    UniqueConstraint("chat_id", "article_id", "revision"),
    Index(None, "story_id", "chat_id"),
    Index(None, "article_id"),
    Index(
        "ix_alerts_folded",
        "folded_into",
        sqlite_where=text("folded_into IS NOT NULL"),
        postgresql_where=text("folded_into IS NOT NULL"),
    ),
    Index(
        "ix_alerts_edits",
        "edit_due_at",
        sqlite_where=text("edit_due_at IS NOT NULL"),
        postgresql_where=text("edit_due_at IS NOT NULL"),
    ),
    Index(
        "ix_alerts_ready",
        "priority",
        "id",
        sqlite_where=text("state = 'ready'"),
        postgresql_where=text("state = 'ready'"),
    ),
    Index(
        "ix_alerts_sending",
        "id",
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
)

# An article that more chats watch than one unit of work tells: what is left to do.
fanouts = Table(
    "fanouts",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("task", JSON, nullable=False),  # newsdesk/telling.py
)

silences = Table(
    "silences",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("article_id", RowId, ForeignKey("articles.id"), nullable=False),
    Column("chat_id", BigInteger, ForeignKey("chats.id", onupdate="CASCADE", ondelete="CASCADE")),  # none: all
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "article_id"),
    Index(None, "chat_id"),
)

# What ails a source, until every operator has been told of it, and for a week after.
notices = Table(
    "notices",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("source_id", Text, ForeignKey("sources.id"), nullable=False),
    Column("condition", Text, nullable=False),  # domain/source_health.py
    Column("detail", Text, nullable=False),  # what fills its message
    Column("told", JSON, nullable=False, server_default="[]"),  # the operators' chats that have it
    Column("created_at", Instant, nullable=False),
    Column("closed_at", Instant),  # all have it
    Index("ix_notices_open", "id", sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL")),
)

# When a scope ("bot", "chat:<id>") may be sent to again: the state of a GCRA limiter, and of Telegram's 429.
pace = Table(
    "pace",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("next_at", Instant, nullable=False),
)

# Telegram forgets an update as soon as the next one is asked for, so it is kept here first. Telegram may restart
# its numbers after a quiet week, therefore the digest of the content belongs to the identity.
inbox = Table(
    "inbox",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", Text, primary_key=True),
    Column("payload", JSON(none_as_null=True)),  # dropped once handled: it holds what people write
    Column("chat_id", BigInteger),
    Column("received_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("handled_at", Instant),
    Index(
        "ix_inbox_pending",
        "due_at",
        sqlite_where=text("handled_at IS NULL"),
        postgresql_where=text("handled_at IS NULL"),
    ),
)
