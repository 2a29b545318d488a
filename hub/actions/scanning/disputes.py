"""The disputes: an operator asks a supervisor about a refused scan, and the supervisor declines.

`override_entry.py` admits the holder instead. The scan's id identifies the dispute, so asking again returns the existing one.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from db.statements import load
from hub.access.roles import Role, at_least
from hub.access.scope import refuse_other_venue
from hub.access.tokens import Identity
from hub.actions.messaging.notices import Notice, give_notices
from hub.events.announcements import TopicEvent
from hub.observability import telemetry
from hub.rules.override import obstacle
from hub.rules.parties import Party
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.timestamps import rfc3339
from hub.services import Services

DISPUTES = load("scanning/disputes")
TOPIC = "disputes"
RECENT = timedelta(minutes=15)
"""Time for which a decision is sent to devices that were disconnected when it was made."""
MOST = 200


async def ask_supervisor(services: Services, identity: Identity, scan_id: UUID, note: str | None) -> dict[str, Any]:
    """Open a dispute about one's own scan, or return the existing one.

    Refuses SCAN_NOT_FOUND, FORBIDDEN (another operator's scan), NOTHING_TO_DISPUTE (the scan was not refused).
    """
    scan = await services.database.scans.fetchrow(DISPUTES.disputed_scan, identity.org_id, scan_id)
    if scan is None:
        raise Refused(Reason.SCAN_NOT_FOUND)
    if scan["operator_id"] != identity.staff_id:
        raise Refused(Reason.FORBIDDEN)
    if scan["let_in"] or scan["result"] == "GREEN":
        raise Refused(Reason.NOTHING_TO_DISPUTE)
    asked = await services.database.scans.fetchval(DISPUTES.ask, identity.org_id, scan_id, note, services.clock.now())
    dispute = await read_dispute(services, identity.org_id, scan_id)
    if asked is not None:
        await publish_dispute(services, identity.org_id, dispute)
        telemetry.event(telemetry.DISPUTE_ASKED, operator_id=identity.staff_id, ticket_id=scan["ticket_id"])
    return dispute


async def decline(services: Services, identity: Identity, scan_id: UUID, reason: str) -> dict[str, Any]:
    """Record that a supervisor declines, with the reason. Repeating it changes nothing.

    Refuses SCAN_NOT_FOUND, FORBIDDEN at a venue outside of the scope, and DISPUTE_DECIDED if it was decided differently before.
    """
    if identity.venue_ids:
        scan = await services.database.scans.fetchrow(DISPUTES.disputed_scan, identity.org_id, scan_id)
        if scan is None:
            raise Refused(Reason.SCAN_NOT_FOUND)
        refuse_other_venue(identity, scan["venue_id"])
    settled = await services.database.scans.fetchval(
        DISPUTES.settle, identity.org_id, scan_id, "declined", reason, identity.staff_id, services.clock.now()
    )
    dispute = await read_dispute(services, identity.org_id, scan_id)
    if settled is None:
        return refuse_other_decision(dispute, "declined")
    await publish_dispute(services, identity.org_id, dispute)
    telemetry.event(telemetry.DISPUTE_DECIDED, operator_id=identity.staff_id, decision="declined")
    return dispute


async def withdraw(services: Services, identity: Identity, scan_id: UUID) -> dict[str, Any]:
    """Withdraw the operator's own dispute. Refuses SCAN_NOT_FOUND, FORBIDDEN, DISPUTE_DECIDED."""
    withdrawn = await services.database.scans.fetchval(
        DISPUTES.withdraw, identity.org_id, scan_id, identity.staff_id, services.clock.now()
    )
    dispute = await read_dispute(services, identity.org_id, scan_id)
    if withdrawn is None:
        if dispute["operator"]["id"] != identity.staff_id:
            raise Refused(Reason.FORBIDDEN)
        return refuse_other_decision(dispute, "withdrawn")
    await publish_dispute(services, identity.org_id, dispute)
    return dispute


async def list_disputes(
    services: Services, identity: Identity, *, venue_id: int | None = None, undecided: bool | None = None,
    since: datetime | None = None, before: int | None = None, limit: int = 50,
) -> dict[str, Any]:  # fmt: skip
    """Return the newest `limit` disputes before an id: a manager sees all, an operator their own."""
    own = None if at_least(identity.role, Role.MANAGER) else identity.staff_id
    rows = await services.database.fetch(
        DISPUTES.list_disputes, identity.org_id, venue_id, own, undecided, since, before, limit + 1
    )
    page = rows[:limit]
    return {
        "disputes": [dispute_as_dict(row) for row in page],
        "next": page[-1]["id"] if len(rows) > limit else None,
    }


async def read_dispute(services: Services, org_id: int, scan_id: UUID) -> dict[str, Any]:
    """Return the dispute about a scan. Refuses SCAN_NOT_FOUND if there is none."""
    row = await services.database.fetchrow(DISPUTES.read_dispute, org_id, scan_id)
    if row is None:
        raise Refused(Reason.SCAN_NOT_FOUND)
    return dispute_as_dict(row)


def refuse_other_decision(dispute: dict[str, Any], decision: str) -> dict[str, Any]:
    """Return the dispute if it was decided the same way. Refuse DISPUTE_DECIDED if not, or if its entry was undone since."""
    if dispute["decision"] == decision and not dispute["undone"]:
        return dispute
    by = dispute["decided_by"] or {}
    raise Refused(
        Reason.DISPUTE_DECIDED,
        decision=dispute["decision"], recorded=dispute["recorded"], decided_by=by.get("name"),
        decision_reason=dispute["decision_reason"], undone=dispute["undone"],
    )  # fmt: skip


async def publish_dispute(services: Services, org_id: int, dispute: dict[str, Any]) -> None:
    """Publish the dispute to the supervisors, and a supervisor's decision to its operator."""
    services.announcer.publish([TopicEvent.of(org_id, TOPIC, {"dispute": dispute}, venue_id=dispute["venue_id"])])
    if dispute["decision"] in ("admitted", "declined"):
        operator = dispute["operator"]["id"]
        await give_notices(services, org_id, [Notice("dispute", dispute, dispute["venue_id"], staff_id=operator)])


def dispute_as_dict(row: Any) -> dict[str, Any]:
    """Return the dispute as JSON: the refused scan, the question, the answer, and the ticket as it is now."""
    decided = row["decided_at"]
    party = None if row["places"] is None else Party(None, row["places"], row["admitted"])
    return {
        "dispute_id": row["id"],
        "scan_id": str(row["scan_id"]),
        "venue_id": row["venue_id"],
        "ticket_code": row["code"],
        "ticket_id": row["ticket_id"],
        "gate": row["gate"],
        "device": row["device"],
        "result": row["result"],
        "reason": row["reason"],
        "scanned_at": rfc3339(row["scanned_at"]),
        "operator": {"id": row["operator_id"], "name": row["operator_name"]},
        "note": row["note"],
        "asked_at": None if row["asked_at"] is None else rfc3339(row["asked_at"]),
        "decision": row["decision"],
        "decision_reason": row["decision_reason"],
        "decided_by": None if decided is None else {"id": row["decided_by"], "name": row["decided_name"]},
        "decided_at": None if decided is None else rfc3339(decided),
        "recorded": row["recorded"],
        "undone": row["undone_by"] is not None,
        "obstacle": obstacle(
            row["status"],
            entered=row["verified_at"] is not None,
            left=row["left_at"] is not None,
            part=party is not None and party.is_part_in,
        ),
        "ticket": None if row["status"] is None else _ticket(row),
        **_party(row, party),
    }


def _party(row: Any, party: Party | None) -> dict[str, Any]:
    """Return the party of a booking, as a decision has it; nothing for a ticket of one person."""
    if party is None or (party.size == 1 and row["channel"] != "booking"):
        return {}
    booking_id = row["ticket_id"] if row["channel"] == "booking" else None
    return {"party": party._replace(booking_id=booking_id).as_dict()}


def _ticket(row: Any) -> dict[str, Any]:
    first = row["verified_at"]
    return {
        "status": row["status"],
        "customer_name": row["customer_name"],
        "date": None if row["date"] is None else row["date"].isoformat(),
        "start_time": None if row["start_time"] is None else row["start_time"].isoformat(),
        "end_time": None if row["end_time"] is None else row["end_time"].isoformat(),
        "verified": None
        if first is None
        else {
            "verified_at": rfc3339(first),
            "verified_by": row["verified_by"],
            "operator_name": row["verified_name"] or "",
            "gate": row["verified_gate"],
        },
        "left": None if row["left_at"] is None else {"left_at": rfc3339(row["left_at"]), "gate": row["left_gate"]},
    }
