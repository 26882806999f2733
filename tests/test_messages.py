"""What Rasid says: the same in both languages, valid for Telegram, and words for everything that the code names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as fluent
from fluent.syntax.visitor import Visitor

from bot.data import read_text
from bot.domain.errors import UserError
from bot.domain.expressions import DEEPEST, LONGEST, MOST_TERMS, parse_watch
from bot.domain.i18n import LANGUAGES, Messages, Translations
from bot.domain.markup import Html
from bot.simulator.markup import parse_html
from handlers import COMMANDS

ROOT = Path(__file__).parents[1]
PLURALS = (0, 1, 2, 3, 11, 100, 103)
BUTTONS = ("button-", "command-", "language-")  # shown where Telegram knows no markup
ALL = Translations((language, read_text(f"messages/{language}.ftl")) for language in LANGUAGES)
AR = ALL["ar"]


def wanted(language: str) -> dict[str, set[str]]:
    """Each message of a language and the variables in it."""
    found: dict[str, set[str]] = {}

    class Variables(Visitor):
        def __init__(self, into: set[str]) -> None:
            self.into = into

        def visit_VariableReference(self, node: fluent.VariableReference) -> None:  # noqa: N802  # the library's name
            self.into.add(node.id.name)

    for entry in FluentParser().parse(read_text(f"messages/{language}.ftl")).body:
        assert not isinstance(entry, fluent.Junk), entry.content
        if isinstance(entry, fluent.Message):
            assert entry.id.name not in found, f"{entry.id.name} is there twice"
            Variables(found.setdefault(entry.id.name, set())).visit(entry)
    return found


KEYS = wanted("ar")


def filled(messages: Messages, key: str, number: int = 3) -> Html:
    """A message whose variables hold something hostile, or a number where it counts."""
    counts = ("count", "limit", "page", "pages")
    return messages.html(key, **{name: number if name in counts else "<b>&x" for name in KEYS[key]})


def test_both_languages_have_the_same_messages_with_the_same_variables() -> None:
    assert wanted("en") == KEYS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_telegram_takes_every_message_and_shows_something(language: str, key: str) -> None:
    for number in PLURALS:
        shown = parse_html(filled(ALL[language], key, number))
        assert shown.text.strip()
        assert len(shown.text) < 2000
        if KEYS[key] & {"watch", "near", "name"}:
            assert "<b>&x" in shown.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", [key for key in KEYS if key.startswith(BUTTONS) or key in ("language-set", "examples")])
def test_what_stands_where_no_markup_is_possible_has_none(language: str, key: str) -> None:
    text = ALL[language].text(key, **dict.fromkeys(KEYS[key], "جاسم"))
    assert not set("<>&\n") & set(text)
    assert text.strip() == text
    assert len(text) <= 64


def test_arabic_counts_as_arabs_do() -> None:
    heads = {n: str(AR.html("list-head", count=n)).replace("\u2068", "").replace("\u2069", "") for n in PLURALS}
    parts = (
        "لا تتابع شيئاً",
        "تتابع كلمة واحدة",
        "تتابع كلمتين",
        "تتابع 3 كلمات",
        "تتابع 11 كلمة",
        "تتابع 100 كلمة",
        "تتابع 103 كلمات",
    )
    for number, part in zip(PLURALS, parts, strict=True):
        assert heads[number].startswith(part), heads[number]
    letters = {
        n: str(AR.html("watch-too-long", limit=n)).replace("\u2068", "").replace("\u2069", "") for n in (3, 11, 200)
    }
    assert [re.findall(r"الحدّ (\d+ \w+)", letters[n].replace("ً", ""))[0] for n in letters] == [
        "3 أحرف",
        "11 حرفا",
        "200 حرف",
    ]


def test_a_missing_message_or_variable_is_an_error_at_once() -> None:
    with pytest.raises(KeyError):
        AR.html("no-such-message")
    with pytest.raises(KeyError):
        AR.html("watch-added")
    with pytest.raises(KeyError):
        AR.text("list-page", page=1)


def test_an_unknown_language_is_answered_in_arabic() -> None:
    assert ALL["tlh"] is AR


# --- the code and the messages


def calls(path: Path) -> Iterator[tuple[str, ast.expr]]:
    """Each call in a file by its last name, with its first argument."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node.args[0]


def code() -> list[Path]:
    return sorted(path for folder in ("bot", "handlers", "watchers") for path in (ROOT / folder).rglob("*.py"))


def keys_in_code() -> set[str]:
    """Every message that code names; "language-*" where the rest of the name is worked out."""
    found: set[str] = set()
    for path in code():
        if {"simulator", "store"} & set(path.parts) or path.name == "mistakes.py":
            continue  # Telegram, SQL and the settings have words of their own
        errors = ("error", "_error") if path.name == "expressions.py" else ()
        for name, argument in calls(path):
            if name in ("html", "text", "UserError", *errors):
                found |= {key for key in _names(argument) if re.fullmatch(r"[a-z]+(-[a-z]*)*\*?", key)}
    return found


