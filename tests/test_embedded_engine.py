"""The clock of a single process: what it wakes, and how it stops."""

import asyncio
import logging
from datetime import timedelta

import pytest

from bot.engines.embedded import EmbeddedEngine, Job


def often(job: Job) -> EmbeddedEngine:
    """An engine that runs the job, and has started."""
    engine = EmbeddedEngine()
    engine.every(timedelta(milliseconds=10), "job", job)
    engine.start()
    return engine


async def test_a_job_that_fails_is_run_again() -> None:
    runs, again = 0, asyncio.Event()

    async def job() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ValueError
        again.set()

    engine = often(job)
    async with asyncio.timeout(10):
        await again.wait()
    engine.stop()


async def test_stopping_ends_a_job_that_runs_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    running, ended = asyncio.Event(), asyncio.Event()

    async def job() -> None:
        running.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    engine = often(job)
    async with asyncio.timeout(10):
        await running.wait()
        engine.stop()
        await ended.wait()
    for _ in range(5):
        await asyncio.sleep(0)  # what is told of its end is told at once
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
