"""Telegram without Telegram: the Bot API over HTTP on loopback, with a chat page in the browser, and sample news.

It is the far end of the product's local mode and of the tests' journeys: the bot speaks real HTTP to it and cannot
tell. It is not a library of mocks; nothing of Rasid's own is faked here.
"""

from bot.simulator.faults import Fault, FaultKind, Limits
from bot.simulator.newsstand import Newsstand
from bot.simulator.server import Simulator

__all__ = ["Fault", "FaultKind", "Limits", "Newsstand", "Simulator"]
