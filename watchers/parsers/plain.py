"""Plain text out of what publishers put into titles and bodies.

Owns: markup, entities, control and direction marks, WordPress short codes, and letters broken by a cut. Everything
runs in time linear in the text, whatever the text is: each pattern either stops at the next `<` or runs to the end
once. The result is never HTML: it is escaped again by whoever renders it.
"""

import re
from html import unescape

_MAX_MARKUP = 500_000  # characters; five times the longest text that is kept
_ROUNDS = 4  # texts escaped twice exist, four times is enough to stop asking

_INVISIBLE_ELEMENT = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|noscript|iframe|svg|template)\b[^<>]*>.*?(?:</\1\b[^<>]*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
# A quote that is never closed stands for itself. (No possessive group: Python before 3.11.5 gets those wrong.)
_ATTRIBUTES = r"""(?:[^<>"']++|"[^"<]*+"|'[^'<]*+'|"(?![^"<]*+")|'(?![^'<]*+'))*(?:>|\Z)"""
_BLOCK = re.compile(
    r"</?(?:p|div|br|hr|li|ul|ol|tr|table|h[1-6]|blockquote|section|article|header|footer|figure|figcaption|pre|dd|dt)"
    r"(?=[\s/>])" + _ATTRIBUTES,
    re.IGNORECASE,
)
_TAG = re.compile(r"<[/!?]?[a-zA-Z]" + _ATTRIBUTES)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")

# Control characters, soft hyphen, direction marks and overrides, zero-width marks but ZWNJ (a letter's form hangs on
# it in Persian and Kurdish), interlinear and tag characters, non-characters and lone surrogates.
_MARKS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200d-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINE_END = re.compile(r"[\r\v\f\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n ][^\S\n]*| [^\S\n]+")  # but for the single one, which stays as it is
_LINES = re.compile(r"\n[ \n]+")

# [name attribute=…], [/name], and names that only WordPress uses; "[رويترز]", "[AFP]" and "[1]" stay.
_SHORT_CODE = re.compile(
    r"\[/?[a-z][a-z0-9_-]{1,40}(?:\s[^\[\]<>]{0,300}=[^\[\]]{0,600})/?\]"
    r"|\[/[a-z][a-z0-9_-]{1,40}\]"
    r"|\[(?:[a-z0-9]+_[a-z0-9_]+|gallery|caption|embed|video|audio|playlist|foogallery|youtube|toc)\s*/?\]"
)
_ELLIPSIS = re.compile(r"\[\s*(?:…|\.{3})\s*\]")

# The first byte of an Arabic letter in UTF-8 (D8 to DB), read as Latin-1; U+FFFD is what a decoder leaves of it.
_HALF_LETTERS = "ØÙÚÛ\ufffd"
_ARABIC = re.compile(r"[\u0600-\u06ff]")


def plain_text(markup: str) -> str:
    """The text that a reader would see, one line for each block, without marks that steer or hide text."""
    text = markup[:_MAX_MARKUP]
    for _ in range(_ROUNDS):
        before, text = text, unescape(_without_markup(text))
        if text == before:
            break
    if not text.isprintable():  # as no mark is, and no line end
        text = _LINE_END.sub("\n", _MARKS.sub("", text))
    text = _SPACES.sub(" ", _without_short_codes(text))
    return _without_half_letters(_LINES.sub("\n", text.replace(" \n", "\n")).strip())


def plain_line(markup: str) -> str:
    """The same on one line, for titles."""
    return plain_text(markup).replace("\n", " ")


def _without_markup(text: str) -> str:
    if "<" not in text:
        return text
    text = _INVISIBLE_ELEMENT.sub(" ", _CDATA.sub("", text))
    return _TAG.sub("", _BLOCK.sub("\n", text))


def _without_short_codes(text: str) -> str:
    return _ELLIPSIS.sub("…", _SHORT_CODE.sub("", text)) if "[" in text else text


def _without_half_letters(text: str) -> str:
    """A text whose publisher cut it inside a letter ends with half of it: drop the broken word."""
    body = text.rstrip(" .…")
    whole = body.rstrip(_HALF_LETTERS)
    if whole != body and (whole[-1:].isspace() or _ARABIC.match(whole[-1:]) or whole == ""):
        kept = whole.rstrip() if whole[-1:].isspace() else whole[: _last_space(whole)].rstrip()
        text = kept + text[len(body) :]
    return text.replace("\ufffd", "")


def _last_space(text: str) -> int:
    return max(text.rfind(" "), text.rfind("\n"), 0)
