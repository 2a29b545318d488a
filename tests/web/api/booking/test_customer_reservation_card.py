"""The card "Customer Reservation Portal": its acceptance list (section 8) and its Postman coverage (section 9)."""

from __future__ import annotations

import asyncio
import base64
import io
from datetime import timedelta

import pytest
import zxingcpp
from PIL import Image

from tests.support.api_client import Api, booking
from tests.support.mail_outbox import read_outbox
from tests.support.slots import close_slot
from tests.support.tickets import read_ticket_status
from tests.support.world import TODAY, World

TOMORROW = TODAY + timedelta(days=1)


# Section 8: acceptance


async def test_an_activated_ticket_validates_with_its_id_and_status(api: Api, world: World) -> None:
    ticket = await world.ticket()
    answer = await api.post("/api/tickets/validate", {"ticket_code": ticket.code})
    assert answer.status == 200
    venue = {
        "id": world.venue_id, "slug": "test-venue", "name": "Test Venue", "address": "", "contact_email": "", "contact_phone": "",
        "contact_check": "format", "country": "US", "timezone": "Europe/Rome", "waitlist": True, "change_cutoff_hours": 24,
    }  # fmt: skip
    assert answer.json == {
        "success": True,
        "data": {
            "ticket_id": ticket.id,
            "ticket_code": ticket.code,
            "status": "ACTIVATED",
            "product_id": world.product_id,
            "order_id": world.order_id,
            "order_tickets": 1,
            "venue": venue,
            "venues": [venue],
        },
    }


async def test_a_reserved_ticket_is_a_conflict_with_its_date(api: Api, world: World) -> None:
    ticket = await world.reserved(await world.slot(TOMORROW))
    answer = await api.post("/api/tickets/validate", {"ticket_code": ticket.code})
    assert answer.status == 409
    assert answer.error == {
        "code": "TICKET_ALREADY_RESERVED",
        "message": f"This ticket is already reserved for {TOMORROW}",
        "reserved_date": str(TOMORROW),
        "sent_to": "j***@example.com",
    }


async def test_a_valid_contact_is_verified_without_a_code_sent(api: Api, world: World) -> None:
    ticket = await world.ticket()
    answer = await api.post(
        "/api/tickets/verify-contact", {"ticket_id": ticket.id, "email": "john@example.com", "phone": "+12025551234"}
    )
    assert answer.status == 200
    assert answer.json == {"success": True, "message": "Contact information verified", "otp_sent": False}


async def test_a_booking_raises_the_count_and_reserves_the_ticket(api: Api, world: World) -> None:
    ticket, slot = await world.ticket(), await world.slot()
    answer = await api.post("/api/reservations/create", booking(ticket, slot))
    assert answer.status == 200
    assert await world.booked_count(slot) == 1
    status = await read_ticket_status(world.hub.database, ticket.id)
    assert status == "RESERVED"


async def test_two_customers_and_one_place_give_one_booking(api: Api, world: World) -> None:
    slot, other = await world.slot(capacity=1), await world.slot(TOMORROW)
    tickets = await world.tickets(2)
    answers = await asyncio.gather(*(api.post("/api/reservations/create", booking(t, slot)) for t in tickets))
    assert sorted(answer.status for answer in answers) == [200, 409]
    refusal = next(answer for answer in answers if answer.status == 409)
    assert refusal.code == "SLOT_FULL"
    assert [offer["slot_id"] for offer in refusal.error["alternative_slots"]] == [other]


async def test_the_answer_to_a_booking_is_what_the_card_promises(api: Api, world: World) -> None:
    ticket, slot = await world.ticket(), await world.slot()
    data = (await api.post("/api/reservations/create", booking(ticket, slot))).data
    assert data["ticket_code"] == ticket.code
    assert data["slot"] == {"slot_id": slot, "date": str(TODAY), "start_time": "12:00:00", "end_time": "14:00:00"}
    assert data["confirmation_sent"] is True
    assert data["manage_url"].startswith(f"{api.hub.url}/r/")
    kind, _, picture = data["qr_code"].partition(",")
    assert kind == "data:image/png;base64"
    image = Image.open(io.BytesIO(base64.b64decode(picture)))
    assert zxingcpp.read_barcodes(image.convert("L"))[0].text == ticket.code


async def test_a_slot_that_reaches_its_capacity_is_shown_full(api: Api, world: World) -> None:
    slot = await world.slot(capacity=1)
    await world.reserved(slot)
    (shown,) = (await api.get(f"/api/reservation-slots/available?month={TODAY:%Y-%m}")).data
    assert (shown["id"], shown["status"], shown["capacity_status"]) == (slot, "FULL", "FULL")
    assert shown["available_count"] == 0


