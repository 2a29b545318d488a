"""Resizing a slot: never below the taken places, and new places go to the waiting list first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.actions.venues.resize_slot import resize_slot
from hub.events.announcements import SlotChanged, SlotsEdited
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.redis_tampering import wait_until_settled
from tests.support.shows import add_stage
from tests.support.waitlist import joined, on_demand, serve_all, slot, status
from tests.support.world import TODAY, World

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def hub(monkeypatch, open_hub, hub_promises):
    on_demand(monkeypatch)
    hub = await open_hub()
    yield hub
    await hub_promises(hub)


async def test_a_larger_slot_has_free_places_at_once(hub: Hub, world: World):
    slot_id = await world.slot(TOMORROW, capacity=1, booked=1)
    with pytest.raises(Refused, match="SLOT_FULL"):
        await world.reserve(await world.ticket(), slot_id)
    received = hub.announced()
    done = await resize_slot(hub.services, slot_id, 3)
    assert (done["was"], done["capacity"], done["booked"], done["held"], done["free"]) == (1, 3, 1, 0, 2)
    assert [type(one) for one in received] == [SlotChanged, SlotsEdited]
    await wait_until_settled(hub)
    await world.reserve(await world.ticket(), slot_id)
    _, body = await hub.get(f"/api/reservation-slots/available?from={TOMORROW}&to={TOMORROW}")
    assert (body["data"][0]["total_capacity"], body["data"][0]["available_count"]) == (3, 1)


async def test_new_places_are_held_for_who_waits(hub: Hub, world: World):
    slot_id = await world.slot(TOMORROW, capacity=2, booked=2)
    family, single = await joined(hub, world, slot_id, 2), await joined(hub, world, slot_id)
    await resize_slot(hub.services, slot_id, 6)
    assert await slot(hub, slot_id) == (2, 4, 0)
    await serve_all(hub)
    assert await status(hub, family, single) == ["OFFERED", "OFFERED"]
    assert await slot(hub, slot_id) == (2, 3, 1), "what nobody waits for is everybody's"


async def test_it_is_never_smaller_than_what_is_booked_and_held(hub: Hub, world: World):
    slot_id = await world.slot(TOMORROW, capacity=3, booked=3)
    await joined(hub, world, slot_id)
    await resize_slot(hub.services, slot_id, 4)
    await serve_all(hub)
    with pytest.raises(Refused) as no:
        await resize_slot(hub.services, slot_id, 3)
    assert (no.value.reason, no.value.details) == (Reason.CAPACITY_TAKEN, {"taken": 4})
    assert await slot(hub, slot_id) == (3, 1, 0)
    assert (await resize_slot(hub.services, slot_id, 4))["capacity"] == 4
    empty = await world.slot(TOMORROW, "15:00", "16:00", capacity=9)
    assert (await resize_slot(hub.services, empty, 0))["free"] == 0


async def test_a_slot_that_is_not_there_and_a_number_no_slot_has(hub: Hub, world: World):
    with pytest.raises(Refused, match="SLOT_NOT_FOUND"):
        await resize_slot(hub.services, 4711, 5)
    stage = await add_stage(world)
    with pytest.raises(Refused, match="SLOT_NOT_FOUND"):
        await resize_slot(hub.services, stage.performance_id, 5)
    slot_id = await world.slot(TOMORROW)
    with pytest.raises(Refused, match="INVALID_REQUEST"):
        await resize_slot(hub.services, slot_id, 1_000_001)
