"""Organisations over HTTP: only their owner adds them, and each begins with an administrator of its own."""

from __future__ import annotations

import pytest

from tests.support.api_client import Api
from tests.support.audit_log import read_audit_log
from tests.support.world import World

ORGANISATIONS = "/api/admin/organisations"
NEW = {"name": "Museo di Roma", "administrator": {"username": "ada", "name": "Ada Rossi"}}


@pytest.fixture
async def owner(world: World) -> str:
    return await world.staff("OWNER")


async def test_an_organisation_begins_with_an_administrator_who_can_sign_in(api: Api, owner: str):
    added = await api.post(ORGANISATIONS, NEW, token=owner)
    assert (added.status, added.data["organisation"]["slug"], added.data["organisation"]["staff"]) == (
        201,
        "museo-di-roma",
        1,
    )
    login = {"username": "ada", "password": added.data["password"], "organisation": "museo-di-roma"}
    signed_in = await api.post("/api/operator/login", login)
    assert signed_in.data["operator"]["role"] == "ADMIN"
    assert (await api.get("/api/admin/venues", token=signed_in.data["token"])).data["venues"] == []
    assert (await api.get(ORGANISATIONS, token=signed_in.data["token"])).status == 403


async def test_the_same_user_name_may_exist_in_each(api: Api, owner: str):
    first = await api.post(ORGANISATIONS, NEW, token=owner)
    second = await api.post(ORGANISATIONS, NEW, token=owner)
    assert (first.status, second.status) == (201, 201)
    assert second.data["organisation"]["slug"].startswith("org-"), "the name suggests a short name that is taken"
    for added in (first, second):
        login = {"username": "ada", "password": added.data["password"]}
        assert (await api.post("/api/operator/login", login)).status == 200


async def test_an_organisation_is_renamed_with_its_version(api: Api, world: World, owner: str):
    organisation = (await api.post(ORGANISATIONS, NEW, token=owner)).data["organisation"]
    address = f"{ORGANISATIONS}/{organisation['organisation_id']}"
    renamed = await api.patch(address, {"slug": "museum"}, token=owner, headers={"If-Match": '"1"'})
    assert (renamed.data["slug"], renamed.data["name"], renamed.headers["ETag"]) == ("museum", "Museo di Roma", '"2"')
    stale = await api.patch(address, {"name": "x"}, token=owner, headers={"If-Match": '"1"'})
    assert (stale.status, stale.code) == (412, "VERSION_MISMATCH")
    assert (await api.get(f"{ORGANISATIONS}/4711", token=owner)).status == 404
    taken = await api.post(ORGANISATIONS, NEW | {"slug": "museum"}, token=owner)
    assert (taken.status, taken.error["errors"][0]["field"]) == (400, "slug")
    log = await read_audit_log(api.hub.database)
    changed = [row["org_id"] for row in log if row["action"] == "organisation.changed"]
    assert changed == [world.org_id, organisation["organisation_id"]], "in the owner's log and in its own"


async def test_wrong_fields_are_named(api: Api, owner: str):
    for change, wrong in (({"slug": "1st"}, "slug"), ({"slug": "a b"}, "slug"), ({"name": " "}, "name"),
                          ({"administrator": {"username": "a b", "name": "x"}}, "username"),
                          ({"administrator": {"username": "a", "name": "x", "password": "short"}}, "password")):  # fmt: skip
        no = await api.post(ORGANISATIONS, NEW | change, token=owner)
        assert (no.status, no.error["errors"][0]["field"]) == (400, wrong), change


async def test_administrators_do_not_see_organisations(api: Api, world: World):
    administrator = await world.staff("ADMIN")
    address = f"{ORGANISATIONS}/{world.org_id}"
    assert (await api.get(ORGANISATIONS)).status == 401
    for method, path, body in (("GET", ORGANISATIONS, None), ("POST", ORGANISATIONS, NEW), ("GET", address, None),
                               ("PATCH", address, {"name": "x"})):  # fmt: skip
        assert (await api.ask(method, path, body, token=administrator)).status == 403


async def test_a_dry_run_makes_nothing(api: Api, owner: str):
    seen = await api.post(f"{ORGANISATIONS}?dry_run=1", NEW, token=owner)
    assert (seen.status, seen.data["password"]) == (200, None)
    assert len((await api.get(ORGANISATIONS, token=owner)).data["organisations"]) == 1
