"""Rooms: added, changed with a version, and deleted only if unused. Performances to come follow their room's capacity."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.shows.rooms import RoomChange, RoomDraft, add_room, change_room, delete_room, list_rooms, read_room
from hub.events.announcements import SlotChanged, SlotsEdited
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.redis_tampering import wait_until_settled
from tests.support.shows import add_booking, add_performance, add_show, add_stage
from tests.support.slots import hold_places, read_slot, read_slots
from tests.support.world import TODAY, World

TOMORROW = TODAY + timedelta(days=1)
YESTERDAY = TODAY - timedelta(days=1)


def problems(refused: Refused) -> dict[str, str]:
    return {one["field"]: one["message"] for one in refused.details["errors"]}


async def test_a_room_is_added_to_the_organisers_venue_and_listed(hub: Hub, by: Actor):
    room = await add_room(hub.services, by, RoomDraft("  Main   stage ", 240, "Two wheelchair places"))
    assert (room.name, room.capacity, room.accessibility, room.venue_id) == (
        "Main stage",
        240,
        "Two wheelchair places",
        by.venue_id,
    )
    assert (room.version, room.performances, room.performances_to_come) == (1, 0, 0)
    assert await read_room(hub.services, by, room.room_id) == room
    studio = await add_room(hub.services, by, RoomDraft("Studio", 40))
    first = await list_rooms(hub.services, by, limit=1)
    assert (first.rooms, first.next) == ((studio,), studio.room_id)
    assert (await list_rooms(hub.services, by, before=first.next, limit=1)).rooms == (room,)
    assert (await list_rooms(hub.services, by, venue_id=(by.venue_id or 0) + 1)).rooms == ()


async def test_every_wrong_field_is_named_at_once(hub: Hub, by: Actor):
    with pytest.raises(Refused) as no:
        await add_room(hub.services, by, RoomDraft(" ", -1, "x\u202e"))
    assert set(problems(no.value)) == {"name", "capacity", "accessibility"}
    with pytest.raises(Refused, match="NOT_FOUND"):
        await add_room(hub.services, by, RoomDraft("Foyer", 10, venue_id=4711))


async def test_a_venue_has_one_room_of_a_name(hub: Hub, by: Actor):
    await add_room(hub.services, by, RoomDraft("Studio", 40))
    other = await add_room(hub.services, by, RoomDraft("Foyer", 40))
    for attempt in (add_room(hub.services, by, RoomDraft("Studio", 10)),
                    change_room(hub.services, by, other.room_id, RoomChange(name="Studio"))):  # fmt: skip
        with pytest.raises(Refused) as no:
            await attempt
        assert set(problems(no.value)) == {"name"}


async def test_another_organisation_has_no_such_room(hub: Hub, world: World, by: Actor):
    room = await add_room(hub.services, by, RoomDraft("Studio", 40))
    other = await World(hub).found()
    stranger = Actor(other.org_id, other.venue_id)
    for attempt in (read_room(hub.services, stranger, room.room_id), delete_room(hub.services, stranger, room.room_id),
                    change_room(hub.services, stranger, room.room_id, RoomChange(capacity=1))):  # fmt: skip
        with pytest.raises(Refused, match="ROOM_NOT_FOUND"):
            await attempt


async def test_a_change_by_an_old_version_changes_nothing(hub: Hub, by: Actor):
    room = await add_room(hub.services, by, RoomDraft("Studio", 40))
    changed = await change_room(hub.services, by, room.room_id, RoomChange(name="Black box"), version=1)
    assert (changed.room.name, changed.room.version, changed.room.capacity) == ("Black box", 2, 40)
    with pytest.raises(Refused) as no:
        await change_room(hub.services, by, room.room_id, RoomChange(capacity=50), version=1)
    assert (no.value.reason, no.value.details) == (Reason.VERSION_MISMATCH, {"version": 2})
    with pytest.raises(Refused, match="VERSION_MISMATCH"):
        await delete_room(hub.services, by, room.room_id, version=1)
    assert (await read_room(hub.services, by, room.room_id)).capacity == 40


async def test_a_larger_room_gives_its_performances_to_come_more_places_at_once(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 100, day=TOMORROW, additional_seats=10, occupied_seats=4)
    past = await add_performance(world, stage.show_id, stage.room_id, YESTERDAY, expired_at=hub.clock.now())
    received = hub.announced()
    changed = await change_room(hub.services, by, stage.room_id, RoomChange(capacity=120))
    assert [(one.performance_id, one.was, one.capacity) for one in changed.resized] == [
        (stage.performance_id, 106, 126)
    ]
    assert [type(one) for one in received] == [SlotChanged, SlotsEdited]
    assert (received[0].slot.capacity, (await read_slot(hub.database, id=past))["total_capacity"]) == (126, 100)
    await wait_until_settled(hub)


async def test_a_room_is_never_smaller_than_what_is_booked_and_held(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TOMORROW, occupied_seats=2)
    later = await add_performance(world, stage.show_id, stage.room_id, TOMORROW + timedelta(days=1))
    await add_booking(world, stage.performance_id, 5)
    await hold_places(hub.database, stage.performance_id, 3)
    with pytest.raises(Refused) as no:
        await change_room(hub.services, by, stage.room_id, RoomChange(capacity=9))
    assert no.value.reason is Reason.CAPACITY_TAKEN
    (blocked,) = no.value.details["performances"]
    assert (blocked["performance_id"], blocked["capacity"], blocked["taken"]) == (stage.performance_id, 7, 8)
    assert [
        row["total_capacity"] for row in await read_slots(hub.database, id=[stage.performance_id, later], order_by="id")
    ] == [18, 20]
    assert (await read_room(hub.services, by, stage.room_id)).version == 1
    await change_room(hub.services, by, stage.room_id, RoomChange(capacity=10))
    assert (await read_slot(hub.database, id=stage.performance_id))["total_capacity"] == 8
    await hold_places(hub.database, stage.performance_id, -3)


async def test_a_dry_run_says_what_would_change_and_changes_nothing(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TOMORROW)
    received = hub.announced()
    seen = await change_room(hub.services, by, stage.room_id, RoomChange(capacity=30), dry_run=True)
    assert (seen.room.capacity, [one.capacity for one in seen.resized]) == (30, [30])
    assert ((await read_room(hub.services, by, stage.room_id)).capacity, received) == (20, [])
    with pytest.raises(Refused, match="ROOM_IN_USE"):
        await delete_room(hub.services, by, stage.room_id, dry_run=True)


async def test_only_an_unused_room_is_deleted(hub: Hub, world: World, by: Actor):
    room = await add_room(hub.services, by, RoomDraft("Studio", 40))
    await delete_room(hub.services, by, room.room_id, dry_run=True)
    show_id = await add_show(world)
    await add_performance(world, show_id, room.room_id, YESTERDAY)
    with pytest.raises(Refused) as no:
        await delete_room(hub.services, by, room.room_id)
    assert (no.value.reason, no.value.details) == (Reason.ROOM_IN_USE, {"performances": 1, "to_come": 0})
    empty = await add_room(hub.services, by, RoomDraft("Foyer", 40))
    await delete_room(hub.services, by, empty.room_id)
    with pytest.raises(Refused, match="ROOM_NOT_FOUND"):
        await delete_room(hub.services, by, empty.room_id)
