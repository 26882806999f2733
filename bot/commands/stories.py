"""`stories`: which articles are about one event; JSON lines in, JSON lines out (docs/analysis.md).

`story list`, `story show`, `story split`: what the running bot has merged, and putting it right (docs/operations.md).
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot import app
from bot.commands.answers import ConfigFile, answer_each_line, refuse, settings_of
from bot.domain.errors import StoreError
from bot.newsdesk import Newsdesk
from bot.places import Places
from bot.settings import Settings
from bot.store import Store, decisions
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


story = typer.Typer(help="The stories of the running bot: list, show, split.", no_args_is_help=True)


@story.command("list")
def list_(hours: Annotated[int, typer.Option(min=1, help="How far back.")] = 24, config: ConfigFile = None) -> None:
    """The stories of the last hours that several reports were merged into, the latest first."""
    since = app.now() - timedelta(hours=hours)
    with _opened(config) as (store, _):
        found = asyncio.run(store.read(lambda c: decisions.merged_since(c, since)))
        for story_id in found:
            _show(asyncio.run(store.read(partial(decisions.of_story, story_id=story_id))))


@story.command()
def show(story_id: int, config: ConfigFile = None) -> None:
    """The reports of a story: what each is to it, how sure that is and why, and how many it alerted."""
    with _opened(config) as (store, _):
        found = asyncio.run(store.read(partial(decisions.of_story, story_id=story_id)))
    if not found:
        refuse(f"There is no story {story_id}. لا قصة بهذا الرقم.")
    _show(found)


@story.command()
def split(article_id: int, config: ConfigFile = None) -> None:
    """Put a wrongly merged article into a story of its own, and tell those whom it concerns."""
    with _opened(config) as (store, settings):
        places = Places(settings.places.file)
        desk = Newsdesk(store, lambda: None, places.codes_named)
        try:
            story_id = asyncio.run(desk.split(article_id, app.now()))
        except LookupError:
            refuse(f"There is no article {article_id}. لا خبر بهذا الرقم.")
    typer.echo(f"Article {article_id} is now story {story_id}. صار الخبر {article_id} قصة وحده.")


@contextmanager
def _opened(config: Path | None) -> Iterator[tuple[Store, Settings]]:
    settings = settings_of(config)
    try:
        store = Store.open(settings.database_in_use)
    except StoreError as error:
        refuse(f"{error}\nCheck database_url. تحقّق من database_url.")
    try:
        yield store, settings
    finally:
        store.close()


def _show(found: Sequence[decisions.Decision]) -> None:
    for one in found:
        score = f" {one.score:.2f}" if one.score is not None else ""
        why = f" ({one.reason})" if one.reason else ""
        told = f"{len(one.told)} alerts, {len(one.silent)} silent"
        typer.echo(f"story {one.story_id}  article {one.article_id}  {one.relation or one.silence}{score}{why}  {told}")
        typer.echo(f"    {one.seen_at:%Y-%m-%d %H:%M}  {one.source_name}: {one.title}")
