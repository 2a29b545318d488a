"""What tests write beside a running hub takes its locks in the hub's order (db/schema.md): tickets first, the slot after them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import asyncpg
import pytest

from tests.support.hub import Hub
from tests.support.locks import count_waiting, give_up_after, hold_row
from tests.support.scan_log import log_verify
from tests.support.shows import add_booking, add_stage, admit_people
from tests.support.venue_day import admit
from tests.support.world import NOON, World


async def entries_of_a_slot(world: World) -> tuple[int, int, Awaitable[None]]:
    slot_id = await world.slot()
    (ticket,) = await world.fill(slot_id, 1)
    return ticket.id, slot_id, admit(world, slot_id, [(ticket.id, NOON, "North")])


async def people_of_a_booking(world: World) -> tuple[int, int, Awaitable[None]]:
    stage = await add_stage(world)
    booking = await add_booking(world, stage.performance_id, 4)
    return booking.id, stage.performance_id, admit_people(world.hub.database, booking, 2)


@pytest.mark.parametrize("writes", [entries_of_a_slot, people_of_a_booking])
async def test_entries_wait_for_a_ticket_without_holding_its_slot(
    hub: Hub, world: World, writes: Callable[[World], Awaitable[tuple[int, int, Awaitable[None]]]]
) -> None:
    ticket_id, slot_id, entries = await writes(world)
    async with hub.database.transaction() as expiry:
        await hold_row(expiry, "tickets", id=ticket_id)
        writing = asyncio.ensure_future(entries)
        async with asyncio.timeout(10):
            while not await count_waiting(hub.database):
                await asyncio.sleep(0.01)
        await give_up_after(expiry, "300ms")
        await hold_row(expiry, "ticket_reservations", ticket_id=ticket_id)
        await hold_row(expiry, "reservation_slots", id=slot_id)
    await writing


@pytest.mark.usefixtures("slow_servers")
async def test_a_scan_waits_for_its_row_of_the_log_without_holding_its_slot(
    open_hub: Callable[..., Awaitable[Hub]],
) -> None:
    hub = await open_hub()
    world = await World(hub).found()
    slot_id, scan_id = await world.slot(), uuid4()
    (ticket,) = await world.fill(slot_id, 1)
    token = await world.staff()
    other = await asyncpg.connect(hub.settings.database_url)
    logging = other.transaction()
    await logging.start()
    try:
        await log_verify(other, world, scan_id)
        scan = asyncio.ensure_future(
            hub.post("/api/operator/verify-ticket", {"ticket_code": ticket.code, "scan_id": str(scan_id)}, token=token)
        )
        async with asyncio.timeout(15):
            while not await count_waiting(hub.database):
                await asyncio.sleep(0.01)
        async with hub.database.transaction() as booking:
            await give_up_after(booking, "300ms")
            await hold_row(booking, "reservation_slots", id=slot_id)
    finally:
        await logging.rollback()
        await other.close()
    status, body = await scan
    assert (status, body["data"]["already_verified"]) == (200, False)
