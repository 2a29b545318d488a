"""Unauthenticated sockets: few of an address and few in all, and never in the way of a client that brings its session."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network
from typing import Any

import pytest

from hub.app import LIVE
from hub.live.endpoints import unauthenticated_sockets
from hub.live.endpoints.authentication import Authentication
from hub.live.endpoints.unauthenticated_sockets import UnauthenticatedSockets
from tests.support.hub import Hub
from tests.support.world import World


def test_the_limits() -> None:
    assert (unauthenticated_sockets.MOST_UNAUTHENTICATED, unauthenticated_sockets.MOST_OF_ADDRESS) == (500, 20)


def test_a_place_is_left_once_however_often_it_is_said() -> None:
    sockets = UnauthenticatedSockets(most=3, most_of_address=2)
    one, two, other = sockets.add("a"), sockets.add("a"), sockets.add("b")
    assert (sockets.is_full, sockets.has_enough_of("a"), sockets.has_enough_of("b")) == (True, True, False)
    for _ in range(3):
        one.leave()
    assert (sockets.is_full, sockets.has_enough_of("a"), len(sockets)) == (False, False, 2)
    two.leave()
    other.leave()
    assert len(sockets) == 0
    assert not sockets._by_address


@pytest.fixture
def crowded(hub: Hub) -> UnauthenticatedSockets:
    """The hub with room for two unauthenticated sockets of an address, and three in all."""
    sockets = hub.app[LIVE].sockets.unauthenticated = UnauthenticatedSockets(most=3, most_of_address=2)
    return sockets


async def refused(raw: Any, **headers: str) -> tuple[int, bool]:
    with pytest.raises(ConnectionRefusedError) as no:
        await raw(**headers)
    status, head = no.value.args
    return status, "retry-after: " in head.lower()


async def test_silent_sockets_of_an_address_do_not_keep_out_who_brings_a_session(
    hub: Hub, world: World, crowded: UnauthenticatedSockets, raw: Any
) -> None:
    silent = [await raw() for _ in range(2)]
    assert await refused(raw) == (429, True)
    assert await refused(raw, Authorization="Bearer nonsense") == (429, True)
    token = await world.staff()
    for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"hub_session={token}", "Origin": hub.url}):
        client = await raw(**headers)
        assert (await client.next())["authenticated"]
        assert (await client.next())["type"] == "ready"
    silent[0].drop()
    while len(crowded) == 2:
        await asyncio.sleep(0.005)
    await raw()


async def test_who_signs_in_makes_room(world: World, crowded: UnauthenticatedSockets, raw: Any) -> None:
    token = await world.staff()
    for _ in range(5):
        await (await raw()).sign_in(token)
    assert len(crowded) == 0


async def test_the_hub_is_full_for_them_and_not_for_others(open_hub: Any, raw: Any) -> None:
    hub = await open_hub(trusted_proxies=(ip_network("127.0.0.0/8"),))
    token = await (await World(hub).found()).staff()
    hub.app[LIVE].sockets.unauthenticated = UnauthenticatedSockets(most=3, most_of_address=2)
    for number in range(3):
        await raw(hub.url, X_Forwarded_For=f"203.0.113.{number}")
    assert await refused(raw, url=hub.url, X_Forwarded_For="203.0.113.9") == (503, True)
    client = await raw(hub.url, X_Forwarded_For="203.0.113.9", Authorization=f"Bearer {token}")
    assert (await client.next())["authenticated"]


async def test_if_the_session_were_not_read_first_good_scanners_would_be_refused(
    world: World, crowded: UnauthenticatedSockets, raw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(Authentication, "is_session", lambda *_: False)
    for _ in range(2):
        await raw()
    assert await refused(raw, Authorization=f"Bearer {await world.staff()}") == (429, True)
