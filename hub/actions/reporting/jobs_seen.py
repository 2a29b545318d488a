"""The sign of life of the processes that run the hub's jobs, kept in Redis for half a minute."""

from __future__ import annotations

from hub.services import Services

SAY_EVERY = 10.0
KEPT_SECONDS = 30
_KEY = "venuehub:jobs"


async def say_jobs_run(services: Services) -> None:
    """Note that a process runs the jobs. Without Redis nobody can tell, and nothing else depends on it."""
    await services.redis.set(_KEY, services.announcer.origin, ex=KEPT_SECONDS)


async def jobs_run(services: Services) -> bool:
    """Return whether some process has run the jobs in the last half minute. Raises what the Redis client raises."""
    return bool(await services.redis.exists(_KEY))
