"""US-015: the six scenarios of ticket reservation and validation, end to end."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar

from tests.journeys.conftest import Customer, read_data_url, read_qr, ticket_row
from tests.support.hub import Hub
from tests.support.reservations import read_reservation
from tests.support.scan_log import read_scans
from tests.support.world import TODAY, World

NOVEMBER_14 = datetime(2026, 11, 14, 11, 0, tzinfo=UTC)
NOVEMBER_20 = date(2026, 11, 20)


async def test_scenario_1_successful_reservation_flow(hub: Hub, world: World, customer: Customer):
    # Given a customer has an ACTIVATED ticket
    ticket = await world.ticket()
    slot_id = await world.slot(capacity=200, booked=150)
    # When they enter ticket code on /reserve page
    async with hub.client.get(f"/reserve?ticket={ticket.code}") as page:
        assert page.status == 200
    status, body = await customer.enters(ticket.code)
    assert (status, body["data"]["ticket_id"], body["data"]["status"]) == (200, ticket.id, "ACTIVATED")
    # And they enter valid email and phone
    status, body = await customer.gives_contact(ticket.id)
    assert (status, body["success"], body["otp_sent"]) == (200, True, False)
    # And they select an available slot
    slot = (await customer.sees_slots(TODAY))[slot_id]
    assert (slot["available_count"], slot["total_capacity"], slot["capacity_status"]) == (50, 200, "LIMITED")
    # And they confirm reservation
    status, body = await customer.confirms(ticket, slot_id)
    # Then reservation is created
    assert status == 200
    reserved = body["data"]
    stored = await read_reservation(hub.database, id=reserved["reservation_id"])
    assert (stored["ticket_id"], stored["slot_id"], stored["status"]) == (ticket.id, slot_id, "RESERVED")
    assert (stored["customer_email"], stored["customer_phone"]) == ("john@example.com", "+12025551234")
    assert reserved["slot"]["date"] == str(TODAY)
    assert read_data_url(reserved["qr_code"]) == ticket.code
    # And ticket status becomes RESERVED
    row = await ticket_row(world, ticket)
    assert (row["status"], row["customer_email"]) == ("RESERVED", "john@example.com")
    assert row["reserved_at"] is not None
    # And slot booked_count is incremented
    assert await world.booked_count(slot_id) == 151
    assert (await customer.sees_slots(TODAY))[slot_id]["booked_count"] == 151
    # And confirmation email is sent with QR code
    assert reserved["confirmation_sent"] is True
    mail = await customer.mail()
    pictures = [part.get_content() for part in mail.walk() if part.get_content_type() == "image/png"]
    assert pictures
    assert [read_qr(picture) for picture in pictures] == [ticket.code] * len(pictures)
    text = mail.get_body(("plain",)).get_content()
    assert ticket.code in text
    assert reserved["manage_url"] in text
    (invitation,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    (event,) = Calendar.from_ical(invitation.get_content()).walk("VEVENT")
    assert event.decoded("DTSTART").astimezone(UTC) == datetime(2026, 11, 20, 11, tzinfo=UTC)
    assert event.decoded("DTEND").astimezone(UTC) == datetime(2026, 11, 20, 13, tzinfo=UTC)


async def test_scenario_2_slot_full_error(hub: Hub, world: World):
    # Given a slot has 1 available spot remaining
    slot_id = await world.slot(capacity=3, booked=2)
    free = await world.slot(start="14:00", end="16:00", capacity=10)
    first, second = await world.tickets(2)
    ann, bob = Customer(hub, "ann@example.com"), Customer(hub, "bob@example.com")
    # When 2 customers try to reserve simultaneously
    answers = await asyncio.gather(ann.confirms(first, slot_id), bob.confirms(second, slot_id))
    # Then first customer succeeds
    assert sorted(status for status, _ in answers) == [200, 409]
    # And second customer gets SLOT_FULL error
    (error,) = [body["error"] for status, body in answers if status == 409]
    assert error["code"] == "SLOT_FULL"
    # And alternative slots are suggested
    assert [slot["slot_id"] for slot in error["alternative_slots"]] == [free]
    assert error["alternative_slots"][0]["available_count"] == 10
    assert await world.booked_count(slot_id) == 3
    assert (await ann.sees_slots(TODAY))[slot_id]["status"] == "FULL"


async def test_scenario_3_operator_validation_valid_ticket(hub: Hub, world: World, clock):
    # Given a ticket is RESERVED for today (Nov 14)
    clock.set(NOVEMBER_14)
    jane = await world.staff(name="Jane Smith")
    slot_id = await world.slot(day=date(2026, 11, 14))
    ticket = await world.reserved(slot_id, customer_name="John Doe")
    manager = await hub.socket(await world.staff("MANAGER"))
    counts = (await manager.command("subscribe", topic="counts"))["data"]
    assert counts["verified"] == 0
    # When operator scans the QR code on Nov 14
    gate = await hub.socket(jane, gate="A")
    decision = await gate.validate(ticket.code)
    # Then validation result is GREEN
    assert (decision["result"], decision["reason"], decision["can_verify"]) == ("GREEN", "VALID", True)
    # And screen shows "VALID TICKET" with customer info
    assert decision["message"] == "VALID TICKET"
    assert decision["detail"] == "Reserved for today 12:00-14:00"
    assert decision["ticket"]["customer_name"] == "John Doe"
    assert decision["ticket"]["customer_email"] == "j***@example.com"
    assert (await ticket_row(world, ticket))["status"] == "RESERVED"
    # When operator clicks "Mark as Verified"
    decision = await gate.verify(ticket.code)
    assert (decision["result"], decision["reason"], decision["message"]) == ("GREEN", "VERIFIED", "ENTRY RECORDED")
    # Then ticket status becomes VERIFIED
    row = await ticket_row(world, ticket)
    assert (row["status"], decision["ticket"]["status"]) == ("VERIFIED", "VERIFIED")
    reservation = await read_reservation(hub.database, ticket_id=ticket.id)
    assert reservation["status"] == "VERIFIED"
    # And verified_at timestamp is recorded
    assert abs(row["verified_at"] - clock.now()) < timedelta(seconds=5)
    assert reservation["verified_at"] == row["verified_at"]
    # And operator ID is recorded
    assert row["verified_by"] == hub.services.sessions.read(jane).staff_id == gate.ready["operator"]["id"]
    assert (decision["verified"]["operator_name"], decision["verified"]["gate"]) == ("Jane Smith", "A")
    # And the manager's count moves at that moment
    event = await manager.event()
    while not event["data"]["verified"]:
        event = await manager.event()
    assert event["data"]["slots"][0] | {"verified": 1} == event["data"]["slots"][0]


async def test_scenario_4_operator_validation_wrong_date(hub: Hub, world: World, clock):
    # Given a ticket is RESERVED for Nov 20
    clock.set(NOVEMBER_14)
    jane = await world.staff(name="Jane Smith")
    ticket = await world.reserved(await world.slot(day=NOVEMBER_20))
    # When operator scans the QR code on Nov 14
    gate = await hub.socket(jane, gate="A")
    decision = await gate.validate(ticket.code)
    # Then validation result is RED
    assert (decision["result"], decision["reason"]) == ("RED", "WRONG_DATE")
    # And screen shows "WRONG DATE"
    assert decision["message"] == "WRONG DATE"
    # And message says "Reserved for 2025-11-20"
    assert decision["detail"].startswith("Reserved for 2026-11-20")
    assert (decision["reservation"]["date"], decision["reservation"]["is_today"]) == ("2026-11-20", False)
    assert decision["days_from_now"] == 6
    # And operator cannot mark as verified
    assert decision["can_verify"] is False
    assert (await gate.verify(ticket.code))["reason"] == "WRONG_DATE"
    row = await ticket_row(world, ticket)
    assert (row["status"], row["verified_at"]) == ("RESERVED", None)


async def test_scenario_5_operator_validation_no_reservation(hub: Hub, world: World, jane: str):
    # Given a ticket is ACTIVATED but not reserved
    ticket = await world.ticket("ACTIVATED")
    # When operator scans the QR code
    gate = await hub.socket(jane, gate="A")
    decision = await gate.validate(ticket.code)
    # Then validation result is RED
    assert (decision["result"], decision["reason"], decision["can_verify"]) == ("RED", "NO_RESERVATION", False)
    # And screen shows "NO RESERVATION"
    assert decision["message"] == "NO RESERVATION"
    # And message says "Customer must book a time slot first"
    assert decision["detail"] == "Customer must book a time slot first"
    assert (await gate.verify(ticket.code))["reason"] == "NO_RESERVATION"
    assert (await ticket_row(world, ticket))["status"] == "ACTIVATED"


async def test_scenario_6_already_verified_warning(hub: Hub, world: World, clock):
    # Given a ticket was verified at 09:30 AM by Jane
    clock.set(datetime(2026, 11, 20, 8, 30, tzinfo=UTC))
    jane = await world.staff(name="Jane Smith")
    ticket = await world.reserved(await world.slot())
    assert (await (await hub.socket(jane, gate="A")).verify(ticket.code))["reason"] == "VERIFIED"
    before = await ticket_row(world, ticket)
    # When operator scans the same ticket again at 10:00 AM
    clock.set(datetime(2026, 11, 20, 9, 0, tzinfo=UTC))
    tom = await hub.socket(await world.staff(name="Tom Brown"), gate="B")
    decision = await tom.validate(ticket.code)
    # Then validation result is YELLOW
    assert (decision["result"], decision["reason"]) == ("YELLOW", "ALREADY_VERIFIED")
    # And screen shows "ALREADY VERIFIED"
    assert decision["message"] == "ALREADY VERIFIED"
    # And message shows "Verified at 09:30 AM by Jane Smith"
    assert decision["detail"].startswith("Verified at 09:30 by Jane Smith")
    assert decision["verified"]["operator_name"] == "Jane Smith"
    assert decision["verified"]["verified_at"].startswith("2026-11-20T08:30:")
    # And operator can still re-verify if needed (idempotent)
    assert decision["can_verify"] is True
    again = await tom.verify(ticket.code)
    assert (again["result"], again["reason"]) == ("YELLOW", "ALREADY_VERIFIED")
    assert again["verified"] == decision["verified"]
    assert await ticket_row(world, ticket) == before
    log = await read_scans(hub.database, "mode", "result", "entered", order_by="logged_at")
    assert [tuple(row) for row in log] == [
        ("verify", "GREEN", True), ("validate", "YELLOW", False), ("verify", "YELLOW", False),
    ]  # fmt: skip
