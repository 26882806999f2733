"""What every test may ask for: a database of each kind, and a clock that stands still."""

import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from bot.store import Store

NOON = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)  # 12:00 in Damascus
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


@pytest.fixture(scope="session")
def postgres() -> str:
    """The address of a PostgreSQL server where we may make databases. Skips where none is offered; CI offers one."""
    try:
        psycopg.connect(POSTGRES, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI must offer PostgreSQL: {error}")
        pytest.skip("no PostgreSQL server is offered")
    return POSTGRES


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> Iterator[str]:
    """The name of a database that has our tables: copies of it are made faster than the tables."""
    with _database_on(postgres) as name:
        Store.open(_url_of(postgres, name)).close()
        yield name


@pytest.fixture
def postgres_url(postgres: str, postgres_template: str) -> Iterator[str]:
    """A fresh database with our tables on that server, dropped afterwards."""
    with _database_on(postgres, f"TEMPLATE {postgres_template}") as name:
        yield _url_of(postgres, name)


@contextmanager
def _database_on(postgres: str, made_from: str = "") -> Iterator[str]:
    name = f"rasid_test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} {made_from}".encode())
    yield name
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _url_of(postgres: str, name: str) -> str:
    return postgres.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0] + f"/{name}"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that has our tables."""
    file = tmp_path_factory.mktemp("template") / "rasid.sqlite3"
    Store.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each test that asks for it runs on both databases."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        return url
    shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "rasid.sqlite3")
    return f"sqlite:///{tmp_path}/rasid.sqlite3"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bare_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/bare.sqlite3"
        return
    server: str = request.getfixturevalue("postgres")
    with _database_on(server) as name:
        yield _url_of(server, name)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = Store.open(database_url)
    yield opened
    opened.close()
