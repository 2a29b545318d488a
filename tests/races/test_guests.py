"""Guests and messages at several hubs at once: never more than listed come in, nobody is listed or written to twice."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from hub.actions.audit.actor import Actor
from hub.actions.guests import add_guests as adding
from hub.actions.guests.add_guests import GuestPlace, add_guests
from hub.actions.guests.guest_list import read_guest
from hub.actions.messaging.slot_messages import message_slot
from hub.rules.guest_lists import GuestDraft
from tests.races.test_parties_at_gates import NO_VERSION_GUARD, Meeting, gates, meeting
from tests.support.guests import count_guests
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.mail_outbox import count_outbox
from tests.support.negative_controls import drop_constraint, sabotage, without_last_line
from tests.support.reservations import change_reservation
from tests.support.websocket_client import Socket
from tests.support.world import TODAY, World

__all__ = ["gates", "meeting"]
NO_LOCK = ("\n   FOR NO KEY UPDATE", "")


async def listed(world: World, people: int) -> tuple[int, str]:
    """Add a guest of today with so many people; return its id and the code that a gate finds by name."""
    by = Actor(world.org_id, world.venue_id)
    added = await add_guests(
        world.hub.services,
        by,
        GuestPlace(venue_id=world.venue_id, day=TODAY),
        [GuestDraft("Jane Smith", people)],
        again=True,
    )
    guest = await read_guest(world.hub.services, by, added.guest_ids[0])
    return guest.guest_id, guest.code


async def admitted(world: World, guest_id: int) -> int:
    return (await read_guest(world.hub.services, Actor(world.org_id), guest_id)).admitted


async def test_of_a_guest_at_four_gates_no_more_than_listed_come_in(world: World, gates: list[Socket]):
    for _ in range(5):
        guest_id, code = await listed(world, 7)
        found = await gates[0].command("find_guests", name="jan smi")
        assert code in [one["code"] for one in found["data"]["guests"]]
        four = await asyncio.gather(*(gate.verify(code, count=2) for gate in gates))
        assert sorted(one["reason"] for one in four) == ["PARTY_TOO_LARGE", *["VERIFIED"] * 3]
        assert await admitted(world, guest_id) == 6
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_version_check_more_than_listed_come_in(
    world: World, gates: list[Socket], meeting: Meeting, monkeypatch
):
    sabotage(monkeypatch, "scanning/entries", "write_entry_scans", NO_VERSION_GUARD)
    await without_last_line(world, "reservation_slots_verified_within_booked")
    guest_id, code = await listed(world, 5)
    meeting.of(code)
    two = await asyncio.gather(*(gate.verify(code, count=3) for gate in gates[:2]))
    assert [one["reason"] for one in two] == ["VERIFIED", "VERIFIED"]
    assert await admitted(world, guest_id) == 6
    assert any("than it admits" in line for line in await broken_invariants(world.hub.database))


async def add_twice(two_hubs: list[Hub], world: World, slot_id: int) -> None:
    names = [GuestDraft("Jane Smith", 2), GuestDraft("Max Müller")]
    await asyncio.gather(
        *(add_guests(hub.services, Actor(world.org_id), GuestPlace(slot_id), names) for hub in two_hubs)
    )


async def test_a_list_that_is_sent_twice_at_once_is_added_once(two_hubs: list[Hub], world: World):
    for _ in range(5):
        slot_id = await world.slot(start="10:00", capacity=100, venue_id=await world.venue())
        await add_twice(two_hubs, world, slot_id)
        assert await count_guests(world.hub.database, slot_id=slot_id) == 2
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_lock_of_the_slot_a_list_is_added_twice(two_hubs: list[Hub], world: World, monkeypatch):
    sabotage(monkeypatch, "guests/guests", "lock_slot", NO_LOCK)
    both, read = asyncio.Barrier(2), adding._without_listed

    async def read_together(*given):
        found = await read(*given)
        async with asyncio.timeout(10):
            await both.wait()
        return found

    monkeypatch.setattr(adding, "_without_listed", read_together)
    slot_id = await world.slot(capacity=100)
    await add_twice(two_hubs, world, slot_id)
    assert await count_guests(world.hub.database, slot_id=slot_id) == 4


async def write_from_two_hubs(two_hubs: list[Hub], world: World) -> int:
    """Have two hubs queue the same message at once. Return how many e-mails there are for four addresses."""
    slot_id = await world.slot()
    for n, ticket in enumerate(await world.fill(slot_id, 4)):
        await change_reservation(world.hub.database, ticket.reservation_id, customer_email=f"v{n}@example.com")
    by, key = Actor(world.org_id), uuid4()
    await asyncio.gather(*(message_slot(hub.services, by, slot_id, "We open later.", key) for hub in two_hubs))
    return await count_outbox(world.hub.database, kind="reservation.message")


async def test_two_hubs_that_queue_one_message_write_to_each_address_once(two_hubs: list[Hub], world: World):
    assert await write_from_two_hubs(two_hubs, world) == 4


async def test_without_the_lock_of_the_message_addresses_get_it_twice(two_hubs: list[Hub], world: World, monkeypatch):
    sabotage(monkeypatch, "messaging/slot_messages", "lock_message", (" FOR NO KEY UPDATE", ""))
    sabotage(monkeypatch, "messaging/slot_messages", "next_recipients", ("SELECT DISTINCT ON (lower(r.customer_email)) r.id",
             "SELECT DISTINCT ON (lower(r.customer_email)) r.id, pg_sleep(0.3)"))  # fmt: skip
    await drop_constraint(world.hub.database, "slot_message_recipients", "slot_message_recipients_pkey")
    assert await write_from_two_hubs(two_hubs, world) > 4
