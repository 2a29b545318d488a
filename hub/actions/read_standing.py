"""The deed of asking the servers whether they are there: for readiness, never for a decision."""

import asyncio
from dataclasses import dataclass

from db.pool import DatabaseDown
from hub.house import House

PATIENCE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Standing:
    database: bool
    redis: bool


async def read_standing(house: House) -> Standing:
    """Ask both servers at once; one that has not answered within the patience is not there."""
    database, redis = await asyncio.gather(_database(house), _redis(house))
    return Standing(database, redis)


async def _database(house: House) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return bool(await house.database.fetchval("SELECT 1") == 1)
    except (DatabaseDown, TimeoutError):
        return False


async def _redis(house: House) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return bool(await house.redis.ping())
    except Exception:  # noqa: BLE001  whatever goes wrong there, the answer is that Redis does not answer
        return False
