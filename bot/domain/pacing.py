"""When may the next message go? A generic cell rate algorithm (GCRA) without bursts.

The state of a scope ("bot", a chat) is one instant: when it may be sent to again. A refusal by Telegram (429)
moves that instant; so does every message that is let through.
"""

from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

BOT = "bot"
LOOKAHEAD = timedelta(milliseconds=100)  # slots are given out this far ahead, so that one commit serves several
SECOND = timedelta(seconds=1)
EASED = 1.02  # under the rate that was just taken: ours is even, Telegram's count is not
FASTER_EVERY = timedelta(seconds=60)  # without a refusal: the rate may rise again by
FASTER = 0.95
EVEN = 1.02  # times the shortest time between two: calls arrive some ms early or late, and 30 must not become 31
LATE = 0.5  # of a second: a refusal so late in one of the clock says how many were taken in it
REMEMBERED = timedelta(seconds=5)
MANY_CHATS = 1_000  # remembered; then those that may be written to again are forgotten
SLOWEST = timedelta(seconds=1)  # between two messages, however often Telegram refuses

FEWEST_CALLS = 3  # under way, that a kill may repeat
RECORDED_WITHIN = 0.03  # seconds; less than the time between two messages at 30 a second, where it allows no call more

# Telegram does not say whether a 429 is meant for the chat or for the bot. We send a private chat one message a second
# at most, so a wait of up to `FOR_ALL` that is asked for there is meant for the bot. A longer one may be a penalty of
# the chat's own, until another private chat gets one too, within `TOGETHER` and with nothing taken in between: people
# do not earn penalties side by side. Groups do: 20 messages a minute are soon sent, so a group's wait is its own.
FOR_ALL = timedelta(seconds=5)
TOGETHER = timedelta(seconds=10)


def most_calls(latency: float, bot: timedelta) -> int:
    """How many calls of `latency` seconds may be under way where one leaves every `bot`: only what that needs, since a
    kill repeats as many. What has been sent is under way until that is recorded, so `FEWEST_CALLS` may be, lest a busy
    database slows what is urgent; and at the rates of paid broadcasts those that are being recorded."""
    rate = 1 / bot.total_seconds()
    return max(round(latency * rate) + int(RECORDED_WITHIN * rate), FEWEST_CALLS)


def chat_scope(chat_id: int) -> str:
    return f"chat:{chat_id}"


@dataclass(frozen=True, slots=True)
class Rates:
    """The shortest time between two messages. Defaults: Bot FAQ of Telegram, "My bot is hitting limits":
    about 30 messages a second in all, one a second in a chat, 20 a minute in a group."""

    bot: timedelta = timedelta(seconds=1 / 30)
    chat: timedelta = timedelta(seconds=1)
    group: timedelta = timedelta(seconds=3)

    @classmethod
    def within(cls, a_second: float, a_second_in_chat: float, a_minute_in_group: float) -> "Rates":
        """So that the far end never counts more than these, in whichever second or minute."""
        chat, group = timedelta(seconds=EVEN / a_second_in_chat), timedelta(minutes=EVEN / a_minute_in_group)
        return cls(timedelta(seconds=EVEN / a_second), chat, group)

    def of_chat(self, chat_id: int) -> timedelta:
        """Groups and channels have negative ids (Bot API, `Chat.id`)."""
        return self.chat if chat_id > 0 else self.group


@dataclass(slots=True)
class Slots:
    """Gives out sending times within one claim; `next_at` maps scopes to instants and is changed in place."""

    rates: Rates
    now: datetime
    next_at: dict[str, datetime]
    changed: set[str] = field(default_factory=set)

    def take(self, chat_id: int) -> datetime | None:
        """When a message to this chat may go, within the look-ahead; None when it must wait for another claim."""
        slot = max(self.now, self._at(BOT), self._at(chat_scope(chat_id)))
        if slot > self.now + LOOKAHEAD:
            return None
        self._set(BOT, slot + self.rates.bot)
        self._set(chat_scope(chat_id), slot + self.rates.of_chat(chat_id))
        return slot

    def full(self) -> bool:
        """No chat can get a slot in this claim any more."""
        return self._at(BOT) > self.now + LOOKAHEAD

    def changes(self) -> Iterable[tuple[str, datetime]]:
        return ((scope, self.next_at[scope]) for scope in sorted(self.changed))

    def _at(self, scope: str) -> datetime:
        return self.next_at.get(scope, self.now)

    def _set(self, scope: str, instant: datetime) -> None:
        self.next_at[scope] = instant
        self.changed.add(scope)


