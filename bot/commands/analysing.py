"""`analyse` and `match`: what Rasid understands of articles; JSON lines in, JSON lines out (docs/analysis.md)."""

from pathlib import Path
from typing import Annotated

import typer

from bot.analysis import Analyst
from bot.commands.answers import answer_each_line, refuse
from bot.domain.errors import UserError
from bot.domain.expressions import parse_watch
from bot.places import Places
from bot.understanding import Understanding

PlacesFile = Annotated[
    Path | None, typer.Option("--places-file", metavar="FILE", help="A gazetteer that `places import` wrote.")
]
Focus = Annotated[str | None, typer.Option(metavar="TERM", help="The place or word the summary is for.")]
Watches = Annotated[list[str], typer.Option("--watch", metavar="EXPRESSION", help="May be given several times.")]


def analyse(focus: Focus = None, places_file: PlacesFile = None) -> None:
    """Language, places, events and summary of articles: JSON lines in, JSON lines out."""
    analyst = _analyst(places_file)
    answer_each_line(lambda item: analyst.analyse(item, focus))


def match(watch: Watches, places_file: PlacesFile = None) -> None:
    """Which watches articles meet, and why or why not: JSON lines in, JSON lines out."""
    try:
        watches = [parse_watch(text) for text in watch]
    except UserError as error:
        refuse(f"--watch: {error.code} {error.arguments}")
    analyst = _analyst(places_file)
    answer_each_line(lambda item: analyst.match(item, watches))


def _analyst(places_file: Path | None) -> Analyst:
    try:
        analyst = Analyst(Understanding(Places(places_file)))
        _ = analyst.understanding.places.reader  # an unreadable file is refused before the first line
    except (OSError, ValueError) as error:
        refuse(f"--places-file: {error}")
    return analyst
