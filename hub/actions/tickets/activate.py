"""Activation of a ticket that was bought for later. It cannot be undone, and repeating it is safe."""

from typing import Any

from db.statements import load
from hub.access.tokens import Identity
from hub.actions.tickets.status import known_ticket, ticket_status
from hub.events.announcements import TicketsChanged
from hub.observability import outcome_metrics, telemetry
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

TICKETS = load("tickets/tickets")


async def activate_ticket(
    services: Services, ticket_id: int, *, org_id: int, code: str | None, identity: Identity | None
) -> dict[str, Any]:
    """Change INACTIVE to ACTIVATED. Refuses TICKET_NOT_ACTIVATED while unpaid, and TICKET_ALREADY_ACTIVATED later."""
    try:
        row = await known_ticket(services, ticket_id, org_id=org_id, code=code, identity=identity)
    except Refused as refused:
        if refused.reason is Reason.TICKET_NOT_FOUND:
            outcome_metrics.activation_tried(refused.reason, org_id, None)
        raise
    done = await services.database.fetchrow(TICKETS.activate, org_id, ticket_id, services.clock.now())
    if done is None:
        raise _refusal(org_id, row)
    services.announcer.publish([TicketsChanged.of(org_id, row["product_venue_id"], [row["code"]], "activated")])
    outcome_metrics.activation_tried("success", org_id, row["product_venue_id"])
    telemetry.event(telemetry.TICKET_ACTIVATED, ticket_id=ticket_id)
    return await ticket_status(services, ticket_id, org_id=org_id, code=code, identity=identity)


def _refusal(org_id: int, row: Any) -> Refused:
    """Count and return the refusal of a ticket that cannot be activated, or is active already."""
    reasons = {
        "PENDING_PAYMENT": Reason.TICKET_NOT_ACTIVATED,
        "CANCELLED": Reason.TICKET_CANCELLED,
        "EXPIRED": Reason.TICKET_EXPIRED,
    }
    reason = reasons.get(row["status"])
    if reason is None:
        outcome_metrics.activation_repeated()
    else:
        outcome_metrics.activation_tried(reason, org_id, row["product_venue_id"])
    return Refused(reason or Reason.TICKET_ALREADY_ACTIVATED, ticket_status=row["status"])
