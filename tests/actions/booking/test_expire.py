"""Expiry: past reservations and tickets are ended, and nothing else."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from hub.actions.booking.expire import expire
from tests.support.hub import Hub
from tests.support.reservations import change_reservations, read_reservation
from tests.support.rows import count_rows
from tests.support.shows import add_booking, add_stage, admit_people, read_booking_rows
from tests.support.slots import change_slots
from tests.support.tickets import read_tickets, revise_ticket
from tests.support.world import NOON, TODAY, World

YESTERDAY = TODAY - timedelta(days=1)
YESTERDAY_NIGHT = NOON - timedelta(hours=16)


async def statuses(world: World, *tickets) -> list[str]:
    rows = await read_tickets(world.hub.database, "id", "status")
    status_of = {row["id"]: row["status"] for row in rows}
    return [status_of[ticket.id] for ticket in tickets]


async def test_reservations_of_an_ended_slot_expire_and_keep_their_place_in_its_figures(hub: Hub, world: World):
    ended, running = await world.slot(YESTERDAY), await world.slot()
    (late,), (in_time,) = await world.fill(ended, 1), await world.fill(running, 1)
    assert await expire(hub.services) == {"slots": 1, "reservations": 1, "tickets": 0}
    assert await statuses(world, late, in_time) == ["EXPIRED", "RESERVED"]
    reservation = (await read_reservation(hub.database, ticket_id=late.id))["status"]
    assert reservation == "EXPIRED"
    assert await world.booked_count(ended) == 1


async def test_a_slot_ends_to_the_second_and_with_its_venues_lateness(hub: Hub, world: World, clock):
    await world.policy(late_entry_minutes=30)
    (ticket,) = await world.fill(await world.slot(), 1)
    clock.set(NOON + timedelta(hours=2, minutes=29, seconds=50))
    await expire(hub.services)
    assert await statuses(world, ticket) == ["RESERVED"]
    clock.set(NOON + timedelta(hours=2, minutes=30, seconds=1))
    await expire(hub.services)
    assert await statuses(world, ticket) == ["EXPIRED"]


async def test_who_came_in_stays_verified(hub: Hub, world: World, clock):
    (ticket,) = await world.fill(await world.slot(), 1)
    await (await hub.socket(await world.staff())).verify(ticket.code)
    clock.advance(5 * 3600)
    await expire(hub.services)
    assert await statuses(world, ticket) == ["VERIFIED"]


async def test_a_cancelled_reservation_does_not_expire_its_ticket(hub: Hub, world: World, clock):
    slot_id = await world.slot()
    ticket = await world.reserved(slot_id)
    manager = await world.staff("MANAGER")
    assert (await hub.delete(f"/api/reservations/{ticket.reservation_id}", token=manager))[0] == 200
    clock.advance(5 * 3600)
    await expire(hub.services)
    assert await statuses(world, ticket) == ["ACTIVATED"]


async def test_an_ota_tickets_reservation_expires_and_its_status_stays(hub: Hub, world: World, clock):
    ticket = await world.reserve(await world.ticket(channel="ota", code="DT-7"), await world.slot())
    clock.advance(5 * 3600)
    assert (await expire(hub.services))["reservations"] == 1
    assert await statuses(world, ticket) == ["ACTIVATED"]
    assert (await read_reservation(hub.database))["status"] == "EXPIRED"
    gate = await hub.socket(await world.staff())
    assert (await gate.verify(ticket.code))["reason"] == "TICKET_EXPIRED"


async def test_unused_tickets_past_their_validity_expire_and_others_do_not(hub: Hub, world: World):
    past, future = NOON - timedelta(seconds=1), NOON + timedelta(hours=1)
    gone = [await world.ticket(status, valid_until=past) for status in ("ACTIVATED", "INACTIVE")]
    good = [
        await world.ticket(valid_until=future), await world.ticket(),
        await world.ticket("PENDING_PAYMENT", valid_until=past), await world.ticket("CANCELLED", valid_until=past),
        await world.ticket(channel="ota", valid_until=past),
    ]  # fmt: skip
    assert (await expire(hub.services))["tickets"] == 2
    assert await statuses(world, *gone) == ["EXPIRED", "EXPIRED"]
    assert "EXPIRED" not in await statuses(world, *good)


async def test_a_booking_that_nobody_came_to_stays_confirmed_and_its_code_is_over(hub: Hub, world: World):
    stage = await add_stage(world, day=YESTERDAY)
    missing, came = [await add_booking(world, stage.performance_id, 4) for _ in range(2)]
    await admit_people(hub.database, came, 1, YESTERDAY_NIGHT)
    pending = await add_booking(world, stage.performance_id, 2, "PENDING", expires_at=NOON + timedelta(hours=1))
    assert await expire(hub.services) == {"slots": 1, "reservations": 1, "tickets": 0}
    rows = await read_tickets(hub.database, "id", "status")
    assert {row["id"]: row["status"] for row in rows} == {
        missing.id: "EXPIRED", came.id: "VERIFIED", pending.id: "INACTIVE",
    }  # fmt: skip
    assert {row["status"] for row in await read_booking_rows(hub.database, "status", id=[missing.id, came.id])} == {
        "CONFIRMED"
    }
    assert await world.booked_count(stage.performance_id) == 8, "the figures of a past day stay right"


async def test_the_validity_of_tickets_does_not_end_a_booking(hub: Hub, world: World):
    stage = await add_stage(world, day=TODAY + timedelta(days=1))
    booking = await add_booking(world, stage.performance_id, 2, "PENDING")
    await revise_ticket(hub.database, booking.id, valid_until=NOON - timedelta(seconds=1))
    assert (await expire(hub.services))["tickets"] == 0
    assert (await read_tickets(hub.database, "status", id=booking.id))[0]["status"] == "INACTIVE"


async def test_expiring_again_changes_nothing(hub: Hub, world: World):
    await world.fill(await world.slot(YESTERDAY), 3)
    await expire(hub.services)
    assert await expire(hub.services) == {"slots": 0, "reservations": 0, "tickets": 0}


async def test_two_hubs_expiring_at_once_expire_each_reservation_once(hub: Hub, world: World, open_hub):
    for hour in range(10):
        await world.fill(await world.slot(YESTERDAY, f"{hour:02}:00", f"{hour + 1:02}:00"), 5)
    other = await open_hub()
    await asyncio.gather(expire(hub.services), expire(other.services), expire(hub.services))
    await expire(hub.services)
    rows = await read_tickets(hub.database, "status", "version")
    assert {tuple(row) for row in rows} == {("EXPIRED", 3)}


async def test_expiry_waits_for_a_ticket_that_a_scan_has_locked_and_keeps_its_entry(hub: Hub, world: World, clock):
    """The scan was decided a second before the end and commits after it, so the entry counts."""
    (ticket,) = await world.fill(await world.slot(), 1)
    clock.set(NOON + timedelta(hours=2, seconds=1))
    async with hub.database.transaction() as connection:
        await revise_ticket(
            connection, ticket.id, status="VERIFIED", verified_at=NOON + timedelta(hours=1, minutes=59, seconds=59)
        )
        await change_reservations(connection, status="VERIFIED", admitted=1, verified_at=NOON + timedelta(hours=1))
        await change_slots(connection, verified_count=1)
        expiring = asyncio.ensure_future(expire(hub.services))
        await asyncio.sleep(0.1)
        assert not expiring.done()
    await expiring
    assert await statuses(world, ticket) == ["VERIFIED"]


async def test_keys_past_their_day_are_dropped(hub: Hub, world: World, clock):
    slot_id, ticket = await world.slot(TODAY + timedelta(days=9)), await world.ticket()
    body = {
        "ticket_id": ticket.id,
        "slot_id": slot_id,
        "customer_email": "j@example.com",
        "customer_phone": "+12025551234",
    }
    assert (await hub.post("/api/reservations/create", body, Idempotency_Key="k"))[0] == 200
    await expire(hub.services)
    assert await count_rows(hub.database, "idempotency_keys") == 1
    clock.advance(25 * 3600)
    await expire(hub.services)
    assert await count_rows(hub.database, "idempotency_keys") == 0
