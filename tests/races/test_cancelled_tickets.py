"""A ticket that is cancelled while something else happens with it: nobody goes in with it afterwards, and no place is lost or made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.orders.cancel_ticket import cancel_ticket
from hub.actions.scanning.entry_scans import EntryScans
from tests.support.audit_log import read_audit_log
from tests.support.blocked_inserts import Standstill
from tests.support.bookings import book, outcome
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.negative_controls import sabotage
from tests.support.orders import read_order
from tests.support.slots import read_slot
from tests.support.tickets import read_ticket_status
from tests.support.webhooks import kinds, write_down
from tests.support.world import TODAY, Ticket, World

NO_NEW_VERSION = ("cancelled_by = $5, version = t.version + 1", "cancelled_by = $5")
NO_STATUS = ("t.id = ANY ($2::bigint[]) AND t.status <> 'CANCELLED' AND", "t.id = ANY ($2::bigint[]) AND")
NO_LOCK = (" ORDER BY t.id FOR NO KEY UPDATE", " ORDER BY t.id")
NO_STATUS_GUARD = ("       AND t.status = CASE WHEN a.confirm_hash IS NULL THEN 'ACTIVATED' ELSE 'INACTIVE' END\n", "")
NO_TURN = (
    "pg_advisory_xact_lock(hashtextextended('order ' || $1::bigint || ' ' || $2::bigint, 0))",
    "$1::bigint, $2::bigint",
)
NO_RESERVATION_GUARD = (" AND r.status = 'RESERVED' AND r.slot_id <> $5", " AND r.slot_id <> $5")


async def cancelled_between_look_and_entry(
    hubs: list[Hub], world: World, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, str, int]:
    """Let the second hub cancel a ticket after the first has decided its entry, and before it writes it.

    Return the reason at the gate, the ticket's status, and how many are booked in its slot.
    """
    slot = await world.slot()
    ticket = await world.reserved(slot)
    await world.fill(slot, 1)  # somebody else, or the slot's constraint would stop an entry by itself
    gate = await hubs[0].socket(await world.staff(), gate="A")
    write, cancelled = EntryScans._write, []

    async def write_later(self: EntryScans, *args: Any) -> Any:
        if not cancelled:
            cancelled.append(await cancel_ticket(hubs[1].services, Actor(world.org_id), ticket.id, "Refunded"))
        return await write(self, *args)

    monkeypatch.setattr(EntryScans, "_write", write_later)
    reason = (await gate.verify(ticket.code))["reason"]
    assert [one.status for one in cancelled] == ["CANCELLED"]
    booked = (await read_slot(world.hub.database, id=slot))["booked_count"]
    return reason, await read_ticket_status(world.hub.database, ticket.id), booked


async def test_an_entry_that_was_decided_before_the_ticket_was_cancelled_is_decided_again(two_hubs, world, monkeypatch):
    assert await cancelled_between_look_and_entry(two_hubs, world, monkeypatch) == ("TICKET_CANCELLED", "CANCELLED", 1)
    assert await broken_invariants(world.hub.database) == []


async def test_without_a_new_version_a_cancelled_ticket_lets_its_holder_in(open_hub, monkeypatch):
    sabotage(monkeypatch, "booking/cancelled_tickets", "cancel_tickets", NO_NEW_VERSION)
    hubs = [await open_hub(), await open_hub()]
    world = await World(hubs[0]).found()
    assert (await cancelled_between_look_and_entry(hubs, world, monkeypatch))[0] == "VERIFIED"


async def during_a_cancellation(
    hub: Hub, world: World, still: Standstill, ticket: Ticket, other: Callable[[], Awaitable[Any]]
) -> Any:
    """Cancel a ticket by `hub`, hold it before its commit until `other` waits for it as well, and return what `other` gives."""
    await still.at("audit_log")
    cancelling = asyncio.create_task(cancel_ticket(hub.services, Actor(world.org_id), ticket.id, "Refunded"))
    await still.waits(1)
    meanwhile = asyncio.ensure_future(other())
    await still.waits(2)
    await still.go()
    assert (await cancelling).status == "CANCELLED"
    return await meanwhile


async def booked_meanwhile(hubs: list[Hub], world: World, still: Standstill) -> tuple[str, int]:
    ticket, slot = await world.ticket(), await world.slot()
    answer = await during_a_cancellation(hubs[0], world, still, ticket, lambda: book(hubs[1], ticket, slot))
    return outcome(answer), await world.booked_count(slot)


async def test_a_ticket_that_is_cancelled_first_is_not_booked(two_hubs, world, still):
    assert await booked_meanwhile(two_hubs, world, still) == ("409 TICKET_CANCELLED", 0)
    assert await broken_invariants(world.hub.database) == []


async def test_without_version_and_status_a_cancelled_ticket_is_booked(two_hubs, world, still, monkeypatch):
    sabotage(monkeypatch, "booking/cancelled_tickets", "cancel_tickets", NO_NEW_VERSION)
    sabotage(monkeypatch, "booking/reservations", "take_places", NO_STATUS_GUARD)
    assert (await booked_meanwhile(two_hubs, world, still))[0] == "booked"


async def moved_meanwhile(hubs: list[Hub], world: World, still: Standstill) -> tuple[str, int, int]:
    home, target = await world.slot(TODAY + timedelta(days=3)), await world.slot(TODAY + timedelta(days=4))
    ticket = await world.reserved(home)
    await world.fill(home, 2)  # somebody else, or the slot's constraint would stop a second release by itself
    token = await world.staff("MANAGER")

    async def move() -> tuple[int, Any]:
        address = f"/api/reservations/{ticket.reservation_id}"
        headers = {"Authorization": f"Bearer {token}"}
        async with hubs[1].client.put(address, json={"slot_id": target}, headers=headers) as answer:
            return answer.status, await answer.json()

    answer = await during_a_cancellation(hubs[0], world, still, ticket, move)
    return outcome(answer), await world.booked_count(home), await world.booked_count(target)


async def test_a_reservation_whose_ticket_is_cancelled_first_is_not_moved(two_hubs, world, still):
    assert await moved_meanwhile(two_hubs, world, still) == ("409 TICKET_CANCELLED", 2, 0)
    assert await broken_invariants(world.hub.database) == []


async def test_without_version_and_status_a_cancelled_reservation_takes_another_place(
    two_hubs, world, still, monkeypatch
):
    sabotage(monkeypatch, "booking/cancelled_tickets", "cancel_tickets", NO_NEW_VERSION)
    sabotage(monkeypatch, "booking/changes", "move_places", NO_RESERVATION_GUARD)
    _, home, target = await moved_meanwhile(two_hubs, world, still)
    assert (home, target) == (1, 1)


async def cancelled_twice(hubs: list[Hub], world: World, still: Standstill) -> tuple[int, int]:
    """Cancel one ticket at two hubs at once. Return how many are booked, and how often the log says that it was cancelled."""
    slot = await world.slot()
    ticket = await world.reserved(slot)
    await world.fill(slot, 2)
    again = lambda: cancel_ticket(hubs[1].services, Actor(world.org_id), ticket.id, "Refunded")  # noqa: E731
    await during_a_cancellation(hubs[0], world, still, ticket, again)
    log = [row["action"] for row in await read_audit_log(world.hub.database)]
    return await world.booked_count(slot), log.count("ticket.cancelled")


async def test_two_who_cancel_a_ticket_give_its_place_back_once(two_hubs, world, still):
    assert await cancelled_twice(two_hubs, world, still) == (2, 1)
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_lock_a_ticket_is_cancelled_twice(two_hubs, world, still, monkeypatch):
    sabotage(monkeypatch, "tickets/tickets", "take_turn_of_order", NO_TURN)
    sabotage(monkeypatch, "booking/cancelled_tickets", "lock_tickets", NO_LOCK)
    sabotage(monkeypatch, "booking/cancelled_tickets", "cancel_tickets", NO_STATUS)
    assert (await cancelled_twice(two_hubs, world, still))[1] == 2


async def order_after_both_tickets_ended(hubs: list[Hub], world: World, still: Standstill) -> tuple[str, int]:
    """Cancel the two tickets of an order at once, one at each hub. Return the order's status, and how many events say that it ended."""
    await write_down(world)
    first, second = await world.ticket(), await world.ticket()
    last = lambda: cancel_ticket(hubs[1].services, Actor(world.org_id), second.id, "Refunded")  # noqa: E731
    await during_a_cancellation(hubs[0], world, still, first, last)
    order = await read_order(world.hub.database, "status", id=world.order_id)
    return order["status"], (await kinds(world)).count("order.cancelled")


async def test_an_order_whose_last_two_tickets_are_cancelled_at_once_is_cancelled_once(two_hubs, world, still):
    assert await order_after_both_tickets_ended(two_hubs, world, still) == ("CANCELLED", 1)


async def test_without_a_turn_an_order_stands_without_a_ticket(two_hubs, world, still, monkeypatch):
    sabotage(monkeypatch, "tickets/tickets", "take_turn_of_order", NO_TURN)
    assert await order_after_both_tickets_ended(two_hubs, world, still) == ("PAID", 0)
