"""Short and faithful: a summary is made of the article's own sentences, chosen for what the person watches.

Nothing is rewritten, so nothing can be invented. What does not fit is cut at a word and marked with an ellipsis.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.model import Article, Evidence

SENTENCES = 2
WORDS = 60  # about three lines on a locked phone
LETTERS = 700  # a bound for texts whose "words" are endless; 60 Arabic words have about 350

# A full stop in a number, after a single letter ("د. أحمد") or after the number of a line ("1. …") ends no sentence.
_END = re.compile(r"(?<![\s.(«“\"][^\W\d_])(?<!^\w)[.!?؟…]+[»”\")\]]*(?=\s|$)|\n+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sentence:
    start: int
    end: int
    text: str


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text in their order, with offsets in code points; white space around them is left out."""
    return list(_split(text))


def summarise(article: Article, evidence: Sequence[Evidence]) -> str:
    """At most two sentences and 60 words about what was matched; "" when the article has a headline only.

    The sentences that hold the match come first, in the order of the text; a match in the headline alone is
    introduced by the lead.
    """
    found = [s for s in sentences(article.text) if not _is_said_in(article.title, s.text)]
    if not found:
        return ""
    spots = [e.start for e in evidence if e.field == "text"]
    focused = [s for s in found if any(s.start <= spot < s.end for spot in spots)]
    chosen = (focused or found)[:SENTENCES]
    if len(chosen) == 1 < SENTENCES and chosen[0] is found[0]:
        chosen = found[:SENTENCES]
    return shorten(" ".join(s.text for s in chosen), WORDS, LETTERS)


def shorten(text: str, words: int, letters: int) -> str:
    """The text within both bounds, cut between words and ending in an ellipsis when something was left out."""
    parts = text.split()
    kept = " ".join(parts[:words])
    if len(parts) <= words and len(kept) <= letters:
        return kept
    if len(kept) > letters:
        kept = kept[:letters].rsplit(" ", 1)[0] if " " in kept[:letters] else kept[:letters]
    return kept.rstrip(" .…،,؛;:") + "…"


def _split(text: str) -> Iterator[Sentence]:
    start = 0
    for end in [m.end() for m in _END.finditer(text)] + [len(text)]:
        stripped = text[start:end].strip()
        if stripped:
            offset = text.index(stripped, start)
            yield Sentence(offset, offset + len(stripped), stripped)
        start = end


def _is_said_in(title: str, sentence: str) -> bool:
    """Many feeds repeat the headline, which may have two sentences, as the first words of the text."""
    return sentence.strip(" .…") in title
