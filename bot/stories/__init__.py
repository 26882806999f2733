"""Stories outside the pure domain: reading the shipped tables, and answering for the command line."""

from bot.stories.answering import Storyteller
from bot.stories.loading import load_reader, load_teller

__all__ = ["Storyteller", "load_reader", "load_teller"]
