"""Moving a reservation or its whole party to another slot. The old place is kept until the new one is taken."""

import json
from datetime import datetime

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.access.tokens import Identity
from hub.actions.booking.availability import Availability
from hub.actions.booking.reservation_changes import (
    LOST_RACES,
    chosen_reservations,
    publish_change,
    refuse_change,
    write_columns,
)
from hub.actions.booking.reservation_views import Party, ReservationView, read_party
from hub.observability import telemetry
from hub.rules.booking_decision import BookingSlot, refuse_place, refuse_slot
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

CHANGES = load("booking/changes")
_NO_PLACES = (Reason.SLOT_FULL, Reason.SLOT_CLOSED, Reason.SLOT_PAST)


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
    """Move until `change_cutoff_hours` before the old slot (managers: until it is used). Return the party afterwards.

    Reservations already in that slot stay, so a repeated move changes nothing and sends no second e-mail. The refusals are
    those of cancelling, and those of booking for the new slot. SLOT_FULL lists alternatives that have places for all.
    """
    for _ in range(MAX_ATTEMPTS):
        party = await read_party(services, reservation_id, token=token, identity=identity)
        reservations = chosen_reservations(party, whole_party)
        chosen = [one for one in reservations if one.slot_id != slot_id or one.status != "RESERVED"]
        if not chosen:
            return party
        now = services.clock.now()
        refuse_change(chosen, now, by_holder=token is not None)
        try:
            await _refuse_target(services, chosen, slot_id, now)
        except Refused as refusal:
            if refusal.reason in _NO_PLACES:
                org_id = chosen[0].org_id
                refusal.details["alternative_slots"] = await availability.alternatives(org_id, slot_id, len(chosen))
            raise
        if await _move(services, chosen, slot_id, was=party.reservation, token=token, now=now):
            return await read_party(services, reservation_id, token=token, identity=identity)
    raise Refused(Reason.BUSY)


async def _refuse_target(services: Services, chosen: list[ReservationView], slot_id: int, now: datetime) -> None:
    tickets = [one.ticket_id for one in chosen]
    rows = await services.database.bookings.fetch(CHANGES.read_target, chosen[0].org_id, slot_id, tickets)
    row = rows[0]
    if row["slot_id"] is None:
        raise Refused(Reason.SLOT_NOT_FOUND)
    slot = BookingSlot(slot_id, row["org_id"], row["venue_id"], row["status"], row["starts_at"], row["ends_at"],
                       row["total_capacity"], row["booked_count"], row["held_count"])  # fmt: skip
    reason = refuse_slot(slot, now, len(chosen))
    if reason is not None:
        raise Refused(reason, **({"free": max(slot.free, 0)} if reason is Reason.SLOT_FULL else {}))
    for one in rows:
        reason = refuse_place(one["product_venue_id"], one["valid_until"], slot)
        if reason is not None:
            raise Refused(reason)


async def _move(
    services: Services,
    chosen: list[ReservationView],
    slot_id: int,
    *,
    was: ReservationView,
    token: str | None,
    now: datetime,
) -> bool:
    """Move all of them and return True; return False if a race was lost and everything must be read and decided again."""
    # Only the hash of the holder's token is stored, so the e-mail about a move by staff gets a new token.
    made = None if token else secret_token()
    was = was if was in chosen else chosen[0]
    old_slot = {"date": was.date.isoformat(), "start_time": was.start_time.isoformat("seconds"),
           "end_time": was.end_time.isoformat("seconds")}  # fmt: skip
    try:
        rows = await services.database.bookings.fetch(
            CHANGES.move_places, chosen[0].org_id, *write_columns(chosen), slot_id, now, token or made,
            token_hash(made) if made else None, json.dumps(old_slot),
        )  # fmt: skip
    except LOST_RACES:
        return False
    if not rows:
        return False
    publish_change(services, rows, chosen, "moved")
    for one in chosen:
        telemetry.event(
            telemetry.RESERVATION_MODIFIED, reservation_id=one.reservation_id, slot_id=slot_id, old_slot_id=one.slot_id
        )
    return True
