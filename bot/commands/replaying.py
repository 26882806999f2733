"""`replay`: a folder of captured documents through the real pipeline; JSON lines out (docs/operations.md)."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot import app, logs
from bot.commands.answers import ConfigFile, refuse, settings_of
from bot.domain.errors import UserError
from bot.domain.expressions import parse_watch
from bot.places import Places
from bot.replay import captured, replay, watches_in
from bot.settings import Settings
from bot.understanding import Understanding

Watches = Annotated[
    list[str] | None,
    typer.Option("--watch", metavar="EXPRESSION", help="Beside those of watches.txt; several may be given."),
]


def replay_folder(folder: Path, watch: Watches = None, config: ConfigFile = None) -> None:
    """Feed captured documents with their times through the pipeline, and print each decision with its reason."""
    settings = settings_of(config)
    logs.configure("error", settings.log.format)  # standard output holds decisions and nothing else
    try:
        documents = captured(folder, {source.id: source for source in settings.all_sources})
        watches = [*watches_in(folder), *(watch or ())]
        for text in watches:
            parse_watch(text)
    except (OSError, ValueError) as error:
        refuse(str(error))
    except UserError as error:
        refuse(f"a watch cannot be read: {error.code} {error.arguments}")
    if not documents:
        refuse(f"{folder}: no documents. لا وثائق في هذا المجلد.")
    asyncio.run(_print(settings, folder, watches))


async def _print(settings: Settings, folder: Path, watches: list[str]) -> None:
    documents = captured(folder, {source.id: source for source in settings.all_sources})
    understanding = Understanding(Places(settings.places.file))
    settle = timedelta(seconds=settings.alerts.settle_seconds)
    async for decision in replay(documents, watches, understanding, app.translations(), settle):
        typer.echo(json.dumps(decision, ensure_ascii=False))
