"""Sign-in and sign-out over HTTP: the token, the cookies, and who may use them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie
from ipaddress import ip_network

import pytest
from aiohttp import ClientSession, DummyCookieJar

from hub.settings import Rate
from tests.support.api_client import Answer, Api
from tests.support.hub import Hub
from tests.support.world import World

LOGIN, LOGOUT, HISTORY = "/api/operator/login", "/api/operator/logout", "/api/operators/scan-history"
GOOD = {"username": "jane", "password": "correct horse"}


def cookies_of(answer: Answer) -> SimpleCookie:
    cookies = SimpleCookie()
    for line in answer.headers.getall("Set-Cookie", []):
        cookies.load(line)
    return cookies


async def signed_in(api: Api, world: World) -> Answer:
    await world.staff(username="jane")
    return await api.post(LOGIN, GOOD)


async def test_signing_in_gives_a_token_and_two_cookies(api: Api, world: World) -> None:
    answer = await signed_in(api, world)
    assert answer.status == 200
    assert answer.data["operator"]["role"] == "OPERATOR"
    cookies = cookies_of(answer)
    assert set(cookies) == {"hub_session", "hub_device"}
    for cookie in cookies.values():
        assert cookie["httponly"]
        assert (cookie["samesite"], cookie["path"], cookie["secure"]) == ("Lax", "/", "")
    assert cookies["hub_session"].value == answer.data["token"]
    assert (await api.get(HISTORY, token=answer.data["token"])).status == 200
    assert (await api.get(HISTORY, headers={"Cookie": f"hub_session={answer.data['token']}"})).status == 200


async def test_signing_out_ends_the_session_at_once(api: Api, world: World) -> None:
    token = (await signed_in(api, world)).data["token"]
    answer = await api.post(LOGOUT, token=token)
    assert answer.status == 200
    assert cookies_of(answer)["hub_session"].value == ""
    assert (await api.get(HISTORY, token=token)).status == 401


@pytest.mark.parametrize(
    "body", [{"username": "jane", "password": "wrong"}, {"username": "nobody", "password": "wrong"}]
)
async def test_a_wrong_password_and_an_unknown_name_sound_the_same(
    api: Api, world: World, body: dict[str, str]
) -> None:
    await world.staff(username="jane")
    answer = await api.post(LOGIN, body)
    assert (answer.status, answer.code) == (401, "INVALID_CREDENTIALS")
    assert answer.error["message"] == "Wrong user name, password or PIN"


@pytest.mark.parametrize("body", [{"username": "jane"}, {**GOOD, "pin": "1234"}, {"password": "x"}, {"username": "  "}])
async def test_a_sign_in_needs_a_name_and_one_secret(api: Api, body: dict[str, str]) -> None:
    answer = await api.post(LOGIN, body)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")


async def test_five_failures_lock_out_for_a_while(api: Api, world: World) -> None:
    await world.staff(username="jane")
    wrong = {"username": "jane", "password": "wrong"}
    answers = [await api.post(LOGIN, wrong) for _ in range(6)]
    assert (answers[-1].status, answers[-1].code) == (429, "LOCKED_OUT")
    assert int(answers[-1].headers["Retry-After"]) > 0


async def test_a_network_that_fails_too_often_waits_and_a_known_device_there_does_not(
    open_hub: Callable[..., Awaitable[Hub]],
) -> None:
    proxies = (ip_network("127.0.0.0/8"),)
    hub = await open_hub(rate_sign_in=Rate(2, 60), trusted_proxies=proxies)
    world, api = await World(hub).found(), Api(hub)
    device = cookies_of(await signed_in(api, world))["hub_device"].value

    async def tried(body: dict[str, str], address: str, **headers: str) -> Answer:
        return await api.post(LOGIN, body, headers={"X-Forwarded-For": address, **headers})

    for n in range(2):
        assert (await tried({"username": f"name{n}", "password": "x"}, f"203.0.113.{n}")).status == 401
    refused = await tried(GOOD, "203.0.113.9")
    assert (refused.status, refused.code) == (429, "RATE_LIMITED")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert (await tried(GOOD, "203.0.114.9")).status == 200
    assert (await tried(GOOD, "203.0.113.9", Cookie=f"hub_device={device}")).status == 200


HOSTILE = [
    "null", "https://evil.example", "http://evil.example", "http://127.0.0.1", "http://127.0.0.1:1",
    "{own}.evil.example", "{own}0", "https://127.0.0.1:{port}", "http://evil.example/{own}", "{own}/", "HTTP://127.0.0.1:{port}",
    "http://user@127.0.0.1:{port}",
]  # fmt: skip


async def test_a_page_elsewhere_cannot_spend_the_cookie(api: Api, world: World) -> None:
    token = (await signed_in(api, world)).data["token"]
    for hostile in HOSTILE:
        origin = hostile.format(own=api.hub.url, port=api.hub.settings.port)
        headers = {"Cookie": f"hub_session={token}", "Origin": origin}
        answer = await api.post(LOGOUT, headers=headers)
        assert (answer.status, answer.code) == (403, "FORBIDDEN"), origin
        assert (await api.get(HISTORY, headers=headers)).status == 200


async def test_our_own_pages_and_programs_can(api: Api, world: World) -> None:
    token = (await signed_in(api, world)).data["token"]
    body, cookie = {"code": "TKT-2025-ABC123-DEF456"}, {"Cookie": f"hub_session={token}"}
    own, named = api.hub.url, f"http://localhost:{api.hub.settings.port}"
    for headers in ({"Origin": own}, {}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": named, "Host": named[7:]}):
        assert (await api.post("/venue/scan", body, headers={**cookie, **headers})).status == 200
    foreign = {**cookie, "Sec-Fetch-Site": "cross-site"}
    assert (await api.post("/venue/scan", body, headers=foreign)).status == 403
    bearer = {"Authorization": f"Bearer {token}", "Origin": "https://evil.example"}
    assert (await api.post("/venue/scan", body, headers=bearer)).status == 200


async def test_over_tls_the_cookies_are_secure(open_hub: Callable[..., Awaitable[Hub]]) -> None:
    hub = await open_hub(public_url="https://hub.example.org")
    await (await World(hub).found()).staff(username="jane")
    await hub.client.close()
    hub.client = ClientSession(f"http://127.0.0.1:{hub.settings.port}")  # as a proxy in front would
    answer = await Api(hub).post(LOGIN, GOOD)
    cookies = cookies_of(answer)
    assert set(cookies) == {"__Host-hub_session", "__Host-hub_device"}
    for cookie in cookies.values():
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", ""), "or a browser refuses the name"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert "wss://hub.example.org" in answer.headers["Content-Security-Policy"]
    own = {"Cookie": f"__Host-hub_session={answer.data['token']}"}
    for origin, status in (("https://hub.example.org", 200), ("http://hub.example.org", 403)):
        headers = {**own, "Origin": origin, "Host": "hub.example.org"}
        assert (await Api(hub).post("/venue/scan", {"code": "x"}, headers=headers)).status == status


async def test_over_tls_a_session_that_another_host_of_the_domain_has_planted_signs_nobody_in(
    open_hub: Callable[..., Awaitable[Hub]],
) -> None:
    hub = await open_hub(public_url="https://hub.example.org")
    token = await (await World(hub).found()).staff(username="mallory")
    await hub.client.close()
    hub.client = ClientSession(f"http://127.0.0.1:{hub.settings.port}", cookie_jar=DummyCookieJar())
    for name, status in (("hub_session", 401), ("__Host-hub_session", 200)):
        assert (await Api(hub).get(HISTORY, headers={"Cookie": f"{name}={token}"})).status == status
        headers = {"Cookie": f"{name}={token}", "Origin": "https://hub.example.org"}
        async with hub.client.ws_connect("/ws", headers=headers) as socket:
            assert (await socket.receive_json())["authenticated"] is (status == 200)
    out = await Api(hub).post("/api/operator/logout", headers={"Cookie": f"__Host-hub_session={token}"})
    gone = cookies_of(out)["__Host-hub_session"]
    assert (gone.value, gone["secure"]) == ("", True), "without Secure a browser would keep it"
