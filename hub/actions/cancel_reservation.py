"""The deed of cancelling a reservation: the place is given back and the ticket can be booked again, in one transaction."""

from datetime import timedelta
from typing import Any

from db.statements import load
from hub import telemetry
from hub.access.tokens import Identity
from hub.actions.read_reservation import read_reservation
from hub.announcements import SlotChanged
from hub.house import House
from hub.refusals import Refused
from hub.rules.reasons import Reason

BOOKING = load("booking")
ROUNDS = 4


async def cancel_reservation(
    house: House, reservation_id: int, *, token: str | None, identity: Identity | None
) -> dict[str, Any]:
    """Cancel until `change_cutoff_hours` before the slot (managers: until it is used). Repeating it changes nothing.

    Refuses CHANGE_TOO_LATE, and TICKET_ALREADY_USED or TICKET_EXPIRED where the reservation is over.
    """
    for _ in range(ROUNDS):
        view = await read_reservation(house, reservation_id, token=token, identity=identity)
        now = house.clock.now()
        answer = {"reservation_id": reservation_id, "status": "CANCELLED", "ticket_status": "ACTIVATED"}
        if view.status == "CANCELLED":
            return answer
        if view.status != "RESERVED":
            over = {"VERIFIED": Reason.TICKET_ALREADY_USED, "EXPIRED": Reason.TICKET_EXPIRED}
            raise Refused(over[view.status])
        if token and now > view.starts_at - timedelta(hours=view.change_cutoff_hours):
            raise Refused(Reason.CHANGE_TOO_LATE, change_cutoff_hours=view.change_cutoff_hours)
        row = await house.database.bookings.fetchrow(
            BOOKING.cancel_reservation, view.org_id, view.ticket_id, view.ticket_version, reservation_id, now
        )
        if row is not None:
            changed = SlotChanged.of(row)
            slot = changed.slot
            house.gate.settle(view.org_id, slot.slot_id, free=slot.free, revision=slot.revision)
            house.announcer.tell([changed])
            telemetry.event(telemetry.RESERVATION_CANCELLED, reservation_id=reservation_id, slot_id=slot.slot_id)
            return answer
    raise Refused(Reason.BUSY)
