"""How a mistake in the settings is told: its place, what is wrong and what to write instead, in English and Arabic.

Owns the words' use (they are in `bot/data/messages/settings.*.ftl`; a remedy is the message `<code>-remedy`). Refuses
to repeat a value that was given: any value may be the token, or a password, in the wrong place.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from bot.data import read_text
from bot.domain.errors import Mistake, SettingsError
from bot.domain.i18n import Messages

Loc = tuple[str | int, ...]  # where a value stands: ("sources", 2, "url")
TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")  # the bot's id, a colon, a secret (Bot API, "Authorizing your bot")

_CODES = {  # pydantic's names for what our models can refuse -> our messages
    "int_type": "want-whole-number",
    "float_type": "want-number",
    "bool_type": "want-true-or-false",
    "string_type": "want-text",
    "model_type": "want-section",
    "tuple_type": "want-list",
    "missing": "missing-key",
    "extra_forbidden": "unknown-key",
    "literal_error": "not-a-choice",
    "greater_than_equal": "out-of-range",
    "less_than_equal": "out-of-range",
}


@dataclass(frozen=True, slots=True)
class SettingsMistake(Mistake):
    """A mistake in both languages, with its line of the file where there is one."""

    problem_ar: str
    remedy_ar: str
    line: int | None


def tell(path: str, code: str, line: int | None, arguments: Mapping[str, str]) -> SettingsMistake:
    (problem, remedy), (problem_ar, remedy_ar) = (
        (words.text(code, **arguments), words.text(f"{code}-remedy", **arguments))
        for words in (_words("en"), _words("ar"))
    )
    return SettingsMistake(path, problem, remedy, problem_ar, remedy_ar, line)


def describe(error: SettingsError) -> str:
    """Every mistake for the operator's screen, in English and then in Arabic."""
    count = len(error.mistakes)
    parts = [f"{_words('en').text('heading', count=count)}\n{_words('ar').text('heading', count=count)}"]
    for mistake in error.mistakes:
        place, lines = mistake.path, [f"    {mistake.problem}. {mistake.remedy}"]
        if isinstance(mistake, SettingsMistake):
            lines.append(f"    {mistake.problem_ar}. {mistake.remedy_ar}")
            place += f"  (line {mistake.line} · السطر {mistake.line})" if mistake.line else ""
        parts.append("\n".join((place, *lines)))
    return "\n\n".join(parts)


def render(loc: Loc) -> str:
    """("sources", 2, "url") -> "sources[2].url". A key that looks like a token is not shown."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{TOKEN.sub('…', part)}" for part in loc)
    return "".join(parts).removeprefix(".")


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, or "none"."""
    return next(iter(get_close_matches(name, known, n=1)), "none")


def in_our_terms(kind: str, loc: Loc, keys: Mapping[str, FieldInfo]) -> tuple[str, dict[str, str]]:
    """What pydantic refused at `loc` (`kind` is its word for it) -> our message and what that wants to know."""
    code, path = _CODES.get(kind, kind), re.sub(r"\[\d+\]", "[]", render(loc)).removesuffix("[]")
    match code:
        case "missing-key":
            return code, {"which": str(loc[-1])}
        case "unknown-key":
            return code, _neighbours(loc, keys)
        case "out-of-range":
            bounds = keys[path].metadata
            return code, {side: f"{getattr(b, side):.10g}" for b in bounds for side in ("ge", "le") if hasattr(b, side)}
        case "not-a-choice":
            return code, {"choices": ", ".join(choices(keys[path]))}
    return (code if _words("en").has(code) else "refused"), {}


def choices(field: FieldInfo) -> tuple[str, ...]:
    """The words that a key accepts, or each item of its list, where it accepts only some."""
    return _choices(field.annotation)


def _choices(annotation: object) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next(filter(None, map(_choices, get_args(annotation))), ())


def _neighbours(loc: Loc, keys: Mapping[str, FieldInfo]) -> dict[str, str]:
    """The keys that exist beside an unknown one, and the one that was probably meant, even if it lives elsewhere."""
    section = re.sub(r"\[\d+\]", "[]", render((*loc[:-1], "")))
    beside = dict.fromkeys(re.split(r"[.\[]", key.removeprefix(section))[0] for key in keys if key.startswith(section))
    elsewhere = (key for key in keys if key.endswith(f".{loc[-1]}") and "[]" not in key)
    near = nearest(str(loc[-1]), beside)
    return {"near": near if near != "none" else next(elsewhere, "none"), "known": ", ".join(beside)}


@cache
def _words(language: str) -> Messages:
    return Messages(language, read_text(f"messages/settings.{language}.ftl"))
