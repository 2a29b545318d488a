"""Server health: asks Postgres and Redis whether they answer, for the readiness check. No decision depends on it.

Where another process runs the jobs, Redis is also asked whether one does.
"""

import asyncio
from dataclasses import dataclass
from time import monotonic

from db.pool import DatabaseDown
from hub.actions.reporting.jobs_seen import jobs_run
from hub.services import Services

PATIENCE_SECONDS = 1.5
REDIS_SECONDS = 0.5
"""Seconds to wait for Redis, without which the hub is ready as well. A probe that gives up after a second still gets its answer."""
KEPT_SECONDS = 1.0
"""Seconds that an answer is kept. However many ask for it, both servers are asked once a second."""


@dataclass(frozen=True, slots=True)
class Standing:
    database: bool
    redis: bool
    jobs: bool | None
    """Whether some process runs the jobs. None: only Redis could say."""


class ServerHealth:
    """Asks both servers, Postgres on a connection that nothing else uses. So no crowd of requests can delay the answer."""

    def __init__(self, services: Services, *, runs_jobs: bool = True) -> None:
        self._services = services
        self._runs_jobs = runs_jobs
        self._asking: asyncio.Task[Standing] | None = None
        self._kept: tuple[float, Standing] | None = None

    async def read(self) -> Standing:
        """Return the answer of the last second, or ask. A server that does not answer within the time limit counts as down."""
        if self._kept is not None and monotonic() - self._kept[0] < KEPT_SECONDS:
            return self._kept[1]
        if self._asking is None:
            self._asking = asyncio.get_running_loop().create_task(self._ask(), name="readiness")
        return await asyncio.shield(self._asking)

    async def _ask(self) -> Standing:
        try:
            database, redis, jobs = await asyncio.gather(self._database(), self._redis(), self._jobs())
            standing = Standing(database, redis, jobs)
            self._kept = monotonic(), standing
            return standing
        finally:
            self._asking = None

    async def _database(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return bool(await self._services.database.readiness.fetchval("SELECT 1") == 1)
        except (DatabaseDown, TimeoutError):
            return False

    async def _redis(self) -> bool:
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                return bool(await self._services.redis.ping())
        except Exception:  # noqa: BLE001  whatever goes wrong there, the answer is that Redis does not answer
            return False

    async def _jobs(self) -> bool | None:
        if self._runs_jobs:
            return True
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                return await jobs_run(self._services)
        except Exception:  # noqa: BLE001  that Redis does not answer is said apart
            return None
