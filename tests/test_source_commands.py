"""`sources …` as an operator runs it, on a database of its own, with a publisher on loopback."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.commands.sources import sources

FEED = (
    "<rss version='2.0'><channel><title>شبكة السهل</title><item><title>انقطاع المياه عن حي الكاشف</title>"
    "<guid>1</guid><description>قالت البلدية إن الإصلاح جارٍ.</description></item></channel></rss>"
)
OPML = (
    "<opml version='2.0'><body><outline text='شبكة' xmlUrl='https://sahl.example/feed/'/>"
    "<outline text='قناة' xmlUrl='https://t.me/sahl_test'/><outline xmlUrl='?'/></body></opml>"
)


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{n}.xml">' for n in (1, 2))
        pages = {"/feed.xml": FEED, "/1.xml": FEED, "/2.xml": FEED, "/": f"<html><head>{links}</head></html>"}
        body = pages.get(self.path, "").encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html" if self.path == "/" else "application/rss+xml")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def base() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Run":
    config = tmp_path / "rasid.yaml"
    local = f"local:\n  database_url: sqlite:///{tmp_path}/rasid.sqlite3\n"
    config.write_text(f"{local}polling:\n  allow_private_addresses: true\n", encoding="utf-8")
    monkeypatch.delenv("BOT_TOKEN", raising=False)
    return Run(config)


class Run:
    def __init__(self, config: Path) -> None:
        self.config = config

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(sources, [*arguments, "--config", str(self.config)])


def undated(opml: str) -> str:
    return re.sub("<dateCreated>.*?</dateCreated>", "", opml)


def test_a_list_comes_in_is_listed_and_goes_out_again(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.opml"
    file.write_text(OPML, encoding="utf-8")
    assert "2 sources added, 0 known, 1 of no use" in run("import", str(file)).output
    assert "0 sources added, 2 known, 1 of no use" in run("import", str(file)).output
    rows = [line.split("\t") for line in run("list").output.splitlines()]
    assert [(row[1], row[2], row[4], row[5]) for row in rows] == [
        ("feed", "untried", "https://sahl.example/feed/", "شبكة"),
        ("telegram", "untried", "https://t.me/s/sahl_test", "قناة"),
    ]
    out = tmp_path / "out.opml"
    assert run("export", str(out)).exit_code == 0
    assert undated(out.read_text(encoding="utf-8")) == undated(run("export").stdout)
    assert "2 known" in run("import", str(out)).output


@pytest.mark.parametrize("content", ["<!DOCTYPE opml><opml/>", "no list", None])
def test_a_file_that_is_no_list_is_refused_in_both_languages(run: Run, tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "list.opml"
    if content:
        file.write_text(content, encoding="utf-8")
    result = run("import", str(file))
    assert result.exit_code == 2
    assert str(file) in result.output
    assert "Traceback" not in result.output


def test_a_feed_is_looked_at_before_it_is_added(run: Run, base: str) -> None:
    result = run("add", f"{base}/feed.xml")
    assert result.exit_code == 0, result.output
    assert "شبكة السهل" in result.output
    assert "Added" in result.output
    assert "It was there already" in run("add", f"{base}/feed.xml").output
    assert len(run("list").output.splitlines()) == 1


def test_of_several_the_operator_chooses(run: Run, base: str) -> None:
    result = run("add", f"{base}/")
    assert result.exit_code == 2
    assert f"{base}/1.xml" in result.output
    assert f"{base}/2.xml" in result.output
    assert run("list").stdout == ""


@pytest.mark.parametrize(("address", "said"), [("nothing", "no address"), ("{base}/missing", "could not be read")])
def test_what_cannot_be_added_is_said(run: Run, base: str, address: str, said: str) -> None:
    result = run("add", address.format(base=base))
    assert result.exit_code == 2
    assert said in result.output
