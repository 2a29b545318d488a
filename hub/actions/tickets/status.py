"""The status of a ticket, for a holder who knows its code and for staff."""

import hmac
from typing import Any

from db.statements import load
from hub.access.scope import refuse_elsewhere
from hub.access.tokens import Identity
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import normalise
from hub.rules.timestamps import rfc3339
from hub.services import Services

TICKETS = load("tickets/tickets")


async def known_ticket(
    services: Services, ticket_id: int, *, org_id: int, code: str | None, identity: Identity | None
) -> Any:
    """Return the ticket's row to its holder or its organisation's staff. Refuses everybody else as if it did not exist.

    Refuses FORBIDDEN for a ticket that stands outside of the staff member's scope.
    """
    if identity is None and code is None:
        raise Refused(Reason.UNAUTHENTICATED)
    if identity is not None and identity.org_id != org_id:
        raise Refused(Reason.TICKET_NOT_FOUND)
    row = await services.database.fetchrow(TICKETS.read_ticket, org_id, ticket_id)
    holder = (
        row is not None
        and code is not None
        and hmac.compare_digest(normalise(code).lower().encode(), row["code"].lower().encode())
    )
    if row is None or not (identity is not None or holder):
        raise Refused(Reason.TICKET_NOT_FOUND)
    if identity is not None and not holder:
        refuse_elsewhere(identity, row["venue_id"])
    return row


async def ticket_status(
    services: Services, ticket_id: int, *, org_id: int, code: str | None, identity: Identity | None
) -> dict[str, Any]:
    """Return status, activation and reservation of one ticket."""
    row = await known_ticket(services, ticket_id, org_id=org_id, code=code, identity=identity)
    reserved = row["reservation_id"] is not None
    return {
        "ticket_id": row["id"],
        "ticket_code": row["code"],
        "status": row["status"],
        "channel": row["channel"],
        "activation_mode": row["activation_mode"],
        "activated_at": _moment(row["activated_at"]),
        "reserved_at": _moment(row["reserved_at"]) if reserved else None,
        "verified_at": _moment(row["verified_at"]),
        "valid_until": _moment(row["valid_until"]),
        "reservation": {
            "reservation_id": row["reservation_id"],
            "slot_id": row["slot_id"],
            "date": row["reserved_date"].isoformat(),
            "start_time": row["start_time"].isoformat("seconds"),
            "end_time": row["end_time"].isoformat("seconds"),
        }
        if reserved
        else None,
    }


def _moment(value: Any) -> str | None:
    return rfc3339(value) if value is not None else None
