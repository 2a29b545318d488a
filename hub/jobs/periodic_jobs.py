"""Periodic jobs: a coroutine run every N seconds until shutdown; one failed run does not end the others."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from redis import exceptions as redis

from db.pool import DatabaseDown
from hub.observability import telemetry
from hub.observability.logs import event
from hub.rules.refusals import Unavailable


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
        except (DatabaseDown, Unavailable, OSError, redis.ConnectionError, redis.TimeoutError) as away:
            event("round.postponed", "WARNING", round=name, error=type(away).__name__)
        except Exception as error:  # noqa: BLE001 - one failed run must not end the following ones
            telemetry.background_failures.labels(name).inc()
            event("round.failed", "ERROR", round=name, error=f"{type(error).__name__}: {error}")
