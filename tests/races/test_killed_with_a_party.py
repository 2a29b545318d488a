"""The hub is killed while a party comes in. Whatever the moment, the same scan sent again lets its people in exactly once."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.support.blocked_inserts import Standstill
from tests.support.hub import Hub
from tests.support.hub_process import ServedHub
from tests.support.parties import book_together, numbers
from tests.support.scan_log import count_scans
from tests.support.shows import add_booking, add_stage
from tests.support.slots import sum_verified
from tests.support.websocket_client import connected
from tests.support.world import World


async def verify(url: str, token: str, scan: dict[str, Any]) -> dict[str, Any]:
    async with connected(url, token) as gate:
        return await gate.verify(**scan)


async def scan_of(world: World, kind: str) -> dict[str, Any]:
    """Return a scan that admits three of five: of a booking, or of a family."""
    if kind == "booking":
        code = (await add_booking(world, (await add_stage(world)).performance_id, 5)).code
        return {"code": code, "scan_id": str(uuid4()), "count": 3}
    code = (await book_together(world, await world.slot(), 5))[0].code
    return {"code": code, "scan_id": str(uuid4()), "count": 3, "party": True}


@pytest.mark.parametrize("finished", [True, False], ids=["Postgres finishes", "Postgres does not finish"])
@pytest.mark.parametrize("kind", ["booking", "family"])
async def test_a_party_is_in_once_after_the_hub_was_killed_while_it_came_in(
    hub: Hub, world: World, served: ServedHub, still: Standstill, kind: str, finished: bool
) -> None:
    scan, token = await scan_of(world, kind), await world.staff()
    await still.at("scans")
    sending = asyncio.create_task(verify(served.url, token, scan))
    await still.waits(1)
    await served.kill()
    with pytest.raises((aiohttp.ClientError, TypeError)):
        await sending
    if not finished:
        await still.end_backends()
    await still.go()
    await still.settled()
    # A family has a transaction of its own, which ends with the connection of the killed hub.
    written = 3 if finished and kind == "booking" else 0
    assert await sum_verified(hub.database) == written
    await served.start()
    for _ in range(2):
        again = await verify(served.url, token, scan)
        assert (again["reason"], again["detail"], numbers(again)) == ("VERIFIED", "3 of 5 in", (5, 3, 2))
    assert await sum_verified(hub.database) == 3
    assert await count_scans(hub.database, mode="verify") == (1 if kind == "booking" else 3)
    # Control: with an id of its own the repeat is a further part.
    rest = await verify(hub.url, token, scan | {"scan_id": str(uuid4()), "count": 2})
    assert numbers(rest) == (5, 5, 0)
