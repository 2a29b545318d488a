"""Box offices at two hubs at once, and a hub killed at its box office: a place is sold once, and nobody is booked without being in."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
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
from tests.support.reservations import read_reservation
from tests.support.scan_log import count_entries
from tests.support.slots import read_slot
from tests.support.websocket_client import Socket, connected
from tests.support.world import Ticket, World

NO_COUNT = (" AND w.place <= h.total_capacity - h.booked_count - h.held_count\n", "\n")
NO_COUNT_OF_MOVES = (
    "AND (SELECT sum(places) FROM leaving) <= h.total_capacity - h.booked_count - h.held_count\n",
    "\n",
)


@pytest.fixture
async def offices(two_hubs: list[Hub], world: World) -> list[Socket]:
    return [await hub.socket(await world.staff(), gate=gate) for hub, gate in zip(two_hubs, "AB", strict=True)]


def asks(ticket: Ticket, slot_id: int, scan_id: str | None = None) -> dict[str, Any]:
    return {"code": ticket.code, "slot_id": slot_id, "scan_id": scan_id or str(uuid4())}


async def at_once(world: World, offices: list[Socket], requests: list[dict[str, Any]], slot_id: int) -> list[str]:
    """Let both requests reach the lock of the slot before either has it; return the reasons, sorted."""
    commands = [office.command("book_and_admit", **one) for office, one in zip(offices, requests, strict=True)]
    answers = await replies_at_once(world, commands, slot_id)
    return sorted(one["data"]["reason"] if one["success"] else one["error"]["code"] for one in answers)


async def replies_at_once(
    world: World, commands: Sequence[Coroutine[Any, Any, dict[str, Any]]], slot_id: int
) -> list[dict[str, Any]]:
    """Let all commands reach the lock of the slot before any has it; return their replies."""
    database = world.hub.database
    async with database.jobs.transaction() as connection:
        await hold_row(connection, "reservation_slots", id=slot_id)
        replies = [asyncio.ensure_future(command) for command in commands]
        async with asyncio.timeout(20):
            while await count_waiting(database) < len(commands):
                await asyncio.sleep(0.01)
    return [await reply for reply in replies]


async def undo_swap_while_its_time_is_booked(world: World, offices: list[Socket]) -> tuple[bool, int | None, int]:
    """Undo a swap at one gate while the other books the last place of the former time.

    Return whether the other got it, the slot of the swapped visitor counted from the former (0) or the new (1), and the places booked
    in the former.
    """
    former, new = await world.slot(start="18:00", end="20:00", capacity=1), await world.slot()
    swapped, other = await world.reserved(former), await world.ticket()
    scan_id = str(uuid4())
    assert (await offices[0].command("book_and_admit", **asks(swapped, new, scan_id)))["data"]["reason"] == "VERIFIED"
    undone, booked = await replies_at_once(
        world,
        [
            offices[0].command("undo", scan_id=scan_id, reason="wrong person"),
            offices[1].command("book_and_admit", **asks(other, former), admit=False),
        ],
        former,
    )
    assert undone["data"]["ticket_status"] == "RESERVED"
    reservation = await read_reservation(world.hub.database, "slot_id", id=swapped.reservation_id)
    count = await read_slot(world.hub.database, "booked_count", id=former)
    return booked["success"], (former, new).index(reservation["slot_id"]), count["booked_count"]


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


async def test_an_undone_swap_and_a_booking_do_not_share_the_last_place_of_the_former_time(
    world: World, offices: list[Socket]
) -> None:
    booked, kept, places = await undo_swap_while_its_time_is_booked(world, offices)
    assert (places, kept) == (1, 1 if booked else 0), "whoever comes second keeps what they have"
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_counts_under_the_lock_an_undone_swap_and_a_booking_share_it(
    world: World, offices: list[Socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    sabotage(monkeypatch, "booking/reservations", "take_places", NO_COUNT)
    sabotage(monkeypatch, "booking/changes", "move_places", NO_COUNT_OF_MOVES)
    await without_last_line(world, "reservation_slots_never_overbooked")
    assert await undo_swap_while_its_time_is_booked(world, offices) == (True, 0, 2)


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
