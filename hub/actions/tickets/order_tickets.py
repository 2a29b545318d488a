"""The tickets of an order, for somebody who knows one of its codes and the e-mail address of the order."""

from typing import Any

from db.statements import load
from db.stored_codes import code_as_stored
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE
from hub.rules.ticket_code import normalise
from hub.services import Services

TICKETS = load("tickets/tickets")
MOST_SHOWN = 100


async def tickets_of_order(services: Services, org_id: int, code: str, email: str) -> list[dict[str, Any]]:
    """Return the tickets of the order that `code` belongs to, at most `MOST_SHOWN`.

    Refuses ORDER_NOT_FOUND alike for an unknown code, another address, and an order without one, so the answer reveals nothing.
    """
    database = services.database.bookings
    stored = await code_as_stored(database, org_id, normalise(code)[:LONGEST_CODE])
    order = await database.fetchrow(TICKETS.read_order_of, org_id, stored)
    # Compared without case: mail servers ignore it in practice, though the standard (RFC 5321) allows a difference.
    if (
        order is None
        or (order["customer_email"] or "").strip().casefold() != email.strip().casefold()
        or not email.strip()
    ):
        raise Refused(Reason.ORDER_NOT_FOUND)
    rows = await database.fetch(TICKETS.tickets_of_order, org_id, order["id"], MOST_SHOWN)
    return [
        {
            "ticket_id": row["id"],
            "ticket_code": row["code"],
            "status": row["status"],
            "reserved_date": row["reserved_date"],
            "venue_id": row["product_venue_id"],
        }
        for row in rows
    ]
