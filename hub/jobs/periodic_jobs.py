"""The walk: a deed done again and again while the hub is open, outliving every failure of a single round."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from db.pool import DatabaseDown
from hub.observability import telemetry
from hub.observability.logs import event


async def run_periodically(name: str, every: float, deed: Callable[[], Awaitable[object]]) -> None:
    """Do `deed` every `every` seconds (give or take a tenth, so that processes do not walk in step) until cancelled."""
    while True:
        await asyncio.sleep(every * random.uniform(0.9, 1.1))  # noqa: S311 - nobody gains by guessing it
        try:
            await deed()
        except (DatabaseDown, OSError) as away:
            event("round.postponed", "WARNING", round=name, error=type(away).__name__)
        except Exception as trouble:  # noqa: BLE001 - one bad round must not end all the following ones
            telemetry.background_failures.labels(name).inc()
            event("round.failed", "ERROR", round=name, error=f"{type(trouble).__name__}: {trouble}")
