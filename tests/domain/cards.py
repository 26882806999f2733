"""Short ways to make reports and cards for a test, their events and places told by hand. The texts are ours."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.data import read_text
from bot.domain.events import Event, Severity
from bot.domain.i18n import Messages
from bot.domain.markup import plain
from bot.domain.modality import Modality
from bot.domain.model import Article, Evidence, Message, PlaceHit
from bot.domain.rendering import Card, render_alert
from bot.domain.retelling import Report
from bot.domain.tolls import Claim, Tolls
from bot.simulator.markup import Formatted, parse_html

SALMA = 1001
AR, EN = (Messages(language, read_text(f"messages/{language}.ftl")) for language in ("ar", "en"))
STEERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
SAID_AT = datetime(2026, 3, 14, 11, 5, tzinfo=UTC)  # 14:05 in Damascus
NAMES = {
    "C1": ("جاسم", "Jasim"),
    "C2": ("نوى", "Nawa"),
    "SY12": ("درعا", "Daraa"),
    "C5": ("حلب", "Aleppo"),
    "SY02": ("حلب", "Aleppo"),
}
JASIM, NAWA, DARAA, ALEPPO = ("C1", "SY1204", "SY12"), ("C2", "SY1204", "SY12"), ("SY12",), ("C5", "SY02")


def place_name(code: str, language: str) -> str | None:
    return NAMES[code][language == "en"] if code in NAMES else None


def event(
    category: str = "shelling",
    modality: Modality = Modality.REPORTED,
    severity: Severity = Severity.CRITICAL,
    codes: tuple[str, ...] = ("C1",),
    main: bool = True,
) -> Event:
    return Event(category, modality, severity, "text", 0, 4, codes, main)


def hit(codes: tuple[str, ...], start: int = 0, field: str = "text") -> PlaceHit:
    return PlaceHit(codes, field, start, start + 3)


def report(
    source: str = "درعا 24",
    title: str = "قصف يطال أطراف جاسم",
    text: str = "سقطت قذائف على الحي الغربي من جاسم بعد الظهر وتضررت منازل فيه. وأغلقت المدارس في البلدة أبوابها.",
    *events: Event,
    places: tuple[PlaceHit, ...] = (hit(JASIM), hit(NAWA)),
    minutes: int = 0,
    **more: Any,
) -> Report:
    """Of an article with the toll `dead`, `injured`, …, without claims unless `claims` are given."""
    kinds = ("dead", "injured", "missing", "detained", "claims")
    tolls = Tolls(**{kind: more.pop(kind) for kind in kinds if kind in more})
    at = SAID_AT + timedelta(minutes=minutes)
    found = tuple(Evidence("text", i, i + 4, "جاسم") for i in [text.find("جاسم")] if i >= 0)
    article = Article(source, source, f"https://news.example/{minutes}", title, text, "ar", at, at, None)
    article = replace(article, events=events or (event(),), places=places, tolls=tolls)
    return Report(replace(article, **more), source, found)


def card(*reports: Report, **more: Any) -> Card:
    given = {"watches": ("جاسم",), "watched_codes": frozenset({"C1"}), **more}
    return Card(SALMA, reports=reports or (report(),), **given)


def rendered(*reports: Report, messages: Messages = AR, **more: Any) -> Message:
    return render_alert(card(*reports, **more), messages, place_name)


def words(html: str) -> str:
    """The visible text without the marks that only steer direction."""
    return plain(html).translate(dict.fromkeys(map(ord, STEERING + "\u200e\u200f")))  # type: ignore[arg-type]


def seen(*reports: Report, messages: Messages = AR, **more: Any) -> list[str]:
    """The lines of a message as they are read."""
    return words(rendered(*reports, messages=messages, **more).html).split("\n")


def claim(kind: str, number: int, *codes: str) -> Claim:
    """A number with the places of its clause."""
    return Claim(kind, number, "text", 0, 4, codes=codes)


DEFAULT = report()
FOREIGN = report("Observer", "Shells hit Jasim", "Three were killed in Jasim at noon.", language="en", dead=3)


def changed(base: Report, source: str | None = None, **changes: object) -> Report:
    return replace(base, source=source or base.source, article=replace(base.article, **changes))  # type: ignore[arg-type]


def parsed(message: Message) -> Formatted:
    """What Telegram makes of it; a refusal is an error."""
    return parse_html(message.html)


def kinds(message: Message) -> list[str]:
    return [entity["type"] for entity in parsed(message).entities]


def assert_harmless(message: Message) -> None:
    allowed = {"\n", "\u2068", "\u2069"}
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2028\u2029") & set(message.html)
    assert all(letter in allowed or unicodedata.category(letter) not in ("Cc", "Cs") for letter in message.html)
    for line in message.html.split("\n"):
        depth = 0
        for letter in line:
            depth += {"\u2068": 1, "\u2069": -1}.get(letter, 0)
            assert depth >= 0
        assert depth == 0
