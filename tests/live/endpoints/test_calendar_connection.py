"""The calendar's socket: open to everybody, and bounded against junk, silence, many sockets and foreign sites."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from hub.actions.booking.availability import Availability
from hub.app import LIVE
from hub.live.connection.socket_session import UNFINISHED_SECONDS
from hub.live.endpoints.calendar_connection import LIMIT, CalendarConnection
from hub.rules.refusals import Unavailable
from tests.live.endpoints.test_calendar_endpoint import PATH, refused
from tests.live.protocol.test_fuzz import noise
from tests.support.calendar_client import Visitor, truth
from tests.support.hand_turned_wheel import HandTurnedWheel
from tests.support.hub import Hub
from tests.support.raw_websocket import CLOSE, PONG, TEXT, RawClient, frame
from tests.support.world import TODAY, World

Visit = Callable[..., Awaitable[Visitor]]


async def test_a_ping_tells_the_time_and_what_is_unknown_is_named(hub: Hub, world: World, visit: Visit) -> None:
    visitor = await visit()
    visitor.client.send({"type": "ping"})
    pong = await visitor.receive()
    assert pong["type"] == "pong"
    assert pong["server_time"].startswith("2026-11-20T11:00")
    for said, code in (
        ({"type": "subscribe", "id": 1}, "UNKNOWN_COMMAND"),
        ({"type": "month", "month": "2026-13"}, "INVALID_REQUEST"),
        ({"type": "month"}, "INVALID_REQUEST"),
        ({"type": "month", "month": "2030-01"}, "INVALID_REQUEST"),
        ({"month": "2026-12"}, "INVALID_FRAME"),
    ):
        visitor.client.send(said)
        assert (await visitor.receive())["error"]["code"] == code
    visitor.ask("2026-12")
    assert (await visitor.receive())["month"] == "2026-12", "the socket goes on"


@pytest.mark.parametrize(
    "junk", [b"x", b"[]", b"{}", b'{"type":7}', b'{"type":"verify"}', b'{"type":"month","month":[]}']
)
async def test_the_tenth_piece_of_junk_ends_the_socket(hub: Hub, world: World, visit: Visit, junk: bytes) -> None:
    visitor = await visit()
    for _ in range(9):
        visitor.client.send(junk)
        assert (await visitor.receive())["type"] == "error"
    visitor.client.send({"type": "ping"})
    assert (await visitor.receive())["type"] == "pong", "nine are forgiven"
    visitor.client.send(junk)
    assert await visitor.client.code() == 4400


async def test_long_frames_and_broken_text_end_the_socket(hub: Hub, world: World, visit: Visit) -> None:
    one, two = await visit(), await visit()
    one.client.send(b'{"type":"ping","x":"' + b"y" * 1100 + b'"}')
    assert await one.client.code() == 1009
    two.client.send_frame(TEXT, b"\xff\xfe")
    assert await two.client.code() == 1007


async def test_a_visitor_gone_wild_is_refused_first_and_disconnected_then(hub: Hub, world: World, visit: Visit) -> None:
    visitor = await visit()
    for _ in range(LIMIT.burst + 50):
        visitor.client.send({"type": "ping"})
    answers = [await visitor.receive() for _ in range(LIMIT.burst + 50)]
    assert sum(answer["type"] == "pong" for answer in answers) <= LIMIT.burst + 5
    assert answers[-1]["error"]["code"] == "RATE_LIMITED"
    for _ in range(600):
        visitor.client.send({"type": "ping"})
    assert await visitor.client.code() == 4429


async def test_nothing_a_visitor_sends_breaks_anything(
    hub: Hub, world: World, raw: Any, visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(20261120)
    slot = await world.slot()
    neighbour = await visit()
    codes: dict[int, int] = {}
    with caplog.at_level(logging.ERROR):
        for _ in range(120):
            client: RawClient = await raw(path=PATH)
            spoils = chance.random() < 0.5
            for _ in range(30):
                client.writer.write(noise(chance) if spoils else frame(TEXT, sentence(chance)))
            client.writer.write(frame(CLOSE, b"\x03\xe8"))
            try:
                code = await client.code(12)
            except TimeoutError:
                code = 0
            codes[code] = codes.get(code, 0) + 1
            client.drop()
        await world.reserved(slot)
        await neighbour.sees(await truth(hub, world.org_id), 60)
    assert not caplog.records, [record.getMessage() for record in caplog.records]
    assert set(codes) <= {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 4400, 4408} | set(range(3000, 5000)), codes
    async with asyncio.timeout(5):
        while len(hub.app[LIVE].sockets.calendar) > 1:
            await asyncio.sleep(0.05)


def sentence(chance: random.Random) -> bytes:
    """Return a random frame that resembles one of the page's."""
    month = chance.choice(["2026-11", "2026-12", "2027-01", "2026-00", "1", "9999-12", "2026-11-20", "２０２６-11"])
    return chance.choice([
        b'{"type":"ping"}', f'{{"type":"month","month":"{month}"}}'.encode(), b'{"type":"month","month":null}',
        b'{"type":"month","month":"2026-11","id":1.5}', b'{"type":"auth","token":"x"}', b'{"type":"ping","id":0}',
    ])  # fmt: skip


