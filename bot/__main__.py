"""The command line: `python -m bot run`, `python -m bot check-config`."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot import logs
from bot.domain.errors import SettingsError, StoreError
from bot.mistakes import describe
from bot.settings import Settings, load_settings

WRONG_SETTINGS = 2

cli = typer.Typer(
    help="Rasid (راصد): Syrian news for those it concerns.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they would print what people wrote
)
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
