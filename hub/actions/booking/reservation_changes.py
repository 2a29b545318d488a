"""Steps that moving and cancelling share: choosing the reservations, checking them, and announcing the change."""

from datetime import datetime
from typing import Any

import asyncpg

from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import record_change
from hub.actions.booking.reservation_views import Party, ReservationView
from hub.events.announcements import SlotChanged, TicketChange, TicketsChanged
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.timestamps import rfc3339
from hub.services import Services

LOST_RACES = (asyncpg.DeadlockDetectedError, asyncpg.CheckViolationError, asyncpg.UniqueViolationError)
"""Errors of a lost race. Nothing was written, because a constraint or the deadlock check stopped the statement."""

_OVER = {
    "VERIFIED": Reason.TICKET_ALREADY_USED,
    "EXPIRED": Reason.TICKET_EXPIRED,
    "CANCELLED": Reason.TICKET_CANCELLED,
}
_BOOKING_OVER = {
    "VERIFIED": Reason.ALREADY_CHECKED_IN,
    "EXPIRED": Reason.CHANGE_TOO_LATE,
    "CANCELLED": Reason.BOOKING_CANCELLED,
}


def chosen_reservations(party: Party, whole_party: bool) -> list[ReservationView]:
    """Return the reservations of a request: the named one, or all of its party that are still RESERVED."""
    if not whole_party:
        return [party.reservation]
    return [one for one in party.members if one.status == "RESERVED"] or [party.reservation]


def refuse_change(reservations: list[ReservationView], now: datetime, *, by_holder: bool) -> None:
    """Refuse if one of them is over, or past its holder's cutoff. Staff may change a reservation until it is used.

    A booking is used from the first person on, because nobody can take back the place of somebody who is in.
    """
    for one in reservations:
        if one.status != "RESERVED":
            raise _refuse_ended(one)
        if by_holder and now > one.change_until:
            raise Refused(Reason.CHANGE_TOO_LATE, change_cutoff_hours=one.change_cutoff_hours)


def _refuse_ended(one: ReservationView) -> Refused:
    if one.booking_id is None:
        return Refused(_OVER[one.status])
    reason = _BOOKING_OVER[one.status]
    if reason is Reason.ALREADY_CHECKED_IN and one.verified_at is not None:
        return Refused(reason, checked_in_at=rfc3339(one.verified_at))
    return Refused(reason)


def places_of(reservations: list[ReservationView]) -> int:
    """Return the number of places that these reservations take together."""
    return sum(one.places for one in reservations)


def publish_change(
    services: Services, rows: list[Any], reservations: list[ReservationView], change: TicketChange
) -> None:
    """After the commit: settle seat admission, and publish the slots' counts and the changed tickets."""
    announcements: list[SlotChanged | TicketsChanged] = []
    for row in rows:
        changed = SlotChanged.of(row)
        slot = changed.slot
        services.seat_admission.settle(changed.org_id, slot.slot_id, free=slot.free, revision=slot.revision)
        announcements.append(changed)
    for venue_id in {one.venue_id for one in reservations}:
        of_venue = [one for one in reservations if one.venue_id == venue_id]
        announcements.append(
            TicketsChanged.of(of_venue[0].org_id, venue_id, [one.ticket_code for one in of_venue], change)
        )
    services.announcer.publish(announcements)


_OF_BOOKING = {
    AuditAction.RESERVATION_MOVED: AuditAction.BOOKING_MOVED,
    AuditAction.RESERVATION_CANCELLED: AuditAction.BOOKING_CANCELLED,
}
"""What the audit log calls a change of the reservation that a booking has."""


async def write_recorded(
    services: Services,
    by: Actor | None,
    action: AuditAction,
    reservations: list[ReservationView],
    write: tuple[Any, ...],
    *,
    slot_id: int | None = None,
) -> list[Any]:
    """Run a guarded write, a statement with its values, and return its rows. `slot_id` is the new slot of a move.

    A change `by` staff is recorded in the same transaction. Changes of one slot take turns in this process.
    """
    statement, *values = write
    bookings = services.database.bookings
    slots = sorted({one.slot_id for one in reservations} | ({slot_id} if slot_id is not None else set()))
    if by is None:
        async with bookings.turn(slots):
            return await bookings.fetch(statement, *values)
    async with bookings.turn(slots), bookings.transaction() as connection:
        rows: list[Any] = await connection.fetch(statement, *values)
        for one in reservations if rows else ():
            before = {"slot_id": one.slot_id, "date": one.date, "start_time": one.start_time, "places": one.places}
            after = None if slot_id is None else {**before, "slot_id": slot_id}
            of_booking = None if one.booking_id is None else _OF_BOOKING[action]
            await record_change(
                connection, services, by, of_booking or action, one.booking_id or one.reservation_id, venue_id=one.venue_id,
                before=before, after=after,
            )  # fmt: skip
    return rows


def write_columns(reservations: list[ReservationView]) -> tuple[list[int], list[int], list[int]]:
    """Return the arrays for the guarded writes: ticket ids, the versions read, and reservation ids."""
    return (
        [one.ticket_id for one in reservations],
        [one.ticket_version for one in reservations],
        [one.reservation_id for one in reservations],
    )
