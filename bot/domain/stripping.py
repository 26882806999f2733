"""Taking off what an outlet writes around its texts: the same opening, the same invitation at the end. Pure.

The rules are literal strings of one source (`Source.strip`), and "…" in them stands for the text: "#tag || …" is what
it opens with, "… follow us on" is where it ends. Nothing is guessed here; what outlets have in common is known to
`bot.domain.furniture`.
"""

from collections.abc import Iterable

TEXT = "…"


def is_rule(rule: str) -> bool:
    """Whether it says on which side of the text it stands, and what stands there."""
    words = rule.strip(f"{TEXT} ")
    return bool(words) and TEXT not in words and rule.startswith(TEXT) is not rule.endswith(TEXT)


def stripped(text: str, rules: Iterable[str]) -> str:
    """`text` without its openings, and only up to its endings, without white space around the rest.

    A text that is nothing else is left as it was.
    """
    rest = text.strip()
    for rule in rules:
        words = rule.strip(f"{TEXT} ")
        rest = rest.removeprefix(words) if rule.endswith(TEXT) else rest.partition(words)[0]
        rest = rest.strip()
    return rest or text.strip()