async def test_a_reserved_ticket_cannot_be_reserved_again(api: Api, world: World) -> None:
    ticket = await world.reserved(await world.slot(TOMORROW))
    answer = await api.post("/api/reservations/create", booking(ticket, await world.slot()))
    assert (answer.status, answer.code) == (409, "TICKET_ALREADY_RESERVED")
    assert answer.error["reserved_date"] == str(TOMORROW)


# Section 9: Postman coverage beyond the above


async def test_the_confirmation_mail_is_queued_with_the_booking(api: Api, world: World) -> None:
    data = (await api.post("/api/reservations/create", booking(await world.ticket(), await world.slot()))).data
    kinds = await read_outbox(world.hub.database, "recipient", reservation_id=data["reservation_id"])
    assert [row["recipient"] for row in kinds] == ["john@example.com"]


@pytest.mark.parametrize(
    "code", ["", "   ", "TKT-2025", "nonsense", "TKT-2025-ABC12-DEF456", "'; DROP TABLE tickets; --"]
)
async def test_a_badly_formed_code_is_a_bad_request(api: Api, code: str) -> None:
    answer = await api.post("/api/tickets/validate", {"ticket_code": code})
    assert answer.status == 400
    assert answer.code in ("INVALID_REQUEST", "TICKET_NOT_FOUND")


async def test_an_unknown_ticket_is_not_found_with_400(api: Api) -> None:
    answer = await api.post("/api/tickets/validate", {"ticket_code": "TKT-2025-ABC123-DEF456"})
    assert (answer.status, answer.code) == (400, "TICKET_NOT_FOUND")


@pytest.mark.parametrize(
    ("status", "http", "code"),
    [
        ("PENDING_PAYMENT", 400, "TICKET_NOT_ACTIVATED"),
        ("INACTIVE", 400, "TICKET_NOT_ACTIVATED"),
        ("EXPIRED", 400, "TICKET_EXPIRED"),
        ("CANCELLED", 400, "TICKET_CANCELLED"),
    ],
)
async def test_a_ticket_in_another_state_does_not_validate(
    api: Api, world: World, status: str, http: int, code: str
) -> None:
    ticket = await world.ticket(status)
    answer = await api.post("/api/tickets/validate", {"ticket_code": ticket.code})
    assert (answer.status, answer.code) == (http, code)


async def test_a_used_ticket_does_not_validate(api: Api, world: World) -> None:
    ticket = await world.ticket("VERIFIED", verified_at=world.hub.clock.now())
    answer = await api.post("/api/tickets/validate", {"ticket_code": ticket.code})
    assert (answer.status, answer.code) == (400, "TICKET_ALREADY_USED")


@pytest.mark.parametrize("status", ["PENDING_PAYMENT", "INACTIVE", "EXPIRED", "CANCELLED"])
async def test_a_ticket_in_another_state_cannot_be_booked(api: Api, world: World, status: str) -> None:
    answer = await api.post("/api/reservations/create", booking(await world.ticket(status), await world.slot()))
    assert answer.status == 409


@pytest.mark.parametrize("email", ["", "john", "john@", "@example.com", "john@example", "a b@example.com", "x" * 300])
async def test_a_bad_email_is_an_invalid_contact(api: Api, email: str) -> None:
    answer = await api.post("/api/tickets/verify-contact", {"ticket_id": 1, "email": email, "phone": "+12025551234"})
    assert (answer.status, answer.code) == (400, "INVALID_CONTACT")
    assert [problem["field"] for problem in answer.error["validation_errors"]] == ["email"]


@pytest.mark.parametrize("phone", ["", "12025551234", "+0202555", "+1", "phone", "+1202555123456789", "+1 202 555"])
async def test_a_bad_phone_is_an_invalid_contact(api: Api, phone: str) -> None:
    answer = await api.post("/api/tickets/verify-contact", {"ticket_id": 1, "email": "j@example.com", "phone": phone})
    assert (answer.status, answer.code) == (400, "INVALID_CONTACT")
    assert [problem["field"] for problem in answer.error["validation_errors"]] == ["phone"]


async def test_both_contact_errors_are_named_at_once(api: Api, world: World) -> None:
    answer = await api.post("/api/tickets/verify-contact", {"ticket_id": 1, "email": "no", "phone": "no"})
    assert {problem["field"] for problem in answer.error["validation_errors"]} == {"email", "phone"}
    answer = await api.post(
        "/api/reservations/create",
        booking(await world.ticket(), await world.slot(), customer_email="no", customer_phone="no"),
    )
    assert answer.code == "INVALID_CONTACT"
    fields = {problem["field"] for problem in answer.error["validation_errors"]}
    assert fields == {"customer_email", "customer_phone"}


