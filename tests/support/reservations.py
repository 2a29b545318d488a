"""Reservations as the table holds them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.support.rows import change_rows, count_rows, read_row, read_rows


async def read_reservation(database: Any, *columns: str, **where: Any) -> Any:
    """Return the reservation with these values: the named columns, or all."""
    return await read_row(database, "ticket_reservations", *columns, **where)


async def read_reservations(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the reservations with these values: the named columns, or all."""
    return await read_rows(database, "ticket_reservations", *columns, order_by=order_by, **where)


async def count_reservations(database: Any, **where: Any) -> int:
    """Count the reservations with these values."""
    return await count_rows(database, "ticket_reservations", **where)


async def change_reservation(database: Any, reservation_id: int, **columns: Any) -> None:
    """Set columns of one reservation."""
    await change_rows(database, "ticket_reservations", {"id": reservation_id}, **columns)


async def change_reservations(database: Any, *, of_ticket: int | None = None, **columns: Any) -> None:
    """Set columns of all reservations, or of those of one ticket."""
    await change_rows(database, "ticket_reservations", {} if of_ticket is None else {"ticket_id": of_ticket}, **columns)


async def cancel_visit(database: Any, code: str, cancelled_at: datetime | None = None) -> None:
    """Cancel a ticket, its reservation and its place in the slot, as an external refund would."""
    ticket = await read_row(database, "tickets", "id", code=code)
    (reservation,) = [
        row for row in await read_reservations(database, ticket_id=ticket["id"]) if row["status"] != "CANCELLED"
    ]
    await change_rows(database, "tickets", {"id": ticket["id"]}, counter="version", status="CANCELLED")
    await change_reservation(database, reservation["id"], status="CANCELLED", cancelled_at=cancelled_at)
    await database.execute(
        "UPDATE reservation_slots SET booked_count = booked_count - 1 WHERE id = $1", reservation["slot_id"]
    )
