"""The people door: Telegram updates become calls to `bot.watchlists`, and a reply.

One module a topic. A handler reads what was written, calls, and replies; rules are in `bot.watchlists`, words in the
message files. A handler may run twice for one update (after a crash, or when Telegram could not be reached).
"""

from handlers.context import Context, Services
from handlers.errors import excuse
from handlers.routes import COMMANDS, register

__all__ = ["COMMANDS", "Context", "Services", "excuse", "register"]
