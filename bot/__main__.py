"""The command line: `python -m bot run`, `check-config`, `analyse`, `match`."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot import logs
from bot.domain.errors import SettingsError, StoreError, UserError
from bot.mistakes import describe
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from bot.analysis import Analyst

WRONG_SETTINGS = 2

cli = typer.Typer(
    help="Rasid (راصد): Syrian news for those it concerns.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they would print what people wrote
)
PlacesFile = Annotated[Path | None, typer.Option(metavar="FILE", help="A gazetteer that `places import` wrote.")]
ConfigFile = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Instead of ./config.yaml.")]


@cli.command()
def run(config: ConfigFile = None) -> None:
    """Start Rasid. Without a token it opens local mode: a chat page in your browser."""
    settings = _settings(config)
    logs.configure(settings.log.level, settings.log.format)
    from bot import app  # the whole house: not for commands that only read settings

    try:
        asyncio.run(app.run(settings, announce=_announce))
    except StoreError as error:
        _refuse(f"{error}\nCheck database_url. تحقّق من database_url.")
    except app.TokenRefused:
        _refuse(
            "Telegram does not know this token; take it from @BotFather.\nتلغرام لا يعرف هذا الرمز؛ خذه من @BotFather."
        )


@cli.command("check-config")
def check_config(config: ConfigFile = None) -> None:
    """Say everything that is wrong with the settings, without starting."""
    settings = _settings(config)
    typer.echo(f"The settings are fine: {len(settings.enabled_sources)} sources are on. الإعدادات سليمة.")


@cli.command()
def analyse(
    focus: Annotated[str | None, typer.Option(metavar="TERM", help="The place or word the summary is for.")] = None,
    places_file: PlacesFile = None,
) -> None:
    """Language, places and summary of articles: JSON lines in, JSON lines out."""
    analyst = _analyst(places_file)
    _for_each_line(lambda item: analyst.analyse(item, focus))


@cli.command()
def match(
    watch: Annotated[list[str], typer.Option(metavar="EXPRESSION", help="May be given several times.")],
    places_file: PlacesFile = None,
) -> None:
    """Which watches articles meet, and why or why not: JSON lines in, JSON lines out."""
    from bot.domain.expressions import parse_watch

    try:
        watches = [parse_watch(text) for text in watch]
    except UserError as error:
        _refuse(f"--watch: {error.code} {error.arguments}")
    analyst = _analyst(places_file)
    _for_each_line(lambda item: analyst.match(item, watches))


def _analyst(places_file: Path | None) -> "Analyst":
    from bot.analysis import Analyst
    from bot.places import load_reader

    try:
        return Analyst(load_reader(places_file))
    except (OSError, ValueError) as error:
        _refuse(f"--places-file: {error}")


def _for_each_line(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """A line that is no JSON object is answered with its error, in its place; the others are not affected."""
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            result = answer(item) if isinstance(item, dict) else {"id": None, "error": "not an object"}
        except UserError as error:
            result = {"id": item.get("id"), "error": error.code}
        except ValueError as error:
            result = {"id": None, "error": f"not JSON: {error}"}
        sys.stdout.buffer.write(json.dumps(result, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
        sys.stdout.buffer.flush()


def _settings(config: Path | None) -> Settings:
    try:
        return load_settings(config, os.environ)
    except SettingsError as error:
        _refuse(describe(error))


def _announce(page_url: str) -> None:
    typer.echo(
        f"No token (BOT_TOKEN): local mode. Open {page_url} — لا رمز: الوضع المحلي، افتح الصفحة في متصفّحك", err=True
    )


def _refuse(why: str) -> NoReturn:
    typer.echo(why, err=True)
    sys.exit(WRONG_SETTINGS)


if __name__ == "__main__":
    cli()
