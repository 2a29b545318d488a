"""The waiting rooms of a venue for its managers: who waits for what, and how many are let in a minute."""

from __future__ import annotations

from datetime import timedelta

from tests.support.api_client import Api
from tests.support.audit_log import read_audit_log
from tests.support.shows import add_stage
from tests.support.waiting_crowd import add_crowd
from tests.support.waiting_rooms import open_waiting_room
from tests.support.world import TODAY, World

PATH = "/api/admin/waiting-rooms"


async def test_a_manager_sees_who_waits_for_what(api: Api, world: World) -> None:
    manager = await world.staff("MANAGER")
    stage = await add_stage(world, capacity=40, day=TODAY + timedelta(days=3))
    slot_id = await world.slot(TODAY + timedelta(days=1), capacity=60)
    await open_waiting_room(world, "all", 0)
    await add_crowd(world.hub, f"slot:{slot_id}", 2)
    await add_crowd(world.hub, f"performance:{stage.performance_id}", 3)
    shown = (await api.get(PATH, token=manager)).data
    assert (shown["venue_id"], shown["waiting_room"], shown["per_minute"]) == (world.venue_id, "all", 0)
    found = [(one["key"], one["title"], one["waiting"], one["turns"], one["places_left"]) for one in shown["rooms"]]
    assert found == [
        (f"performance:{stage.performance_id}", "The Tempest", 3, 0, 40),
        (f"slot:{slot_id}", "", 2, 0, 60),
    ]


async def test_a_manager_lets_people_in_faster_and_the_change_is_recorded_once(api: Api, world: World) -> None:
    manager = await world.staff("MANAGER")
    slot_id = await world.slot(TODAY + timedelta(days=1), capacity=60)
    await open_waiting_room(world, "all", 0)
    await add_crowd(world.hub, f"slot:{slot_id}", 2)
    address = f"{PATH}/{world.venue_id}"
    tried = await api.patch(f"{address}?dry_run=1", {"per_minute": 90}, token=manager)
    assert (tried.data["dry_run"], tried.data["per_minute"]) == (True, 90)
    changed = await api.patch(address, {"per_minute": 90}, token=manager)
    assert (changed.status, changed.data["per_minute"]) == (200, 90)
    (row,) = await read_audit_log(api.hub.database)
    assert (row["action"], row["after"]) == ("venue.policies_changed", {"waiting_room_per_minute": 90})
    stale = await api.patch(address, {"per_minute": 60}, token=manager, headers={"If-Match": '"1"'})
    assert (stale.status, stale.code) == (412, "VERSION_MISMATCH")


async def test_only_managers_of_the_venue_see_and_change_its_waiting_rooms(api: Api, world: World) -> None:
    operator = await world.staff()
    elsewhere = await world.staff("MANAGER", username="elsewhere", venue_id=await world.venue())
    assert (await api.get(PATH, token=operator)).status == 403
    assert (await api.patch(f"{PATH}/{world.venue_id}", {"per_minute": 60}, token=operator)).status == 403
    assert (await api.get(PATH)).status == 401
    other = await api.get(PATH, token=elsewhere)
    assert other.data["venue_id"] != world.venue_id
