"""From an alert to the message a person sees. The only maker of whole messages.

    [a denial, on top]
    icon, how sure, what | where (governorate)
    the headline, in bold
    two or three sentences
    the toll, each number with its owner

    who says so, first to say it first, and when
    how well it is confirmed
    why it came to this chat

Limits are Telegram's (Bot API, sendMessage): 4096 UTF-16 units after entities are parsed. An alert stays below: each
of its parts is bounded here, whatever comes in. Which event, place and number is the choice of `card`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from re import compile as pattern

from bot.domain.alerting import AlertKind
from bot.domain.arabic import normalise
from bot.domain.card import (
    NEWS,
    Subject,
    conflicting,
    independent,
    places_told,
    subject,
    tolls_by_source,
)
from bot.domain.composing import RLM, Item, compose, headline, labelled, listed, owned_tolls
from bot.domain.events import Event, Severity
from bot.domain.i18n import DAMASCUS, Messages
from bot.domain.markup import Html, bold, escape, isolate, lines, link
from bot.domain.modality import Modality
from bot.domain.model import Article, Button, Message
from bot.domain.neutral import neutral
from bot.domain.retelling import Report, summarise_story
from bot.domain.summary import Summary, shorten

TITLE_WORDS, TITLE_LETTERS = 40, 300
SUMMARY_WORDS, SUMMARY_UNITS = 66, 900
NAME_UNITS, WATCH_UNITS = 60, 60
LINK_LETTERS = 2000  # the button has a longer one in any case
SOURCES_NAMED, WATCHES_NAMED, DENIERS_NAMED = 5, 5, 3
_SIRENS = ("", "🟡", "🟠", "🔴")  # up to low, medium, high, critical

_WORD = pattern(r"\w+")
_ADDRESS = pattern("(?i:https?)://[^\\s\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
_UNSEEN = pattern("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  # control characters, halves of a pair

PlaceName = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True)
class Card:
    """What one chat is told of one story.

    `watches` as the chat wrote them; `reports` in the order in which they were said, the first is the one that rang.
    `denied`: the sources that denied what the message says, which is then marked on top. `repeated`: it may have
    arrived already, so it comes silently and says so. `watched_codes`: the places that the chat watches. `written`:
    a summary by another writer, already grounded; None for the extractive one.
    """

    chat_id: int
    watches: tuple[str, ...]
    reports: tuple[Report, ...]
    kind: AlertKind = AlertKind.FIRST
    denied: tuple[str, ...] = ()
    repeated: bool = False
    watched_codes: frozenset[str] = frozenset()
    written: Summary | None = None
    reply_to: int | None = None
    thread_id: int | None = None
    silent: bool = False


def render_alert(card: Card, messages: Messages, place_name: PlaceName) -> Message:
    """The message of a card. `place_name(code, language)` is a place's name as it is shown, None if it is unknown."""
    reports = _told(card)
    read = _readable(reports, messages)
    about = subject(sorted(reports, key=lambda r: r not in read), card.watched_codes, card.kind is AlertKind.DENIAL)
    sources = independent(reports)
    tolls = tolls_by_source(reports, sources, about)
    html = lines(
        _denial(card, messages),
        _header(card, about, messages, place_name),
        *_body(card, read, messages, bare=about is None),
        None if read else _foreign(card, reports[0], about, messages, place_name),
        _toll_line(tolls, messages),
        Html(""),
        _source_line(sources, messages),
        _confidence(card, about, len(sources), conflicting(tolls), messages),
        _match_line(card.watches, messages),
        messages.html("alert-repeated") if card.repeated else None,
    )
    address = next((r.article.url for r in reports if r.article.url and _opens(r.article.url)), None)
    buttons = ((Button(messages.text("button-article"), url=address),),) if address else ()
    silent = card.silent or card.repeated
    return Message(card.chat_id, _in_direction(html, messages), buttons, silent, card.reply_to, card.thread_id)


def _told(card: Card) -> tuple[Report, ...]:
    """The reports with names that can be shown, without those of sources that deny what the first one says."""
    first, *later = (replace(r, source=_name(r.source) or _name(r.article.source_id)) for r in card.reports)
    if card.kind is AlertKind.DENIAL:
        return (first, *later)
    deniers = {_name(name) for name in card.denied}
    return (first, *(report for report in later if report.source not in deniers))


