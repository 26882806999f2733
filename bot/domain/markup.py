"""Text that is safe to send as Telegram HTML, by construction."""

import html
import re
from typing import Final

OPEN: Final = "\u2068"  # first strong isolate: the direction of a foreign run stays its own affair
CLOSE: Final = "\u2069"  # pop directional isolate

_TAG = re.compile("<[^>]*>")
_STEERING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # bidi, UAX 9


class Html(str):
    """Telegram HTML. Made by `escape`, by `bold`, `link`, … below, or by a message file; never from a bare str."""

    __slots__ = ()


def escape(text: str) -> Html:
    """Foreign text as it is, each of its characters harmless: no markup, and nothing that turns a line around."""
    return Html(html.escape(_STEERING.sub("", text), quote=True))


def isolate(part: Html) -> Html:
    """Keep a run in another direction from disturbing the line around it (Unicode bidi, UAX 9)."""
    return Html(f"{OPEN}{part}{CLOSE}")


def bold(part: Html) -> Html:
    return Html(f"<b>{part}</b>")


def link(url: str, label: Html) -> Html:
    return Html(f'<a href="{html.escape(url, quote=True)}">{label}</a>')


def plain(text: Html) -> str:
    """The words without their markup, for places where Telegram shows none."""
    return html.unescape(_TAG.sub("", text))


def lines(*parts: Html | None) -> Html:
    """The parts that are there, each on a line of its own; an empty one makes a blank line."""
    return Html("\n".join(part for part in parts if part is not None))
