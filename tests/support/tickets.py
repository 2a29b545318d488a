"""Tickets as the table holds them."""

from __future__ import annotations

from typing import Any

from tests.support.rows import change_rows, count_rows, read_row, read_rows


async def read_ticket(database: Any, *columns: str, **where: Any) -> Any:
    """Return the ticket with these values: the named columns, or all."""
    return await read_row(database, "tickets", *columns, **where)


async def read_tickets(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the tickets with these values: the named columns, or all."""
    return await read_rows(database, "tickets", *columns, order_by=order_by, **where)


async def count_tickets(database: Any, **where: Any) -> int:
    """Count the tickets with these values."""
    return await count_rows(database, "tickets", **where)


async def change_ticket(database: Any, ticket_id: int, **columns: Any) -> None:
    """Set columns of one ticket."""
    await change_rows(database, "tickets", {"id": ticket_id}, **columns)


async def revise_ticket(database: Any, ticket_id: int, **columns: Any) -> None:
    """Set columns of one ticket and raise its version by one, as every change of the hub does."""
    await change_rows(database, "tickets", {"id": ticket_id}, counter="version", **columns)


async def read_ticket_status(database: Any, ticket_id: int) -> str:
    """Return the status of one ticket."""
    return str((await read_ticket(database, "status", id=ticket_id))["status"])


async def cancel_ticket(database: Any, ticket_id: int) -> None:
    """Cancel one ticket and nothing else, as an external change would."""
    await revise_ticket(database, ticket_id, status="CANCELLED")


async def read_visit(database: Any, ticket_id: int) -> Any:
    """Return a ticket with the columns of its reservation and its slot. These are None without a reservation."""
    return await database.fetchrow(
        "SELECT t.status, t.verified_at, t.verified_by, t.verified_gate, r.status AS reservation,"
        " r.verified_at AS reservation_verified_at, s.booked_count, s.verified_count FROM tickets t"
        " LEFT JOIN ticket_reservations r ON r.ticket_id = t.id LEFT JOIN reservation_slots s ON s.id = r.slot_id"
        " WHERE t.id = $1",
        ticket_id,
    )
