"""The API of sign-in: the second step over the wire, and an organisation's settings."""

from __future__ import annotations

import pytest

from tests.support.api_client import Api
from tests.support.second_factors import code_of, read_staff_id, set_sign_in, set_up
from tests.support.world import World

LOGIN, SECURITY = "/api/operator/login", "/api/admin/security"
GOOD = {"username": "jane", "password": "correct horse"}


@pytest.fixture
async def jane(world: World) -> int:
    await world.staff("MANAGER", username="jane")
    return await read_staff_id(world.hub.database, "jane")


async def test_a_challenge_and_a_code_sign_in(api: Api, world: World, jane: int) -> None:
    secret, codes = await set_up(world.hub.services, world.org_id, jane)
    asked = await api.post(LOGIN, GOOD)
    assert (asked.status, asked.code) == (401, "SECOND_FACTOR_REQUIRED")
    assert "hub_session" not in str(asked.headers)
    assert "enrolment" not in asked.error
    challenge = asked.error["challenge"]
    wrong = await api.post(LOGIN, {"challenge": challenge, "code": "000000"})
    assert (wrong.status, wrong.code) == (401, "SECOND_FACTOR_WRONG")
    answer = await api.post(LOGIN, {"challenge": challenge, "code": code_of(secret, world.hub.clock.now(), 1)})
    assert answer.data["recovery_codes"] == []
    assert (await api.get("/api/operators/scan-history", token=answer.data["token"])).status == 200
    assert (await api.post(LOGIN, {"challenge": challenge, "recovery_code": codes[0]})).status == 200
    over = await api.post(LOGIN, {"challenge": "x", "code": "000000"})
    assert (over.status, over.code) == (401, "SIGN_IN_STEP_EXPIRED")


async def test_an_enrolment_is_answered_with_its_first_code(api: Api, world: World, jane: int) -> None:
    await set_sign_in(world.hub.database, world.org_id, require_second_factor="everybody")
    asked = (await api.post(LOGIN, GOOD)).error
    code = code_of(asked["enrolment"]["secret"], world.hub.clock.now())
    answer = await api.post(LOGIN, {"challenge": asked["challenge"], "code": code})
    assert len(answer.data["recovery_codes"]) == 10


@pytest.mark.parametrize(
    "body",
    [
        {"challenge": "x"}, {"challenge": "x", "code": "1", "recovery_code": "1"}, {**GOOD, "challenge": "x", "code": "1"},
        {"challenge": " ", "code": "1"}, {"challenge": "x", "code": 1}, {"challenge": "x" * 3000, "code": "1"},
        {"challenge": "x", "code": "1" * 65}, {"code": "1"},
    ],
    ids=str,
)  # fmt: skip
async def test_a_second_step_that_is_no_second_step_is_refused_by_field(api: Api, body: dict[str, object]) -> None:
    answer = await api.post(LOGIN, body)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")


async def test_administrators_read_and_change_the_settings(api: Api, world: World) -> None:
    admin = await world.staff("ADMIN")
    shown = await api.get(SECURITY, token=admin)
    assert shown.data["require_second_factor"] == "none"
    assert shown.data["redirect_uri"] == f"{api.hub.url}/operator/oidc/callback"
    wanted = {"require_second_factor": "administrators", "issuer": "https://login.example.org", "client_id": "hub",
              "client_secret": "s3cret"}  # fmt: skip
    changed = await api.patch(SECURITY, wanted, token=admin, headers={"If-Match": shown.headers["ETag"]})
    assert (changed.data["has_client_secret"], changed.headers["ETag"]) == (True, '"2"')
    assert "s3cret" not in changed.body.decode()
    stale = await api.patch(SECURITY, {"label": "x"}, token=admin, headers={"If-Match": '"1"'})
    assert (stale.status, stale.code) == (412, "VERSION_MISMATCH")
    unknown = await api.patch(SECURITY, {"colour": "red"}, token=admin)
    assert unknown.error["errors"][0]["field"] == "colour"
    wrong = await api.patch(SECURITY, {"issuer": "nowhere"}, token=admin)
    assert wrong.error["errors"][0]["field"] == "issuer"
    assert (await api.get(SECURITY, token=await world.staff("MANAGER"))).code == "FORBIDDEN"
    assert (await api.get(SECURITY)).code == "UNAUTHENTICATED"


async def test_a_check_says_in_one_word_what_is_wrong(api: Api, world: World) -> None:
    admin = await world.staff("ADMIN")
    assert (await api.post(f"{SECURITY}/check", token=admin)).code == "NOT_FOUND"
    await api.patch(SECURITY, {"issuer": "http://localhost:1", "client_id": "hub"}, token=admin)
    down = await api.post(f"{SECURITY}/check", token=admin)
    assert (down.status, down.code, down.error["problem"]) == (409, "PROVIDER_UNAVAILABLE", "no_connection")
    await api.patch(SECURITY, {"issuer": api.hub.url}, token=admin)
    none = await api.post(f"{SECURITY}/check", token=admin)
    assert (none.status, none.code, none.error["problem"]) == (409, "PROVIDER_REFUSED", "status_404")


async def test_administrators_see_who_has_one_and_reset_it(api: Api, world: World, jane: int) -> None:
    admin = await world.staff("ADMIN", username="ann")
    await set_up(world.hub.services, world.org_id, jane)
    people = (await api.get(f"{SECURITY}/people?second_factor=1", token=admin)).data["people"]
    assert [(one["username"], one["recovery_codes_left"]) for one in people] == [("jane", 10)]
    path = f"/api/admin/staff/{jane}/second-factor"
    assert (await api.delete(f"{path}?dry_run=1", token=admin)).data == {"removed": False}
    assert (await api.delete(path, token=admin)).data == {"removed": True}
    assert (await api.delete(path, token=admin)).code == "SECOND_FACTOR_NOT_FOUND"
    assert (await api.delete(f"/api/admin/staff/{jane}/provider-account", token=admin)).code == "NOT_FOUND"
