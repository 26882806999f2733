"""Watch expressions: what a person follows, from the text typed to a tree, and back.

    درعا                      a word; words side by side are one phrase
    "حظر تجوال" «حظر تجوال»     a phrase, in any quotes; operator words in it are words
    قصف + درعا    قصف مع درعا    both            (+ and - bind tighter than |)
    قصف | غارة    قصف أو غارة    either; so do a comma and a new line
    درعا - كرة    درعا بدون كرة  the first without the second
    (قصف | غارة) + درعا         parentheses
    فئة: قصف                   a filter: category, severity, source, language, modality; its value is one word or
                              a quoted phrase, for a source all words up to an operator
    عائلة: إيران                a word's family: إيراني، الإيرانية، الإيرانيين

Owns the grammar, its limits and its errors. Refuses to know what a filter's value or a place name means.

Every error is a `UserError`; those with a place carry `at`, the code point offset into the text as typed, and `near`,
the text that stands there.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.domain.arabic import Token, normalise, tokenise
from bot.domain.errors import UserError
from bot.domain.lexemes import (
    HIDDEN,
    OPERANDS,
    OPERATOR_WORDS,
    Lexeme,
    lex,
    mistake,
    operator_of,
    operators,
    visible,
)

LONGEST = 200  # code points; more than any watch that was ever meant, and short enough to show in a list
MOST_TERMS = 50
DEEPEST = 20

FILTERS = {
    "فئة": "category", "category": "category", "خطورة": "severity", "severity": "severity",
    "مصدر": "source", "source": "source", "لغة": "language", "language": "language",
    "صيغة": "modality", "modality": "modality",
}  # fmt: skip
_FAMILY = ("عائلة", "family")
_NAMES = {normalise(name): kind for name, kind in FILTERS.items()} | {normalise(name): "family" for name in _FAMILY}
_SHOWN_NAMES = {"category": "فئة", "severity": "خطورة", "source": "مصدر", "language": "لغة", "modality": "صيغة"}


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase to be found. `words` are its folded forms, `text` is how it was typed."""

    words: tuple[str, ...]
    text: str
    family: bool = False

    @property
    def phrase(self) -> str:
        """The folded words with one space between them."""
        return " ".join(self.words)

    @property
    def key(self) -> str:
        """Equal for spellings that match the same: ديرالزور and دير الزور."""
        return ("~" if self.family else "") + joined(self.words)


def joined(words: tuple[str, ...]) -> str:
    """Two words of three letters or more are looked up as if written together; all others keep their spaces."""
    if len(words) == 2 and len(words[0]) > 2 and len(words[1]) > 2:
        return words[0] + words[1]
    return " ".join(words)


@dataclass(frozen=True, slots=True)
class Filter:
    """Holds for an article whose attribute `name` has the folded `value`."""

    name: str
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Without:
    """Holds where `part` does not; never alone."""

    part: "Node"


Node = Term | Filter | Both | Either | Without


def filters_in(node: Node) -> frozenset[tuple[str, str]]:
    """The filters that a tree asks for: English name, folded value."""
    match node:
        case Filter(name=name, value=value):
            return frozenset(((name, value),))
        case Both(parts=parts) | Either(parts=parts):
            return frozenset().union(*map(filters_in, parts))
        case Without(part=part):
            return filters_in(part)
        case Term():
            return frozenset()


@dataclass(frozen=True)
class Expression:
    """A parsed watch. Two are equal when their trees are."""

    root: Node

    @cached_property
    def shown(self) -> str:
        """What the person typed, cleaned: what lists and buttons show."""
        return self.root.text if isinstance(self.root, Term) and not self.root.family else self.canonical

    @cached_property
    def canonical(self) -> str:
        """The text form that parses to an equal expression."""
        return _write(self.root, 0)

    @cached_property
    def key(self) -> str:
        """Equal for two spellings or orders of one watch."""
        return _key(self.root)


def _quoted(text: str, *, phrase: bool = False) -> str:
    """The text, in quotes where it would be read otherwise: `phrase` words may stand side by side without."""
    words = text.split(" ") if phrase else [text]
    letters = "".join(words).removeprefix("@")
    plain = all(c.isalnum() or unicodedata.category(c) == "Mn" for c in letters)
    return text if plain and not any(map(operator_of, words)) else f"«{text}»"