def _names(argument: ast.expr) -> Iterator[str]:
    match argument:
        case ast.Constant(value=str(key)):
            yield key
        case ast.IfExp(body=body, orelse=orelse):
            yield from _names(body)
            yield from _names(orelse)
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]):
            yield f"{start}*"


def test_every_message_that_code_names_exists() -> None:
    named = keys_in_code()
    assert {"watch-added", "watch-already", "watch-limit", "watch-unbalanced", "command-*"} <= named  # the scan works
    for key in named:
        assert any(k.startswith(key.removesuffix("*")) for k in KEYS) if key.endswith("*") else key in KEYS, key


def test_every_message_is_said_somewhere() -> None:
    """By a call, or by a name that stands in the code for another reason."""
    texts = "".join(path.read_text(encoding="utf-8") for path in code())
    starts = tuple(key.removesuffix("*") for key in {*keys_in_code(), "language-*"} if key.endswith("*"))
    assert [key for key in KEYS if f'"{key}"' not in texts and not key.startswith(starts)] == []


def test_every_command_has_its_line_in_the_menu() -> None:
    assert {key for key in KEYS if key.startswith("command-")} == {f"command-{name}" for name in COMMANDS}


WRONG = {
    "watch-empty": " ",
    "watch-only-punctuation": "؟!",
    "watch-too-short": "م",
    "watch-too-long": "ج" * (LONGEST + 1),
    "watch-unbalanced": "(قصف + درعا",
    "watch-empty-group": "درعا + ()",
    "watch-dangling-operator": "درعا +",
    "watch-only-negative": "- درعا",
    "watch-only-filters": "لغة: ar",
    "watch-empty-filter": "درعا + لغة:",
    "watch-unknown-filter": "عاجل: درعا",
    "watch-too-many-terms": "|".join(["اب"] * (MOST_TERMS + 1)),
    "watch-too-deep": "(" * (DEEPEST + 1) + "درعا" + ")" * (DEEPEST + 1),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code_", WRONG)
def test_whatever_is_wrong_with_a_watch_is_said_and_shown(language: str, code_: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_watch(WRONG[code_])
    assert caught.value.code == code_
    shown = parse_html(ALL[language].html(code_, **caught.value.arguments)).text
    near = str(caught.value.arguments.get("near", ""))
    if {"near"} & KEYS[code_]:
        assert near in shown
    if "name" in caught.value.arguments:
        assert str(caught.value.arguments["name"]) in shown


def test_every_error_of_an_expression_was_provoked_above() -> None:
    docstring = parse_watch.__doc__ or ""
    assert set(re.findall(r"watch-[a-z]+(?:-[a-z]+)*", docstring)) == set(WRONG)


# --- words belong into the message files

ARABIC = re.compile("[\u0620-\u064a\u0671-\u06d3]")
MAY_HOLD_ARABIC = {
    "bot/domain/": "*",  # how Arabic is written and read; what speaks to people is named below
    "bot/places/": "*",  # how names are written
    "bot/simulator/": "feeds server",  # the people and the publishers of local mode
    "bot/": "__main__ mistakes outlets summarisers",  # both languages in one line: see below; names; a prompt
    "bot/commands/": "*",  # the same
    "handlers/": "phrases",  # what people say
    "watchers/parsers/": "dates plain",  # names of months, and the letters of Arabic
}


SPEAKS_TO_PEOPLE = {"alerting", "articles", "composing", "i18n", "markup", "model", "pacing", "rendering"}


def may_hold_arabic(path: Path) -> bool:
    relative = path.relative_to(ROOT)
    if relative.parts[:2] == ("bot", "domain") and relative.stem in SPEAKS_TO_PEOPLE:
        return False
    names = MAY_HOLD_ARABIC.get(f"{relative.parent.as_posix()}/", "")
    return relative.parts[:2] == ("bot", "data") or any(Path(relative.stem).match(name) for name in names.split())


def strings(path: Path) -> Iterator[str]:
    """The strings of a file that may reach somebody: all but docstrings and comments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    no_strings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            no_strings |= set(map(id, node.values))  # an f-string is one
            yield "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in no_strings:
            yield node.value


def test_arabic_words_stand_in_the_message_files_and_not_in_code() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): text
        for path in code()
        if not may_hold_arabic(path)
        for text in strings(path)
        if ARABIC.search(text)
    }
    assert found == {}


def test_what_the_command_line_says_in_arabic_it_says_in_english_too() -> None:
    files = [ROOT / "bot/__main__.py", ROOT / "bot/mistakes.py", *(ROOT / "bot/commands").glob("*.py")]
    said = [text for file in files for text in strings(file) if ARABIC.search(text)]
    assert said
    for text in said:
        assert re.search(r"[A-Za-z]{4,}", text), text
