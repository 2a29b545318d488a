"""Performances: changed and deleted by their organiser, and what every change of one shares."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from db.statements import load
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields, refuse_other_version
from hub.actions.shows.performance_records import PerformanceRecord, concerned_by, record_of
from hub.actions.venues.changed_slots import publish_gone, publish_slots
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.performance_plan import MOST_SEATS, capacity_of
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.text.languages import N_

ROOMS = load("shows/rooms")
PERFORMANCES = load("shows/performances")
MOST_PARTY = 1000
DAY_MINUTES = 24 * 60

SETTINGS = ("additional_seats", "occupied_seats", "booking_opens_at", "booking_closes_at", "booking_closed",
            "check_in_opens_minutes", "check_in_closes_minutes", "largest_party")  # fmt: skip
"""The settings of a performance that may change, in the order of `write_performance`."""


async def change_performance(
    services: Services, by: Actor, performance_id: int, changes: Mapping[str, Any], *, version: int | None = None,
    dry_run: bool = False,
) -> PerformanceRecord:  # fmt: skip
    """Change the given `SETTINGS` of a performance that is neither over nor cancelled. New places go to the waiting list first.

    Refuses PERFORMANCE_NOT_FOUND, VERSION_MISMATCH, PERFORMANCE_CANCELLED, PERFORMANCE_OVER, INVALID_REQUEST, and CAPACITY_TAKEN
    with the number `taken` if fewer places would be left than are booked and held.
    """
    now = services.clock.now()
    async with change(services, dry_run=dry_run) as connection:
        room, row = await lock_performance(connection, by, performance_id)
        refuse_other_version(row, version)
        refuse_ended(row, now)
        settings = {name: changes.get(name, row[name]) for name in SETTINGS}
        unknown = {name: N_("This field cannot be changed") for name in changes if name not in SETTINGS}
        refuse_fields({**setting_errors(settings), **unknown})
        capacity = capacity_for(room["capacity"], settings["additional_seats"], settings["occupied_seats"])
        refuse_taken(row, capacity)
        was = await record_of(connection, services, by, performance_id)
        written = await connection.fetchrow(
            PERFORMANCES.write_performance,
            by.org_id,
            performance_id,
            capacity,
            *(settings[name] for name in SETTINGS),
            now,
        )
        record = await record_of(connection, services, by, performance_id)
        await record_change(
            connection, services, by, AuditAction.PERFORMANCE_CHANGED, performance_id, venue_id=record.venue_id,
            before=recorded(was, *SETTINGS), after=recorded(record, *SETTINGS),
        )  # fmt: skip
    if not dry_run:
        publish_slots(services, by.org_id, [written])
        telemetry.event(telemetry.PERFORMANCE_CHANGED, slot_id=performance_id, capacity=capacity, was=row["total_capacity"],
                        staff_id=by.staff_id)  # fmt: skip
    return record


async def delete_performance(
    services: Services, by: Actor, performance_id: int, *, version: int | None = None, dry_run: bool = False
) -> None:
    """Delete a performance that nobody ever asked to book. Another one is cancelled instead.

    Refuses PERFORMANCE_NOT_FOUND, VERSION_MISMATCH, and PERFORMANCE_IN_USE with whom it concerns.
    """
    async with change(services, dry_run=dry_run) as connection:
        _, row = await lock_performance(connection, by, performance_id)
        refuse_other_version(row, version)
        record = await record_of(connection, services, by, performance_id)
        gone = await connection.fetchrow(PERFORMANCES.delete_performance, by.org_id, performance_id)
        if gone is None:
            found = await concerned_by(connection, by, performance_id)
            raise Refused(Reason.PERFORMANCE_IN_USE, bookings=found.bookings, people=found.people, pending=found.pending,
                          waiting=found.waiting, admitted=found.admitted)  # fmt: skip
        await record_change(
            connection, services, by, AuditAction.PERFORMANCE_DELETED, performance_id, venue_id=record.venue_id,
            before=recorded(record, *SETTINGS),
        )  # fmt: skip
    if not dry_run:
        publish_gone(services, gone)
        publish_slots(services, by.org_id)
        telemetry.event(telemetry.PERFORMANCE_DELETED, slot_id=performance_id, staff_id=by.staff_id)


# ---- What making, cancelling and moving share with these


async def lock_performance(connection: Any, by: Actor, performance_id: int, *rooms: int) -> tuple[Any, Any]:
    """Lock the performance's room (and `rooms`) by id and then its slot. Return the rows of its room and of itself.

    Refuses PERFORMANCE_NOT_FOUND, and BUSY if it is moved from room to room all the time.
    """
    for _ in range(MAX_ATTEMPTS):
        room_id = await connection.fetchval(PERFORMANCES.room_of_performance, by.org_id, performance_id)
        if room_id is None:
            raise Refused(Reason.PERFORMANCE_NOT_FOUND)
        locked = await connection.fetch(ROOMS.lock_rooms, by.org_id, sorted({room_id, *rooms}))
        row = await connection.fetchrow(PERFORMANCES.lock_performance, by.org_id, performance_id)
        if row is None:
            raise Refused(Reason.PERFORMANCE_NOT_FOUND)
        refuse_other_venue(by, row["venue_id"])
        if row["room_id"] == room_id:
            return next(room for room in locked if room["id"] == room_id), row
    raise Refused(Reason.BUSY)


def recorded(performance: PerformanceRecord, *fields: str) -> dict[str, Any]:
    """Return what the audit log keeps of a performance: where and when it is played, and these fields."""
    names = ("title", "room", "date", "start_time", "end_time", "capacity", *fields)
    return {name: getattr(performance, name) for name in names}


def refuse_ended(row: Any, now: datetime) -> None:
    """Refuse PERFORMANCE_CANCELLED or PERFORMANCE_OVER."""
    if row["status"] != "ACTIVE":
        raise Refused(Reason.PERFORMANCE_CANCELLED, cancelled_at=row["cancelled_at"])
    if row["ends_at"] <= now:
        raise Refused(Reason.PERFORMANCE_OVER, ends_at=row["ends_at"])


def refuse_taken(row: Any, capacity: int) -> None:
    """Refuse CAPACITY_TAKEN if a locked performance has more places booked and held than `capacity`."""
    taken = row["booked_count"] + row["held_count"]
    if capacity < taken:
        raise Refused(Reason.CAPACITY_TAKEN, taken=taken, booked=row["booked_count"], held=row["held_count"],
                      capacity=capacity)  # fmt: skip


def capacity_for(room_capacity: int, additional: int, occupied: int) -> int:
    """Return the places of a performance in such a room. Refuses INVALID_REQUEST for an impossible number."""
    try:
        return capacity_of(room_capacity, additional, occupied)
    except ValueError as wrong:
        raise Refused(Reason.INVALID_REQUEST, errors=[{"field": "occupied_seats", "message": str(wrong)}]) from wrong


def setting_errors(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the problem of every wrong setting."""
    errors = {}
    for name in ("additional_seats", "occupied_seats"):
        if not 0 <= given[name] <= MOST_SEATS:
            errors[name] = f"Give 0 to {MOST_SEATS} seats"
    for name in ("check_in_opens_minutes", "check_in_closes_minutes"):
        if given[name] is not None and not 0 <= given[name] <= DAY_MINUTES:
            errors[name] = f"Give 0 to {DAY_MINUTES} minutes"
    if given["largest_party"] is not None and not 1 <= given["largest_party"] <= MOST_PARTY:
        errors["largest_party"] = f"Give 1 to {MOST_PARTY} people"
    opens, closes = given["booking_opens_at"], given["booking_closes_at"]
    if opens is not None and closes is not None and closes <= opens:
        errors["booking_closes_at"] = N_("Booking closes before it opens")
    return errors