class Spacing:
    """Keeps calls apart as they really go off.

    A slot is given out in a commit; where that ends late, the call goes late, and the next would follow it too soon.
    Held in memory, for all calls of this process: what outlives it are the slots.
    """

    def __init__(self) -> None:
        self._next_at: dict[str, datetime] = {}

    def reserve(self, rates: Rates, chat_id: int, now: datetime) -> timedelta:
        """How long a call to this chat has to wait, whose slot has come; the time behind it is its own."""
        chat = chat_scope(chat_id)
        at = max(now, *(self._next_at.get(scope, now) for scope in (BOT, chat)))
        if len(self._next_at) > MANY_CHATS:
            self._next_at = {scope: instant for scope, instant in self._next_at.items() if instant > now}
        self._next_at |= {BOT: at + rates.bot, chat: at + rates.of_chat(chat_id)}
        return at - now


class Governor:
    """Learns from refusals how fast this bot may send: never faster than configured, slower where Telegram takes less.

    At a refusal the rate becomes what Telegram took in a second. Whose seconds it counts it does not say: where a
    refusal comes late in one of the clock, that second is believed, else the last one. A minute without a refusal, and
    the rate rises a little: each try for more costs the second that Telegram asks for. Held in memory: after a start
    one refusal teaches it again.
    """

    def __init__(self, rates: Rates) -> None:
        self._configured, self._bot = rates, rates.bot
        self._left: deque[datetime] = deque()  # when calls went off that were not refused, in the last seconds
        self._penalties: dict[int, datetime] = {}  # private chat -> when it was last told to wait long
        self._quiet_until: datetime | None = None  # refusals before this are of the same moment
        self._changed_at: datetime | None = None

    @property
    def rates(self) -> Rates:
        return replace(self._configured, bot=self._bot)

    def left(self, at: datetime) -> None:
        """A call to Telegram goes off. What becomes of it is told later, or never."""
        self._left.append(at)
        while at - self._left[0] > REMEMBERED:
            self._left.popleft()

    def took(self, now: datetime) -> None:
        """Telegram took a message."""
        self._penalties.clear()
        if self._changed_at and now - self._changed_at >= FASTER_EVERY and self._bot > self._configured.bot:
            self._bot = max(self._configured.bot, self._bot * FASTER)
            self._changed_at = now

    def means_all(self, now: datetime, chat_id: int, delay: timedelta) -> bool:
        """Whether the wait that a chat was told is meant for the whole bot."""
        if chat_id < 0 or delay <= FOR_ALL:
            return False
        self._penalties = {chat: at for chat, at in self._penalties.items() if now - at <= TOGETHER} | {chat_id: now}
        return len(self._penalties) > 1

    def refused(self, at: datetime, now: datetime, delay: timedelta) -> None:
        """Telegram asked the whole bot to be quiet for `delay`, in answer to a call that went off `at` that instant."""
        with suppress(ValueError):
            self._left.remove(at)
        if self._quiet_until is None or at >= self._quiet_until:
            taken = max(self._taken_before(at), 1)
            self._bot = min(max(self._bot * EASED, min(SECOND / taken * EASED, self._bot * 2)), SLOWEST)
            self._changed_at = now
        self._quiet_until = max(now + delay, self._quiet_until or now)

    def _taken_before(self, at: datetime) -> int:
        """How many messages Telegram has taken in a second, by whose end it refused the one that went off `at`."""
        last = sum(at - SECOND <= left < at for left in self._left)
        of_the_clock = sum(at.replace(microsecond=0) <= left < at for left in self._left)
        return max(of_the_clock, last * 2 // 3) if at.microsecond >= LATE * 1_000_000 else last
