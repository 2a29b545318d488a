"""Background jobs as rows of a table, and their tasks. One failed run does not end the following ones."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from db.pool import DatabaseDown
from db.redis_client import REDIS_AWAY
from hub.observability import telemetry
from hub.observability.logs import event
from hub.rules.refusals import Unavailable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """A row of the table: `run` is called every `every` seconds, the first time after `first` seconds or else after `every`.

    Without a period `run` is called once, and goes on until it is cancelled.
    """

    name: str
    every: float | None
    run: Callable[[T], Awaitable[Any]]
    first: float | None = None


def start_jobs(jobs: Iterable[Job[T]], subject: T) -> list[asyncio.Task[None]]:
    """Start these jobs for a subject, such as the services of this process. The caller cancels the tasks."""
    loop = asyncio.get_running_loop()
    return [loop.create_task(_run(job, subject), name=job.name) for job in jobs]


async def _run(job: Job[T], subject: T) -> None:
    if job.every is None:
        await job.run(subject)
    else:
        await run_periodically(job.name, job.every, lambda: job.run(subject), first=job.first)


async def run_periodically(
    name: str, every: float, job: Callable[[], Awaitable[object]], *, first: float | None = None
) -> None:
    """Run `job` every `every` seconds until cancelled, with 10 % jitter so that processes do not run it together.

    The first run comes after `first` seconds, or else after `every`. A job that ends what a killed process left begins early.

    If Postgres, Redis or the network is down, `round.postponed` is logged; any other error is `round.failed`. The next run follows.
    """
    wait = every if first is None else first
    while True:
        await asyncio.sleep(wait * random.uniform(0.9, 1.1))  # noqa: S311 - nobody gains by guessing it
        wait = every
        try:
            await job()
        except (DatabaseDown, Unavailable, *REDIS_AWAY) as away:
            event("round.postponed", "WARNING", round=name, error=type(away).__name__)
        except Exception as error:  # noqa: BLE001 - one failed run must not end the following ones
            telemetry.background_failures.labels(name).inc()
            event("round.failed", "ERROR", round=name, error=f"{type(error).__name__}: {error}")
