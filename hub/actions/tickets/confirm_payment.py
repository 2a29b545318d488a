"""Payment of an order: its tickets become usable, at once or when their holder activates them."""

from typing import Any

from db.statements import load
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

TICKETS = load("tickets/tickets")


async def confirm_payment(services: Services, *, org_id: int, order_id: int) -> dict[str, Any]:
    """Mark an order as paid; repeating it changes nothing. Refuses NOT_FOUND if unknown, FORBIDDEN if cancelled."""
    now = services.clock.now()
    async with services.database.transaction() as connection:
        paid = await connection.fetchrow(TICKETS.pay_order, org_id, order_id, now)
        released = await connection.fetch(TICKETS.release_paid_tickets, org_id, order_id, now) if paid else []
        order = await connection.fetchrow(TICKETS.read_order, org_id, order_id)
    if order is None:
        raise Refused(Reason.NOT_FOUND)
    if order["status"] == "CANCELLED":
        raise Refused(Reason.FORBIDDEN, message="This order was cancelled")
    tickets = [{"ticket_id": row["id"], "status": row["status"]} for row in released]
    return {"order_id": order_id, "status": order["status"], "tickets": tickets}
