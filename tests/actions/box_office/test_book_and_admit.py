"""Booking and admitting at the gate: one request, one transaction, one entry; whoever may not come in has booked nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from hub.access.roles import Role
from hub.actions.scanning.undo_scan import undo_scan
from hub.clock import Clock
from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.mail_outbox import read_outbox
from tests.support.parties import book_together
from tests.support.products import add_product
from tests.support.reservations import read_reservation
from tests.support.scan_log import count_entries, count_scans
from tests.support.slots import close_slot, read_slot
from tests.support.tickets import change_ticket, read_ticket
from tests.support.websocket_client import Socket, answer_of, error_of
from tests.support.world import TODAY, Ticket, World

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def office(hub: Hub, world: World) -> Socket:
    return await hub.socket(await world.staff(), gate="A")


async def book(office: Socket, ticket: Ticket, slot_id: int, **fields: Any) -> dict[str, Any]:
    return await answer_of(
        office, "book_and_admit", **{"code": ticket.code, "slot_id": slot_id, "scan_id": str(uuid4())} | fields
    )


async def refused(office: Socket, ticket: Ticket, slot_id: int, **fields: Any) -> str:
    error = await error_of(office, "book_and_admit", code=ticket.code, slot_id=slot_id, scan_id=str(uuid4()), **fields)
    return str(error["code"])


async def counts(hub: Hub, slot_id: int) -> tuple[int, int]:
    return tuple(await read_slot(hub.database, "booked_count", "verified_count", id=slot_id))


async def test_a_ticket_without_a_reservation_is_booked_and_admitted_in_one_step(
    hub: Hub, world: World, office: Socket
) -> None:
    slot, ticket = await world.slot(capacity=2), await world.ticket(customer_email="ann@example.com")
    assert (await office.validate(ticket.code))["reason"] == "NO_RESERVATION"
    scan = {"scan_id": str(uuid4())}
    decision = await book(office, ticket, slot, **scan)
    assert (decision["result"], decision["reason"], decision["verified"]["gate"]) == ("GREEN", "VERIFIED", "A")
    assert decision["reservation"]["slot_id"] == slot
    assert await counts(hub, slot) == (1, 1)
    assert (await read_ticket(hub.database, "status", id=ticket.id))["status"] == "VERIFIED"
    assert [row["recipient"] for row in await read_outbox(hub.database)] == ["ann@example.com"]
    (change,) = await read_audit_log(hub.database)
    assert (change["action"], change["after"]["slot_id"]) == ("reservation.booked_at_door", slot)
    # The same request again, as after a lost connection.
    again = await book(office, ticket, slot, **scan)
    assert again == decision
    assert (await counts(hub, slot), await count_entries(hub.database), len(await read_audit_log(hub.database))) == (
        (1, 1),
        1,
        1,
    )


async def test_a_visitor_who_left_no_address_is_booked_and_written_to_nowhere(
    hub: Hub, world: World, office: Socket
) -> None:
    slot, ticket = await world.slot(), await world.ticket()
    assert (await book(office, ticket, slot))["reason"] == "VERIFIED"
    assert await read_outbox(hub.database) == []
    assert (await read_ticket(hub.database, "customer_email", id=ticket.id))["customer_email"] is None


async def test_a_full_slot_is_refused_and_the_ticket_is_as_it_was(hub: Hub, world: World, office: Socket) -> None:
    slot, ticket = await world.slot(capacity=1, booked=1), await world.ticket()
    assert await refused(office, ticket, slot) == "SLOT_FULL"
    assert await counts(hub, slot) == (1, 0)
    assert (await read_ticket(hub.database, "status", id=ticket.id))["status"] == "ACTIVATED"


async def test_a_slot_that_is_closed_after_it_was_full_is_refused_as_closed(
    hub: Hub, world: World, office: Socket
) -> None:
    slot, ticket = await world.slot(capacity=1, booked=1), await world.ticket()
    assert [await refused(office, ticket, slot) for _ in range(2)] == ["SLOT_FULL"] * 2
    await close_slot(hub.database, slot)
    assert await refused(office, ticket, slot) == "SLOT_CLOSED"


async def test_whoever_may_not_come_in_yet_has_booked_nothing_unless_they_only_book(
    hub: Hub, world: World, office: Socket
) -> None:
    await world.policy(early_entry_minutes=30)
    slot, ticket = await world.slot(start="16:00", end="18:00"), await world.ticket()
    assert (await book(office, ticket, slot))["reason"] == "TOO_EARLY"
    assert (await counts(hub, slot), await count_scans(hub.database)) == ((0, 0), 0)
    scan = {"scan_id": str(uuid4()), "admit": False}
    for _ in range(2):
        assert (await book(office, ticket, slot, **scan))["reason"] == "TOO_EARLY"
        assert await counts(hub, slot) == (1, 0)


async def test_a_product_asks_before_anything_is_booked(hub: Hub, world: World, office: Socket) -> None:
    product = await add_product(world, "Student", question="Is the card shown?")
    slot, (ticket,) = await world.slot(), await world.tickets(1)
    await change_ticket(hub.database, ticket.id, product_id=product)
    scan = {"scan_id": str(uuid4())}
    asked = await book(office, ticket, slot, **scan)
    assert (asked["reason"], asked["product"]["question"]) == ("QUESTION_UNANSWERED", "Is the card shown?")
    assert (await book(office, ticket, slot, **scan, answer="no"))["reason"] == "QUESTION_DENIED"
    assert await counts(hub, slot) == (0, 0)
    assert (await book(office, ticket, slot, **scan, answer="yes"))["reason"] == "VERIFIED"
    assert await counts(hub, slot) == (1, 1)


async def test_a_visitor_whose_slot_is_later_today_swaps_into_the_running_one(
    hub: Hub, world: World, office: Socket
) -> None:
    await world.policy(early_entry_minutes=30)
    now, later = await world.slot(), await world.slot(start="18:00", end="20:00")
    ticket = await world.reserved(later)
    assert (await office.validate(ticket.code))["reason"] == "TOO_EARLY"
    assert (await book(office, ticket, now))["reason"] == "VERIFIED"
    assert (await counts(hub, now), await counts(hub, later)) == ((1, 1), (0, 0))
    reservation = await read_reservation(hub.database, "slot_id", "status", id=ticket.reservation_id)
    assert tuple(reservation) == (now, "VERIFIED")
    assert [row["action"] for row in await read_audit_log(hub.database)] == ["reservation.moved"]


async def test_what_the_box_office_does_not_book_is_refused_by_its_reason(
    hub: Hub, world: World, office: Socket
) -> None:
    slot, tomorrow = await world.slot(), await world.slot(TOMORROW)
    elsewhere = await world.slot(venue_id=await world.venue())
    another_day = await world.reserved(tomorrow)
    assert await refused(office, another_day, slot) == "TICKET_ALREADY_RESERVED"
    ticket = await world.ticket()
    assert [await refused(office, ticket, one) for one in (tomorrow, elsewhere, 2**40)] == ["SLOT_NOT_FOUND"] * 3
    assert await refused(office, await world.ticket("PENDING_PAYMENT"), slot) == "TICKET_NOT_ACTIVATED"
    assert await refused(office, Ticket(0, "TKT-2026-NOBODY-XXXXXX"), slot) == "TICKET_NOT_FOUND"
    assert await count_scans(hub.database) == 0
    assert (await counts(hub, slot), await counts(hub, tomorrow)) == ((0, 0), (1, 0))


async def test_the_undo_of_the_entry_ends_the_booking_that_was_made_for_it(
    hub: Hub, world: World, office: Socket
) -> None:
    slot, ticket = await world.slot(capacity=1), await world.ticket()
    scan_id = str(uuid4())
    await book(office, ticket, slot, scan_id=scan_id)
    undone = await answer_of(office, "undo", scan_id=scan_id, reason="wrong person")
    assert undone["ticket_status"] == "ACTIVATED"
    assert await counts(hub, slot) == (0, 0)
    assert "undone" in await book(office, ticket, slot, scan_id=scan_id)
    assert (await book(office, await world.ticket(), slot))["reason"] == "VERIFIED", "the place is free again"
    assert (await office.validate(ticket.code))["reason"] == "NO_RESERVATION"


async def test_the_undo_of_an_entry_after_a_swap_moves_the_visitor_back(hub: Hub, world: World, office: Socket) -> None:
    await world.policy(early_entry_minutes=30)
    now, later = await world.slot(capacity=1), await world.slot(start="18:00", end="20:00")
    ticket, scan_id = await world.reserved(later), str(uuid4())
    assert (await book(office, ticket, now, scan_id=scan_id))["reason"] == "VERIFIED"
    undone = await answer_of(office, "undo", scan_id=scan_id, reason="wrong person")
    assert undone["ticket_status"] == "RESERVED"
    assert (await counts(hub, now), await counts(hub, later)) == ((0, 0), (1, 0))
    assert (await office.validate(ticket.code))["reason"] == "TOO_EARLY"
    assert (await book(office, await world.ticket(), now))["reason"] == "VERIFIED", "the place is free again"
    moves = [row["action"] for row in await read_audit_log(hub.database)]
    assert moves.count("reservation.moved") == 2


async def test_the_undo_after_a_swap_keeps_the_new_time_where_the_former_is_full(
    hub: Hub, world: World, office: Socket
) -> None:
    now, later = await world.slot(), await world.slot(start="18:00", end="20:00", capacity=1)
    ticket, scan_id = await world.reserved(later), str(uuid4())
    assert (await book(office, ticket, now, scan_id=scan_id))["reason"] == "VERIFIED"
    await world.reserved(later)
    undone = await answer_of(office, "undo", scan_id=scan_id, reason="wrong person")
    assert undone["ticket_status"] == "RESERVED"
    assert (await counts(hub, now), await counts(hub, later)) == ((1, 0), (1, 0))


async def test_one_of_a_family_who_was_swapped_goes_back_to_the_others(hub: Hub, world: World, office: Socket) -> None:
    await world.policy(early_entry_minutes=30)
    now, later = await world.slot(), await world.slot(start="18:00", end="20:00")
    first, second = await book_together(world, later, 2)
    scan_ids = [str(uuid4()), str(uuid4())]
    for ticket, scan_id in zip((first, second), scan_ids, strict=True):
        assert (await book(office, ticket, now, scan_id=scan_id))["reason"] == "VERIFIED"
    undone = await answer_of(office, "undo", scan_id=scan_ids[0], reason="wrong person")
    assert (undone["ticket_code"], undone["ticket_status"]) == (first.code, "RESERVED")
    assert (await counts(hub, now), await counts(hub, later)) == ((1, 1), (1, 0))
    await answer_of(office, "undo", scan_id=scan_ids[1], reason="wrong person")
    assert (await counts(hub, now), await counts(hub, later)) == ((0, 0), (2, 0))


@pytest.mark.parametrize("swapped", [False, True])
async def test_an_entry_that_is_recorded_again_keeps_the_place_that_was_given_for_it(
    hub: Hub, world: World, office: Socket, swapped: bool
) -> None:
    slot = await world.slot()
    ticket = await world.reserved(await world.slot(start="18:00", end="20:00")) if swapped else await world.ticket()
    scan_id = uuid4()
    await book(office, ticket, slot, scan_id=str(scan_id))
    await undo_scan(
        hub.services, org_id=world.org_id, operator_id=1, operator_name="", role=Role.MANAGER,
        scan_id=scan_id, reason="recorded again in order", alone=True, again=True,
    )  # fmt: skip
    assert await counts(hub, slot) == (1, 0)
    assert (await book(office, ticket, slot))["reason"] == "VERIFIED"


async def test_a_full_venue_admits_nobody_and_books_nobody(hub: Hub, world: World, office: Socket) -> None:
    await world.policy(inside_limit=1, when_full="stop")
    slot = await world.slot()
    first, second = await world.tickets(2)
    assert (await book(office, first, slot))["reason"] == "VERIFIED"
    assert (await book(office, second, slot))["reason"] == "VENUE_FULL"
    assert await counts(hub, slot) == (1, 1)


@pytest.mark.parametrize(
    ("policy", "operator", "manager"), [("off", False, False), ("managers", False, True), ("operators", True, True)]
)
async def test_the_policy_says_who_may_book_at_the_gate(
    hub: Hub, world: World, policy: str, operator: bool, manager: bool
) -> None:
    await world.policy(door_booking=policy)
    slot = await world.slot()
    for role, may in (("OPERATOR", operator), ("MANAGER", manager)):
        socket, ticket = await hub.socket(await world.staff(role), gate="A"), await world.ticket()
        if may:
            assert (await book(socket, ticket, slot))["reason"] == "VERIFIED"
        else:
            assert await refused(socket, ticket, slot) == "FORBIDDEN"
            assert (await error_of(socket, "door_slots"))["code"] == "FORBIDDEN"


async def test_the_box_office_lists_the_slots_of_today_with_their_places(
    hub: Hub, world: World, office: Socket, clock: Clock
) -> None:
    await world.policy(early_entry_minutes=60)
    running = await world.slot(capacity=35, booked=1)
    soon, later = (
        await world.slot(start="12:30", end="14:30", capacity=1, booked=1),
        await world.slot(start="18:00", end="20:00"),
    )
    await world.slot(start="09:00", end="11:00")
    await world.slot(TOMORROW)
    await world.slot(venue_id=await world.venue())
    slots = (await answer_of(office, "door_slots"))["slots"]
    assert [(s["slot_id"], s["free"], s["running"], s["admits"]) for s in slots] == [
        (running, 34, True, True), (soon, 0, False, True), (later, 200, False, False),
    ]  # fmt: skip
    clock.advance(3 * 3600)
    assert [s["slot_id"] for s in (await answer_of(office, "door_slots"))["slots"]] == [later]
