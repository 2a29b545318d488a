"""Parties at the gates: tickets that were booked together, and the numbers of a decision about a party."""

from __future__ import annotations

from typing import Any

from tests.support.world import Ticket, World


async def book_together(world: World, slot_id: int, size: int) -> list[Ticket]:
    """Take places for a family, as one request leaves them: one link for all. Seat admission is not updated.

    They are in the order of their ids, in which a scan of the party admits them.
    """
    tickets = await world.fill(slot_id, size)
    await world.hub.database.execute(
        "UPDATE ticket_reservations SET booked_together = $2, manage_token_hash = sha256($3::text::bytea) WHERE id = ANY ($1)",
        [ticket.reservation_id for ticket in tickets], size, str(tickets[0].id),
    )  # fmt: skip
    await world.hub.database.execute(
        "DELETE FROM mail_outbox WHERE reservation_id = ANY ($1)", [ticket.reservation_id for ticket in tickets[1:]]
    )
    return sorted(tickets, key=lambda ticket: ticket.id)


async def move_to(database: Any, reservation_id: int, was: int, slot_id: int) -> None:
    """Move one reservation with its place to another slot."""
    await database.execute("UPDATE ticket_reservations SET slot_id = $2 WHERE id = $1", reservation_id, slot_id)
    await database.execute(
        "UPDATE reservation_slots SET booked_count = booked_count + CASE WHEN id = $2 THEN 1 ELSE -1 END WHERE id IN ($1, $2)",
        was, slot_id,
    )  # fmt: skip


def numbers(decision: dict[str, Any]) -> tuple[int, int, int]:
    """Return size, admitted and remaining of the decision's party."""
    party = decision["party"]
    return party["size"], party["admitted"], party["remaining"]
