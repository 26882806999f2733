"""`story` and `watches import`: an operator's hands on the running bot's database; on every kind of database."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
import yaml
from sqlalchemy import select
from typer.testing import CliRunner, Result

from bot import app
from bot.__main__ import cli
from bot.domain.model import Source
from bot.newsdesk import Newsdesk
from bot.places import Places
from bot.store import Store, sources
from bot.store.tables import alerts, chats, expressions, watches
from bot.watchlists import Watchlists
from tests.news import article, poll

SALMA, KHALED, GROUP = 7001, 7002, -1007003
MINUTE = timedelta(minutes=1)
OUTLETS = [Source(f"s{n}", f"مصدر {n}", f"Source {n}", f"http://127.0.0.1:1/{n}.xml") for n in range(2)]
FIRST = (
    "مقتل شخصين بانفجار عبوة ناسفة في مدينة نوى",
    "قُتل شخصان وأصيب ثلاثة آخرون بانفجار عبوة ناسفة بسيارة قرب دوار المدينة في نوى بريف درعا الغربي.",
)
SECOND = (
    "قتيلان في انفجار عبوة ناسفة بسيارة في نوى غربي درعا",
    "انفجرت عبوة ناسفة بسيارة قرب دوار مدينة نوى بريف درعا الغربي ما أدى إلى مقتل شخصين وإصابة ثلاثة.",
)
ALONE = ("انقطاع المياه عن أحياء في جاسم", "انقطعت المياه عن أحياء في مدينة جاسم بسبب عطل في المضخة.")


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Path:
    return configured(tmp_path, database_url)


def configured(folder: Path, database_url: str) -> Path:
    made = folder / "config.yaml"
    settings = {"use_catalogue": False, "telegram": {"token": "1:secret-of-the-test"}, "database_url": database_url}
    made.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return made


def run(*arguments: object) -> Result:
    logging = structlog.get_config()
    try:
        return CliRunner().invoke(cli, [str(argument) for argument in arguments])
    finally:
        structlog.configure(**logging)


def in_store(database_url: str, work: Callable[[Store], Awaitable[Any]]) -> Any:
    """What `work` returns; commands have a loop of their own, so it ends before they start."""

    async def opened() -> Any:
        store = Store.open(database_url)
        try:
            return await work(store)
        finally:
            store.close()

    return asyncio.run(opened())


def rows(database_url: str, *columns: Any) -> list[tuple[Any, ...]]:
    query = select(*columns).order_by(*columns)
    found = in_store(database_url, lambda store: store.read(lambda c: c.execute(query).all()))
    return [tuple(row) for row in found]


# --- story


@pytest.fixture
def merged_at(database_url: str) -> datetime:
    """Three hours ago the bot told Salma of an explosion that two sources report, and of other news."""
    at = app.now() - timedelta(hours=3)

    async def work(store: Store) -> None:
        await store.write(lambda c: sources.enlist(c, OUTLETS, at))
        desk = Newsdesk(store, lambda: None, Places().codes_named)
        for source in OUTLETS:
            await desk.file(poll(article("خبر أول", "نص أول", source=source), source=source, at=at))
        lists = Watchlists(store, lambda: at, watches_per_chat=50, language="ar")
        await lists.watch(SALMA, "نوى")
        await lists.watch(KHALED, "جاسم")
        for number, (words, outlet) in enumerate([(FIRST, 0), (SECOND, 1), (ALONE, 0)]):
            then = at + number * MINUTE
            one = article(*words, source=OUTLETS[outlet], guid=words[0], seen_at=then, published_at=then)
            await desk.file(poll(one, source=OUTLETS[outlet], at=then))

    in_store(database_url, work)
    return at


def listed(output: str) -> list[tuple[int, int, str]]:
    """Story, article and relation of each report that was printed."""
    return [(int(s), int(a), r) for s, a, r in re.findall(r"^story (\d+)  article (\d+)  (\w+)", output, re.MULTILINE)]


def test_list_shows_what_was_merged_how_sure_that_is_and_whom_it_told(config: Path, merged_at: datetime) -> None:
    result = run("story", "list", "--config", config)
    assert result.exit_code == 0, result.output
    (story, _, first), (same, _, second) = listed(result.stdout)
    assert (story, first, second) == (same, "new", "same")
    head, title, other, other_title = result.stdout.splitlines()
    assert head.endswith("1 alerts, 0 silent")
    assert re.search(r"same [01]\.\d\d \(\w+\)  0 alerts, 1 silent$", other)
    assert title.strip() == f"{merged_at:%Y-%m-%d %H:%M}  مصدر 0: {FIRST[0]}"
    assert other_title.endswith(f"مصدر 1: {SECOND[0]}")


def test_list_goes_back_as_many_hours_as_are_asked_for(config: Path, merged_at: datetime) -> None:
    assert listed(run("story", "list", "--hours", "4", "--config", config).stdout)
    nothing = run("story", "list", "--hours", "2", "--config", config)
    assert (nothing.exit_code, nothing.output) == (0, "")
    assert run("story", "list", "--hours", "0", "--config", config).exit_code == 2


def test_show_tells_any_story_and_says_when_there_is_none(config: Path, merged_at: datetime) -> None:
    (story, *_), _ = listed(run("story", "list", "--config", config).stdout)
    shown = run("story", "show", story, "--config", config)
    assert shown.stdout == run("story", "list", "--config", config).stdout
    alone = run("story", "show", story + 1, "--config", config)
    assert [relation for *_, relation in listed(alone.stdout)] == ["new"]
    assert ALONE[0] in alone.stdout
    missing = run("story", "show", 10**6, "--config", config)
    assert missing.exit_code == 2
    assert "no story 1000000" in missing.stderr


def test_split_gives_an_article_its_own_story_and_tells_whom_it_concerns(
    database_url: str, config: Path, merged_at: datetime
) -> None:
    (story, _, _), (_, second, _) = listed(run("story", "list", "--config", config).stdout)
    assert rows(database_url, alerts.c.chat_id).count((SALMA,)) == 1
    result = run("story", "split", second, "--config", config)
    assert result.exit_code == 0, result.output
    found = re.search(rf"Article {second} is now story (\d+)", result.stdout)
    assert found
    assert int(found[1]) != story
    assert [a for _, a, _ in listed(run("story", "show", found[1], "--config", config).stdout)] == [second]
    assert second not in [a for _, a, _ in listed(run("story", "show", story, "--config", config).stdout)]
    assert rows(database_url, alerts.c.chat_id, alerts.c.kind) == [
        (SALMA, "first"), (SALMA, "first"), (KHALED, "first"),
    ]  # fmt: skip
    assert run("story", "list", "--config", config).stdout == ""  # nothing is merged any more


def test_splitting_what_does_not_exist_changes_nothing(database_url: str, config: Path, merged_at: datetime) -> None:
    before = rows(database_url, alerts.c.id, alerts.c.story_id)
    result = run("story", "split", 10**6, "--config", config)
    assert result.exit_code == 2
    assert "no article 1000000" in result.stderr
    assert rows(database_url, alerts.c.id, alerts.c.story_id) == before


def test_no_command_about_stories_names_a_chat_or_what_it_watches(config: Path, merged_at: datetime) -> None:
    said = run("story", "list", "--config", config).output
    assert str(SALMA) not in said
    assert "«نوى»" not in said


@pytest.mark.parametrize("command", [["list"], ["show", "1"], ["split", "1"]], ids=lambda command: command[0])
def test_a_database_that_cannot_be_opened_is_told_and_not_traced(tmp_path: Path, command: Sequence[str]) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    made = configured(tmp_path, f"sqlite:///{tmp_path}/taken/rasid.sqlite3")
    result = run("story", *command, "--config", made)
    assert result.exit_code == 2
    assert "database_url" in result.stderr


# --- watches import

GOOD = f"{SALMA},نوى\n{SALMA},جاسم + فئة: قصف\n{KHALED},نوى\n{GROUP},حظر تجوال\n"
ALL_GOOD = [(GROUP, "حظر تجوال"), (SALMA, "جاسم + فئة: قصف"), (SALMA, "نوى"), (KHALED, "نوى")]


def imported(config: Path, content: str | bytes, *options: str) -> Result:
    file = config.with_name("watches.csv")
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return run("watches", "import", file, "--config", config, *options)


def watched(database_url: str) -> list[tuple[Any, ...]]:
    return rows(database_url, watches.c.chat_id, watches.c.shown)


def test_watches_are_imported_for_chats_known_and_new(database_url: str, config: Path) -> None:
    result = imported(config, GOOD)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("4 watches added, 0 bad rows.")
    assert sorted(watched(database_url)) == sorted(ALL_GOOD)
    assert len(rows(database_url, expressions.c.key)) == 3  # one expression, however many watch it
    assert {state for (state,) in rows(database_url, chats.c.state)} == {"active"}


def test_the_same_file_again_adds_nothing(database_url: str, config: Path) -> None:
    assert imported(config, GOOD).exit_code == 0
    before = rows(database_url, watches.c.id, watches.c.chat_id, watches.c.shown)
    again = imported(config, GOOD + GOOD)
    assert (again.exit_code, again.stdout.split()[0]) == (0, "0")
    assert rows(database_url, watches.c.id, watches.c.chat_id, watches.c.shown) == before


@pytest.mark.parametrize("heading", ["chat,expression\n", "Chat ID,Watch\n", "chat_id;x,y\n"])
def test_a_heading_is_no_row_and_neither_is_an_empty_line(database_url: str, config: Path, heading: str) -> None:
    result = imported(config, f"{heading}\n{GOOD} , \n")
    bad = 1 if ";" in heading else 0  # what is no heading is a bad row
    assert result.exit_code == (2 if bad else 0), result.output
    assert f"4 watches added, {bad} bad rows." in result.stdout


@pytest.mark.parametrize("heading", ["", "chat,expression\n"])
def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_it(
    database_url: str, config: Path, heading: str
) -> None:
    content = (heading + GOOD).replace("\n", "\r\n").encode("utf-8-sig")
    assert imported(config, content).exit_code == 0
    assert sorted(watched(database_url)) == sorted(ALL_GOOD)


def test_an_expression_with_a_comma_stands_in_quotes(database_url: str, config: Path) -> None:
    assert imported(config, f'{SALMA},"(نوى، جاسم) + قصف"\n').exit_code == 0
    ((chat, shown),) = watched(database_url)
    assert (chat, shown) == (SALMA, "(نوى | جاسم) + قصف")


def test_bad_rows_are_told_by_number_and_kept_secret_and_the_good_ones_are_kept(
    database_url: str, config: Path
) -> None:
    bad = ["no number,سلمية", f"{KHALED}", f"{KHALED},(سراقب", f"{KHALED},", f"{KHALED},فئة: سرقة", f"{KHALED},من"]
    result = imported(config, GOOD + "\n".join(bad) + "\n")
    assert result.exit_code == 2
    assert result.stdout.startswith(f"4 watches added, {len(bad)} bad rows.")
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == [f"row {n}" for n in range(5, 11)]
    for secret in ("سلمية", "سراقب", "سرقة", str(KHALED), "no number"):
        assert secret not in result.output
    assert sorted(watched(database_url)) == sorted(ALL_GOOD)


@pytest.mark.parametrize("number", ["99999999999999999999", "-99999999999999999999", "0", "1.5", "1e9"])
def test_a_chat_id_that_cannot_be_one_is_a_bad_row(database_url: str, config: Path, number: str) -> None:
    result = imported(config, f"{number},سلمية\n{GOOD}")
    assert result.exit_code == 2, repr(result.exception)
    assert result.stdout.startswith("4 watches added, 1 bad rows.")
    assert sorted(watched(database_url)) == sorted(ALL_GOOD)


def test_no_more_complaints_are_printed_than_can_be_read(config: Path) -> None:
    result = imported(config, "x,y\n" * 3000)
    assert result.exit_code == 2
    assert result.stdout.startswith("0 watches added, 3000 bad rows.")
    assert len(result.stderr.splitlines()) == 50


def test_more_rows_than_one_commit_takes_are_all_kept(database_url: str, config: Path) -> None:
    result = imported(config, "".join(f"{chat},نوى\n" for chat in range(1, 4502)))
    assert (result.exit_code, result.stdout.split()[0]) == (0, "4501")
    assert len(watched(database_url)) == 4501


@pytest.mark.parametrize("language", ["ar", "en"])
def test_chats_that_are_new_speak_the_language_that_was_asked_for(
    database_url: str, config: Path, language: str
) -> None:
    assert imported(config, GOOD, "--language", language).exit_code == 0
    assert {spoken for (spoken,) in rows(database_url, chats.c.language)} == {language}


def test_a_language_that_the_bot_does_not_speak_is_refused(database_url: str, config: Path) -> None:
    assert imported(config, GOOD, "--language", "tlh").exit_code == 2
    assert watched(database_url) == []


@pytest.mark.parametrize("content", [None, "قصف".encode("cp1256")], ids=["missing", "not UTF-8"])
def test_a_file_that_cannot_be_read_is_refused(database_url: str, config: Path, content: bytes | None) -> None:
    file = config.with_name("list.csv")
    if content is not None:
        file.write_bytes(content)
    result = run("watches", "import", file, "--config", config)
    assert result.exit_code == 2
    assert "list.csv" in result.stderr
    assert watched(database_url) == []


def test_what_was_imported_is_told_of_the_next_news(database_url: str, config: Path) -> None:
    assert imported(config, GOOD).exit_code == 0
    at = app.now()

    async def work(store: Store) -> None:
        await store.write(lambda c: sources.enlist(c, OUTLETS, at))
        desk = Newsdesk(store, lambda: None, Places().codes_named)
        old = article("خبر أول", "نص أول", source=OUTLETS[0])
        await desk.file(poll(old, source=OUTLETS[0], at=at))
        news = article(*FIRST, source=OUTLETS[0], seen_at=at, published_at=at)
        await desk.file(poll(news, source=OUTLETS[0], at=at))

    in_store(database_url, work)
    assert rows(database_url, alerts.c.chat_id) == [(SALMA,), (KHALED,)]