# --- the top


def _denial(card: Card, messages: Messages) -> Html | None:
    names = [isolate(escape(name)) for name in dict.fromkeys(map(_name, card.denied)) if name]
    if card.kind is AlertKind.DENIAL or not names:
        return None
    return messages.html("alert-denied", sources=listed(names[:DENIERS_NAMED], messages))


def _header(card: Card, about: Subject | None, messages: Messages, place_name: PlaceName) -> Html | None:
    """«🔴 قصف | جاسم (درعا)»; a development and a denial are marked even where no event is known."""
    label = _label(card, about, messages)
    new = messages.html("alert-development") if card.kind is AlertKind.DEVELOPMENT else None
    what = _category(about.event, messages) if about else None
    if about is None or what is None:
        line = " · ".join(part for part in (new, escape(label) if label else None) if part)
        return Html(line) if line else None
    other = None if card.kind is AlertKind.DENIAL or card.denied else about.happened
    more = _category(other, messages) if other else None
    head = " · ".join(part for part in (new, labelled(what, label, messages), more) if part)
    icon = max(_icon(card, about.event), _icon(card, other) if other else "", key=_SIRENS.index)
    where = _where(about, messages, place_name)
    return Html(f"{icon} {' | '.join(part for part in (head, where) if part)}".strip())


def _category(event: Event, messages: Messages) -> Html | None:
    known = messages.has(f"category-{event.category}")
    return escape(messages.text(f"category-{event.category}")) if known else None


def _label(card: Card, about: Subject | None, messages: Messages) -> str | None:
    if card.kind is AlertKind.DENIAL:
        return messages.text("modality-denied")
    if about is None or about.event.modality is Modality.REPORTED:
        return None
    return messages.text(f"modality-{about.event.modality.value}")


def _icon(card: Card, event: Event) -> str:
    """A siren for what is grave and said to happen; what need not hurry carries none, and a denial never does."""
    denied = card.denied or card.kind is AlertKind.DENIAL or event.modality is Modality.DENIED
    return _SIRENS[0] if denied else _SIRENS[max(0, event.severity - Severity.LOW)]


def _where(about: Subject | None, messages: Messages, place_name: PlaceName) -> Html | None:
    if about is None or not about.codes:
        return None
    place = _name(place_name(about.codes[0], messages.language) or "")
    above = _name(place_name(about.governorate, messages.language) or "") if about.governorate else ""
    if not place:
        return None
    return (
        messages.html("alert-place", place=place, above=above) if above and above != place else isolate(escape(place))
    )


# --- what it says


def _readable(reports: Sequence[Report], messages: Messages) -> list[Report]:
    """The reports in one language that the reader is taken to know: his interface's, or else Arabic."""
    for language in (messages.language, "ar"):
        if read := [report for report in reports if report.article.language == language]:
            return read
    return []


def _body(card: Card, read: Sequence[Report], messages: Messages, bare: bool) -> Iterator[Html]:
    """The headline and what is told of it. `bare`: no event stands above them, so the headline is never left out."""
    titles = (_one_line(report.article.title) for report in read)
    title = shorten(neutral(next(filter(None, titles), "")), TITLE_WORDS, TITLE_LETTERS)
    named = [_clipped(watch, WATCH_UNITS) for watch in card.watches[:WATCHES_NAMED]]
    text = card.written.text if card.written else summarise_story(read, named, (messages.language, "ar")).text
    text = _clipped(shorten(_one_line(text), SUMMARY_WORDS, SUMMARY_UNITS), SUMMARY_UNITS)
    if title and (bare or not _says(text, title)):
        yield bold(isolate(escape(title)))
    if text:
        yield isolate(escape(text))


def _says(text: str, title: str) -> bool:
    words = set(_WORD.findall(normalise(title)))
    return bool(words) and words <= set(_WORD.findall(normalise(text)))


