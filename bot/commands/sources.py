"""`sources list|add|export|import`: the sources from the command line, also while Rasid runs (docs/operations.md)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from bot import app
from bot.commands.answers import REFUSED, ConfigFile, refuse, settings_of
from bot.domain.errors import SourceError, StoreError, UserError
from bot.domain.markup import plain
from bot.domain.opml import read_opml, write_opml
from bot.domain.source_health import health_of
from bot.settings import Settings
from bot.sourcing import Assessment, Proposal, Sourcing
from bot.store import Store
from bot.store.sources import SourceHealth
from bot.understanding import Understanding
from watchers.fetch import Fetcher, FetchLimits
from watchers.robots import Robots
from watchers.scouting import WebScout

T = TypeVar("T")

sources = typer.Typer(help="The sources that Rasid reads.", no_args_is_help=True)


@sources.command("list")
def list_(config: ConfigFile = None) -> None:
    """Every source that is polled: id, kind, health, last good poll, address, name; tabs between them."""
    listed = _with_sourcing(settings_of(config), lambda sourcing: sourcing.listed())
    for record in listed:
        typer.echo("\t".join(_row(record)))
    if not listed:
        typer.echo("None yet: start Rasid once. لا مصادر بعد: شغّل راصد مرة.", err=True)


@sources.command("export")
def export(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Standard output without one.")] = None,
    config: ConfigFile = None,
) -> None:
    """Write the sources as OPML, for a feed reader or for another Rasid."""
    outlines = _with_sourcing(settings_of(config), lambda sourcing: sourcing.outlines())
    content = write_opml(outlines, "Rasid", app.now())
    if file is None:
        typer.echo(content, nl=False)
        return
    try:
        file.write_bytes(content)
    except OSError as error:
        refuse(f"{file}: {error.strerror}")
    typer.echo(f"{len(outlines)} sources written. كُتبت المصادر، وعددها {len(outlines)}.")


@sources.command("import")
def import_(file: Path, config: ConfigFile = None) -> None:
    """Add the feeds and channels of an OPML file. Each is tried once a day until it brings items."""
    try:
        outlines = read_opml(file.read_bytes())
    except OSError as error:
        refuse(f"{file}: {error.strerror}")
    except UserError as error:
        refuse(f"{file}: {_said(error)}")

    async def add(sourcing: Sourcing) -> Assessment:
        assessment = await sourcing.assess(outlines)
        await sourcing.enlist(assessment.new)
        return assessment

    came = _with_sourcing(settings_of(config), add)
    typer.echo(
        f"{len(came.new)} sources added, {came.known} known, {came.useless} of no use. "
        f"أُضيف {len(came.new)}، ومعروف من قبل {came.known}، ولا يصلح {came.useless}."
    )


@sources.command("add")
def add(
    address: Annotated[str, typer.Argument(help="Of a site, a feed or a channel: https://…, t.me/… or @name.")],
    world: Annotated[bool, typer.Option("--world", help="It writes of the world: keep what concerns Syria.")] = False,
    config: ConfigFile = None,
) -> None:
    """Look what can be followed at an address, and add it if it is one thing; else name what was found."""
    settings = settings_of(config)

    async def look_and_add(sourcing: Sourcing) -> Sequence[Proposal]:
        async with _scouting(settings, sourcing):
            found = await sourcing.find(address)
            if len(found) == 1 and not found[0].known:
                await sourcing.add(found[0].candidate.url, syria_only=not world)
            return found

    try:
        found = _with_sourcing(settings, look_and_add)
    except UserError as error:
        refuse(_said(error))
    except SourceError as error:
        refuse(f"{address}: {error}\nتعذّرت قراءته (it could not be read).")
    for proposal in found:
        typer.echo(_found(proposal))
    if len(found) > 1:
        typer.echo("Several: add the one you want by its address. أكثر من واحد: أضف ما تريد بعنوانه.", err=True)
        raise typer.Exit(REFUSED)
    known = found[0].known is not None
    typer.echo("It was there already. كان موجوداً من قبل." if known else "Added. أُضيف.")


def _with_sourcing(settings: Settings, work: Callable[[Sourcing], Awaitable[T]]) -> T:
    """Run `work` on the database of the bot, which may be running."""
    try:
        store = Store.open(settings.database_in_use)
    except StoreError as error:
        refuse(f"{error}\nCheck database_url. تحقّق من database_url.")
    try:
        return asyncio.run(_run(Sourcing(store, app.now, lambda _code, _language: None), work))
    finally:
        store.close()


async def _run(sourcing: Sourcing, work: Callable[[Sourcing], Awaitable[T]]) -> T:
    return await work(sourcing)


@asynccontextmanager
async def _scouting(settings: Settings, sourcing: Sourcing) -> AsyncIterator[None]:
    polling = settings.polling
    limits = FetchLimits(max_bytes=polling.max_bytes)
    async with Fetcher(
        polling.identity, app.now, limits, allow_private_addresses=polling.allow_private_addresses
    ) as fetcher:
        robots = Robots(fetcher, polling.product, app.now)
        sourcing.scout = WebScout(fetcher, app.now, Understanding(), robots=robots)
        yield


def _row(record: SourceHealth) -> tuple[str, ...]:
    source = record.source
    good_at = f"{record.good_at:%Y-%m-%d %H:%M}" if record.good_at else "-"
    return source.id, source.kind, health_of((record,)), good_at, source.url, source.name_ar


def _found(proposal: Proposal) -> str:
    candidate = proposal.candidate
    return f"{candidate.kind}\t{candidate.url}\t{candidate.count} items\t{candidate.title}"


def _said(error: UserError) -> str:
    """In both languages."""
    words = app.translations()
    return "\n".join(plain(words[language].html(error.code, **error.arguments)) for language in ("en", "ar"))
