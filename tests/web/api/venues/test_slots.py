"""Slots over HTTP: managers list them and change the places of one, administrators do the rest, with dry runs and versions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.api_client import Api
from tests.support.reservations import change_reservations
from tests.support.slots import count_slots
from tests.support.world import NOON, TODAY, World

SLOTS = "/api/admin/slots"
TOMORROW = TODAY + timedelta(days=1)
HOURS = [{"weekday": day, "opens": "10:00", "closes": "12:00", "minutes": 30, "capacity": 50} for day in range(1, 8)]


@pytest.fixture
async def admin(world: World) -> str:
    return await world.staff("ADMIN")


async def test_a_slot_is_added_shown_changed_listed_and_deleted(api: Api, world: World, admin: str):
    body = {"date": str(TOMORROW), "start_time": "10:00", "end_time": "11:00", "capacity": 20}
    seen = await api.post(f"{SLOTS}?dry_run=1", body, token=admin)
    assert (seen.status, seen.data["counts"]["made"], seen.data["made"][0]["slot_id"]) == (200, 1, None)
    made = await api.post(SLOTS, body, token=admin)
    assert made.status == 201
    address = f"{SLOTS}/{made.data['made'][0]['slot_id']}"
    shown = await api.get(address, token=admin)
    assert (shown.headers["ETag"], shown.data["capacity"], shown.data["available_count"]) == ('"1"', 20, 20)
    changed = await api.patch(address, {"capacity": 30}, token=admin, headers={"If-Match": '"1"'})
    assert (changed.headers["ETag"], changed.data["capacity"]) == ('"2"', 30)
    stale = await api.patch(address, {"capacity": 40}, token=admin, headers={"If-Match": '"1"'})
    assert (stale.status, stale.code, stale.error["version"]) == (412, "VERSION_MISMATCH", 2)
    page = await api.get(f"{SLOTS}?date={TOMORROW}&status=ACTIVE", token=await world.staff("MANAGER"))
    assert ([one["capacity"] for one in page.data["slots"]], page.data["next"]) == ([30], None)
    assert (await api.delete(address, token=admin, headers={"If-Match": '"2"'})).data == {"deleted": True}
    gone = await api.get(address, token=admin)
    assert (gone.status, gone.code) == (404, "SLOT_NOT_FOUND")


async def test_opening_hours_and_closed_days_make_slots(api: Api, world: World, admin: str):
    hours = "/api/admin/opening-hours"
    assert (await api.get(hours, token=admin)).data["version"] == 0
    week = await api.patch(hours, {"hours": HOURS}, token=admin, headers={"If-Match": '"0"'})
    assert (week.status, week.headers["ETag"], len(week.data["hours"])) == (200, '"1"', 7)
    assert (await api.patch(hours, {"hours": []}, token=admin, headers={"If-Match": '"0"'})).status == 412
    days = "/api/admin/closed-days"
    added = await api.post(days, {"dates": ["2026-12-25"], "name": "Christmas"}, token=admin)
    assert (added.status, added.data["added"]) == (201, [{"date": "2026-12-25", "name": "Christmas"}])
    span = {"from": "2026-12-24", "to": "2026-12-26"}
    made = await api.post(f"{SLOTS}/generate", span, token=admin)
    assert made.data["counts"] == {"made": 8, "standing": 0, "overlapping": 0, "skipped": 1}
    assert made.data["skipped"] == [{"date": "2026-12-25", "start_time": None, "cause": "closed", "name": "Christmas"}]
    other = {**span, "hours": [{**HOURS[3], "opens": "10:15", "closes": "11:15", "minutes": 60}]}
    clash = await api.post(f"{SLOTS}/generate", other, token=admin)
    assert (clash.status, clash.code, clash.error["count"]) == (409, "SLOTS_OVERLAP", 1)
    assert (await api.post(f"{SLOTS}/generate", {**other, "overlap": True}, token=admin)).status == 201
    copied = await api.post(f"{SLOTS}/copy", {"from": "2026-12-26", "to": ["2026-12-27"]}, token=admin)
    assert copied.data["counts"]["made"] == 4
    (one,) = (await api.get(days, token=admin)).data["closed_days"]
    address = f"{days}/{one['closed_day_id']}"
    short = {"hours": [{"opens": "10:00", "closes": "14:00", "minutes": 30, "capacity": 5}]}
    assert (await api.patch(address, short, token=admin, headers={"If-Match": '"1"'})).data["hours"][0]["capacity"] == 5
    assert (await api.delete(address, token=admin)).data == {"deleted": True}
    assert (await api.get(address, token=admin)).code == "CLOSED_DAY_NOT_FOUND"


async def test_a_calendar_file_is_the_body_of_the_import(api: Api, admin: str):
    file = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Christmas\r\nDTSTART;VALUE=DATE:20261225\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    address = "/api/admin/closed-days/import"
    done = await api.ask("POST", address, data=file, token=admin, headers={"Content-Type": "text/calendar"})
    assert (done.status, done.data["added"]) == (201, [{"date": "2026-12-25", "name": "Christmas"}])
    wrong = await api.ask("POST", address, data=b"%PDF", token=admin, headers={"Content-Type": "text/calendar"})
    assert (wrong.status, [one["field"] for one in wrong.error["errors"]]) == (400, ["file"])
    large = await api.ask("POST", address, data=b"BEGIN:VCALENDAR" * 50_000, token=admin)
    assert (large.status, large.code) == (413, "PAYLOAD_TOO_LARGE")


async def test_many_are_changed_and_deleted_all_or_none(api: Api, world: World, admin: str):
    ids = [await world.slot(TOMORROW, f"{hour}:00", f"{hour + 1}:00", 20) for hour in (10, 11)]
    await world.fill(ids[0], 4)
    chosen = [{"slot_id": ids[0]}, {"slot_id": ids[1], "version": 1}]
    small = await api.post(f"{SLOTS}/change", {"slots": chosen, "capacity": 3}, token=admin)
    assert (small.status, small.code, small.error["slots"][0]["slot_id"]) == (409, "CAPACITY_TAKEN", ids[0])
    done = await api.post(f"{SLOTS}/change", {"slots": chosen, "capacity": 30}, token=admin)
    assert [(one["was"], one["capacity"]) for one in done.data["slots"]] == [(20, 30)] * 2
    assert (await api.post(f"{SLOTS}/change", {"slots": chosen, "capacity": 9}, token=admin)).status == 412
    used = await api.post(f"{SLOTS}/delete", {"slots": [{"slot_id": one} for one in ids]}, token=admin)
    assert (used.status, used.code, await count_slots(world.hub.database)) == (409, "SLOT_IN_USE", 2)
    twice = await api.post(f"{SLOTS}/delete", {"slots": chosen[:1] * 2}, token=admin)
    assert (twice.status, twice.code) == (400, "INVALID_REQUEST")
    assert (await api.post(f"{SLOTS}/delete", {"slots": [{"slot_id": ids[1]}]}, token=admin)).data["deleted"] == 1


async def test_a_slot_is_closed_three_ways_and_opened_again(api: Api, world: World, admin: str):
    noon, later = await world.slot(TOMORROW, booked=3), await world.slot(TOMORROW, "14:00", "16:00", 2)
    full = await api.post(f"{SLOTS}/{noon}/close", {"notify": "move", "move_to": later}, token=admin)
    assert (full.status, full.code, full.error["fit"], full.error["people"]) == (409, "SLOT_TOO_SMALL", 2, 3)
    seen = await api.post(f"{SLOTS}/{noon}/close?dry_run=1", {"notify": "choose"}, token=admin)
    assert (seen.data["concerned"]["people"], seen.data["dry_run"]) == (3, True)
    done = await api.post(
        f"{SLOTS}/{noon}/close", {"notify": "tell", "message": "Storm"}, token=admin, headers={"If-Match": '"1"'}
    )
    assert (done.data["slot"]["status"], done.data["remaining"]) == ("CLOSED", 0)
    assert done.data["slot"]["closure"]["message"] == "Storm"
    opened = await api.post(f"{SLOTS}/{noon}/reopen", None, token=admin)
    assert (opened.status, opened.data["status"], opened.data["closure"]) == (200, "ACTIVE", None)


async def test_managers_read_and_others_do_not(api: Api, world: World):
    slot_id, manager, operator = await world.slot(TOMORROW), await world.staff("MANAGER"), await world.staff()
    for address in (SLOTS, f"{SLOTS}/{slot_id}", "/api/admin/opening-hours", "/api/admin/closed-days"):
        assert (await api.get(address, token=manager)).status == 200
        assert (await api.get(address, token=operator)).status == 403
        assert (await api.get(address)).status == 401
    body = {"slots": [{"slot_id": slot_id}]}
    assert (await api.post(f"{SLOTS}/delete", body, token=manager)).status == 403
    assert (await api.delete(f"{SLOTS}/{slot_id}", token=manager)).status == 403


async def test_a_manager_enlarges_closes_and_opens_a_slot_and_an_operator_does_not(api: Api, world: World):
    slot_id, manager, operator = await world.slot(TOMORROW), await world.staff("MANAGER"), await world.staff()
    address = f"{SLOTS}/{slot_id}"
    assert (await api.patch(address, {"capacity": 300}, token=manager)).data["capacity"] == 300
    assert (await api.post(f"{address}/close", {"notify": "tell"}, token=manager)).data["slot"]["status"] == "CLOSED"
    assert (await api.post(f"{address}/reopen", None, token=manager)).data["status"] == "ACTIVE"
    assert (await api.patch(address, {"capacity": 1}, token=operator)).status == 403
    for action in ("close", "reopen", "release-no-shows"):
        assert (await api.post(f"{address}/{action}", {"notify": "tell"}, token=operator)).status == 403


async def test_a_manager_releases_the_places_of_people_who_did_not_come(api: Api, world: World):
    slot_id, manager = await world.slot(), await world.staff("MANAGER")
    await world.fill(slot_id, 3)
    await change_reservations(api.hub.database, reserved_at=NOON - timedelta(days=1))
    early = await world.slot(TOMORROW)
    refused = await api.post(f"{SLOTS}/{early}/release-no-shows", None, token=manager)
    assert (refused.status, refused.code) == (409, "SLOT_NOT_BEGUN")
    assert (await api.post(f"{SLOTS}/999999/release-no-shows", None, token=manager)).code == "SLOT_NOT_FOUND"
    seen = await api.post(f"{SLOTS}/{slot_id}/release-no-shows?dry_run=1", None, token=manager)
    assert seen.data == {"slot_id": slot_id, "released": 3, "dry_run": True}
    done = await api.post(f"{SLOTS}/{slot_id}/release-no-shows", None, token=manager)
    assert done.data == {"slot_id": slot_id, "released": 3, "dry_run": False}
    assert (await api.post(f"{SLOTS}/{slot_id}/release-no-shows", None, token=manager)).data["released"] == 0


@pytest.mark.parametrize(
    "query",
    [
        "before=x",
        "before=9_9_9",
        "status=OPEN",
        "from=2026-13-01",
        "limit=0",
        "venue_id=x",
        "from=2026-12-02&to=2026-12-01",
    ],
)
async def test_a_wrong_query_is_a_bad_request(api: Api, admin: str, query: str):
    answer = await api.get(f"{SLOTS}?{query}", token=admin)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert (await api.get("/api/admin/closed-days?after=2026-02-30_1", token=admin)).status == 400
