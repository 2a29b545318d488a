"""Scanners over HTTP: enrolled with a code that works once, changed, revoked and wiped, for administrators alone."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from hub.rules.scanners import CODE_LIFETIME
from tests.support.api_client import Api
from tests.support.audit_log import read_audit_log
from tests.support.scanners import add_gate, enrolled, scanner_row
from tests.support.world import World

DEVICES = "/api/admin/devices"


@pytest.fixture
async def admin(world: World) -> str:
    await add_gate(world, "North")
    await add_gate(world, "South")
    return await world.staff("ADMIN")


async def test_a_scanner_is_enrolled_with_a_code_and_its_token_is_good_until_it_is_revoked(
    api: Api, world: World, admin: str
):
    made = await api.post(DEVICES, {"name": "North 1", "gate": "North", "mode": "entry"}, token=admin)
    assert (made.status, made.data["device"]["state"]) == (201, "waiting")
    code, device_id = made.data["code"], made.data["device"]["device_id"]
    assert made.data["url"].endswith(f"/operator/enrol#{code}")
    typed = code.lower().replace("-", " ")
    got = await api.post("/api/devices/enrol", {"code": typed})
    assert (got.data["name"], got.data["gate"], got.data["mode"]) == ("North 1", "North", "entry")
    assert "HttpOnly" in got.headers["Set-Cookie"]
    row = await scanner_row(api.hub, device_id)
    assert got.data["token"].encode() not in bytes(row["token_hash"])
    assert row["code_hash"] is None
    assert row["enrolled_at"] is not None
    again = await api.post("/api/devices/enrol", {"code": code})
    assert (again.status, again.code) == (400, "ENROLMENT_CODE_WRONG")
    key = {"X-Device-Token": got.data["token"]}
    operator = await world.staff("OPERATOR")
    assert (await api.get("/api/operator/device-key", token=operator, headers=key)).status == 200
    gone = await api.delete(f"{DEVICES}/{device_id}", token=admin)
    assert gone.data["state"] == "revoked"
    refused = await api.get("/api/operator/device-key", token=operator, headers=key)
    assert (refused.status, refused.code) == (401, "SCANNER_REVOKED")
    assert (await api.get("/api/operator/device-key", token=operator)).status == 200
    log = await read_audit_log(api.hub.database)
    assert [row["action"] for row in log] == ["scanner.added", "scanner.enrolled", "scanner.revoked"]
    assert log[0]["after"] == {"name": "North 1", "venue": "Test Venue", "gate": "North", "mode": "entry"}


async def test_of_many_scanners_that_use_one_code_one_is_enrolled(api: Api, world: World, admin: str):
    made = await api.post(DEVICES, {"name": "North 1"}, token=admin)
    answers = await asyncio.gather(*(api.post("/api/devices/enrol", {"code": made.data["code"]}) for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [200] + [400] * 7


async def test_a_code_ends_after_a_quarter_of_an_hour_and_a_new_one_replaces_it(api: Api, admin: str):
    made = (await api.post(DEVICES, {"name": "North 1"}, token=admin)).data
    address = f"{DEVICES}/{made['device']['device_id']}"
    api.hub.clock.advance(CODE_LIFETIME.total_seconds())
    assert (await api.post("/api/devices/enrol", {"code": made["code"]})).code == "ENROLMENT_CODE_WRONG"
    assert (await api.get(address, token=admin)).data["state"] == "code_expired"
    renewed = (await api.post(f"{address}/code", token=admin)).data
    assert (await api.post("/api/devices/enrol", {"code": renewed["code"]})).status == 200
    assert (await api.get(address, token=admin)).data["state"] == "enrolled"


async def test_a_new_code_moves_a_scanner_to_another_device(api: Api, world: World, admin: str):
    first = await enrolled(world)
    address = f"{DEVICES}/{first.scanner.id}"
    code = (await api.post(f"{address}/code", token=admin)).data["code"]
    operator = await world.staff("OPERATOR")
    second = (await api.post("/api/devices/enrol", {"code": code})).data["token"]
    for token, status in ((first.token, 401), (second, 200)):
        key = {"X-Device-Token": token}
        assert (await api.get("/api/operator/device-key", token=operator, headers=key)).status == status


async def test_every_wrong_field_is_named(api: Api, world: World, admin: str):
    elsewhere = await world.venue()
    await add_gate(world, "West", elsewhere)
    for body, field in (({"name": " "}, "name"), ({"name": "x" * 65}, "name"), ({"name": "x", "gate": "West"}, "gate"),
                        ({"name": "x", "mode": "kiosk"}, "gate"), ({"name": "x", "mode": "door"}, "mode"),
                        ({"name": "x", "colour": "red"}, "colour")):  # fmt: skip
        answer = await api.post(DEVICES, body, token=admin)
        assert (answer.status, [one["field"] for one in answer.error["errors"]]) == (400, [field])
    assert (await api.post(DEVICES, {"name": "x", "venue_id": 4711}, token=admin)).status == 404
    tried = await api.post(f"{DEVICES}?dry_run=1", {"name": "x", "gate": "North"}, token=admin)
    assert (tried.status, tried.data["dry_run"]) == (200, True)
    assert (await api.post("/api/devices/enrol", {"code": tried.data["code"]})).status == 400
    assert (await api.get(DEVICES, token=admin)).data["devices"] == []


async def test_a_stale_version_is_412_and_another_venue_needs_its_own_gate(api: Api, world: World, admin: str):
    address = f"{DEVICES}/{(await enrolled(world, gate='North')).scanner.id}"
    changed = await api.patch(address, {"gate": "South"}, token=admin, headers={"If-Match": '"2"'})
    assert (changed.data["gate"], changed.data["name"], changed.data["version"]) == ("South", "North 1", 3)
    for stale in (await api.patch(address, {"name": "x"}, token=admin, headers={"If-Match": '"2"'}),
                  await api.delete(address, token=admin, headers={"If-Match": '"2"'})):  # fmt: skip
        assert (stale.status, stale.code, stale.error["version"]) == (412, "VERSION_MISMATCH", 3)
    elsewhere = await world.venue()
    moved = await api.patch(address, {"venue_id": elsewhere}, token=admin)
    assert (moved.data["venue_id"], moved.data["gate"]) == (elsewhere, None)
    assert (await api.patch(address, {"gate": ""}, token=admin)).data["gate"] is None


async def test_a_wipe_is_asked_for_and_reported_with_what_was_lost(api: Api, world: World, admin: str):
    scanner = await enrolled(world)
    address, key = f"{DEVICES}/{scanner.scanner.id}", {"X-Device-Token": scanner.token}
    operator = await world.staff("OPERATOR")
    asked = await api.post(f"{address}/wipe", {}, token=admin)
    assert (asked.data["state"], asked.data["wipe"]) == ("wiping", "after_sync")
    scan = await api.post("/venue/scan", {"code": "TKT-2026-ABC123-DEF456"}, token=operator, headers=key)
    assert (scan.status, scan.code) == (401, "SCANNER_WIPED")
    assert (await api.get("/api/operator/device-key", token=operator, headers=key)).status == 200
    now = await api.post(f"{address}/wipe", {"wipe": "now"}, token=admin)
    assert (now.data["state"], now.data["wipe"]) == ("wiping", "now")
    assert (await api.get("/api/operator/device-key", token=operator, headers=key)).status == 401
    assert (await api.post("/api/devices/wiped", {"lost": 3})).code == "SCANNER_REVOKED"
    done = await api.post("/api/devices/wiped", {"lost": 3}, headers=key)
    assert done.data == {"noted": True}
    again = await api.post("/api/devices/wiped", {"lost": 0}, headers=key)
    assert again.status == 200
    shown = (await api.get(address, token=admin)).data
    assert (shown["state"], shown["wiped_lost"]) == ("wiped", 3)
    assert (await api.post(f"{address}/wipe", {}, token=admin)).code == "SCANNER_NOT_IN_USE"


async def test_only_administrators_of_the_organisation_come_in(api: Api, world: World, admin: str):
    scanner = await enrolled(world)
    address = f"{DEVICES}/{scanner.scanner.id}"
    manager, stranger = await world.staff("MANAGER"), await (await World(api.hub).found()).staff("ADMIN")
    for method, path, body in (("GET", DEVICES, None), ("POST", DEVICES, {"name": "x"}), ("GET", address, None),
                               ("PATCH", address, {"name": "x"}), ("DELETE", address, None), ("POST", f"{address}/code", None),
                               ("POST", f"{address}/wipe", {})):  # fmt: skip
        assert (await api.ask(method, path, body)).status == 401
        assert (await api.ask(method, path, body, token=manager)).status == 403
        if path != DEVICES:
            refused = await api.ask(method, path, body, token=stranger)
            assert (refused.status, refused.code) == (404, "SCANNER_NOT_FOUND")
    assert (await api.get(DEVICES, token=stranger)).data == {"devices": [], "next": None}


async def test_the_list_has_pages_a_search_and_the_revoked_ones_apart(api: Api, world: World, admin: str):
    names = ["North 1", "North 2", "100% new"]
    ids = [(await enrolled(world, name, gate="South" if name == "North 2" else None)).scanner.id for name in names]
    first = (await api.get(f"{DEVICES}?limit=2", token=admin)).data
    assert ([one["name"] for one in first["devices"]], first["next"]) == (["100% new", "North 2"], ids[1])
    assert [one["name"] for one in (await api.get(f"{DEVICES}?before={ids[1]}", token=admin)).data["devices"]] == [
        "North 1"
    ]
    for search, found in (("north", 2), ("south", 1), ("0%25", 1), ("_", 0)):
        assert len((await api.get(f"{DEVICES}?search={search}", token=admin)).data["devices"]) == found
    await api.delete(f"{DEVICES}/{ids[0]}", token=admin)
    for show, found in (("current", 2), ("ended", 1), ("all", 3)):
        assert len((await api.get(f"{DEVICES}?show={show}", token=admin)).data["devices"]) == found


async def test_where_only_enrolled_scanners_may_scan_every_other_device_learns_so(api: Api, world: World, admin: str):
    await world.policy(unenrolled_scanners="deny")
    scanner, operator = await enrolled(world, gate="North"), await world.staff("OPERATOR")
    key, code = {"X-Device-Token": scanner.token}, (await world.tickets(1))[0].code
    queued = {
        "scan_id": "0b0d1b36-9c7f-4e0c-9d36-1f2a3b4c5d6e",
        "code": code,
        "scanned_at": "2026-11-20T10:59:00Z",
        "offline_result": "RED",
    }
    calls = (("/venue/scan", {"code": code}), ("/api/operator/exit", {"code": code}), ("/api/operator/validate-ticket", {"ticket_code": code}),
             ("/api/operator/verify-ticket", {"ticket_code": code}), ("/api/check-in", {"code": code}),
             ("/api/operator/sync", {"scans": [queued]}))  # fmt: skip
    for path, body in calls:
        refused = await api.post(path, body, token=operator)
        assert (refused.status, refused.code) == (403, "SCANNER_NOT_ENROLLED"), path
        assert (await api.post(path, body, token=operator, headers=key)).status != 403, path


async def test_the_key_of_an_enrolled_scanner_ends_by_the_venues_policy(api: Api, world: World, admin: str):
    await world.policy(scanner_key_hours=2)
    scanner, operator = await enrolled(world), await world.staff("OPERATOR")
    now = api.hub.services.clock.now()
    plain = (await api.get("/api/operator/device-key", token=operator)).data
    own = (await api.get("/api/operator/device-key", token=operator, headers={"X-Device-Token": scanner.token})).data
    assert plain["expires_at"] == f"{now + timedelta(hours=8):%Y-%m-%dT%H:%M:%SZ}"
    assert own["expires_at"] == f"{now + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"
