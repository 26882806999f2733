"""Bytes into text: which encoding a document is really in, whatever it declares.

Owns the decision between byte-order mark, UTF-8, declarations and detection, and faust-cchardet. Pure. Never raises:
what nothing else explains becomes UTF-8 with replacement characters.

UTF-8 is tried before the declarations because it can be *recognised*: Arabic in a one-byte encoding is practically
never valid UTF-8, so text that is valid is UTF-8 even where a server's default says iso-8859-1. One-byte encodings
accept any bytes, so a declaration of one proves nothing, except that the sender thought of it.
"""

import codecs
import re
from dataclasses import dataclass

import cchardet

_BOMS = (  # the longer first: the mark of UTF-32-LE begins with that of UTF-16-LE
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0?\0", "utf-16-le"),  # no mark, but the start of an XML declaration (XML 1.0, appendix F.1)
    (b"\0<\0?", "utf-16-be"),
)
_DECLARATION = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_DECLARED_TEXT = re.compile(r"\s*<\?xml[^>]{0,300}\?>")
# Python also knows codecs that are no text encodings, or that a stranger can make slow (punycode, unicode-escape).
_ACCEPTED = re.compile(
    r"utf-(8|16|32)(-[lb]e)?|ascii|cp\d+|iso8859-\d+|koi8-\w|gb\w+|big5\w*|euc_\w+|shift_jis\w*|mac-\w+"
)
_WESTERN = {"iso8859-1", "iso8859-15", "cp1252", "ascii"}  # servers' defaults: believed only for Western text
_ARABIC = {"WINDOWS-1256": "cp1256", "ISO-8859-6": "iso8859-6"}
_LATIN = {"WINDOWS-1252": "cp1252", "ISO-8859-1": "cp1252", "WINDOWS-1254": "cp1254", "ISO-8859-9": "cp1254"}
_UTF_16 = {"UTF-16LE": "utf-16-le", "UTF-16BE": "utf-16-be"}
_HIGH_RUNS = re.compile(rb"[\xc0-\xff]{3,}")
_HIGH = re.compile(rb"[\x80-\xff]")
_SAMPLE = 65_536  # bytes are enough for the detector; it took 3 ms for 100 kB


@dataclass(frozen=True, slots=True)
class Decoded:
    """`text` is without byte-order mark and XML declaration; `cut`: the bytes ended inside a letter."""

    text: str
    encoding: str
    cut: bool = False


def decode(body: bytes, declared: str | None) -> Decoded:
    """The text of `body`; `declared` is the charset of the HTTP header, if there was one."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _as(encoding, body)
    text, read = codecs.utf_8_decode(body, "replace", False)  # what is left over is half a letter
    if _is_mostly_utf8(text):
        return _decoded(text, "utf-8", cut=read < len(body))
    for name in (declared, _declared_in(body)):
        known = _known(name)
        if known and _explains(known, body):
            return _as(known, body)
    return _as(_detected(body) or "utf-8", body)


def _as(encoding: str, body: bytes) -> Decoded:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    text = decoder.decode(body, final=False)
    return _decoded(text.removeprefix("\ufeff"), encoding, cut=bool(decoder.getstate()[0]))


def _decoded(text: str, encoding: str, cut: bool) -> Decoded:
    declared = _DECLARED_TEXT.match(text)  # at the start only: a search would try every blank of a text of blanks
    return Decoded(text[declared.end() :] if declared else text, encoding, cut)


def _is_mostly_utf8(text: str) -> bool:
    """True if UTF-8 explained the bytes but for a stray one: publishers cut excerpts inside a letter."""
    broken = text.count("\ufffd")
    if not broken:
        return "\0" not in text[:64]  # or it is UTF-16 of ASCII
    letters = sum(not character.isascii() for character in text) - broken
    return letters > 10 * broken


def _declared_in(body: bytes) -> str | None:
    match = _DECLARATION.match(body[:512])
    return match[1].decode("ascii") if match else None


def _known(name: str | None) -> str | None:
    """Python's name for an encoding that we accept."""
    try:
        codec = codecs.lookup(name or "")
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return None
    name = f"{codec.name}-le" if codec.name in ("utf-16", "utf-32") else codec.name  # without a mark, as browsers do
    return name if _ACCEPTED.fullmatch(name) else None


def _explains(encoding: str, body: bytes) -> bool:
    if encoding in _WESTERN and _looks_arabic(body):
        return False
    try:
        body.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _looks_arabic(body: bytes) -> bool:
    """True if letters above ASCII stand in words of their own, as no Western text has them."""
    in_words = sum(len(run) for run in _HIGH_RUNS.findall(body))
    return in_words * 2 > len(_HIGH.findall(body))


def _detected(body: bytes) -> str | None:
    guess = str(cchardet.detect(body[:_SAMPLE])["encoding"] or "").upper()
    if _looks_arabic(body):
        return _ARABIC.get(guess, "cp1256")
    found = (_LATIN | _UTF_16).get(guess)
    return found if found and _explains(found, body) else None
