"""Cancelling reservations: one statement frees the places, makes the tickets bookable and adds an e-mail to the outbox.

A booking ends with its reservation: its ticket is CANCELLED, and another visit needs another booking.
"""

from typing import Any

from db.statements import load
from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.booking.reservation_changes import (
    LOST_RACES,
    chosen_reservations,
    publish_change,
    refuse_change,
    write_columns,
    write_recorded,
)
from hub.actions.booking.reservation_views import Party, read_party
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

CHANGES = load("booking/changes")


async def cancel_reservation(
    services: Services,
    reservation_id: int,
    *,
    token: str | None,
    identity: Identity | None,
    whole_party: bool = False,
    by: Actor | None = None,
) -> dict[str, Any]:
    """Cancel until `change_cutoff_hours` before the slot (managers: until it is used). Repeating it changes nothing.

    `by` is a manager instead of an identity; the audit log then has a row. `whole_party` cancels all reservations of the party that are still RESERVED, or none. Refuses CHANGE_TOO_LATE, and
    TICKET_ALREADY_USED or TICKET_EXPIRED if the reservation is over. A booking of which somebody is in: ALREADY_CHECKED_IN.
    """
    for _ in range(MAX_ATTEMPTS):
        party = await read_party(services, reservation_id, token=token, identity=identity, by=by)
        chosen = chosen_reservations(party, whole_party)
        if chosen == [party.reservation] and party.reservation.status == "CANCELLED":
            return _answer(party, [one.reservation_id for one in party.members] if whole_party else [reservation_id])
        now = services.clock.now()
        refuse_change(chosen, now, by_holder=token is not None)
        try:
            cause = "holder" if token else "staff"
            write = (CHANGES.cancel_places, chosen[0].org_id, *write_columns(chosen), now, cause, token)
            rows = await write_recorded(services, by, AuditAction.RESERVATION_CANCELLED, chosen, write)
        except LOST_RACES:
            continue
        if not rows:
            continue
        publish_change(services, rows, chosen, "cancelled")
        for one in chosen:
            telemetry.event(telemetry.RESERVATION_CANCELLED, reservation_id=one.reservation_id, slot_id=one.slot_id)
        before = [one.reservation_id for one in party.members if whole_party and one.status == "CANCELLED"]
        return _answer(party, sorted([*before, *(one.reservation_id for one in chosen)]))
    raise Refused(Reason.BUSY)


def _answer(party: Party, cancelled: list[int]) -> dict[str, Any]:
    stood = {one.reservation_id for one in party.members if one.status in ("VERIFIED", "EXPIRED")}
    return {
        "reservation_id": party.reservation.reservation_id,
        "status": "CANCELLED",
        "ticket_status": "ACTIVATED" if party.reservation.booking_id is None else "CANCELLED",
        "reservation_ids": [one for one in cancelled if one not in stood],
    }
