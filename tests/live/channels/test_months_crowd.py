"""Many visitors of the calendar: frames at the tick's rate, encoded once for all, and one read from Postgres."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import time
from typing import Any

import pytest

from hub.actions.booking.availability import MonthKey
from hub.app import LIVE
from hub.events.announcements import SlotChanged
from hub.live.channels.months import TICK_SECONDS
from hub.live.channels.tick import LONGEST_SECONDS, Tick
from hub.live.protocol import frames
from hub.rules.slot_capacity import SlotCount
from tests.support.calendar_client import Visitor
from tests.support.hub import Hub
from tests.support.world import TODAY, World
from web import keys

Visit = Callable[..., Awaitable[Visitor]]
REVISIONS = itertools.count(1000)


async def sold_out_in_a_rush(hub: Hub, world: World, slot: int, seconds: float) -> float:
    """Announce a change to one slot every few milliseconds, as in a sale. Return the seconds that it took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while loop.time() - began < seconds:
        revision = next(REVISIONS)
        count = SlotCount(slot, time(12), time(14), 200, revision % 200, 0, revision, 0)
        hub.services.announcer.publish([SlotChanged(world.org_id, world.venue_id, TODAY, count)])
        await asyncio.sleep(0.004)
    return loop.time() - began


async def test_a_rush_is_at_most_four_frames_a_second_each_encoded_once_for_all(
    hub: Hub, world: World, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = await world.slot()
    visitors = [await visit() for _ in range(30)]
    hearing = [asyncio.create_task(visitor.receive_until(110)) for visitor in visitors]
    encoded = 0
    encode = frames.slots

    def counted(*args: Any) -> bytes:
        nonlocal encoded
        encoded += 1
        return encode(*args)

    monkeypatch.setattr(frames, "slots", counted)
    before = [visitor.frames for visitor in visitors]
    began = asyncio.get_running_loop().time()
    # Two seconds, or until every visitor has three frames.
    took = await sold_out_in_a_rush(hub, world, slot, 2)
    while min(visitor.frames - was for visitor, was in zip(visitors, before, strict=True)) < 3 and took < 60:
        took += await sold_out_in_a_rush(hub, world, slot, 0.5)
    wanted = booked_in_memory(hub, world, slot)
    async with asyncio.timeout(60):
        while not all(visitor.slots[slot]["booked_count"] == wanted for visitor in visitors):
            await asyncio.sleep(0.02)
    sent = [visitor.frames - was for visitor, was in zip(visitors, before, strict=True)]
    took = asyncio.get_running_loop().time() - began
    assert max(sent) <= took / TICK_SECONDS + 2
    assert min(sent) >= 3, "told while it goes on, not at its end"
    assert encoded <= max(sent), "one encoding for all of them"
    # Negative control: with a frame for every change there are far more.
    hub.app[LIVE].channels.months._tick._seconds = 0.0
    hub.app[LIVE].channels.months._tick._per_subscriber = 0.0
    before = [visitor.frames for visitor in visitors]
    took = await sold_out_in_a_rush(hub, world, slot, 1)
    assert visitors[0].frames - before[0] > took / TICK_SECONDS + 2
    for task in hearing:
        task.cancel()


def booked_in_memory(hub: Hub, world: World, slot: int) -> int:
    month = hub.app[keys.AVAILABILITY]._months[MonthKey(world.org_id, 2026, 11)]
    return int(month.slots[slot].booked)


async def test_a_crowd_gets_fewer_frames_but_within_a_second() -> None:
    class Crowd:
        def __init__(self, size: int) -> None:
            self.size = size
            self.received: list[float] = []
            self.next: list[float] = []

        def due_subscribers(self) -> list[Any]:
            self.received.append(asyncio.get_running_loop().time())
            return [self] * self.size

        def notify(self) -> None: ...

    for size, least in ((10, 0.05), (2000, 0.2), (50_000, LONGEST_SECONDS)):
        tick, crowd = Tick(0.05, per_subscriber=0.0001), Crowd(size)
        for _ in range(2):
            tick.changed(crowd)
            async with asyncio.timeout(60):
                while tick._timer is not None:
                    await asyncio.sleep(0.002)
            crowd.next.append(tick._not_before)
        assert crowd.received[1] - crowd.received[0] >= least - 0.01, size
        # The tick sets the time of the next frame at once, and a busy machine keeps it as well as it can.
        assert crowd.next[0] - crowd.received[0] < least + 0.5, size


async def test_two_hundred_visitors_who_come_at_once_read_postgres_once(
    hub: Hub, world: World, raw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The resync also reads once for all of them. It runs when the relay has connected and every few seconds."""
    await world.slot()
    live, calendar = hub.app[LIVE], hub.app[keys.AVAILABILITY]
    months, key = live.channels.months, MonthKey(world.org_id, 2026, 11)
    readings, come = 0, asyncio.Event()
    read = calendar._read

    async def counted(key: Any) -> Any:
        nonlocal readings
        readings += 1
        await come.wait()
        return await read(key)

    async def the_crowd_comes(size: int) -> list[Visitor]:
        """Connect all visitors before the first of them receives anything."""
        come.clear()
        clients = await asyncio.gather(*(raw(path="/ws/availability?month=2026-11") for _ in range(size)))
        async with asyncio.timeout(100):
            while key not in months._channels or months._channels[key].opening < size:
                await asyncio.sleep(0.005)
        come.set()
        visitors = [Visitor(client) for client in clients]
        await asyncio.gather(*(visitor.receive() for visitor in visitors))
        return visitors

    monkeypatch.setattr(calendar, "_read", counted)
    with monkeypatch.context() as patch:
        patch.setattr(months, "subscribed", list)
        visitors = await the_crowd_comes(200)
        assert all(len(visitor.slots) == 1 for visitor in visitors)
        assert readings == 1
        assert len(months._channels[key].subscribers) == 200
        await live.channels.months_resync._compare(months._channels[key])
        assert readings == 2
    # Negative control: if a running read is not known, each visitor of a small crowd starts one.
    for visitor in visitors:
        visitor.client.drop()
    async with asyncio.timeout(100):
        while months._channels[key].subscribers:
            await asyncio.sleep(0.005)
    calendar._months.clear()
    monkeypatch.setattr(calendar, "_reading", Forgetful())
    monkeypatch.setattr(months, "subscribed", list)
    readings = 0
    await the_crowd_comes(20)
    assert readings >= 20


class Forgetful(dict[Any, Any]):
    """A dict that hides its entries until the read itself, which checks whether it is still needed."""

    def get(self, key: Any, default: Any = None) -> Any:
        task = asyncio.current_task()
        return super().get(key, default) if task is not None and task.get_name() == "calendar" else default


async def test_a_month_that_is_watched_is_never_pushed_out_of_memory(
    hub: Hub, world: World, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.actions.booking.availability.MONTHS_KEPT", 2)
    await world.slot()
    await visit()
    calendar = hub.app[keys.AVAILABILITY]
    for number in range(1, 8):
        await hub.get(f"/api/reservation-slots/available?month=2027-0{number}")
    assert MonthKey(world.org_id, 2026, 11) in calendar._months
    assert len(calendar._months) == 3
