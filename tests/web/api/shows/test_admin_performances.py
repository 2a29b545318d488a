"""Performances over HTTP: made one by one or as a run, changed, moved, cancelled and deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.api_client import Api
from tests.support.shows import add_booking, add_room, add_show, add_stage
from tests.support.world import TODAY, World

PERFORMANCES = "/api/admin/performances"
TOMORROW = (TODAY + timedelta(days=1)).isoformat()
NEXT_WEEK = (TODAY + timedelta(days=7)).isoformat()


@pytest.fixture
async def manager(world: World) -> str:
    return await world.staff("MANAGER")


async def test_one_is_made_and_shown(api: Api, world: World, manager: str):
    show_id, room_id = await add_show(world, duration_minutes=90), await add_room(world, capacity=40)
    body = {"show_id": show_id, "room_id": room_id, "date": TOMORROW, "start_time": "20:00:00", "occupied_seats": 4,
            "booking_closes_minutes": 60, "check_in_opens_minutes": 45}  # fmt: skip
    seen = await api.post(f"{PERFORMANCES}?dry_run=1", body, token=manager)
    assert (seen.status, seen.data["performances"][0]["performance_id"], seen.data["dry_run"]) == (200, None, True)
    made = await api.post(PERFORMANCES, body, token=manager)
    assert made.status == 201
    number = made.data["performances"][0]["performance_id"]
    shown = await api.get(f"{PERFORMANCES}/{number}", token=manager)
    assert (shown.headers["ETag"], shown.data["capacity"], shown.data["available_count"]) == ('"1"', 36, 36)
    assert (shown.data["end_time"], shown.data["booking"], shown.data["booking_closes_at"]) == (
        "21:30:00",
        "OPEN",
        "2026-11-21T18:00:00Z",
    )
    public = (await api.get(f"/api/shows/{show_id}")).data["performances"]
    assert [(one["performance_id"], one["available_count"]) for one in public] == [(number, 36)]


async def test_a_run_says_what_it_skips_and_what_overlaps(api: Api, world: World, manager: str):
    show_id, room_id = await add_show(world), await add_room(world)
    body = {"show_id": show_id, "room_id": room_id, "minutes": 120, "times": ["10:00", "20:00:00"], "from": TODAY.isoformat(),
            "to": NEXT_WEEK, "weekdays": [5], "dates": ["2027-03-28"], "except": []}  # fmt: skip
    made = await api.post(f"{PERFORMANCES}/run", body, token=manager)
    assert (made.status, len(made.data["performances"]), len(made.data["skipped"])) == (201, 5, 1)
    assert made.data["skipped"] == [{"date": TODAY.isoformat(), "start_time": "10:00:00", "cause": "past"}]
    other = {
        "show_id": await add_show(world, "Hamlet"),
        "room_id": room_id,
        "minutes": 60,
        "date": NEXT_WEEK,
        "start_time": "21:00",
    }
    no = await api.post(PERFORMANCES, other, token=manager)
    assert (no.status, no.code) == (409, "PERFORMANCES_OVERLAP")
    assert no.error["overlaps"][0]["with"]["title"] == "The Tempest"
    allowed = await api.post(PERFORMANCES, {**other, "overlap": True}, token=manager)
    assert (allowed.status, allowed.data["overlaps"][0]["with"]["start_time"]) == (201, "20:00:00")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"date": "2026-02-30"}, "date"), ({"date": 20261120}, "date"), ({"start_time": "24:00"}, "start_time"),
        ({"start_time": "20:00+01:00"}, "start_time"), ({"booking_opens_at": "2026-11-20T10:00:00"}, "booking_opens_at"),
        ({"minutes": 0}, "minutes"), ({"largest_party": 1001}, "largest_party"), ({"occupied_seats": 1e9}, "occupied_seats"),
        ({"capacity": 5}, "capacity"), ({"occupied_seats": 41}, "occupied_seats"),
        ({"booking_closes_minutes": 5, "booking_closes_at": "2026-11-21T10:00:00Z"}, "booking_closes_minutes"),
    ],
    ids=str,
)  # fmt: skip
async def test_what_makes_no_sense_is_named(
    api: Api, world: World, manager: str, change: dict[str, object], field: str
):
    body = {"show_id": await add_show(world, duration_minutes=90), "room_id": await add_room(world, capacity=40), "date": TOMORROW,
            "start_time": "20:00", **change}  # fmt: skip
    answer = await api.post(PERFORMANCES, body, token=manager)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert [problem["field"] for problem in answer.error["errors"]] == [field]


async def test_seats_change_with_a_version_and_never_below_what_is_booked(api: Api, world: World, manager: str):
    stage = await add_stage(world, 10, day=TODAY + timedelta(days=1))
    await add_booking(world, stage.performance_id, 7)
    address = f"{PERFORMANCES}/{stage.performance_id}"
    no = await api.patch(address, {"occupied_seats": 4}, token=manager)
    assert (no.status, no.code, no.error["taken"], no.error["booked"]) == (409, "CAPACITY_TAKEN", 7, 7)
    done = await api.patch(
        address, {"occupied_seats": 2, "largest_party": 4}, token=manager, headers={"If-Match": '"1"'}
    )
    assert (done.status, done.headers["ETag"], done.data["capacity"], done.data["available_count"]) == (
        200,
        '"2"',
        8,
        1,
    )
    assert (await api.patch(address, {"largest_party": None}, token=manager)).data["largest_party"] is None
    stale = await api.patch(address, {"occupied_seats": 0}, token=manager, headers={"If-Match": '"2"'})
    assert (stale.status, stale.code, stale.error["version"]) == (412, "VERSION_MISMATCH", 3)


async def test_a_move_and_a_cancellation_say_whom_they_concern_first(api: Api, world: World, manager: str):
    stage = await add_stage(world, 10, day=TODAY + timedelta(days=1))
    await add_booking(world, stage.performance_id, 3, name="Ada")
    await add_booking(world, stage.performance_id, 2, "PENDING")
    address = f"{PERFORMANCES}/{stage.performance_id}"
    seen = await api.post(f"{address}/move?dry_run=1", {"date": NEXT_WEEK}, token=manager)
    assert (seen.data["performance"]["date"], seen.data["concerned"]["people"], seen.data["remaining"]) == (
        NEXT_WEEK,
        3,
        1,
    )
    assert {one["name"] for one in seen.data["concerned"]["first"]} == {"Ada", "Ada Lovelace"}
    moved = await api.post(
        f"{address}/move", {"date": NEXT_WEEK, "message": "Sorry"}, token=manager, headers={"If-Match": '"1"'}
    )
    assert (moved.status, moved.headers["ETag"], moved.data["notified"], moved.data["remaining"]) == (200, '"2"', 1, 0)
    past = await api.post(f"{address}/move", {"start_time": "20:00", "date": "2026-11-01"}, token=manager)
    assert (past.status, past.error["errors"][0]["field"]) == (400, "start_time")
    would = await api.post(f"{address}/cancel?dry_run=1", {}, token=manager)
    assert (would.data["performance"]["status"], would.data["ended"], would.data["remaining"]) == ("CANCELLED", 0, 2)
    done = await api.post(f"{address}/cancel", {"message": "Sorry again"}, token=manager)
    assert (done.data["ended"], done.data["remaining"], done.data["performance"]["bookings_ended"]) == (2, 0, True)
    assert (await api.post(f"{address}/cancel", {}, token=manager)).data["ended"] == 0
    for path, body in (("", {"occupied_seats": 1}), ("/move", {"date": NEXT_WEEK})):
        no = await api.ask("PATCH" if not path else "POST", address + path, body, token=manager)
        assert (no.status, no.code) == (409, "PERFORMANCE_CANCELLED")
    in_use = await api.delete(address, token=manager)
    assert (in_use.status, in_use.code) == (409, "PERFORMANCE_IN_USE")


async def test_performances_are_listed_with_filters_in_pages(api: Api, world: World, manager: str):
    show_id, room_id = await add_show(world), await add_room(world)
    body = {
        "show_id": show_id,
        "room_id": room_id,
        "minutes": 60,
        "times": ["10:00", "20:00"],
        "dates": [TOMORROW, NEXT_WEEK],
    }
    made = (await api.post(f"{PERFORMANCES}/run", body, token=manager)).data["performances"]
    first = (await api.get(f"{PERFORMANCES}?limit=3", token=manager)).data
    rest = (await api.get(f"{PERFORMANCES}?limit=3&before={first['next']}", token=manager)).data
    listed = [one["performance_id"] for one in (*first["performances"], *rest["performances"])]
    assert (listed, rest["next"]) == ([one["performance_id"] for one in reversed(made)], None)
    for query, count in (("from=" + NEXT_WEEK, 2), ("date=" + TOMORROW, 2), (f"show_id={show_id}", 4), (f"room_id={room_id + 1}", 0),
                         ("status=CANCELLED", 0), ("status=ACTIVE", 4)):  # fmt: skip
        assert len((await api.get(f"{PERFORMANCES}?{query}", token=manager)).data["performances"]) == count, query
    for query in (
        "before=x",
        "before=99999999999999999_1",
        "before=1_99999999999999999",
        "status=CLOSED",
        "from=today",
    ):
        assert (await api.get(f"{PERFORMANCES}?{query}", token=manager)).status == 400, query


async def test_only_managers_of_the_organisation_come_in(api: Api, world: World, manager: str):
    stage = await add_stage(world, 10, day=TODAY + timedelta(days=1))
    address = f"{PERFORMANCES}/{stage.performance_id}"
    operator, stranger = await world.staff("OPERATOR"), await (await World(api.hub).found()).staff("ADMIN")
    calls = [("GET", PERFORMANCES, None), ("GET", address, None), ("PATCH", address, {"occupied_seats": 1}), ("DELETE", address, None),
             ("POST", f"{address}/cancel", {}), ("POST", f"{address}/move", {"date": NEXT_WEEK})]  # fmt: skip
    for method, path, body in calls:
        assert (await api.ask(method, path, body)).status == 401
        assert (await api.ask(method, path, body, token=operator)).status == 403
        if path != PERFORMANCES:
            no = await api.ask(method, path, body, token=stranger)
            assert (no.status, no.code) == (404, "PERFORMANCE_NOT_FOUND")
    slot_id = await world.slot()
    assert (await api.get(f"{PERFORMANCES}/{slot_id}", token=manager)).code == "PERFORMANCE_NOT_FOUND"
    assert (await api.delete(address, token=manager)).data == {"deleted": True}
