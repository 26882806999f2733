"""What goes wrong on purpose: scripted faults, and Telegram's rate limits.

A fault is consulted before its call is carried out; the server acts on what it finds. Owns which fault is next and
how often; refuses to know HTTP.
"""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil
from typing import Any

from bot.simulator.calls import Call, Refusal


class FaultKind(StrEnum):
    # what Telegram says no to
    BLOCKED = "blocked"  # the person has blocked the bot
    NOT_STARTED = "not_started"  # the person never pressed "start"
    DEACTIVATED = "deactivated"  # the account is gone
    KICKED = "kicked"  # the bot was thrown out of a group
    NOT_A_MEMBER = "not_a_member"  # the bot was never in this channel
    CHAT_NOT_FOUND = "chat_not_found"
    NO_RIGHTS = "no_rights"  # in the group, but not allowed to write
    WRITE_FORBIDDEN = "write_forbidden"  # the same, as the API below the Bot API has it
    SLOW_MODE = "slow_mode"  # the group wants `seconds` between two messages
    TOPIC_CLOSED = "topic_closed"
    TOPIC_DELETED = "topic_deleted"
    TOO_LONG = "too_long"
    BROKEN_ENTITIES = "broken_entities"
    BAD_BUTTON = "bad_button"
    NO_STARS = "no_stars"  # no Stars are left for a paid broadcast
    EDIT_NOT_FOUND = "edit_not_found"
    EDIT_REFUSED = "edit_refused"
    NOT_MODIFIED = "not_modified"
    MIGRATED = "migrated"  # the group is now the supergroup `migrate_to`; 0: it does not say which
    TOO_MANY = "too_many"  # to try again after `seconds`
    TOO_MANY_WORDLESS = "too_many_wordless"  # a 429 that does not say how long to wait
    UNAUTHORIZED = "unauthorized"  # the token was revoked
    NO_SUCH_BOT = "no_such_bot"  # 404: the token has another form
    CONFLICT = "conflict"  # another process reads this bot's updates
    SERVER_ERROR = "server_error"
    REFUSED = "refused"  # anything else: `code`, `says` and `parameters`
    # what happens on the way
    BAD_GATEWAY = "bad_gateway"  # 502, with a page of HTML for a body
    CUT_CALL = "cut_call"  # the connection is cut before the call is carried out
    LOST_ANSWER = "lost_answer"  # carried out, then the connection is cut
    CUT_ANSWER = "cut_answer"  # carried out, and half the answer arrives
    GARBLED_ANSWER = "garbled_answer"  # carried out, and the answer is whole for HTTP but not for JSON
    NO_ANSWER = "no_answer"  # nothing happens until the caller gives up
    LATE_ANSWER = "late_answer"  # carried out, and no answer until the caller gives up
    LATENCY = "latency"  # `seconds` late, otherwise as it should be
    LOST_TOPIC = "lost_topic"  # carried out in the general topic, without a word