async def test_a_full_slot_is_refused_with_alternatives(api: Api, world: World) -> None:
    full, later = await world.slot(capacity=1), await world.slot(start="14:00", end="16:00", capacity=180)
    await world.reserved(full)
    answer = await api.post("/api/reservations/create", booking(await world.ticket(), full))
    assert (answer.status, answer.code) == (409, "SLOT_FULL")
    assert answer.error["alternative_slots"] == [
        {"slot_id": later, "date": str(TODAY), "start_time": "14:00:00", "available_count": 180}
    ]


async def test_an_unknown_slot_is_not_found(api: Api, world: World) -> None:
    answer = await api.post("/api/reservations/create", booking(await world.ticket(), 999_999))
    assert (answer.status, answer.code) == (404, "SLOT_NOT_FOUND")


async def test_an_unknown_ticket_cannot_be_booked(api: Api, world: World) -> None:
    slot = await world.slot()
    body = {"ticket_id": 1, "slot_id": slot, "customer_email": "j@example.com", "customer_phone": "+12025551234"}
    answer = await api.post("/api/reservations/create", body)
    assert (answer.status, answer.code) == (404, "TICKET_NOT_FOUND")


async def test_a_closed_slot_and_one_that_is_over_are_refused(api: Api, world: World) -> None:
    closed, past = await world.slot(), await world.slot(TODAY - timedelta(days=1))
    await close_slot(world.hub.database, closed)
    for slot, code in ((closed, "SLOT_CLOSED"), (past, "SLOT_PAST")):
        # Postgres answers the first request, and seat admission, which knows only that nothing is free, the others.
        for _ in range(4):
            answer = await api.post("/api/reservations/create", booking(await world.ticket(), slot))
            assert (answer.status, answer.code) == (409, code)


async def test_one_ticket_asked_for_twenty_times_at_once_is_booked_once(api: Api, world: World) -> None:
    ticket = await world.ticket()
    slots = [await world.slot(TODAY + timedelta(days=n)) for n in range(4)]
    answers = await asyncio.gather(
        *(api.post("/api/reservations/create", booking(ticket, slots[n % 4])) for n in range(20))
    )
    assert sorted(answer.status for answer in answers) == [200] + [409] * 19
    assert {answer.code for answer in answers if answer.status == 409} == {"TICKET_ALREADY_RESERVED"}


async def test_a_hundred_bookings_of_different_slots_all_succeed(api: Api, world: World) -> None:
    slots = [await world.slot(TODAY + timedelta(days=n)) for n in range(10)]
    tickets = await world.tickets(100)
    answers = await asyncio.gather(
        *(api.post("/api/reservations/create", booking(t, slots[n % 10])) for n, t in enumerate(tickets))
    )
    assert [answer.status for answer in answers] == [200] * 100
    assert [await world.booked_count(slot) for slot in slots] == [10] * 10


async def test_a_refused_booking_leaves_nothing_behind(api: Api, world: World) -> None:
    full, ticket = await world.slot(capacity=1), await world.ticket()
    await world.reserved(full)
    await api.post("/api/reservations/create", booking(ticket, full))
    status = await read_ticket_status(world.hub.database, ticket.id)
    assert status == "ACTIVATED"
    assert await world.booked_count(full) == 1
    assert (await api.post("/api/tickets/validate", {"ticket_code": ticket.code})).status == 200


async def test_ticket_and_slot_of_two_organisations_do_not_meet(api: Api, world: World) -> None:
    elsewhere = await World(api.hub).found()
    ticket, slot = await world.ticket(), await elsewhere.slot()
    answer = await api.post("/api/reservations/create", booking(ticket, slot, orq=world.org_id))
    assert (answer.status, answer.code) == (403, "ORGANIZATION_MISMATCH")


async def test_the_whole_way_from_code_to_mail(api: Api, world: World) -> None:
    ticket, slot = await world.ticket(), await world.slot(TOMORROW)
    checked = (await api.post("/api/tickets/validate", {"ticket_code": ticket.code.lower()})).data
    contact = {"ticket_id": checked["ticket_id"], "email": "john@example.com", "phone": "+12025551234"}
    assert (await api.post("/api/tickets/verify-contact", contact)).status == 200
    (offered,) = (await api.get(f"/api/reservation-slots/available?month={TODAY:%Y-%m}&orq={world.org_id}")).data
    assert offered["id"] == slot
    booked = (await api.post("/api/reservations/create", booking(ticket, offered["id"]))).data
    token = booked["manage_url"].rpartition("/")[2]
    seen = (await api.get(f"/api/reservations/{booked['reservation_id']}?token={token}")).data
    assert (seen["ticket_code"], seen["slot"]["date"]) == (ticket.code, str(TOMORROW))
