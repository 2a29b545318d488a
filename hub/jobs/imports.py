"""The import job: every process works on imports that nobody works on, a few at a time, and gives them back when it stops."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from db.pool import DatabaseDown
from hub.actions.imports.records import IMPORTS
from hub.actions.imports.work import latest_lease, work_on
from hub.batching.task_ending import end_tasks
from hub.observability import telemetry
from hub.observability.logs import event

if TYPE_CHECKING:
    from hub.services import Services

PERIOD_SECONDS = 1.0
AT_ONCE = 2
"""Imports that one process works on at the same time. Each has a process of its own that reads the file."""
PAUSE_SECONDS = 5.0
"""After an import that ended in an error of the hub, so that it is not tried a thousand times."""


class ImportJob:
    """The job of one process: `run()` until cancelled."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._tasks: dict[tuple[int, int], asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Look for imports until cancelled, and then stop working on those under way: their lease is given back."""
        try:
            while True:
                await asyncio.sleep(PERIOD_SECONDS)
                with suppress(DatabaseDown, OSError):
                    await self._look()
        finally:
            await end_tasks(list(self._tasks.values()))

    async def _look(self) -> None:
        if len(self._tasks) >= AT_ONCE:
            return
        now = self._services.clock.now()
        for row in await self._services.database.jobs.fetch(IMPORTS.to_work_on, now, latest_lease(now)):
            key = (row["org_id"], row["id"])
            if key not in self._tasks and len(self._tasks) < AT_ONCE:
                task = asyncio.get_running_loop().create_task(self._work(key), name=f"import {key[1]}")
                self._tasks[key] = task

    async def _work(self, key: tuple[int, int]) -> None:
        try:
            await work_on(self._services, *key)
        except (DatabaseDown, OSError) as away:
            event("round.postponed", "WARNING", round="imports", error=type(away).__name__)
        except Exception as error:  # noqa: BLE001 - one failed import must not end the others
            telemetry.background_failures.labels("imports").inc()
            event("round.failed", "ERROR", round="imports", error=f"{type(error).__name__}: {error}")
            await asyncio.sleep(PAUSE_SECONDS)
        finally:
            self._tasks.pop(key, None)
