"""The venue cache: what it asks of Postgres when many come at once."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from db.database import Database
from hub.actions.venues.venue_cache import VENUES, Venues
from tests.support.hub import Hub
from tests.support.world import World


class Asked:
    """A database that remembers the statements which were asked through it. Background jobs ask past it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.statements: list[str] = []

    def __getattr__(self, name: str) -> Any:
        async def ask(statement: str, *arguments: Any) -> Any:
            self.statements.append(statement)
            return await getattr(self._database, name)(statement, *arguments)

        return ask


async def test_a_rush_that_finds_its_venue_too_old_asks_postgres_once_for_each_value(hub: Hub, world: World) -> None:
    asked = Asked(hub.services.database)
    venues = Venues(cast("Database", asked), hub.services.clock)

    async def ask() -> int:
        venue = await venues.first(world.org_id)
        assert venue is not None
        return len(await venues.organisations()) + venue.id

    found = await asyncio.gather(*(ask() for _ in range(256)))
    assert len(set(found)) == 1
    assert asked.statements == [VENUES.first_venue, VENUES.cached_venue, VENUES.organisations]
