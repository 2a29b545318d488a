"""Moving a reservation or its whole party to another slot. The old place is kept until the new one is taken.

A booking moves with all its people, and only to another performance of the same show. A ticket never moves into a performance.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.booking.availability import Availability
from hub.actions.booking.reservation_changes import (
    LOST_RACES,
    chosen_reservations,
    places_of,
    publish_change,
    refuse_change,
    write_columns,
    write_recorded,
)
from hub.actions.booking.reservation_views import Party, ReservationView, read_party
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.booking_decision import BookingSlot, refuse_place, refuse_slot
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.performance_booking import BookingState, BookingTimes, booking_state
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

CHANGES = load("booking/changes")
_NO_PLACES = (Reason.SLOT_FULL, Reason.SLOT_CLOSED, Reason.SLOT_PAST)
_NO_SEATS = (Reason.NO_CAPACITY, Reason.BOOKING_CLOSED)


OtherPerformances = Callable[[int, int, int], Awaitable[list[dict[str, Any]]]]
"""f(organisation, performance, places): other performances of its show with so many places left, for `alternatives`."""


async def move_reservation(
    services: Services,
    availability: Availability,
    other_performances: OtherPerformances,
    reservation_id: int,
    slot_id: int,
    *,
    token: str | None,
    identity: Identity | None,
    whole_party: bool = False,
    by: Actor | None = None,
) -> Party:
    """Move until `change_cutoff_hours` before the old slot (managers: until it is used). Return the party afterwards.

    `by` is a manager instead of an identity; the audit log then has a row. Reservations already in that slot stay, so a repeated move changes nothing and sends no second e-mail. The refusals are
    those of cancelling, and those of booking for the new slot. SLOT_FULL lists alternatives that have places for all; for a
    booking it is NO_CAPACITY, and the alternatives are performances of its show.
    """
    for _ in range(MAX_ATTEMPTS):
        party = await read_party(services, reservation_id, token=token, identity=identity, by=by)
        reservations = chosen_reservations(party, whole_party)
        chosen = [one for one in reservations if one.slot_id != slot_id or one.status != "RESERVED"]
        if not chosen:
            return party
        now = services.clock.now()
        refuse_change(chosen, now, by_holder=token is not None)
        try:
            await _refuse_target(services, chosen, slot_id, now, by_holder=token is not None)
        except Refused as refusal:
            org_id, places = chosen[0].org_id, places_of(chosen)
            if refusal.reason in _NO_PLACES:
                refusal.details["alternative_slots"] = await availability.alternatives(org_id, slot_id, places)
            elif refusal.reason in _NO_SEATS:
                found = await other_performances(org_id, slot_id, places)
                refusal.details["alternatives"] = [one for one in found if one["performance_id"] != chosen[0].slot_id]
            raise
        if await _move(services, chosen, slot_id, was=party.reservation, token=token, now=now, by=by):
            return await read_party(services, reservation_id, token=token, identity=identity, by=by)
    raise Refused(Reason.BUSY)


async def _refuse_target(
    services: Services, chosen: list[ReservationView], slot_id: int, now: datetime, *, by_holder: bool
) -> None:
    tickets = [one.ticket_id for one in chosen]
    rows = await services.database.bookings.fetch(CHANGES.read_target, chosen[0].org_id, slot_id, tickets)
    row, show_id = rows[0], chosen[0].show_id
    if row["slot_id"] is None or row["show_id"] != show_id:
        raise Refused(Reason.SLOT_NOT_FOUND if show_id is None else Reason.PERFORMANCE_NOT_FOUND)
    slot = BookingSlot(slot_id, row["org_id"], row["venue_id"], row["status"], row["starts_at"], row["ends_at"],
                       row["total_capacity"], row["booked_count"], row["held_count"])  # fmt: skip
    reason = refuse_slot(slot, now, places_of(chosen))
    if show_id is not None:
        _refuse_performance(row, slot, reason, now, by_holder=by_holder)
        return
    if reason is not None:
        raise Refused(reason, **({"free": max(slot.free, 0)} if reason is Reason.SLOT_FULL else {}))
    for one in rows:
        reason = refuse_place(one["product_venue_id"], one["valid_until"], slot)
        if reason is not None:
            raise Refused(reason)


def _refuse_performance(row: Any, slot: BookingSlot, reason: Reason | None, now: datetime, *, by_holder: bool) -> None:
    """Refuse in the words of bookings. Staff may move a party into a performance whose booking is closed or not yet open."""
    times = BookingTimes(
        row["status"], row["ends_at"], row["booking_opens_at"], row["booking_closes_at"], row["booking_closed"]
    )
    shut = by_holder and booking_state(times, now) is not BookingState.OPEN
    if shut or reason in (Reason.SLOT_CLOSED, Reason.SLOT_PAST):
        raise Refused(Reason.BOOKING_CLOSED)
    if reason is not None:
        raise Refused(Reason.NO_CAPACITY, available_count=max(slot.free, 0))


async def _move(
    services: Services,
    chosen: list[ReservationView],
    slot_id: int,
    *,
    was: ReservationView,
    token: str | None,
    now: datetime,
    by: Actor | None,
) -> bool:
    """Move all of them and return True; return False if a race was lost and everything must be read and decided again."""
    # Only the hash of the holder's token is stored, so the e-mail about a move by staff gets a new token.
    made = None if token else secret_token()
    was = was if was in chosen else chosen[0]
    old_slot = {"date": was.date.isoformat(), "start_time": was.start_time.isoformat("seconds"),
                "end_time": was.end_time.isoformat("seconds"), **({"room": was.room_name} if was.room_name else {})}  # fmt: skip
    try:
        write = (
            CHANGES.move_places, chosen[0].org_id, *write_columns(chosen), slot_id, now, token or made,
            token_hash(made) if made else None, json.dumps(old_slot),
        )  # fmt: skip
        rows = await write_recorded(services, by, AuditAction.RESERVATION_MOVED, chosen, write, slot_id=slot_id)
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
