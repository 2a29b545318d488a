"""Alternatives to a performance that has no seats: kept for a moment, because a rush asks for one performance again and again."""

import time
from typing import Any

from db.pool import DatabaseDown
from hub.actions.shows.read_shows import alternatives_of
from hub.services import Services

FRESH_SECONDS = 0.25
MOST_KEPT = 10_000


class Alternatives:
    """The alternatives to the performances of this process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known: dict[tuple[int, int, int], tuple[float, list[dict[str, Any]]]] = {}

    async def to(self, org_id: int, performance_id: int, places: int) -> list[dict[str, Any]]:
        """Return the nearest performances of the same show with `places` free, for `alternatives`. Never raises."""
        key = (org_id, performance_id, places)
        known = self._known.get(key)
        if known is not None and time.monotonic() - known[0] < FRESH_SECONDS:
            return known[1]
        try:
            found = await alternatives_of(self._services, org_id, performance_id, places)
        except DatabaseDown:
            return []
        chosen = [one.as_alternative() for one in found]
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[key] = (time.monotonic(), chosen)
        return chosen
