"""What tests write beside a running hub takes its locks in the hub's order (db/schema.md): tickets first, the slot after them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.support.hub import Hub
from tests.support.locks import count_waiting, give_up_after, hold_row
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
