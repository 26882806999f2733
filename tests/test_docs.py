"""The documents say what is so: links lead somewhere, and every name they use is one that the code has."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.domain import model, outcomes
from bot.settings import keys, variables
from bot.store.tables import metadata

ROOT = Path(__file__).parents[1]
DOCS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
PACKAGES = ("bot", "handlers", "watchers")
SECTIONS = {key.split(".")[0] for key in keys() if "." in key}
ARABIC = re.compile(r"[\u0621-\u064a]")

each_document = pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """A document without its fenced blocks."""
    return re.sub(r"(?ms)^```.*?^```$", "", text)


def spans(text: str) -> list[str]:
    """What stands between backquotes."""
    return re.findall(r"`([^`\n]+)`", prose(text))


def part(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one."""
    found = re.search(rf"(?ms)^#+ {re.escape(heading)}$(.*?)(?=^#|\Z)", text)
    assert found, heading
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of every table row that begins with a name in backquotes."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:3] == "| `"]


def names(text: str) -> set[str]:
    return {row[0].strip("`") for row in rows(text)}


def anchors(text: str) -> set[str]:
    """The headings as GitHub names them in an address."""
    headings = re.findall(r"(?m)^#+ (.+)$", prose(text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_document
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(path.read_text(encoding="utf-8"))):
        if re.match(r"https?://", target):
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file) if file else path
        assert found.exists(), target
        assert not anchor or anchor in anchors(found.read_text(encoding="utf-8")), target


@each_document
def test_every_path_that_is_named_exists(path: Path) -> None:
    named = [s for s in spans(path.read_text(encoding="utf-8")) if re.match(r"(bot|handlers|watchers|tests|docs)/", s)]
    assert [s for s in named if not (ROOT / s).exists()] == []


@each_document
def test_every_make_target_that_is_named_is_one(path: Path) -> None:
    targets = set(re.findall(r"(?m)^([\w./-]+):(?!=)", read("Makefile")))
    text = path.read_text(encoding="utf-8")
    written = "\n".join([*spans(text), *re.findall(r"(?ms)^```.*?^```$", text)])
    assert set(re.findall(r"\bmake ([a-z.][\w./-]*)", written)) <= targets


@each_document
def test_every_setting_and_variable_that_is_named_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    dotted = {s for s in spans(text) if re.fullmatch(r"[a-z_\[\]]+\.[a-z_]+", s)}
    settings = {s for s in dotted if s.split(".")[0] in SECTIONS} - {event for event, _ in logged()}
    assert settings <= set(keys())
    assert set(re.findall(r"\b(?:BOT|RASID)_[A-Z_]*[A-Z]\b", text)) <= {*variables(), "BOT_TOKEN_FILE"}


@each_document
def test_arabic_documents_run_from_right_to_left_and_commands_do_not(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not path.name.endswith(".ar.md"):
        assert "<div" not in text
        return
    outside = re.sub(r'(?ms)^<div dir="rtl">$.*?^</div>$', "", text)
    assert not ARABIC.search(outside)
    assert "<div" not in outside
    assert outside.count("```") == text.count("```")


def test_the_glossary_holds_every_noun_of_the_model_with_its_arabic() -> None:
    text = part(read("docs/glossary.md"), "News, from a source to a phone")
    public = {
        name
        for module in (model, outcomes)
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__
    }
    assert names(text) == public | {"Outcome"}
    assert all(ARABIC.search(row[1]) and row[2] for row in rows(text))


def test_the_glossary_holds_every_table_with_its_arabic() -> None:
    text = part(read("docs/glossary.md"), "What is stored")
    assert names(text) == set(metadata.tables)
    assert all(ARABIC.search(row[1]) and row[2] for row in rows(text))


@cache
def logged() -> frozenset[tuple[str, str]]:
    """Every event that the code logs, with its level."""
    return frozenset(_logged())


def _logged() -> Iterator[tuple[str, str]]:
    for path in (p for package in PACKAGES for p in sorted((ROOT / package).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="log" | "_log"), attr=level),
                    args=[ast.Constant(value=str(event)), *_],
                ):
                    yield event, level


def test_every_log_event_is_documented_with_its_levels_and_every_documented_one_is_logged() -> None:
    documented = {
        row[0].strip("`"): set(row[1].split(", ")) for row in rows(part(read("docs/operations.md"), "Log events"))
    }
    found: dict[str, set[str]] = {}
    for event, level in logged():
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", event), event
        found.setdefault(event, set()).add(level)
    assert found
    assert documented == found


def test_every_problem_of_a_source_is_explained() -> None:
    explained = part(read("docs/adding-a-source.md"), "Problems")
    assert names(explained) == {kind.value for kind in model.ProblemKind}


def test_every_reason_for_silence_is_explained() -> None:
    assert names(part(read("docs/operations.md"), "Looking inside")) == {reason.value for reason in model.Silence}


def test_every_command_is_in_the_subscribers_guide() -> None:
    from handlers import COMMANDS

    text = read("docs/subscribers.ar.md")
    assert [command for command in COMMANDS if f"`/{command}" not in text] == []


def test_every_phrase_of_the_subscribers_guide_is_understood_as_its_row_says() -> None:
    from handlers.phrases import understand

    table = part(read("docs/subscribers.ar.md"), "ماذا تكتب")
    for line in (line for line in table.splitlines() if "| `/" in line):
        _, phrases, command = (cell.strip() for cell in line.strip("|").split("|"))
        wish, _, about = command.strip("`/").partition(" ")
        for phrase in phrases.split("، "):
            said = understand(phrase)
            assert said is not None, phrase
            assert (said.wish, said.about) == (wish, about), phrase


def test_every_watch_of_the_subscribers_guide_can_be_watched() -> None:
    from bot.domain.expressions import Filter, parse_watch

    table = part(read("docs/subscribers.ar.md"), "ما الذي يمكن أن تتابعه")
    examples = [line.strip("|").split("|")[0].strip() for line in table.splitlines() if line[:2] == "| "][1:]
    assert len(examples) > 5
    for example in (one for cell in examples for one in cell.split("، أو: ")):
        assert not isinstance(parse_watch(example).root, Filter), example


def test_the_import_rules_are_those_that_are_checked() -> None:
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    assert "\n".join(["```", *layers, "```"]) in read("docs/architecture.md")


def test_decisions_are_numbered_without_gaps_and_each_says_what_would_change_it() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [file.name[:5] for file in files] == [f"{n:04}-" for n in range(1, len(files) + 1)]
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert text.startswith(f"# {file.name[:4]}: "), file.name
        assert re.findall(r"(?m)^\*\*(.+?)\.\*\*", text) == ["Context", "Choice", "Price", "What would change our mind"]


def test_every_decision_that_the_code_names_exists() -> None:
    numbers = {file.name[:4] for file in (ROOT / "docs" / "decisions").glob("*.md")}
    for path in (p for package in PACKAGES for p in (ROOT / package).rglob("*.py")):
        assert set(re.findall(r"docs/decisions/(\d{4})", path.read_text(encoding="utf-8"))) <= numbers, path


def test_every_file_of_data_that_the_notice_credits_is_there() -> None:
    named = set(re.findall(r"\b([a-z_]+\.(?:tsv|yaml))\b", read("NOTICE")))
    assert named
    assert [name for name in named if not (ROOT / "bot" / "data" / name).exists()] == []
