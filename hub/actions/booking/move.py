"""The deed of moving a reservation, or its whole party, to another slot: the old place is kept until the new one is taken."""

import json
from datetime import datetime

from db.statements import load
from hub.access.randomness import secret_token
from hub.access.tokens import Identity
from hub.actions.booking.availability import Availability
from hub.actions.booking.reservation_changes import MAX_ATTEMPTS, PASSED_EACH_OTHER, columns, meant, refuse_change, tell
from hub.actions.booking.reservation_views import Party, ReservationView, read_party
from hub.actions.booking.take_places import token_hash
from hub.observability import telemetry
from hub.rules.booking_decision import BookingSlot, refuse_place, refuse_slot
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

CHANGES = load("booking/changes")
_NO_ROOM = (Reason.SLOT_FULL, Reason.SLOT_CLOSED, Reason.SLOT_PAST)


async def move_reservation(
    services: Services,
    availability: Availability,
    reservation_id: int,
    slot_id: int,
    *,
    token: str | None,
    identity: Identity | None,
    whole_party: bool = False,
) -> Party:
    """Move until `change_cutoff_hours` before the slot it has (managers: until it is used); the party as it is afterwards.

    What lies in that slot already stays there, so repeating a move changes nothing and sends no second mail. Refuses as
    cancelling does, and as booking does for the new slot; a full one comes with alternatives that have room for all.
    """
    for _ in range(MAX_ATTEMPTS):
        party = await read_party(services, reservation_id, token=token, identity=identity)
        reservations = meant(party, whole_party)
        going = [one for one in reservations if one.slot_id != slot_id or one.status != "RESERVED"]
        if not going:
            return party
        now = services.clock.now()
        refuse_change(going, now, by_holder=token is not None)
        try:
            await _refuse_target(services, going, slot_id, now)
        except Refused as no:
            if no.reason in _NO_ROOM:
                org_id = going[0].org_id
                no.details["alternative_slots"] = await availability.alternatives(org_id, slot_id, len(going))
            raise
        if await _move(services, going, slot_id, was=party.reservation, token=token, now=now):
            return await read_party(services, reservation_id, token=token, identity=identity)
    raise Refused(Reason.BUSY)


async def _refuse_target(services: Services, going: list[ReservationView], slot_id: int, now: datetime) -> None:
    tickets = [one.ticket_id for one in going]
    rows = await services.database.bookings.fetch(CHANGES.read_target, going[0].org_id, slot_id, tickets)
    row = rows[0]
    if row["slot_id"] is None:
        raise Refused(Reason.SLOT_NOT_FOUND)
    slot = BookingSlot(slot_id, row["org_id"], row["venue_id"], row["status"], row["starts_at"], row["ends_at"],
                       row["total_capacity"], row["booked_count"], row["held_count"])  # fmt: skip
    reason = refuse_slot(slot, now, len(going))
    if reason is not None:
        raise Refused(reason, **({"free": max(slot.free, 0)} if reason is Reason.SLOT_FULL else {}))
    for one in rows:
        reason = refuse_place(one["product_venue_id"], one["valid_until"], slot)
        if reason is not None:
            raise Refused(reason)


async def _move(
    services: Services,
    going: list[ReservationView],
    slot_id: int,
    *,
    was: ReservationView,
    token: str | None,
    now: datetime,
) -> bool:
    """Whether all of them were moved; False where somebody was faster and it is all to be judged again."""
    # Of the holder's token only the hash is kept, so a move by staff gives the mail a token of its own.
    made = None if token else secret_token()
    was = was if was in going else going[0]
    lay = {"date": was.date.isoformat(), "start_time": was.start_time.isoformat("seconds"),
           "end_time": was.end_time.isoformat("seconds")}  # fmt: skip
    try:
        rows = await services.database.bookings.fetch(
            CHANGES.move_places, going[0].org_id, *columns(going), slot_id, now, token or made,
            token_hash(made) if made else None, json.dumps(lay),
        )  # fmt: skip
    except PASSED_EACH_OTHER:
        return False
    if not rows:
        return False
    tell(services, rows, going, "moved")
    for one in going:
        telemetry.event(
            telemetry.RESERVATION_MODIFIED, reservation_id=one.reservation_id, slot_id=slot_id, old_slot_id=one.slot_id
        )
    return True
