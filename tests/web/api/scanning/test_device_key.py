"""The device key, which encrypts a scanner's list and queue: the same for one login, different for every other."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime

import jwt

from hub.access.tokens import SESSION_COOKIE
from hub.rules.timestamps import rfc3339
from tests.support.api_client import Api
from tests.support.world import World
from web.api.scanning.device_key_endpoints import device_keys
from web.keys import SERVICES

KEY = "/api/operator/device-key"


async def test_a_person_has_one_key_in_every_session_and_nobody_else_has_it(api: Api, world: World) -> None:
    jane = await world.staff(username="jane")
    again = (await api.post("/api/operator/login", {"username": "jane", "password": "correct horse"})).data["token"]
    first, second = (await api.get(KEY, token=jane)).data, (await api.get(KEY, token=again)).data
    other = (await api.get(KEY, token=await world.staff(name="John Doe"))).data
    assert first["keys"] == second["keys"]
    assert first["owner"] == second["owner"] != other["owner"]
    assert len(base64.b64decode(first["keys"][0])) == 32
    assert set(first["keys"]).isdisjoint(other["keys"])
    ends = jwt.decode(jane, options={"verify_signature": False})["exp"]
    assert first["expires_at"] == rfc3339(datetime.fromtimestamp(ends, UTC))


async def test_it_is_for_who_is_signed_in_and_is_not_kept_on_the_way(api: Api, world: World) -> None:
    assert (await api.get(KEY)).status == 401
    token = await world.staff()
    answer = await api.get(KEY, token=token)
    assert answer.headers["Cache-Control"] == "no-store"
    await api.post("/api/operator/logout", {}, token=token)
    assert (await api.get(KEY, token=token)).status == 401
    assert SESSION_COOKIE not in answer.headers.get("Set-Cookie", "")


async def test_what_was_sealed_before_the_secret_changed_is_opened_by_the_second_key(api: Api, world: World) -> None:
    services = world.hub.app[SERVICES]
    who = services.sessions.read(await world.staff())
    before = device_keys(services.settings, who)
    rotated = replace(services.settings, secret_key=b"n" * 32, secret_key_previous=services.settings.secret_key)
    assert device_keys(rotated, who)[1:] == before
    assert device_keys(rotated, who)[0] != before[0]
