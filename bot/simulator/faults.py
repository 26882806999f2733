"""What goes wrong on purpose: scripted faults, and Telegram's rate limits.

A fault is consulted before its call is carried out; the server acts on what it finds. Owns which fault is next and
how often; refuses to know HTTP.
"""

from collections import defaultdict, deque
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from bot.simulator.calls import Call, Refusal


class FaultKind(StrEnum):
    BLOCKED = "blocked"  # 403: the person has blocked the bot
    DEACTIVATED = "deactivated"  # 403: the account is gone
    TOO_MANY = "too_many"  # 429, to try again after `seconds`
    MIGRATED = "migrated"  # 400: the group is now the supergroup `migrate_to`
    SERVER_ERROR = "server_error"  # 500
    BAD_GATEWAY = "bad_gateway"  # 502, with a page of HTML for a body
    UNAUTHORIZED = "unauthorized"  # 401: the token was revoked
    LOST_ANSWER = "lost_answer"  # carried out, then the connection is cut
    NO_ANSWER = "no_answer"  # nothing happens until the caller gives up
    LATENCY = "latency"  # `seconds` late, otherwise as it should be


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    It strikes calls of `method`, or else every call that names a chat; of `chat_id` alone where that is given.
    `times` is how often, None for good. `seconds` belongs to TOO_MANY and LATENCY, `migrate_to` to MIGRATED.
    """

    kind: FaultKind
    chat_id: int | None = None
    method: str | None = None
    times: int | None = 1
    seconds: float = 1
    migrate_to: int = 0

    def strikes(self, call: Call) -> bool:
        of_method = call.method == self.method.lower() if self.method else call.chat_id is not None
        return of_method and self.chat_id in (None, call.chat_id)

    def refusal(self) -> Refusal | None:
        """What Telegram says, where the fault is something that it says."""
        match self.kind:
            case FaultKind.BLOCKED:
                return Refusal("Forbidden: bot was blocked by the user", 403)
            case FaultKind.DEACTIVATED:
                return Refusal("Forbidden: user is deactivated", 403)
            case FaultKind.TOO_MANY:
                return too_many_requests(round(self.seconds))
            case FaultKind.MIGRATED:
                why = "Bad Request: group chat was upgraded to a supergroup chat"
                return Refusal(why, migrate_to_chat_id=self.migrate_to)
            case FaultKind.SERVER_ERROR:
                return Refusal("Internal Server Error", 500)
            case FaultKind.UNAUTHORIZED:
                return Refusal("Unauthorized", 401)
        return None


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
