"""The commands of the gazetteer and of analysis, as an operator runs them."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import cli

OCHA = (
    "admin1Pcode,admin1Name_ar,admin2Pcode,admin3Pcode,pcode,name_ar,name_en,latitude,longitude\n"
    "SY12,درعا,SY1203,SY120301,C6999,خربة التجربة,Kherbet Tajreba,32.99,36.06\n"
)
GEONAMES = "999999\tNawa\tNawa\tنوى\t32.8886\t36.0427\tP\tPPL\tSY\t\t08\t\t\t\t0\t\t500\tAsia/Damascus\t2020-01-01\n"


def run(*arguments: str, lines: str = "") -> Result:
    return CliRunner().invoke(cli, arguments, input=lines)


def answers(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_analyse_answers_each_line_in_its_place() -> None:
    item = {"id": "a", "title": "قصف على مدينة جاسم", "text": "وصلت سيارات الإسعاف إلى المكان."}
    lines = json.dumps(item, ensure_ascii=False) + '\nno json\n[1]\n{"id": "b", "title": 7, "text": ["x"]}\n'
    first, broken, no_object, empty = answers(run("analyse", lines=lines))
    assert (first["id"], first["language"]) == ("a", "ar")
    (place,) = first["places"]  # type: ignore[misc]
    assert (place["field"], place["surface"], place["code"]) == ("title", "جاسم", "C6111")
    assert "قصف على مدينة جاسم"[place["start"] : place["end"]] == "جاسم"
    assert "error" in broken
    assert "error" in no_object
    assert (empty["id"], empty["places"]) == ("b", [])


def test_match_says_what_would_alert_and_why_not() -> None:
    item = json.dumps(
        {"id": 1, "title": "قصف على مدينة جاسم", "text": "تراجع الدور الروسي في الجنوب."}, ensure_ascii=False
    )
    watches = ("درعا", "قصف + درعا", "الدور", "حلب")
    (answer,) = answers(run("match", *(part for w in watches for part in ("--watch", w)), lines=item + "\n"))
    pushed = {match["watch"]: match["push"] for match in answer["matches"]}  # type: ignore[attr-defined]
    assert pushed == {"درعا": True, "قصف + درعا": True, "الدور": False, "حلب": False}


def test_a_watch_that_cannot_be_read_is_refused_before_the_first_line() -> None:
    result = run("match", "--watch", "(قصف", lines="{}\n")
    assert result.exit_code == 2
    assert "watch-unbalanced" in result.output


def test_find_explains_a_name_that_several_places_share() -> None:
    result = run("places", "find", "الباب")
    assert result.exit_code == 0
    *places, risk = (line for line in result.stdout.splitlines() if line[0] != " ")
    assert [line.split()[1] for line in places] == ["SY0202", "SY020200", "C1202"]
    assert float(risk.split()[1]) > 0.5 > float(run("places", "find", "القامشلي").stdout.splitlines()[-1].split()[1])
    assert run("places", "find", "لا مكان كهذا").exit_code == 2


def test_an_imported_place_is_found_and_a_broken_row_changes_nothing(tmp_path: Path) -> None:
    good, bad, out = tmp_path / "good.csv", tmp_path / "bad.csv", tmp_path / "out.tsv"
    good.write_text(OCHA, encoding="utf-8")
    bad.write_text(OCHA + "SY12,درعا,SY1203,SY120301,C6998,بلا مكان,Nowhere,,\n", encoding="utf-8")
    assert run("places", "import", str(good), "--out", str(out)).exit_code == 0
    table = out.read_bytes()
    assert "C6999" in run("places", "find", "خربة التجربة", "--places-file", str(out)).stdout
    refused = run("places", "import", str(bad), "--out", str(out))
    assert refused.exit_code == 2
    assert "! bad.csv:3: " in refused.output
    assert out.read_bytes() == table


@pytest.fixture
def dump() -> Iterator[str]:
    """An address that serves a country dump."""

    class Dump(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/SY.txt":
                self.send_error(404)
                return
            body = GEONAMES.encode() * 5000  # more than one read brings
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Dump)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_update_downloads_and_merges_or_says_why_not(dump: str, tmp_path: Path) -> None:
    out = tmp_path / "out.tsv"
    config = tmp_path / "config.yaml"
    config.write_text(f"places: {{geonames_url: '{dump}/SY.txt'}}", encoding="utf-8")
    done = run("places", "update", "--config", str(config), "--out", str(out))
    assert done.exit_code == 0, done.output
    assert "5000 rows" in done.output
    assert out.exists()
    config.write_text(f"places: {{geonames_url: '{dump}/missing.zip'}}", encoding="utf-8")
    failed = run("places", "update", "--config", str(config), "--out", str(tmp_path / "other.tsv"))
    assert failed.exit_code == 2
    assert "404" in failed.output
    assert not (tmp_path / "other.tsv").exists()
