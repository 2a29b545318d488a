"""Products over HTTP: for administrators of the organisation, with versions, dry runs and rows of the audit log."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api_client import Api
from tests.support.audit_log import read_audit_log
from tests.support.products import add_product, read_products
from tests.support.rows import read_rows
from tests.support.venues import add_gates
from tests.support.world import World

PRODUCTS = "/api/admin/products"


@pytest.fixture
async def admin(world: World) -> str:
    return await world.staff("ADMIN", name="Ada Rossi")


async def gate_ids(world: World, *names: str) -> list[int]:
    await add_gates(world, *names)
    return [row["id"] for row in await read_rows(world.hub.database, "gates", "id", name=list(names), order_by="name")]


async def test_a_product_is_made_shown_changed_archived_and_deleted(api: Api, world: World, admin: str) -> None:
    gates = await gate_ids(world, "A", "B")
    made = await api.post(PRODUCTS, {
        "name": "  Student  ", "name_zh": "学生票", "activation_mode": "deferred", "valid_days": 30, "gate_ids": gates,
        "note": "Audio guide", "attention": True, "question": "Card shown?", "sold_at_door": False,
    }, token=admin)  # fmt: skip
    assert (made.status, made.headers["ETag"], made.data["name"], made.data["has_tickets"]) == (
        201,
        '"1"',
        "Student",
        False,
    )
    assert [gate["name"] for gate in made.data["gates"]] == ["A", "B"]
    address = f"{PRODUCTS}/{made.data['product_id']}"
    assert (await api.get(address, token=admin)).data == made.data
    changes = {"valid_until": "2026-12-31", "gate_ids": gates[1:], "note": ""}
    changed = await api.patch(address, changes, token=admin, headers={"If-Match": '"1"'})
    assert (changed.status, changed.headers["ETag"]) == (200, '"2"')
    assert (changed.data["valid_days"], changed.data["valid_until"], changed.data["note"]) == (None, "2026-12-31", "")
    assert [gate["name"] for gate in changed.data["gates"]] == ["B"]
    left_out = (changed.data["name_zh"], changed.data["question"], changed.data["sold_at_door"])
    assert left_out == ("学生票", "Card shown?", False), "what is left out stays"
    archived = await api.patch(address, {"archived": True}, token=admin)
    assert archived.data["archived_at"] is not None
    assert (await api.delete(address, token=admin)).data == {"deleted": True}
    assert (await api.get(address, token=admin)).code == "PRODUCT_NOT_FOUND"
    log = await read_audit_log(world.hub.database)
    assert [(row["action"], row["staff_name"], row["source"]) for row in log] == [
        (f"product.{what}", "Ada Rossi", "api") for what in ("added", "changed", "changed", "deleted")
    ]
    assert (log[1]["before"]["gates"], log[1]["after"]["gates"]) == (["A", "B"], ["B"])


async def test_the_list_is_searched_by_name_and_read_in_pages(api: Api, world: World, admin: str) -> None:
    for name, name_zh in (("Student", "学生票"), ("Child", "儿童票"), ("100 % off", "")):
        await add_product(world, name, name_zh=name_zh)
    await add_product(world, "Old", archived_at=world.hub.clock.now())

    async def names(query: str) -> list[str]:
        return [one["name"] for one in (await api.get(f"{PRODUCTS}?{query}", token=admin)).data["products"]]

    first = (await api.get(f"{PRODUCTS}?limit=2", token=admin)).data
    assert [one["name"] for one in first["products"]] == ["100 % off", "Child"]
    assert await names(f"limit=2&before={first['next']}") == ["Student", "Admission"]
    assert await names("q=stu") == ["Student"]
    assert await names("q=%E5%84%BF") == ["Child"]
    assert await names("q=%25") == ["100 % off"]
    assert await names("status=archived") == ["Old"]
    assert await names(f"venue_id={world.venue_id + 1}&q=child") == ["Child"], "valid at every venue"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": " "}, "name"), ({"name": "x" * 101}, "name"), ({"note": "x" * 201}, "note"), ({"seats": 1}, "seats"),
        ({"valid_days": 0}, "valid_days"), ({"valid_days": 3651}, "valid_days"), ({"valid_until": "tomorrow"}, "valid_until"),
        ({"valid_days": 1, "valid_until": "2026-12-31"}, "valid_until"), ({"gate_ids": [4711]}, "gate_ids"),
        ({"activation_mode": "later"}, "activation_mode"), ({"question": "a\u202eb"}, "question"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_of_its_field(api: Api, admin: str, fields: dict[str, Any], wrong: str) -> None:
    answer = await api.post(PRODUCTS, {"name": "Student", **fields}, token=admin)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert [problem["field"] for problem in answer.error["errors"]] == [wrong]


async def test_a_gate_belongs_to_the_venue_of_the_product(api: Api, world: World, admin: str) -> None:
    [gate] = await gate_ids(world, "A")
    elsewhere = {"name": "Student", "venue_id": await world.venue(), "gate_ids": [gate]}
    assert (await api.post(PRODUCTS, elsewhere, token=admin)).error["errors"][0]["field"] == "gate_ids"
    assert (await api.post(PRODUCTS, {"name": "Student", "venue_id": 4711}, token=admin)).status == 404
    made = await api.post(PRODUCTS, {"name": "Student", "venue_id": world.venue_id, "gate_ids": [gate]}, token=admin)
    assert (made.status, made.data["venue"]) == (201, "Test Venue")


async def test_an_old_version_is_412_and_a_dry_run_keeps_nothing(api: Api, world: World, admin: str) -> None:
    address = f"{PRODUCTS}/{await add_product(world, 'Student', version=3)}"
    for answer in (await api.patch(address, {"name": "x"}, token=admin, headers={"If-Match": '"2"'}),
                   await api.delete(address, token=admin, headers={"If-Match": '"2"'})):  # fmt: skip
        assert (answer.status, answer.code, answer.error["version"]) == (412, "VERSION_MISMATCH", 3)
    tried = await api.patch(f"{address}?dry_run=1", {"name": "Pupil"}, token=admin)
    assert (tried.status, tried.data["name"]) == (200, "Pupil")
    assert (await api.post(f"{PRODUCTS}?dry_run=1", {"name": "Guide"}, token=admin)).status == 200
    names = {row["name"] for row in await read_products(world.hub.database, "name")}
    assert (names, await read_audit_log(world.hub.database)) == ({"Admission", "Student"}, [])


async def test_a_product_with_tickets_is_archived_and_not_deleted(api: Api, world: World, admin: str) -> None:
    await world.ticket()
    refused = await api.delete(f"{PRODUCTS}/{world.product_id}", token=admin)
    assert (refused.status, refused.code) == (409, "PRODUCT_IN_USE")
    await api.patch(f"{PRODUCTS}/{world.product_id}", {"archived": True}, token=admin)
    issued = await api.post("/api/admin/tickets", {"count": 1, "product_id": world.product_id}, token=admin)
    assert (issued.status, issued.code) == (409, "PRODUCT_ARCHIVED")


async def test_only_administrators_of_the_organisation_come_in(api: Api, world: World) -> None:
    address = f"{PRODUCTS}/{world.product_id}"
    manager, stranger = await world.staff("MANAGER"), await (await World(api.hub).found()).staff("ADMIN")
    for method, path in (
        ("GET", PRODUCTS),
        ("POST", PRODUCTS),
        ("GET", address),
        ("PATCH", address),
        ("DELETE", address),
    ):
        body = {"name": "x"} if method in ("POST", "PATCH") else None
        assert (await api.ask(method, path, body)).status == 401
        assert (await api.ask(method, path, body, token=manager)).status == 403
    for method in ("GET", "PATCH", "DELETE"):
        answer = await api.ask(method, address, {"name": "x"} if method == "PATCH" else None, token=stranger)
        assert (answer.status, answer.code) == (404, "PRODUCT_NOT_FOUND")
    names = [one["name"] for one in (await api.get(PRODUCTS, token=stranger)).data["products"]]
    assert names == ["Admission"], "its own"
