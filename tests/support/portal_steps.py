"""Steps of the booking page: contact details that were accepted, and refusals."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from tests.support.rows import add_row, count_rows, read_rows
from tests.support.world import World


async def read_contacts(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the accepted contacts with these values: the named columns, or all."""
    return await read_rows(database, "contact_checks", *columns, order_by=order_by, **where)


async def count_contacts(database: Any, **where: Any) -> int:
    """Count the accepted contacts with these values."""
    return await count_rows(database, "contact_checks", **where)


async def add_contact(world: World, ticket_id: int, day: date, checked_at: Any) -> None:
    """Record that good contact details were given for a ticket on a day."""
    await add_row(
        world.hub.database, "contact_checks", org_id=world.org_id, ticket_id=ticket_id, date=day, venue_id=world.venue_id,
        checked_at=checked_at,
    )  # fmt: skip


async def read_refusals(database: Any, **where: Any) -> dict[tuple[str, str], int]:
    """Return the refusals of all processes and days, by step and reason."""
    found: dict[tuple[str, str], int] = {}
    for row in await read_rows(database, "portal_refusals", **where):
        key = row["step"], row["reason"]
        found[key] = found.get(key, 0) + row["refusals"]
    return found


async def add_refusals(
    world: World, day: date, process: UUID, refusals: int, *, step: str = "booking", reason: str = "SLOT_FULL"
) -> None:
    """Record the refusals that a process counted on a day."""
    await add_row(
        world.hub.database, "portal_refusals", org_id=world.org_id, venue_id=world.venue_id, date=day, step=step, reason=reason,
        process=process, refusals=refusals,
    )  # fmt: skip
