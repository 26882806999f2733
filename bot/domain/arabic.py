"""How Arabic is read: one folding, one tokeniser, and the clitics a word may carry.

Owns every decision about letters; nothing else in Rasid normalises text. Decides nothing about meaning: `readings`
says how a word *may* be split, and whoever asks judges whether the split is plausible.

The folding is one function of single code points (then white space is collapsed), so offsets are cheap and folding
twice changes nothing:

* compatibility forms are decomposed (presentation forms, styled and full-width letters), case is folded, and every
  combining mark goes: vowels, tanween, dagger alef, Quranic marks, the accents of ê î û ş ç ğ; so do tatweel, zero
  width and bidi marks; ı becomes i;
* أ إ آ ٱ are ا, ى and ئ are ي, ة is ه, ؤ is و;
* Persian and Kurdish look-alikes are the Arabic letter: ی ې ێ are ي, ک is ك, ھ ہ ە are ه, ۆ ۇ are و, ڕ is ر,
  ڵ is ل; پ is ب and ڤ is ف because Arabic writers use both for one name; گ چ ژ stay, no Arabic letter is theirs;
* a bare ء stays: without it ماء would be ما, هناء هنا and غداء غدا. `readings` forgives a missing one at the end of
  a longer word (السويدا for السويداء);
* digits of any script are ASCII, ٫ ٬ ٪ are . , %.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from bot.domain.remembering import Remembered

_LETTERS = str.maketrans(
    {
        alike: letter
        for letter, alikes in {
            "ا": "ٱٲٳٵ", "ي": "ىیېێۍےۓ", "ك": "ڪک", "ه": "ةۃھہەۂ", "و": "ۆۇۈۉۊۋ", "ر": "ڕ", "ل": "ڵ",
            "ب": "پ", "ف": "ڤڥ", "i": "ı",
        }.items()
        for alike in alikes
    }
)  # fmt: skip
_DROPPED = frozenset("ـٴۥۦ")  # tatweel, high hamza, small waw and yeh of the Quran
_SIGNS = {"٫": ".", "٬": ",", "٪": "%"}
_CACHED_BELOW = 0x20000  # bounds the memory of the table: 131,072 code points hold all letters in use, and emoji


def _fold_character(character: str) -> str:
    if character in _SIGNS:
        return _SIGNS[character]
    if character.isspace() or unicodedata.category(character) == "Cs":
        return " "
    if "\ufc5e" <= character <= "\ufc63" or "\ufe70" <= character <= "\ufe7f":
        return ""  # a vowel mark in its presentation form, which would decompose to a space and the mark
    folded = unicodedata.normalize("NFKD", character).casefold()
    kept = "".join(c for c in folded if c not in _DROPPED and unicodedata.category(c) not in {"Mn", "Me", "Cf", "Cc"})
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in kept)
    result = digits.translate(_LETTERS)
    return result if result == character else "".join(map(_fold_character, result))


class _Table(dict[int, str]):
    """Code point to folded text, worked out when first asked for."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if code < _CACHED_BELOW:
            self[code] = folded
        return folded


_TABLE = _Table()


def normalise(text: str) -> str:
    """The folded text, white space collapsed. Idempotent; takes any string, lone surrogates included."""
    return " ".join(text.translate(_TABLE).split())


@dataclass(frozen=True, slots=True)
class Folded:
    """`normalise(original)` with the way back: `starts[i]` is where character `i` of `text` began.

    `starts` never falls and has one entry more than `text`: where the original's last word and its marks end.
    """

    text: str
    starts: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's offsets for `text[start:end]`, the marks on the last letter included."""
        if start == end:
            return self.starts[start], self.starts[start]
        return self.starts[start], max(self.starts[end], self.starts[end - 1] + 1)


def fold(text: str) -> Folded:
    """`normalise` that remembers offsets; slower, for text that is searched and then shown."""
    characters: list[str] = []
    starts: list[int] = []
    space: int | None = None
    for offset, character in enumerate(text):
        for folded in _TABLE[ord(character)]:
            if folded == " ":
                space = offset if space is None else space
                continue
            if space is not None and characters:
                characters.append(" ")
                starts.append(space)
            space = None
            characters.append(folded)
            starts.append(offset)
    return Folded("".join(characters), (*starts, len(text) if space is None else space))


class Token(NamedTuple):
    """A word of a text. `start:end` are offsets into the original; `form` is the folded word.

    `before` is what stands between the previous word and this one, without outer white space; `clause` counts the
    clauses of the text from 0 (a comma, colon, full stop, question mark, bracket, bar or line end begins the next).
    """

    start: int
    end: int
    form: str
    before: str = ""
    clause: int = 0
    hashtag: bool = False  # stands in a hashtag; the words of one hashtag have `before == "_"`
    tanween: bool = False  # was written with tanween, which the form no longer shows: دوماً is no town
    marbuta: bool = False  # was written with ة at the end, so the final ه of the form is no pronoun
    joined: bool = False  # put together from pieces: ل”المدن”, قـ.ـتل, ق.ت.ل