def _foreign(
    card: Card, first: Report, about: Subject | None, messages: Messages, place_name: PlaceName
) -> Html | None:
    """What is known of a story that nobody tells in a language of the reader, and its original headline."""
    article = about.article if about else first.article
    title = _one_line(first.article.title) or _one_line(first.article.text)  # some feeds give their items no title
    if card.written:
        return headline(first.article.language, title, messages)
    codes = places_told(about) if about else [hit.codes[0] for hit in article.places if hit.sure and hit.codes]
    names = (_name(place_name(code, messages.language) or "") for code in dict.fromkeys(codes))
    same = [e.category for e in article.events if about and e.modality is about.event.modality]
    categories = dict.fromkeys((about.event.category, *same) if about else ())
    item = Item(
        first.article.language,
        title,
        first.source or messages.text("source-unnamed"),
        [name for name in names if name],
        [messages.text(f"category-{name}") for name in categories if messages.has(f"category-{name}")],
        label=_label(card, about, messages),
    )
    return compose(item, messages)


def _toll_line(tolls: Sequence[tuple[str, Mapping[str, int]]], messages: Messages) -> Html | None:
    told = owned_tolls(tolls, messages)
    return messages.html("alert-toll", toll=told) if told else None


# --- who says so, how sure it is, and why it came


def _source_line(sources: Sequence[Report], messages: Messages) -> Html:
    count, first = len(sources), sources[0].article
    head = messages.html("alert-source") if count == 1 else messages.html("alert-sources", count=count)
    names = listed([_linked(source, messages) for source in sources[:SOURCES_NAMED]], messages)
    more = [messages.html("alert-others", count=count - SOURCES_NAMED)] if count > SOURCES_NAMED else []
    when = escape(_time(first, messages)) if first.published_at else messages.html("alert-undated")
    return Html(f"{' '.join((head, names, *more))} · {isolate(when)}")


def _linked(source: Report, messages: Messages) -> Html:
    name = escape(source.source) if source.source else messages.html("source-unnamed")
    address = source.article.url
    linked = link(address, name) if address and _opens(address) else name
    return isolate(linked if len(linked) <= LINK_LETTERS else name)


def _time(article: Article, messages: Messages) -> str:
    """The clock alone for news of the day on which we saw it, else with its day."""
    published: datetime = (article.published_at or article.seen_at).astimezone(DAMASCUS)
    if published.date() == article.seen_at.astimezone(DAMASCUS).date():
        return f"{published:%H:%M}"
    return messages.time(published)


def _confidence(card: Card, about: Subject | None, count: int, differ: bool, messages: Messages) -> Html | None:
    """Nothing for what is no news, such as an old event or an article without one."""
    if about is None or about.event.modality not in NEWS:
        return None
    if differ:
        return messages.html("alert-conflicting")
    if count == 1:
        return messages.html("alert-unconfirmed")
    contested = card.denied or about.event.modality is not Modality.REPORTED
    return messages.html("alert-retold" if contested else "alert-confirmed", count=count)


def _match_line(watches: Sequence[str], messages: Messages) -> Html:
    named = [f"«{isolate(escape(_clipped(watch, WATCH_UNITS)))}»" for watch in dict.fromkeys(watches)]
    more = "…" if len(named) > WATCHES_NAMED else ""
    return messages.html("alert-match", watches=Html(listed(named[:WATCHES_NAMED], messages) + more))


# --- text that is safe and short


def _in_direction(html: Html, messages: Messages) -> Html:
    """A line's direction follows its first strong letter: an Arabic message must not turn because its headline is
    English."""
    if messages.language != "ar":
        return html
    return Html("\n".join(RLM + line if line else line for line in html.split("\n")))


def _name(text: str) -> str:
    return _clipped(text, NAME_UNITS)


def _one_line(text: str) -> str:
    return " ".join(_UNSEEN.sub(" ", text).split())


def _clipped(text: str, most: int) -> str:
    """One line of at most so many UTF-16 units."""
    line = _one_line(text[: 20 * most])
    if 2 * len(line) <= most:  # no letter has more than two
        return line
    kept = line.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")
    return kept if kept == line else f"{kept.rstrip()}…"


def _opens(address: str) -> bool:
    """Whether Telegram takes it for a link: one that it refuses would cost the whole message."""
    return _ADDRESS.fullmatch(address) is not None
