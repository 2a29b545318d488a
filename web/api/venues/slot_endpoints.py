"""The endpoints of slots for administration: list, add, generate, copy, show, change, close, open and delete them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, cast

from aiohttp import web

from hub.access.roles import Role
from hub.actions.booking.close_slot import Closing, close_slot, reopen_slot
from hub.actions.booking.release_no_shows import release_no_shows_of
from hub.actions.venues import change_slots, make_slots
from hub.actions.venues.make_slots import Generation, MadeSlots, SlotDraft, overlap_fields
from hub.actions.venues.opening_hours import DayHours
from hub.actions.venues.slot_records import SlotFilter, SlotRecord, SlotStatus, list_slots, read_slot
from hub.rules.opening_hours import Hours, SpecialDay
from web.api.administration import actor_of, answer, is_dry_run
from web.api.shows.admin_fields import cursor_text, query_cursor
from web.api.venues.slot_requests import (
    ChangedSlot,
    ChangedSlots,
    ChosenSlots,
    CloseSlot,
    CopySlots,
    GenerateSlots,
    HoursOfDay,
    HoursOfWeekday,
    NewSlot,
)
from web.json_body import invalid, read_json
from web.keys import SERVICES
from web.limits import SHOW_BODY_BYTES
from web.request_fields import expected_version, path_id, query_choice, query_days, query_limit, query_venue_id

STATUSES: tuple[SlotStatus, ...] = ("ACTIVE", "CLOSED")
MOST_LISTED = 200


async def show_slots(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    first, last = query_days(request)
    wanted = SlotFilter(
        query_venue_id(request), first, last, cast("SlotStatus | None", query_choice(request, "status", STATUSES))
    )
    page = await list_slots(request.app[SERVICES], by, wanted, before=query_cursor(request), limit=query_limit(request))
    return answer({"slots": [slot_fields(one) for one in page.slots], "next": cursor_text(page.next)})


async def show_slot(request: web.Request) -> web.Response:
    slot = await read_slot(request.app[SERVICES], actor_of(request, Role.MANAGER), path_id(request, "slot_id"))
    return answer(slot_fields(slot), version=slot.version)


async def add_slot(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, NewSlot)
    draft = SlotDraft(body.date, body.start_time, body.end_time, body.capacity, body.venue_id)
    made = await make_slots.add_slot(request.app[SERVICES], by, draft, overlap=body.overlap, dry_run=dry_run)
    return answer(made_fields(made, dry_run=dry_run), made=not dry_run)


async def generate_slots(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, GenerateSlots, SHOW_BODY_BYTES)
    special = [SpecialDay(day) for day in body.closed_days]
    special += [SpecialDay(one.date, "", hours_of(one.hours)) for one in body.exceptions]
    hours = None if body.hours is None else day_hours_of(body.hours)
    wanted = Generation(body.first, body.last, body.venue_id, hours, tuple(special))
    made = await make_slots.generate_from_hours(
        request.app[SERVICES], by, wanted, overlap=body.overlap, dry_run=dry_run
    )
    return answer(made_fields(made, dry_run=dry_run), made=not dry_run)


async def copy_slots(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, CopySlots, SHOW_BODY_BYTES)
    made = await make_slots.copy_slots(
        request.app[SERVICES], by, body.source, body.targets, venue_id=body.venue_id, overlap=body.overlap, dry_run=dry_run
    )  # fmt: skip
    return answer(made_fields(made, dry_run=dry_run), made=not dry_run)


async def change_slot(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request, Role.MANAGER), is_dry_run(request), expected_version(request)
    body = await read_json(request, ChangedSlot)
    slot_id = path_id(request, "slot_id")
    versions = None if version is None else {slot_id: version}
    done = await change_slots.change_slots(
        request.app[SERVICES], by, [slot_id], body.capacity, versions=versions, dry_run=dry_run
    )
    return answer(slot_fields(done.slots[0]), version=done.slots[0].version)


async def change_many(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, ChangedSlots, SHOW_BODY_BYTES)
    ids, versions = _chosen(body)
    done = await change_slots.change_slots(
        request.app[SERVICES], by, ids, body.capacity, versions=versions, dry_run=dry_run
    )
    slots = [
        {"slot_id": one.slot_id, "date": one.date, "start_time": one.start_time, "was": done.was[one.slot_id],
         "capacity": one.capacity, "booked": one.booked, "held": one.held, "available_count": one.free,
         "version": one.version}
        for one in done.slots
    ]  # fmt: skip
    return answer({"slots": slots, "dry_run": dry_run})


async def delete_many(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    ids, versions = _chosen(await read_json(request, ChosenSlots, SHOW_BODY_BYTES))
    deleted = await change_slots.delete_slots(request.app[SERVICES], by, ids, versions=versions, dry_run=dry_run)
    return answer({"deleted": deleted, "dry_run": dry_run})


async def delete_slot(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    slot_id = path_id(request, "slot_id")
    versions = None if version is None else {slot_id: version}
    await change_slots.delete_slots(request.app[SERVICES], by, [slot_id], versions=versions, dry_run=dry_run)
    return answer({"deleted": not dry_run})


async def close_one(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request, Role.MANAGER), is_dry_run(request), expected_version(request)
    body = await read_json(request, CloseSlot)
    closing = Closing(body.notify, body.move_to, body.message)
    done = await close_slot(
        request.app[SERVICES], by, path_id(request, "slot_id"), closing, version=version, dry_run=dry_run
    )
    fields = {
        "slot": slot_fields(done.slot),
        "concerned": asdict(done.concerned),
        "remaining": done.remaining,
        "dry_run": dry_run,
    }
    return answer(fields, version=done.slot.version)


async def reopen_one(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request, Role.MANAGER), is_dry_run(request), expected_version(request)
    slot = await reopen_slot(request.app[SERVICES], by, path_id(request, "slot_id"), version=version, dry_run=dry_run)
    return answer(slot_fields(slot), version=slot.version)


async def release_no_shows(request: web.Request) -> web.Response:
    by, dry_run, slot_id = actor_of(request, Role.MANAGER), is_dry_run(request), path_id(request, "slot_id")
    released = await release_no_shows_of(request.app[SERVICES], by, slot_id, dry_run=dry_run)
    return answer({"slot_id": slot_id, "released": released, "dry_run": dry_run})


def slot_fields(slot: SlotRecord) -> dict[str, Any]:
    return {**asdict(slot), "available_count": slot.free}


def made_fields(made: MadeSlots, *, dry_run: bool) -> dict[str, Any]:
    """Return made slots as the API shows them: the counts, and the first of each list."""
    ids = made.slot_ids or [None] * len(made.made)
    slots = [
        {"slot_id": number, **asdict(one.slot), "capacity": one.capacity}
        for number, one in zip(ids[:MOST_LISTED], made.made[:MOST_LISTED], strict=True)
    ]
    standing = [
        {"slot_id": one.slot_id, "date": one.date, "start_time": one.start_time, "end_time": one.end_time}
        for one in made.standing[:MOST_LISTED]
    ]
    return {
        "venue_id": made.venue_id,
        "counts": {"made": len(made.made), "standing": len(made.standing), "overlapping": len(made.overlapping),
                   "skipped": len(made.skipped)},
        "made": slots,
        "standing": standing,
        "overlapping": [overlap_fields(one) for one in made.overlapping[:MOST_LISTED]],
        "skipped": [asdict(one) for one in made.skipped[:MOST_LISTED]],
        "dry_run": dry_run,
    }  # fmt: skip


def hours_of(rows: Sequence[HoursOfDay]) -> tuple[Hours, ...]:
    return tuple(Hours(one.opens, one.closes, one.minutes, one.capacity) for one in rows)


def day_hours_of(rows: Sequence[HoursOfWeekday]) -> tuple[DayHours, ...]:
    return tuple(DayHours(one.weekday, one.opens, one.closes, one.minutes, one.capacity) for one in rows)


def _chosen(body: ChosenSlots) -> tuple[list[int], dict[int, int]]:
    """Return the ids of the chosen slots, and the versions that were read. Refuses INVALID_REQUEST for one named twice."""
    ids = [one.slot_id for one in body.slots]
    if len(set(ids)) != len(ids):
        raise invalid(("slots", "Name each slot once"))
    return ids, {one.slot_id: one.version for one in body.slots if one.version is not None}
