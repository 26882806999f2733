"""Loads settings from real files, and catches their mistakes."""

from pathlib import Path

import pytest

from bot.domain.errors import SettingsError
from bot.mistakes import SettingsMistake
from bot.settings import Settings, load_settings

ROOT = Path(__file__).parent.parent
TOKEN = "123456:a-Hidden_Value"


def load(tmp_path: Path, text: str, **environ: str) -> Settings:
    file = tmp_path / "rasid.yaml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, environ)


def refused(tmp_path: Path, text: str, **environ: str) -> dict[str, SettingsMistake]:
    """The mistakes by their paths."""
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text, **environ)
    assert caught.value.__context__ is None, "a vendor's error would carry the values that were given"
    mistakes = {m.path: m for m in caught.value.mistakes if isinstance(m, SettingsMistake)}
    assert len(mistakes) == len(caught.value.mistakes)
    return mistakes
