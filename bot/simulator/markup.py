"""Telegram's HTML, read as Telegram reads it: text and entities out, or a refusal in Telegram's words.

Owns the grammar of https://core.telegram.org/bots/api#html-style with the error texts of the real server, whose
offsets count UTF-8 bytes, and the entities that Telegram finds by itself (commands, addresses, hashtags). Refuses
Markdown: Rasid does not write it. Offsets and lengths of entities count UTF-16 units, as everywhere in the Bot API.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.simulator.calls import Json, bad_request
from bot.simulator.links import InvalidLink, checked_link

ENTITY_OF_TAG = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}

_PLAIN = re.compile(r"[^<&]+")
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot));?")
_SPACE = re.compile(r"\s*", re.ASCII)
_TAG_NAME = re.compile(r"[^\s>]*", re.ASCII)
_ATTRIBUTE_NAME = re.compile(r"([^\s=>/\"']*)\s*", re.ASCII)
_NAME_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_DROPPED = re.compile("[\r\u2028-\u202e]")  # Telegram removes these, bidi overrides among them
_BLANKED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"«»]*[^\s<>\"«».,:;!?)\]'])"
    r"|(?<![\w/<>])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@\w+)?)(?![\w/<>])"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d_]\w*)"
)


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text and its entities, ordered as Telegram orders them: by offset, the longer first."""

    text: str
    entities: tuple[Json, ...] = ()


