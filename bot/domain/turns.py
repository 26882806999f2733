"""When a reply may go, beside the alerts and at the same pace. Pure.

Alerts are claimed a little ahead of their time (`pacing.LOOKAHEAD`), so that under load the bot's next free slot is
always that far away. A reply may look one slot further: it gets the next one, whatever waits in the outbox. Replies
together take every second slot at most, so that a crowd of people does not stop the alerts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.pacing import BOT, LOOKAHEAD, Rates, chat_scope

REPLIES = "replies"  # the scope in which replies keep their share
SHARE = 2  # of the bot's slots, one in this many


@dataclass(frozen=True, slots=True)
class Turn:
    """With `changes` (scope -> when it is free again) the reply goes at `at`. Without, `at` is when to ask again, and
    `of_chat` tells that it is the chat which has to wait, and not the bot."""

    at: datetime
    changes: tuple[tuple[str, datetime], ...] = ()
    of_chat: bool = False


def scopes(chat_id: int) -> tuple[str, ...]:
    return BOT, REPLIES, chat_scope(chat_id)


def take(rates: Rates, now: datetime, next_at: Mapping[str, datetime], chat_id: int) -> Turn:
    """The turn of a reply to this chat; `next_at` maps `scopes(chat_id)` to when they are free."""
    bot, replies, chat = (max(now, next_at.get(scope, now)) for scope in scopes(chat_id))
    horizon = now + LOOKAHEAD
    if max(replies, chat) > horizon:  # not reserved further ahead: what lies between is for alerts
        return Turn(max(replies, chat) - LOOKAHEAD, of_chat=chat > replies)
    if bot > horizon + rates.bot:
        return Turn(bot - LOOKAHEAD)
    slot = max(bot, replies, chat)
    after = slot + rates.bot, slot + rates.bot * SHARE, slot + rates.of_chat(chat_id)
    return Turn(slot, tuple(zip(scopes(chat_id), after, strict=True)))
