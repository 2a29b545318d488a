"""The places at the gate: the slots of today that a visitor with a ticket can still have, and one of them taken in a transaction.

A ticket without a reservation is booked. One whose own slot is later today is moved, and its old place is free in the same transaction.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import record_change
from hub.actions.booking.booking_facts import decide_bookings
from hub.actions.booking.booking_request import PendingBooking, ReserveRequest, SlotStates, remember_slot
from hub.actions.booking.take_places import take_places
from hub.actions.box_office.booking_rights import may_book
from hub.events.announcements import Announcement, SlotChanged, TicketsChanged
from hub.rules.audit_actions import AuditAction
from hub.rules.booking_decision import BookingSlot, refuse_place, refuse_slot
from hub.rules.entry_decision import ReservationFacts, TicketFacts, entry_window
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue import Venue
from hub.services import Services

BOX_OFFICE = load("box_office/box_office")
CHANGES = load("booking/changes")


class Raced(Exception):
    """The ticket or the slot has changed since it was read. Nothing may be written: roll back, read and decide again."""


class SlotAtDoor(NamedTuple):
    """A slot of today. `running`: it has begun. `admits`: who is booked into it may come in now."""

    slot_id: int
    start_time: time
    end_time: time
    free: int
    running: bool
    admits: bool


class TicketAtDoor(NamedTuple):
    """The ticket of a visitor at the gate, as it was read: its version is checked again by whatever is written."""

    ticket: TicketFacts
    version: int
    reservation: ReservationFacts | None
    has_entered: bool


async def slots_at_door(services: Services, staff: Identity) -> list[SlotAtDoor]:
    """Return the slots of the running business day that are not over, in order of time. Refuses FORBIDDEN by role and policy."""
    venue = await services.venues.read(staff.org_id, staff.venue_id)
    if not may_book(venue, staff.role):
        raise Refused(Reason.FORBIDDEN)
    now = services.clock.now()
    rows = await services.database.fetch(BOX_OFFICE.slots_of_day, venue.org_id, venue.id, venue.business_day(now), now)
    return [_slot_of(row, venue, now) for row in rows]


def _slot_of(row: Any, venue: Venue, now: datetime) -> SlotAtDoor:
    facts = ReservationFacts(
        0, row["slot_id"], venue.id, row["date"], row["start_time"], row["end_time"], row["starts_at"], row["ends_at"], 0, 0
    )  # fmt: skip
    opens, closes = entry_window(facts, venue.policy, venue.zone)
    return SlotAtDoor(
        row["slot_id"], row["start_time"], row["end_time"], row["free"], row["starts_at"] <= now, opens <= now < closes
    )  # fmt: skip


async def take_place(  # noqa: PLR0917 - what a transaction at the gate has
    connection: Any, services: Services, by: Actor, venue: Venue, visitor: TicketAtDoor, slot_id: int, hold_id: str,
    scan_id: UUID | None, now: datetime, slots: SlotStates,
) -> list[Announcement]:  # fmt: skip
    """Take a place of the slot for the visitor, by booking or by moving, and record it. Return what to publish after the commit. `slots` gets
    the state of the slot before that.

    It is bound to the entry `scan_id`, if there is one: the undo of the entry ends the booking, or moves it back. Takes nothing if the visitor has a place there. Raises `Raced`. Refuses as a booking does, TICKET_ALREADY_RESERVED for a reservation
    that is not later today, and SLOT_NOT_FOUND for a slot of another day or venue.
    """
    if visitor.reservation is None:
        return await _book(connection, services, by, venue, visitor, slot_id, hold_id, scan_id, now, slots)
    if visitor.reservation.slot_id == slot_id:
        return []
    return await _move(connection, services, by, venue, visitor, visitor.reservation, slot_id, scan_id, now, slots)


async def _book(  # noqa: PLR0917 - as above
    connection: Any, services: Services, by: Actor, venue: Venue, visitor: TicketAtDoor, slot_id: int, hold_id: str,
    scan_id: UUID | None, now: datetime, slots: SlotStates,
) -> list[Announcement]:  # fmt: skip
    ticket = visitor.ticket
    contact = await connection.fetchrow(BOX_OFFICE.contact_of_ticket, venue.org_id, ticket.id)
    request = ReserveRequest(
        venue.org_id, ticket.id, slot_id, contact["email"], contact["phone"], language=contact["language"] or venue.language
    )  # fmt: skip
    booking = PendingBooking(request, request.tickets, hold_id, None, secret_token())
    await decide_bookings(connection, [booking], now, slots)
    row = booking.rows[0]
    if row["slot_id"] is not None:
        _refuse_elsewhere(row["venue_id"], row["date"], venue, now)
    if isinstance(booking.answer, Refused):
        raise booking.answer
    # With a copy: what is written here may still be rolled back.
    announcements = await take_places(connection, [booking], now, dict(slots))
    if not isinstance(booking.answer, tuple):
        raise Raced
    (reserved,) = booking.answer
    if scan_id is not None:
        await connection.execute(BOX_OFFICE.bind_to_scan, venue.org_id, reserved.reservation_id, scan_id, None)
    await record_change(
        connection, services, by, AuditAction.RESERVATION_BOOKED_AT_DOOR, reserved.reservation_id, venue_id=venue.id,
        after={"slot_id": slot_id, "date": reserved.date, "start_time": reserved.start_time},
    )  # fmt: skip
    return announcements


async def _move(  # noqa: PLR0917 - as above
    connection: Any, services: Services, by: Actor, venue: Venue, visitor: TicketAtDoor, own: ReservationFacts, slot_id: int,
    scan_id: UUID | None, now: datetime, slots: SlotStates,
) -> list[Announcement]:  # fmt: skip
    ticket = visitor.ticket
    _refuse_reserved(visitor, own, venue, now)
    (target,) = await connection.fetch(CHANGES.read_target, venue.org_id, slot_id, [ticket.id])
    if target["slot_id"] is None or target["show_id"] is not None:
        raise Refused(Reason.SLOT_NOT_FOUND)
    slot = BookingSlot(slot_id, target["org_id"], target["venue_id"], target["status"], target["starts_at"], target["ends_at"],
                       target["total_capacity"], target["booked_count"], target["held_count"])  # fmt: skip
    _refuse_elsewhere(slot.venue_id, target["date"], venue, now)
    reason = refuse_slot(slot, now)
    remember_slot(slots, (venue.org_id, slot_id), 0 if reason is not None else slot.free, target["revision"])
    reason = reason or refuse_place(target["product_venue_id"], target["valid_until"], slot)
    if reason is not None:
        raise Refused(reason)
    token = secret_token()
    old = {
        "date": own.date.isoformat(),
        "start_time": own.start_time.isoformat("seconds"),
        "end_time": own.end_time.isoformat("seconds"),
    }
    rows = await connection.fetch(
        CHANGES.move_places, venue.org_id, [ticket.id], [visitor.version], [own.id], slot_id, now, token, token_hash(token),
        json.dumps(old),
    )  # fmt: skip
    if not rows:
        raise Raced
    if scan_id is not None:
        await connection.execute(BOX_OFFICE.bind_to_scan, venue.org_id, own.id, scan_id, own.slot_id)
    before = {"slot_id": own.slot_id, "date": own.date, "start_time": own.start_time, "places": own.places}
    await record_change(
        connection, services, by, AuditAction.RESERVATION_MOVED, own.id, venue_id=venue.id, before=before,
        after={**before, "slot_id": slot_id},
    )  # fmt: skip
    return [*map(SlotChanged.of, rows), TicketsChanged.of(venue.org_id, venue.id, [ticket.code], "moved")]


def _refuse_reserved(visitor: TicketAtDoor, own: ReservationFacts, venue: Venue, now: datetime) -> None:
    """Refuse a reservation that is not the visitor's own for later today: another day's is moved by a manager, in the list of reservations."""
    if visitor.has_entered:
        raise Refused(Reason.TICKET_ALREADY_USED)
    later_today = own.date == venue.business_day(now) and own.starts_at > now and own.venue_id == venue.id
    if not later_today or own.places > 1 or visitor.ticket.channel in ("booking", "guest"):
        raise Refused(Reason.TICKET_ALREADY_RESERVED, reserved_date=own.date.isoformat())


def _refuse_elsewhere(venue_id: int, day: date, venue: Venue, now: datetime) -> None:
    if venue_id != venue.id or day != venue.business_day(now):
        raise Refused(Reason.SLOT_NOT_FOUND)
