"""A JSON response in one piece: the same bytes of content as one that aiohttp writes, and aiohttp's where it is not a plain one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from hub.settings import Rate
from tests.support.api_client import Api
from tests.support.hub import Hub
from tests.support.world import World
from web.one_piece_response import OnePieceResponse, _own_lines

BODY = {"ticket_id": 1, "slot_id": 1, "customer_email": "a@example.com", "customer_phone": "+12025550100"}


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note which responses aiohttp wrote."""
    written: list[str] = []
    usual = web.Response.prepare

    async def noted(self: web.Response, request: web.BaseRequest) -> object:
        if isinstance(self, OnePieceResponse):
            written.append(request.path)
        return await usual(self, request)

    monkeypatch.setattr(web.Response, "prepare", noted)
    return written


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/reservation-slots/available?month=none", 400),
        ("POST", "/api/reservations/create", 404),
        ("GET", "/api/nothing", 404),
        ("PUT", "/api/reservations/create", 405),
    ],
)
async def test_its_headers_and_body_are_those_that_aiohttp_would_write(
    api: Api, world: World, pieces: list[str], method: str, path: str, status: int
) -> None:
    answers = []
    for headers in ({}, {"Connection": "close"}):
        async with api.hub.client.request(
            method, path, json=BODY if method == "POST" else None, headers={"X-Request-ID": "one", **headers}
        ) as response:
            said = {
                name: value for name, value in response.headers.items() if name not in ("Date", "Connection", "Allow")
            }
            answers.append((response.status, said, await response.read()))
    assert answers[0] == answers[1]
    assert answers[0][0] == status
    # The first was not aiohttp's, unless it names the methods that are allowed.
    assert len(pieces) == (2 if status == 405 else 1)


async def test_one_with_a_header_of_its_own_keeps_it(api: Api, world: World, pieces: list[str]) -> None:
    async with api.hub.client.get("/api/admin/reservations") as response:
        assert (response.status, response.headers["WWW-Authenticate"]) == (401, 'Bearer realm="venue-hub"')
        assert response.headers["Cache-Control"] == "no-store"
    assert pieces == ["/api/admin/reservations"]


async def test_the_cookie_of_a_visitor_is_written_in_the_same_piece(api: Api, world: World, pieces: list[str]) -> None:
    """In a rush each visitor who joins a waiting room gets one."""
    room = {"for": f"slot:{await world.slot()}"}
    answers = []
    for headers in ({}, {"Connection": "close"}):
        async with api.hub.client.post(
            "/api/waiting-room", json=room, headers={"X-Request-ID": "one", **headers}
        ) as response:
            cookie = response.headers["Set-Cookie"]
            assert cookie.startswith("waiting=")
            said = {name: value for name, value in response.headers.items() if name not in ("Date", "Connection")}
            said["Set-Cookie"] = cookie.partition(";")[2]
            answers.append((response.status, said, await response.read()))
    assert answers[0] == answers[1]
    assert len(pieces) == 1


async def test_whoever_asks_too_often_learns_when_to_come_back_from_the_same_piece(
    open_hub: Callable[..., Awaitable[Hub]], pieces: list[str]
) -> None:
    hub = await open_hub(rate_validate=Rate(1, 60))
    await World(hub).found()
    answers = [await Api(hub).post("/api/tickets/validate", {"ticket_code": "TKT-2025-ABC123-DEF456"}) for _ in "12"]
    assert [answer.status for answer in answers] == [400, 429]
    assert 1 <= int(answers[1].headers["Retry-After"]) <= 60
    assert pieces == []


@pytest.mark.parametrize("name", ["Retry-After", "X-Other"])
def test_a_line_end_in_a_header_is_left_to_aiohttp_which_refuses_it(name: str) -> None:
    assert _own_lines({"Content-Type": "application/json", name: "1\r\nX: y"}) is None


async def test_head_has_no_body_and_says_how_long_it_would_be(api: Api, world: World) -> None:
    async with api.hub.client.get("/api/shows") as whole, api.hub.client.head("/api/shows") as head:
        assert (head.status, await head.read()) == (200, b"")
        assert head.headers["Content-Length"] == str(len(await whole.read()))


async def test_a_connection_serves_one_after_the_other(api: Api, world: World, pieces: list[str]) -> None:
    for _ in range(3):
        assert (await api.post("/api/reservations/create", BODY)).status == 404
    assert pieces == []
