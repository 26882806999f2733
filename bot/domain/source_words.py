"""What is said of a source in chats: what it is, how it is doing, what went wrong. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from babel.dates import format_timedelta

from bot.domain.composing import RLM
from bot.domain.i18n import LANGUAGES, Messages
from bot.domain.markup import Html
from bot.domain.source_health import Condition

DETAIL_LETTERS = 120
_SHORTEST = timedelta(minutes=1)


def ago(instant: datetime, now: datetime, messages: Messages) -> str:
    """How long ago something was: "قبل 3 دقائق"; to the minute at best."""
    passed = min(instant - now, -_SHORTEST)
    locale = LANGUAGES[messages.language]
    return str(format_timedelta(passed, granularity="minute", add_direction=True, locale=locale))


def problem_told(problem: str, messages: Messages) -> str:
    """What went wrong with a poll, by its `ProblemKind`."""
    return messages.text(f"problem-{problem}" if messages.has(f"problem-{problem}") else "problem-other")


def languages_told(languages: Iterable[str], messages: Messages) -> str:
    """In what somebody writes: "بالعربية، بالإنكليزية"."""
    keys = (f"language-{language}" for language in languages)
    told = dict.fromkeys(messages.text(key if messages.has(key) else "language-other") for key in keys)
    return _comma(messages).join(told)


def kind_told(role: str | None, slant: str | None, messages: Messages) -> str:
    """What somebody is and where he stands; what says the same twice is said once."""
    told = []
    if role and role != slant and (role, slant) != ("official", "state") and messages.has(f"role-{role}"):
        told.append(messages.text(f"role-{role}"))
    if slant and messages.has(f"slant-{slant}"):
        told.append(messages.text(f"slant-{slant}"))
    return _comma(messages).join(told)


def condition_told(
    condition: Condition,
    detail: str,
    messages: Messages,
    now: datetime,
    *,
    problem: str | None = None,
    good_at: datetime | None = None,
    last_item_at: datetime | None = None,
) -> Html:
    """What ails a source, with what its record says of it now."""
    match condition:
        case Condition.FAILING if good_at is not None:
            when = ago(good_at, now, messages)
            return messages.html("condition-failing", why=problem_told(problem or detail, messages), when=when)
        case Condition.FAILING:
            return messages.html("condition-unread", why=problem_told(problem or detail, messages))
        case Condition.SILENT if last_item_at is not None:
            return messages.html("condition-silent-since", when=ago(last_item_at, now, messages))
        case Condition.FLOOD if detail.isdecimal():
            return messages.html("condition-folded", count=int(detail))
    return messages.html(f"condition-{condition}", detail=_short(detail) or "…")


def in_direction(html: Html, messages: Messages) -> Html:
    """A line's direction follows its first strong letter: an Arabic one must not turn because it begins with a name in
    Latin letters."""
    if messages.language != "ar":
        return html
    return Html("\n".join(RLM + line if line else line for line in html.split("\n")))


def _short(detail: str) -> str:
    line = " ".join(detail.rpartition(" -> ")[2].split())  # of a change, what it has come to
    return line if len(line) <= DETAIL_LETTERS else f"{line[: DETAIL_LETTERS - 1]}…"


def _comma(messages: Messages) -> str:
    return "، " if messages.language == "ar" else ", "
