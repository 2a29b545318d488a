"""Gates over HTTP: added, renamed, retired where scans name them, deleted where nothing does."""

from __future__ import annotations

import pytest

from hub.actions.reporting.figures import gates_of
from tests.support.api_client import Api
from tests.support.world import World

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


async def test_a_gate_that_scans_name_is_retired_and_offered_no_longer(api: Api, world: World, administrator: str):
    gate = (await api.post(GATES, {"name": "North"}, token=administrator)).data
    address = f"{GATES}/{gate['gate_id']}"
    scan = {"code": "TKT-2026-AAAAAA-AAAAAA", "mode": "validate", "gate": "North"}
    await api.post("/venue/scan", scan, token=await world.staff())
    no = await api.delete(address, token=administrator)
    assert (no.status, no.code) == (409, "GATE_IN_USE")
    retired = await api.patch(address, {"retired": True}, token=administrator)
    assert retired.data["retired_at"] == "2026-11-20T11:00:00Z"
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
