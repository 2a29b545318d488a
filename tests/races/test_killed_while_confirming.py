"""The hub is killed while it confirms a booking: before Postgres has written, or after. The link then says what is true."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.support.blocked_inserts import Standstill
from tests.support.hub import Hub
from tests.support.hub_process import ServedHub
from tests.support.invariants import broken_invariants
from tests.support.mail_outbox import count_outbox
from tests.support.shows import Booking, add_bookings, add_stage
from tests.support.world import World


async def confirm(url: str, link: Booking, key: str | None = None) -> tuple[int, Any]:
    headers = {} if key is None else {"Idempotency-Key": key}
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{url}/api/bookings/confirm", json={"token": link.confirm_token}, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


async def killed(served: ServedHub, still: Standstill, link: Booking, key: str) -> None:
    """Open the link, and kill the hub while its statement is blocked. The visitor gets no answer."""
    await still.at("manage_links")
    opening = asyncio.create_task(confirm(served.url, link, key))
    await still.waits(1)
    await served.kill()
    with pytest.raises(aiohttp.ClientError):
        await opening


async def a_link(world: World) -> tuple[int, Booking]:
    stage = await add_stage(world, capacity=3)
    (link,) = await add_bookings(world, stage.performance_id, 1, 3, "PENDING")
    return stage.performance_id, link


async def test_what_postgres_finishes_all_the_same_is_found_confirmed(
    hub: Hub, world: World, served: ServedHub, still: Standstill
) -> None:
    performance_id, link = await a_link(world)
    await killed(served, still, link, "first-page")
    await still.go()
    await still.settled()
    assert await world.booked_count(performance_id) == 3, "nobody has heard of it"
    await served.start()
    status, body = await confirm(served.url, link, "first-page")
    assert (status, body["data"]["status"], body["data"]["code"]) == (200, "CONFIRMED", link.code)
    status, body = await confirm(hub.url, link)
    assert (status, body["error"]["code"]) == (409, "CONFIRMATION_USED")
    assert body["error"]["page_url"].endswith(f"/b/{link.confirm_token}")
    assert await world.booked_count(performance_id) == 3
    assert await count_outbox(world.hub.database, kind="booking.confirmed") == 1
    assert await broken_invariants(world.hub.database) == []


async def test_what_postgres_never_did_is_confirmed_by_the_next_click(
    hub: Hub, world: World, served: ServedHub, still: Standstill
) -> None:
    performance_id, link = await a_link(world)
    await killed(served, still, link, "first-page")
    await still.end_backends()
    await still.go()
    await still.settled()
    assert await world.booked_count(performance_id) == 0
    await served.start()
    status, body = await confirm(served.url, link, "first-page")
    assert (status, body["data"]["party_size"]) == (200, 3)
    assert await world.booked_count(performance_id) == 3
    assert await count_outbox(world.hub.database, kind="booking.confirmed") == 1


async def test_a_second_device_that_clicks_meanwhile_waits_and_finds_it_confirmed(
    hub: Hub, world: World, served: ServedHub, still: Standstill
) -> None:
    performance_id, link = await a_link(world)
    await killed(served, still, link, "first-page")
    second = asyncio.create_task(confirm(hub.url, link))
    await still.waits(2)
    await still.go()
    status, body = await second
    assert (status, body["error"]["code"]) == (409, "CONFIRMATION_USED")
    assert await world.booked_count(performance_id) == 3
