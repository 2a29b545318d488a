"""Two slots that change while one statement waits for both."""

from __future__ import annotations

import asyncio

import asyncpg

from tests.support.bookings import book, outcome
from tests.support.invariants import broken_invariants
from tests.support.reservations import change_reservation
from tests.support.slots import free_places
from tests.support.tickets import revise_ticket


async def test_a_batch_that_waited_for_two_slots_sees_both_as_the_others_left_them(two_hubs, world, postgres_log):
    hub = two_hubs[0]
    first, second = (
        await world.slot(capacity=5, booked=3),
        await world.slot(start="15:00", end="16:00", capacity=5, booked=3),
    )
    leaving = [(await world.fill(first, 1))[0], (await world.fill(second, 1))[0]]
    other = await asyncpg.connect(hub.settings.database_url)
    tickets = await world.tickets(6)
    async with other.transaction():
        for ticket in leaving:
            await change_reservation(other, ticket.reservation_id, status="CANCELLED")
            await revise_ticket(other, ticket.id, status="ACTIVATED")
        await free_places(other, [first, second])
        asked = [book(hub, t, s) for t, s in zip(tickets, (first, second) * 3, strict=True)]
        answers = asyncio.gather(*asked)
        await asyncio.sleep(0.3)
        assert not answers.done()
    await other.close()
    seen = sorted(map(outcome, await answers))
    assert seen == ["409 SLOT_FULL"] * 2 + ["booked"] * 4
    assert postgres_log.lines("violates") == []
    assert await broken_invariants(hub.database) == []
