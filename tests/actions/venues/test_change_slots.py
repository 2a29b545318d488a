"""Slots are changed and deleted one or many, all or none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.venues.change_slots import change_slots, delete_slots
from hub.events.announcements import SlotChanged, SlotsEdited
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.redis_tampering import wait_until_settled
from tests.support.shows import add_stage
from tests.support.slots import count_slots, hold_places, read_slots
from tests.support.waitlist import joined, serve_beside_job, slot, status
from tests.support.world import TODAY, World

TOMORROW = TODAY + timedelta(days=1)


async def capacities(hub: Hub) -> list[int]:
    return [row["total_capacity"] for row in await read_slots(hub.database, "total_capacity", order_by="id")]


async def test_many_get_another_capacity_and_each_is_recorded(hub: Hub, world: World, by: Actor):
    ids = [await world.slot(TOMORROW, f"{hour}:00", f"{hour + 1}:00", 20) for hour in (10, 11, 12)]
    received = hub.announced()
    done = await change_slots(hub.services, by, ids[:2], 30, versions={ids[0]: 1})
    assert ([one.capacity for one in done.slots], done.was) == ([30, 30], {ids[0]: 20, ids[1]: 20})
    assert [type(one) for one in received] == [SlotChanged, SlotChanged, SlotsEdited]
    assert await capacities(hub) == [30, 30, 20]
    log = await read_audit_log(hub.database)
    assert [(one["action"], one["before"], one["after"]) for one in log] == [
        ("slot.changed", {"capacity": 20}, {"capacity": 30})
    ] * 2


async def test_one_that_is_too_full_keeps_all_as_they_are(hub: Hub, world: World, by: Actor):
    ids = [await world.slot(TOMORROW, "10:00", "11:00", 20, booked=4), await world.slot(TOMORROW, "11:00", "12:00", 20)]
    await hold_places(hub.database, ids[0], 2)
    with pytest.raises(Refused) as caught:
        await change_slots(hub.services, by, ids, 5)
    assert (caught.value.reason, caught.value.details["taken"]) == (Reason.CAPACITY_TAKEN, 6)
    assert [(one["slot_id"], one["booked"], one["held"]) for one in caught.value.details["slots"]] == [(ids[0], 4, 2)]
    assert await capacities(hub) == [20, 20]
    preview = await change_slots(hub.services, by, ids, 6, dry_run=True)
    assert ([one.free for one in preview.slots], await capacities(hub)) == ([0, 6], [20, 20])


async def test_new_places_can_be_booked_at_once(hub: Hub, world: World, by: Actor):
    slot_id = await world.slot(TOMORROW, capacity=1, booked=1)
    with pytest.raises(Refused, match="SLOT_FULL"):
        await world.reserve(await world.ticket(), slot_id)
    await change_slots(hub.services, by, [slot_id], 3)
    await wait_until_settled(hub)
    await world.reserve(await world.ticket(), slot_id)
    _, body = await hub.get(f"/api/reservation-slots/available?from={TOMORROW}&to={TOMORROW}")
    assert (body["data"][0]["total_capacity"], body["data"][0]["available_count"]) == (3, 1)


async def test_new_places_are_held_for_who_waits(hub: Hub, world: World, by: Actor):
    slot_id = await world.slot(TOMORROW, capacity=2, booked=2)
    family, single = await joined(hub, world, slot_id, 2), await joined(hub, world, slot_id)
    (changed,) = (await change_slots(hub.services, by, [slot_id], 6)).slots
    assert (changed.booked, changed.held, changed.free) == (2, 4, 0)
    await serve_beside_job(hub, slot_id)
    assert await status(hub, family, single) == ["OFFERED", "OFFERED"]
    assert await slot(hub, slot_id) == (2, 3, 1), "what nobody waits for is everybody's"
    with pytest.raises(Refused, match="CAPACITY_TAKEN"):
        await change_slots(hub.services, by, [slot_id], 4)


async def test_no_slot_no_performance_and_no_number_beyond_the_bounds(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world)
    for slot_id in (4711, stage.performance_id):
        with pytest.raises(Refused, match="SLOT_NOT_FOUND"):
            await change_slots(hub.services, by, [slot_id], 5)
    slot_id = await world.slot(TOMORROW, capacity=9)
    with pytest.raises(Refused, match="INVALID_REQUEST"):
        await change_slots(hub.services, by, [slot_id], 1_000_001)
    assert (await change_slots(hub.services, by, [slot_id], 0)).slots[0].free == 0


async def test_what_somebody_else_changed_is_named(hub: Hub, world: World, by: Actor):
    ids = [await world.slot(TOMORROW, f"{hour}:00", f"{hour + 1}:00", 20) for hour in (10, 11)]
    await change_slots(hub.services, by, ids[:1], 25)
    with pytest.raises(Refused) as caught:
        await change_slots(hub.services, by, ids, 30, versions=dict.fromkeys(ids, 1))
    assert caught.value.reason is Reason.VERSION_MISMATCH
    assert [(one["slot_id"], one["version"]) for one in caught.value.details["slots"]] == [(ids[0], 2)]
    with pytest.raises(Refused) as caught:
        await change_slots(hub.services, by, ids[:1], 30, versions={ids[0]: 1})
    assert caught.value.details["version"] == 2


async def test_a_slot_that_anybody_ever_booked_is_not_deleted_nor_the_others(hub: Hub, world: World, by: Actor):
    ids = [await world.slot(TOMORROW, "10:00", "11:00", 20, booked=2), await world.slot(TOMORROW, "11:00", "12:00", 20)]
    with pytest.raises(Refused) as caught:
        await delete_slots(hub.services, by, ids)
    assert caught.value.reason is Reason.SLOT_IN_USE
    assert [(one["slot_id"], one["booked"], one["reservations"]) for one in caught.value.details["slots"]] == [
        (ids[0], 2, 2)
    ]
    assert await delete_slots(hub.services, by, ids[1:], dry_run=True) == 1
    assert await count_slots(hub.database) == 2
    assert await delete_slots(hub.services, by, ids[1:]) == 1
    assert await count_slots(hub.database) == 1
    assert (await read_audit_log(hub.database))[-1]["action"] == "slot.deleted"


async def test_performances_and_slots_of_others_are_unknown(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TOMORROW)
    mine = await world.slot(TOMORROW)
    other = await World(hub).found()
    for stranger in (stage.performance_id, await other.slot(TOMORROW, "10:00", "11:00"), 10**9):
        with pytest.raises(Refused) as caught:
            await change_slots(hub.services, by, [mine, stranger], 5)
        assert caught.value.reason is Reason.SLOT_NOT_FOUND
        with pytest.raises(Refused):
            await delete_slots(hub.services, by, [stranger])
    with pytest.raises(Refused) as caught:
        await change_slots(hub.services, by, [], 5)
    assert caught.value.details["errors"][0]["field"] == "slots"
