"""Rooms: listed, added, changed and deleted. A room's capacity decides that of its performances to come."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

import asyncpg

from db.statements import load
from hub.access.scope import refuse_other_venue, venue_within
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND, change, record_change, refuse_fields, refuse_other_version
from hub.actions.venues.changed_slots import publish_slots
from hub.actions.venues.venues import venue_of
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.performance_plan import MOST_SEATS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import LONGEST_NAME, LONGEST_NOTE, clean_line, clean_text
from hub.services import Services
from hub.text.languages import N_

ROOMS = load("shows/rooms")


@dataclass(frozen=True, slots=True)
class Room:
    """A room with the number of its performances, and of those to come."""

    room_id: int
    venue_id: int
    venue: str
    name: str
    capacity: int
    accessibility: str
    performances: int
    performances_to_come: int
    version: int


@dataclass(frozen=True, slots=True)
class RoomPage:
    """One page of rooms, newest first. `next` is the `before` of the following page; None at the end."""

    rooms: tuple[Room, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class RoomDraft:
    """A room to add. Without `venue_id` it belongs to the organiser's venue."""

    name: str
    capacity: int
    accessibility: str = ""
    venue_id: int | None = None


@dataclass(frozen=True, slots=True)
class RoomChange:
    """What changes in a room. None leaves it as it is."""

    name: str | None = None
    capacity: int | None = None
    accessibility: str | None = None


@dataclass(frozen=True, slots=True)
class Resized:
    """A performance whose capacity follows its room's."""

    performance_id: int
    title: str
    date: date
    start_time: time
    was: int
    capacity: int


@dataclass(frozen=True, slots=True)
class ChangedRoom:
    """A room after a change, or as it would be after a dry run, with the performances that were resized."""

    room: Room
    resized: tuple[Resized, ...]


async def list_rooms(
    services: Services, by: Actor, *, venue_id: int | None = None, before: int | None = None, limit: int = 50
) -> RoomPage:
    """Return the rooms of the organisation, or of one venue."""
    rows = await services.database.fetch(
        ROOMS.list_rooms,
        by.org_id,
        venue_within(by, venue_id, by.venue_id),
        before or BEYOND,
        limit + 1,
        services.clock.now(),
    )
    rooms = tuple(_room(row) for row in rows[:limit])
    return RoomPage(rooms, rooms[-1].room_id if len(rows) > limit else None)


async def read_room(services: Services, by: Actor, room_id: int) -> Room:
    """Return one room. Refuses ROOM_NOT_FOUND."""
    return await _read(services.database, services, by, room_id)


async def add_room(services: Services, by: Actor, draft: RoomDraft, *, dry_run: bool = False) -> Room:
    """Add a room. Refuses INVALID_REQUEST with every wrong field, and NOT_FOUND for an unknown venue."""
    name, accessibility = _check(draft.name, draft.capacity, draft.accessibility)
    venue_id = await venue_of(services, by, draft.venue_id)
    async with change(services, dry_run=dry_run) as connection:
        try:
            room_id = await connection.fetchval(
                ROOMS.add_room, by.org_id, venue_id, name, draft.capacity, accessibility, services.clock.now()
            )
        except asyncpg.UniqueViolationError:
            raise _name_taken() from None
        room = await _read(connection, services, by, room_id)
        await record_change(
            connection, services, by, AuditAction.ROOM_ADDED, room_id, venue_id=venue_id, after=_recorded(room)
        )
    if not dry_run:
        telemetry.event(telemetry.ROOM_CHANGED, change="added", room_id=room_id, staff_id=by.staff_id)
    return room


async def change_room(
    services: Services, by: Actor, room_id: int, changes: RoomChange, *, version: int | None = None,
    dry_run: bool = False,
) -> ChangedRoom:  # fmt: skip
    """Change a room. Another capacity is that of its performances to come at once, and new places go to the waiting list first.

    Refuses ROOM_NOT_FOUND, VERSION_MISMATCH, INVALID_REQUEST, and CAPACITY_TAKEN with the `performances` that have more booked.
    """
    name, accessibility = _check(changes.name, changes.capacity, changes.accessibility)
    now = services.clock.now()
    resized: list[Resized] = []
    written: list[Any] = []
    async with change(services, dry_run=dry_run) as connection:
        row = await connection.fetchrow(ROOMS.lock_room, by.org_id, room_id)
        if row is None:
            raise Refused(Reason.ROOM_NOT_FOUND)
        refuse_other_version(row, version)
        was = await _read(connection, services, by, room_id)
        if changes.capacity is not None and changes.capacity != row["capacity"]:
            slots = await connection.fetch(ROOMS.lock_performances_of_room, by.org_id, room_id, now)
            resized = _resize(slots, changes.capacity)
            written = await connection.fetch(
                ROOMS.resize_performances, by.org_id, [one.performance_id for one in resized], changes.capacity, now
            )
        try:
            await connection.execute(ROOMS.change_room, by.org_id, room_id, name, changes.capacity, accessibility)
        except asyncpg.UniqueViolationError:
            raise _name_taken() from None
        room = await _read(connection, services, by, room_id)
        await record_change(
            connection, services, by, AuditAction.ROOM_CHANGED, room_id, venue_id=room.venue_id, before=_recorded(was),
            after=_recorded(room),
        )  # fmt: skip
    if not dry_run:
        publish_slots(services, by.org_id, written)
        telemetry.event(telemetry.ROOM_CHANGED, change="changed", room_id=room_id, staff_id=by.staff_id,
                        performances=len(resized))  # fmt: skip
    return ChangedRoom(room, tuple(resized))


