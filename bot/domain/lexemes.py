"""The pieces of a watch expression: words, quoted phrases, operators, filters, with their places in the text as typed.

Owns which characters and words are operators. Knows no grammar: `expressions` puts the pieces together.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from bot.domain.arabic import normalise
from bot.domain.errors import UserError

OPERATOR_WORDS = {"مع": "+", "او": "|", "بدون": "-"}  # folded
_LATIN = {"AND": "+", "OR": "|", "NOT": "-"}
_FIXED = {"بدون": {"طيار", "طيارين", "رقم", "سند"}}  # «طائرة بدون طيار» is a thing, not a plane without a pilot


class Lexeme(NamedTuple):
    """A piece of a watch; `at` is its code point offset in the text as typed."""

    kind: str  # "+", "|", "-", "(", ")", "word", "quoted", "filter", "comma"
    text: str
    at: int


_CLOSING = {"«": "»", "‹": "›", "“": '”“„‟"', "”": '”“„‟"', "„": '”“„‟"', "‟": '”“„‟"', '"': '”“„‟"', "＂": "＂"}
_SIGNS = {"+": "+", "＋": "+", "&": "+", "|": "|", "｜": "|", "(": "(", ")": ")", "（": "(", "）": ")"}
_SIGNS |= dict.fromkeys("-−–—", "-") | dict.fromkeys("،,؛;\n", "comma")  # a dash within a word is not reached
_CHUNK = re.compile(r"[^\s+＋&|｜()（）،,؛;«»‹›“”„‟\"＂]+")
_NAMED = re.compile(r"([^\W\d_]+)\s*[:：](?!//)")


HIDDEN = "\u200b"


def visible(text: str) -> str:
    """The text with control and format characters and lone surrogates made one that is not seen; offsets stay."""
    if text.isprintable():
        return text
    return "".join(HIDDEN if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs"} else c for c in text)


def lex(text: str) -> Iterator[Lexeme]:
    """The pieces of a visible text.

    Raises:
        UserError: watch-unbalanced, where quotes do not close.
    """
    at = 0
    while at < len(text):
        sign = text[at]
        if sign in _CLOSING or sign in "»›":
            end = next((i for i in range(at + 1, len(text)) if text[i] in _CLOSING.get(sign, "")), -1)
            if end < 0:
                raise mistake("watch-unbalanced", text, at)
            yield Lexeme("quoted", text[at + 1 : end], at)
            at = end + 1
        elif sign in _SIGNS:
            yield Lexeme(_SIGNS[sign], sign, at)
            at += 1
        elif named := _NAMED.match(text, at):
            yield Lexeme("filter", named[1], at)
            at = named.end()
        elif chunk := _CHUNK.match(text, at):
            yield Lexeme("word", chunk[0], at)
            at = chunk.end()
        else:
            at += 1


def mistake(code: str, text: str, at: int, **more: str | int) -> UserError:
    """What is wrong at `at` of the text, with the twenty code points that stand there."""
    near = " ".join(text[at : at + 20].replace(HIDDEN, "").split())
    return UserError(code, at=at, near=near, **more)


OPERANDS = frozenset({"word", "quoted", "filter", "("})


def operators(lexemes: list[Lexeme]) -> list[Lexeme]:
    """Operator words and commas made operators where they stand between terms; other commas dropped."""
    made: list[Lexeme] = []
    for position, lexeme in enumerate(lexemes):
        following = lexemes[position + 1] if position + 1 < len(lexemes) else None
        between = (
            bool(made)
            and made[-1].kind in {"word", "quoted", ")"}
            and following is not None
            and following.kind in OPERANDS
        )
        if lexeme.kind == "comma":
            if between:
                made.append(lexeme._replace(kind="|"))
        elif lexeme.kind == "word" and between and not _is_fixed(lexeme, following):
            made.append(lexeme._replace(kind=operator_of(lexeme.text) or "word"))
        else:
            made.append(lexeme)
    return made


def _is_fixed(lexeme: Lexeme, following: Lexeme | None) -> bool:
    return following is not None and normalise(following.text) in _FIXED.get(normalise(lexeme.text), ())


def operator_of(word: str) -> str | None:
    """The operator that a word is when it stands alone between terms."""
    return OPERATOR_WORDS.get(normalise(word)) or _LATIN.get(word.replace(HIDDEN, ""))
