"""A ticket that is cancelled while its holder stands at the gate: nobody goes in with it afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.booking.cancel_ticket import cancel_ticket
from hub.actions.scanning.entry_scans import EntryScans
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.negative_controls import sabotage
from tests.support.slots import read_slot
from tests.support.tickets import read_ticket_status
from tests.support.world import World


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
    sabotage(
        monkeypatch, "booking/cancelled_tickets", "cancel_ticket",
        ("cancelled_by = $6, version = t.version + 1", "cancelled_by = $6"),
    )  # fmt: skip
    hubs = [await open_hub(), await open_hub()]
    world = await World(hubs[0]).found()
    assert (await cancelled_between_look_and_entry(hubs, world, monkeypatch))[0] == "VERIFIED"