def _write(node: Node, binding: int) -> str:
    match node:
        case Term(text=text, family=family):
            return f"عائلة: {_quoted(text)}" if family else _quoted(text, phrase=True)
        case Filter(name=name, text=text):
            return f"{_SHOWN_NAMES[name]}: {_quoted(text)}"
        case Without(part=part):
            return f"- {_write(part, 2)}"
        case Both(parts=parts):
            written = _write(parts[0], 1)
            for part in parts[1:]:
                written += f" {_write(part, 1)}" if isinstance(part, Without) else f" + {_write(part, 1)}"
            return f"({written})" if binding > 0 else written
        case Either(parts=parts):
            written = " | ".join(_write(part, 0) if isinstance(part, Both) else _write(part, 1) for part in parts)
            return f"({written})" if binding > 0 else written


def _key(node: Node) -> str:
    match node:
        case Term():
            return node.key
        case Filter(name=name, value=value):
            return f"{name}:{value}"
        case Without(part=part):
            return f"-({_key(part)})"
        case Both(parts=parts) | Either(parts=parts):
            sign = "+" if isinstance(node, Both) else "|"
            keys = sorted({_key(part) for part in parts})
            return keys[0] if len(keys) == 1 else "(" + sign.join(keys) + ")"


class _Parser:
    """Recursive descent, no deeper than `DEEPEST`."""

    def __init__(self, text: str, lexemes: list[Lexeme]) -> None:
        self.text = text
        self.lexemes = lexemes
        self.position = 0
        self.terms = 0

    def peek(self) -> str:
        return self.lexemes[self.position].kind if self.position < len(self.lexemes) else ""

    def error(self, code: str, lexeme: Lexeme, **more: str | int) -> UserError:
        return mistake(code, self.text, lexeme.at, **more)

    def either(self, depth: int) -> Node:
        parts = [self.both(depth)]
        while self.peek() == "|":
            sign = self.lexemes[self.position]
            self.position += 1
            if self.peek() in {"", ")", "|", "+"}:
                raise self.error("watch-dangling-operator", sign)
            parts.append(self.both(depth))
        return _flat(Either, parts)

    def both(self, depth: int) -> Node:
        first = self.lexemes[self.position]
        parts: list[Node] = []
        while (kind := self.peek()) not in {"", ")", "|"}:
            sign = self.lexemes[self.position]
            if kind in {"+", "-"}:
                self.position += 1
                if kind == "+" and self.peek() == "-":
                    self.position += 1
                    kind = "-"
                if self.peek() not in OPERANDS or (kind == "+" and not parts):
                    raise self.error("watch-dangling-operator", sign)
            unit = self.unit(depth)
            if unit is not None:
                parts.append(Without(unit) if kind == "-" else unit)
            elif kind in {"+", "-"}:
                raise self.error("watch-dangling-operator", sign)
        if not parts:
            raise self.error("watch-dangling-operator", first)
        if not any(map(_positive, parts)):
            raise self.error("watch-only-negative" if isinstance(parts[0], Without) else "watch-only-filters", first)
        return _flat(Both, parts)

    def unit(self, depth: int) -> Node | None:
        """The next term, phrase, filter or group; None for punctuation."""
        lexeme = self.lexemes[self.position]
        self.position += 1
        if lexeme.kind == "(":
            return self.group(lexeme, depth + 1)
        if lexeme.kind == "filter":
            return self.filter(lexeme)
        return self.term(self.run_on(lexeme), lexeme)

    def group(self, opening: Lexeme, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.error("watch-too-deep", opening, limit=DEEPEST)
        if self.peek() in {"", ")"}:
            raise self.error("watch-unbalanced" if not self.peek() else "watch-empty-group", opening)
        inner = self.either(depth)
        if self.peek() != ")":
            raise self.error("watch-unbalanced", opening)
        self.position += 1
        return inner

    def filter(self, name: Lexeme) -> Node:
        kind = _NAMES.get(normalise(name.text))
        if kind is None:
            raise self.error("watch-unknown-filter", name, name=name.text.replace(HIDDEN, ""))
        if self.peek() not in {"word", "quoted"}:
            raise self.error("watch-empty-filter", name, name=name.text)
        value = self.lexemes[self.position]
        self.position += 1
        text = self.run_on(value) if kind == "source" else value.text
        term = self.term(text, value)
        if term is None:
            raise self.error("watch-empty-filter", name, name=name.text)
        if kind != "family":
            return Filter(kind, term.phrase, term.text)
        if min(map(len, term.words)) < 2:
            raise self.error("watch-too-short", value)
        members = zip(term.words, term.text.split(), strict=True)
        return _flat(Both, [Term((word,), shown, family=True) for word, shown in members])

    def run_on(self, lexeme: Lexeme) -> str:
        """The word and those that follow it without an operator."""
        text = lexeme.text
        while lexeme.kind == "word" and self.peek() == "word":
            text += " " + self.lexemes[self.position].text
            self.position += 1
        return text

    def term(self, text: str, lexeme: Lexeme) -> Term | None:
        words, shown = _settle(text.replace(HIDDEN, ""))
        if not words:
            return None
        if sum(map(len, words)) < 2:
            raise self.error("watch-too-short", lexeme)
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise self.error("watch-too-many-terms", lexeme, limit=MOST_TERMS)
        return Term(words, shown)


# What most people write, and what all of them come back as from the database: words of plain letters, at least two each
_SIMPLE = re.compile("[\u0621-\u063a\u0641-\u064a]{2,}+(?: [\u0621-\u063a\u0641-\u064a]{2,}+)*")


def _settle(text: str) -> tuple[tuple[str, ...], str]:
    """The forms and the text of the words in `text`, such that the text reads as the same forms again."""
    if _SIMPLE.fullmatch(text):
        return tuple(normalise(text).split()), text
    while True:
        tokens = tokenise(text)
        again = " ".join(t.form if t.joined else text[t.start : t.end] for t in tokens)
        if again == text:
            return tuple(_without_tanween(t) for t in tokens), text
        text = again


def _without_tanween(token: Token) -> str:
    return token.form[:-1] if token.tanween and token.form.endswith("ا") and len(token.form) > 3 else token.form


def _positive(node: Node) -> bool:
    """Whether the node can be looked for: it holds a term or a category that must be there."""
    match node:
        case Term():
            return True
        case Filter(name=name):
            return name == "category"
        case Both(parts=parts):
            return any(map(_positive, parts))
        case Either(parts=parts):
            return all(map(_positive, parts))
        case Without():
            return False


def _flat(kind: type[Both] | type[Either], parts: Sequence[Node]) -> Node:
    """The parts as one node: inner nodes of the same kind dissolved, repetitions dropped."""
    if len(parts) == 1:
        return parts[0]
    flat: dict[Node, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.parts if isinstance(part, kind) else (part,)))
    return next(iter(flat)) if len(flat) == 1 else kind(tuple(flat))


