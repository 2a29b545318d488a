"""Reminders: sent by the venue's policy, once per party and visit, and never when they would mislead."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from hub.actions.messaging import send_reminders as reminding
from hub.actions.messaging.send_reminders import send_reminders
from hub.actions.shows.booking_views import booking_of_token
from tests.support.hub import Hub
from tests.support.mail_outbox import delete_outbox
from tests.support.negative_controls import drop_constraint, sabotage
from tests.support.reservations import change_reservation, change_reservations
from tests.support.shows import EMAIL, add_booking, add_stage, admit_people
from tests.support.slots import change_slot, change_slots
from tests.support.tickets import change_ticket
from tests.support.waitlist import mails, on_demand
from tests.support.world import NOON, TODAY, World

DAY_AFTER_TOMORROW = TODAY + timedelta(days=2)
START = NOON + timedelta(days=2)
# Add only a pause, so that both hubs have read whom to remind before either of them writes.
BOTH_HAVE_READ = (
    "     WHERE r.org_id = $1 AND r.slot_id = $2 AND r.status = 'RESERVED' AND r.reserved_at <= $8\n",
    "     WHERE (SELECT pg_sleep(0.5)) IS NOT NULL AND r.org_id = $1 AND r.slot_id = $2\n",
)
PRIMARY_KEY = ("    ON CONFLICT (org_id, reservation_id, slot_id, hours) DO NOTHING\n", "")


async def reminders(hub: Hub) -> list[tuple[int, list[int]]]:
    """Return the hours and the reservations of each reminder."""
    return [
        (mail["payload"]["hours"], mail["payload"]["reservation_ids"])
        for mail in await mails(hub, "reservation.reminder")
    ]


@pytest.fixture(autouse=True)
def quiet_hubs(monkeypatch):
    on_demand(monkeypatch)


@pytest.fixture
async def visit(hub: Hub, world: World):
    """A reservation for noon of the day after tomorrow."""
    return await world.reserved(await world.slot(DAY_AFTER_TOMORROW))


async def test_a_reminder_is_sent_once_a_day_before_and_once_two_hours_before(hub: Hub, world: World, visit, clock):
    sent = []
    for hours_before in (25, 24, 23.9, 13, 2.1, 2, 1.9, 1.5, 0, -1):
        clock.set(START - timedelta(hours=hours_before))
        sent.append(await send_reminders(hub.services))
    assert sent == [0, 1, 0, 0, 0, 1, 0, 0, 0, 0]
    assert await reminders(hub) == [(24, [visit.reservation_id]), (2, [visit.reservation_id])]


async def test_many_parties_are_reminded_in_batches_once_each(hub: Hub, world: World, clock, monkeypatch):
    monkeypatch.setattr(reminding, "AT_ONCE", 2)
    monkeypatch.setattr(reminding, "READ_AT_ONCE", 4)
    slot_id = await world.slot(DAY_AFTER_TOMORROW)
    visits = [await world.reserved(slot_id) for _ in range(9)]
    clock.set(START - timedelta(hours=24))
    assert await send_reminders(hub.services) == 9
    assert sorted(await reminders(hub)) == sorted((24, [visit.reservation_id]) for visit in visits)


async def test_the_mail_says_which_visit_and_brings_a_link_of_its_own(hub: Hub, world: World, visit, clock):
    clock.set(START - timedelta(hours=24))
    await send_reminders(hub.services)
    (mail,) = await mails(hub, "reservation.reminder")
    assert (mail["recipient"], mail["language"], mail["reservation_id"]) == (
        "john@example.com",
        "en",
        visit.reservation_id,
    )
    assert mail["not_after"] == START - timedelta(hours=12), "later it would not be a day before any more"
    token = mail["payload"]["manage_token"]
    assert token != visit.token
    _, body = await hub.get(f"/api/reservations/by-token?token={token}")
    assert body["data"]["reservation_id"] == visit.reservation_id


async def test_after_an_outage_no_reminder_says_a_day_when_an_hour_is_left(hub: Hub, world: World, visit, clock):
    clock.set(START - timedelta(hours=11))
    assert await send_reminders(hub.services) == 0
    clock.set(START - timedelta(hours=1.5))
    assert await send_reminders(hub.services) == 1
    assert [hours for hours, _ in await reminders(hub)] == [2]


async def test_who_books_when_a_reminder_is_due_gets_none(hub: Hub, world: World, clock):
    slot_id = await world.slot(DAY_AFTER_TOMORROW)
    clock.set(START - timedelta(hours=23))
    await world.reserved(slot_id)
    assert await send_reminders(hub.services) == 0


async def test_nobody_is_reminded_of_what_was_cancelled_or_used(hub: Hub, world: World, clock):
    slot_id = await world.slot(DAY_AFTER_TOMORROW)
    cancelled, used = await world.reserved(slot_id), await world.reserved(slot_id)
    await hub.delete(f"/api/reservations/{cancelled.reservation_id}", token=await world.staff("MANAGER"))
    now = datetime.now(UTC)
    await change_reservation(hub.database, used.reservation_id, status="VERIFIED", admitted=1, verified_at=now)
    await change_ticket(hub.database, used.id, status="VERIFIED", verified_at=now)
    await change_slots(hub.database, verified_count=1)
    clock.set(START - timedelta(hours=24))
    assert await send_reminders(hub.services) == 0


async def test_after_a_move_the_new_slot_has_reminders_of_its_own(hub: Hub, world: World, visit, clock):
    clock.set(START - timedelta(hours=24))
    await send_reminders(hub.services)
    later = await world.slot(DAY_AFTER_TOMORROW + timedelta(days=1))
    await change_reservation(hub.database, visit.reservation_id, slot_id=later, moved_at=hub.services.clock.now())
    await change_slots(hub.database, booked_count=0)
    await change_slot(hub.database, later, booked_count=1)
    clock.set(START - timedelta(hours=2))
    assert await send_reminders(hub.services) == 0, "of the old slot nobody is reminded"
    clock.set(START)
    assert await send_reminders(hub.services) == 1
    clock.set(START + timedelta(hours=22))
    assert await send_reminders(hub.services) == 1
    assert [hours for hours, _ in await reminders(hub)] == [24, 24, 2]


async def test_a_party_has_one_mail_and_each_venue_its_own_hours(hub: Hub, world: World, clock):
    slot_id = await world.slot(DAY_AFTER_TOMORROW)
    party = await world.fill(slot_id, 3)
    ids = [ticket.reservation_id for ticket in party]
    for number in ids:
        await change_reservation(
            hub.database, number, manage_token_hash=b"one party", reserved_at=NOON, language="zh_Hans"
        )
    await delete_outbox(hub.database, reservation_id=sorted(ids)[1:])
    await world.policy(reminder_hours=[6])
    clock.set(START - timedelta(hours=24))
    assert await send_reminders(hub.services) == 0
    clock.set(START - timedelta(hours=6))
    assert await send_reminders(hub.services) == 1
    (mail,) = await mails(hub, "reservation.reminder")
    assert (mail["payload"]["hours"], mail["payload"]["reservation_ids"], mail["language"]) == (
        6,
        sorted(ids),
        "zh_Hans",
    )
    await world.policy(reminder_hours=[])
    clock.set(START - timedelta(hours=1))
    assert await send_reminders(hub.services) == 0


async def two_hubs_at_once(hubs: list[Hub], world: World, clock) -> int:
    """Let two hubs remind the same 40 visitors at the same moment. Return the number of mails."""
    slot_id = await world.slot(DAY_AFTER_TOMORROW, capacity=100)
    await world.fill(slot_id, 40)
    await change_reservations(world.hub.database, reserved_at=NOON)
    clock.set(START - timedelta(hours=24))
    await asyncio.gather(*(send_reminders(hub.services) for hub in hubs))
    return len(await mails(world.hub, "reservation.reminder"))


async def test_two_hubs_at_once_remind_everybody_once(open_hub, clock, monkeypatch):
    hubs = [await open_hub(), await open_hub()]
    sabotage(monkeypatch, "messaging/reminders", "remind", BOTH_HAVE_READ)
    assert await two_hubs_at_once(hubs, await World(hubs[0]).found(), clock) == 40


async def test_without_the_primary_key_everybody_is_reminded_twice(open_hub, clock, monkeypatch):
    hubs = [await open_hub(), await open_hub()]
    world = await World(hubs[0]).found()
    await drop_constraint(world.hub.database, "reminders", "reminders_pkey")
    sabotage(monkeypatch, "messaging/reminders", "remind", PRIMARY_KEY, BOTH_HAVE_READ)
    assert await two_hubs_at_once(hubs, world, clock) == 80


async def test_a_booking_is_reminded_once_in_the_words_of_a_performance(hub: Hub, world: World, clock):
    stage = await add_stage(world, day=DAY_AFTER_TOMORROW, start="12:00", end="14:00")
    booking = await add_booking(world, stage.performance_id, 3)
    partly_in = await add_booking(world, stage.performance_id, 4, email="in@example.com")
    await admit_people(hub.database, partly_in, 1)
    await add_booking(world, stage.performance_id, 2, "PENDING", email="pending@example.com")
    clock.set(START - timedelta(hours=24))
    assert [await send_reminders(hub.services) for _ in range(2)] == [1, 0]
    (mail,) = await mails(hub, "booking.reminder")
    assert (mail["recipient"], mail["reservation_id"]) == (EMAIL, booking.reservation_id)
    assert await mails(hub, "reservation.reminder") == []
    view = await booking_of_token(hub.services, mail["payload"]["manage_token"])
    assert view.booking_id == booking.id
