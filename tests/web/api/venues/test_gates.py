"""Gates over HTTP: added, renamed, retired where scans name them, deleted where nothing does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.actions.reporting.figures import gates_of
from tests.support.api_client import Api
from tests.support.scan_log import log_scan
from tests.support.staff import add_member, gates, sign_in_at
from tests.support.world import NOON, World

GATES = "/api/admin/gates"


@pytest.fixture
async def administrator(world: World) -> str:
    return await world.staff("ADMIN")


async def test_a_gate_is_added_renamed_and_deleted(api: Api, world: World, administrator: str):
    made = await api.post(GATES, {"name": " North  side "}, token=administrator)
    assert (made.status, made.data["name"], made.data["venue_id"]) == (201, "North side", world.venue_id)
    address = f"{GATES}/{made.data['gate_id']}"
    renamed = await api.patch(address, {"name": "South"}, token=administrator, headers={"If-Match": '"1"'})
    assert (renamed.data["name"], renamed.headers["ETag"]) == ("South", '"2"')
    stale = await api.patch(address, {"name": "East"}, token=administrator, headers={"If-Match": '"1"'})
    assert (stale.status, stale.error["version"]) == (412, 2)
    taken = await api.post(GATES, {"name": "South", "venue_id": world.venue_id}, token=administrator)
    assert (taken.status, taken.error["errors"][0]["field"]) == (400, "name")
    assert (await api.delete(address, token=administrator)).data == {"deleted": True}
    assert (await api.get(GATES, token=administrator)).data == {"gates": [], "next": None}


async def test_a_gate_that_one_scan_named_long_ago_is_not_deleted(api: Api, world: World, administrator: str):
    gate = (await api.post(GATES, {"name": "North"}, token=administrator)).data
    await log_scan(world, NOON - timedelta(days=900), mode="verify", gate="North", code="C", result="RED", reason="WRONG_DATE",
                   source="socket", scanned_at=NOON)  # fmt: skip
    no = await api.delete(f"{GATES}/{gate['gate_id']}", token=administrator)
    assert (no.status, no.code) == (409, "GATE_IN_USE")


async def test_a_gate_that_scans_name_is_retired_and_offered_no_longer(api: Api, world: World, administrator: str):
    gate = (await api.post(GATES, {"name": "North"}, token=administrator)).data
    address = f"{GATES}/{gate['gate_id']}"
    scan = {"code": "TKT-2026-AAAAAA-AAAAAA", "mode": "validate", "gate": "North"}
    await api.post("/venue/scan", scan, token=await world.staff())
    no = await api.delete(address, token=administrator)
    assert (no.status, no.code) == (409, "GATE_IN_USE")
    retired = await api.patch(address, {"retired": True}, token=administrator)
    assert retired.data["retired_at"].startswith("2026-11-20T11:00:")
    assert await gates_offered(world) == []
    assert (await api.patch(address, {"retired": False}, token=administrator)).data["retired_at"] is None
    assert await gates_offered(world) == ["North"]


async def gates_offered(world: World) -> list[str]:
    venue = await world.hub.services.venues.read(world.org_id, world.venue_id)
    return await gates_of(world.hub.services, venue)


async def test_only_administrators_change_gates_and_of_their_own_organisation(
    api: Api, world: World, administrator: str
):
    gate = (await api.post(GATES, {"name": "North"}, token=administrator)).data
    address = f"{GATES}/{gate['gate_id']}"
    manager, stranger = await world.staff("MANAGER"), await (await World(api.hub).found()).staff("ADMIN")
    assert (await api.get(address, token=manager)).status == 200
    assert (await api.post(GATES, {"name": "x"}, token=manager)).status == 403
    for method in ("GET", "PATCH", "DELETE"):
        body = {"name": "x"} if method == "PATCH" else None
        assert (await api.ask(method, address, body, token=stranger)).status == 404
    elsewhere = await api.post(GATES, {"name": "x", "venue_id": world.venue_id}, token=stranger)
    assert elsewhere.status == 404
    assert (await api.get(f"{GATES}?venue_id={world.venue_id}", token=stranger)).data["gates"] == []


async def test_another_name_ends_the_sessions_that_carry_the_old_one(api: Api, world: World, administrator: str):
    hub = world.hub
    north, south = await gates(world, "North", "South")
    await add_member(hub.services, world.org_id, "ann", gate_ids=[north, south])
    await add_member(hub.services, world.org_id, "bob", gate_ids=[south])
    ann, bob = await sign_in_at(world, "ann"), await sign_in_at(world, "bob")
    socket = await hub.socket(ann, gate="North")
    await api.patch(f"{GATES}/{north}?dry_run=1", {"name": "Main door"}, token=administrator)
    await api.patch(f"{GATES}/{north}", {"retired": False}, token=administrator)
    assert (await api.get("/api/operator/account", token=ann)).status == 200
    assert (await api.patch(f"{GATES}/{north}", {"name": "Main door"}, token=administrator)).status == 200
    assert (await api.get("/api/operator/account", token=ann)).status == 401
    assert (await socket.receive())["error"]["code"] == "UNAUTHENTICATED"
    await socket.ws.receive()
    assert socket.ws.close_code == 4401
    assert (await api.get("/api/operator/account", token=bob)).status == 200
    assert (await api.get("/api/operator/account", token=administrator)).status == 200
    again = hub.services.sessions.read(await sign_in_at(world, "ann"))
    assert again.gates == ("Main door", "South")
    # A gate that is gone is no gate of anybody.
    late = await sign_in_at(world, "ann")
    assert (await api.delete(f"{GATES}/{north}", token=administrator)).data == {"deleted": True}
    assert (await api.get("/api/operator/account", token=late)).status == 401
    assert hub.services.sessions.read(await sign_in_at(world, "ann")).gates == ("South",)
