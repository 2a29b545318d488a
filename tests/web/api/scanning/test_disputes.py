"""Disputes over HTTP: the same actions as on the socket, as the OpenAPI document describes them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.support.api_client import Api
from tests.support.world import TODAY, World

DECISION = "/api/disputes/decision"


async def refused_scan(api: Api, token: str, code: str) -> str:
    answer = await api.post("/venue/scan", {"code": code, "mode": "validate", "gate": "A"}, token=token)
    return str(answer.data["scan_id"])


async def test_a_dispute_is_asked_listed_and_admitted(api: Api, world: World) -> None:
    jane, sue = await world.staff(name="Jane Smith"), await world.staff("MANAGER", name="Sue Lee")
    ticket = await world.reserved(await world.slot(TODAY + timedelta(days=1)))
    scan_id = await refused_scan(api, jane, ticket.code)
    asked = await api.post("/api/disputes", {"scan_id": scan_id, "note": "insists"}, token=jane)
    assert asked.data["decision"] is None
    listed = await api.get("/api/disputes?status=open", token=sue)
    assert [one["scan_id"] for one in listed.data["disputes"]] == [scan_id]
    decision = {"scan_id": scan_id, "decision": "admit", "reason": "our mistake"}
    admitted = await api.post(DECISION, decision, token=sue)
    assert (admitted.data["decision"], admitted.data["ticket"]["status"]) == ("admitted", "VERIFIED")
    assert (await api.get("/api/disputes?status=open", token=sue)).data["disputes"] == []
    late = await api.post(DECISION, {**decision, "decision": "decline"}, token=sue)
    assert (late.status, late.code) == (409, "DISPUTE_DECIDED")
    log = await api.get("/api/operators/scan-history?mode=override", token=sue)
    assert [(one["scan_id"], one["note"]) for one in log.data["scans"]] == [(scan_id, "our mistake")]


async def test_whoever_has_left_is_let_back_in_over_http(api: Api, world: World) -> None:
    jane, sue = await world.staff(name="Jane Smith"), await world.staff("MANAGER", name="Sue Lee")
    ticket = await world.reserved(await world.slot())
    for path, body in (("verify-ticket", {"ticket_code": ticket.code}), ("exit", {"code": ticket.code})):
        assert (await api.post(f"/api/operator/{path}", body, token=jane)).status == 200
    scan_id = await refused_scan(api, jane, ticket.code)
    asked = await api.post("/api/disputes", {"scan_id": scan_id}, token=jane)
    assert (asked.data["obstacle"], asked.data["ticket"]["left"]["gate"]) == (None, None)
    decision = {"scan_id": scan_id, "decision": "admit", "reason": "saw them leave"}
    admitted = await api.post(DECISION, decision, token=sue)
    assert (admitted.data["recorded"], admitted.data["ticket"]["left"]) == ("RE_ENTRY", None)
    assert (await api.post(DECISION, decision, token=sue)).data == admitted.data
    (listed,) = (await api.get("/api/disputes?status=decided", token=jane)).data["disputes"]
    assert listed == admitted.data


async def test_an_operator_sees_own_disputes_and_withdraws_them(api: Api, world: World) -> None:
    jane, tom = await world.staff(name="Jane Smith"), await world.staff(name="Tom Brown")
    scan_id = await refused_scan(api, jane, (await world.ticket()).code)
    await api.post("/api/disputes", {"scan_id": scan_id}, token=jane)
    assert (await api.get("/api/disputes", token=tom)).data["disputes"] == []
    assert len((await api.get("/api/disputes", token=jane)).data["disputes"]) == 1
    unknown_scans = await api.post("/api/disputes/withdrawal", {"scan_id": scan_id}, token=tom)
    assert (unknown_scans.status, unknown_scans.code) == (403, "FORBIDDEN")
    withdrawn = await api.post("/api/disputes/withdrawal", {"scan_id": scan_id}, token=jane)
    assert withdrawn.data["decision"] == "withdrawn"


@pytest.mark.parametrize(("changes", "field"), [
    ({"decision": "maybe"}, "decision"), ({"reason": " "}, "reason"), ({"reason": "x" * 501}, "reason"),
    ({"reason": None}, "reason"), ({"take_back": "yes"}, "take_back"), ({"scan_id": "7"}, "scan_id"),
])  # fmt: skip
async def test_a_decision_that_is_none_is_refused(
    api: Api, world: World, changes: dict[str, object], field: str
) -> None:
    decision = {"scan_id": str(uuid4()), "decision": "admit", "reason": "x", **changes}
    answer = await api.post(DECISION, decision, token=await world.staff("MANAGER"))
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert [problem["field"] for problem in answer.error["errors"]] == [field]


async def test_only_managers_decide_and_only_scans_there_are(api: Api, world: World) -> None:
    decision = {"scan_id": str(uuid4()), "decision": "decline", "reason": "x"}
    assert (await api.post(DECISION, decision)).status == 401
    assert (await api.post(DECISION, decision, token=await world.staff())).status == 403
    answer = await api.post(DECISION, decision, token=await world.staff("MANAGER"))
    assert (answer.status, answer.code) == (404, "SCAN_NOT_FOUND")


async def test_every_page_of_the_list_holds_what_it_should(api: Api, world: World) -> None:
    jane, sue = await world.staff(), await world.staff("MANAGER")
    scans = [await refused_scan(api, jane, (await world.ticket()).code) for _ in range(5)]
    for scan_id in scans:
        await api.post("/api/disputes", {"scan_id": scan_id}, token=jane)
    await api.post(DECISION, {"scan_id": scans[0], "decision": "decline", "reason": "x"}, token=sue)
    seen, before = [], ""
    while before is not None:
        page = (await api.get(f"/api/disputes?status=open&limit=3{before}", token=sue)).data
        seen += [one["scan_id"] for one in page["disputes"]]
        before = f"&before={page['next']}" if page["next"] else None
    assert seen == scans[:0:-1]
    assert (await api.get("/api/disputes?status=never", token=sue)).code == "INVALID_REQUEST"
