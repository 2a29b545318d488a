"""Text messages about visits: queued once, where the venue sends them, and never in its quiet hours."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.actions.messaging.send_texts import send_texts
from tests.support.hub import Hub
from tests.support.mail_outbox import delete_outbox, read_outbox
from tests.support.meeting import MEETS, two_meet
from tests.support.negative_controls import drop_constraint, sabotage
from tests.support.reservations import change_reservation, change_reservations
from tests.support.shows import add_booking, add_stage
from tests.support.slots import change_slots
from tests.support.tickets import change_ticket
from tests.support.waitlist import cancel, on_demand
from tests.support.world import NOON, TODAY, World

DAY_AFTER_TOMORROW = TODAY + timedelta(days=2)
START = NOON + timedelta(days=2)
NIGHT, MORNING = NOON + timedelta(hours=10), NOON + timedelta(hours=20)
# Both hubs have read whom to text before either of them writes.
BOTH_HAVE_READ = ("     WHERE r.org_id = $1 AND r.status", f"     WHERE {MEETS} AND r.org_id = $1 AND r.status")
PRIMARY_KEY = ("    ON CONFLICT (org_id, reservation_id, slot_id, kind) DO NOTHING\n", "")


async def texts(hub: Hub) -> list[tuple[str, int | None]]:
    """Return kind and reservation of each text message, oldest first."""
    rows = await read_outbox(hub.database, "kind", "reservation_id", channel="sms", order_by="id")
    return [(row["kind"], row["reservation_id"]) for row in rows]


async def send_at(hub: Hub, clock: Any, *moments: datetime) -> list[int]:
    written = []
    for moment in moments:
        clock.set(moment)
        written.append(await send_texts(hub.services))
    return written


@pytest.fixture(autouse=True)
def quiet_hubs(monkeypatch: pytest.MonkeyPatch) -> None:
    on_demand(monkeypatch)


async def test_a_booking_is_confirmed_once_where_the_venue_says_so(hub: Hub, world: World, clock: Any) -> None:
    visit = await world.reserved(await world.slot(DAY_AFTER_TOMORROW))
    assert await send_texts(hub.services) == 0, "off until somebody switches it on"
    await world.policy(text_messages="reminders")
    assert await send_texts(hub.services) == 0
    await world.policy(text_messages="confirmations")
    assert await send_at(hub, clock, *(NOON + timedelta(minutes=one) for one in (1, 2, 1440))) == [1, 0, 0]
    (row,) = await read_outbox(hub.database, channel="sms")
    assert (row["kind"], row["recipient"], row["reservation_id"]) == (
        "reservation.confirmed",
        "+12025551234",
        visit.reservation_id,
    )
    assert row["not_after"] == NIGHT, "it may not reach into the night"


async def test_a_booking_in_the_night_is_confirmed_in_the_morning(hub: Hub, world: World, clock: Any) -> None:
    await world.policy(text_messages="both", reminder_hours=[])
    slot_id = await world.slot(DAY_AFTER_TOMORROW)
    clock.set(NIGHT + timedelta(hours=3))
    visit = await world.reserved(slot_id)
    breakfast = await world.reserved(await world.slot(TODAY + timedelta(days=1), "07:30", "09:00"))
    assert await send_at(hub, clock, NIGHT + timedelta(hours=4), MORNING - timedelta(minutes=1), MORNING) == [0, 0, 1]
    assert await texts(hub) == [("reservation.confirmed", visit.reservation_id)]
    assert breakfast.reservation_id != visit.reservation_id


async def test_without_a_number_or_a_visit_to_come_nothing_is_sent(hub: Hub, world: World, clock: Any) -> None:
    await world.policy(text_messages="both")
    slot_id = await world.slot(DAY_AFTER_TOMORROW)
    nameless, cancelled, used = [await world.reserved(slot_id) for _ in range(3)]
    await change_reservation(hub.database, nameless.reservation_id, customer_phone="")
    await cancel(hub, cancelled, await world.staff("MANAGER"))
    await change_reservation(hub.database, used.reservation_id, status="VERIFIED", admitted=1, verified_at=NOON)
    await change_ticket(hub.database, used.id, status="VERIFIED", verified_at=NOON)
    await change_slots(hub.database, verified_count=1)
    assert await send_at(hub, clock, NOON, START - timedelta(hours=24), START - timedelta(hours=2)) == [0, 0, 0]


async def test_a_visit_is_reminded_of_once_however_many_mails_remind_of_it(hub: Hub, world: World, clock: Any) -> None:
    await world.policy(text_messages="reminders")
    early = await world.reserved(await world.slot(DAY_AFTER_TOMORROW))
    sent = await send_at(
        hub, clock, START - timedelta(hours=25), START - timedelta(hours=24), START - timedelta(hours=23)
    )
    late = await world.reserved(await world.slot(DAY_AFTER_TOMORROW, "12:00", "13:00", venue_id=await world.venue()))
    assert late.reservation_id
    soon = await world.reserved(await world.slot(DAY_AFTER_TOMORROW, "13:00", "14:00"))
    sent += await send_at(hub, clock, START - timedelta(hours=2), START - timedelta(hours=1))
    assert sent == [0, 1, 0, 0, 1]
    assert await texts(hub) == [
        ("reservation.reminder", early.reservation_id),
        ("reservation.reminder", soon.reservation_id),
    ]


async def test_a_reminder_that_is_due_in_the_night_comes_in_the_morning_or_not_at_all(
    hub: Hub, world: World, clock: Any
) -> None:
    await world.policy(text_messages="reminders")
    night_visit = await world.reserved(await world.slot(DAY_AFTER_TOMORROW, "23:00", "23:30"))
    breakfast = await world.reserved(await world.slot(DAY_AFTER_TOMORROW, "08:15", "09:00"))
    await change_reservation(hub.database, breakfast.reservation_id, reserved_at=START - timedelta(hours=20))
    moments = [NOON + timedelta(hours=one) for one in (35, 36, 43.99, 44, 45)]
    assert await send_at(hub, clock, *moments) == [0, 0, 0, 1, 0]
    assert await texts(hub) == [("reservation.reminder", night_visit.reservation_id)]


async def test_a_party_has_one_text_message_and_a_booking_of_seats_has_its_own(
    hub: Hub, world: World, clock: Any
) -> None:
    await world.policy(text_messages="both")
    slot_id = await world.slot(DAY_AFTER_TOMORROW)
    family = await world.fill(slot_id, 3)
    for one in family:
        await change_reservation(hub.database, one.reservation_id, manage_token_hash=b"family", reserved_at=NOON)
    await delete_outbox(hub.database, reservation_id=[one.reservation_id for one in family[1:]])
    stage = await add_stage(world, day=DAY_AFTER_TOMORROW, start="19:00", end="21:00")
    booking = await add_booking(world, stage.performance_id, 3)
    assert booking.reservation_id is not None
    await change_reservation(hub.database, booking.reservation_id, customer_phone="+393331234567", reserved_at=NOON)
    assert await send_texts(hub.services) == 2
    expected = [("booking.confirmed", booking.reservation_id), ("reservation.confirmed", family[0].reservation_id)]
    assert sorted(await texts(hub)) == sorted(expected)


async def two_hubs_at_once(hubs: list[Hub], world: World) -> int:
    """Let two hubs confirm the same 40 bookings at the same moment. Return the number of text messages."""
    await world.policy(text_messages="confirmations")
    await world.fill(await world.slot(DAY_AFTER_TOMORROW, capacity=100), 40)
    await change_reservations(world.hub.database, reserved_at=NOON)
    await two_meet(world.hub.database, patience=2)
    await asyncio.gather(*(send_texts(hub.services) for hub in hubs))
    return len(await texts(world.hub))


async def test_two_hubs_at_once_text_everybody_once(open_hub: Any, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hubs = [await open_hub(), await open_hub()]
    sabotage(monkeypatch, "messaging/visit_texts", "queue_texts", BOTH_HAVE_READ)
    assert await two_hubs_at_once(hubs, await World(hubs[0]).found()) == 40


async def test_without_the_primary_key_everybody_is_texted_twice(
    open_hub: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hubs = [await open_hub(), await open_hub()]
    world = await World(hubs[0]).found()
    await drop_constraint(world.hub.database, "visit_texts", "visit_texts_pkey")
    sabotage(monkeypatch, "messaging/visit_texts", "queue_texts", PRIMARY_KEY, BOTH_HAVE_READ)
    assert await two_hubs_at_once(hubs, world) == 80
