"""Rooms over HTTP: for managers of the organisation, with dry runs and versions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.api_client import Api
from tests.support.shows import add_booking, add_stage
from tests.support.world import TODAY, World

ROOMS = "/api/admin/rooms"


@pytest.fixture
async def manager(world: World) -> str:
    return await world.staff("MANAGER")


async def test_a_room_is_made_shown_changed_and_deleted(api: Api, world: World, manager: str):
    made = await api.post(ROOMS, {"name": "Studio", "capacity": 40}, token=manager)
    assert (made.status, made.headers["ETag"]) == (201, '"1"')
    assert (made.data["name"], made.data["venue_id"], made.data["performances"]) == ("Studio", world.venue_id, 0)
    address = f"{ROOMS}/{made.data['room_id']}"
    assert (await api.get(address, token=manager)).data == made.data
    changed = await api.patch(address, {"capacity": 45}, token=manager, headers={"If-Match": '"1"'})
    assert (changed.status, changed.headers["ETag"], changed.data["room"]["capacity"]) == (200, '"2"', 45)
    assert (await api.delete(address, token=manager)).data == {"deleted": True}
    gone = await api.get(address, token=manager)
    assert (gone.status, gone.code) == (404, "ROOM_NOT_FOUND")


@pytest.mark.parametrize("given", ['"1"', "1", 'W/"1"'])
async def test_an_old_version_is_412_with_the_newest(api: Api, manager: str, given: str):
    room = (await api.post(ROOMS, {"name": "Studio", "capacity": 40}, token=manager)).data
    address = f"{ROOMS}/{room['room_id']}"
    assert (await api.patch(address, {"name": "Foyer"}, token=manager, headers={"If-Match": "*"})).status == 200
    for answer in (await api.patch(address, {"name": "x"}, token=manager, headers={"If-Match": given}),
                   await api.delete(address, token=manager, headers={"If-Match": given})):  # fmt: skip
        assert (answer.status, answer.code, answer.error["version"]) == (412, "VERSION_MISMATCH", 2)
    wrong = await api.patch(address, {"name": "x"}, token=manager, headers={"If-Match": '"newest"'})
    assert (wrong.status, wrong.error["errors"][0]["field"]) == (400, "If-Match")


async def test_only_managers_of_the_organisation_come_in(api: Api, world: World, manager: str):
    room = (await api.post(ROOMS, {"name": "Studio", "capacity": 40}, token=manager)).data
    address = f"{ROOMS}/{room['room_id']}"
    operator, stranger = await world.staff("OPERATOR"), await (await World(api.hub).found()).staff("ADMIN")
    for method, path in (("GET", ROOMS), ("POST", ROOMS), ("GET", address), ("PATCH", address), ("DELETE", address)):
        body = {"name": "x", "capacity": 1} if method in ("POST", "PATCH") else None
        assert (await api.ask(method, path, body)).status == 401
        assert (await api.ask(method, path, body, token=operator)).status == 403
    for method in ("GET", "PATCH", "DELETE"):
        answer = await api.ask(method, address, {"capacity": 1} if method == "PATCH" else None, token=stranger)
        assert (answer.status, answer.code) == (404, "ROOM_NOT_FOUND")
    assert (await api.get(ROOMS, token=stranger)).data == {"rooms": [], "next": None}


async def test_unknown_fields_and_impossible_values_are_named(api: Api, manager: str):
    for body, field in (({"name": "x", "capacity": 1, "seats": 2}, "seats"), ({"name": "x", "capacity": -1}, "capacity"),
                        ({"name": "x", "capacity": True}, "capacity"), ({"name": "x" * 101, "capacity": 1}, "name"),
                        ({"name": "a\u202eb", "capacity": 1}, "name"), ({"name": "", "capacity": 1}, "name")):  # fmt: skip
        answer = await api.post(ROOMS, body, token=manager)
        assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
        assert [problem["field"] for problem in answer.error["errors"]] == [field]
    assert (await api.post(ROOMS, {"name": "x", "capacity": 1, "venue_id": 4711}, token=manager)).status == 404
    assert (await api.post(f"{ROOMS}?dry_run=maybe", {"name": "x", "capacity": 1}, token=manager)).status == 400


async def test_a_dry_run_answers_and_keeps_nothing(api: Api, manager: str):
    seen = await api.post(f"{ROOMS}?dry_run=1", {"name": "Studio", "capacity": 40}, token=manager)
    assert (seen.status, seen.data["name"]) == (200, "Studio")
    assert (await api.get(ROOMS, token=manager)).data["rooms"] == []


async def test_a_room_that_is_too_small_for_who_is_booked_is_409_with_the_performances(
    api: Api, world: World, manager: str
):
    stage = await add_stage(world, 40, day=TODAY + timedelta(days=1))
    await add_booking(world, stage.performance_id, 5)
    address = f"{ROOMS}/{stage.room_id}"
    for query in ("", "?dry_run=1"):
        no = await api.patch(address + query, {"capacity": 4}, token=manager)
        assert (no.status, no.code, no.error["taken"]) == (409, "CAPACITY_TAKEN", 5)
        assert [one["performance_id"] for one in no.error["performances"]] == [stage.performance_id]
    done = await api.patch(f"{address}?dry_run=1", {"capacity": 6}, token=manager)
    assert (done.data["dry_run"], done.data["performances"][0]["was"], done.data["performances"][0]["capacity"]) == (
        True,
        40,
        6,
    )
    in_use = await api.delete(address, token=manager)
    assert (in_use.status, in_use.code, in_use.error["performances"]) == (409, "ROOM_IN_USE", 1)


async def test_rooms_come_in_pages(api: Api, world: World, manager: str):
    for n in range(3):
        await api.post(ROOMS, {"name": f"Room {n}", "capacity": n}, token=manager)
    first = (await api.get(f"{ROOMS}?limit=2", token=manager)).data
    rest = (await api.get(f"{ROOMS}?limit=2&before={first['next']}", token=manager)).data
    assert [one["name"] for one in (*first["rooms"], *rest["rooms"])] == ["Room 2", "Room 1", "Room 0"]
    assert rest["next"] is None
    assert (await api.get(f"{ROOMS}?venue_id={world.venue_id + 1}", token=manager)).data["rooms"] == []
    assert (await api.get(f"{ROOMS}?limit=0", token=manager)).status == 400
