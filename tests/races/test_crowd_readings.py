"""A crowd that finds a kept reading too old: it reads once for all, so nobody waits for a connection for too long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from hub.batching.kept_readings import KeptReadings
from tests.support.hub import Hub
from tests.support.locks import table_locked
from tests.support.world import World

pytestmark = pytest.mark.own_hub

CROWD = 32
CALENDAR = "/api/reservation-slots/available?month=2026-11"
Load = Callable[[], Coroutine[Any, Any, Any]]


@pytest.fixture
async def hub(two_hubs: list[Hub], world: World) -> Hub:
    """A hub that knows the month, but no longer the organisations, and that waits briefly for a connection."""
    hub = two_hubs[0]
    await world.slot()
    assert (await hub.get(CALENDAR))[0] == 200
    hub.services.venues.forget()
    hub.database.anonymous._patience = 0.05
    return hub


async def test_a_crowd_reads_once_and_everybody_is_answered(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, reads, read = 0, 0, KeptReadings.read

    async def counted(kept: Any, key: Any, load: Load) -> Any:
        nonlocal asked

        async def counted_load() -> Any:
            nonlocal reads
            reads += 1
            return await load()

        if kept._name != "organisations":
            return await read(kept, key, load)
        asked += 1
        return await read(kept, key, counted_load)

    monkeypatch.setattr(KeptReadings, "read", counted)
    async with table_locked(hub, "organisations"):
        crowd = [asyncio.ensure_future(hub.get(CALENDAR)) for _ in range(CROWD)]
        async with asyncio.timeout(20):
            while asked < CROWD:
                await asyncio.sleep(0.01)
        assert reads in (1, 2), "one for all anonymous clients, and one for a job"
    assert {status for status, _ in await asyncio.gather(*crowd)} == {200}


async def test_without_shared_readings_some_of_the_crowd_are_answered_as_if_postgres_were_away(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read_alone(_: Any, key: Any, load: Load) -> Any:
        return await load()

    monkeypatch.setattr(KeptReadings, "read", read_alone)
    async with table_locked(hub, "organisations"):
        crowd = [asyncio.ensure_future(hub.get(CALENDAR)) for _ in range(CROWD)]
        answered, _ = await asyncio.wait(crowd, return_when=asyncio.FIRST_COMPLETED, timeout=20)
        assert {one.result()[0] for one in answered} == {503}
    assert 503 in {status for status, _ in await asyncio.gather(*crowd)}
