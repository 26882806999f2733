"""Bringing a database to the tables of this version.

Alembic is loaded only where there is something to do: it is 10 MB that a bot which has been started before never needs.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect

from bot.domain.errors import StoreError

_MIGRATIONS = Path(__file__).parent / "migrations"


def revision() -> str:
    """The last migration of this version: its file is named after it."""
    return max(file.name.split("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def migrate(connection: Connection) -> None:
    """Raises: StoreError: a later Rasid has been here."""
    if _revision_of(connection) == revision():
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:  # it knows no such version
        raise StoreError(f"the database is of another version of Rasid: {error}") from error


def _revision_of(connection: Connection) -> str | None:
    stamped = inspect(connection).has_table("alembic_version")
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() if stamped else None
    connection.rollback()  # what has only been read holds nothing up
    return None if found is None else str(found)