async def delete_room(
    services: Services, by: Actor, room_id: int, *, version: int | None = None, dry_run: bool = False
) -> None:
    """Delete a room that never had a performance. Refuses ROOM_NOT_FOUND, VERSION_MISMATCH, and ROOM_IN_USE with their number."""
    async with change(services, dry_run=dry_run) as connection:
        row = await connection.fetchrow(ROOMS.lock_room, by.org_id, room_id)
        if row is None:
            raise Refused(Reason.ROOM_NOT_FOUND)
        refuse_other_version(row, version)
        room = await _read(connection, services, by, room_id)
        if await connection.fetchval(ROOMS.delete_room, by.org_id, room_id) is None:
            raise Refused(Reason.ROOM_IN_USE, performances=room.performances, to_come=room.performances_to_come)
        await record_change(
            connection, services, by, AuditAction.ROOM_DELETED, room_id, venue_id=room.venue_id, before=_recorded(room)
        )
    if not dry_run:
        telemetry.event(telemetry.ROOM_CHANGED, change="deleted", room_id=room_id, staff_id=by.staff_id)


def _resize(slots: list[Any], capacity: int) -> list[Resized]:
    """Return the new capacities of these locked performances. Refuses CAPACITY_TAKEN if one of them has more places taken."""
    resized, blocked = [], []
    for slot in slots:
        new = capacity + slot["additional_seats"] - slot["occupied_seats"]
        taken = slot["booked_count"] + slot["held_count"]
        one = Resized(slot["id"], slot["title"], slot["date"], slot["start_time"], slot["total_capacity"], new)
        resized.append(one)
        if new < taken or new > MOST_SEATS:
            blocked.append({
                "performance_id": one.performance_id, "title": one.title, "date": one.date, "start_time": one.start_time,
                "capacity": new, "taken": taken,
            })  # fmt: skip
    if blocked:
        raise Refused(
            Reason.CAPACITY_TAKEN, taken=max(one["taken"] for one in blocked), performances=blocked,
            message=N_("Some performances have more spaces booked, held or occupied than that."),
        )  # fmt: skip
    return resized


def _check(name: str | None, capacity: int | None, accessibility: str | None) -> tuple[str | None, str | None]:
    """Return name and accessibility as they are stored. Refuses INVALID_REQUEST with every wrong field; None is not checked."""
    errors: dict[str, str] = {}
    cleaned: list[str | None] = [None, None]
    try:
        cleaned[0] = None if name is None else clean_line(name, LONGEST_NAME, required=True)
    except ValueError as wrong:
        errors["name"] = str(wrong)
    try:
        cleaned[1] = None if accessibility is None else clean_text(accessibility, LONGEST_NOTE)
    except ValueError as wrong:
        errors["accessibility"] = str(wrong)
    if capacity is not None and not 0 <= capacity <= MOST_SEATS:
        errors["capacity"] = f"Give 0 to {MOST_SEATS} seats"
    refuse_fields(errors)
    return cleaned[0], cleaned[1]


def _name_taken() -> Refused:
    return Refused(
        Reason.INVALID_REQUEST, errors=[{"field": "name", "message": N_("This venue has a room of that name already")}]
    )


async def _read(database: Any, services: Services, by: Actor, room_id: int) -> Room:
    row = await database.fetchrow(ROOMS.read_room, by.org_id, room_id, services.clock.now())
    if row is None:
        raise Refused(Reason.ROOM_NOT_FOUND)
    refuse_other_venue(by, row["venue_id"])
    return _room(row)


def _recorded(room: Room) -> dict[str, Any]:
    """Return what the audit log keeps of a room."""
    return {"name": room.name, "capacity": room.capacity, "accessibility": room.accessibility}


def _room(row: Any) -> Room:
    return Room(
        row["room_id"], row["venue_id"], row["venue"], row["name"], row["capacity"], row["accessibility"],
        row["all_of_them"], row["to_come"], row["version"],
    )  # fmt: skip
