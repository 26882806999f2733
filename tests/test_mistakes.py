"""Every mistake in the settings is told at once, in both languages, and none repeats what was given."""

import re
from pathlib import Path

import pytest
import yaml
from fluent.syntax import parse
from fluent.syntax.ast import Message
from hypothesis import HealthCheck, given, settings, strategies

from bot.data import read_text
from bot.domain.errors import SettingsError
from bot.mistakes import describe
from bot.settings import keys, load_settings
from tests.settings_files import ROOT, TOKEN, load, refused

WRONG = """\
language: fr
telegram: {token: nonsense}
polling:
  interval: 5
  timeout_seconds: 900
  concurrency: "16"
  sweep_seconds: soon
  readers: true
  user_agent: راصد
limits: 5
local:
  samples: maybe
  samples: yes
log: {level: loud}
database_url: mysql://rasid@db/rasid
colour: red
port: 80
sources:
  - {id: town, url: "https://example.org/a"}
  - {id: town, url: "example.org/b"}
  - {id: alikhbaria}
  - {url: "https://example.org/c", language: xx, interval_seconds: 0}
  - {id: My Town, url: "ftp://example.org", enabled: 1, name_ar: 24}
  - town
"""

TOLD = {  # path -> line, and what the remedy names
    "language": (1, "ar, en"),
    "telegram.token": (2, "@BotFather"),
    "polling.interval": (4, "interval_seconds"),
    "polling.timeout_seconds": (5, "0.05 to 300"),
    "polling.concurrency": (6, "without quotes"),
    "polling.sweep_seconds": (7, "0.5"),
    "polling.readers": (8, "digits"),
    "polling.user_agent": (9, "Latin"),
    "limits": (10, "key: value"),
    "local.samples": (13, "Keep one"),
    "log.level": (14, "debug, info, warning, error"),
    "database_url": (15, "postgresql+psycopg://"),
    "colour": (16, "use_catalogue"),
    "port": (17, "local.port"),
    "sources[1].id": (20, "another id"),
    "sources[1].url": (20, "https://"),
    "sources[2].url": (21, "alikhbariah"),
    "sources[3].id": (22, "daraa24"),
    "sources[3].language": (22, "ar, en, ckb, kmr, tr, fa, other"),
    "sources[3].interval_seconds": (22, "1 to 86400"),
    "sources[4].id": (23, "small Latin letters"),
    "sources[4].url": (23, "https://"),
    "sources[4].enabled": (23, "check"),
    "sources[4].name_ar": (23, "in quotes"),
    "sources[5]": (24, "key: value"),
    "RASID_POLLING__MAX_BYTES": (None, "1000 to 100000000"),
    "RASID_POLLING_READERS": (None, "RASID_POLLING__READERS"),
    "RASID_XYZZY": (None, "docs/configuration.md"),
    "BOT_API_BASE": (None, "/bot"),
}


def test_every_mistake_is_told_at_once_with_its_line_and_a_remedy(tmp_path: Path) -> None:
    mistakes = refused(
        tmp_path,
        WRONG,
        RASID_POLLING__MAX_BYTES="5",
        RASID_POLLING_READERS="5",
        RASID_XYZZY="1",
        BOT_API_BASE="http://127.0.0.1:1",
    )
    assert set(mistakes) == set(TOLD)
    for path, (line, remedy) in TOLD.items():
        assert mistakes[path].line == line, path
        assert remedy in mistakes[path].remedy, path
        assert re.search("[ء-ي]", mistakes[path].problem_ar), path
        assert re.search("[ء-ي]", mistakes[path].remedy_ar), path


def test_the_operator_reads_both_languages(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, "polling:\n  interval: 5\nlanguage: fr\n")
    assert describe(caught.value) == (
        "The settings cannot be used: 2 mistakes.\n"
        "لا يمكن استعمال الإعدادات: فيها خطآن.\n\n"
        "language  (line 3 · السطر 3)\n"
        "    This is none of the words allowed here. Write one of: ar, en.\n"
        "    ليست هذه من الكلمات المسموحة هنا. اكتب واحدة من: ar, en.\n\n"
        "polling.interval  (line 2 · السطر 2)\n"
        "    There is no such key. Did you mean interval_seconds?\n"
        "    لا يوجد مفتاح بهذا الاسم. هل تقصد interval_seconds؟"
    )


def test_mistakes_inside_the_sources_variable_are_named_by_it(tmp_path: Path) -> None:
    sources = '[{"id": "a", "url": "x"}, {"id": "a", "url": "http://a.example/", "urll": 1}]'
    assert set(refused(tmp_path, "sources: [{id: b}]", RASID_SOURCES=sources)) == {
        "RASID_SOURCES[0].url",
        "RASID_SOURCES[1].id",
        "RASID_SOURCES[1].urll",
    }


