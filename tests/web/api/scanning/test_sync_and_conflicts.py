"""Offline scans over HTTP: a queue is synced, and managers decide its conflicts."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.support.api_client import Api
from tests.support.scan_log import count_scans
from tests.support.world import World


def queued(code: str, **fields: object) -> dict[str, object]:
    return {
        "scan_id": str(uuid4()),
        "code": code,
        "scanned_at": "2026-11-20T10:50:00Z",
        "offline_result": "GREEN",
        **fields,
    }


async def test_a_queue_of_two_hundred_is_taken_over_at_once(api: Api, world: World) -> None:
    token = await world.staff()
    tickets = await world.fill(await world.slot(), 200)
    scans = [queued(ticket.code, gate="A") for ticket in tickets]
    answer = await api.post("/api/operator/sync", {"scans": scans, "device": "gate-a-1"}, token=token)
    assert {result["outcome"] for result in answer.data["results"]} == {"accepted"}
    again = await api.post("/api/operator/sync", {"scans": scans[::-1], "device": "gate-a-1"}, token=token)
    assert {result["outcome"] for result in again.data["results"]} == {"duplicate"}


@pytest.mark.parametrize(
    "scan",
    [{}, queued(""), queued("x", scanned_at="yesterday"), queued("x", offline_result="BLUE"), queued("x", scan_id="7"),
     queued("x", admitted="yes"), queued("x", scanned_at="2026-11-20T10:50:00")],
)  # fmt: skip
async def test_a_scan_that_cannot_be_read_is_named(api: Api, world: World, scan: dict[str, object]) -> None:
    token = await world.staff()
    answer = await api.post("/api/operator/sync", {"scans": [queued("x"), scan]}, token=token)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert answer.error["errors"][0]["field"].startswith("scans.1.")
    assert await count_scans(world.hub.database) == 0


async def test_more_than_two_hundred_and_strangers_are_refused(api: Api, world: World) -> None:
    token = await world.staff()
    many = await api.post("/api/operator/sync", {"scans": [queued("x") for _ in range(201)]}, token=token)
    assert (many.status, many.code) == (400, "INVALID_REQUEST")
    assert (await api.post("/api/operator/sync", {"scans": []}, token=token)).status == 400
    assert (await api.post("/api/operator/sync", {"scans": [queued("x")]})).status == 401
    huge = await api.post("/api/operator/sync", {"scans": [queued("x")], "ballast": "x" * 65536}, token=token)
    assert huge.status == 413


async def test_a_manager_decides_what_an_operator_let_in(api: Api, world: World) -> None:
    jane, tom = await world.staff(name="Jane Smith"), await world.staff(name="Tom Brown")
    manager, other = await world.staff("MANAGER", "Mary Major"), await world.staff("MANAGER", "Max Minor")
    unknown = queued("DT-1", gate="A")
    [result] = (await api.post("/api/operator/sync", {"scans": [unknown]}, token=jane)).data["results"]
    assert (result["outcome"], result["kind"]) == ("conflict", "unknown")

    [conflict] = (await api.get("/api/operator/conflicts", token=jane)).data["conflicts"]
    assert conflict["conflict_id"] == result["conflict_id"]
    assert conflict["operator"]["name"] == "Jane Smith"
    assert (await api.get("/api/operator/conflicts", token=tom)).data["conflicts"] == [], "an operator sees own ones"
    assert (await api.get("/api/operator/conflicts?status=open", token=manager)).data["conflicts"] == [conflict]

    path = f"/api/operator/conflicts/{conflict['conflict_id']}/decision"
    assert (await api.post(path, {"decision": "stays"}, token=jane)).status == 403
    decided = (await api.post(path, {"decision": "stays", "note": "A guest of the house"}, token=manager)).data
    assert (decided["decision"], decided["decided_by"], decided["note"]) == (
        "stays",
        "Mary Major",
        "A guest of the house",
    )
    assert (await api.post(path, {"decision": "stays"}, token=other)).data == decided, "the same again changes nothing"
    refused = await api.post(path, {"decision": "leaves"}, token=other)
    assert (refused.status, refused.code, refused.error["decided_by"]) == (409, "CONFLICT_DECIDED", "Mary Major")
    assert (await api.get("/api/operator/conflicts?status=open", token=manager)).data["conflicts"] == []
    assert (await api.get("/api/operator/conflicts?status=decided", token=manager)).data["conflicts"] == [decided]
    assert (await api.post("/api/operator/conflicts/999/decision", {"decision": "stays"}, token=manager)).status == 404


async def test_conflicts_of_another_organisation_are_out_of_sight(api: Api, world: World) -> None:
    await api.post("/api/operator/sync", {"scans": [queued("DT-1")]}, token=await world.staff())
    [conflict] = (await api.get("/api/operator/conflicts", token=await world.staff("MANAGER"))).data["conflicts"]
    other_world = await (await World(world.hub).found()).staff("MANAGER")
    assert (await api.get("/api/operator/conflicts", token=other_world)).data["conflicts"] == []
    path = f"/api/operator/conflicts/{conflict['conflict_id']}/decision"
    assert (await api.post(path, {"decision": "stays"}, token=other_world)).status == 404


async def test_conflicts_are_turned_page_by_page(api: Api, world: World) -> None:
    token = await world.staff()
    await api.post("/api/operator/sync", {"scans": [queued(f"DT-{n}") for n in range(7)]}, token=token)
    seen: list[int] = []
    before = ""
    while True:
        page = (await api.get(f"/api/operator/conflicts?limit=3{before}", token=token)).data
        seen += [conflict["conflict_id"] for conflict in page["conflicts"]]
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 7