# ---- Clients that do not read or do not answer


async def test_a_visitor_that_never_reads_is_disconnected_and_the_others_get_every_change(
    hub: Hub, world: World, visit: Visit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(CalendarConnection, "WRITE_SECONDS", 0.3)
    for n in range(100):
        await world.slot(TODAY + timedelta(days=n % 9), f"{8 + n // 9:02d}:00", "23:30", capacity=500)
    healthy = await visit()
    stalled = [await visit(receive_buffer=4096) for _ in range(5)]
    # Negative control: one of the clients cannot be disconnected.
    spared = await visit(receive_buffer=4096)
    (kept,) = [s for s in hub.app[LIVE].sockets.calendar.all() if _port(s) == _own_port(spared)]
    kept.queue._on_slow = lambda: None  # type: ignore[attr-defined]
    for visitor in [*stalled, spared]:
        visitor.client.writer.transport.pause_reading()
        # Ask for many months without reading, which is more than the kernels' buffers hold.
        for n in range(30):
            visitor.ask("2026-11" if n % 2 else "2026-12")
    slot = next(iter(healthy.slots))
    async with asyncio.timeout(90):
        while len(hub.app[LIVE].sockets.calendar) > 2:
            await world.reserved(slot)
            await healthy.sees(await truth(hub, world.org_id), 60)
            for visitor in [*stalled, spared]:
                visitor.ask("2026-11")
            await asyncio.sleep(0.1)
    assert hub.app[LIVE].host.slow_disconnects == 5
    assert kept in hub.app[LIVE].sockets.calendar.all()
    assert not [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


def _port(visitor_socket: Any) -> int:
    return int(visitor_socket._client.request.transport.get_extra_info("peername")[1])


def _own_port(visitor: Visitor) -> int:
    return int(visitor.client.writer.get_extra_info("sockname")[1])


async def test_a_visitor_that_answers_no_ping_is_disconnected(
    hub: Hub, world: World, raw: Any, visit: Visit, wheel: HandTurnedWheel
) -> None:
    dead, alive = await visit(answers_pings=False), await visit()
    times = CalendarConnection.HEARTBEAT
    ended = asyncio.create_task(dead.client.code())
    began = wheel.now
    while len(hub.app[LIVE].sockets.calendar) > 1:
        assert wheel.now - began < times.subscriber_ping + times.pong + 2
        await wheel.turn(2)
        alive.client.send({"type": "ping"})
        assert (await alive.receive())["type"] == "pong", "and on the way the hub's pings are answered"
    assert wheel.now - began >= times.subscriber_ping + times.pong
    assert await ended == 4408
    assert dead.client.pings >= 1
    assert alive.client.pings >= 1
    alive.ask("2026-12")
    while (await alive.receive())["type"] != "slots":
        pass
    assert len(hub.app[LIVE].sockets.calendar) == 1


HALF = frame(TEXT, b'{"type":"ping"}')[:9]


@pytest.mark.parametrize("drips", [False, True])
async def test_a_visitor_that_ends_its_message_never_is_disconnected_within_thirty_seconds(
    hub: Hub, world: World, visit: Visit, wheel: HandTurnedWheel, drips: bool
) -> None:
    stuck, alive = await visit(), await visit()
    began = await half_a_message_after_a_pong(hub, stuck, wheel)
    ended = asyncio.create_task(stuck.client.code())
    while len(hub.app[LIVE].sockets.calendar) > 1:
        assert wheel.now - began < 30
        await wheel.turn(4)
        if drips and wheel.now - began <= 20:
            stuck.client.writer.write(b" ")
        alive.client.send({"type": "ping"})
        assert (await alive.receive())["type"] == "pong"
    assert wheel.now - began >= UNFINISHED_SECONDS
    assert await ended == 4408


async def test_only_the_heartbeat_would_end_it_later(
    hub: Hub, world: World, visit: Visit, wheel: HandTurnedWheel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control of the test above."""
    monkeypatch.setattr("hub.live.connection.socket_session.UNFINISHED_SECONDS", 1000.0)
    await half_a_message_after_a_pong(hub, await visit(), wheel)
    await wheel.turn(30)
    assert len(hub.app[LIVE].sockets.calendar) == 1


async def test_a_visitor_whose_messages_all_arrive_in_parts_stays(
    hub: Hub, world: World, visit: Visit, wheel: HandTurnedWheel
) -> None:
    visitor, whole = await visit(answers_pings=False), frame(TEXT, b'{"type":"ping"}')
    visitor.client.writer.write(whole[:5])
    for _ in range(8):
        await message_begun(hub)
        visitor.client.writer.write(whole[5:] + frame(PONG, b"") + whole[:5])
        assert (await visitor.receive())["type"] == "pong"
        await wheel.turn(7)


async def half_a_message_after_a_pong(hub: Hub, visitor: Visitor, wheel: HandTurnedWheel) -> float:
    """Let the visitor begin a message, and return the wheel's time. The next ping is long to wait for."""
    await wheel.turn(17)
    visitor.client.send({"type": "ping"})
    await visitor.receive()
    visitor.client.writer.write(HALF)
    await message_begun(hub)
    return wheel.now


async def message_begun(hub: Hub) -> None:
    """Wait until the hub has read a part of a message."""
    async with asyncio.timeout(15):
        while not any(socket._client.frames.is_unfinished for socket in hub.app[LIVE].sockets.calendar.all()):  # type: ignore[attr-defined]
            await asyncio.sleep(0.005)


async def test_a_visitor_that_sends_a_frame_without_a_mask_is_disconnected(
    hub: Hub, world: World, visit: Visit
) -> None:
    visitor = await visit()
    visitor.client.send({"type": "ping"})
    visitor.client.writer.write(b'\x81\x0f{"type":"ping"}')
    assert (await visitor.receive())["type"] == "pong", "what came before it is answered"
    assert await visitor.client.code() == 1002


async def test_a_month_that_cannot_be_read_is_said_and_the_visitor_comes_back_later(
    hub: Hub, world: World, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await visit()

    async def down(*_: Any) -> None:
        raise Unavailable("calendar")

    monkeypatch.setattr(Availability, "read_again", down)
    visitor.ask("2027-03")
    assert (await visitor.receive())["error"]["code"] == "SERVICE_UNAVAILABLE"
    assert await visitor.client.code() == 1013


# ---- The stop of the hub


async def test_at_the_stop_every_visitor_gets_1012_and_when_to_come_back(
    hub: Hub, world: World, visit: Visit, raw: Any
) -> None:
    visitors = [await visit() for _ in range(40)]
    for _ in range(5):
        (await visit(receive_buffer=4096)).client.writer.transport.pause_reading()
    stopping = asyncio.create_task(hub.app[LIVE].stop())
    waits = set()
    for visitor in visitors:
        bye = await visitor.receive()
        assert bye["type"] == "bye"
        waits.add(bye["reconnect_after_ms"])
        assert await visitor.client.code() == 1012
    assert len(waits) > 10, "not all at once"
    await asyncio.wait_for(stopping, 4)
    assert len(hub.app[LIVE].sockets.calendar) == 0
    assert (await refused(raw))[0] == 503


async def test_nothing_is_left_behind_by_two_hundred_visits(hub: Hub, world: World, raw: Any) -> None:
    await world.slot()
    live = hub.app[LIVE]
    for _ in range(10):
        clients = [await raw(path=PATH) for _ in range(20)]
        for number, client in enumerate(clients):
            if number % 4 == 0:
                client.drop()  # before it has read anything
                continue
            await client.next()
            client.send({"type": "month", "month": "2026-12"})
            if number % 2:
                client.drop()
            else:
                client.send_frame(CLOSE, b"\x03\xe8")
    async with asyncio.timeout(5):
        while len(live.sockets.calendar) or len(live.host.background):
            await asyncio.sleep(0.02)
    assert not live.sockets.calendar._by_address
    assert not any(live.host.timer_wheel._buckets)
    channels = list(live.channels.months._channels.values())
    assert channels
    assert not any(channel.subscribers for channel in channels)
    for channel in channels:
        channel.left_at -= 31
    assert live.channels.months.subscribed() == []
    assert len(live.channels.months) == 0
    assert not live.channels.months._calendar.held
