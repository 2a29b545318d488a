"""Days on which holders of tickets looked at the booking page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tests.support.rows import add_row, count_rows, read_rows
from tests.support.world import World


async def read_checks(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the checks with these values: the named columns, or all."""
    return await read_rows(database, "ticket_checks", *columns, order_by=order_by, **where)


async def count_checks(database: Any, **where: Any) -> int:
    """Count the checks with these values."""
    return await count_rows(database, "ticket_checks", **where)


async def add_check(
    world: World, ticket_id: int, day: date, checked_at: datetime, *, venue_id: int | None = None
) -> None:
    """Record that a ticket's holder looked at a venue's booking page on a day."""
    await add_row(
        world.hub.database, "ticket_checks", org_id=world.org_id, ticket_id=ticket_id, date=day,
        venue_id=venue_id or world.venue_id, checked_at=checked_at,
    )  # fmt: skip
