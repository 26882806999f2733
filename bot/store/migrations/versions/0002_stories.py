"""Stories: what is known of an article, how it joined its story, and alerts that are edited"""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fanouts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fanouts"),
    )
    with op.batch_alter_table("stories") as table:
        table.add_column(sa.Column("written", sa.JSON(), nullable=True))
    with op.batch_alter_table("articles") as table:
        for name, kind in (
            ("fingerprint", sa.Text()),
            ("facts", sa.JSON()),
            ("relation", sa.Text()),
            ("score", sa.Float()),
            ("reason", sa.Text()),
            ("moved_at", Instant()),
        ):
            table.add_column(sa.Column(name, kind, nullable=True))
    op.create_index("ix_articles_seen_at", "articles", ["seen_at"])
    moved = sa.text("moved_at IS NOT NULL")
    op.create_index("ix_articles_moved", "articles", ["moved_at"], sqlite_where=moved, postgresql_where=moved)
    with op.batch_alter_table("alerts") as table:
        table.add_column(sa.Column("kind", sa.Text(), server_default="first", nullable=False))
        table.add_column(sa.Column("edit_due_at", Instant(), nullable=True))
        table.add_column(sa.Column("edited_at", Instant(), nullable=True))
        table.drop_constraint("uq_alerts_chat_id_story_id", type_="unique")
        table.create_unique_constraint("uq_alerts_chat_id_article_id", ["chat_id", "article_id"])
    op.create_index("ix_alerts_story_id_chat_id", "alerts", ["story_id", "chat_id"])
    behind = sa.text("edit_due_at IS NOT NULL")
    op.create_index("ix_alerts_edits", "alerts", ["edit_due_at"], sqlite_where=behind, postgresql_where=behind)
