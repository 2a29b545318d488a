"""Two queues of one ticket at the same time: the exit of one makes the second entry of the other a return."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hub.actions.scanning import offline_sync
from tests.support.hub import Hub
from tests.support.occupancy import counts, figures
from tests.support.offline_queue import queued, sync
from tests.support.scan_conflicts import count_conflicts
from tests.support.shows import add_booking, add_stage
from tests.support.websocket_client import Socket
from tests.support.world import World


async def meet(hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch, people: int = 1) -> Socket:
    """Hold the queue of the entries before its conflict is written, until the queue of the exit has been taken over."""
    await world.policy(re_entry="allow")
    if people > 1:
        code = (
            await add_booking(world, (await add_stage(world, start="10:00", end="14:00")).performance_id, people)
        ).code
    else:
        code = (await world.reserved(await world.slot())).code
    jane, tom = await hub.socket(await world.staff(), gate="A"), await hub.socket(await world.staff(), gate="B")
    decided, taken_over = asyncio.Event(), asyncio.Event()
    write = offline_sync.OfflineSync._write_conflicts

    async def later(self: Any, *given: Any) -> Any:
        decided.set()
        await taken_over.wait()
        return await write(self, *given)

    monkeypatch.setattr(offline_sync.OfflineSync, "_write_conflicts", later)
    entries = asyncio.create_task(sync(jane, queued(code, -40, count=people), queued(code, -10, count=people)))
    await decided.wait()
    await sync(tom, queued(code, -25, mode="exit", count=people))
    taken_over.set()
    await entries
    return await hub.socket(await world.staff("MANAGER"))


@pytest.mark.parametrize("people", [1, 4])
async def test_a_conflict_that_is_written_too_late_is_settled(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch, people: int
):
    board = await meet(hub, world, monkeypatch, people)
    assert await figures(board) == counts(people, people, people, people)
    assert (await count_conflicts(hub.database), await count_conflicts(hub.database, decision="settled")) == (1, 1)


@pytest.mark.parametrize("people", [1, 4])
async def test_without_looking_again_somebody_is_accused(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch, people: int
):
    async def nothing(_self: Any, *given: Any) -> Any:
        return given[-1]

    monkeypatch.setattr(offline_sync.OfflineSync, "_look_again", nothing)
    board = await meet(hub, world, monkeypatch, people)
    assert await figures(board) == counts(people, 0, people, 0), "inside, but taken for outside"
    assert await count_conflicts(hub.database, decision="settled") == 0
