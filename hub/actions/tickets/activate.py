"""Activation of a ticket that was bought for later. It cannot be undone, and repeating it is safe."""

from typing import Any

from db.statements import load
from hub.access.tokens import Identity
from hub.actions.tickets.status import known_ticket, ticket_status
from hub.events.announcements import TicketsChanged
from hub.observability import telemetry
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

TICKETS = load("tickets/tickets")


async def activate_ticket(
    services: Services, ticket_id: int, *, org_id: int, code: str | None, identity: Identity | None
) -> dict[str, Any]:
    """Change INACTIVE to ACTIVATED. Refuses TICKET_NOT_ACTIVATED while unpaid, and TICKET_ALREADY_ACTIVATED later."""
    row = await known_ticket(services, ticket_id, org_id=org_id, code=code, identity=identity)
    done = await services.database.fetchrow(TICKETS.activate, org_id, ticket_id, services.clock.now())
    if done is None:
        reasons = {
            "PENDING_PAYMENT": Reason.TICKET_NOT_ACTIVATED,
            "CANCELLED": Reason.TICKET_CANCELLED,
            "EXPIRED": Reason.TICKET_EXPIRED,
        }
        raise Refused(reasons.get(row["status"], Reason.TICKET_ALREADY_ACTIVATED), ticket_status=row["status"])
    services.announcer.publish([TicketsChanged.of(org_id, row["product_venue_id"], [row["code"]], "activated")])
    telemetry.event(telemetry.TICKET_ACTIVATED, ticket_id=ticket_id)
    return await ticket_status(services, ticket_id, org_id=org_id, code=code, identity=identity)
