"""`watches import`: many watches at once, as when a bot moves here from another one (docs/operations.md)."""

import asyncio
import csv
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from bot import app
from bot.commands.answers import REFUSED, ConfigFile, refuse, settings_of
from bot.domain.errors import StoreError, UserError
from bot.domain.i18n import LANGUAGES
from bot.store import Store, watchlists
from bot.store.watchlists import Wanted
from bot.watchlists import expression_of

IN_A_COMMIT = 2_000  # rows; a running bot waits for one commit, about 50 ms
COMPLAINTS_SHOWN = 50
HEADINGS = frozenset(("chat", "chat_id", "chat id", "id"))

watches = typer.Typer(help="Watchlists in bulk.", no_args_is_help=True)


@watches.command("import")
def import_(
    file: Path,
    config: ConfigFile = None,
    language: Annotated[str, typer.Option(help="Of chats that are new here: ar or en.")] = "ar",
) -> None:
    """Add watches from a CSV file: chat id, expression. Bad rows are reported, good ones kept."""
    settings = settings_of(config)
    if language not in LANGUAGES:
        refuse(f"--language: {' or '.join(LANGUAGES)}")
    try:
        store = Store.open(settings.database_in_use)
    except StoreError as error:
        refuse(f"{error}\nCheck database_url. تحقّق من database_url.")
    complaints: list[str] = []
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            added = asyncio.run(_import(store, _wanted(csv.reader(lines), complaints), language))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        refuse(f"{file}: {error}")
    finally:
        store.close()
    for complaint in complaints[:COMPLAINTS_SHOWN]:
        typer.echo(complaint, err=True)
    typer.echo(
        f"{added} watches added, {len(complaints)} bad rows. أُضيفت {added} متابعة، وفيه {len(complaints)} سطر خاطئ."
    )
    if complaints:
        raise typer.Exit(REFUSED)


async def _import(store: Store, wanted: Iterator[Wanted], language: str) -> int:
    added = 0
    while rows := list(islice(wanted, IN_A_COMMIT)):
        unit = partial(watchlists.add_many, wanted=rows, language=language, now=app.now())
        added += await store.write(unit)
    await store.write(watchlists.have_grown)
    return added


def _wanted(rows: Iterable[list[str]], complaints: list[str]) -> Iterator[Wanted]:
    for number, row in enumerate(rows, start=1):
        if not any(cell.strip() for cell in row) or (number == 1 and row[0].strip().casefold() in HEADINGS):
            continue
        try:
            chat_id, expression = _chat_id(row[0]), expression_of(row[1])
        except (ValueError, IndexError):
            complaints.append(f"row {number}: a chat id and an expression were expected")
        except UserError as error:
            complaints.append(f"row {number}: {error.code}")  # the expression itself is a secret
        else:
            yield Wanted(chat_id, expression.key, expression.canonical, expression.shown)


def _chat_id(text: str) -> int:
    """Raises: ValueError: no chat has this id (Bot API, Chat.id: at most 52 significant bits)."""
    chat_id = int(text)
    if not 0 < abs(chat_id) < 2**52:
        raise ValueError(text)
    return chat_id