def units(text: str) -> int:
    """The length in UTF-16 units, which is what Telegram counts."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def plain(text: str) -> Formatted:
    """Text without a parse mode: cleaned, trimmed, with the entities that Telegram finds."""
    return _with_found(_trimmed(Formatted(_clean(text))))


def parse_html(source: str) -> Formatted:
    """Text with parse mode HTML.

    Raises:
        Refusal: "Bad Request: can't parse entities: ..." with the offset in bytes, as Telegram has it.
    """
    return _with_found(_trimmed(_HtmlReader(_clean(source)).read()))


def with_entities(text: str, entities: Sequence[Json]) -> Formatted:
    """Text with entities that the bot gives itself.

    Raises:
        Refusal: an entity lies outside the text, or is of no known kind.
    """
    end = units(text)
    for entity in entities:
        offset, length = _span(entity)
        if offset < 0 or length < 0:
            raise bad_request(f"receive an entity with incorrect offset {offset}")
        if offset > end:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {offset}")
        if offset + length > end:
            raise bad_request(
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text "
                f"at UTF-16 offset {offset + length}"
            )
    return _with_found(_trimmed(Formatted(_clean(text), tuple(entities))))


def _span(entity: Any) -> tuple[int, int]:
    if not isinstance(entity, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    match entity.get("offset"), entity.get("length"):
        case int(offset), int(length):
            return offset, length
    raise bad_request("can't parse MessageEntity: offset and length must be Integers")


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    written: int  # how many pieces of text had been written when the tag began


@dataclass(slots=True)
class _HtmlReader:
    """One pass over the source; `position` is where it stands, `offset` the UTF-16 units written so far."""

    source: str
    position: int = 0
    offset: int = 0
    written: list[str] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def read(self) -> Formatted:
        while self.position < len(self.source):
            if match := _PLAIN.match(self.source, self.position):
                self._write(match[0], match.end())
            elif self.source[self.position] == "&":
                self._read_reference()
            elif self.source.startswith("</", self.position):
                self._read_end_tag()
            else:
                self._read_start_tag()
        if self.open:
            raise _refused(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        text = "".join(self.written)
        return Formatted(text, tuple(sorted(self.entities, key=lambda e: (e["offset"], -e["length"]))))

    def _write(self, text: str, position: int) -> None:
        self.written.append(text)
        self.offset += units(text)
        self.position = position

    def _read_reference(self) -> None:
        match = _REFERENCE.match(self.source, self.position)
        decoded = _decoded(match) if match else None
        if match and decoded:
            self._write(decoded, match.end())
        else:
            self._write("&", self.position + 1)

    def _read_start_tag(self) -> None:
        begin = self.position
        name, self.position = self._match(_TAG_NAME, begin + 1)
        if self._ended():
            raise self._refused_at("Unclosed start tag", begin)
        tag = name.lower()
        if tag not in ENTITY_OF_TAG:
            raise self._refused_at(f'Unsupported start tag "{tag}"', begin)
        argument = ""
        for attribute, value in self._attributes(tag, begin):
            argument = _argument(tag, attribute, value) or argument
        if tag == "span" and argument != "spoiler":
            raise self._refused_at('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_Open(tag, argument, self.offset, len(self.written)))

    def _attributes(self, tag: str, begin: int) -> Iterator[tuple[str, str]]:
        """The attributes up to and with the closing ">"."""
        while True:
            self._skip_space()
            if self._at(">"):
                self.position += 1
                return
            match = _ATTRIBUTE_NAME.match(self.source, self.position)
            if match is None or not match[1]:
                raise self._refused_at(f'Empty attribute name in the tag "{tag}"', begin)
            self.position = match.end()
            if not self._at("="):
                if self._ended():
                    raise self._refused_at(f'Unclosed start tag "{tag}"', begin)
                yield match[1], ""
                continue
            self.position += 1
            self._skip_space()
            if self._ended():
                raise self._refused_at(f'Unclosed start tag "{tag}"', begin)
            yield match[1], self._attribute_value(begin)

    def _attribute_value(self, begin: int) -> str:
        token = self.position
        if self.source[token] in "\"'":
            match = _QUOTED.match(self.source, token)
            if match is None or match.end() == len(self.source):
                raise self._refused_at("Unclosed start tag", begin)
            self.position = match.end()
            return _REFERENCE.sub(lambda m: _decoded(m) or m[0], match[0][1:-1])
        value, self.position = self._match(_NAME_TOKEN, token)
        if self._ended():
            raise self._refused_at("Unclosed start tag", begin)
        if self.source[self.position] not in "> \t\n\v":
            raise self._refused_at("Unexpected end of name token", token)
        return value.lower()

    def _read_end_tag(self) -> None:
        begin = self.position
        if not self.open:
            raise self._refused_at("Unexpected end tag", begin)
        found, self.position = self._match(_TAG_NAME, begin + 2)
        self._skip_space()
        if not self._at(">"):
            raise self._refused_at("Unclosed end tag", begin)
        self.position += 1
        opened = self.open.pop()
        if found and found != opened.tag:
            detail = f'expected "</{opened.tag}>", found "</{found}>"'
            raise _refused(f"Unmatched end tag at byte offset {self._bytes(begin)}, {detail}")
        if self.offset > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        kind = ENTITY_OF_TAG[opened.tag]
        entity: Json = {"type": kind, "offset": opened.offset, "length": self.offset - opened.offset}
        if kind == "text_link":
            try:
                entity["url"] = checked_link(opened.argument or "".join(self.written[opened.written :]))
            except InvalidLink:
                return  # Telegram keeps the words and drops the link
        elif kind == "custom_emoji":
            if not opened.argument.isdigit():
                raise _refused("Invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = opened.argument
        elif kind == "blockquote" and opened.argument:
            entity["type"] = "expandable_blockquote"
        self.entities.append(entity)

    def _match(self, pattern: re.Pattern[str], position: int) -> tuple[str, int]:
        match = pattern.match(self.source, position)
        return (match[0], match.end()) if match else ("", position)

    def _skip_space(self) -> None:
        self.position = self._match(_SPACE, self.position)[1]

    def _at(self, letter: str) -> bool:
        return self.source.startswith(letter, self.position)

    def _ended(self) -> bool:
        return self.position >= len(self.source)

    def _bytes(self, position: int) -> int:
        return len(self.source[:position].encode())

    def _refused_at(self, why: str, position: int) -> Exception:
        return _refused(f"{why} at byte offset {self._bytes(position)}")


def _refused(why: str) -> Exception:
    return bad_request(f"can't parse entities: {why}")


def _decoded(reference: re.Match[str]) -> str | None:
    """The character of a reference; None where Telegram leaves it as it stands.

    Raises:
        Refusal: half of a surrogate pair.
    """
    hexadecimal, decimal, name = reference.groups()
    if name:
        return html.unescape(f"&{name};")
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if 0xD800 <= code <= 0xDFFF:
        raise bad_request(
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        )
    return chr(code) if 0 < code <= 0x10FFFF else None


def _argument(tag: str, attribute: str, value: str) -> str | None:
    """What an attribute means to its tag; None where it means nothing."""
    match tag, attribute:
        case ("a", "href") | ("tg-emoji", "emoji-id"):
            return value
        case "span", "class":
            return value.removeprefix("tg-") if value.startswith("tg-") else None
        case "blockquote", "expandable":
            return "1"
    return None


def _clean(text: str) -> str:
    return _BLANKED.sub(" ", _DROPPED.sub("", text))


def _trimmed(formatted: Formatted) -> Formatted:
    """Without blank ends; entities are moved and cut with the text."""
    text = formatted.text.rstrip()
    start = units(text) - units(text.lstrip())
    end = units(text)
    kept = []
    for entity in formatted.entities:
        first = max(entity["offset"], start)
        last = min(entity["offset"] + entity["length"], end)
        if last > first:
            kept.append({**entity, "offset": first - start, "length": last - first})
    return Formatted(text.lstrip(), tuple(kept))


def _with_found(formatted: Formatted) -> Formatted:
    """With the entities that Telegram finds in a text, where no link or code is already."""
    taken = [
        (e["offset"], e["offset"] + e["length"])
        for e in formatted.entities
        if e["type"] in ("text_link", "code", "pre")
    ]
    found = []
    for match in _FOUND.finditer(formatted.text):
        offset = units(formatted.text[: match.start()])
        end = offset + units(match[0])
        if not any(offset < last and first < end for first, last in taken):
            found.append({"type": match.lastgroup, "offset": offset, "length": end - offset})
    entities = sorted((*formatted.entities, *found), key=lambda e: (e["offset"], -e["length"]))
    return Formatted(formatted.text, tuple(entities))
