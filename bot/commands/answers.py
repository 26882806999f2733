"""How commands speak: settings read or refused, a reason and an exit code, JSON lines in and out."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from bot.domain.errors import SettingsError, UserError
from bot.mistakes import describe
from bot.settings import Settings, load_settings

REFUSED = 2  # the exit code for what the operator can put right

ConfigFile = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Instead of ./config.yaml.")]


def settings_of(config: Path | None) -> Settings:
    """The settings, or an end with every mistake that is in them."""
    try:
        return load_settings(config, os.environ)
    except SettingsError as error:
        refuse(describe(error))


def refuse(why: str) -> NoReturn:
    """Say why on standard error, and leave; no traceback."""
    typer.echo(why, err=True)
    sys.exit(REFUSED)


def answer_each_line(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """JSON lines in, JSON lines out. A line that is no object is answered with its error, in its place."""
    for line in sys.stdin.buffer:
        if line.strip():
            result = json.dumps(_answer(line, answer), ensure_ascii=False)
            sys.stdout.buffer.write(result.encode("utf-8", "backslashreplace") + b"\n")
            sys.stdout.buffer.flush()


def _answer(line: bytes, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    try:
        item = json.loads(line)
    except ValueError as error:
        return {"id": None, "error": f"not JSON: {error}"}
    if not isinstance(item, dict):
        return {"id": None, "error": "not an object"}
    try:
        return answer(item)
    except UserError as error:
        return {"id": item.get("id"), "error": error.code}
