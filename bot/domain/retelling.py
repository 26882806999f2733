"""One summary of several reports of one story: what the first says, what others add, and whose number is whose.

Owns the choice among reports; every sentence is one of theirs (`summary`). A sentence of another source, and every
sentence once sources disagree about a toll, carries the name of its source.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.domain.grounding import people_counted
from bot.domain.model import Article, Evidence
from bot.domain.sentences import count_words, cut_at_pause, sentences, stops
from bot.domain.summary import LETTERS, SENTENCES, WORDS, Summary, digest
from bot.domain.worth import key_words, repeats

_FEWEST = 8  # words worth adding of another report
_MOST_READ = 12  # reports of a story; later ones repeat


@dataclass(frozen=True, slots=True)
class Report:
    """An article of a story, the name of its source as people know it, and what was matched in it."""

    article: Article
    source: str
    evidence: tuple[Evidence, ...] = ()


def summarise_story(
    reports: Sequence[Report], named: Sequence[str] = (), languages: Collection[str] = ("ar",)
) -> Summary:
    """What the reports say together, in the order in which they came; those in other languages are left out.

    At most three sentences and 64 words. `named` is what the person wrote.
    """
    read = [r for r in reports if r.article.language in languages][:_MOST_READ]
    told = [(r.source, digest(r.article, r.evidence, named)) for r in read]
    told = [(source, summary) for source, summary in told if summary.text]
    if not told:
        return Summary("", "")
    told.sort(key=lambda one: one[1].background)  # stable: the first that tells news of it
    source, first = told[0]
    others = [(name, _addition(first.short, summary)) for name, summary in told[1:] if name != source]
    added = [(name, piece) for name, piece in others if piece]
    if not added:
        return first
    return Summary(_together([(source, first.short), *added]), first.short, first.background)


def _addition(said: str, summary: Summary) -> str:
    """The sentence of a report that says more than was said, or another toll; "" where it only repeats."""
    if summary.background:
        return ""
    known, counted = key_words(said), set(people_counted(said))
    for sentence in sentences(summary.text):
        tolls = {(value, kind) for value, kind in people_counted(sentence.text) if kind}
        if tolls - counted or not repeats(key_words(sentence.text), known):
            return sentence.text if count_words(sentence.text) >= _FEWEST or tolls else ""
    return ""


def _together(pieces: Sequence[tuple[str, str]]) -> str:
    text, said = "", frozenset[str]()
    for source, piece in pieces:
        words = key_words(piece)
        room = WORDS - count_words(f"{text} {source}")
        new = not text or not repeats(words, said) or set(people_counted(piece)) - set(people_counted(text))
        if room < _FEWEST or not new:
            continue
        longer = f"{text} {_owned(cut_at_pause(piece, room, LETTERS), source)}".strip()
        if stops(longer) <= SENTENCES and len(longer) <= LETTERS:
            text, said = longer, said | words
    return text


def _owned(piece: str, source: str) -> str:
    if source in piece:
        return piece
    cut = "…" if piece.endswith("…") else ""
    return f"{piece.rstrip(' .…')}{cut} ({source})."
