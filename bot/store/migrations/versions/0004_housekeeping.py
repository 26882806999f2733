"""Housekeeping: since when a chat is gone, the keys of erased articles, and the way from an article to its alerts"""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

GONE = sa.text("gone_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "past_keys",
        sa.Column("digest", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_past_keys"),
    )
    op.add_column("chats", sa.Column("gone_at", Instant(), nullable=True))
    op.create_index("ix_chats_gone", "chats", ["gone_at"], sqlite_where=GONE, postgresql_where=GONE)
    op.create_index("ix_alerts_article_id", "alerts", ["article_id"])


def downgrade() -> None:
    op.drop_index("ix_alerts_article_id", "alerts")
    op.drop_index("ix_chats_gone", "chats")
    op.drop_column("chats", "gone_at")
    op.drop_table("past_keys")
