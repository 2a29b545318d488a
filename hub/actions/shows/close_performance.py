"""Cancelling a performance: it is closed at once, and its bookings end in batches that a crash only interrupts.

The slot is closed in a transaction of its own, after which nobody is booked. Each batch locks its tickets, ends their bookings and
queues their e-mails in one transaction. Whoever runs them next goes on with the bookings that still stand.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields, refuse_other_version
from hub.actions.guests.change_guest import end_guests
from hub.actions.shows.performance_records import Concerned, PerformanceRecord, concerned_by, record_of
from hub.actions.shows.performances import lock_performance, recorded
from hub.actions.shows.read_shows import alternatives_of
from hub.actions.waitlist.offer_places import serve_waitlist
from hub.events.announcements import SlotChanged, SlotsEdited, TicketsChanged
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import LONGEST_MESSAGE, clean_text
from hub.services import Services

CHANGES = load("shows/performance_changes")
AT_ONCE = 200
"""Bookings of one batch. Their tickets stay locked for its milliseconds."""
MOST_BATCHES = 50
"""Batches that one request waits for. A job ends the other bookings."""


@dataclass(frozen=True, slots=True)
class CancelledPerformance:
    """A cancelled performance, whom it concerned, and how many bookings were ended. The rest follows while `remaining` is not 0."""

    performance: PerformanceRecord
    concerned: Concerned
    ended: int
    remaining: int


async def cancel_performance(
    services: Services, by: Actor, performance_id: int, *, message: str = "", version: int | None = None,
    dry_run: bool = False,
) -> CancelledPerformance:  # fmt: skip
    """Cancel a performance: every booking and request ends with one e-mail, and its waiting list is closed. Parties that are in stay.

    `message` is the organiser's own sentence in the e-mails. Repeating it goes on where it was interrupted and writes nothing twice.
    Refuses PERFORMANCE_NOT_FOUND, VERSION_MISMATCH, PERFORMANCE_OVER, and INVALID_REQUEST for a message that is too long.
    """
    text = check_message(message)
    now = services.clock.now()
    closed = None
    async with change(services, dry_run=dry_run) as connection:
        _, row = await lock_performance(connection, by, performance_id)
        concerned = await concerned_by(connection, by, performance_id)
        if row["cancelled_at"] is None:
            refuse_other_version(row, version)
            if row["ends_at"] <= now:
                raise Refused(Reason.PERFORMANCE_OVER, ends_at=row["ends_at"])
            closed = await connection.fetchrow(CHANGES.close_performance, by.org_id, performance_id, now, text)
        record = await record_of(connection, services, by, performance_id)
        if closed is not None:
            await record_change(
                connection, services, by, AuditAction.PERFORMANCE_CANCELLED, performance_id, venue_id=record.venue_id,
                before=recorded(record),
                after={**recorded(record), "status": record.status, "bookings": concerned.bookings, "requests": concerned.pending,
                       "message": text},
            )  # fmt: skip
    if dry_run:
        return CancelledPerformance(record, concerned, 0, concerned.bookings + concerned.pending)
    if closed is not None:
        _publish(services, closed)
        services.announcer.publish([SlotsEdited(by.org_id)])
        telemetry.event(telemetry.PERFORMANCE_CANCELLED, slot_id=performance_id, staff_id=by.staff_id,
                        bookings=concerned.bookings, people=concerned.people, pending=concerned.pending)  # fmt: skip
    ended = await end_bookings(services, by.org_id, performance_id)
    record = await record_of(services.database, services, by, performance_id)
    left = await concerned_by(services.database, by, performance_id)
    return CancelledPerformance(record, concerned, ended, left.bookings + left.pending)


async def end_bookings(
    services: Services, org_id: int, performance_id: int, *, most_batches: int = MOST_BATCHES
) -> int:
    """End the bookings of a cancelled performance, `AT_ONCE` in each transaction, and close its waiting list. Return how many ended.

    It may run at any time and in several processes. The performance must be cancelled, or nothing happens.
    """
    row = await services.database.fetchrow(CHANGES.read_cancelled, org_id, performance_id)
    if row is None:
        return 0
    alternatives = await _alternatives(services, org_id, performance_id)
    ended, after = 0, 0
    for _ in range(most_batches):
        now = services.clock.now()
        async with services.database.transaction() as connection:
            locked = await connection.fetch(CHANGES.lock_bookings_to_end, org_id, performance_id, after, AT_ONCE)
            tickets = [one["id"] for one in locked]
            slot = None
            if tickets:
                slot = await connection.fetchrow(
                    CHANGES.end_bookings, org_id, performance_id, tickets, now, alternatives,
                    row["cancel_message"],
                )  # fmt: skip
        if slot is not None:
            _publish(services, slot, slot["codes"])
            ended += slot["bookings"]
        if len(tickets) < AT_ONCE:
            break
        after = tickets[-1]
    await end_guests(services, org_id, performance_id)
    await serve_waitlist(services, org_id, performance_id)
    finished = await services.database.fetchval(CHANGES.bookings_ended, org_id, performance_id, services.clock.now())
    if ended or finished is not None:
        telemetry.event(telemetry.BOOKINGS_ENDED, slot_id=performance_id, bookings=ended, finished=finished is not None)
    return ended


def check_message(message: str) -> str:
    """Return the organiser's message as it is stored. Refuses INVALID_REQUEST."""
    try:
        return clean_text(message, LONGEST_MESSAGE)
    except ValueError as wrong:
        refuse_fields({"message": str(wrong)})
        raise


async def _alternatives(services: Services, org_id: int, performance_id: int) -> str:
    """Return the alternatives as JSON: for the size of every party, other performances of the show with so many places."""
    sizes = await services.database.fetch(CHANGES.party_sizes, org_id, performance_id)
    found = {}
    for row in sizes:
        offers = await alternatives_of(services, org_id, performance_id, row["party_size"])
        found[str(row["party_size"])] = [one.as_alternative() for one in offers]
    return orjson.dumps(found).decode()


def _publish(services: Services, row: Any, codes: list[str] | None = None) -> None:
    """After the commit: nobody gets in through seat admission, and boards and scanners learn what has changed."""
    changed = SlotChanged.of(row)
    services.seat_admission.settle(changed.org_id, changed.slot.slot_id, free=0, revision=changed.slot.revision)
    tickets = [TicketsChanged.of(changed.org_id, changed.venue_id, codes, "cancelled")] if codes else []
    services.announcer.publish([changed, *tickets])
