"""Sources of every kind: the whole definition, who added it, how it is doing"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# What the definition takes over.
OLD = (("language", sa.Text()), ("area", sa.Text()), ("interval_seconds", sa.Integer()))
NEW: tuple[sa.Column[Any], ...] = (
    sa.Column("definition", sa.JSON(), server_default="{}", nullable=False),
    sa.Column("added_by_operator", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    sa.Column("paused_why", sa.Text()),
    sa.Column("rhythm", sa.Text()),
    sa.Column("title", sa.Text()),
    sa.Column("last_item_at", Instant()),
    sa.Column("items_a_day", sa.Float()),
    sa.Column("bytes_a_day", sa.Float()),
    sa.Column("measured_at", Instant()),
    sa.Column("delay_seconds", sa.Float()),
    sa.Column("reported", sa.JSON(), server_default="[]", nullable=False),
)


def upgrade() -> None:
    for column in NEW:
        op.add_column("sources", column)
    names = ("id", "url", "name_ar", "name_en", *(name for name, _ in OLD))
    table = sa.table("sources", *map(sa.column, names), sa.column("definition", sa.JSON()))
    bind = op.get_bind()
    for row in bind.execute(sa.select(*(table.c[name] for name in names))).mappings().all():
        bind.execute(sa.update(table).where(table.c.id == row["id"]).values(definition=dict(row)))
    for name, _ in OLD:
        op.drop_column("sources", name)


def downgrade() -> None:
    names = [name for name, _ in OLD]
    table = sa.table("sources", sa.column("id"), *map(sa.column, names), sa.column("definition", sa.JSON()))
    for name, kind in OLD:
        op.add_column("sources", sa.Column(name, kind, nullable=True))
    bind = op.get_bind()
    for row in bind.execute(sa.select(table.c.id, table.c.definition)).all():
        bind.execute(sa.update(table).where(table.c.id == row.id).values({n: row.definition.get(n) for n in names}))
    for column in NEW:
        op.drop_column("sources", column.name)