_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08ff"
_MARKS += "\u0483-\u0489\u0591-\u05c7\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
_FORMATS = (0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF)
_CONTROLS = "".join(map(chr, _FORMATS))
_ARABIC = "\u0621-\u064a\u0671-\u06d3\u06d5"
_UNDERSCORE = "\x7f"  # stands for "_" while scanning, so that \w means a letter or a digit
# Possessive quantifiers stand on single characters only: on groups, Python before 3.11.5 gets them wrong (gh-106052).
_WORD = rf"\w[\w{_MARKS}]*+(?:[{_CONTROLS}]++[\w{_MARKS}]++)*"
_DOTS = r".·•∙…*٭/\\|~^+=،,'’\-"
_GLUE = rf"(?:(?<=ـ)[{_DOTS}]{{1,3}}+(?=ـ*[{_ARABIC}])|[{_DOTS}]{{1,3}}+(?=ـ++[{_ARABIC}])|[*٭]{{1,3}}+(?=[{_ARABIC}]))"
_QUOTES = "\"'«»“”„‟‹›‘’‚(❝❞＂"
_PLAIN = r"[\u0621-\u063a\u0641-\u064a]{2,40}+(?=[\ \n،؛:])"  # most words; a run of them is found at once
_SCAN = re.compile(
    rf"""(?P<plain>{_PLAIN}(?:\ {_PLAIN})*)
    |(?P<link>https?://\S++|www\.\S++|t\.me/\S++)
    |(?P<handle>@\w[\w\x7f]*+)
    |(?P<number>(?:[وف]?[بكل]?(?:ال)?ـ*+)(?:\d{{1,3}}(?:[,٬]\d{{3}}){{1,6}}(?![\w,٬])|\d++[.٫]\d++(?![\w.٫])))
    |(?P<spelled>(?<![\w{_MARKS}])[{_ARABIC}][{_MARKS}]*+
      (?:(?:[.·•*٭\x7f-]ـ*[{_ARABIC}][{_MARKS}ـ]*+){{2,}}|(?:\ [{_ARABIC}][{_MARKS}]*+){{2,}})(?![\w{_MARKS}]))
    |(?P<prefixed>(?:[وف]?(?:[بكل]?ال|لل|[بكلوف])[{_MARKS}]*+
      (?:ـ++\ [{_QUOTES}]{{0,2}}+|ـ*+[{_QUOTES}]{{1,2}}+)(?=[{_ARABIC}])){_WORD}(?:{_GLUE}{_WORD})*)
    |(?P<glued>{_WORD}(?:{_GLUE}{_WORD})+)
    |(?P<word>{_WORD})""",
    re.VERBOSE,
)
_JOINTS = re.compile(rf"[{_DOTS}{_QUOTES} \x7f_]")
_CLAUSE_ENDS = frozenset("،,؛;:.…!?؟\n\r()[]{}|•\u2028\u2029")
_BLANK = " \t\r\n\v\f\u00a0" + _CONTROLS
_TANWEEN = re.compile("[\u064b-\u064d\ufe70-\ufe74\ufc5e\ufc5f]")
_JOINED = frozenset({"glued", "prefixed", "spelled"})
_LONGEST_CACHED = 40
_new = tuple.__new__  # makes a token in a third of the time that its own constructor takes


def _read_word(surface: str) -> tuple[str, bool, bool]:
    """Form, tanween, marbuta of a word without joints."""
    form = surface.translate(_TABLE)
    if " " in form:
        form = "".join(form.split())
    bare = surface.rstrip("\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0640\u200f\u200e")
    return form, _TANWEEN.search(surface) is not None, bare.endswith(("ة", "ۃ", "ﺓ", "ﺔ"))


_READ = Remembered(_read_word, 32768)  # a child and the bot each read the same words again and again


def _read_joined(kind: str, surface: str) -> tuple[str, bool, bool]:
    pieces = [piece for piece in _JOINTS.split(surface) if piece]
    if kind != "prefixed":
        return _read_word("".join(pieces))
    head, _, _ = _read_word(pieces[0])
    form, tanween, marbuta = _read_word("".join(pieces[1:]))
    if head.endswith("ل") and not head.endswith("ال") and form.startswith("ال"):
        form = form[2:] if form.startswith("الل") else "ل" + form[2:]  # ل + الـ is written لل, ل + اللـ too
    return head + form, tanween, marbuta


def _read(kind: str, surface: str) -> tuple[str, bool, bool]:
    if kind == "word":
        return _READ[surface] if len(surface) <= _LONGEST_CACHED else _read_word(surface)
    if kind == "number":
        form = normalise(surface)
        return form if "." in form else form.replace(",", ""), False, False
    if kind == "handle":
        return "".join(normalise(surface.replace(_UNDERSCORE, "_")).split()), False, False
    return _read_joined(kind, surface)


