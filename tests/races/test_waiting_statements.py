"""Statements that waited for the lock of a slot: they count from the row as it is after the lock.

Postgres tries a CHECK on the old version of a row before it reads the new one. A count computed from the old version is
refused although the places are free, so the counts come from the locked row.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from db.pool import STEADY_PLANS
from db.statements import load
from tests.support.reservations import change_reservation, read_reservation
from tests.support.slots import free_places
from tests.support.tickets import change_ticket
from tests.support.world import NOON, World

pytestmark = pytest.mark.own_hub

TAKE = load("booking/reservations").take_places
FROM_THE_OLD_ROW = TAKE.replace(
    "SET booked_count = h.booked_count + g.places", "SET booked_count = s.booked_count + g.places"
)


async def _book_while_a_place_is_given_back(world: World, sql: str) -> int:
    """Book three tickets in a slot of 6 with 4 taken, while one place is given back. Return how many were booked."""
    slot_id = await world.slot(capacity=6, booked=4)
    leaving = await read_reservation(world.hub.database, slot_id=slot_id)
    tickets = await world.tickets(3)
    dsn = world.hub.settings.database_url
    other, booking = await asyncpg.connect(dsn), await asyncpg.connect(dsn, server_settings=STEADY_PLANS)
    try:
        async with other.transaction():
            await change_reservation(other, leaving["id"], status="CANCELLED")
            await change_ticket(other, leaving["ticket_id"], status="ACTIVATED")
            await free_places(other, [slot_id])
            n = len(tickets)
            taking = asyncio.ensure_future(booking.fetch(
                sql, list(range(n)), [world.org_id] * n, [t.id for t in tickets], [1] * n, [slot_id] * n,
                ["john@example.com"] * n, ["+12025551234"] * n, [f"token {t.id}" for t in tickets],
                [b"%d" % t.id for t in tickets], [None] * n, [b"body"] * n, NOON - timedelta(hours=1),
                ["en"] * n, [0] * n, [1] * n, [1] * n, [None] * n, None,
            ))  # fmt: skip
            await asyncio.sleep(0.2)
            assert not taking.done()
        return sum(row["kind"] == "taken" for row in await taking)
    finally:
        await other.close()
        await booking.close()


async def test_a_place_given_back_while_a_booking_waits_is_taken(world: World) -> None:
    assert await _book_while_a_place_is_given_back(world, TAKE) == 3


async def test_counting_from_the_old_row_is_refused_though_there_is_room(world: World) -> None:
    """Control: a statement that counts from the row it read first is refused."""
    assert FROM_THE_OLD_ROW != TAKE
    with pytest.raises(asyncpg.CheckViolationError):
        await _book_while_a_place_is_given_back(world, FROM_THE_OLD_ROW)
