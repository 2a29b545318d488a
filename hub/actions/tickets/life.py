"""The history of a ticket: everything that happened to it, in order."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from db.statements import load
from hub.access.roles import Role, at_least
from hub.access.scope import is_elsewhere, refuse_elsewhere
from hub.access.tokens import Identity
from hub.rules.contact_masking import mask_email, mask_phone
from hub.rules.decisions import Contact
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

LIFE = load("tickets/life")
MOST_SCANS = 500

Event = dict[str, Any]


async def ticket_life(services: Services, staff: Identity, ticket_id: int) -> dict[str, Any]:
    """Return the ticket and its events, oldest first.

    Refuses TICKET_NOT_FOUND, and FORBIDDEN for a ticket that stands outside of the scope of `staff`. Managers see contact details
    in full, and operators by the policies of all venues where it was reserved. Outside of their scope nobody does.
    """
    org_id = staff.org_id
    ticket = await services.database.fetchrow(LIFE.ticket_by_id, org_id, ticket_id)
    if ticket is None:
        raise Refused(Reason.TICKET_NOT_FOUND)
    reservations = await services.database.fetch(LIFE.reservations_of, org_id, ticket_id)
    holding = next((row for row in reservations if row["status"] != "CANCELLED"), None)
    refuse_elsewhere(staff, ticket["product_venue_id"] if holding is None else holding["venue_id"])
    venues = {row["venue_id"] for row in reservations} or {ticket["product_venue_id"] or staff.venue_id}
    contact = await contact_shown(services, staff, venues - {0})
    tokens = list({row["manage_token_hash"] for row in reservations})
    mails = await services.database.fetch(LIFE.mails_of, org_id, tokens) if tokens else []
    scans = await services.database.fetch(LIFE.scans_of, org_id, ticket["code"], MOST_SCANS + 1)
    waits = await services.database.fetch(LIFE.waits_of, org_id, ticket_id)
    disputes = await services.database.fetch(LIFE.disputes_of, org_id, ticket["code"], MOST_SCANS)
    synced = [row["scan_id"] for row in scans if row["source"] == "sync" and not row["entered"]]
    conflicts = await services.database.fetch(LIFE.conflicts_of, org_id, synced) if synced else []
    events = [
        *_of_ticket(ticket),
        *(event for row in reservations for event in _of_reservation(row)),
        *(event for row in waits for event in _of_wait(row)),
        *(_of_mail(row, contact) for row in mails),
        *(_of_scan(row) for row in reversed(scans[:MOST_SCANS])),
        *(event for row in conflicts for event in _of_conflict(row)),
        *(event for row in disputes for event in _of_dispute(row)),
    ]
    events.sort(key=lambda event: event["at"])  # a stable sort: at equal times, a reservation comes before its e-mail
    return {
        "ticket": _ticket(ticket, contact),
        "reservation": None if holding is None else _reservation(holding),
        "events": events,
        "scans_left_out": len(scans) > MOST_SCANS,
        "timezone": await _timezone(services, org_id, reservations),
    }


async def contact_shown(services: Services, staff: Identity, venues: set[int]) -> Contact:
    """Return how contact details are shown of a ticket that was at these venues."""
    if any(is_elsewhere(staff, venue_id) for venue_id in venues):
        return "masked"
    if at_least(staff.role, Role.MANAGER):
        return "full"
    policies = [(await services.venues.read(staff.org_id, venue_id)).show_contact for venue_id in sorted(venues)]
    return "full" if policies and all(one == "full" for one in policies) else "masked"


async def _timezone(services: Services, org_id: int, reservations: list[Any]) -> str:
    if reservations:
        return str(reservations[-1]["timezone"])
    venue = await services.venues.first(org_id)
    return venue.timezone if venue is not None else "UTC"


def _ticket(row: Any, contact: Contact) -> dict[str, Any]:
    full = contact == "full"
    return {
        "ticket_id": row["id"],
        "ticket_code": row["code"],
        "status": row["status"],
        "channel": row["channel"],
        "product": row["product"],
        "order_reference": row["reference"],
        "customer_name": row["customer_name"],
        "customer_email": row["customer_email"] if full else mask_email(row["customer_email"]),
        "customer_phone": row["customer_phone"] if full else mask_phone(row["customer_phone"]),
        "valid_until": row["valid_until"],
    }


def _reservation(row: Any) -> dict[str, Any]:
    return {"reservation_id": row["id"], "status": row["status"], "venue": row["venue_name"], **_slot(row)}


def _slot(row: Any) -> dict[str, Any]:
    return {"date": row["date"], "start_time": row["start_time"], "end_time": row["end_time"]}


def _event(at: datetime, kind: str, **details: Any) -> Event:
    return {"at": at, "kind": kind, **details}


def _of_ticket(row: Any) -> Iterator[Event]:
    yield _event(row["created_at"], "issued")
    if row["paid_at"] is not None:
        yield _event(row["paid_at"], "paid")
    if row["activated_at"] is not None:
        yield _event(row["activated_at"], "activated")
    if row["cancelled_at"] is not None:
        yield _event(
            row["cancelled_at"], "ticket_cancelled", note=row["cancel_reason"], operator_id=row["cancelled_by"],
            operator_name=row["cancelled_name"],
        )  # fmt: skip


def _of_reservation(row: Any) -> Iterator[Event]:
    """Yield the events of a reservation. A moved one has one row, with its newest place and the number of moves."""
    moves = row["calendar_sequence"] if row["moved_at"] is not None else 0
    slot = {} if moves else _slot(row)
    yield _event(row["reserved_at"], "reserved", reservation_id=row["id"], venue=row["venue_name"], **slot)
    if moves:
        yield _event(row["moved_at"], "moved", reservation_id=row["id"], times=moves, **_slot(row))
    if row["status"] == "EXPIRED" and row["expired_at"] is not None:
        yield _event(row["expired_at"], "expired", reservation_id=row["id"], **_slot(row))
    if row["cancelled_at"] is not None:
        yield _event(
            row["cancelled_at"], "cancelled", reservation_id=row["id"], cause=row["cancel_cause"], **_slot(row)
        )


def _of_wait(row: Any) -> Iterator[Event]:
    yield _event(row["joined_at"], "waiting", **_slot(row))
    if row["offered_at"] is not None:
        yield _event(row["offered_at"], "offered", **_slot(row))
    if row["ended_at"] is not None:
        yield _event(row["ended_at"], "wait_ended", outcome=row["status"], **_slot(row))


def _of_mail(row: Any, contact: Contact) -> Event:
    hide = mask_email if row["channel"] == "mail" else mask_phone
    return _event(
        row["sent_at"] or row["created_at"], "mail", mail=row["kind"], channel=row["channel"], status=row["status"],
        recipient=row["recipient"] if contact == "full" else hide(row["recipient"]),
    )  # fmt: skip


def _of_dispute(row: Any) -> Iterator[Event]:
    """Yield the events of a dispute. An accepted scan is shown as the entry that it recorded, with its reason."""
    scan_id = str(row["scan_id"])
    if row["asked_at"] is not None:
        yield _event(
            row["asked_at"], "asked", scan_id=scan_id, note=row["note"], gate=row["gate"],
            operator_id=row["operator_id"], operator_name=row["operator_name"], venue=row["venue_name"],
        )  # fmt: skip
    if row["decision"] in ("declined", "withdrawn"):
        yield _event(
            row["decided_at"], row["decision"], scan_id=scan_id, note=row["decision_reason"],
            operator_id=row["decided_by"], operator_name=row["decided_name"], venue=row["venue_name"],
        )  # fmt: skip


def _of_conflict(row: Any) -> Iterator[Event]:
    yield _event(
        row["logged_at"], "conflict", scan_id=str(row["scan_id"]), cause=row["kind"], gate=row["gate"],
        operator_id=row["operator_id"], operator_name=row["operator_name"], venue=row["venue_name"],
    )  # fmt: skip
    if row["decided_at"] is not None:
        yield _event(
            row["decided_at"], "conflict_decided", scan_id=str(row["scan_id"]), outcome=row["decision"], note=row["note"],
            operator_id=row["decided_by"], operator_name=row["decided_name"], venue=row["venue_name"],
        )  # fmt: skip


def _of_scan(row: Any) -> Event:
    return _event(
        row["logged_at"], "scan", scan_id=str(row["scan_id"]), mode=row["mode"], result=row["result"],
        reason=row["reason"], gate=row["gate"], device=row["device"], source=row["source"], entered=row["entered"],
        undoes=str(row["undoes"]) if row["undoes"] else None, note=row["note"], scanned_at=row["scanned_at"],
        operator_id=row["operator_id"], operator_name=row["operator_name"], venue=row["venue_name"],
    )  # fmt: skip
