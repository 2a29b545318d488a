"""Asking the servers whether they are there: for readiness, never for a decision."""

import asyncio
from dataclasses import dataclass

from db.pool import DatabaseDown
from hub.services import Services

PATIENCE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Standing:
    database: bool
    redis: bool


async def read_standing(services: Services) -> Standing:
    """Ask both servers at once; one that has not answered within the patience is not there."""
    database, redis = await asyncio.gather(_database(services), _redis(services))
    return Standing(database, redis)


async def _database(services: Services) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return bool(await services.database.fetchval("SELECT 1") == 1)
    except (DatabaseDown, TimeoutError):
        return False


async def _redis(services: Services) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return bool(await services.redis.ping())
    except Exception:  # noqa: BLE001  whatever goes wrong there, the answer is that Redis does not answer
        return False
