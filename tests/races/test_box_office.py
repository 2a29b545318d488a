"""Box offices at two hubs at once, and a hub killed at its box office: a place is sold once, and nobody is booked without being in."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.support.blocked_inserts import Standstill
from tests.support.hub import Hub
from tests.support.hub_process import ServedHub
from tests.support.invariants import broken_invariants
from tests.support.locks import count_waiting, hold_row
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.scan_log import count_entries
from tests.support.slots import read_slot
from tests.support.websocket_client import Socket, connected
from tests.support.world import Ticket, World

NO_COUNT = (" AND w.place <= h.total_capacity - h.booked_count - h.held_count\n", "\n")


@pytest.fixture
async def offices(two_hubs: list[Hub], world: World) -> list[Socket]:
    return [await hub.socket(await world.staff(), gate=gate) for hub, gate in zip(two_hubs, "AB", strict=True)]


def asks(ticket: Ticket, slot_id: int, scan_id: str | None = None) -> dict[str, Any]:
    return {"code": ticket.code, "slot_id": slot_id, "scan_id": scan_id or str(uuid4())}


async def at_once(world: World, offices: list[Socket], requests: list[dict[str, Any]], slot_id: int) -> list[str]:
    """Let both requests reach the lock of the slot before either has it; return the reasons, sorted."""
    database = world.hub.database
    async with database.jobs.transaction() as connection:
        await hold_row(connection, "reservation_slots", id=slot_id)
        replies = [
            asyncio.ensure_future(office.command("book_and_admit", **request))
            for office, request in zip(offices, requests, strict=True)
        ]
        async with asyncio.timeout(20):
            while await count_waiting(database) < 2:
                await asyncio.sleep(0.01)
    answers = [await reply for reply in replies]
    return sorted(one["data"]["reason"] if one["success"] else one["error"]["code"] for one in answers)


async def test_the_last_place_is_booked_once_by_two_gates(world: World, offices: list[Socket]) -> None:
    slot, tickets = await world.slot(capacity=1), await world.tickets(2)
    reasons = await at_once(world, offices, [asks(ticket, slot) for ticket in tickets], slot)
    assert reasons == ["SLOT_FULL", "VERIFIED"]
    assert await count_entries(world.hub.database) == 1
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_count_under_the_lock_it_is_booked_twice(
    world: World, offices: list[Socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    sabotage(monkeypatch, "booking/reservations", "take_places", NO_COUNT)
    await without_last_line(world, "reservation_slots_never_overbooked")
    slot, tickets = await world.slot(capacity=1), await world.tickets(2)
    assert await at_once(world, offices, [asks(ticket, slot) for ticket in tickets], slot) == ["VERIFIED", "VERIFIED"]


async def test_one_visitor_at_two_gates_comes_in_once(world: World, offices: list[Socket]) -> None:
    slot, ticket = await world.slot(), await world.ticket()
    assert await at_once(world, offices, [asks(ticket, slot, str(uuid4()))] * 2, slot) == ["VERIFIED", "VERIFIED"]
    row = await read_slot(world.hub.database, "booked_count", "verified_count", id=slot)
    assert (tuple(row), await count_entries(world.hub.database)) == ((1, 1), 1)


async def test_a_hub_killed_at_its_box_office_has_booked_nobody_and_the_repeat_admits_once(
    hub: Hub, world: World, served: ServedHub, still: Standstill
) -> None:
    slot, ticket, token = await world.slot(), await world.ticket(), await world.staff()
    request = asks(ticket, slot)

    async def book() -> dict[str, Any]:
        async with connected(served.url, token) as office:
            return await office.command("book_and_admit", **request)

    async def counts() -> tuple[int, int]:
        return tuple(await read_slot(hub.database, "booked_count", "verified_count", id=slot))

    # It is killed after the place was taken and while the entry is written.
    await still.at("scans")
    sending = asyncio.create_task(book())
    await still.waits(1)
    await served.kill()
    with pytest.raises((aiohttp.ClientError, TypeError)):
        await sending
    await still.go()
    await still.settled()
    assert await counts() == (0, 0)
    await served.start()
    for _ in range(2):
        assert (await book())["data"]["reason"] == "VERIFIED"
        assert (await counts(), await count_entries(hub.database)) == ((1, 1), 1)


async def test_without_the_transaction_a_broken_connection_leaves_a_visitor_booked_and_outside(
    hub: Hub, world: World, still: Standstill, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot, ticket = await world.slot(), await world.ticket()
    office = await hub.socket(await world.staff(), gate="A")
    bookings = hub.services.database.bookings
    monkeypatch.setattr(bookings, "transaction", bookings.connection)
    await still.at("scans")
    sending = asyncio.create_task(office.command("book_and_admit", **asks(ticket, slot)))
    await still.waits(1)
    await still.end_backends()
    await still.go()
    assert not (await sending)["success"]
    assert tuple(await read_slot(hub.database, "booked_count", "verified_count", id=slot)) == (1, 0)
