"""An Arabic text about an item that is not Arabic: what happened, where, with what toll, who says so, and its headline.

Composed of names that Rasid knows in Arabic; no word of the item is translated, so none can be mistranslated. The
words around them are in the message files.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from bot.domain.i18n import Messages
from bot.domain.markup import Html, bold, escape, isolate, lines
from bot.domain.sentences import shorten

MOST_NAMED = 4  # places or categories; a list of more is not read on a locked phone
MOST_TOLLS, MOST_OWNERS = 4, 2
HEADLINE_WORDS, HEADLINE_LETTERS = 40, 300
NAME_LETTERS = 60
RLM, LRM = "\u200f", "\u200e"
KINDS = ("dead", "injured", "missing", "detained")


@dataclass(frozen=True, slots=True)
class Item:
    """What is known of an item in another language. Names are in the reader's language, the most important first.

    `tolls`: "dead", "injured", "missing" -> how many; what is not stated is left out. `label`: how sure the
    categories are, where they are not simply reported («تهديد»).
    """

    language: str
    headline: str
    source: str
    places: Sequence[str] = ()
    categories: Sequence[str] = ()
    tolls: Mapping[str, int] = field(default_factory=dict)
    label: str | None = None


def compose(item: Item, messages: Messages) -> Html:
    """At most three lines: what and where by whom, the toll, and the original headline with its language."""
    return lines(_event(item, messages), _toll(item, messages), headline(item.language, item.headline, messages))


def headline(language: str, title: str, messages: Messages) -> Html | None:
    """The original headline below the name of its language; None where there is none."""
    shown = shorten(title, HEADLINE_WORDS, HEADLINE_LETTERS)
    if not shown:
        return None
    key = f"language-{language}"
    named = messages.text(key if messages.has(key) else "language-other")
    return lines(messages.html("alert-foreign", language=named), bold(isolate(escape(shown))))


def labelled(what: Html, label: str | None, messages: Messages) -> Html:
    """«تهديد: اقتحام»: how sure it is stands first, so that a threat is never read as the act."""
    return listed([messages.html("alert-labelled", label=label, what=what)], messages) if label else what


def listed(parts: Sequence[str], messages: Messages) -> Html:
    """A list in the direction of the interface: a mark begins it, since isolated parts lend a line no direction."""
    mark, separator = (RLM, "، ") if messages.language == "ar" else (LRM, ", ")
    return Html(mark + separator.join(parts)) if parts else Html("")


def toll(tolls: Mapping[str, int], messages: Messages) -> Html:
    """«قتيلان و3 جرحى»; "" where nothing is stated."""
    return _joined([_people(kind, tolls[kind], messages) for kind in KINDS if tolls.get(kind)], messages)


def owned_tolls(claims: Iterable[tuple[str, Mapping[str, int]]], messages: Messages) -> Html:
    """The tolls of several sources (name, toll), a number with its owners unless all say it; "" where none is stated.

    Numbers of one kind stand side by side in the order in which they were first said, and what the same sources say
    stands together: «3 قتلى (أ، ج)، 5 قتلى وجريحان (ب)».
    """
    said = list(claims)
    owners: dict[tuple[str, int], list[str]] = {}
    for kind in KINDS:
        for source, tolls in said:
            if number := tolls.get(kind):
                owners.setdefault((kind, number), []).append(source)
    told = []
    for sources, numbers in groupby(owners, key=lambda number: owners[number]):
        people = _joined([_people(kind, number, messages) for kind, number in numbers], messages)
        told.append(people if len(sources) == len(said) else _owned(people, sources, messages))
    return listed(told[:MOST_TOLLS], messages)


def _owned(people: Html, sources: Sequence[str], messages: Messages) -> Html:
    names = [_name(source) for source in dict.fromkeys(sources)]
    more = "…" if len(names) > MOST_OWNERS else ""
    return messages.html("toll-owned", toll=people, sources=Html(listed(names[:MOST_OWNERS], messages) + more))


def _people(kind: str, count: int, messages: Messages) -> Html:
    return messages.html(f"toll-{kind}", count=count)


def _joined(parts: Sequence[Html], messages: Messages) -> Html:
    whole = parts[0] if parts else Html("")
    for part in parts[1:]:
        whole = messages.html("toll-and", toll=whole, more=part)
    return whole


def _event(item: Item, messages: Messages) -> Html:
    places = listed([_name(place) for place in dict.fromkeys(item.places)][:MOST_NAMED], messages)
    named = listed([_name(category) for category in dict.fromkeys(item.categories)][:MOST_NAMED], messages)
    what = labelled(named, item.label, messages) if named else named
    source = escape(item.source[:NAME_LETTERS])
    if what and places:
        return messages.html("composed-event", what=what, places=places, source=source)
    if what:
        return messages.html("composed-what", what=what, source=source)
    if places:
        return messages.html("composed-where", places=places, source=source)
    return messages.html("composed-source", source=source)


def _toll(item: Item, messages: Messages) -> Html | None:
    said = toll(item.tolls, messages)
    return messages.html("composed-toll", toll=said) if said else None


def _name(name: str) -> Html:
    return isolate(escape(name[:NAME_LETTERS]))
