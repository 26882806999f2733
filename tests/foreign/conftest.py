"""`TEST_FOREIGN` names the environment that holds the servers; without it these tests are not collected."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.foreign.abroad import Abroad, abroad

ENVIRONMENT = os.environ.get("TEST_FOREIGN")

if not ENVIRONMENT:
    collect_ignore_glob = ["test_*.py"]

_chats = count(70_001)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Abroad]:
    assert ENVIRONMENT
    with abroad(Path(ENVIRONMENT).absolute(), tmp_path_factory.mktemp("abroad")) as made:
        yield made


@pytest.fixture
def chat() -> int:
    """A chat of this test's own."""
    return next(_chats)
