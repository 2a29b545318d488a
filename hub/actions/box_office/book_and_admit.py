"""Booking and admitting at the gate: one request gives a visitor a place in a slot of today and lets them in, in one transaction.

The place is taken as every other: it is held in seat admission, then the slot is counted under its lock. Seat admission refuses nobody here: it
does not know a slot that has just been closed from a full one. Whoever may not come in after that has booked nothing. The entry is logged as a `verify` with the request's `scan_id`: so a repeat gets the first answer, and it is undone as
every entry, with the booking that was made for it.
"""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

import asyncpg

from db import row_literals
from db.row_literals import text
from db.statements import load
from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.booking.booking_request import SlotStates
from hub.actions.booking.reservation_changes import LOST_RACES
from hub.actions.box_office.booking_rights import may_book
from hub.actions.box_office.places_at_door import Raced, TicketAtDoor, take_place
from hub.actions.scanning.entry_scans import EntryScans
from hub.actions.scanning.entry_within import EntryRaced, EntryWithin, NotAdmitted, admit_within, lock_room
from hub.actions.scanning.first_answers import Repeat, first_answers
from hub.actions.scanning.scan_facts import facts_of
from hub.events.announcements import Announcement, SlotChanged, TicketsChanged
from hub.guards.seat_admission import SeatRequest
from hub.observability import telemetry
from hub.rules.decisions import Decision
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE, ScanRequest
from hub.rules.ticket_code import normalise
from hub.rules.venue import Venue
from hub.services import Services

ENTRIES = load("scanning/entries")

log = logging.getLogger(__name__)


class _Wanted(NamedTuple):
    """What the steward asks for. `request` has the mode `verify`, a `scan_id` and a normalised code; without `admits` it only books."""

    staff: Identity
    request: ScanRequest
    slot_id: int
    admits: bool
    venue: Venue

    @property
    def hold_id(self) -> str:
        """The name of the place in seat admission. A repeat has the same one, so it reaches Postgres, which has the first answer."""
        assert self.request.scan_id is not None
        return self.request.scan_id.hex


class _Done(NamedTuple):
    """What was committed. `decision` is None where the visitor was only booked. Of a repeat nothing is published."""

    decision: Decision | None
    announcements: list[Announcement]
    change: str | None = None
    """The log event of the change of the reservation; None if it was in this slot."""
    entry: EntryWithin | None = None


async def book_and_admit(
    services: Services,
    entry_scans: EntryScans,
    staff: Identity,
    request: ScanRequest,
    slot_id: int,
    *,
    admit: bool = True,
) -> Decision:
    """Book a place in the slot and record the entry, or neither. Return the decision, GREEN `VERIFIED` if they are in.

    A decision that admits nobody has written nothing: `QUESTION_UNANSWERED` until the request has an answer, `WRONG_GATE`, `VENUE_FULL` ...
    A ticket that has a place later today is moved. With `admit` False the place is booked, and the decision is that of a check.
    Refuses FORBIDDEN by role and policy, TICKET_NOT_FOUND, and as `take_place`.
    """
    venue = await services.venues.read(request.org_id, request.venue_id)
    if not may_book(venue, staff.role):
        raise Refused(Reason.FORBIDDEN)
    request.code = normalise(request.code)[:LONGEST_CODE]
    wanted = _Wanted(staff, request, slot_id, admit, venue)
    await services.seat_admission.ask(SeatRequest(venue.org_id, slot_id, wanted.hold_id))
    slots: SlotStates = {}
    try:
        done = await _attempt(services, entry_scans, wanted, slots)
    except NotAdmitted as refused:
        _release(services, wanted, slots)
        return refused.decision
    except Refused:
        _release(services, wanted, slots)
        raise
    _publish(services, entry_scans, wanted, done)
    if done.decision is not None:
        return done.decision
    check = ScanRequest.of(
        staff,
        venue.id,
        "validate",
        request.code,
        request.source,
        scan_id=request.scan_id,
        gate=request.gate,
        device=request.device,
    )
    return await entry_scans.submit(check)


async def _attempt(services: Services, entry_scans: EntryScans, wanted: _Wanted, slots: SlotStates) -> _Done:
    bookings = services.database.bookings
    for _ in range(MAX_ATTEMPTS):
        slots.clear()
        try:
            async with bookings.turn([wanted.slot_id]), bookings.transaction() as connection:
                return await _book_and_admit(connection, services, entry_scans, wanted, slots)
        except (Raced, EntryRaced, asyncpg.LockNotAvailableError, asyncpg.InFailedSQLTransactionError, *LOST_RACES):
            log.info("box_office.raced")
    raise Refused(Reason.BUSY)


async def _book_and_admit(
    connection: Any, services: Services, entry_scans: EntryScans, wanted: _Wanted, slots: SlotStates
) -> _Done:
    request, venue, now = wanted.request, wanted.venue, services.clock.now()
    row = await _read(connection, request)
    if row["was_answered"]:
        assert request.scan_id is not None
        (answer,) = await first_answers(
            connection, [Repeat(request.org_id, request.scan_id, request.mode, request.code, row, venue.zone)]
        )
        if isinstance(answer, Refused):
            raise answer
        return _Done(answer, [])
    if row["id"] is None:
        raise Refused(Reason.TICKET_NOT_FOUND)
    ticket, reservation, entry = facts_of(row)
    visitor = TicketAtDoor(ticket, row["version"], reservation, entry is not None)
    if wanted.admits:
        await lock_room(connection, venue, now)
    by = Actor.of(wanted.staff)
    announcements = await take_place(
        connection, services, by, venue, visitor, wanted.slot_id, wanted.hold_id, request.scan_id if wanted.admits else None,
        now, slots,
    )  # fmt: skip
    change = None
    if announcements:
        change = telemetry.RESERVATION_CREATED if reservation is None else telemetry.RESERVATION_MODIFIED
    if not wanted.admits:
        return _Done(None, announcements, change)
    written = await admit_within(connection, entry_scans, request, now)
    # Scanners hear that the ticket has come in, and not also that it was booked.
    counts: list[Announcement] = [one for one in announcements if not isinstance(one, TicketsChanged)]
    return _Done(written.decision, counts, change, written)


async def _read(connection: Any, request: ScanRequest) -> Any:
    assert request.scan_id is not None
    asked = row_literals.rows([f"{request.org_id},{text(request.code)},{request.scan_id.hex},{request.mode}"])
    return await connection.fetchrow(ENTRIES.read_entry_scans, asked)


def _publish(services: Services, entry_scans: EntryScans, wanted: _Wanted, done: _Done) -> None:
    """After the commit: settle seat admission with the newest state of each slot, announce, log and count."""
    request, newest = wanted.request, {}
    for one in done.announcements:
        if isinstance(one, SlotChanged):
            newest[one.slot.slot_id] = one.slot
    for slot_id, slot in newest.items():
        booked = [wanted.hold_id] if slot_id == wanted.slot_id else []
        services.seat_admission.settle(request.org_id, slot_id, free=slot.free, revision=slot.revision, booked=booked)
    services.announcer.publish(done.announcements)
    if done.change is not None:
        telemetry.event(done.change, slot_id=wanted.slot_id, staff_id=request.operator_id)
    if done.entry is not None:
        done.entry.publish(entry_scans)


def _release(services: Services, wanted: _Wanted, slots: SlotStates) -> None:
    """Give the place of a refused request back to seat admission. One whose slot was not read expires there by itself."""
    for (org_id, slot_id), (free, revision) in slots.items():
        services.seat_admission.settle(org_id, slot_id, free=free, revision=revision, released=[wanted.hold_id])
