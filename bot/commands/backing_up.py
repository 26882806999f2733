"""`backup`: a copy of the database of the running bot (docs/operations.md)."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.answers import ConfigFile, refuse, settings_of
from bot.domain.errors import StoreError
from bot.store.backup import NoOnlineBackup, back_up

Target = Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes; only its owner may read it.")]
Force = Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")]


def backup(file: Target, force: Force = False, config: ConfigFile = None) -> None:
    """Copy the database to FILE while Rasid runs, and check the copy. SQLite; for PostgreSQL it names the tool."""
    settings = settings_of(config)
    if file.exists() and not force:
        refuse(f"{file} is there already; --force replaces it.\nالملف موجود، والخيار --force يستبدله.")
    if file.is_dir():
        refuse(f"{file} is a folder.\nهذا مجلّد لا ملف.")
    try:
        made = back_up(settings.database_in_use, file)
    except NoOnlineBackup as other:
        refuse(f"PostgreSQL has its own tool for this:\nلقاعدة PostgreSQL أداتها:\n\n    {other.command}")
    except StoreError as error:
        refuse(f"No backup was made: {error}\nلم تُحفظ نسخة.")
    rows = made.rows
    typer.echo(
        f"Saved and checked: {file}, {made.size / 1e6:,.1f} MB: {rows['chats']:,} chats, {rows['watches']:,} watches, "
        f"{rows['articles']:,} articles, {rows['alerts']:,} alerts.\n"
        f"حُفظت النسخة وفُحصت. المحادثات: {rows['chats']:,}، المتابعات: {rows['watches']:,}، "
        f"الأخبار: {rows['articles']:,}، التنبيهات: {rows['alerts']:,}."
    )
