"""The send queue: a client that does not read takes little memory, is disconnected soon, and does not affect others."""

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
from hub.live.endpoints.staff_connection import StaffConnection
from hub.live.protocol import frames
from hub.live.server import LiveServer
from hub.rules.slot_capacity import SlotCount
from tests.support.hub import Hub
from tests.support.world import TODAY, World
from tests.support.written_frames import WrittenFrames


async def never_reads(raw: Any, hub: Hub, token: str, **requests: Any) -> Any:
    """Return a dashboard that subscribes to the counts and then reads nothing more."""
    client = await raw(hub.url, receive_buffer=4096, **requests)
    await client.sign_in(token)
    client.send({"id": 1, "type": "subscribe", "topic": "counts"})
    await client.next()
    client.writer.transport.pause_reading()
    return client


class BusyVenue:
    """Changes to every slot of today, published as entry scans publish them."""

    def __init__(self, hub: Hub, world: World, slots: int = 200) -> None:
        self._hub, self._world, self._slots = hub, world, slots
        self._revision = 10_000

    def change(self) -> None:
        self._revision += 1
        for n in range(self._slots):
            count = SlotCount(10**6 + n, *TIMES, 200, self._revision % 200, 0, self._revision)
            self._hub.app[LIVE].channels.counts.receive(
                SlotChanged(self._world.org_id, self._world.venue_id, TODAY, count)
            )

    async def is_followed_by(self, socket: Any) -> None:
        """Wait until the socket has received the newest state."""
        while not any(slot["booked"] == self._revision % 200 for slot in (await socket.event())["data"]["slots"]):
            pass

    async def change_ten_times(self, socket: Any) -> list[float]:
        """Return the processor time of a healthy socket's pings during ten changes.

        It does not grow on a busy machine.
        """
        costs = []
        for _ in range(10):
            self.change()
            began = time.process_time()
            assert (await socket.command("ping"))["success"]
            costs.append(time.process_time() - began)
        await self.is_followed_by(socket)
        return costs


TIMES = time_of_day(12), time_of_day(14)


async def test_a_subscriber_that_never_reads_is_disconnected_within_15_seconds_and_nobody_notices(
    hub: Hub, world: World, live: LiveServer, raw, wheel
) -> None:
    await world.slot()
    healthy, token = await hub.socket(await world.staff("MANAGER")), await world.staff("MANAGER")
    venue = BusyVenue(hub, world)
    await healthy.command("subscribe", topic="counts")
    before = sorted([cost for _ in range(5) for cost in await venue.change_ten_times(healthy)])
    # Negative control: one stalled client that the hub cannot disconnect.
    spared = await never_reads(raw, hub, await world.staff("MANAGER", name="Spared"))
    spare(live, "Spared")
    stalled = [await never_reads(raw, hub, token) for _ in range(20)]
    assert len(live.sockets.staff) == 22
    began = wheel.now
    meanwhile: list[float] = []
    # The kernels' buffers are filled first. Then one frame of each client waits in the hub.
    while live.host.slow_disconnects + sum(session.queue.blocked for session in sessions(live)) < 21:
        meanwhile += await venue.change_ten_times(healthy)
    while len(live.sockets.staff) > 2:
        assert wheel.now - began < 15 - CLOSE_SECONDS
        meanwhile += await venue.change_ten_times(healthy)
        assert max(session.queue.depth for session in sessions(live)) <= 2
        await wheel.turn()
    assert live.host.slow_disconnects == 20
    assert percentile_95(meanwhile) < max(2 * percentile_95(before), 0.03)
    # The kernel must have closed the server's side of these sockets too, not only the hub.
    async with asyncio.timeout(20):
        while {name_of(client) for client in stalled} & server_side_sockets(hub.settings.port):
            await asyncio.sleep(0.05)
    assert name_of(spared) in server_side_sockets(hub.settings.port)


def sessions(live: LiveServer) -> list[Any]:
    return list(live.sockets.staff.all())


def percentile_95(costs: list[float]) -> float:
    return sorted(costs)[int(len(costs) * 0.95)]


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
    """Return the peers of the established connections of this port, as the kernel lists them."""
    peers = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, peer, state, *_ = line.split()
        if int(local.rpartition(":")[2], 16) == port and state == "01":
            peers.add(("127.0.0.1", int(peer.rpartition(":")[2], 16)))
    return peers


async def test_a_client_that_asks_and_never_reads_is_disconnected(hub: Hub, world: World, raw, monkeypatch) -> None:
    assert StaffConnection.WRITE_SECONDS == 5, "and not to make the test wait, less in this one"
    monkeypatch.setattr(StaffConnection, "WRITE_SECONDS", 0.5)
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
        async with asyncio.timeout(60):
            while len(hub.app[LIVE].sockets.staff):
                await asyncio.sleep(0.02)
    finally:
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)
    assert hub.app[LIVE].host.slow_disconnects == 1


async def test_half_a_frame_dripped_byte_by_byte_does_not_keep_a_socket_open(
    hub: Hub, world: World, raw, wheel
) -> None:
    longest = heartbeat.PING_SECONDS[1] + heartbeat.PONG_SECONDS + 2 * TURN_SECONDS
    assert longest + CLOSE_SECONDS < 30
    client = await raw(hub.url, answers_pings=False)
    await client.sign_in(await world.staff())
    client.writer.write(b"\x81\xfe\x10\x00\0\0\0\0")
    began = wheel.now
    while len(hub.app[LIVE].sockets.staff):
        assert wheel.now - began < longest
        client.writer.write(b"x")
        await wheel.turn()
    async with asyncio.timeout(20):
        while name_of(client) in server_side_sockets(hub.settings.port):
            client.writer.write(b"x")
            await asyncio.sleep(0.05)
    assert client.writer.transport.is_closing() or await client.code() == 4408


async def test_a_slow_subscriber_gets_one_frame_with_everything_since(hub: Hub) -> None:
    """This is the queue's own test. Its transport is full until the test empties it."""

    emptied, transport = asyncio.Event(), WrittenFrames()
    queue = SendQueue(None, transport, emptied.wait, lambda: None)  # type: ignore[arg-type]

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
    assert transport.sent == []
    assert queue.depth == 1
    transport.writing_paused = False
    emptied.set()
    await asyncio.sleep(0.02)
    (frame,) = transport.sent
    assert frame.startswith(b'{"type":"event","topic":"counts","subscription":7,"revision":20,"data":{')
    assert frame.count(b'"booked":10,') == 2
    assert b'"booked":20,' in frame


async def test_a_queue_that_grows_too_long_calls_the_client_slow() -> None:
    slow: list[bool] = []
    forever = asyncio.Event()
    queue = SendQueue(None, WrittenFrames(), forever.wait, lambda: slow.append(True))  # type: ignore[arg-type]
    for _ in range(MOST_FRAMES):
        queue.send(b"x")
    assert not slow
    queue.send(b"x")
    assert slow
    queue.shut()
    queue = SendQueue(None, WrittenFrames(), forever.wait, lambda: slow.append(True))  # type: ignore[arg-type]
    slow.clear()
    for _ in range(5):
        queue.send(b"x" * 64 * 1024)
    assert slow
    queue.shut()
