"""What became of a message: every answer of Telegram, and of the way to it, as a value."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Fallback(StrEnum):
    """What a message had to give up so that Telegram took the rest of it."""

    GENERAL_TOPIC = "general_topic"  # its topic is closed or deleted: it went to the group's general one
    PLAIN_TEXT = "plain_text"  # Telegram could not read our markup: a defect of ours, worth a report
    NO_BUTTONS = "no_buttons"  # an address or a datum behind a button was refused
    NO_REPLY = "no_reply"  # the message it answers may not be answered
    SHORTENED = "shortened"  # too long: cut at a sentence, the rest is behind the link
    UNPAID = "unpaid"  # the Stars for a paid broadcast have run out: it went at the free rate


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram took it. `fallbacks`: what it had to give up for that, in the order in which it was given up."""

    message_id: int
    fallbacks: tuple[Fallback, ...] = ()


@dataclass(frozen=True, slots=True)
class Retry:
    """Not delivered; try again after `delay`. `uncertain`: it may have arrived all the same.

    `whole_bot` is True when Telegram asked the whole bot to be quiet, False when only this message waits.
    """

    delay: timedelta
    uncertain: bool = False
    whole_bot: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """The group has become a supergroup with another id."""

    chat_id: int


class GoneReason(StrEnum):
    """Why a chat cannot be written to; stored, since a chat that may come back is paused, and kept for a while."""

    BLOCKED = "blocked"  # a person blocked the bot, or never pressed "start": may come back
    KICKED = "kicked"  # the bot is in the group or channel no more: may come back
    NO_RIGHTS = "no_rights"  # it is there but may not write: an administrator can change that
    DEACTIVATED = "deactivated"  # the account was deleted, or the group dissolved
    NOT_FOUND = "not_found"  # Telegram knows no such chat

    @property
    def may_return(self) -> bool:
        return self in (GoneReason.BLOCKED, GoneReason.KICKED, GoneReason.NO_RIGHTS)


@dataclass(frozen=True, slots=True)
class Gone:
    """The chat cannot be written to. `why` is Telegram's description."""

    why: str
    reason: GoneReason = GoneReason.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Rejected:
    """Telegram will never accept this message. `why` is Telegram's description."""

    why: str


@dataclass(frozen=True, slots=True)
class Halted:
    """Telegram refuses the token: nothing can be sent until the operator acts; nothing is lost."""

    why: str
    delay: timedelta = field(default=timedelta(minutes=1))


@dataclass(frozen=True, slots=True)
class Lost:
    """The message that was to be edited is not there any more, or may not be edited. `why` is Telegram's."""

    why: str


Outcome = Sent | Retry | Moved | Gone | Rejected | Halted | Lost