# What Telegram says for each, with its status.
_SAYS: dict[FaultKind, tuple[int, str]] = {
    FaultKind.BLOCKED: (403, "Forbidden: bot was blocked by the user"),
    FaultKind.NOT_STARTED: (403, "Forbidden: bot can't initiate conversation with a user"),
    FaultKind.DEACTIVATED: (403, "Forbidden: user is deactivated"),
    FaultKind.KICKED: (403, "Forbidden: bot was kicked from the supergroup chat"),
    FaultKind.NOT_A_MEMBER: (403, "Forbidden: bot is not a member of the channel chat"),
    FaultKind.CHAT_NOT_FOUND: (400, "Bad Request: chat not found"),
    FaultKind.NO_RIGHTS: (400, "Bad Request: not enough rights to send text messages to the chat"),
    FaultKind.WRITE_FORBIDDEN: (400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
    FaultKind.TOPIC_CLOSED: (400, "Bad Request: TOPIC_CLOSED"),
    FaultKind.TOPIC_DELETED: (400, "Bad Request: message thread not found"),
    FaultKind.TOO_LONG: (400, "Bad Request: message is too long"),
    FaultKind.BROKEN_ENTITIES: (400, "Bad Request: can't parse entities: Unclosed start tag at byte offset 0"),
    FaultKind.BAD_BUTTON: (400, "Bad Request: BUTTON_URL_INVALID"),
    FaultKind.NO_STARS: (400, "Bad Request: BALANCE_TOO_LOW"),
    FaultKind.EDIT_NOT_FOUND: (400, "Bad Request: message to edit not found"),
    FaultKind.EDIT_REFUSED: (400, "Bad Request: message can't be edited"),
    FaultKind.NOT_MODIFIED: (400, "Bad Request: message is not modified: specified new message content is the same"),
    FaultKind.TOO_MANY_WORDLESS: (429, "Too Many Requests"),
    FaultKind.UNAUTHORIZED: (401, "Unauthorized"),
    FaultKind.NO_SUCH_BOT: (404, "Not Found"),
    FaultKind.CONFLICT: (409, "Conflict: terminated by other getUpdates request"),
    FaultKind.SERVER_ERROR: (500, "Internal Server Error"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    It strikes calls of `method`, or else every call that names a chat; of `chat_id` alone where that is given.
    `times` is how often, None for good. `seconds` belongs to TOO_MANY, SLOW_MODE and LATENCY, `migrate_to` to
    MIGRATED; `code`, `says` and `parameters` to REFUSED.
    """

    kind: FaultKind
    chat_id: int | None = None
    method: str | None = None
    times: int | None = 1
    seconds: float = 1
    migrate_to: int = 0
    code: int = 400
    says: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def strikes(self, call: Call) -> bool:
        of_method = call.method == self.method.lower() if self.method else call.chat_id is not None
        return of_method and self.chat_id in (None, call.chat_id)

    def refusal(self) -> Refusal | None:
        """What Telegram says, where the fault is something that it says."""
        match self.kind:
            case FaultKind.TOO_MANY:
                return too_many_requests(round(self.seconds))
            case FaultKind.SLOW_MODE:
                return Refusal(f"Bad Request: SLOWMODE_WAIT_{round(self.seconds)}")
            case FaultKind.MIGRATED:
                where = {"migrate_to_chat_id": self.migrate_to} if self.migrate_to else {}
                return Refusal("Bad Request: group chat was upgraded to a supergroup chat", **where)
            case FaultKind.REFUSED:
                return Refusal(self.says, self.code, **self.parameters)
        code, says = _SAYS.get(self.kind, (0, ""))
        return Refusal(says, code) if says else None


def too_many_requests(retry_after: int) -> Refusal:
    return Refusal(f"Too Many Requests: retry after {retry_after}", 429, retry_after=retry_after)


class Faults:
    """The faults to come, in the order they were added; each strikes the calls it is meant for until it is used up."""

    def __init__(self) -> None:
        self._left: list[tuple[Fault, int | None]] = []

    def add(self, *faults: Fault) -> None:
        self._left.extend((fault, fault.times) for fault in faults)

    def clear(self) -> None:
        self._left.clear()

    def take(self, call: Call) -> tuple[float, Fault | None]:
        """The seconds that this call is late, and the one other fault that strikes it."""
        late = self._next(call, late=True)
        return late.seconds if late else 0, self._next(call, late=False)

    def _next(self, call: Call, *, late: bool) -> Fault | None:
        for index, (fault, left) in enumerate(self._left):
            if (fault.kind is FaultKind.LATENCY) == late and fault.strikes(call):
                if left == 1:
                    del self._left[index]
                elif left is not None:
                    self._left[index] = fault, left - 1
                return fault
        return None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much Telegram lets through (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this)."""

    all_chats_per_second: int = 30
    chat_per_second: int = 1
    group_per_minute: int = 20


class RateLimiter:
    """Counts what was sent in sliding windows. Stricter than Telegram, which forgives short bursts."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._sent: dict[tuple[int, float], deque[float]] = defaultdict(deque)  # by chat (0: all) and seconds

    def admit(self, chat_id: int, now: float) -> None:
        """Count one message to a chat at `now` (seconds of a steady clock).

        Raises:
            Refusal: 429, and nothing was counted.
        """
        limits = self._limits
        windows = {(0, 1.0): limits.all_chats_per_second, (chat_id, 1.0): limits.chat_per_second}
        if chat_id < 0:
            windows[chat_id, 60.0] = limits.group_per_minute
        for (key, seconds), most in windows.items():
            sent = self._sent[key, seconds]
            while sent and sent[0] <= now - seconds:
                sent.popleft()
            if len(sent) >= most:
                raise too_many_requests(ceil(sent[0] + seconds - now))
        for window in windows:
            self._sent[window].append(now)
