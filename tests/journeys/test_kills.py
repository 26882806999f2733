"""Killed again and again, at every moment that matters, while news comes and people ask: nothing is lost.

The same with fifty kills: `python -m benchmarks.kills`.
"""

import random
from pathlib import Path

import pytest

from tests.killing import MOMENTS, Ordeal, Reckoning

REPEATS_OF_A_KILL = 3  # what is in flight at 30 messages a second that take 50 ms
MORE_ON_A_BUSY_MACHINE = 3  # where messages take longer, more of them must be in flight: the benchmark counts strictly


def holds(found: Reckoning) -> None:
    assert found.lost == (), f"seed {found.seed}: {found}"
    assert found.unanswered == (), f"seed {found.seed}: {found}"
    assert found.forgotten == frozenset(), f"seed {found.seed}: {found}"
    assert max(found.repeats) <= REPEATS_OF_A_KILL + MORE_ON_A_BUSY_MACHINE, f"seed {found.seed}: {found}"
    in_flight = [death.sending for death in found.deaths]
    assert all(n <= most for n, most in zip(found.repeats, (*in_flight, 0), strict=True)), f"seed {found.seed}: {found}"
    assert found.loud_repeats == 0, f"seed {found.seed}: {found}"


async def test_killed_at_every_moment_loses_no_alert_and_no_command(tmp_path: Path) -> None:
    found = await Ordeal(tmp_path, f"sqlite:///{tmp_path}/var/rasid.sqlite3", seed=7).run(kills=len(MOMENTS))
    holds(found)
    assert found.edits > 0
    assert found.due > 0 < found.commands


@pytest.mark.postgres
async def test_killed_at_random_moments_loses_no_alert_and_no_command(tmp_path: Path, postgres_url: str) -> None:
    holds(await Ordeal(tmp_path, postgres_url, seed=random.randrange(1_000_000)).run(kills=3))
