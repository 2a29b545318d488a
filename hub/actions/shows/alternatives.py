"""Alternatives to a performance that has no seats: kept for a moment, because a rush asks for one performance again and again."""

from typing import Any

from db.pool import DatabaseDown
from hub.actions.shows.read_shows import alternatives_of
from hub.batching.kept_readings import KeptReadings
from hub.services import Services

FRESH_SECONDS = 0.25
MOST_KEPT = 10_000


class Alternatives:
    """The alternatives to the performances of this process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known: KeptReadings[tuple[int, int, int], list[dict[str, Any]]] = KeptReadings(
            "alternatives", FRESH_SECONDS, most=MOST_KEPT
        )

    async def to(self, org_id: int, performance_id: int, places: int) -> list[dict[str, Any]]:
        """Return the nearest performances of the same show with `places` free, for `alternatives`. Never raises."""

        async def load() -> list[dict[str, Any]]:
            found = await alternatives_of(self._services, org_id, performance_id, places)
            return [one.as_alternative() for one in found]

        try:
            return await self._known.read((org_id, performance_id, places), load)
        except DatabaseDown:
            return []
