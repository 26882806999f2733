"""A copy of the database in use: of one moment, sound, private, and never in the place of something else."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import typer
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from bot.commands.backing_up import backup
from bot.domain.errors import StoreError
from bot.store import Store, watchlists
from bot.store.backup import PAGES_IN_A_STEP, NoOnlineBackup, back_up
from bot.store.tables import chats
from tests.conftest import NOON

BALLAST = PAGES_IN_A_STEP * 4096 * 3  # so that a backup takes several steps


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path}/var/rasid.sqlite3")
    await store.write(lambda c: watchlists.meet(c, 1, "ar", NOON))
    yield store
    await asyncio.to_thread(store.close)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/var/rasid.sqlite3"


def known_chats(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("SELECT count(*) FROM chats").fetchone()[0])


async def test_the_copy_is_of_one_moment_and_disturbs_nobody(live: Store, url: str, tmp_path: Path) -> None:
    await live.write(lambda c: c.exec_driver_sql("CREATE TABLE ballast (x)"))
    await live.write(lambda c: c.exec_driver_sql(f"INSERT INTO ballast VALUES (randomblob({BALLAST}))"))
    loop, steps = asyncio.get_running_loop(), 0

    def write_between_steps() -> None:
        nonlocal steps
        steps += 1
        chat_id = 1 + steps
        writing = live.write(lambda c: watchlists.meet(c, chat_id, "ar", NOON))
        asyncio.run_coroutine_threadsafe(writing, loop).result(5)

    made = await asyncio.to_thread(back_up, url, tmp_path / "copy", write_between_steps)
    assert steps >= 3
    assert made.rows["chats"] == known_chats(tmp_path / "copy") == 1
    assert await live.read(lambda c: c.execute(select(func.count()).select_from(chats)).scalar()) == 1 + steps


async def test_the_copy_is_one_private_file_that_rasid_can_open(live: Store, url: str, tmp_path: Path) -> None:
    made = await asyncio.to_thread(back_up, url, tmp_path / "copy")
    file = tmp_path / "copy"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.stat().st_size == made.size
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "var"]
    again = Store.open(f"sqlite:///{file}")
    assert await again.read(lambda c: watchlists.language_of(c, 1)) == "ar"
    await asyncio.to_thread(again.close)


async def test_what_had_been_erased_is_not_in_the_copy(live: Store, url: str, tmp_path: Path) -> None:
    await live.write(lambda c: watchlists.add(c, 1, "k", "c", "سرّ يُنسى", NOON))
    await live.write(lambda c: c.exec_driver_sql("PRAGMA secure_delete=0").close())
    await live.write(lambda c: watchlists.forget(c, 1))
    await asyncio.to_thread(back_up, url, tmp_path / "copy")
    assert "سرّ يُنسى".encode() not in (tmp_path / "copy").read_bytes()


async def test_a_database_that_is_not_sound_leaves_no_copy(live: Store, url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "var/rasid.sqlite3", isolation_level=None)) as other:
        other.execute("PRAGMA foreign_keys=OFF")
        other.execute("INSERT INTO watches VALUES (1, 99, 99, 'x', '2026-01-01 00:00:00')")
    with pytest.raises(StoreError, match="not sound"):
        await asyncio.to_thread(back_up, url, tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["var"]


@pytest.mark.parametrize("name", ["var/rasid.sqlite3", "no/such/folder/copy"])
async def test_it_never_takes_the_databases_own_place_nor_makes_folders(
    live: Store, url: str, tmp_path: Path, name: str
) -> None:
    with pytest.raises(StoreError):
        await asyncio.to_thread(back_up, url, tmp_path / name)
    assert await live.read(lambda c: watchlists.language_of(c, 1)) == "ar"
    assert [path.name for path in tmp_path.iterdir()] == ["var"]


def test_postgres_is_left_to_its_own_tool_and_the_password_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(NoOnlineBackup) as caught:
        back_up("postgresql+psycopg://rasid:secret@db.example/news", tmp_path / "copy")
    assert caught.value.command.startswith("pg_dump --format=custom --file=")
    assert caught.value.command.endswith(" postgresql://rasid@db.example/news")


# --- the command


def run(monkeypatch: pytest.MonkeyPatch, url: str, *arguments: str) -> Result:
    monkeypatch.setenv("BOT_TOKEN", "1:x")
    monkeypatch.setenv("RASID_DATABASE_URL", url)
    cli = typer.Typer()
    cli.command()(backup)
    return CliRunner().invoke(cli, arguments)


def test_it_says_what_it_saved_in_both_languages(
    live: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(monkeypatch, url, str(tmp_path / "copy"))
    assert result.exit_code == 0, result.output
    assert "1 chats" in result.output
    assert "المحادثات: 1" in result.output


def test_it_replaces_a_file_only_when_forced(
    live: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    copy.write_text("of value")
    result = run(monkeypatch, url, str(copy))
    assert (result.exit_code, copy.read_text()) == (2, "of value")
    assert "--force" in result.output
    assert run(monkeypatch, url, str(copy), "--force").exit_code == 0
    assert known_chats(copy) == 1
    assert copy.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("url", "said"),
    [("sqlite:///{}/none.sqlite3", "no database"), ("postgresql+psycopg://rasid@db.example/news", "pg_dump")],
)
def test_what_cannot_be_backed_up_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    result = run(monkeypatch, url.format(tmp_path), str(tmp_path / "copy"))
    assert result.exit_code == 2
    assert said in result.output
    assert list(tmp_path.iterdir()) == []
