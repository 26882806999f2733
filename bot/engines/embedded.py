"""The clock of a single process: APScheduler wakes the jobs, and remembers nothing.

A late run is run all the same (`misfire_grace_time=None`; the default drops one that is over a second late), missed
runs become one (`coalesce`), and a job never overlaps itself (`max_instances=1`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger()

Job = Callable[[], Awaitable[object]]


class EmbeddedEngine:
    """Runs jobs on the running event loop."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    def every(self, interval: timedelta, name: str, job: Job) -> None:
        """Run `job` now and then at every interval, for as long as the engine runs."""
        self._scheduler.add_job(
            _guarded(name, job),
            "interval",
            seconds=interval.total_seconds(),
            id=name,
            next_run_time=datetime.now(UTC),
        )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Wake nothing more. Does not wait for jobs (APScheduler cannot); those that matter are drained by their
        owners first."""
        self._scheduler.shutdown(wait=False)


def _guarded(name: str, job: Job) -> Job:
    async def run() -> None:
        try:
            await job()
        except asyncio.CancelledError:  # by `stop`: APScheduler would print where it was
            return
        except Exception as error:  # noqa: BLE001  # the job boundary: the next run is another chance
            log.error("job.failed", job=name, error=type(error).__name__, why=str(error))

    return run
