"""Parties over HTTP: one slot for all tickets or none, with a message for each refused ticket."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from hub.actions.waitlist.offer_places import serve_waitlist
from tests.support.api_client import Answer, Api
from tests.support.mail_outbox import read_outbox
from tests.support.orders import change_orders, change_products
from tests.support.reservations import read_reservation
from tests.support.slots import revise_slots
from tests.support.tickets import read_ticket_status
from tests.support.venues import overwrite_venue
from tests.support.world import NOON, TODAY, Ticket, World

LATER = TODAY + timedelta(days=9)


def party(tickets: list[Ticket], slot_id: int, **other: Any) -> dict[str, Any]:
    return {
        "ticket_codes": [ticket.code for ticket in tickets],
        "slot_id": slot_id,
        "customer_email": "john@example.com",
        "customer_phone": "+12025551234",
        **other,
    }


async def book(api: Api, tickets: list[Ticket], slot_id: int, *, key: str | None = None, **other: Any) -> Answer:
    headers = {"Idempotency-Key": key} if key else {}
    return await api.post("/api/reservations", party(tickets, slot_id, **other), headers=headers)


async def mails(world: World) -> list[Any]:
    return list(await read_outbox(world.hub.database, "kind", "reservation_id", "language", order_by="id"))


async def test_a_party_gets_one_slot_one_link_and_one_mail(api: Api, world: World) -> None:
    tickets, slot = await world.tickets(5), await world.slot(LATER, capacity=5)
    answer = await book(api, tickets, slot)
    booked = answer.data
    assert [one["ticket_code"] for one in booked["reservations"]] == [ticket.code for ticket in tickets]
    assert all(one["qr_code"].startswith("data:image/png;base64,") for one in booked["reservations"])
    assert booked["slot"] == {"slot_id": slot, "date": str(LATER), "start_time": "12:00:00", "end_time": "14:00:00"}
    assert booked["manage_url"].endswith(f"/r/{booked['token']}")
    assert await world.booked_count(slot) == 5
    first = booked["reservations"][0]["reservation_id"]
    assert [(row["kind"], row["reservation_id"]) for row in await mails(world)] == [("reservation.confirmed", first)]
    seen = (await api.get("/api/reservations/by-token", headers={"X-Reservation-Token": booked["token"]})).data
    assert {one["ticket_code"] for one in seen["party"]} == {ticket.code for ticket in tickets}
    assert {one["status"] for one in seen["party"]} == {"RESERVED"}


async def test_codes_are_understood_as_people_type_them(api: Api, world: World) -> None:
    ticket, slot = await world.ticket(), await world.slot(LATER)
    typed = Ticket(ticket.id, ticket.code.lower().replace("-", " "))
    assert (await book(api, [typed], slot)).data["reservations"][0]["ticket_code"] == ticket.code


async def test_a_party_larger_than_what_is_free_takes_nothing_and_gets_alternatives(api: Api, world: World) -> None:
    tickets = await world.tickets(5)
    tight, small, roomy = (
        await world.slot(LATER, "12:00", "14:00", capacity=4),
        await world.slot(LATER, "14:00", "16:00", capacity=4),
        await world.slot(LATER, "16:00", "18:00", capacity=5),
    )
    answer = await book(api, tickets, tight)
    assert (answer.status, answer.code, answer.error["free"]) == (409, "SLOT_FULL", 4)
    assert [one["slot_id"] for one in answer.error["alternative_slots"]] == [roomy]
    assert await world.booked_count(tight) == 0
    assert await mails(world) == []
    # Both other slots have room for four.
    alternatives = (await book(api, tickets, small)).error["alternative_slots"]
    assert [one["slot_id"] for one in alternatives] == [roomy]
    assert (await book(api, tickets[:4], small)).status == 200


async def test_places_held_for_the_waiting_list_are_not_free(api: Api, world: World) -> None:
    slot = await world.slot(LATER, capacity=3)
    await revise_slots(world.hub.database, held_count=2)
    answer = await book(api, await world.tickets(2), slot)
    assert (answer.code, answer.error["free"]) == ("SLOT_FULL", 1)
    shown = (await api.get(f"/api/reservation-slots/available?month={LATER:%Y-%m}")).data[0]
    assert (shown["booked_count"], shown["available_count"], shown["capacity_status"]) == (0, 1, "LIMITED")
    assert (await book(api, [await world.ticket()], slot)).status == 200
    assert (await book(api, [await world.ticket()], slot)).code == "SLOT_FULL"
    shown = (await api.get(f"/api/reservation-slots/available?month={LATER:%Y-%m}")).data[0]
    assert (shown["status"], shown["capacity_status"]) == ("FULL", "FULL")


async def test_every_bad_ticket_is_named_and_the_good_ones_are_left_alone(api: Api, world: World) -> None:
    slot = await world.slot(LATER)
    good, used, later = await world.ticket(), await world.ticket("CANCELLED"), await world.reserved(slot)
    deferred = await world.ticket("INACTIVE", activation_mode="deferred")
    answer = await book(api, [good, used, later, deferred], slot)
    assert (answer.status, answer.code) == (409, "TICKET_CANCELLED")
    assert answer.error["tickets"] == [
        {"ticket_code": used.code, "code": "TICKET_CANCELLED", "message": "This ticket was cancelled."},
        {
            "ticket_code": later.code,
            "code": "TICKET_ALREADY_RESERVED",
            "message": f"This ticket is already reserved for {LATER}",
            "reserved_date": str(LATER),
        },
        {
            "ticket_code": deferred.code,
            "code": "TICKET_NOT_ACTIVATED",
            "message": "This ticket is not activated yet. Please complete payment.",
            "can_activate": True,
            "ticket_id": deferred.id,
        },
    ]
    assert await world.booked_count(slot) == 1
    assert await read_ticket_status(world.hub.database, good.id) == "ACTIVATED"


async def test_a_party_of_one_gets_the_refusal_of_its_ticket_too(api: Api, world: World) -> None:
    answer = await book(api, [await world.ticket("EXPIRED")], await world.slot(LATER))
    assert [one["code"] for one in answer.error["tickets"]] == ["TICKET_EXPIRED"]


async def test_unknown_codes_are_named_and_a_slip_of_the_finger_is_guessed(api: Api, world: World) -> None:
    ticket, slot = await world.ticket(), await world.slot(LATER)
    slip = Ticket(0, ticket.code[:-1] + ("2" if ticket.code[-1] != "2" else "3"))
    answer = await book(api, [ticket, slip, Ticket(0, "NEVER-SOLD")], slot)
    assert (answer.status, answer.code) == (404, "TICKET_NOT_FOUND")
    assert [(one["ticket_code"], one.get("likely_mistyped")) for one in answer.error["tickets"]] == [
        (slip.code, True),
        ("NEVER-SOLD", None),
    ]


async def test_another_organisations_ticket_is_unknown_here(api: Api, world: World) -> None:
    other_world = await World(api.hub).found()
    answer = await api.post(
        "/api/reservations",
        party([await world.ticket(), await other_world.ticket()], await world.slot(LATER), orq=world.org_id),
    )
    assert (answer.status, answer.code) == (404, "TICKET_NOT_FOUND")


@pytest.mark.parametrize("count", [0, 21])
async def test_a_party_is_one_to_twenty(api: Api, world: World, count: int) -> None:
    answer = await book(api, [Ticket(0, f"CODE-{n}") for n in range(count)], await world.slot(LATER))
    assert (answer.status, answer.error["errors"][0]["field"]) == (400, "ticket_codes")


async def test_a_ticket_named_twice_is_a_bad_request(api: Api, world: World) -> None:
    ticket = await world.ticket()
    answer = await book(api, [ticket, Ticket(0, ticket.code.lower())], await world.slot(LATER))
    assert (answer.status, answer.error["errors"][0]["field"]) == (400, "ticket_codes")


async def test_the_same_key_and_body_give_the_first_answer_again(api: Api, world: World) -> None:
    tickets, slot = await world.tickets(3), await world.slot(LATER, capacity=3)
    answers = await asyncio.gather(*(book(api, tickets, slot, key="one-request") for _ in range(12)))
    answers.append(await book(api, tickets, slot, key="one-request"))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert await world.booked_count(slot) == 3
    assert len(await mails(world)) == 1


async def test_the_same_key_for_others_is_refused(api: Api, world: World) -> None:
    tickets, slot = await world.tickets(4), await world.slot(LATER)
    assert (await book(api, tickets[:2], slot, key="one-request")).status == 200
    assert (await book(api, tickets[2:], slot, key="one-request")).code == "IDEMPOTENCY_KEY_REUSED"
    alone = {
        "ticket_id": tickets[2].id,
        "slot_id": slot,
        "customer_email": "a@example.com",
        "customer_phone": "+12025551234",
    }
    answer = await api.post("/api/reservations/create", alone, headers={"Idempotency-Key": "one-request"})
    assert answer.code == "IDEMPOTENCY_KEY_REUSED"


async def test_one_key_for_two_parties_in_the_same_moment_books_one_of_them(api: Api, world: World) -> None:
    tickets, slot = await world.tickets(40), await world.slot(LATER)
    for n in range(0, 40, 4):
        pair = await asyncio.gather(
            book(api, tickets[n : n + 2], slot, key=f"shared-{n}"),
            book(api, tickets[n + 2 : n + 4], slot, key=f"shared-{n}"),
        )
        assert sorted(answer.status for answer in pair) == [200, 422]
    assert await world.booked_count(slot) == 20


async def test_the_answer_is_in_the_readers_language(api: Api, world: World) -> None:
    slot = await world.slot(LATER)
    headers = {"Accept-Language": "zh-CN"}
    await api.post("/api/reservations", party([await world.ticket()], slot), headers=headers)
    assert [row["language"] for row in await mails(world)] == ["zh_Hans"]
    assert (await read_reservation(world.hub.database))["language"] == "zh_Hans"


async def test_where_the_venue_asks_for_a_confirmed_contact_nobody_books_without(api: Api, world: World) -> None:
    await world.policy(contact_check="email")
    ticket, slot = await world.ticket(), await world.slot(LATER)
    answer = await book(api, [ticket], slot)
    assert (answer.status, answer.code, answer.error["needed"]) == (403, "CONTACT_NOT_VERIFIED", ["email"])
    alone = {
        "ticket_id": ticket.id,
        "slot_id": slot,
        "customer_email": "a@example.com",
        "customer_phone": "+12025551234",
    }
    assert (await api.post("/api/reservations/create", alone)).code == "CONTACT_NOT_VERIFIED"
    assert await world.booked_count(slot) == 0


async def test_a_ticket_says_how_many_come_with_it_and_what_its_venue_asks_for(api: Api, world: World) -> None:
    tickets = await world.tickets(3)
    await change_orders(world.hub.database, customer_email="mary@example.com")
    await world.policy(contact_check="both", country="IT", waitlist_offer_minutes=None, change_cutoff_hours=6)
    checked = (await api.post("/api/tickets/validate", {"ticket_code": tickets[0].code})).data
    assert checked["order_tickets"] == 3
    asked = {
        "contact_check": "both",
        "country": "IT",
        "timezone": "Europe/Rome",
        "waitlist": False,
        "change_cutoff_hours": 6,
    }
    assert checked["venue"] | asked == checked["venue"]


async def test_the_venue_of_a_ticket_for_one_venue_is_that_one(api: Api, world: World) -> None:
    other = await world.venue()
    await overwrite_venue(world.hub.database, other, name="The other house")
    await change_products(world.hub.database, venue_id=other)
    checked = (await api.post("/api/tickets/validate", {"ticket_code": (await world.ticket()).code})).data
    assert checked["venue"]["name"] == "The other house"


async def test_a_large_order_is_counted_as_far_as_one_booking_reaches(api: Api, world: World) -> None:
    tickets = await world.tickets(30)
    await change_orders(world.hub.database, customer_email="mary@example.com")
    checked = (await api.post("/api/tickets/validate", {"ticket_code": tickets[0].code})).data
    assert checked["order_tickets"] == 20


async def test_the_others_of_an_order_without_an_address_are_not_promised(api: Api, world: World) -> None:
    tickets = await world.tickets(3)
    checked = (await api.post("/api/tickets/validate", {"ticket_code": tickets[0].code})).data
    assert checked["order_tickets"] == 1


async def test_a_ticket_that_waits_for_its_holder_says_so(api: Api, world: World) -> None:
    ticket, unpaid = await world.ticket("INACTIVE", activation_mode="deferred"), await world.ticket("PENDING_PAYMENT")
    answer = await api.post("/api/tickets/validate", {"ticket_code": ticket.code})
    assert (answer.status, answer.code) == (400, "TICKET_NOT_ACTIVATED")
    assert (answer.error["can_activate"], answer.error["ticket_id"]) == (True, ticket.id)
    assert "can_activate" not in (await api.post("/api/tickets/validate", {"ticket_code": unpaid.code})).error


async def test_an_orders_tickets_are_shown_to_who_knows_its_address(api: Api, world: World) -> None:
    await change_orders(world.hub.database, customer_email="Mary@Example.com")
    first, second = await world.tickets(2)
    slot = await world.slot(LATER)
    await world.reserve(second, slot)
    answer = await api.post("/api/tickets/mine", {"ticket_code": first.code.lower(), "email": " mary@example.COM "})
    shown = {one["ticket_code"]: (one["status"], one["reserved_date"]) for one in answer.data["tickets"]}
    assert shown == {first.code: ("ACTIVATED", None), second.code: ("RESERVED", str(LATER))}


async def test_nobody_else_is_shown_an_order_and_no_answer_says_why(api: Api, world: World) -> None:
    ticket = await world.ticket()
    # A booking's address is no proof, because whoever books can set it. Only the order's address counts.
    reserved = await world.reserved(await world.slot(LATER))
    asked = [(ticket.code, "mary@example.com"), (ticket.code, ""), (ticket.code, " "), ("NEVER-SOLD", "mary@example.com"),
             (reserved.code, "john@example.com")]  # fmt: skip
    answers = [await api.post("/api/tickets/mine", {"ticket_code": code, "email": email}) for code, email in asked]
    assert {(answer.status, answer.body) for answer in answers} == {(404, answers[0].body)}
    assert answers[0].code == "ORDER_NOT_FOUND"


async def test_a_ticket_that_ends_before_the_slot_cannot_have_it(api: Api, world: World) -> None:
    slot = await world.slot(LATER)
    tickets = [await world.ticket(), await world.ticket(valid_until=NOON + timedelta(days=1))]
    answer = await book(api, tickets, slot)
    assert [(one["ticket_code"], one["code"]) for one in answer.error["tickets"]] == [
        (tickets[1].code, "TICKET_EXPIRED")
    ]


async def test_a_party_takes_what_the_waiting_list_offers_it(api: Api, world: World) -> None:
    slot = await world.slot(LATER, capacity=2)
    sitting = (await book(api, await world.tickets(2), slot)).data
    waiting = await world.tickets(2)
    entry = (await api.post("/api/waitlist", party(waiting, slot))).data
    holder = {"X-Reservation-Token": sitting["token"]}
    first = sitting["reservations"][0]["reservation_id"]
    assert (await api.delete(f"/api/reservations/{first}?party=1", headers=holder)).status == 200
    await serve_waitlist(api.hub.services, world.org_id, slot)
    # Held places are refused to others, to the party without its offer, and to other tickets with the offer.
    assert (await book(api, waiting, slot)).code == "SLOT_FULL"
    others = await book(api, await world.tickets(2), slot, waitlist_token=entry["token"])
    assert (others.status, others.error["errors"][0]["field"]) == (400, "waitlist_token")
    assert (await book(api, waiting, slot, waitlist_token="wrong")).code == "WAITLIST_NOT_FOUND"
    taken = await book(api, waiting, slot, waitlist_token=entry["token"])
    assert {one["ticket_code"] for one in taken.data["reservations"]} == {ticket.code for ticket in waiting}
    assert (await book(api, waiting, slot, waitlist_token=entry["token"])).body == taken.body
    assert await world.booked_count(slot) == 2
