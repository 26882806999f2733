"""News that their publisher has edited, topics of a group, and the watchers of an expression in the order of their ids"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("articles") as table:
        table.add_column(sa.Column("edition", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("revision", sa.SmallInteger(), server_default="0", nullable=False))
    with op.batch_alter_table("chats") as table:
        table.add_column(sa.Column("thread_id", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("alerts") as table:
        table.add_column(sa.Column("revision", sa.SmallInteger(), server_default="0", nullable=False))
        table.drop_constraint("uq_alerts_chat_id_article_id", type_="unique")
        table.create_unique_constraint(
            "uq_alerts_chat_id_article_id_revision", ["chat_id", "article_id", "revision"]
        )
    with op.batch_alter_table("watches") as table:
        table.drop_index("ix_watches_expression_id")
    op.create_index("ix_watches_expression_id_chat_id", "watches", ["expression_id", "chat_id"])
