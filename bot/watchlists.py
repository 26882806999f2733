"""What people ask of Rasid: watch, unwatch, list, language, forget.

Everything here is one unit of work, and can be repeated: a command that is handled twice after a crash says so, and
changes nothing twice. What a person got wrong is a `UserError`, whose code is the message that helps them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.domain.attributes import KNOWN
from bot.domain.departures import Absence
from bot.domain.errors import UserError
from bot.domain.expressions import Expression, Term, filters_in, parse_watch
from bot.domain.lexicon import FUNCTION_WORDS
from bot.domain.outcomes import GoneReason
from bot.store import Store, watchlists
from bot.store.watchlists import Watch


@dataclass(frozen=True, slots=True)
class Added:
    """`new` is False when the chat had this watch before."""

    shown: str
    new: bool


def expression_of(text: str) -> Expression:
    """What a person wrote, as something that can be watched.

    Raises: UserError: it cannot ("watch-empty", "watch-too-common", "watch-filter-value", …).
    """
    expression = parse_watch(text)
    for name, value in sorted(filters_in(expression.root)):
        if name in KNOWN and value not in KNOWN[name]:
            raise UserError("watch-filter-value", name=name, value=value)
    if isinstance(expression.root, Term) and expression.root.phrase in FUNCTION_WORDS:
        raise UserError("watch-too-common", watch=expression.shown)
    return expression


class Watchlists:
    """The people's side of the house."""

    def __init__(self, store: Store, clock: Callable[[], datetime], watches_per_chat: int, language: str) -> None:
        self._store, self._clock = store, clock
        self._watches_per_chat, self._language = watches_per_chat, language

    async def language(self, chat_id: int) -> str:
        """The language in which a chat is spoken to."""
        return await self._store.read(lambda c: watchlists.language_of(c, chat_id)) or self._language

    async def meet(self, chat_id: int) -> Absence | None:
        """A chat has come, or has come back: then what it missed is on its way to it, and that absence is returned."""
        now = self._clock()
        return await self._store.write(lambda c: watchlists.meet(c, chat_id, self._language, now))

    async def heard_from(self, chat_id: int) -> Absence | None:
        """A chat speaks to us, so it can be written to: as `meet`, where we know it and believed it gone."""
        gone = await self._store.read(lambda c: watchlists.is_gone(c, chat_id))
        return await self.meet(chat_id) if gone else None

    async def speak(self, chat_id: int, language: str) -> None:
        """Speak to a chat in this language from now on."""
        await self.meet(chat_id)
        await self._store.write(lambda c: watchlists.set_language(c, chat_id, language))

    async def watch(self, chat_id: int, text: str) -> Added:
        """Add what a person wrote to the chat's watches.

        Raises:
            UserError: it cannot be watched ("watch-empty", "watch-too-short", …), or the list is full
                ("watch-limit").
        """
        expression = expression_of(text)
        now = self._clock()

        def unit(connection: Connection) -> Added:
            watchlists.meet(connection, chat_id, self._language, now)
            known = watchlists.find(connection, chat_id, expression.key)
            if known is not None:
                return Added(known.shown, new=False)
            if watchlists.count(connection, chat_id) >= self._watches_per_chat:
                raise UserError("watch-limit", limit=self._watches_per_chat)
            watchlists.add(connection, chat_id, expression.key, expression.canonical, expression.shown, now)
            return Added(expression.shown, new=True)

        return await self._store.write(unit)

    async def unwatch(self, chat_id: int, text: str) -> str:
        """Remove a watch by what it says; returns it as the chat wrote it.

        Raises:
            UserError: there is no such watch ("unwatch-not-found"), or the text is none ("watch-empty", …).
        """
        expression = parse_watch(text)

        def unit(connection: Connection) -> str:
            known = watchlists.find(connection, chat_id, expression.key)
            if known is None:
                raise UserError("unwatch-not-found", watch=expression.shown)
            watchlists.remove(connection, chat_id, known.id)
            return known.shown

        return await self._store.write(unit)

    async def remove(self, chat_id: int, watch_id: int) -> str | None:
        """Remove a watch by its number; None when the chat has no such watch any more."""
        return await self._store.write(lambda c: watchlists.remove(c, chat_id, watch_id))

    async def watches(self, chat_id: int) -> Sequence[Watch]:
        """What a chat watches, oldest first."""
        return await self._store.read(lambda c: watchlists.of_chat(c, chat_id))

    async def forget(self, chat_id: int) -> None:
        """Erase everything about a chat."""
        await self._store.write(lambda c: watchlists.forget(c, chat_id))

    async def leave(self, chat_id: int, reason: GoneReason) -> None:
        """The chat has blocked, removed or silenced the bot: stop writing to it, keep its watches for its return."""
        now = self._clock()
        await self._store.write(lambda c: watchlists.set_gone(c, chat_id, reason, now))

    async def put_in_topic(self, chat_id: int, thread_id: int | None) -> None:
        """Alerts go to this topic of a forum from now on; None is the general one."""
        await self._store.write(lambda c: watchlists.set_topic(c, chat_id, thread_id))

    async def move(self, old: int, new: int) -> None:
        """A group has become a supergroup."""
        now = self._clock()
        await self._store.write(lambda c: watchlists.move(c, old, new, now))
