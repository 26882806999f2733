"""`places find`, `places import`, `places update`: the gazetteer."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import aiohttp
import typer

from bot.commands.answers import REFUSED, ConfigFile, refuse, settings_of
from bot.domain.gazetteer import Gazetteer, Place
from bot.places.importing import Report, import_places
from bot.places.loading import load_gazetteer, load_reader

COMPLAINTS_SHOWN = 50
DOWNLOAD_SECONDS = 120
DOWNLOAD_BYTES = 50_000_000  # the country's dump has about 1 MB

places = typer.Typer(help="The gazetteer: find, import, update.", no_args_is_help=True)
Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the merged table goes.")]
Force = Annotated[bool, typer.Option("--force", help="Write the table in spite of broken rows.")]
DEFAULT_OUT = Path("var/places.tsv")


@places.command()
def find(
    name: str, config: ConfigFile = None, places_file: Annotated[Path | None, typer.Option(metavar="FILE")] = None
) -> None:
    """Explain a name: which places have it, where they lie, what else they are called, how often it is a word."""
    try:
        reader = load_reader(places_file or settings_of(config).places.file)
    except (OSError, ValueError) as error:
        refuse(str(error))
    found = reader.gazetteer.find(name)
    if not found:
        refuse(f"No place has this name. لا مكان بهذا الاسم: {name}")
    for place in found:
        typer.echo(_explained(place, reader.gazetteer))
    typer.echo(f"risk {reader.risk(name):.2f} that it is something else where nothing speaks for the place")


@places.command("import")
def import_(files: list[Path], out: Out = DEFAULT_OUT, force: Force = False) -> None:
    """Merge complete lists (OCHA CSV or XLSX, a GeoNames dump, Who's On First CSV) into one table."""
    _import(files, out, force)


@places.command()
def update(config: ConfigFile = None, out: Out = DEFAULT_OUT, force: Force = False) -> None:
    """Download the country's GeoNames dump, from the address in the settings, and merge it."""
    url = settings_of(config).places.geonames_url
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / url.rpartition("/")[2]
        try:
            target.write_bytes(asyncio.run(_download(url)))
        except (aiohttp.ClientError, TimeoutError) as error:
            refuse(f"{url}: {type(error).__name__}: {error}")
        _import([target], out, force)


def _import(files: list[Path], out: Path, force: bool) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        report = import_places(files, load_gazetteer(), out, force)
    except OSError as error:
        refuse(str(error))
    _tell(report, out)
    if not report.written:
        raise typer.Exit(REFUSED)


def _tell(report: Report, out: Path) -> None:
    for what, number in sorted(report.counts.items()):
        typer.echo(f"{number:7} {what}")
    for complaint in report.complaints[:COMPLAINTS_SHOWN]:
        where = f"{complaint.file}:{complaint.row}: " if complaint.file else ""
        typer.echo(f"{'! ' if complaint.blocks else ''}{where}{complaint.what}", err=True)
    if len(report.complaints) > COMPLAINTS_SHOWN:
        typer.echo(f"… and {len(report.complaints) - COMPLAINTS_SHOWN} more", err=True)
    typer.echo(
        f"Written: {out}" if report.written else "Nothing was written; --force writes what can be used.", err=True
    )


def _explained(place: Place, gazetteer: Gazetteer) -> str:
    within = " < ".join(above.name for above in gazetteer.ancestors(place.code))
    others = "، ".join(name for name in place.names if name != place.name)
    near = "، ".join(other.name for other in gazetteer.neighbours(place.code)[:5])
    return "\n".join(
        line
        for line in (
            f"{place.name}  {place.code}  {place.level}",
            f"  {within}" if within else "",
            f"  = {others}" if others else "",
            f"  ≈ {near}" if near else "",
        )
        if line
    )


async def _download(url: str) -> bytes:
    timeout = aiohttp.ClientTimeout(total=DOWNLOAD_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
        response.raise_for_status()
        body = bytearray()
        async for chunk in response.content.iter_chunked(65_536):
            body += chunk
            if len(body) > DOWNLOAD_BYTES:
                raise aiohttp.ClientPayloadError("the dump is far larger than the country's")
        return bytes(body)
