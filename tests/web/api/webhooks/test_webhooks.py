"""Webhooks over HTTP: who may have them, what is refused, and what the answers never hold."""

from __future__ import annotations

from uuid import UUID

import pytest

from hub.actions.webhooks.write_events import write_events
from tests.support.api_client import Api
from tests.support.audit_log import read_audit_log
from tests.support.webhooks import numbered_events, some_events
from tests.support.world import World

WEBHOOKS = "/api/admin/webhooks"
SHOP = {"name": "Shop", "url": "https://shop.example/hook", "events": ["order.paid"], "paused": True}


@pytest.fixture
async def administrator(world: World) -> str:
    return await world.staff("ADMIN")


async def test_a_webhook_is_added_changed_rotated_and_deleted(api: Api, world: World, administrator: str):
    made = await api.post(WEBHOOKS, SHOP, token=administrator)
    assert (made.status, made.data["secret"][:6]) == (201, "whsec_")
    webhook = made.data["webhook"]
    address = f"{WEBHOOKS}/{webhook['webhook_id']}"
    changed = await api.patch(address, {"batch": 50}, token=administrator, headers={"If-Match": '"1"'})
    assert (changed.data["batch"], changed.data["name"], changed.headers["ETag"]) == (50, "Shop", '"2"')
    stale = await api.patch(address, {"batch": 5}, token=administrator, headers={"If-Match": '"1"'})
    assert (stale.status, stale.error["version"]) == (412, 2)
    rotated = await api.post(f"{address}/rotate", None, token=administrator)
    assert rotated.data["secret"] not in (made.data["secret"], "")
    listed = await api.get(WEBHOOKS, token=administrator)
    assert "whsec_" not in str(listed.data)
    assert listed.data["webhooks"][0]["previous_until"] is not None
    assert (await api.delete(address, token=administrator)).data == {"deleted": True}
    assert (await api.get(address, token=administrator)).code == "WEBHOOK_NOT_FOUND"
    kept = await read_audit_log(world.hub.database)
    assert [row["action"] for row in kept] == [
        "webhook.added", "webhook.changed", "webhook.secret_rotated", "webhook.deleted"
    ]  # fmt: skip
    assert "whsec_" not in str([row["after"] for row in kept])


@pytest.mark.parametrize(
    ("change", "field"),
    [({"url": "http://shop.example/hook"}, "url"), ({"url": "https://127.0.0.1/hook"}, "url"),
     ({"url": "https://10.1.2.3/"}, "url"), ({"url": "https://2130706433/"}, "url"),
     ({"url": "https://user:word@shop.example/"}, "url"), ({"url": "https://shop.example:99999/"}, "url"),
     ({"events": []}, "events"), ({"events": ["order.eaten"]}, "events.0"), ({"batch": 101}, "batch"),
     ({"batch": 0}, "batch"), ({"venue_id": 999}, "venue_id"), ({"name": " "}, "name"), ({"colour": 1}, "colour")],
)  # fmt: skip
async def test_a_wrong_field_is_named(api: Api, administrator: str, change: dict[str, object], field: str):
    refused = await api.post(WEBHOOKS, {**SHOP, **change}, token=administrator)
    assert (refused.status, refused.error["errors"][0]["field"]) == (400, field)


async def test_a_replay_begins_at_a_number_of_the_log(api: Api, world: World, administrator: str):
    webhook = (await api.post(WEBHOOKS, SHOP, token=administrator)).data["webhook"]
    address = f"{WEBHOOKS}/{webhook['webhook_id']}"
    assert (await api.post(f"{address}/replay", {"from": 1}, token=administrator)).status == 400
    async with world.hub.database.transaction() as connection:
        await write_events(connection, world.org_id, some_events(5))
    await numbered_events(world)
    assert (await api.post(f"{address}/replay", {"from": 6}, token=administrator)).error["last"] == 5
    done = await api.post(f"{address}/replay?dry_run=1", {"from": 3}, token=administrator)
    assert done.data == {"from_sequence": 3, "last_sequence": 5, "events": 3}
    assert (await api.get(f"{address}/deliveries", token=administrator)).data == {"deliveries": [], "next": None}


async def test_a_test_that_nobody_takes_is_one_of_the_deliveries(api: Api, administrator: str):
    webhook = (await api.post(WEBHOOKS, {**SHOP, "url": "https://shop.invalid/"}, token=administrator)).data["webhook"]
    address = f"{WEBHOOKS}/{webhook['webhook_id']}"
    assert "no answer" in (await api.post(f"{address}/test", None, token=administrator)).data["error"]
    (delivery,) = (await api.get(f"{address}/deliveries?failed=1", token=administrator)).data["deliveries"]
    assert (delivery["kind"], delivery["sequences"], delivery["attempt"], delivery["status"]) == (
        "webhook.test",
        [],
        1,
        None,
    )
    assert str(UUID(delivery["event_id"])) == delivery["event_id"]


async def test_only_administrators_have_webhooks_and_of_their_own_organisation(
    api: Api, world: World, administrator: str
):
    webhook = (await api.post(WEBHOOKS, SHOP, token=administrator)).data["webhook"]
    address = f"{WEBHOOKS}/{webhook['webhook_id']}"
    manager, stranger = await world.staff("MANAGER"), await (await World(api.hub).found()).staff("ADMIN")
    assert (await api.get(WEBHOOKS, token=manager)).status == 403
    for method, path in (("GET", address), ("DELETE", address), ("POST", f"{address}/test"), ("POST", f"{address}/rotate"),
                         ("GET", f"{address}/deliveries")):  # fmt: skip
        answer = await getattr(api, method.lower())(path, *([None] if method == "POST" else []), token=stranger)
        assert (answer.status, answer.code) == (404, "WEBHOOK_NOT_FOUND")
