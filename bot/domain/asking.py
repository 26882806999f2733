"""How much one chat may ask of the bot, so that nobody's flood is another's wait. Pure.

A bucket of tokens for each chat says when its next request is served; what waits beyond a bound is refused at the
door. Whoever is refused is told so once, and not for every request.
"""

from datetime import datetime, timedelta

BURST = 20  # requests in a row: more taps than a long list has buttons
EVERY = timedelta(seconds=3)  # after these, as often as Telegram lets a bot write to a group (Bots FAQ)
MOST_WAITING = 40  # updates of one chat; what a person writes while the bot is away is far less
TOLD_EVERY = timedelta(minutes=1)
REMEMBERED = 10_000  # chats, before those that are quiet again are forgotten


class Allowances:
    """What each chat has used of its allowance. In memory: after a start everyone has all of it again."""

    def __init__(self) -> None:
        self._used_until: dict[int, datetime] = {}  # GCRA: the theoretical arrival time of each chat
        self._told_at: dict[int, datetime] = {}

    def wait(self, chat_id: int, now: datetime) -> timedelta:
        """How long this chat's next request has to wait; one that has not to is counted."""
        used_until = max(self._used_until.get(chat_id, now), now)
        too_early = used_until - now - EVERY * (BURST - 1)
        if too_early > timedelta(0):
            return too_early
        self._used_until[chat_id] = used_until + EVERY
        if len(self._used_until) > REMEMBERED:
            self._used_until = {chat: until for chat, until in self._used_until.items() if until > now}
        return timedelta(0)

    def may_tell(self, chat_id: int, now: datetime) -> bool:
        """Whether it is time to tell this chat that it asks too much; if so, that is counted."""
        told_at = self._told_at.get(chat_id)
        if told_at is not None and now - told_at < TOLD_EVERY:
            return False
        self._told_at[chat_id] = now
        if len(self._told_at) > REMEMBERED:
            self._told_at = {chat: at for chat, at in self._told_at.items() if now - at < TOLD_EVERY}
        return True
