"""Telegram HTML made less, for the messages that Telegram does not take as they are.

Owns the cut at a sentence and the reading without markup. Only what Telegram refused comes here: what a message
should say, and how long, is decided where it is rendered.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from html.parser import HTMLParser

from bot.domain.markup import Html, escape

MAX_UNITS = 4096  # UTF-16 units of visible text (Bot API, sendMessage)

_PIECE = re.compile(r"<(?P<end>/?)(?P<tag>[a-z][a-z-]*)[^>]*>|&#?\w+;|.", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r'<a href="([^"]*)"', re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?؟…][\"'»”)]?\Z|\n\Z")
_MORE = "…"
_MORE_UNITS = 2  # the mark, and the space before it


@dataclass(frozen=True, slots=True)
class _Cut:
    """A place to cut: `at` in the source, with the tags that are open there, outermost first."""

    at: int
    units: int = 0
    open: tuple[str, ...] = ()


def shortened(html: str, limit: int = MAX_UNITS) -> Html:
    """The longest beginning of at most `limit` visible units, cut after a sentence, or after a word where the last
    sentence is longer than half of that. The mark of the cut leads to the first link that was cut off."""
    cuts = list(_cuts(html, limit))
    if cuts[-1].at == len(html):
        return Html(html)
    room = limit - _MORE_UNITS
    cuts = [cut for cut in cuts if cut.units <= room]
    sentence = next((cut for cut in reversed(cuts) if _is_sentence_end(html, cut.at)), cuts[0])
    word = next((cut for cut in reversed(cuts) if html[cut.at : cut.at + 1].isspace()), cuts[-1])
    chosen = next(cut for cut in (sentence, word, cuts[-1]) if cut.units > room / 2 or cut is cuts[-1])
    closing = "".join(f"</{tag}>" for tag in reversed(chosen.open))
    return Html(html[: chosen.at].rstrip() + closing + _more(html, chosen.at))


def without_markup(html: str) -> Html:
    """The words alone, as HTML that holds nothing to misread. Takes broken markup too."""
    words = _Words()
    words.feed(html)
    words.close()
    return escape("".join(words.heard))


def _cuts(html: str, limit: int) -> Iterator[_Cut]:
    """Every place between two pieces of the source up to `limit` visible units, in order."""
    cut = _Cut(0)
    yield cut
    for piece in _PIECE.finditer(html):
        if tag := piece["tag"]:
            tags = cut.open[:-1] if piece["end"] else (*cut.open, tag)
            cut = replace(cut, at=piece.end(), open=tags)
        else:
            cut = replace(cut, at=piece.end(), units=cut.units + _units(unescape(piece[0])))
        if cut.units > limit:
            return
        yield cut


def _units(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text)


def _is_sentence_end(html: str, at: int) -> bool:
    ends = _SENTENCE_END.search(html[max(at - 3, 0) : at])
    return ends is not None and (html[at - 1] == "\n" or html[at : at + 1].isspace() or html[at : at + 1] == "<")


def _more(html: str, at: int) -> str:
    link = _LINK.search(html, at)
    return f' <a href="{link[1]}">{_MORE}</a>' if link else f" {_MORE}"


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.heard: list[str] = []

    def handle_data(self, data: str) -> None:
        self.heard.append(data)
