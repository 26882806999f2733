"""The nouns of Rasid, in the order in which news flows through them.

    Source -> Document -> Reading(Entry...) -> Poll(Article...) -> Match -> Alert -> Message -> Outcome

Every value is frozen. Instants are aware UTC and end in `_at`; durations are `timedelta`; offsets count code
points. `docs/glossary.md` gives each noun its Arabic.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.events import Event
from bot.domain.tolls import Tolls


@dataclass(frozen=True, slots=True)
class Source:
    """A publisher's feed, as the catalogue and config.yaml describe it.

    `area` is the code of the place it mostly writes about: "SY12" is Daraa, "SY" the country, None the world.
    """

    id: str
    name_ar: str
    name_en: str
    url: str
    language: str = "ar"
    interval: timedelta = timedelta(minutes=5)
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave us to ask "has it changed?" with (RFC 9110, section 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What a fetch brought back, already inflated and at most `max_bytes` long.

    `charset` is what the HTTP header declared, if anything; `url` is the final one, after redirects.
    """

    body: bytes
    media_type: str
    charset: str | None
    url: str
    validators: Validators = Validators()


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that nothing has changed since the validators that we sent."""


class ProblemKind(StrEnum):
    """What can go wrong with a source; the values are stored and shown to the operator."""

    UNREACHABLE = "unreachable"  # no connection, name not found, connection broken
    TIMEOUT = "timeout"
    STATUS = "status"  # an HTTP status that is neither 2xx nor 304
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    FORBIDDEN_ADDRESS = "forbidden_address"  # private, loopback, link-local or metadata
    NOT_A_FEED = "not_a_feed"
    EMPTY = "empty"
    CUT = "cut"  # the body ends in the middle of the feed
    BAD_ENTRY = "bad_entry"  # one entry was left out, the others are filed
    READER_FAILED = "reader_failed"  # the reading child ran out of time or memory, or died


@dataclass(frozen=True, slots=True)
class Problem:
    """A recorded flaw of one poll. `detail` is for the operator and never holds a subscriber's data."""

    kind: ProblemKind
    detail: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as a source publishes it; `title` and `text` are plain text, without markup or control marks.

    `published_at` is the publisher's claim and may be wrong or in the future.
    """

    guid: str | None
    url: str | None
    title: str
    text: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a parser made of a document. `whole` is False when the document was cut: validators are not kept."""

    title: str
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()
    whole: bool = True


@dataclass(frozen=True, slots=True)
class PlaceHit:
    """A mention of a place. `codes` are its own and those of all that contain it; `sure`: it is believed."""

    codes: tuple[str, ...]
    field: str  # "title" or "text"
    start: int
    end: int
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Content:
    """What is understood of a text. `events` are those that it tells, the gravest reading of each once."""

    language: str
    places: tuple[PlaceHit, ...] = ()
    events: tuple[Event, ...] = ()
    tolls: Tolls = field(default_factory=Tolls)


@dataclass(frozen=True, slots=True)
class Article:
    """An entry that has been understood and can be filed.

    `key` identifies it within its source. `fingerprint` is equal for reposts of one text and None where the text
    is too short to tell. `published_at` is never later than `seen_at`.
    """

    source_id: str
    key: str
    url: str | None
    title: str
    text: str
    language: str
    published_at: datetime | None
    seen_at: datetime
    fingerprint: str | None
    places: tuple[PlaceHit, ...] = ()
    events: tuple[Event, ...] = ()


class PollOutcome(StrEnum):
    READ = "read"
    NOT_MODIFIED = "not_modified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DueSource:
    """A source whose time has come, with the state that the next poll builds on."""

    source: Source
    validators: Validators
    failures: int  # failed polls in a row


@dataclass(frozen=True, slots=True)
class Poll:
    """Everything one poll brought back, to be filed in one transaction.

    `validators` is None when the stored ones must stay as they are.
    """

    source_id: str
    polled_at: datetime
    next_poll_at: datetime
    outcome: PollOutcome
    validators: Validators | None = None
    articles: tuple[Article, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why an article matches: `surface` is what stands at `start:end` of the article's `field`."""

    field: str  # "title" or "text"
    start: int
    end: int
    surface: str


@dataclass(frozen=True, slots=True)
class Match:
    """One watched expression found in one article."""

    watch_id: int
    evidence: tuple[Evidence, ...]


class Silence(StrEnum):
    """Why an article or a match alerts nobody; stored and counted, so "why was I not told?" has an answer."""

    FIRST_POLL = "first_poll"
    UNDATED = "undated"
    STALE = "stale"
    ALREADY_TOLD = "already_told"
    CHAT_PAUSED = "chat_paused"
    DOUBTFUL = "doubtful"  # the word stands there, but it may not be the place that is watched


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: exactly one of `url` and `data` is given; `data` is at most 64 bytes (Bot API)."""

    label: str
    url: str | None = None
    data: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What goes to a chat: Telegram HTML of at most 4096 visible UTF-16 units, and rows of buttons."""

    chat_id: int
    html: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    message_id: int


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


@dataclass(frozen=True, slots=True)
class Gone:
    """The chat cannot be written to: blocked, deleted, kicked. `why` is Telegram's description."""

    why: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Telegram will never accept this message. `why` is Telegram's description."""

    why: str


@dataclass(frozen=True, slots=True)
class Halted:
    """Telegram refuses the token: nothing can be sent until the operator acts; nothing is lost."""

    why: str
    delay: timedelta = field(default=timedelta(minutes=1))


Outcome = Sent | Retry | Moved | Gone | Rejected | Halted
