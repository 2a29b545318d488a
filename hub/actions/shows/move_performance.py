"""Moving a performance to another date, time or room. Whoever is booked stays booked and gets one e-mail.

The slot is moved in one transaction, which notes everybody booked under the slot's lock. The e-mails follow in batches, and each
takes its bookings off the note in the transaction that queues them. So a crash leaves nobody out, and nobody gets two.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields, refuse_other_version
from hub.actions.shows.add_performances import refuse_overlap
from hub.actions.shows.close_performance import AT_ONCE, MOST_BATCHES, check_message
from hub.actions.shows.performance_records import Concerned, PerformanceRecord, concerned_by, record_of
from hub.actions.shows.performances import (
    capacity_for,
    lock_performance,
    recorded,
    refuse_ended,
    refuse_taken,
)
from hub.actions.venues.changed_slots import publish_gone, publish_slots
from hub.events.announcements import TicketsChanged
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.performance_plan import LONGEST_MINUTES, Overlap, planned_at
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.slot_plan import PlannedSlot, exists_locally
from hub.services import Services
from hub.text.languages import N_

ROOMS = load("shows/rooms")
PERFORMANCES = load("shows/performances")
CHANGES = load("shows/performance_changes")


@dataclass(frozen=True, slots=True)
class Move:
    """Where a performance goes. None leaves day, start, room or length as they are."""

    day: date | None = None
    start_time: time | None = None
    room_id: int | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class MovedPerformance:
    """A moved performance, whom it concerned, how many were told, and the other performances in the room at that time.

    The others are told by a job while `remaining` is not 0.
    """

    performance: PerformanceRecord
    concerned: Concerned
    overlaps: tuple[Overlap, ...]
    notified: int
    remaining: int


async def move_performance(
    services: Services, by: Actor, performance_id: int, move: Move, *, message: str = "", overlap: bool = False,
    version: int | None = None, dry_run: bool = False,
) -> MovedPerformance:  # fmt: skip
    """Move a performance. Booking closes as long before the start as it did. Moving it to where it is changes nothing.

    Refuses PERFORMANCE_NOT_FOUND, VERSION_MISMATCH, PERFORMANCE_CANCELLED, PERFORMANCE_OVER, PERFORMANCE_BEGUN (another day, and
    people are in), ROOM_NOT_FOUND, CAPACITY_TAKEN, PERFORMANCES_OVERLAP unless `overlap`, and INVALID_REQUEST for a time that is
    past or that clocks skip.
    """
    text = check_message(message)
    now = services.clock.now()
    async with change(services, dry_run=dry_run) as connection:
        room, row = await lock_performance(connection, by, performance_id, *([move.room_id] if move.room_id else []))
        refuse_other_version(row, version)
        refuse_ended(row, now)
        if move.room_id not in (None, row["room_id"]):
            room = await connection.fetchrow(ROOMS.lock_room, by.org_id, move.room_id)
            if room is None or room["venue_id"] != row["venue_id"]:
                raise Refused(Reason.ROOM_NOT_FOUND)
        planned = _plan(row, move, ZoneInfo(row["timezone"]), now)
        was = await record_of(connection, services, by, performance_id)
        concerned = await concerned_by(connection, by, performance_id)
        moved = None
        overlaps: list[Overlap] = []
        if (planned.starts_at, planned.ends_at, room["id"]) != (row["starts_at"], row["ends_at"], row["room_id"]):
            capacity = capacity_for(room["capacity"], row["additional_seats"], row["occupied_seats"])
            refuse_taken(row, capacity)
            played = await connection.fetch(
                PERFORMANCES.played_in_room, by.org_id, room["id"], planned.starts_at, planned.ends_at, performance_id
            )
            overlaps = refuse_overlap(planned, played, allowed=overlap)
            moved = await _write(
                connection, by, row, planned, room_id=room["id"], capacity=capacity, message=text, now=now
            )
        record = await record_of(connection, services, by, performance_id)
        if moved is not None:
            await record_change(
                connection, services, by, AuditAction.PERFORMANCE_MOVED, performance_id, venue_id=record.venue_id,
                before=recorded(was), after={**recorded(record), "bookings": concerned.bookings, "message": text},
            )  # fmt: skip
    if dry_run or moved is None:
        return MovedPerformance(record, concerned, tuple(overlaps), 0, concerned.bookings if moved is not None else 0)
    if row["date"] != moved["date"]:
        publish_gone(services, {**moved, "date": row["date"], "revision": moved["revision"] - 1})
    publish_slots(services, by.org_id, [moved])
    telemetry.event(telemetry.PERFORMANCE_MOVED, slot_id=performance_id, staff_id=by.staff_id, bookings=concerned.bookings,
                    people=concerned.people)  # fmt: skip
    notified = await notify_moved(services, by.org_id, performance_id)
    remaining = await services.database.fetchval(CHANGES.count_moved, by.org_id, performance_id)
    return MovedPerformance(record, concerned, tuple(overlaps), notified, remaining)


async def notify_moved(
    services: Services, org_id: int, performance_id: int, *, most_batches: int = MOST_BATCHES
) -> int:
    """Queue the e-mails of a move that are not queued yet, `AT_ONCE` in each transaction. Return how many.

    It may run at any time and in several processes.
    """
    notified = 0
    for _ in range(most_batches):
        async with services.database.transaction() as connection:
            locked = await connection.fetch(CHANGES.lock_moved, org_id, performance_id, AT_ONCE)
            if not locked:
                break
            tokens = [secret_token() for _ in locked]
            rows = await connection.fetch(
                CHANGES.write_moved, org_id, performance_id, [one["reservation_id"] for one in locked], tokens,
                [token_hash(token) for token in tokens], services.clock.now(),
            )  # fmt: skip
        if rows:
            services.announcer.publish([TicketsChanged.of(org_id, None, [row["code"] for row in rows], "moved")])
        notified += len(rows)
    if notified:
        telemetry.event(telemetry.MOVE_ANNOUNCED, slot_id=performance_id, bookings=notified)
    return notified


def _plan(slot: Any, move: Move, zone: ZoneInfo, now: datetime) -> PlannedSlot:
    """Return the new times. Refuses INVALID_REQUEST, and PERFORMANCE_BEGUN for another day once people are in."""
    minutes = move.minutes or round((slot["ends_at"] - slot["starts_at"]).total_seconds() / 60)
    if not 1 <= minutes <= LONGEST_MINUTES:
        refuse_fields({"minutes": f"A performance lasts 1 to {LONGEST_MINUTES} minutes"})
    start = move.start_time or slot["start_time"]
    if start.tzinfo is not None or start.second or start.microsecond:
        refuse_fields({"start_time": N_("Give a full minute of the venue's clock")})
    day = move.day or slot["date"]
    if day != slot["date"] and slot["verified_count"]:
        raise Refused(Reason.PERFORMANCE_BEGUN, admitted=slot["verified_count"])
    wall = datetime.combine(day, start)
    planned = planned_at(wall, minutes, zone)
    if not exists_locally(wall, zone):
        refuse_fields({"start_time": N_("Clocks skip this time on that day")})
    if planned.ends_at <= now or (planned.starts_at <= now and planned.starts_at != slot["starts_at"]):
        refuse_fields({"start_time": N_("This time is past")})
    return planned


async def _write(
    connection: Any,
    by: Actor,
    row: Any,
    planned: PlannedSlot,
    *,
    room_id: int,
    capacity: int,
    message: str,
    now: datetime,
) -> Any:
    """Move the locked slot and note everybody booked. Booking closes as long before the start as it did."""
    closes = row["booking_closes_at"]
    if closes is not None:
        closes += planned.starts_at - row["starts_at"]
    opens = row["booking_opens_at"]
    if opens is not None and closes is not None and closes <= opens:
        refuse_fields({"start_time": N_("Booking would close before it opens: change when it opens first")})
    moved = await connection.fetchrow(
        CHANGES.move_performance, by.org_id, row["id"], room_id, planned.date, planned.start_time, planned.end_time,
        planned.starts_at, planned.ends_at, capacity, opens, closes, now,
    )  # fmt: skip
    was = {"date": row["date"].isoformat(), "start_time": row["start_time"].isoformat("seconds"),
           "end_time": row["end_time"].isoformat("seconds"), "room": row["room"]}  # fmt: skip
    await connection.execute(CHANGES.note_moved, by.org_id, row["id"], orjson.dumps(was).decode(), message, now)
    return moved
