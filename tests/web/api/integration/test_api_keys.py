"""API keys over HTTP: made and shown once, good for their scopes and venues, slowed down, and revoked at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.access.roles import Role
from hub.access.tokens import Staff
from hub.rules.api_keys import SCOPES
from tests.support.api_client import Api
from tests.support.api_keys import ORDERS, Shop, new_api_key
from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.rows import read_rows
from tests.support.world import World

KEYS = "/api/admin/api-keys"


@pytest.fixture
async def admin(world: World) -> str:
    return await world.staff("ADMIN", name="Ada Rossi")


async def test_a_key_is_shown_once_and_stored_as_a_hash(api: Api, world: World, admin: str) -> None:
    made = await api.post(KEYS, {"name": " Web  shop ", "scopes": ["tickets:read", "orders"]}, token=admin)
    key = made.data["key"]
    assert (made.status, made.data["name"], made.data["scopes"]) == (201, "Web shop", ["orders", "tickets:read"])
    assert key.startswith(made.data["hint"])
    [stored] = await read_rows(api.hub.database, "api_keys")
    assert key not in str(dict(stored))
    shown = (await api.get(f"{KEYS}/{made.data['api_key_id']}", token=admin)).data
    assert "key" not in shown
    assert (shown["created_name"], shown["last_used_at"]) == ("Ada Rossi", None)
    [log] = await read_audit_log(api.hub.database)
    assert (log["action"], key in str(log)) == ("api_key.added", False)
    assert (await api.post(f"{KEYS}?dry_run=1", {"name": "x", "scopes": ["slots"]}, token=admin)).data["key"] == ""
    assert len((await api.get(KEYS, token=admin)).data["api_keys"]) == 1


async def test_a_key_is_good_for_its_scopes_and_for_nothing_else(api: Api, world: World) -> None:
    keys = {scope: (await new_api_key(world, scope)).key for scope in SCOPES}
    allowed = {
        "orders": "/api/admin/products", "tickets:read": "/api/admin/tickets", "scans:read": "/api/operators/scan-history",
        "slots": "/api/admin/slots", "webhooks": "/api/admin/webhooks",
    }  # fmt: skip
    for scope, key in keys.items():
        for other, path in allowed.items():
            answer = await api.get(path, token=key)
            assert (answer.status, other) == (200 if scope == other else 403, other)
        for path in (KEYS, "/api/admin/staff", "/api/admin/privacy", "/api/operator/manifest"):
            assert (await api.get(path, token=key)).code == "FORBIDDEN"
    refused = await api.get(f"{ORDERS}/R1", token=keys["slots"])
    assert (refused.code, refused.error["scope"]) == ("FORBIDDEN", "orders")
    unknown = await api.get(f"{ORDERS}/R1", token="vh_unknown")
    assert (unknown.status, unknown.code) == (401, "UNAUTHENTICATED")
    assert unknown.error["message"] == "This API key is unknown or was revoked."
    assert (await api.get(f"{ORDERS}/R1")).error["message"] == "Please sign in"
    assert (await api.get(f"{ORDERS}/R1")).code == "UNAUTHENTICATED"
    assert (await api.get(f"{ORDERS}/R1", token="vh_" + "x" * 3000)).code == "UNAUTHENTICATED"


async def test_a_revoked_key_ends_at_once_in_every_process(api: Api, world: World, admin: str, open_hub) -> None:
    made = await new_api_key(world)
    second = Api(await open_hub())
    shops = [Shop(one, made.key, world.product_id) for one in (api, second)]
    for shop in shops:
        assert (await shop.order()).status == 201
    for _ in range(2):
        revoked = await api.delete(f"{KEYS}/{made.record.api_key_id}", token=admin)
        assert revoked.data["revoked_at"] is not None
    for shop in shops:
        refused = await shop.order()
        assert (refused.code, refused.error["message"]) == (
            "UNAUTHENTICATED",
            "This API key is unknown or was revoked.",
        )
    path = f"{KEYS}/{made.record.api_key_id}"
    assert (await api.patch(path, {"name": "x"}, token=admin)).code == "API_KEY_REVOKED"
    actions = [row["action"] for row in await read_audit_log(api.hub.database)]
    assert actions.count("api_key.revoked") == 1


async def test_a_changed_key_is_another_from_its_next_request_on(api: Api, world: World, admin: str) -> None:
    made = await new_api_key(world)
    path = f"{KEYS}/{made.record.api_key_id}"
    changed = await api.patch(path, {"scopes": ["slots"]}, token=admin, headers={"If-Match": '"1"'})
    assert (changed.data["scopes"], changed.data["version"]) == (["slots"], 2)
    assert (await Shop(api, made.key, world.product_id).order()).code == "FORBIDDEN"
    stale = await api.patch(path, {"name": "x"}, token=admin, headers={"If-Match": '"1"'})
    assert stale.status == 412
    wrong = await api.patch(path, {"venue_ids": [99999]}, token=admin)
    assert (wrong.status, wrong.error["errors"][0]["field"]) == (400, "venue_ids")


async def test_each_key_has_a_rate_of_its_own(api: Api, world: World) -> None:
    slow = (await new_api_key(world, requests_per_minute=2)).key
    other = (await new_api_key(world, requests_per_minute=2)).key
    codes = [(await api.get(f"{ORDERS}/R1", token=slow)).code for _ in range(3)]
    assert codes == ["ORDER_NOT_FOUND", "ORDER_NOT_FOUND", "RATE_LIMITED"]
    assert (await api.get(f"{ORDERS}/R1", token=other)).code == "ORDER_NOT_FOUND"


async def test_the_last_use_is_noted_to_the_minute(api: Api, world: World, admin: str, clock) -> None:
    made = await new_api_key(world)
    path = f"{KEYS}/{made.record.api_key_id}"
    seen = []
    for _ in range(3):
        await api.get(f"{ORDERS}/R1", token=made.key)
        seen.append((await api.get(path, token=admin)).data["last_used_at"])
        clock.set(api.hub.services.clock.now() + timedelta(seconds=40))
    assert seen[0] == seen[1] < seen[2]


async def test_an_administrator_of_some_venues_gives_no_more_than_they_have(hub: Hub, api: Api, world: World) -> None:
    """A key of every venue, or of another one, is out of reach."""
    elsewhere = await world.venue()
    everywhere = await new_api_key(world)
    identity = hub.services.sessions.read(await world.staff("ADMIN"))
    staff = Staff(identity.staff_id, world.org_id, world.venue_id, "Ada", Role.ADMIN, (world.venue_id,))
    limited = hub.services.sessions.issue(staff)
    for venues in ([], [elsewhere]):
        body = {"name": "x", "scopes": ["orders"], "venue_ids": venues}
        assert (await api.post(KEYS, body, token=limited)).code == "FORBIDDEN"
    assert (await api.get(KEYS, token=limited)).data["api_keys"] == []
    assert (await api.delete(f"{KEYS}/{everywhere.record.api_key_id}", token=limited)).code == "FORBIDDEN"
    body = {"name": "x", "scopes": ["orders"], "venue_ids": [world.venue_id]}
    assert (await api.post(KEYS, body, token=limited)).status == 201
