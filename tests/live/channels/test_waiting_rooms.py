"""The socket of a waiting room: the place is pushed, the turn comes, and a lost Redis changes no order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hub.live.channels import waiting_rooms
from hub.rules.waiting_room import RoomName
from tests.support.api_client import Api
from tests.support.hub import Hub
from tests.support.raw_websocket import RawClient
from tests.support.redis_tampering import age_waiting_room
from tests.support.waiting_rooms import Visitor, open_waiting_room
from tests.support.world import World

Raw = Callable[..., Awaitable[RawClient]]


@pytest.fixture(autouse=True)
def patience(slow_servers: None) -> None:
    """Give hubs opened from now on time limits that a busy machine does not exceed."""


@pytest.fixture
async def key(world: World) -> str:
    return f"slot:{await world.slot()}"


async def joined(hub: Hub, key: str) -> Visitor:
    visitor = Visitor(Api(hub))
    await visitor.join(key)
    return visitor


async def follow(raw: Raw, visitor: Visitor, key: str) -> RawClient:
    return await raw(path=f"/ws/waiting-room?for={key}", Cookie=visitor.cookie)


async def receive_until(client: RawClient, **wanted: Any) -> dict[str, Any]:
    """Receive frames until one has these values, and return it."""
    async with asyncio.timeout(60):
        while True:
            frame: dict[str, Any] = await client.next(60)
            if all(frame[name] == value for name, value in wanted.items()):
                return frame


async def pass_seconds(hub: Hub, world: World, key: str, seconds: float) -> None:
    room = await hub.services.waiting_rooms.read(RoomName("slot", int(key.partition(":")[2])))
    terms = await hub.services.waiting_rooms.terms(room)
    assert terms is not None
    await age_waiting_room(hub.services.redis, terms, int(seconds * 1000))


async def test_the_place_comes_at_once_and_moves_up_when_somebody_leaves(
    hub: Hub, world: World, raw: Raw, key: str
) -> None:
    await open_waiting_room(world, "slots", 0)
    visitors = [await joined(hub, key) for _ in range(3)]
    clients = [await follow(raw, visitor, key) for visitor in visitors]
    first = [await client.next(60) for client in clients]
    assert [(frame["event"], frame["state"], frame["position"]) for frame in first] == [
        ("waiting_room", "waiting", n) for n in (1, 2, 3)
    ]
    await visitors[0].leave(key)
    assert (await receive_until(clients[2], position=2))["ahead"] == 1
    await receive_until(clients[0], state="none")


async def test_the_turn_is_pushed_when_it_comes(hub: Hub, world: World, raw: Raw, key: str) -> None:
    await open_waiting_room(world, "slots", 1)
    await joined(hub, key)
    client = await follow(raw, await joined(hub, key), key)
    frame = await client.next(60)
    assert (frame["position"], frame["turn_until"]) == (1, None)
    assert frame["seconds"] > 60
    await pass_seconds(hub, world, key, 61)
    turn = await receive_until(client, state="turn")
    assert turn["turn_until"].startswith("2026-11-20T11:1")


async def test_visitors_keep_their_order_when_redis_has_lost_the_room(
    hub: Hub, world: World, raw: Raw, key: str
) -> None:
    await open_waiting_room(world, "slots", 0)
    visitors = [await joined(hub, key) for _ in range(4)]
    clients = [await follow(raw, visitor, key) for visitor in visitors]
    for client in clients:
        await client.next(60)
    await hub.services.redis.flushall()
    late = await joined(hub, key)
    async with asyncio.timeout(60):
        while (await late.look(key))["position"] != 5:
            await asyncio.sleep(0.1)
    assert [(await visitor.look(key))["position"] for visitor in visitors] == [1, 2, 3, 4]


async def test_a_pause_is_sent_to_everybody(hub: Hub, world: World, raw: Raw, key: str) -> None:
    await open_waiting_room(world, "slots", 1)
    await joined(hub, key)
    client = await follow(raw, await joined(hub, key), key)
    assert (await client.next(60))["seconds"] is not None
    await open_waiting_room(world, "slots", 0)
    assert (await receive_until(client, rate=0))["seconds"] is None


async def test_a_visitor_without_a_place_gets_one_frame_and_the_socket_closes(
    hub: Hub, world: World, raw: Raw, key: str
) -> None:
    await open_waiting_room(world, "slots", 0)
    client = await raw(path=f"/ws/waiting-room?for={key}")
    assert (await client.next(60))["state"] == "none"
    assert await client.code(60) == 1000


@pytest.mark.parametrize(("query", "status"), [("", 400), ("for=slot:x", 400), ("for=slot:4711", 404)])
async def test_a_room_that_there_is_not_is_refused_at_the_handshake(
    world: World, raw: Raw, query: str, status: int
) -> None:
    with pytest.raises(ConnectionRefusedError) as no:
        await raw(path=f"/ws/waiting-room?{query}")
    assert no.value.args[0] == status


async def test_a_page_of_another_site_is_refused(world: World, raw: Raw, key: str) -> None:
    with pytest.raises(ConnectionRefusedError) as no:
        await raw(path=f"/ws/waiting-room?for={key}", Origin="https://evil.example")
    assert no.value.args[0] == 403


async def test_who_gets_no_answer_at_first_is_asked_again_at_once(
    hub: Hub, world: World, raw: Raw, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_waiting_room(world, "slots", 0)
    visitor = await joined(hub, key)
    guard, looks = hub.services.waiting_rooms.guard, 0
    ask = guard.ask

    async def miss_the_first_look(terms: Any, what: Any, *given: Any, **more: Any) -> Any:
        nonlocal looks
        looks += what == "standing"
        return None if what == "standing" and looks == 1 else await ask(terms, what, *given, **more)

    monkeypatch.setattr(guard, "ask", miss_the_first_look)
    monkeypatch.setattr(waiting_rooms, "LOOK_SECONDS", 3600.0)  # so that nothing else asks again
    client = await follow(raw, visitor, key)
    assert (await client.next(60))["position"] == 1
    assert looks == 2
