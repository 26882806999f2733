"""Where a sentence ends, where it may be cut, and how a text is made shorter without breaking a quotation.

Owns the punctuation of news prose; knows nothing of what a sentence says. Offsets are code points of the text given.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

# A full stop in a number, after a single letter ("د. أحمد") or after the number of a line ("1. …") ends no sentence.
_END = re.compile(
    r"[.!?؟…\n](?:(?<=\n)\n*"
    r"|(?<!\n)(?<![\s.(«“\"][^\W\d_].)(?<!^\w.)(?<![.!?؟…].)[.!?؟…]*+[»”\")\]]*+(?=\s|$))",
    re.MULTILINE,
)
# What stands between a pair is whole; longer "pairs" are two marks that have nothing to do with each other.
_Q = '"“”„‟＂'  # taken for one another: one outlet opens with ” what another closes with it
_PAIRED = re.compile(rf"[{_Q}][^{_Q}\n]{{1,600}}[{_Q}]|«[^«»\n]{{1,600}}»|\([^()\n]{{1,300}}\)|\[[^\[\]\n]{{1,300}}\]")
_OPENERS = re.compile(rf"[{_Q}«(\[]")
_PAUSE = re.compile(
    r"[،؛]\s+|,\s+|(?<=\s)[-–—]\s+"
    r"|\s+(?=(?:فيما|بينما|في حين|وسط|ما أدى|مما أدى|ما أسفر|مما أسفر|حيث|وذلك|بعدما|عقب|إثر|بعد أن|مشيرا|مضيفا|"
    r"مؤكدا)\b)"
)
_FEWEST = 8  # words left of a cut at a pause; fewer say too little
_WORD = re.compile("[\\w\u064b-\u065f\u0670]+")
_STOPS = re.compile(r"[.!؟?]\s+|\n+")


class Sentence(NamedTuple):
    start: int
    end: int
    text: str


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text in their order; white space around them is left out.

    A quotation or a bracket that is closed on its line is never split; a line always ends a sentence.
    """
    return list(_split(text))


def paired(text: str) -> list[tuple[int, int]]:
    """The spans of quotations and brackets that are closed on their line, marks included, in order."""
    return [m.span() for m in _PAIRED.finditer(text)]


def is_open(text: str) -> bool:
    """Whether a quotation or a bracket is opened that the text does not close."""
    return _OPENERS.search(_PAIRED.sub("", text)) is not None


def stops(text: str) -> int:
    """How many sentences a reader counts who takes every full stop before a space for an end."""
    return len([part for part in _STOPS.split(text) if part.strip()])


@lru_cache(maxsize=256)  # a summary counts the same sentences several times
def count_words(text: str) -> int:
    """How many words a reader counts: 24/7 and «آذار/مارس» are two."""
    return len(_WORD.findall(text))


def pauses(text: str) -> list[int]:
    """Where a sentence may be cut: the offsets at which the part after a pause begins, outside quotations."""
    whole = paired(text)
    return [m.end() for m in _PAUSE.finditer(text) if not _inside(whole, m.start())]


def shorten(text: str, words: int, letters: int) -> str:
    """The text within both bounds, cut between words and ending in an ellipsis when something was left out."""
    parts = text.split()
    most = _most(parts, words) if count_words(text) > words else len(parts)
    kept = " ".join(parts[:most])
    if most == len(parts) and len(kept) <= letters:
        return kept
    if len(kept) > letters:
        kept = kept[:letters].rsplit(" ", 1)[0] if " " in kept[:letters] else kept[:letters]
    return _cut(kept)


def cut_at_pause(text: str, words: int, letters: int) -> str:
    """As `shorten`, but cut at a pause where one leaves enough to read, and not inside a quotation."""
    short = shorten(text, words, letters)
    if not short.endswith("…") or text.endswith("…"):
        return short
    flat = " ".join(text.split())
    end = len(short) - 1
    good = [p for p in pauses(flat) if p <= end + 1 and flat.count(" ", 0, p) >= max(_FEWEST, words * 2 // 3)]
    if good:
        return _cut(flat[: good[-1]])
    opened = [start for start, close in paired(flat) if start < end < close and flat.count(" ", 0, start) >= _FEWEST]
    return _cut(flat[: opened[0]]) if opened else short


def _most(parts: list[str], words: int) -> int:
    """How many of the parts have no more than so many words; one at least."""
    for number, part in enumerate(parts):
        words -= count_words(part)
        if words < 0:
            return max(1, number)
    return len(parts)


def _cut(kept: str) -> str:
    return kept.rstrip(" .…،,؛;:-–—") + "…"


def _inside(spans: list[tuple[int, int]], offset: int) -> bool:
    index = bisect_right(spans, (offset, offset)) - 1
    return index >= 0 and spans[index][0] < offset < spans[index][1]


def _split(text: str) -> Iterator[Sentence]:
    whole = paired(text)
    start = 0
    for found in _END.finditer(text):
        if found[0][0] != "\n" and _inside(whole, found.end()):
            continue
        yield from _trimmed(text, start, found.end())
        start = found.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[Sentence]:
    stripped = text[start:end].strip()
    if stripped:
        offset = text.index(stripped, start)
        yield Sentence(offset, offset + len(stripped), stripped)
