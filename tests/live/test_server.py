"""The stop of the hub: every client gets 1012 with a time to come back, and no client can delay it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest

from hub.app import LIVE, clean_up
from hub.batching import task_ending
from hub.live import server
from hub.live.channels.shared_devices import SharedDevices
from hub.live.connection import socket_session
from hub.live.connection.session_host import SessionHost
from hub.live.connection.socket_session import CLOSE_SECONDS
from hub.live.server import RETIRE_SECONDS
from tests.support.hub import Hub
from tests.support.raw_websocket import Closed
from tests.support.websocket_client import Socket
from tests.support.world import World


async def test_everybody_gets_1012_and_when_to_come_back_although_twenty_never_read(
    hub: Hub, world: World, raw, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await world.staff()
    healthy = []
    for _ in range(40):
        client = await raw()
        await client.sign_in(token)
        healthy.append(client)
    unauthenticated = await raw()
    await unauthenticated.next()
    for _ in range(20):
        client = await raw(receive_buffer=4096)
        await client.sign_in(token)
        client.writer.transport.pause_reading()
        for number in range(1, 300):
            client.send({"id": number, "type": "ping"})
    waited: list[float] = []
    _note_waits(monkeypatch, type(hub.app[LIVE].sockets), "wait_until_empty", waited)
    _note_waits(monkeypatch, SessionHost, "wait_until_none_is_served", waited)
    stopping = asyncio.get_running_loop().create_task(hub.app[LIVE].stop())
    waits = set()
    for client in [*healthy, unauthenticated]:
        bye = await client.next()
        assert bye["type"] == "bye"
        waits.add(bye["reconnect_after_ms"])
        assert await client.code() == 1012
    await asyncio.wait_for(stopping, 60)
    assert sum(waited) == RETIRE_SECONDS + CLOSE_SECONDS == 2.5, "the longest it waits for anybody"
    assert len(waits) > 10, "not all at once"
    assert max(waits) < 10_000
    assert len(hub.app[LIVE].sockets.staff) == 0
    with pytest.raises(ConnectionRefusedError) as refused:
        await raw()
    assert refused.value.args[0] == 503


async def test_the_stop_is_over_when_the_clients_have_closed_and_not_when_they_are_cut(
    hub: Hub, world: World, open_hub: Callable[..., Awaitable[Hub]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (server, socket_session):
        monkeypatch.setattr(module, "CLOSE_SECONDS", 600.0)
    stopped = await open_hub()
    host = stopped.app[LIVE].host
    client = await stopped.socket(await world.staff())
    reading = asyncio.create_task(_read_all(client))
    assert host.served == 1
    await asyncio.wait_for(clean_up(stopped._runner), 60)
    assert host.served == 0
    assert (await reading)[-1]["type"] == "bye"
    assert client.ws.close_code == 1012


def _note_waits(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, waited: list[float]) -> None:
    wait = getattr(owner, name)

    async def noted(self: Any, seconds: float) -> None:
        waited.append(seconds)
        await wait(self, seconds)

    monkeypatch.setattr(owner, name, noted)


async def _read_all(client: Socket) -> list[dict[str, Any]]:
    return [message.json() async for message in client.ws]


async def test_a_scan_in_flight_is_answered_before_the_goodbye(hub: Hub, world: World, raw, held_scans) -> None:
    ticket = await world.reserved(await world.slot())
    client = await raw()
    await client.sign_in(await world.staff())
    client.send({"id": 1, "type": "verify", "code": ticket.code, "scan_id": str(uuid4())})
    await held_scans.wait_for(1)
    stopping = asyncio.get_running_loop().create_task(hub.app[LIVE].stop())
    await asyncio.sleep(0.2)
    client.send({"id": 2, "type": "ping"})
    await held_scans.let_go()
    assert (await client.next())["data"]["reason"] == "VERIFIED"
    assert (await client.next())["type"] == "bye"
    with pytest.raises(Closed) as closed:
        await client.next()
    assert closed.value.code == 1012
    await stopping


async def test_a_scan_that_is_never_answered_does_not_hold_the_stop_up(hub: Hub, world: World, raw, held_scans) -> None:
    client = await raw()
    await client.sign_in(await world.staff())
    client.send({"id": 1, "type": "validate", "code": "x"})
    await held_scans.wait_for(1)
    await asyncio.wait_for(hub.app[LIVE].stop(), 60)
    assert (await client.next())["type"] == "bye"
    assert await client.code() == 1012


async def test_nothing_is_left_behind_by_two_hundred_visits(hub: Hub, world: World) -> None:
    token = await world.staff()
    live = hub.app[LIVE]
    for _ in range(10):
        sockets = await asyncio.gather(*(hub.socket(token) for _ in range(20)))
        await asyncio.gather(*(socket.command("subscribe", topic="counts") for socket in sockets))
        for number, socket in enumerate(sockets):
            if number % 2:
                socket.ws._response.connection.transport.abort()
        await asyncio.gather(*(socket.close() for socket in sockets))
    async with asyncio.timeout(60):
        while len(live.sockets.staff):
            await asyncio.sleep(0.02)
    assert live.sockets.staff.by_role.total() == 0
    assert not any(live.host.timer_wheel._buckets)
    assert all(not channel.subscribers for channel in live.channels.counts._channels.values())


async def test_a_job_that_has_lost_its_cancellation_ends_all_the_same(
    open_hub: Callable[..., Awaitable[Hub]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen once in a thousand stops: asyncpg drops a cancellation that comes in the moment of its connection."""
    publishing = asyncio.Event()

    async def publish(_self: SharedDevices) -> None:
        publishing.set()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)

    monkeypatch.setattr(SharedDevices, "publish", publish)
    monkeypatch.setattr(task_ending, "AGAIN_AFTER", 0.01)
    hub = await open_hub()
    await asyncio.wait_for(publishing.wait(), 60)
    await asyncio.wait_for(hub.app[LIVE].stop(), 60)
