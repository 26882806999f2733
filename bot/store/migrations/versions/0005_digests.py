"""Digests: alerts that are told of in one message"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FOLDED = sa.text("folded_into IS NOT NULL")


def upgrade() -> None:
    op.add_column(
        "alerts", sa.Column("folded_into", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )
    op.create_index("ix_alerts_folded", "alerts", ["folded_into"], sqlite_where=FOLDED, postgresql_where=FOLDED)
