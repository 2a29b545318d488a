"""Issuing tickets: codes nobody guesses, all of a batch or nothing."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from hub.actions.tickets.issue import TicketBatch, issue_tickets
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import check
from tests.support.hub import Hub
from tests.support.orders import change_products, count_orders, read_order
from tests.support.tickets import count_tickets, read_ticket, read_tickets
from tests.support.webhooks import numbered_events, write_down
from tests.support.world import NOON, World


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


async def test_issued_tickets_have_the_events_of_their_new_order_and_none_in_one_that_stands(hub: Hub, world: World):
    await write_down(world, events=("order.created", "order.paid"))
    waiting = (await issue_tickets(hub.services, TicketBatch(3, "PENDING_PAYMENT")))["order_id"]
    paid = (await issue_tickets(hub.services, TicketBatch(2)))["order_id"]
    await issue_tickets(hub.services, TicketBatch(1, order_id=paid))
    assert [(one["kind"], one["data"]) for one in await numbered_events(world)] == [
        ("order.created", {"order_id": waiting, "tickets": 3}),
        ("order.created", {"order_id": paid, "tickets": 2}),
        ("order.paid", {"order_id": paid, "tickets": 2}),
    ]


async def test_an_order_keeps_the_address_it_was_made_with(hub: Hub, world: World):
    issued = await issue_tickets(hub.services, TicketBatch(2, customer_email="mary@example.com"))
    assert (await read_order(hub.database, id=issued["order_id"]))["customer_email"] == "mary@example.com"


async def test_another_organisations_order_and_product_cannot_be_used(hub: Hub, world: World):
    other = await World(hub).found()
    for batch in (TicketBatch(1, order_id=other.order_id), TicketBatch(1, product_id=other.product_id)):
        with pytest.raises(Refused):
            await issue_tickets(hub.services, batch, org_id=world.org_id)
    with pytest.raises(Refused) as caught:
        await issue_tickets(hub.services, TicketBatch(1))
    assert caught.value.details["message"].startswith("Name the organisation")
