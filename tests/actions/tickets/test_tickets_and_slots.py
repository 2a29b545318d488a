"""Issuing, paying, activating tickets and generating slots: all or nothing, and safe to repeat."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest

from hub.actions.tickets.activate import activate_ticket
from hub.actions.tickets.confirm_payment import confirm_payment
from hub.actions.tickets.import_csv import import_csv
from hub.actions.tickets.issue import TicketBatch, issue_tickets
from hub.actions.tickets.status import ticket_status
from hub.actions.venues.generate_slots import OpeningHours, generate_slots
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import check
from tests.support.hub import Hub
from tests.support.orders import change_order, change_products, count_orders, read_order, read_orders
from tests.support.slots import count_slots, read_slots
from tests.support.tickets import count_tickets, read_ticket, read_ticket_status, read_tickets
from tests.support.world import NOON, TODAY, World


async def test_issued_codes_are_checked_unguessable_and_all_different(hub: Hub, world: World):
    issued = await issue_tickets(hub.services, TicketBatch(500))
    codes = [ticket["ticket_code"] for ticket in issued["tickets"]]
    assert len(set(codes)) == issued["count"] == 500
    assert all(check(code) and code.startswith("TKT-2026-") for code in codes)
    assert len({code[-13:-1] for code in codes}) == 500
    ids = sorted(ticket["ticket_id"] for ticket in issued["tickets"])
    assert ids[-1] - ids[0] > 2**40, "ids are drawn, not counted"


async def test_a_batch_over_the_size_of_one_statement_is_issued_whole(hub: Hub, world: World):
    issued = await issue_tickets(hub.services, TicketBatch(5_003, "PENDING_PAYMENT", "mini_program"))
    assert (issued["count"], len(issued["tickets"])) == (5_003, 5_003)
    rows = await read_tickets(hub.database, "status", "channel")
    assert Counter(tuple(row) for row in rows) == {("PENDING_PAYMENT", "mini_program"): 5_003}
    assert (await read_order(hub.database, id=issued["order_id"]))["status"] == "PENDING_PAYMENT"


@pytest.mark.parametrize(
    "batch",
    [TicketBatch(0), TicketBatch(-1), TicketBatch(1_000_001), TicketBatch(1, "VERIFIED"), TicketBatch(1, channel="post"),
     TicketBatch(1, product_id=999), TicketBatch(1, order_id=999)],
)  # fmt: skip
async def test_a_batch_that_makes_no_sense_is_refused_and_leaves_nothing(hub: Hub, world: World, batch: TicketBatch):
    orders = await count_orders(hub.database)
    with pytest.raises(Refused) as caught:
        await issue_tickets(hub.services, batch)
    assert caught.value.reason is Reason.INVALID_REQUEST
    assert await count_tickets(hub.database) == 0
    assert await count_orders(hub.database) == orders


async def test_a_product_with_a_term_gives_its_tickets_an_end(hub: Hub, world: World):
    await change_products(hub.database, valid_days=30)
    issued = await issue_tickets(hub.services, TicketBatch(1))
    until = (await read_ticket(hub.database, id=issued["tickets"][0]["ticket_id"]))["valid_until"]
    assert abs(until - (NOON + timedelta(days=30))) < timedelta(seconds=5)


async def test_an_order_keeps_the_address_it_was_made_with(hub: Hub, world: World):
    issued = await issue_tickets(hub.services, TicketBatch(2, customer_email="mary@example.com"))
    assert (await read_order(hub.database, id=issued["order_id"]))["customer_email"] == "mary@example.com"


async def test_an_imported_order_has_an_address_where_all_its_rows_agree(hub: Hub, world: World):
    """The address opens every code of the order: rows that merely stand in one file must not share one."""
    file = (
        "code,order,email\nAA-1,one,mary@example.com\nAA-2,one,mary@example.com\nBB-1,two,mary@example.com\n"
        "BB-2,two,john@example.com\nCC-1,three,mary@example.com\nCC-2,three,\nDD-1,,mary@example.com\n"
    )
    await import_csv(hub.services, file.encode())
    rows = await read_orders(hub.database, "reference", "customer_email")
    known = {row["reference"]: row["customer_email"] for row in rows if row["reference"] is not None}
    assert {name: known[name] for name in ("one", "two", "three")} == {
        "one": "mary@example.com",
        "two": None,
        "three": None,
    }
    assert [email for name, email in known.items() if name not in ("one", "two", "three")] == [None]


async def test_another_organisations_order_and_product_cannot_be_used(hub: Hub, world: World):
    other = await World(hub).found()
    for batch in (TicketBatch(1, order_id=other.order_id), TicketBatch(1, product_id=other.product_id)):
        with pytest.raises(Refused):
            await issue_tickets(hub.services, batch, org_id=world.org_id)
    with pytest.raises(Refused) as caught:
        await issue_tickets(hub.services, TicketBatch(1))
    assert caught.value.details["message"].startswith("Name the organisation")


@pytest.mark.parametrize(("mode", "status"), [("immediate", "ACTIVATED"), ("deferred", "INACTIVE")])
async def test_payment_makes_tickets_usable_at_once_or_when_activated(hub: Hub, world: World, mode: str, status: str):
    await change_products(hub.database, activation_mode=mode)
    sold = await issue_tickets(hub.services, TicketBatch(3, "PENDING_PAYMENT"))
    paid = await confirm_payment(hub.services, org_id=world.org_id, order_id=sold["order_id"])
    assert (paid["status"], {ticket["status"] for ticket in paid["tickets"]}) == ("PAID", {status})
    assert len(paid["tickets"]) == 3
    again = await confirm_payment(hub.services, org_id=world.org_id, order_id=sold["order_id"])
    assert (again["status"], again["tickets"]) == ("PAID", [])
    rows = await read_tickets(hub.database, "status", "activated_at")
    assert {row["status"] for row in rows} == {status}
    assert all((row["activated_at"] is not None) is (mode == "immediate") for row in rows)


async def test_payments_of_one_order_at_once_release_its_tickets_once(hub: Hub, world: World):
    sold = await issue_tickets(hub.services, TicketBatch(4, "PENDING_PAYMENT"))
    answers = await asyncio.gather(
        *(confirm_payment(hub.services, org_id=world.org_id, order_id=sold["order_id"]) for _ in range(5))
    )
    assert sorted(len(answer["tickets"]) for answer in answers) == [0, 0, 0, 0, 4]


async def test_an_unknown_a_foreign_and_a_cancelled_order_are_not_paid(hub: Hub, world: World):
    other = await World(hub).found()
    for order_id in (999_999, other.order_id):
        with pytest.raises(Refused) as caught:
            await confirm_payment(hub.services, org_id=world.org_id, order_id=order_id)
        assert caught.value.reason is Reason.NOT_FOUND
    await change_order(hub.database, world.order_id, status="CANCELLED")
    with pytest.raises(Refused) as caught:
        await confirm_payment(hub.services, org_id=world.org_id, order_id=world.order_id)
    assert caught.value.reason is Reason.FORBIDDEN


async def test_activation_at_once_by_many_succeeds_once(hub: Hub, world: World):
    ticket = await world.ticket("INACTIVE", activation_mode="deferred")
    answers = await asyncio.gather(
        *(
            activate_ticket(hub.services, ticket.id, org_id=world.org_id, code=ticket.code, identity=None)
            for _ in range(8)
        ),
        return_exceptions=True,
    )
    seen = Counter(a.reason.value if isinstance(a, Refused) else a["status"] for a in answers)
    assert seen == {"ACTIVATED": 1, "TICKET_ALREADY_ACTIVATED": 7}


@pytest.mark.parametrize(
    ("status", "reason"),
    [("PENDING_PAYMENT", "TICKET_NOT_ACTIVATED"), ("ACTIVATED", "TICKET_ALREADY_ACTIVATED"),
     ("RESERVED", "TICKET_ALREADY_ACTIVATED"), ("EXPIRED", "TICKET_EXPIRED"), ("CANCELLED", "TICKET_CANCELLED")],
)  # fmt: skip
async def test_only_an_inactive_ticket_is_activated(hub: Hub, world: World, status: str, reason: str):
    if status == "RESERVED":
        (ticket,) = await world.fill(await world.slot(), 1)
    else:
        ticket = await world.ticket(status)
    with pytest.raises(Refused) as caught:
        await activate_ticket(hub.services, ticket.id, org_id=world.org_id, code=ticket.code, identity=None)
    assert caught.value.reason.value == reason
    assert await read_ticket_status(hub.database, ticket.id) == status


async def test_a_ticket_is_shown_to_who_knows_its_code_and_to_its_own_staff_only(hub: Hub, world: World):
    ticket, other = await world.tickets(2)
    staff = hub.services.sessions.read(await world.staff())
    assert (await ticket_status(hub.services, ticket.id, org_id=world.org_id, code=ticket.code.lower(), identity=None))[
        "status"
    ] == "ACTIVATED"
    assert (await ticket_status(hub.services, ticket.id, org_id=world.org_id, code=None, identity=staff))[
        "ticket_code"
    ] == ticket.code
    with pytest.raises(Refused) as caught:
        await ticket_status(hub.services, ticket.id, org_id=world.org_id, code=other.code, identity=None)
    assert caught.value.reason is Reason.TICKET_NOT_FOUND
    with pytest.raises(Refused) as caught:
        await ticket_status(hub.services, ticket.id, org_id=world.org_id, code=None, identity=None)
    assert caught.value.reason is Reason.UNAUTHENTICATED
    elsewhere = await World(hub).found()
    stranger = hub.services.sessions.read(await elsewhere.staff("ADMIN"))
    with pytest.raises(Refused):
        await ticket_status(hub.services, ticket.id, org_id=elsewhere.org_id, code=None, identity=stranger)


HOURS = OpeningHours(TODAY, 90, time(10), time(18), 120, 200)


async def test_ninety_days_are_made_once_and_repeating_adds_only_what_is_missing(hub: Hub, world: World):
    made = await generate_slots(hub.services, HOURS)
    assert (made["created"], made["existing"]) == (360, 0)
    await world.fill(made["slot_ids"][0], 2)
    again = await generate_slots(hub.services, HOURS)
    assert (again["created"], again["existing"]) == (0, 360)
    longer = await generate_slots(hub.services, OpeningHours(TODAY, 91, time(10), time(18), 120, 50))
    assert longer["created"] == 4
    assert await world.booked_count(made["slot_ids"][0]) == 2
    assert await count_slots(hub.database, total_capacity=200) == 360


async def test_two_who_generate_the_same_days_at_once_make_each_slot_once(hub: Hub, world: World):
    answers = await asyncio.gather(*(generate_slots(hub.services, HOURS) for _ in range(4)))
    assert sum(answer["created"] for answer in answers) == 360
    assert await count_slots(hub.database) == 360


async def test_slots_stand_in_the_venues_time_over_the_change_of_the_clocks(hub: Hub, world: World):
    await generate_slots(hub.services, OpeningHours(date(2026, 10, 24), 2, time(12), time(14), 120, 10))
    rows = await read_slots(hub.database, "starts_at", "ends_at", order_by="date")
    assert [row["starts_at"] for row in rows] == [
        datetime(2026, 10, 24, 10, tzinfo=UTC), datetime(2026, 10, 25, 11, tzinfo=UTC),
    ]  # fmt: skip
    assert all(row["ends_at"] - row["starts_at"] == timedelta(hours=2) for row in rows)


@pytest.mark.parametrize(
    "hours",
    [OpeningHours(TODAY, 0, time(10), time(18), 60, 1), OpeningHours(TODAY, 732, time(10), time(18), 60, 1),
     OpeningHours(TODAY, 1, time(10), time(18), 0, 1), OpeningHours(TODAY, 1, time(10), time(18), 60, -1),
     OpeningHours(TODAY, 1, time(10), time(10, 30), 60, 1), OpeningHours(date(9999, 12, 31), 5, time(10), time(18), 60, 1)],
)  # fmt: skip
async def test_hours_that_make_no_sense_are_refused_and_make_nothing(hub: Hub, world: World, hours: OpeningHours):
    with pytest.raises(Refused) as caught:
        await generate_slots(hub.services, hours)
    assert caught.value.reason is Reason.INVALID_REQUEST
    assert await count_slots(hub.database) == 0


async def test_new_slots_are_in_the_calendar_of_every_hub_at_once(hub: Hub, world: World, open_hub):
    other = await open_hub()
    month = f"/api/reservation-slots/available?month={TODAY:%Y-%m}"
    for one in (hub, other):
        assert (await one.get(month))[1]["data"] == []
    await generate_slots(hub.services, OpeningHours(TODAY, 1, time(10), time(12), 60, 5))
    assert len((await hub.get(month))[1]["data"]) == 2
    for _ in range(100):
        if (await other.get(month))[1]["data"]:
            break
        await asyncio.sleep(0.01)
    assert len((await other.get(month))[1]["data"]) == 2