def parse_watch(text: str) -> Expression:
    """The expression a person typed, in time linear in its length.

    Raises:
        UserError: watch-empty, watch-only-punctuation, watch-too-long (length, limit); and with `at` and `near`:
            watch-too-short, watch-unbalanced, watch-empty-group, watch-dangling-operator, watch-only-negative,
            watch-only-filters, watch-empty-filter (name), watch-unknown-filter (name), watch-too-many-terms (limit),
            watch-too-deep (limit).
    """
    if len(text) > LONGEST and (length := len(text.strip())) > LONGEST:
        raise UserError("watch-too-long", length=length, limit=LONGEST)
    if _SIMPLE.fullmatch(text):
        words = tuple(normalise(text).split())
        if OPERATOR_WORDS.keys().isdisjoint(words):
            return Expression(Term(words, text))
    seen = visible(text)
    if not seen.replace(HIDDEN, "").strip():
        raise UserError("watch-empty")
    if ("://" in seen or not _SIMPLE.search(seen)) and not tokenise(seen):
        raise UserError("watch-only-punctuation")
    lexemes = operators(list(lex(seen)))
    parser = _Parser(seen, lexemes)
    root = parser.either(0)
    if parser.position < len(lexemes):
        raise parser.error("watch-unbalanced", lexemes[parser.position])
    return Expression(root)
