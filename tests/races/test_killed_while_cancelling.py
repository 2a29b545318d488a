"""The hub is killed while it cancels a performance. Whoever goes on with it writes to nobody twice and leaves nobody out."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from hub.actions.shows.finish_changes import finish_changes
from tests.support.blocked_inserts import Standstill
from tests.support.hub import Hub
from tests.support.hub_process import ServedHub
from tests.support.invariants import broken_invariants
from tests.support.mail_outbox import count_outbox, read_outbox
from tests.support.negative_controls import sabotage
from tests.support.shows import add_bookings, add_stage, count_bookings, leave_unfinished
from tests.support.slots import read_slot
from tests.support.world import TODAY, World

PARTIES, FIRST_BATCH = 260, 200


@pytest.fixture
async def hub(open_hub: Any, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """The other hub, which is not killed. It goes on with what the killed one began only if a test asks it to.

    Its invariants are not checked at the end, because the control breaks them.
    """

    leave_unfinished(monkeypatch)
    beside: Hub = await open_hub()
    return beside


@pytest.fixture
async def world(hub: Hub) -> World:
    return await World(hub).found()


async def killed_in_the_second_batch(world: World, served: ServedHub, still: Standstill) -> int:
    """Cancel a performance with 260 parties, and kill the hub while Postgres writes the second batch. Return the performance."""
    stage = await add_stage(world, 1000, day=TODAY + timedelta(days=1))
    parties = await add_bookings(world, stage.performance_id, PARTIES, 2, email="visitor{}@example.com")
    second = sorted(party.id for party in parties)[FIRST_BATCH]
    await still.at("mail_outbox", when=f"(NEW.payload ->> 'booking_id')::bigint >= {second}")
    token = await world.staff("MANAGER")

    async def send() -> None:
        address = f"{served.url}/api/admin/performances/{stage.performance_id}/cancel"
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession() as client, client.post(address, json={"message": "Sorry"}, headers=headers):
            pass

    sending = asyncio.create_task(send())
    await still.waits(1)
    await served.kill()
    with pytest.raises(aiohttp.ClientError):
        await sending
    await still.end_backends()
    await still.go()
    await still.settled()
    return stage.performance_id


async def test_the_batch_that_was_written_stays_and_the_rest_is_done_by_whoever_goes_on(
    world: World, served: ServedHub, still: Standstill
) -> None:
    performance_id = await killed_in_the_second_batch(world, served, still)
    database = world.hub.database
    slot = await read_slot(database, id=performance_id)
    assert (slot["status"], slot["booked_count"], slot["bookings_ended_at"]) == (
        "CLOSED",
        2 * (PARTIES - FIRST_BATCH),
        None,
    )
    assert await count_outbox(database, kind="booking.cancelled") == FIRST_BATCH
    assert await broken_invariants(database) == [], "half of it is a state that the hub may be in"
    assert await finish_changes(world.hub.services) == PARTIES - FIRST_BATCH
    assert await finish_changes(world.hub.services) == 0
    sent = [row["recipient"] for row in await read_outbox(database, "recipient", kind="booking.cancelled")]
    assert (len(sent), len(set(sent))) == (PARTIES, PARTIES)
    assert await count_bookings(database, status="CANCELLED", end_cause="performance") == PARTIES
    assert (await read_slot(database, id=performance_id))["booked_count"] == 0
    assert await broken_invariants(database) == []


async def test_a_hub_that_starts_again_goes_on_by_itself(world: World, served: ServedHub, still: Standstill) -> None:
    performance_id = await killed_in_the_second_batch(world, served, still)
    await served.start()
    async with asyncio.timeout(60):
        while (await read_slot(world.hub.database, id=performance_id))["bookings_ended_at"] is None:
            await asyncio.sleep(0.1)
    assert await count_outbox(world.hub.database, kind="booking.cancelled") == PARTIES
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_status_of_what_was_ended_everybody_of_the_first_batch_gets_a_second_email(
    world: World, served: ServedHub, still: Standstill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: whoever goes on does not look at what stands, and begins again."""
    await killed_in_the_second_batch(world, served, still)
    sabotage(
        monkeypatch,
        "shows/performance_changes",
        "lock_bookings_to_end",
        (" AND b.status IN ('PENDING', 'CONFIRMED')", ""),
    )
    sabotage(monkeypatch, "shows/performance_changes", "end_bookings",
             (" AND b.slot_id = $2 AND b.status IN ('PENDING', 'CONFIRMED')\n", " AND b.slot_id = $2\n"),
             ("     WHERE r.status = 'RESERVED' AND r.slot_id = $2\n", "     WHERE r.slot_id = $2\n"),
             ("SET booked_count = h.booked_count - n.places,", "SET booked_count = greatest(h.booked_count - n.places, 0),"))  # fmt: skip
    await finish_changes(world.hub.services)
    assert await count_outbox(world.hub.database, kind="booking.cancelled") > PARTIES
