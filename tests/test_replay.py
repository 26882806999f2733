"""`python -m bot replay`: what the command itself promises. What the pipeline makes of news is told elsewhere."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import NOON
from tests.journeys.newsday import Played, capture, item, replay, rss

ROOT = Path(__file__).parents[1]
MINUTE = timedelta(minutes=1)
OLD = item("نشرة الصباح", "لا جديد.", "old", NOON - 3 * MINUTE)
WATER = item("انقطاع المياه عن جاسم", "انقطعت المياه عن أحياء مدينة جاسم بسبب عطل.", "water", NOON + 10 * MINUTE)
STRIKE = item("غارة جوية على مدينة نوى", "قُتل شخصان بغارة جوية على مدينة نوى.", "strike", NOON + 20 * MINUTE)


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """Two sources, each polled before the first news."""
    folder = tmp_path / "day"
    capture(folder, "zeta", NOON, rss(OLD))
    capture(folder, "zeta", NOON + 10 * MINUTE, rss(WATER, OLD))
    capture(folder, "alpha", NOON, rss(OLD.replace("old", "older")))
    capture(folder, "alpha", NOON + 20 * MINUTE, rss(STRIKE))
    return folder


def config(tmp_path: Path, **settings: Any) -> list[str]:
    file = tmp_path / "settings.yaml"
    file.write_text(yaml.safe_dump({"use_catalogue": False, **settings}, allow_unicode=True), encoding="utf-8")
    return ["--config", str(file)]


def played(*arguments: str) -> Played:
    result = replay(*arguments)
    assert result.exit_code == 0, result.output or repr(result.exception)
    return Played([json.loads(line) for line in result.stdout.splitlines()])


def refused(*arguments: str) -> str:
    result = replay(*arguments)
    assert result.exit_code == 2, result.output or repr(result.exception)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


def test_every_decision_and_every_message_is_a_line_in_the_order_of_time(day: Path, tmp_path: Path) -> None:
    run = played(str(day), "--watch", "جاسم", "--watch", "نوى", *config(tmp_path))
    decided = [(line["source"], line["title"]) for line in run.lines if "article" in line]
    assert [source for source, _ in decided] == ["alpha", "zeta", "zeta", "alpha"]
    assert [line["at"] for line in run.lines] == sorted(line["at"] for line in run.lines)
    water, strike = run.articles()
    assert {"at", "source", "article", "title", "story", "relation", "score", "reason", "told", "not_told"} <= set(
        water
    )
    assert (water["relation"], water["told"]) == ("new", [{"watch": "جاسم", "as": "first"}])
    assert strike["told"] == [{"watch": "نوى", "as": "first"}]
    (message,) = run.sent("جاسم")
    assert set(message) == {"at", "watch", "sends", "message", "answers"}
    assert "<b>" in message["sends"]  # as it would have been sent
    assert run.lines.index(water) < run.lines.index(message) < run.lines.index(strike)


def test_what_is_there_at_the_first_poll_of_a_source_tells_nobody_and_the_reason_is_given(
    tmp_path: Path,
) -> None:
    capture(tmp_path / "day", "zeta", NOON + 10 * MINUTE, rss(WATER, OLD))
    run = played(str(tmp_path / "day"), "--watch", "جاسم", *config(tmp_path))
    assert [line["silence"] for line in run.lines] == ["first_poll", "first_poll"]


def test_watches_are_given_as_options_and_in_a_file_of_the_day(day: Path, tmp_path: Path) -> None:
    (day / "watches.txt").write_text("# of the south\n\nجاسم\n  نوى  \n", encoding="utf-8")
    run = played(str(day), "--watch", "فئة: غارة", *config(tmp_path))
    assert [run.told(watch) for watch in ("جاسم", "نوى", "فئة: غارة")] == [["first"]] * 3
    assert len([line for line in run.lines if "sends" in line]) == 3


def test_without_watches_the_stories_are_told_all_the_same(day: Path, tmp_path: Path) -> None:
    run = played(str(day), *config(tmp_path))
    assert [line["relation"] for line in run.articles()] == ["new", "new"]
    assert not any("sends" in line for line in run.lines)


@pytest.mark.parametrize("where", ["option", "file"])
def test_a_watch_that_cannot_be_read_is_refused_before_the_first_line(day: Path, where: str) -> None:
    if where == "file":
        (day / "watches.txt").write_text("جاسم\n(نوى\n", encoding="utf-8")
        assert "watch-unbalanced" in refused(str(day))
    else:
        assert "watch-unbalanced" in refused(str(day), "--watch", "(نوى")


def test_a_name_that_holds_no_instant_is_refused_and_named(day: Path) -> None:
    (day / "zeta" / "monday.xml").write_bytes(rss(WATER))
    said = refused(str(day))
    assert "monday.xml" in said
    assert "2026-10-03T14-05-00Z.xml" in said  # what a good one looks like


@pytest.mark.parametrize("name", ["2026-13-40T10-00-00Z.xml", "2026-03-14T25-00-00Z.xml"])
def test_an_instant_that_does_not_exist_is_refused(day: Path, name: str) -> None:
    (day / "zeta" / name).write_bytes(rss(WATER))
    refused(str(day))


@pytest.mark.parametrize("name", ["2026-03-14T09-10-00Z.xml", "2026-03-14T09:10:00Z.rss", "2026-03-14T09-10-00.xml"])
def test_an_instant_may_be_written_in_several_ways(tmp_path: Path, name: str) -> None:
    capture(tmp_path / "day", "zeta", NOON, rss(OLD))
    (tmp_path / "day" / "zeta" / name).write_bytes(rss(WATER))
    (tmp_path / "day" / "zeta" / ".hidden").write_text("not a document")
    (water,) = played(str(tmp_path / "day"), *config(tmp_path)).articles()
    assert water["at"] == "2026-03-14T09:10:00+00:00"


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_without_documents_is_refused(tmp_path: Path, exists: bool) -> None:
    folder = tmp_path / "day"
    if exists:
        folder.mkdir()
    assert "no documents" in refused(str(folder), "--watch", "جاسم")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b"<!doctype html><html><body><h1>404</h1></body></html>", "not_a_feed"),
        (b"\xff\xfe\x00<", None),
    ],
    ids=["empty", "page", "noise"],
)
def test_a_broken_document_is_a_problem_of_its_source_and_the_rest_goes_on(
    day: Path, tmp_path: Path, body: bytes, kind: str | None
) -> None:
    capture(day, "zeta", NOON + 5 * MINUTE, body)
    run = played(str(day), "--watch", "جاسم", "--watch", "نوى", *config(tmp_path))
    (problem,) = [line for line in run.lines if "problem" in line]
    assert (problem["at"], problem["source"]) == ("2026-03-14T09:05:00+00:00", "zeta")
    assert kind in (problem["problem"], None)
    assert run.told("جاسم") == run.told("نوى") == ["first"]


def test_a_document_that_is_cut_gives_the_items_before_the_cut(tmp_path: Path) -> None:
    folder = tmp_path / "day"
    capture(folder, "zeta", NOON, rss(OLD))
    whole = rss(WATER, STRIKE)
    capture(folder, "zeta", NOON + 30 * MINUTE, whole[: whole.index(b"<item>", whole.index(b"</item>")) + 40])
    run = played(str(folder), "--watch", "جاسم", "--watch", "نوى", *config(tmp_path))
    assert [line["problem"] for line in run.lines if "problem" in line] == ["cut"]
    assert (run.told("جاسم"), run.told("نوى")) == (["first"], [])


def test_the_same_day_gives_the_same_lines(day: Path, tmp_path: Path) -> None:
    options = [str(day), "--watch", "جاسم", "--watch", "نوى", "--watch", "درعا", *config(tmp_path)]
    first, second = replay(*options), replay(*options)
    assert first.exit_code == 0
    assert first.stdout.count("\n") > 6
    assert first.stdout == second.stdout


@pytest.mark.parametrize("seconds", [0, 60, 480])
def test_what_is_not_critical_waits_as_long_as_the_settings_say(day: Path, tmp_path: Path, seconds: int) -> None:
    alerts = config(tmp_path, alerts={"settle_seconds": seconds})
    run = played(str(day), "--watch", "جاسم", "--watch", "نوى", *alerts)
    water, strike = run.sent("جاسم")[0], run.sent("نوى")[0]
    assert water["at"] == (NOON + 10 * MINUTE + timedelta(seconds=seconds)).isoformat()
    assert strike["at"] == (NOON + 20 * MINUTE).isoformat()


class Counting(HTTPServer):
    asked = 0


@pytest.fixture
def publisher() -> Iterator[Counting]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked += 1
            self.send_error(404)

    server = Counting(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_nothing_is_fetched_and_the_database_of_the_bot_is_left_alone(tmp_path: Path, publisher: Counting) -> None:
    site = f"http://127.0.0.1:{publisher.server_port}"
    water = item("انقطاع المياه عن جاسم", "انقطعت المياه.", "water", NOON + 10 * MINUTE, link=f"{site}/water")
    capture(tmp_path / "day", "zeta", NOON, rss(OLD))
    capture(tmp_path / "day", "zeta", NOON + 10 * MINUTE, rss(water, OLD))
    database = f"sqlite:///{tmp_path}/rasid.sqlite3"
    settings = config(
        tmp_path,
        sources=[{"id": "zeta", "url": f"{site}/feed", "name_ar": "صوت الجنوب"}],
        telegram={"token": "1:secret-of-the-test", "api_base": f"{site}/bot"},
        polling={"allow_private_addresses": True},
        database_url=database,
        local={"database_url": database},
    )
    run = played(str(tmp_path / "day"), "--watch", "جاسم", *settings)
    assert "صوت الجنوب" in run.shown("جاسم")[0]
    assert f"{site}/water" in run.sent("جاسم")[0]["sends"]
    assert publisher.asked == 0
    assert not (tmp_path / "rasid.sqlite3").exists()


def test_only_json_stands_on_standard_output(day: Path, tmp_path: Path) -> None:
    """As a process of its own: what is logged goes elsewhere."""
    capture(day, "zeta", NOON + 5 * MINUTE, b"")
    command = [sys.executable, "-m", "bot", "replay", str(day), "--watch", "جاسم", *config(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert Played(lines).told("جاسم") == ["first"]
