"""The settings: real files, real environments, and which of them wins."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.model import SourceState
from bot.settings import Settings, keys, load_settings, variables
from tests.settings_files import ROOT, TOKEN, load, refused


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from the repository's own config.yaml."""
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")


def test_without_a_file_the_defaults_hold() -> None:
    assert load_settings(None, {}) == Settings()
    assert Settings().telegram.token is None


def test_the_config_file_of_the_working_directory_is_used_when_none_is_named() -> None:
    Path("config.yaml").write_text("language: en", encoding="utf-8")
    assert load_settings(None, {}).language == "en"


def test_the_named_file_stands_alone(tmp_path: Path) -> None:
    Path("config.yaml").write_text("language: en", encoding="utf-8")
    assert load(tmp_path, "local: {port: 1}").language == "ar"


def test_environment_wins_over_file_and_file_over_default(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        "polling: {interval_seconds: 120, concurrency: 4}",
        RASID_POLLING__INTERVAL_SECONDS="60",
        PATH="/bin",
    )
    assert loaded.polling.interval_seconds == 60
    assert loaded.polling.concurrency == 4
    assert loaded.polling.readers == 2


def test_every_kind_of_value_can_come_from_the_environment(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        "",
        RASID_DATABASE_URL="postgresql+psycopg://rasid@db/rasid",
        RASID_LANGUAGE="en",
        RASID_POLLING__SWEEP_SECONDS="0.2",
        RASID_POLLING__ALLOW_PRIVATE_ADDRESSES="true",
        RASID_POLLING__USER_AGENT="12",
        RASID_SOURCES=json.dumps([{"id": "town", "url": "http://127.0.0.1:1/a.xml", "name_ar": "بلدة"}]),
        RASID_LOG__FORMAT="json",
    )
    assert (loaded.database_url, loaded.language) == ("postgresql+psycopg://rasid@db/rasid", "en")
    assert (loaded.polling.sweep_seconds, loaded.polling.allow_private_addresses) == (0.2, True)
    assert (loaded.polling.user_agent, loaded.log.format) == ("12", "json")
    assert loaded.sources[0].name_ar == "بلدة"


def test_every_key_has_its_variable() -> None:
    simple = {key for key in keys() if "[]" not in key}
    assert {name: key for name, key in variables().items() if name.startswith("RASID_")} == {
        "RASID_" + key.upper().replace(".", "__"): key for key in simple
    }


def test_keys_with_nothing_behind_them_are_not_set(tmp_path: Path) -> None:
    assert load(tmp_path, "polling:\nlog:\n  level:\nsources:\n", RASID_LOCAL__PORT="") == Settings()


def test_importing_the_settings_reads_nothing() -> None:
    Path("config.yaml").write_text("broken: [", encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", "import bot.settings"],
        env={"PYTHONPATH": str(ROOT), "RASID_XYZZY": "1"},
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


def test_a_byte_order_mark_is_not_a_mistake(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufefflanguage: en").language == "en"


def test_the_user_agent_names_a_contact_when_there_is_one(tmp_path: Path) -> None:
    assert Settings().polling.identity == "Rasid/0.1"
    assert load(tmp_path, 'polling: {contact: "news@example.org"}').polling.identity == "Rasid/0.1 (+news@example.org)"


def given_token(loaded: Settings) -> str | None:
    return loaded.telegram.token.get_secret_value() if loaded.telegram.token else None


@pytest.mark.parametrize("token", ["1:x", TOKEN, f"  {TOKEN}\n"])
def test_a_token_comes_from_the_environment(tmp_path: Path, token: str) -> None:
    assert given_token(load(tmp_path, "telegram: {token: '2:y'}", BOT_TOKEN=token)) == token.strip()


def test_a_token_comes_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text(TOKEN + "\n", encoding="utf-8")
    assert given_token(load(tmp_path, "", BOT_TOKEN_FILE=str(secret), BOT_TOKEN="")) == TOKEN


def test_an_empty_token_is_none_even_over_the_file(tmp_path: Path) -> None:
    assert given_token(load(tmp_path, f"telegram: {{token: '{TOKEN}'}}", BOT_TOKEN="")) is None
    assert given_token(load(tmp_path, 'telegram: {token: ""}', BOT_TOKEN_FILE="", BOT_API_BASE="")) is None


def test_another_bot_api_server_is_named_by_its_short_variable(tmp_path: Path) -> None:
    base = "http://127.0.0.1:18081/bot"
    assert load(tmp_path, "", BOT_API_BASE=base).telegram.api_base == base


def test_the_token_is_never_shown(tmp_path: Path) -> None:
    loaded = load(tmp_path, "", BOT_TOKEN=TOKEN)
    shown = f"{loaded!r} {loaded} {loaded.telegram} {loaded.model_dump()} {loaded.model_dump_json()}"
    assert "Hidden" not in shown


def test_the_password_of_the_database_is_not_shown(tmp_path: Path) -> None:
    url = "postgresql+psycopg://rasid:Hidden@db/rasid"
    loaded = load(tmp_path, "", RASID_DATABASE_URL=url, RASID_LOCAL__DATABASE_URL=url)
    assert "Hidden" not in repr(loaded) + str(loaded)


def test_a_known_id_changes_only_what_it_names_and_another_id_adds_a_source(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        """
        polling: {interval_seconds: 100}
        sources:
          - {id: sana, interval_seconds: 30}
          - {id: alikhbariah, enabled: false}
          - {id: enab_baladi, enabled: true}
          - {id: town, url: "https://example.org/feed"}
          - {id: away, url: "https://example.org/off", enabled: false}
        """,
    )
    found = {source.id: source for source in loaded.enabled_sources}
    before = {source.id: source for source in Settings().enabled_sources}
    assert set(found) == set(before) - {"alikhbariah"} | {"enab_baladi", "town"}
    assert (found["sana"].url, found["sana"].interval) == (before["sana"].url, timedelta(seconds=30))
    assert found["syria_tv"].interval == timedelta(seconds=100)
    town = found["town"]
    assert (town.name_ar, town.name_en, town.language, town.outlet) == ("town", "town", "ar", "town")
    every = {source.id: source.state for source in loaded.all_sources}
    assert (every["sana"], every["town"], every["away"]) == (SourceState.ON, SourceState.ON, SourceState.OFF)


def test_without_the_catalogue_only_the_operators_sources_are_polled(tmp_path: Path) -> None:
    text = "use_catalogue: false\nsources: [{id: a, url: 'https://example.org/'}]"
    assert [source.id for source in load(tmp_path, text).enabled_sources] == ["a"]
    assert "sources[0].url" in refused(tmp_path, "use_catalogue: false\nsources: [{id: sana}]")
