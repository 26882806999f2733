"""Watch expressions: what a person follows, from the text typed to a tree, and back.

    درعا                      a word; words side by side are one phrase
    "حظر تجوال" «حظر تجوال»     a phrase, in any quotes; operator words in it are words
    قصف + درعا    قصف مع درعا    both            (+ and - bind tighter than |)
    قصف | غارة    قصف أو غارة    either; so do a comma and a new line
    درعا - كرة    درعا بدون كرة  the first without the second
    (قصف | غارة) + درعا         parentheses
    فئة: قصف                   a filter: category, severity, source, language, modality
    عائلة: إيران                a word's family: إيراني، الإيرانية، الإيرانيين

Owns the grammar, its limits and its errors. Refuses to know what a filter's value or a place name means.

Every error is a `UserError`; those with a place carry `at`, the code point offset into the text as typed, and `near`,
the text that stands there.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from bot.domain.arabic import Token, normalise, tokenise
from bot.domain.errors import UserError

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
_WORDS = {"مع": "+", "او": "|", "بدون": "-"}
_ENGLISH = {"AND": "+", "OR": "|", "NOT": "-"}
_FIXED = {"بدون": {"طيار", "طيارين", "رقم", "سند"}}  # «طائرة بدون طيار» is a thing, not a plane without a pilot


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
    plain = all(
        c.isalnum() or unicodedata.category(c) == "Mn" for c in text.removeprefix("@") if c != " " or not phrase
    )
    return text if plain and not any(normalise(w) in _WORDS or w in _ENGLISH for w in words) else f"«{text}»"


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


class _Lexeme(NamedTuple):
    kind: str  # "+", "|", "-", "(", ")", "word", "quoted", "filter", "comma"
    text: str
    at: int


_CLOSING = {"«": "»", "‹": "›", "“": '”“„‟"', "”": '”“„‟"', "„": '”“„‟"', "‟": '”“„‟"', '"': '”“„‟"', "＂": "＂"}
_SIGNS = {"+": "+", "＋": "+", "&": "+", "|": "|", "｜": "|", "(": "(", ")": ")", "（": "(", "）": ")"}
_SIGNS |= dict.fromkeys("-−–—", "-") | dict.fromkeys("،,؛;\n", "comma")  # a dash within a word is not reached
_CHUNK = re.compile(r"[^\s+＋&|｜()（）،,؛;«»‹›“”„‟\"＂]+")
_NAMED = re.compile(r"([^\W\d_]+)\s*[:：](?!//)")


_HIDDEN = "\u200b"


def _visible(text: str) -> str:
    """The text with control and format characters and lone surrogates made one that is not seen; offsets stay."""
    if text.isprintable():
        return text
    return "".join(_HIDDEN if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs"} else c for c in text)


def _lex(text: str) -> Iterator[_Lexeme]:
    at = 0
    while at < len(text):
        sign = text[at]
        if sign in _CLOSING or sign in "»›":
            end = next((i for i in range(at + 1, len(text)) if text[i] in _CLOSING.get(sign, "")), -1)
            if end < 0:
                raise _error("watch-unbalanced", text, at)
            yield _Lexeme("quoted", text[at + 1 : end], at)
            at = end + 1
        elif sign in _SIGNS:
            yield _Lexeme(_SIGNS[sign], sign, at)
            at += 1
        elif named := _NAMED.match(text, at):
            yield _Lexeme("filter", named[1], at)
            at = named.end()
        elif chunk := _CHUNK.match(text, at):
            yield _Lexeme("word", chunk[0], at)
            at = chunk.end()
        else:
            at += 1


def _error(code: str, text: str, at: int, **more: str | int) -> UserError:
    near = " ".join(text[at : at + 20].replace(_HIDDEN, "").split())
    return UserError(code, at=at, near=near, **more)


_OPERANDS = frozenset({"word", "quoted", "filter", "("})


def _operators(lexemes: list[_Lexeme]) -> list[_Lexeme]:
    """Operator words and commas made operators where they stand between terms; other commas dropped."""
    made: list[_Lexeme] = []
    for position, lexeme in enumerate(lexemes):
        following = lexemes[position + 1] if position + 1 < len(lexemes) else None
        between = (
            bool(made)
            and made[-1].kind in {"word", "quoted", ")"}
            and following is not None
            and following.kind in _OPERANDS
        )
        if lexeme.kind == "comma":
            if between:
                made.append(_Lexeme("|", lexeme.text, lexeme.at))
        elif lexeme.kind == "word" and between and (sign := _operator_word(lexeme, following)):
            made.append(_Lexeme(sign, lexeme.text, lexeme.at))
        else:
            made.append(lexeme)
    return made


def _operator_word(lexeme: _Lexeme, following: _Lexeme | None) -> str | None:
    word = normalise(lexeme.text)
    if following is not None and normalise(following.text) in _FIXED.get(word, ()):
        return None
    return _WORDS.get(word) or _ENGLISH.get(lexeme.text.replace(_HIDDEN, ""))


class _Parser:
    """Recursive descent, no deeper than `DEEPEST`."""

    def __init__(self, text: str, lexemes: list[_Lexeme]) -> None:
        self.text = text
        self.lexemes = lexemes
        self.position = 0
        self.terms = 0

    def peek(self) -> str:
        return self.lexemes[self.position].kind if self.position < len(self.lexemes) else ""

    def error(self, code: str, lexeme: _Lexeme, **more: str | int) -> UserError:
        return _error(code, self.text, lexeme.at, **more)

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
                if self.peek() not in _OPERANDS or (kind == "+" and not parts):
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
        text = lexeme.text
        while lexeme.kind == "word" and self.peek() == "word":
            text += " " + self.lexemes[self.position].text
            self.position += 1
        return self.term(text, lexeme)

    def group(self, opening: _Lexeme, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.error("watch-too-deep", opening, limit=DEEPEST)
        if self.peek() in {"", ")"}:
            raise self.error("watch-unbalanced" if not self.peek() else "watch-empty-group", opening)
        inner = self.either(depth)
        if self.peek() != ")":
            raise self.error("watch-unbalanced", opening)
        self.position += 1
        return inner

    def filter(self, name: _Lexeme) -> Node:
        kind = _NAMES.get(normalise(name.text))
        if kind is None:
            raise self.error("watch-unknown-filter", name, name=name.text.replace(_HIDDEN, ""))
        if self.peek() not in {"word", "quoted"}:
            raise self.error("watch-empty-filter", name, name=name.text)
        value = self.lexemes[self.position]
        self.position += 1
        term = self.term(value.text, value)
        if term is None:
            raise self.error("watch-empty-filter", name, name=name.text)
        if kind != "family":
            return Filter(kind, term.phrase, term.text)
        if min(map(len, term.words)) < 2:
            raise self.error("watch-too-short", value)
        return _flat(
            Both, [Term(tuple(token.form for token in tokenise(word)), word, family=True) for word in term.text.split()]
        )

    def term(self, text: str, lexeme: _Lexeme) -> Term | None:
        words, shown = _settle(text.replace(_HIDDEN, ""))
        if not words:
            return None
        if sum(map(len, words)) < 2:
            raise self.error("watch-too-short", lexeme)
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise self.error("watch-too-many-terms", lexeme, limit=MOST_TERMS)
        return Term(words, shown)


# What most people write, and what all of them come back as from the database: words of plain letters, at least two each
_SIMPLE = re.compile("[\u0621-\u063a\u0641-\u064a]{2,}+(?: [\u0621-\u063a\u0641-\u064a]{2,}+)*+")


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


def _flat(kind: type[Both] | type[Either], parts: Iterable[Node]) -> Node:
    """The parts as one node: inner nodes of the same kind dissolved, repetitions dropped."""
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
        words, _ = _settle(text)
        if _WORDS.keys().isdisjoint(words):
            return Expression(Term(words, text))
    visible = _visible(text)
    if not visible.replace(_HIDDEN, "").strip():
        raise UserError("watch-empty")
    if not tokenise(visible):
        raise UserError("watch-only-punctuation")
    lexemes = _operators(list(_lex(visible)))
    parser = _Parser(visible, lexemes)
    root = parser.either(0)
    if parser.position < len(lexemes):
        raise parser.error("watch-unbalanced", lexemes[parser.position])
    return Expression(root)