def test_a_broken_file_is_told_beside_the_mistakes_of_the_environment(tmp_path: Path) -> None:
    mistakes = refused(tmp_path, "language: ar\npolling: [1,\n", RASID_LANGUAGE="fr", RASID_SOURCES="[")
    assert set(mistakes) == {str(tmp_path / "rasid.yaml"), "RASID_LANGUAGE", "RASID_SOURCES"}
    broken = mistakes[str(tmp_path / "rasid.yaml")]
    assert broken.line == 3
    assert "column 1" in broken.problem
    assert "العمود 1" in broken.problem_ar


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a: b: c", "not YAML"),
        ("\tlanguage: ar", "not YAML"),
        ("language: ar\n---\nlanguage: en", "not YAML"),
        ("language: !!python/name:os.system x", "not YAML"),
        ("language: *nobody", "not YAML"),
        ("language: \x07", "control character"),
        ("language: 2026-13-45", "date"),
        ("language: !!bool perhaps", "date"),
        ("sources: " + "[" * 1200, "date"),
        ("- language", "section"),
        ("just words", "section"),
    ],
)
def test_a_file_that_cannot_be_read_has_its_reason(tmp_path: Path, text: str, word: str) -> None:
    assert word in refused(tmp_path, text)[str(tmp_path / "rasid.yaml")].problem


def test_a_value_that_holds_itself_is_told_where_it_stands(tmp_path: Path) -> None:
    assert set(refused(tmp_path, "polling: &all\n  whole: *all")) == {"polling.whole"}


def test_a_file_that_is_missing_or_not_text_has_its_reason(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("language: ä".encode("latin-1"))
    for path, word in ((tmp_path / "none.yaml", "no such file"), (latin, "UTF-8"), (tmp_path, "cannot be read")):
        with pytest.raises(SettingsError) as caught:
            load_settings(path, {})
        (mistake,) = caught.value.mistakes
        assert mistake.path == str(path)
        assert word in mistake.problem


@pytest.mark.parametrize(
    "url",
    ["", "sana.sy/feed", "ftp://a.example/", "https://", "http://h:99999/", "http://[::1/", "http://a b.example/",
     "https://user:word@a.example/", "http://a.example/\n"],
)  # fmt: skip
def test_an_address_that_cannot_be_asked_is_refused(tmp_path: Path, url: str) -> None:
    assert "sources[0].url" in refused(tmp_path, yaml.safe_dump({"sources": [{"id": "a", "url": url}]}))


@pytest.mark.parametrize("url", ["http://127.0.0.1:18081/feed/1.xml", "http://[::1]:8/", "https://مثال.example/خبر"])
def test_an_address_of_any_host_is_accepted(tmp_path: Path, url: str) -> None:
    text = yaml.safe_dump({"use_catalogue": False, "sources": [{"id": "a", "url": url}]})
    assert [source.url for source in load(tmp_path, text).enabled_sources] == [url]


@pytest.mark.parametrize(
    ("entry", "key", "remedy"),
    [
        ("kind: rss, url: 'https://a.example/'", "kind", "feed, telegram, sitemap, page"),
        ("kind: telegram, handle: 'https://t.me/s/abcd'", "handle", "the name alone"),
        ("kind: telegram, handle: abc", "handle", "the name alone"),
        ("handle: a-town", "handle", "the name alone"),
        ("kind: telegram", "handle", "handle: "),
        ("kind: sitemap", "url", "url: "),
        ("kind: feed, handle: abcd", "handle", "kind: telegram"),
        ("url: 'https://a.example/', handle: abcd", "handle", "Keep one"),
        ("kind: page, url: 'https://a.example/'", "selectors", "item: li.post"),
        ("kind: page, url: 'https://a.example/', selectors: {title: h2}", "selectors.item", "one item of the page"),
        ("kind: page, url: 'https://a.example/', selectors: {item: ' '}", "selectors.item", "Write something"),
        ("kind: page, url: 'https://a.example/', selectors: {item: li, date: b}", "selectors.date", "item, title"),
        ("kind: page, url: 'https://a.example/', selectors: {item: 'li['}", "selectors.item", "li.post"),
        ("kind: page, url: 'https://a.example/', selectors: {item: li, title: 'h2::text'}", "selectors.title", "::"),
        ("url: 'https://a.example/', selectors: {item: li}", "selectors", "kind: page"),
        ("url: 'https://a.example/', languages: [ar, xx]", "languages[1]", "ar, en, ckb"),
        ("url: 'https://a.example/', languages: ar", "languages", "- "),
        ("url: 'https://a.example/', slant: good", "slant", "opposition"),
        ("url: 'https://a.example/', role: friend", "role", "press"),
        ("url: 'https://a.example/', strip: [follow us]", "strip[0]", "…"),
        ("url: 'https://a.example/', enabled: maybe", "enabled", "check"),
        ("url: 'https://a.example/', max_alerts: 0", "max_alerts", "1 to 1000"),
        ("url: 'https://a.example/', evidence: live", "evidence", "enabled"),
    ],
)
def test_what_a_source_of_its_kind_cannot_do_without_is_told(tmp_path: Path, entry: str, key: str, remedy: str) -> None:
    mistakes = refused(tmp_path, f"sources: [{{id: a, {entry}}}]")
    assert set(mistakes) == {f"sources[0].{key}"}
    (mistake,) = mistakes.values()
    assert remedy in mistake.remedy
    assert re.search("[ء-ي]", mistake.remedy_ar)


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        ("id: sana, handle: sana_gov, kind: feed", "handle"),
        ("id: sana, kind: page", "selectors"),
        ("id: sana_tg, selectors: {item: li}", "selectors"),
    ],
)
def test_a_source_of_the_catalogue_cannot_be_changed_into_what_does_not_work(
    tmp_path: Path, entry: str, key: str
) -> None:
    assert set(refused(tmp_path, f"sources: [{{{entry}}}]")) == {f"sources[0].{key}"}


