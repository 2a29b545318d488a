"""Venues as the table holds them; a hub keeps what it has read of one until its cache forgets."""

from __future__ import annotations

from typing import Any

import asyncpg

from hub.actions.venues.venue_cache import VENUES
from tests.support.rows import add_row, change_rows, read_row, read_rows
from tests.support.world import ZONE, World


async def add_named_venue(world: World, name: str) -> int:
    """Add a venue of this name to the organisation, and return its id."""
    venue_id: int = await world.hub.database.fetchval(VENUES.add_venue, world.org_id, name, ZONE)
    return venue_id


async def overwrite_venue(database: Any, venue_id: int, **columns: Any) -> None:
    """Set columns of one venue, bypassing the rules of the hub."""
    await change_rows(database, "venues", {"id": venue_id}, **columns)


async def overwrite_venues(database: Any, **columns: Any) -> None:
    """Set columns of all venues, bypassing the rules of the hub."""
    await change_rows(database, "venues", {}, **columns)


async def read_venues(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the venues with these values: the named columns, or all."""
    return await read_rows(database, "venues", *columns, order_by=order_by, **where)


async def forbid_venue_name(database_url: str) -> None:
    """Let Postgres refuse a venue of the name "forbidden", by a constraint that no rule of the hub knows of."""
    connection = await asyncpg.connect(database_url)
    await connection.execute("ALTER TABLE venues ADD CONSTRAINT forbidden_name CHECK (name <> 'forbidden')")
    await connection.close()


async def free_of_venue(database: Any, username: str) -> Any:
    """Give a member of staff the whole organisation instead of one venue. Return the member's row."""
    await change_rows(database, "staff", {"username": username}, venue_id=None)
    return await read_row(database, "staff", username=username)


async def add_gates(world: World, *names: str) -> None:
    """Add gates to the venue of this world."""
    for name in names:
        await add_row(world.hub.database, "gates", org_id=world.org_id, venue_id=world.venue_id, name=name)
