"""Staff by the API: added, listed, changed with their version, disabled, reset, and their sessions."""

from __future__ import annotations

from typing import Any

from tests.support.api_client import Api
from tests.support.staff import add_member, gates, sign_in_at
from tests.support.world import PASSWORD, World

PEOPLE = "/api/admin/staff"


async def test_a_person_is_added_found_changed_and_disabled(api: Api, world: World) -> None:
    boss = await world.staff("ADMIN")
    north = await gates(world, "North")
    body: dict[str, Any] = {
        "username": "ann", "name": "Ann Lee", "role": "OPERATOR", "email": "Ann@Example.org", "invite": True,
        "venue_ids": [world.venue_id], "gate_ids": north, "valid_until": "2026-12-31T17:00:00Z",
        "shifts": [{"date": "2026-11-21", "start_time": "22:00", "end_time": "02:00"}],
    }  # fmt: skip
    tried = await api.post(f"{PEOPLE}?dry_run=1", body, token=boss)
    assert (tried.status, tried.data["status"]) == (200, "INVITED")
    added = await api.post(PEOPLE, body, token=boss)
    assert (added.status, added.headers["ETag"], added.data["gates"]) == (201, '"1"', ["North"])
    assert added.data["shifts"][0]["ends_at"] == "2026-11-22T01:00:00Z"
    assert added.data["email"] == "Ann@example.org"
    path = f"{PEOPLE}/{added.data['staff_id']}"
    found = await api.get(f"{PEOPLE}?q=lee&role=OPERATOR&status=INVITED&venue_id={world.venue_id}&limit=1", token=boss)
    assert [one["staff_id"] for one in found.data["staff"]] == [added.data["staff_id"]]
    changed = await api.patch(path, {"role": "MANAGER", "email": None}, token=boss, headers={"If-Match": '"1"'})
    assert (changed.data["role"], changed.data["email"], changed.data["version"]) == ("MANAGER", None, 2)
    stale = await api.patch(path, {"name": "Ann"}, token=boss, headers={"If-Match": '"1"'})
    assert (stale.status, stale.code, stale.error["version"]) == (412, "VERSION_MISMATCH", 2)
    unknown = await api.patch(path, {"password": "x"}, token=boss)
    assert (unknown.status, unknown.error["errors"][0]["field"]) == (400, "password")
    assert (await api.post(f"{path}/disable", token=boss)).data["status"] == "DISABLED"
    assert (await api.post(f"{path}/invitation", token=boss)).code == "STAFF_DISABLED"
    assert (await api.post(f"{path}/enable", token=boss)).data["status"] == "INVITED"
    assert (await api.post(f"{path}/invitation", token=boss)).code == "NO_EMAIL"
    assert (await api.delete(f"{path}/invitation", token=boss)).status == 200
    assert (await api.get(f"{PEOPLE}/999", token=boss)).code == "STAFF_NOT_FOUND"


async def test_only_administrators_and_within_their_own_organisation(api: Api, world: World) -> None:
    ann = await add_member(world.hub.services, world.org_id, "ann")
    assert (await api.get(PEOPLE, token=await world.staff("MANAGER"))).status == 403
    stranger = World(world.hub)
    await stranger.found()
    foreign = await stranger.staff("ADMIN")
    for answer in (
        await api.get(f"{PEOPLE}/{ann.staff_id}", token=foreign),
        await api.patch(f"{PEOPLE}/{ann.staff_id}", {}, token=foreign),
    ):
        assert answer.code == "STAFF_NOT_FOUND"
    last = await api.patch(
        f"{PEOPLE}/{(await api.get(PEOPLE, token=foreign)).data['staff'][0]['staff_id']}",
        {"role": "MANAGER"},
        token=foreign,
    )
    assert (last.status, last.code) == (409, "LAST_ADMINISTRATOR")


async def test_a_reset_and_the_sessions_of_a_person(api: Api, world: World) -> None:
    boss = await world.staff("ADMIN")
    ann = await add_member(world.hub.services, world.org_id, "ann", email="ann@example.org")
    token = await sign_in_at(world, "ann")
    path = f"{PEOPLE}/{ann.staff_id}"
    listed = (await api.get(f"{path}/sessions", token=boss)).data["sessions"]
    assert (len(listed), listed[0]["client_ip"], listed[0]["is_own"]) == (1, "127.0.0.1", False)
    mailed = await api.post(f"{path}/reset", {"how": "mail"}, token=boss)
    assert mailed.data == {"staff_id": ann.staff_id, "sent_to": "a***@example.org", "pin": None}
    assert (await api.delete(f"{path}/sessions/{listed[0]['session_id']}", token=boss)).data == {"ended": 1}
    assert (await api.get("/api/operator/account", token=token)).status == 401
    pin = (await api.post(f"{path}/reset", {"how": "pin"}, token=boss)).data["pin"]
    assert (await api.post("/api/operator/login", {"username": "ann", "pin": pin})).status == 200


async def test_ones_own_account(api: Api, world: World) -> None:
    await add_member(world.hub.services, world.org_id, "ann")
    token, other = [await sign_in_at(world, "ann") for _ in range(2)]
    assert (await api.patch("/api/operator/account", {"name": "Ann Lee"}, token=token)).data["name"] == "Ann Lee"
    wrong = await api.post("/api/operator/password", {"old": "x", "password": "a new password"}, token=token)
    assert (wrong.status, wrong.code) == (401, "INVALID_CREDENTIALS")
    both = await api.post(
        "/api/operator/password", {"old": "x", "password": "a new password", "pin": "735142"}, token=token
    )
    assert (both.status, both.code) == (400, "INVALID_REQUEST")
    assert (await api.post("/api/operator/password", {"old": PASSWORD, "pin": "735142"}, token=token)).data[
        "has_pin"
    ] is True
    assert (await api.get("/api/operator/account", token=other)).status == 401
    sessions = (await api.get("/api/operator/sessions", token=token)).data["sessions"]
    assert [one["is_own"] for one in sessions] == [True]
    assert (await api.delete("/api/operator/sessions", token=token)).data == {"ended": 0}
    assert (await api.delete(f"/api/operator/sessions/{sessions[0]['session_id']}", token=token)).data == {"ended": 1}
    assert (await api.get("/api/operator/sessions", token=token)).status == 401
