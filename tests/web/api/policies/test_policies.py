"""Policies over HTTP: shown with who will notice, changed with a version, recorded, and tried on the scans of the day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.rules.venue_policies import POLICIES
from tests.support.api_client import Api
from tests.support.audit_log import read_audit_log
from tests.support.world import TODAY, World

POLICIES_PATH = "/api/admin/policies"


@pytest.fixture
async def admin(world: World) -> str:
    return await world.staff("ADMIN")


async def test_every_policy_is_shown_with_what_it_changes_and_who_will_notice(api: Api, world: World, admin: str):
    shown = await api.get(POLICIES_PATH, token=admin)
    assert (shown.data["venue_id"], shown.headers["ETag"]) == (world.venue_id, f'"{shown.data["version"]}"')
    assert [one["name"] for one in shown.data["policies"]] == [policy.column for policy in POLICIES]
    late = next(one for one in shown.data["policies"] if one["name"] == "late_entry_minutes")
    assert (late["value"], late["default"], late["decides_scans"]) == (0, 0, True)
    assert late["noticed_by"] == "Visitors at the gates, and operators"


async def test_a_change_is_recorded_with_before_and_after_and_without_the_secret(api: Api, world: World, admin: str):
    address = f"{POLICIES_PATH}/{world.venue_id}"
    changed = await api.patch(
        address, {"late_entry_minutes": 15, "early_entry_minutes": 30, "reminder_hours": [2, 48], "alert_webhook_url": "https://a.example/h"},
        token=admin, headers={"If-Match": '"1"'},
    )  # fmt: skip
    assert (changed.status, changed.data["version"], changed.headers["ETag"]) == (200, 2, '"2"')
    values = {one["name"]: one["value"] for one in changed.data["policies"]}
    assert (values["late_entry_minutes"], values["early_entry_minutes"], values["reminder_hours"]) == (15, 30, [48, 2])
    secret = changed.data["alert_webhook_secret"]
    (row,) = await read_audit_log(api.hub.database)
    assert (row["action"], row["source"], row["before"]["late_entry_minutes"], row["after"]["late_entry_minutes"]) == (
        "venue.policies_changed", "api", 0, 15,
    )  # fmt: skip
    assert secret not in str(row)
    stale = await api.patch(address, {"late_entry_minutes": 1}, token=admin, headers={"If-Match": '"1"'})
    assert (stale.status, stale.code, stale.error["version"]) == (412, "VERSION_MISMATCH", 2)
    back = await api.patch(address, {"early_entry_minutes": None, "alert_webhook_url": None}, token=admin)
    values = {one["name"]: one["value"] for one in back.data["policies"]}
    assert (values["early_entry_minutes"], values["alert_webhook_url"], back.data["alert_webhook_secret"]) == (
        None,
        None,
        None,
    )


async def test_every_wrong_value_is_named(api: Api, world: World, admin: str):
    wrong = {
        "late_entry_minutes": 1441, "early_entry_minutes": "soon", "unreserved_entry": "maybe", "country": "Italy", "reminder_hours": ["x"],
        "alert_emails": "nobody", "alert_webhook_url": "ftp://a", "change_cutoff_hours": None, "address": "x" * 501,
    }  # fmt: skip
    answer = await api.patch(f"{POLICIES_PATH}/{world.venue_id}", wrong, token=admin)
    assert (answer.status, {one["field"] for one in answer.error["errors"]}) == (400, set(wrong))
    for body, field in (({"colour": "red"}, "colour"), ({"late_entry_minutes": 1.5}, "late_entry_minutes")):
        answer = await api.patch(f"{POLICIES_PATH}/{world.venue_id}", body, token=admin)
        assert answer.status == 400
        assert answer.error["errors"][0]["field"].startswith(field)


async def test_only_administrators_of_the_organisation_come_in(api: Api, world: World, admin: str):
    stranger = await (await World(api.hub).found()).staff("ADMIN")
    address = f"{POLICIES_PATH}/{world.venue_id}"
    for method, path, body in (("GET", POLICIES_PATH, None), ("PATCH", address, {"late_entry_minutes": 1})):
        assert (await api.ask(method, path, body)).status == 401
        assert (await api.ask(method, path, body, token=await world.staff("MANAGER"))).status == 403
    assert (await api.patch(address, {"late_entry_minutes": 1}, token=stranger)).status == 404
    assert (await api.get(f"{POLICIES_PATH}?venue_id={world.venue_id}", token=stranger)).status == 404


async def test_a_dry_run_tells_what_the_scans_of_today_would_have_been(api: Api, world: World, admin: str):
    operator, ended = await world.staff("OPERATOR"), await world.slot(TODAY, "10:00", "12:10")
    late, early = await world.reserved(ended), await world.reserved(await world.slot(TODAY, "14:00", "15:00"))
    plain = (await world.tickets(1))[0]
    tomorrow = await world.reserved(await world.slot(TODAY + timedelta(days=1)))
    api.hub.clock.advance(15 * 60)
    for code in (late.code, early.code, plain.code, tomorrow.code, "TKT-2026-ABC123-DEF456"):
        await api.post("/venue/scan", {"code": code}, token=operator)
    address = f"{POLICIES_PATH}/{world.venue_id}?dry_run=1"
    tried = await api.patch(
        address, {"unreserved_entry": "allow", "late_entry_minutes": 30, "early_entry_minutes": 60}, token=admin
    )
    today, yesterday = tried.data["effects"]
    assert (tried.data["dry_run"], today["date"], today["scans"], today["results"]) == (
        True,
        str(TODAY),
        5,
        {"RED": 4, "GREEN": 1},
    )
    assert {(one["from_reason"], one["to_result"], one["to_reason"], one["scans"]) for one in today["changed"]} == {
        ("TICKET_EXPIRED", "GREEN", "VALID", 1), ("NO_RESERVATION", "YELLOW", "NO_RESERVATION", 1), ("VALID", "RED", "TOO_EARLY", 1),
    }  # fmt: skip
    assert (today["undecided"], yesterday["scans"], yesterday["changed"]) == (0, 0, [])
    kept = (await api.get(POLICIES_PATH, token=admin)).data
    assert (kept["version"], next(one["value"] for one in kept["policies"] if one["name"] == "unreserved_entry")) == (
        1,
        "deny",
    )
    assert (await api.patch(address, {"country": "IT"}, token=admin)).data["effects"] == []
