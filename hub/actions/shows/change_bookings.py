"""What staff do with one booking: cancel it, move it to another performance of its show, or send its e-mail again."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change
from hub.actions.booking.availability import Availability
from hub.actions.booking.cancel import cancel_reservation
from hub.actions.booking.move import move_reservation
from hub.actions.shows.find_bookings import FoundBooking, read_found_booking
from hub.actions.shows.read_shows import alternatives_of
from hub.events.announcements import TicketsChanged
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

CHANGED_BOOKINGS = load("shows/changed_bookings")
WAITLIST = load("waitlist/entries")
_ENDED = {"CANCELLED": Reason.BOOKING_CANCELLED, "EXPIRED": Reason.CONFIRMATION_EXPIRED}


@dataclass(frozen=True, slots=True)
class MoveTarget:
    """Another performance of the same show, with its free places."""

    performance_id: int
    date: date
    start_time: time
    end_time: time
    room: str
    capacity: int
    free: int


async def cancel_booking(services: Services, booking_id: int, by: Actor) -> FoundBooking:
    """Cancel a request or a confirmed booking, and email the visitor. Repeating it changes nothing.

    Refuses ALREADY_CHECKED_IN if somebody of the party is in, and CHANGE_TOO_LATE if the performance is over.
    """
    for _ in range(MAX_ATTEMPTS):
        booking = await read_found_booking(services, by.org_id, booking_id)
        refuse_other_venue(by, booking.venue_id)
        if booking.status in ("CANCELLED", "EXPIRED"):
            return booking
        if booking.status == "PENDING":
            if await _cancel_request(services, booking, by):
                break
        else:
            await cancel_reservation(services, _reservation_of(booking), token=None, identity=None, by=by)
            break
    else:
        raise Refused(Reason.BUSY)
    telemetry.event(
        telemetry.BOOKING_CANCELLED, booking_id=booking_id, slot_id=booking.performance_id, staff_id=by.staff_id
    )
    return await read_found_booking(services, by.org_id, booking_id)


async def move_booking(
    services: Services, availability: Availability, booking_id: int, performance_id: int, by: Actor
) -> FoundBooking:
    """Move a booking to another performance of its show, and email the visitor. Repeating it changes nothing.

    Refuses as `move_reservation` does. A request takes no places, so it may move into a performance that is sold out; it gets a
    new link, and leaves the waiting list. Refuses BOOKING_CANCELLED and CONFIRMATION_EXPIRED.
    """
    for _ in range(MAX_ATTEMPTS):
        booking = await _standing(services, booking_id, by)
        if booking.performance_id == performance_id:
            return booking
        if booking.status == "PENDING":
            await _refuse_target(services, booking, performance_id, by)
            if await _move_request(services, booking, performance_id, by):
                break
        else:
            await _move_places(services, availability, booking, performance_id, by)
            break
    else:
        raise Refused(Reason.BUSY)
    telemetry.event(
        telemetry.BOOKING_MOVED, booking_id=booking_id, slot_id=performance_id, old_slot_id=booking.performance_id,
        staff_id=by.staff_id,
    )  # fmt: skip
    return await read_found_booking(services, by.org_id, booking_id)


async def resend_booking(services: Services, booking_id: int, by: Actor) -> FoundBooking:
    """Send the request or the confirmation again, with a new link. Refuses BOOKING_CANCELLED and CONFIRMATION_EXPIRED.

    The new link of a request is the only one that is valid, and is valid for the venue's hours from now on.
    """
    for _ in range(MAX_ATTEMPTS):
        booking = await _standing(services, booking_id, by)
        statement = (
            CHANGED_BOOKINGS.resend_request if booking.status == "PENDING" else CHANGED_BOOKINGS.resend_confirmation
        )
        token = secret_token()
        async with change(services) as connection:
            sent = await connection.fetchval(
                statement, by.org_id, booking_id, services.clock.now(), token_hash(token), token
            )
            if sent is not None:
                await _record(
                    connection, services, by, AuditAction.BOOKING_RESENT, booking, after={"status": booking.status}
                )
        if sent is not None:
            telemetry.event(telemetry.BOOKING_RESENT, booking_id=booking_id, staff_id=by.staff_id)
            return await read_found_booking(services, by.org_id, booking_id)
    raise Refused(Reason.BUSY)


async def performances_to_move_to(services: Services, org_id: int, performance_id: int) -> list[MoveTarget]:
    """Return the other performances of the same show that are neither cancelled nor over, in order of start."""
    rows = await services.database.records.fetch(
        CHANGED_BOOKINGS.performances_to_move_to, org_id, performance_id, services.clock.now()
    )
    return [MoveTarget(*row) for row in rows]


async def _standing(services: Services, booking_id: int, by: Actor) -> FoundBooking:
    """Return a booking that is neither cancelled nor expired."""
    booking = await read_found_booking(services, by.org_id, booking_id)
    refuse_other_venue(by, booking.venue_id)
    if booking.status in _ENDED:
        raise Refused(_ENDED[booking.status])
    return booking


def _reservation_of(booking: FoundBooking) -> int:
    assert booking.reservation_id is not None, "a confirmed booking has a reservation"
    return booking.reservation_id


async def _cancel_request(services: Services, booking: FoundBooking, by: Actor) -> bool:
    """Cancel a request and return True; False if it is none any more."""
    async with change(services) as connection:
        row = await connection.fetchrow(
            CHANGED_BOOKINGS.cancel_request, by.org_id, booking.booking_id, services.clock.now()
        )
        if row is None:
            return False
        before = {**_recorded(booking), "status": booking.status}
        await _record(connection, services, by, AuditAction.BOOKING_CANCELLED, booking, before=before)
    services.announcer.publish([TicketsChanged.of(by.org_id, row["venue_id"], [row["code"]], "cancelled")])
    return True


async def _move_request(services: Services, booking: FoundBooking, performance_id: int, by: Actor) -> bool:
    """Move a request and return True; False if it is none any more. Offered places go to the next party on the list."""
    token, now = secret_token(), services.clock.now()
    async with change(services) as connection:
        row = await connection.fetchrow(
            CHANGED_BOOKINGS.move_request, by.org_id, booking.booking_id, performance_id, now, token_hash(token), token
        )  # fmt: skip
        if row is None:
            return False
        entries = sorted(row["entries"])
        await connection.fetch(WAITLIST.end_entries, by.org_id, entries, "LEFT", None, now, [None] * len(entries))
        before = _recorded(booking)
        await _record(connection, services, by, AuditAction.BOOKING_MOVED, booking, before=before,
                      after={**before, "performance_id": performance_id})  # fmt: skip
    return True


async def _refuse_target(services: Services, booking: FoundBooking, performance_id: int, by: Actor) -> None:
    """Refuse PERFORMANCE_NOT_FOUND unless a request may move to this performance."""
    targets = await performances_to_move_to(services, by.org_id, booking.performance_id)
    if not any(one.performance_id == performance_id for one in targets):
        raise Refused(Reason.PERFORMANCE_NOT_FOUND)


async def _move_places(
    services: Services, availability: Availability, booking: FoundBooking, performance_id: int, by: Actor
) -> None:
    async def others(org_id: int, slot_id: int, places: int) -> list[dict[str, Any]]:
        return [one.as_alternative() for one in await alternatives_of(services, org_id, slot_id, places)]

    await move_reservation(
        services, availability, others, _reservation_of(booking), performance_id, token=None, identity=None, by=by
    )  # fmt: skip


def _recorded(booking: FoundBooking) -> dict[str, Any]:
    """Return what the audit log keeps of a booking: nothing of its visitor."""
    return {
        "performance_id": booking.performance_id, "date": booking.date, "start_time": booking.start_time,
        "party_size": booking.party_size,
    }  # fmt: skip


async def _record(
    connection: Any, services: Services, by: Actor, action: AuditAction, booking: FoundBooking, **fields: Any
) -> None:
    await record_change(connection, services, by, action, booking.booking_id, venue_id=booking.venue_id, **fields)
