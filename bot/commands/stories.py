"""`stories`: which articles are about one event; JSON lines in, JSON lines out (docs/analysis.md)."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.answers import answer_each_line, refuse
from bot.places import Places
from bot.stories import Storyteller, load_teller

Pairs = Annotated[bool, typer.Option("--pairs", help="Lines hold two articles, each pair by itself.")]
PlacesFile = Annotated[
    Path | None, typer.Option("--places-file", metavar="FILE", help="A gazetteer that `places import` wrote.")
]


def stories(pairs: Pairs = False, places_file: PlacesFile = None) -> None:
    """The story of each article, in order of arrival; or the relation of two. JSON lines in, JSON lines out."""
    places = Places(places_file)
    try:
        places.reader  # noqa: B018 - read now, so that a bad file is refused and not met in the middle
    except (OSError, ValueError) as error:
        refuse(f"--places-file: {error}")
    teller = load_teller()
    storyteller = Storyteller(teller, places)
    if pairs:
        answer_each_line(storyteller.pair)
    else:
        known = teller.stories()
        answer_each_line(lambda item: storyteller.next(item, known))
