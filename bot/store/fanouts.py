"""Articles whose alerts are not all in the outbox yet."""

from typing import Any

from sqlalchemy import Connection, delete, select, update

from bot.store.tables import fanouts


def oldest(connection: Connection) -> tuple[int, dict[str, Any]] | None:
    """The fan-out that began first, with what is left to do."""
    row = connection.execute(select(fanouts.c.id, fanouts.c.task).order_by(fanouts.c.id).limit(1)).first()
    return (row.id, row.task) if row else None


def keep(connection: Connection, fanout_id: int | None, task: dict[str, Any] | None) -> None:
    """Keep what is left of a fan-out, which is new where it has no id and finished where nothing is left."""
    if fanout_id is None:
        connection.execute(fanouts.insert().values(task=task))
    elif task is None:
        connection.execute(delete(fanouts).where(fanouts.c.id == fanout_id))
    else:
        connection.execute(update(fanouts).where(fanouts.c.id == fanout_id).values(task=task))
