"""Many scanners that reconnect at once: their data is written a little at a time, and old scans raise no alarm."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hub.actions.scanning import offline_sync as sync_scans
from hub.actions.scanning.conflicts import publish_new_conflicts
from hub.actions.scanning.duplicate_alarms import raise_alarm
from hub.jobs import duplicate_alarms
from tests.support.hub import Hub
from tests.support.notices import count_alarms
from tests.support.offline_queue import queued, sync
from tests.support.scan_conflicts import count_conflicts
from tests.support.world import World

ALL = 100
"""The control's limit, under which all scanners run at once."""


class Busy:
    """Wraps an action, and counts how many of its calls ran at once."""

    def __init__(self, action: Any) -> None:
        self._action = action
        self.now = self.most = self.done = 0

    async def __call__(self, *given: Any) -> Any:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            # The pause lets every waiting call begin.
            await asyncio.sleep(0.02)
            return await self._action(*given)
        finally:
            self.now -= 1
            self.done += 1


async def copies_at_two_gates(hub: Hub, world: World, count: int, minutes: float) -> None:
    """Send the same tickets in the queues of two scanners, scanned `minutes` from now."""
    tickets = await world.fill(await world.slot(), count)
    for n, name in enumerate("AB"):
        gate = await hub.socket(await world.staff(), gate=name)
        await sync(gate, *(queued(ticket.code, minutes + n / 10) for ticket in tickets))


async def alarms(hub: Hub) -> int:
    return int(await count_alarms(hub.database))


async def all_raised(hub: Hub, count: int) -> None:
    async with asyncio.timeout(20):
        while await alarms(hub) < count:
            await asyncio.sleep(0.05)


async def test_copies_of_a_moment_ago_are_an_alarm_and_those_of_long_ago_a_conflict_only(
    hub: Hub, world: World
) -> None:
    await copies_at_two_gates(hub, world, 3, minutes=-60)
    await asyncio.sleep(0.5)
    assert await alarms(hub) == 0
    assert await count_conflicts(hub.database) == 3
    tickets = await world.fill(await world.slot(start="14:00", end="16:00"), 3)
    for name in "AB":
        gate = await hub.socket(await world.staff(), gate=name)
        await sync(gate, *(queued(ticket.code, -1) for ticket in tickets))
    await all_raised(hub, 3)


@pytest.mark.parametrize("at_once", [duplicate_alarms.AT_ONCE, ALL])
async def test_a_queue_full_of_copies_is_raised_a_few_at_a_time(
    open_hub: Any, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    busy = Busy(raise_alarm)
    monkeypatch.setattr(duplicate_alarms, "raise_alarm", busy)
    monkeypatch.setattr(duplicate_alarms, "AT_ONCE", at_once)
    hub = await open_hub()
    await copies_at_two_gates(hub, await World(hub).found(), 40, minutes=-1)
    await all_raised(hub, 40)
    assert busy.most == 2 if at_once != ALL else busy.most > 10


@pytest.mark.parametrize("at_once", [sync_scans.SETTLED_AT_ONCE, ALL])
async def test_the_conflicts_of_many_queues_are_written_down_a_few_queues_at_a_time(
    open_hub: Any, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    busy = Busy(publish_new_conflicts)
    monkeypatch.setattr(sync_scans, "publish_new_conflicts", busy)
    monkeypatch.setattr(sync_scans, "SETTLED_AT_ONCE", at_once)
    hub = await open_hub()
    world = await World(hub).found()
    tickets = await world.fill(await world.slot(), 20)
    gates = [await hub.socket(await world.staff(), gate="A") for _ in range(11)]
    await sync(gates[0], *(queued(ticket.code, -60) for ticket in tickets))
    batches = [[queued(ticket.code, -30) for ticket in tickets[start : start + 2]] for start in range(0, 20, 2)]
    received = await asyncio.gather(*(sync(gate, *batch) for gate, batch in zip(gates[1:], batches, strict=True)))
    assert [result["outcome"] for results in received for result in results] == ["conflict"] * 20
    assert busy.done == 10
    assert busy.most == 2 if at_once != ALL else busy.most > 2
