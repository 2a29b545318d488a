"""A client that does not read costs little, is disconnected soon, and nobody else notices."""

import asyncio
import time
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

from hub.actions.reporting.counts import DayCounts
from hub.app import LIVE
from hub.events.announcements import SlotChanged
from hub.live.channels.counts import CountChannels, DayKey
from hub.live.channels.subscription import Subscription
from hub.live.connection import heartbeat
from hub.live.connection.heartbeat import Heartbeat
from hub.live.connection.send_queue import MOST_FRAMES, SendQueue
from hub.live.connection.socket_session import CLOSE_SECONDS
from hub.live.connection.timer_wheel import TURN_SECONDS
from hub.live.protocol import frames
from hub.live.server import LiveServer
from hub.rules.slot_capacity import SlotCount
from tests.support.hub import Hub
from tests.support.world import TODAY, World


async def never_reads(raw: Any, hub: Hub, token: str, **requests: Any) -> Any:
    """A dashboard that asks for the counts and then reads nothing more."""
    client = await raw(hub.url, receive_buffer=4096, **requests)
    await client.sign_in(token)
    client.send({"id": 1, "type": "subscribe", "topic": "counts"})
    await client.next()
    client.writer.transport.pause_reading()
    return client


async def busy_venue(hub: Hub, world: World, slots: int = 20) -> asyncio.Task[None]:
    """Twenty changes a second to every slot of today, told as entry scans publish them."""
    day = await hub.app[LIVE].channels.counts.open(DayKey(world.org_id, world.venue_id, TODAY))
    start = day.state.snapshot()["slots"]
    assert len(start) >= 1

    async def change() -> None:
        revision = 10_000
        while True:
            revision += 1
            for n in range(slots):
                count = SlotCount(10**6 + n, *TIMES, 200, revision % 200, 0, revision)
                hub.app[LIVE].channels.counts.hear(SlotChanged(world.org_id, world.venue_id, TODAY, count))
            await asyncio.sleep(0.05)

    return asyncio.get_running_loop().create_task(change())


TIMES = time_of_day(12), time_of_day(14)


async def delays(socket: Any, seconds: float) -> list[float]:
    """How long pings take on a healthy socket, over so many seconds."""
    taken, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        await socket.command("ping")
        taken.append(time.monotonic() - began)
        await asyncio.sleep(0.02)
    return sorted(taken)


async def test_a_subscriber_that_never_reads_is_disconnected_within_15_seconds_and_nobody_notices(
    hub: Hub, world: World, raw
) -> None:
    live = hub.app[LIVE]
    await world.slot()
    healthy, token = await hub.socket(await world.staff("MANAGER")), await world.staff("MANAGER")
    change = await busy_venue(hub, world)
    try:
        await healthy.command("subscribe", topic="counts")
        before = await delays(healthy, 1)
        # The negative control: one stalled client that the hub is kept from disconnecting.
        spared = await never_reads(raw, hub, await world.staff("MANAGER", name="Spared"))
        spare(live, "Spared")
        stalled = [await never_reads(raw, hub, token) for _ in range(20)]
        began = time.monotonic()
        assert len(live.sockets.staff) == 22
        meanwhile: list[float] = []
        while len(live.sockets.staff) > 2:
            assert time.monotonic() - began < 15
            meanwhile += await delays(healthy, 0.5)
        assert live.host.slow_disconnects == 20
        meanwhile.sort()
        assert meanwhile[int(len(meanwhile) * 0.95)] < max(2 * before[int(len(before) * 0.95)], 0.03)
        # Really gone: the kernel knows the server's side of these sockets no more, not only the hub.
        await asyncio.sleep(1.5)
        still_open = server_side_sockets(hub.settings.port)
        assert not {name_of(client) for client in stalled} & still_open
        assert name_of(spared) in still_open
    finally:
        change.cancel()


def spare(live: LiveServer, name: str) -> None:
    """Keep the hub from disconnecting this client."""

    class Immortal(Heartbeat):
        def is_overdue(self, now: float) -> bool:
            return False

    for connection in live.sockets.staff.all():
        if connection.identity is not None and connection.identity.name == name:
            connection._heartbeat = Immortal(live.host.timer_wheel.now)
            connection.queue._on_slow = lambda: None


def name_of(client: Any) -> tuple[str, int]:
    return client.writer.get_extra_info("sockname")


