"""The command line: `python -m bot COMMAND`; each command has its module in `bot.commands`."""

import typer

from bot.commands.analysing import analyse, match
from bot.commands.backing_up import backup
from bot.commands.places import places
from bot.commands.replaying import replay_folder
from bot.commands.running import check_config, run
from bot.commands.sources import sources
from bot.commands.stories import stories, story
from bot.commands.watches import watches

cli = typer.Typer(
    help="Rasid (راصد): Syrian news for those it concerns.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they would print what people wrote
)
cli.command()(run)
cli.command("check-config")(check_config)
cli.command()(analyse)
cli.command()(match)
cli.command()(stories)
cli.command()(backup)
cli.command("replay")(replay_folder)
cli.add_typer(story, name="story")
cli.add_typer(places, name="places")
cli.add_typer(sources, name="sources")
cli.add_typer(watches, name="watches")

if __name__ == "__main__":
    cli()
