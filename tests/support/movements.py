"""Who left and came back, and who came without a reservation: absences, movements and walk-ins."""

from __future__ import annotations

from typing import Any

from tests.support.rows import change_rows, count_rows, delete_rows, read_row, read_rows


async def read_absence(database: Any, *columns: str, **where: Any) -> Any:
    """Return the absence with these values: the named columns, or all."""
    return await read_row(database, "ticket_absences", *columns, **where)


async def count_absences(database: Any, **where: Any) -> int:
    """Count the absences with these values."""
    return await count_rows(database, "ticket_absences", **where)


async def read_movement(database: Any, *columns: str, **where: Any) -> Any:
    """Return the venue's day of movements with these values: the named columns, or all."""
    return await read_row(database, "venue_movements", *columns, **where)


async def read_movements(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the venues' days of movements with these values: the named columns, or all."""
    return await read_rows(database, "venue_movements", *columns, order_by=order_by, **where)


async def change_movements(database: Any, **columns: Any) -> None:
    """Set columns of all rows of movements."""
    await change_rows(database, "venue_movements", {}, **columns)


async def read_walk_in(database: Any, *columns: str, **where: Any) -> Any:
    """Return the venue's day of walk-ins with these values: the named columns, or all."""
    return await read_row(database, "walk_ins", *columns, **where)


async def read_absences(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the absences with these values: the named columns, or all."""
    return await read_rows(database, "ticket_absences", *columns, order_by=order_by, **where)


async def delete_movements(database: Any) -> None:
    """Delete all rows of movements."""
    await delete_rows(database, "venue_movements")


async def read_walk_ins(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the venues' days of walk-ins with these values: the named columns, or all."""
    return await read_rows(database, "walk_ins", *columns, order_by=order_by, **where)


async def count_inside(database: Any) -> int:
    """Count the people who are in and have not left. A ticket without a reservation admits one."""
    count: int = await database.fetchval(
        "SELECT sum(coalesce(r.admitted, 1) - (SELECT count(*) FROM ticket_absences b"
        " WHERE b.ticket_id = t.id AND b.returned_at IS NULL))"
        " FROM tickets t LEFT JOIN ticket_reservations r ON r.ticket_id = t.id AND r.status <> 'CANCELLED'"
        " WHERE t.verified_at IS NOT NULL"
    )
    return count or 0
