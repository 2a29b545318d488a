"""The request ring: whoever has not signed in shares no connection with staff, with sign-in and with readiness."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.hub import Hub
from tests.support.pools import all_taken
from tests.support.world import PASSWORD, World
from web.middleware import request_ring

LINKS = (
    "/r/{}",
    "/r/{}/plain",
    "/w/{}",
    "/b/{}",
    "/invitation/{}",
    "/api/waitlist/{}",
    "/api/reservations/by-token?token={}",
)
PUBLIC = ("/shows", "/shows/1", "/api/shows", "/ws/availability?show=1")
UNKNOWN = "A" * 32


@pytest.fixture
async def crowd(hub: Hub, world: World) -> AsyncIterator[None]:
    """So many anonymous clients that all of their connections are in use."""
    async with all_taken(hub.database.anonymous):
        yield


async def status_of(hub: Hub, path: str, token: str | None = None) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if path.startswith("/ws"):
        headers |= {
            "Upgrade": "websocket",
            "Connection": "upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "A" * 22 + "==",
        }
    async with hub.client.get(path, headers=headers, allow_redirects=False) as response:
        return response.status


async def sign_in(hub: Hub, username: str) -> int:
    status, _ = await hub.post("/api/operator/login", {"username": username, "password": PASSWORD})
    return status


async def test_a_crowd_of_visitors_keeps_each_other_waiting(hub: Hub, world: World, crowd: None) -> None:
    for path in (*LINKS, *PUBLIC):
        assert await status_of(hub, path.format(UNKNOWN)) == 503, path
    assert await status_of(hub, "/") == 200, "the first page needs no query"


async def test_and_neither_staff_nor_sign_in_nor_readiness(hub: Hub, world: World, crowd: None) -> None:
    token = await world.staff(role="MANAGER", username="jane")
    assert await sign_in(hub, "jane") == 200
    assert await status_of(hub, "/readyz") == 200
    for path in ("/api/operators/scan-history", "/manager", "/manager/history"):
        assert await status_of(hub, path, token) == 200, path
    for path in (*LINKS, *PUBLIC[:3]):
        assert await status_of(hub, path.format(UNKNOWN), token) < 500, path


async def test_sharing_the_connections_of_staff_they_would_keep_them_waiting(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: anonymous requests are not told apart, and take what staff need."""
    await world.staff(role="MANAGER", username="jane")
    monkeypatch.setattr(request_ring, "work_anonymously", lambda _: None)
    monkeypatch.setattr(request_ring, "stop_anonymous", lambda _: None)
    async with all_taken(hub.database.jobs):
        assert await status_of(hub, f"/r/{UNKNOWN}") == 503
        assert await sign_in(hub, "jane") == 503
