"""What the operator reads about the settings says what the code does."""

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bot.domain.model import SourceState
from bot.mistakes import choices
from bot.settings import Settings, keys, load_settings
from tests.settings_files import ROOT, load


def defaults() -> dict[str, Any]:
    """Every key outside the list of sources -> its default, a token as None."""

    def walk(model: BaseModel, prefix: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in model:
            found |= walk(value, f"{prefix}{name}.") if isinstance(value, BaseModel) else {prefix + name: value}
        return found

    return walk(Settings(), "")


def test_the_config_file_of_the_repository_holds_every_key_at_its_default() -> None:
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    assert load_settings(ROOT / "config.yaml", {}) == Settings()
    flat: set[str] = set()
    for name, value in yaml.safe_load(text).items():
        flat |= {f"{name}.{inner}" for inner in value} if isinstance(value, dict) else {name}
    assert flat == set(defaults())


def test_every_key_of_the_config_file_has_a_comment_and_every_section_an_arabic_one() -> None:
    lines = (ROOT / "config.yaml").read_text(encoding="utf-8").splitlines()
    for before, line in zip(["", *lines], lines, strict=False):
        if re.fullmatch(r"[a-z_]+:", line):
            assert re.match(r"# [ء-ي]", before), line
        elif line and not line.startswith("#"):
            assert re.search(r"\S +# \S", line), line


def test_the_example_in_the_config_file_works_and_shows_every_key_of_a_source(tmp_path: Path) -> None:
    _, example = (ROOT / "config.yaml").read_text(encoding="utf-8").split("\n# sources:\n")
    loaded = load(tmp_path, "sources:\n" + re.sub(r"(?m)^#", "", example))
    shown = {name for entry in loaded.sources for name in entry.model_fields_set} - {"selectors"}
    shown |= {f"selectors.{name}" for e in loaded.sources if e.selectors for name in e.selectors.model_fields_set}
    assert shown == {key.removeprefix("sources[].") for key in keys() if "[]" in key}


def test_the_documentation_lists_every_key_with_its_default_and_bounds() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip(" `") for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| `")
    ]
    documented = {row[0]: (row[1], row[2]) for row in rows if len(row) == 4}
    assert documented == {
        key: (_written(defaults().get(key)), _accepts(field, defaults().get(key))) for key, field in keys().items()
    }


def _written(value: object) -> str:
    """A default as the documentation writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, int | float) else str(value or "none")


def _accepts(field: FieldInfo, default: object) -> str:
    bounds = [_written(getattr(b, side)) for b in field.metadata for side in ("ge", "le") if hasattr(b, side)]
    if field.annotation == SourceState | None:
        return "true, false, check"
    if isinstance(default, bool) or field.annotation == bool | None:
        return "true, false"
    return " to ".join(bounds) or ", ".join(choices(field))


def test_every_variable_of_the_token_is_documented() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in text for name in ("BOT_TOKEN", "BOT_TOKEN_FILE", "BOT_API_BASE"))