_VALUES = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.floats() | strategies.text(),
    lambda inner: (
        strategies.lists(inner, max_size=3)
        | strategies.dictionaries(
            strategies.sampled_from([k.split(".")[-1] for k in keys()]) | strategies.text(), inner
        )
    ),
    max_leaves=8,
)
_FILES = strategies.dictionaries(strategies.sampled_from(sorted({k.split(".")[0] for k in keys()})), _VALUES)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(data=_FILES | _VALUES)
def test_whatever_yaml_is_given_it_loads_or_is_told(tmp_path: Path, data: object) -> None:
    try:
        load(tmp_path, yaml.safe_dump(data, allow_unicode=True))
    except SettingsError as error:
        describe(error)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(text=strategies.text(strategies.sampled_from("abسا:-[]{}&*!|>'\"%@#?, \n\t1<=.\x07"), max_size=40))
def test_whatever_text_is_given_it_loads_or_is_told(tmp_path: Path, text: str) -> None:
    try:
        load(tmp_path, text)
    except SettingsError as error:
        describe(error)


@pytest.mark.parametrize("token", ["abc", "1:", ":x", "1:x y", "١:x", "1:x:y"])
def test_a_malformed_token_is_told_how_to_get_one(tmp_path: Path, token: str) -> None:
    mistake = refused(tmp_path, "", BOT_TOKEN=token)["BOT_TOKEN"]
    assert "@BotFather" in mistake.remedy
    assert "@BotFather" in mistake.remedy_ar


def test_token_files_that_cannot_be_used_are_mistakes(tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.write_text(" \n", encoding="utf-8")
    binary.write_bytes(b"\xff\xfe\x00")
    for path, word in ((tmp_path / "nowhere", "exist"), (tmp_path, "read"), (empty, "empty"), (binary, "read")):
        assert word in refused(tmp_path, "", BOT_TOKEN_FILE=str(path))["BOT_TOKEN_FILE"].problem


def test_a_token_given_twice_is_a_mistake(tmp_path: Path) -> None:
    mistake = refused(tmp_path, "", BOT_TOKEN="1:x", RASID_TELEGRAM__TOKEN="1:x")["RASID_TELEGRAM__TOKEN"]
    assert "BOT_TOKEN" in mistake.problem


@pytest.mark.parametrize(
    "text",
    [
        f"telegram: {{token: '{TOKEN}!'}}",
        f"telegram: '{TOKEN}'",
        f"telegram: {{api_base: 'https://api.telegram.org/bot{TOKEN}'}}",
        f"telegram: {{'{TOKEN}': 1}}",
        f"'{TOKEN}': 1",
        f"log: {{level: '{TOKEN}'}}",
        f"polling: {{readers: '{TOKEN}'}}",
        f"sources: [{{id: '{TOKEN}'}}, {{id: a, url: '{TOKEN}'}}]",
        f"sources: '{TOKEN}'",
        f"telegram:\n  token: {TOKEN}: x",
        f"telegram: [{TOKEN}",
        "telegram: {token: *Hidden_Value}",
        "telegram: {token: !Hidden_Value x}",
        f"telegram: {{token: '{TOKEN}', token: '{TOKEN}'}}",
    ],
)
def test_a_token_in_the_wrong_place_is_not_repeated(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text)
    assert "Hidden" not in describe(caught.value) + str(caught.value) + repr(caught.value.mistakes)


def test_a_token_in_place_of_its_files_name_is_not_repeated(tmp_path: Path) -> None:
    assert "Hidden" not in repr(refused(tmp_path, "", BOT_TOKEN_FILE=TOKEN))


def test_the_messages_exist_in_both_languages_each_with_its_remedy() -> None:
    arabic, english = (
        {
            entry.id.name
            for entry in parse(read_text(f"messages/settings.{language}.ftl")).body
            if isinstance(entry, Message)
        }
        for language in ("ar", "en")
    )
    assert arabic == english
    problems = {name for name in english if not name.endswith("-remedy")} - {"heading"}
    assert {f"{name}-remedy" for name in problems} == english - problems - {"heading"}
    code = "".join(
        (ROOT / "bot" / name).read_text(encoding="utf-8")
        for name in ("settings.py", "forms.py", "catalogue.py", "mistakes.py")
    )
    assert problems == {name for name in problems if f'"{name}"' in code}
