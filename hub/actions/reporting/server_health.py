"""Server health: asks Postgres and Redis whether they answer, for the readiness check. No decision depends on it."""

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
    """Ask both servers at once. One that does not answer within the time limit counts as down."""
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
