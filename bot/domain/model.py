"""The nouns of Rasid, in the order in which news flows through them.

    Source -> Document -> Reading(Entry...) -> Poll(Article...) -> Match -> Alert -> Message -> Outcome

Every value is frozen. Instants are aware UTC and end in `_at`; durations are `timedelta`; offsets count code
points. `docs/glossary.md` gives each noun its Arabic.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.events import Event
from bot.domain.story_facts import Features
from bot.domain.tolls import Tolls


class SourceKind(StrEnum):
    """What stands at a source's address, and so which parser reads it."""

    FEED = "feed"  # RSS, Atom or JSON Feed
    TELEGRAM = "telegram"  # a public channel's web page
    SITEMAP = "sitemap"  # a news sitemap
    PAGE = "page"  # a page that lists articles, read with selectors


class SourceState(StrEnum):
    """Whether a source is polled. One to be checked is tried once a day until a poll of it brings items."""

    ON = "on"
    OFF = "off"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Selectors:
    """Where a listing page keeps its items, as CSS selectors: each item, and inside it the rest.

    What is None is looked for in the usual places: the first link, its words, a `time` element; no text.
    """

    item: str
    title: str | None = None
    link: str | None = None
    time: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One address of an outlet, as the catalogue, config.yaml or the operator in the chat describe it.

    `area` is the code of the place it mostly writes about: "SY12" is Daraa, "SY" the country, None the world.
    `language` is its main one, `languages` all that may be expected of it; none given: only the main one.
    `interval` is between two polls, where somebody has set one; None: as often as it publishes.
    `outlet` is equal for all addresses of one outlet, `role` and `slant` are ids of what it is and where it stands.
    `strip` holds what the outlet writes around its texts (`bot.domain.stripping`). `syria_only` is False for a source
    that writes about the world: of its items, those that name neither Syria nor a place in it are not kept.
    `max_alerts` is how many items of one poll may ring; None: as many as of any other source.
    """

    id: str
    name_ar: str
    name_en: str
    url: str
    language: str = "ar"
    interval: timedelta | None = None
    area: str | None = None
    kind: SourceKind = SourceKind.FEED
    state: SourceState = SourceState.ON
    outlet: str | None = None
    role: str | None = None
    slant: str | None = None
    languages: tuple[str, ...] = ()
    syria_only: bool = True
    strip: tuple[str, ...] = ()
    selectors: Selectors | None = None
    max_alerts: int | None = None


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
    ROBOTS = "robots"  # robots.txt does not let us read the page
    GAP = "gap"  # a channel has published more since the last poll than was read


@dataclass(frozen=True, slots=True)
class Problem:
    """A recorded flaw of one poll. `detail` is for the operator and never holds a subscriber's data."""

    kind: ProblemKind
    detail: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as a source publishes it; `title` and `text` are plain text, without markup or control marks.

    `published_at` is the publisher's claim and may be wrong or in the future; `modified_at`, when he last touched it,
    says nothing of how new it is. An item with neither title nor text is only an address (plain sitemaps): its page
    has to be read. `forwarded_from` names who wrote a forwarded post, and `original_url` is where he wrote it.
    `edited`: the source says that it has been changed since. `language` is the publisher's claim too.
    """

    guid: str | None
    url: str | None
    title: str
    text: str
    published_at: datetime | None
    modified_at: datetime | None = None
    language: str | None = None
    keywords: tuple[str, ...] = ()
    forwarded_from: str | None = None
    original_url: str | None = None
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a parser made of a document. `whole` is False when the document was cut: validators are not kept.

    `older` is the address of what was published before this. `lowest` and `highest` are the numbers of a channel's
    posts on the page, those without text included; `children` are the sitemaps that an index leads to, the one that
    was changed last first. Without entries and without problems all is well: there is nothing to file.
    """

    title: str
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()
    whole: bool = True
    older: str | None = None
    lowest: int | None = None
    highest: int | None = None
    children: tuple[str, ...] = ()


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
    """What is understood of a text. `events` are those that it tells, the gravest reading of each once; `features`, by
    what its story is found, are read where news is read."""

    language: str
    places: tuple[PlaceHit, ...] = ()
    events: tuple[Event, ...] = ()
    tolls: Tolls = field(default_factory=Tolls)
    features: Features | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Article:
    """An entry that has been understood and can be filed.

    `key` identifies it within its source. `fingerprint` is equal for reposts of one text and None where the text
    is too short to tell. `published_at` is never later than `seen_at`. `features`: see `Content`; they are not stored.
    `edition` changes when its source edits it; None for articles of old.
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
    tolls: Tolls = field(default_factory=Tolls)
    features: Features | None = field(default=None, compare=False, repr=False)
    edition: int | None = None


class PollOutcome(StrEnum):
    READ = "read"
    NOT_MODIFIED = "not_modified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DueSource:
    """A source whose time has come, with the state that the next poll builds on.

    `source.state` is CHECK until a poll of it has brought items. `rhythm` is what the schedule kept of it.
    """

    source: Source
    validators: Validators
    failures: int  # failed polls in a row
    rhythm: str | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What a poll found out about its source, besides its articles.

    `size`: bytes of the document. `rhythm`: for the schedule. `title`: that the source gives itself. `paused_why`:
    why it is hardly asked from now on. What is None stays as it was; a pause ends with the next poll that goes well.
    """

    size: int = 0
    rhythm: str | None = None
    title: str | None = None
    paused_why: str | None = None


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
    findings: Findings = Findings()


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
    BACKGROUND = "background"  # the place is only named in what happened earlier


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: exactly one of `url` and `data` is given; `data` is at most 64 bytes (Bot API)."""

    label: str
    url: str | None = None
    data: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What goes to a chat: Telegram HTML of at most 4096 visible UTF-16 units, and rows of buttons.

    `reply_to` is the id of the message it answers, `thread_id` that of the forum topic it belongs to; `without_topic`
    is the line that is added where Telegram does not take it there.
    """

    chat_id: int
    html: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    silent: bool = False
    reply_to: int | None = None
    thread_id: int | None = None
    without_topic: str | None = None
