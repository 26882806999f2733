"""An Arabic text about an item that is not Arabic: what happened, where, with what toll, who says so, and its headline.

Composed of names that Rasid knows in Arabic; no word of the item is translated, so none can be mistranslated. The
words around them are in the message files.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.i18n import Messages
from bot.domain.markup import Html, bold, escape, isolate, lines
from bot.domain.sentences import shorten

MOST_NAMED = 4  # places or categories; a list of more is not read on a locked phone
HEADLINE_WORDS, HEADLINE_LETTERS = 40, 300
NAME_LETTERS = 100
KINDS = ("dead", "injured", "missing")


@dataclass(frozen=True, slots=True)
class Item:
    """What is known of an item in another language. Names are in the reader's language, the most important first.

    `tolls`: "dead", "injured", "missing" -> how many; what is not stated is left out.
    """

    language: str
    headline: str
    source: str
    places: Sequence[str] = ()
    categories: Sequence[str] = ()
    tolls: Mapping[str, int] = field(default_factory=dict)


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


def toll(tolls: Mapping[str, int], messages: Messages) -> Html:
    """«قتيلان، 3 جرحى»; "" where nothing is stated."""
    told = [messages.html(f"toll-{kind}", count=tolls[kind]) for kind in KINDS if tolls.get(kind)]
    return _listed(told, messages)


def owned_tolls(claims: Iterable[tuple[str, Mapping[str, int]]], messages: Messages) -> Html:
    """The tolls of several sources (name, toll), each with its owners where they differ; "" where none is stated.

    Sources that say the same stand together, in the order in which each number was first said.
    """
    owners: dict[str, list[str]] = {}
    for source, tolls in claims:
        if said := toll(tolls, messages):
            owners.setdefault(said, []).append(source)
    if len(owners) == 1:
        return Html(next(iter(owners)))
    told = (
        messages.html(
            "toll-owned", toll=Html(said), sources=_listed([_name(s) for s in dict.fromkeys(names)], messages)
        )
        for said, names in owners.items()
    )
    return _listed(list(told), messages)


def _event(item: Item, messages: Messages) -> Html:
    places = _listed([_name(place) for place in dict.fromkeys(item.places)][:MOST_NAMED], messages)
    what = _listed([_name(category) for category in dict.fromkeys(item.categories)][:MOST_NAMED], messages)
    source = _name(item.source)
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
    return escape(name[:NAME_LETTERS])


def _listed(parts: Sequence[Html], messages: Messages) -> Html:
    return Html(("، " if messages.language == "ar" else ", ").join(parts))