@lru_cache(maxsize=8)  # whoever understands an article reads its title and its text, one after the other
def tokenise(text: str) -> tuple[Token, ...]:
    """The words of a text in order. Links are left out; a @handle is one word, and so is a number with its separators.

    Words are letters and digits with their marks; an underscore separates. Three things are put together: a
    preposition outside the quotes of its word or parted from it by a tatweel and a space, dots between two tatweels
    or beside one, and three or more single letters parted by dots or spaces.
    """
    tokens: list[Token] = []
    scanned = text.replace("_", _UNDERSCORE) if "_" in text else text
    end = clause = 0
    hashtag = False
    for found in _SCAN.finditer(scanned):
        kind = found.lastgroup
        if kind == "link" or kind is None:
            continue
        first, *others = found[0].split(" ") if kind == "plain" else (found[0],)
        form, tanween, marbuta = _READ[first] if kind == "plain" else _read(kind, first)
        if not form:
            continue
        start = found.start()
        gap = text[end:start]
        if gap == " ":
            before, hashtag = "", False
        else:
            before = gap.strip(_BLANK)
            hashtag = before.endswith(("#", "＃")) or (hashtag and gap == "_")
            if tokens and not _CLAUSE_ENDS.isdisjoint(gap):
                clause += 1
        end = start + len(first)
        tokens.append(Token(start, end, form, before, clause, hashtag, tanween, marbuta, kind in _JOINED))
        for surface in others:
            form, tanween, marbuta = _READ[surface]
            start, hashtag = end + 1, False
            end = start + len(surface)
            tokens.append(_new(Token, (start, end, form, "", clause, False, tanween, marbuta, False)))
    return tuple(tokens)


class Reading(NamedTuple):
    """One way to take a word apart: `before` + (ال when `article`) + `stem` + `after`.

    `stem` is spelt as the bare word would be: ة is restored before a pronoun, ا after لل.
    """

    stem: str
    before: str = ""  # و or ف, then one of ب ك ل س: "", "و", "ب", "وب", …
    article: bool = False  # ال was taken off
    after: str = ""  # a pronoun, or "ا" of an accusative with tanween


_PRONOUNS = ("هما", "ها", "هم", "هن", "كم", "كن", "نا", "ني", "ه", "ك", "ي", "ا")
_SHORTEST = 3  # letters that must be left: بيت is not ب + يت
_SHORTEST_AFTER_ARTICLE = 2  # ال gives a noun away: الدم, بالحق


def _heads(form: str) -> list[tuple[str, bool, str]]:
    """What may stand in front: (clitics, article taken, the rest), the bare word first."""
    splits = [("", form)]
    if form[0] in "وف":
        splits.append((form[0], form[1:]))
    for taken, rest in list(splits):
        if rest[:1] in ("ب", "ك", "ل") or (rest[:1] == "س" and rest[1:2] in ("ي", "ت", "ن", "ا")):
            splits.append((taken + rest[0], rest[1:]))
    heads: list[tuple[str, bool, str]] = []
    for taken, rest in splits:
        heads.append((taken, False, rest))
        if rest.startswith("ال") and not taken.endswith("س"):
            heads.append((taken, True, rest[2:]))
        elif taken.endswith("ل") and rest.startswith("ل"):  # لل, which hides ال
            for stem in (rest[1:], rest):
                heads.append((taken, True, stem))
                heads.append((taken, False, "ال" + stem))
    return heads[:1] + [h for h in heads[1:] if len(h[2]) >= (_SHORTEST_AFTER_ARTICLE if h[1] else _SHORTEST)]


def _stems(word: str) -> list[tuple[str, str]]:
    """What may stand behind: (stem, pronoun), the word itself first."""
    stems = [(word, "")]
    for pronoun in _PRONOUNS:
        stem = word[: -len(pronoun)]
        if not word.endswith(pronoun) or len(stem) < _SHORTEST:
            continue
        stems.append((stem, pronoun))
        if pronoun == "ا":
            continue
        if stem[-1] == "ت":
            stems.append((stem[:-1] + "ه", pronoun))
        elif stem[-1] == "ا":
            stems.append((stem[:-1] + "ي", pronoun))
        elif stem[-2:] in ("او", "اي") and len(stem) > _SHORTEST:
            stems.append((stem[:-1] + "ء", pronoun))
    if len(word) > _SHORTEST:
        if word[-1] == "ا":
            stems.append((word + "ء", ""))
        elif word[-1] == "ء":
            stems.append((word[:-1], ""))
    return stems


@lru_cache(maxsize=8192)
def readings(form: str) -> tuple[Reading, ...]:
    """Every way to take the folded word apart, the bare word first, without repeats.

    No split leaves fewer than three letters, or two behind ال. These are possibilities: لبنان also reads ل + بنان here.
    """
    if not form:
        return ()
    if len(form) > _LONGEST_CACHED:
        return (Reading(form),)
    found = {
        Reading(stem, before, article, after): None
        for before, article, rest in _heads(form)
        for stem, after in _stems(rest)
    }
    return tuple(found)