def server_side_sockets(port: int) -> set[tuple[str, int]]:
    """The peers of the established connections of this port, as the kernel lists them."""
    peers = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, peer, state, *_ = line.split()
        if int(local.rpartition(":")[2], 16) == port and state == "01":
            peers.add(("127.0.0.1", int(peer.rpartition(":")[2], 16)))
    return peers


async def test_a_client_that_asks_and_never_reads_is_disconnected(hub: Hub, world: World, raw) -> None:
    client = await raw(hub.url, receive_buffer=4096)
    await client.sign_in(await world.staff())
    client.writer.transport.pause_reading()

    async def flood() -> None:
        number = 0
        while not client.writer.transport.is_closing():
            number += 1
            client.send({"id": number, "type": "history"})
            client.send({"id": number, "type": "ping", "x": "y" * 1000})
            await client.writer.drain()

    flooding = asyncio.get_running_loop().create_task(flood())
    try:
        async with asyncio.timeout(15):
            while len(hub.app[LIVE].sockets.staff):
                await asyncio.sleep(0.1)
    finally:
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)
    assert hub.app[LIVE].host.slow_disconnects == 1


async def test_half_a_frame_dripped_byte_by_byte_does_not_keep_a_socket_open(hub: Hub, world: World, raw) -> None:
    assert heartbeat.PING_SECONDS[1] + heartbeat.PONG_SECONDS + CLOSE_SECONDS + 2 * TURN_SECONDS < 30
    client = await raw(hub.url, answers_pings=False)
    await client.sign_in(await world.staff())
    client.writer.write(b"\x81\xfe\x10\x00\0\0\0\0")
    # Not to make the test wait: this one is pinged in a second.
    (connection,) = hub.app[LIVE].sockets.staff.all()
    connection._heartbeat._after = 1
    hub.app[LIVE].host.timer_wheel.put(connection, 1)
    async with asyncio.timeout(1 + heartbeat.PONG_SECONDS + 3):
        while len(hub.app[LIVE].sockets.staff) or name_of(client) in server_side_sockets(hub.settings.port):
            client.writer.write(b"x")
            await asyncio.sleep(0.2)
    assert client.writer.transport.is_closing() or await client.code() == 4408


async def test_a_slow_subscriber_gets_one_frame_with_everything_since(hub: Hub) -> None:
    """The queue's own test: a transport that is full until the test empties it."""

    class Transport:
        writing_paused = True
        connected = True

    class Response:
        def __init__(self) -> None:
            self.sent: list[bytes] = []

        async def send_frame(self, payload: bytes, opcode: int) -> None:
            self.sent.append(payload)

    emptied = asyncio.Event()
    transport, response = Transport(), Response()
    queue = SendQueue(response, transport, emptied.wait, lambda: None)  # type: ignore[arg-type]

    async def read(_: Any) -> Any:
        return DayCounts([], 0, 0)

    channels = CountChannels(read, tick=0.01)
    channel = await channels.open(DayKey(1, 1, TODAY))
    subscription = Subscription(queue, head=frames.event_head("counts", 7))
    subscription.follow(channel, channel.state, version=channel.state.version)
    for revision in range(1, 11):
        for slot in (1, 2):
            channels.receive(SlotChanged(1, 1, TODAY, SlotCount(slot, *TIMES, 10, revision, 0, revision)))
        await asyncio.sleep(0.02)
    assert response.sent == []
    assert queue.depth == 1
    transport.writing_paused = False
    emptied.set()
    await asyncio.sleep(0.02)
    (frame,) = response.sent
    assert frame.startswith(b'{"type":"event","topic":"counts","subscription":7,"revision":20,"data":{')
    assert frame.count(b'"booked":10,') == 2
    assert b'"booked":20,' in frame


async def test_a_queue_that_grows_too_long_calls_the_client_slow() -> None:
    class Transport:
        writing_paused = True
        connected = True

    slow: list[bool] = []
    forever = asyncio.Event()
    queue = SendQueue(None, Transport(), forever.wait, lambda: slow.append(True))  # type: ignore[arg-type]
    for _ in range(MOST_FRAMES):
        queue.send(b"x")
    assert not slow
    queue.send(b"x")
    assert slow
    queue.shut()
    queue = SendQueue(None, Transport(), forever.wait, lambda: slow.append(True))  # type: ignore[arg-type]
    slow.clear()
    for _ in range(5):
        queue.send(b"x" * 64 * 1024)
    assert slow
    queue.shut()
