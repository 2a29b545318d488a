"""Requests for seats: many at once are one transaction, a bad one fails alone, and alternatives are listed."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from hub.actions.shows.request_booking import BookingRequest, PendingRequest
from hub.actions.shows.visitor import read_visitor
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.mail_outbox import read_outbox
from tests.support.rows import count_rows
from tests.support.shows import add_booking, add_performance, add_stage, count_bookings
from tests.support.still_outbox import send_nothing
from tests.support.tickets import read_ticket
from tests.support.world import TODAY, World
from web import keys


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    send_nothing(monkeypatch)


async def ask(hub: Hub, performance_id: int, email: str = "ada@example.com", **other: Any) -> PendingRequest | Refused:
    visitor = read_visitor("Ada", email)
    request = BookingRequest(None, performance_id, visitor, **{"party_size": 2, **other})
    try:
        return await hub.app[keys.BOOKING_REQUESTS].request(request)
    except Refused as refused:
        return refused


async def test_a_request_is_a_ticket_that_waits(hub: Hub, world: World):
    stage = await add_stage(world)
    pending = await ask(hub, stage.performance_id)
    assert isinstance(pending, PendingRequest)
    ticket = await read_ticket(hub.database, id=pending.booking_id)
    assert (ticket["channel"], ticket["status"], ticket["order_id"], ticket["product_id"]) == (
        "booking",
        "INACTIVE",
        None,
        None,
    )
    assert ticket["code"].startswith("BKG-")
    assert (ticket["customer_name"], ticket["customer_email"]) == ("Ada", "ada@example.com")
    (mail,) = await read_outbox(hub.database)
    assert (mail["kind"], mail["reservation_id"], mail["recipient"]) == ("booking.requested", None, "ada@example.com")
    assert mail["not_after"] == pending.expires_at, "it is urgent, and goes before the confirmations of a rush"
    assert await count_rows(hub.database, "ticket_reservations") == 0


async def test_a_crowd_of_requests_is_written_in_few_transactions_and_the_bad_ones_are_refused_alone(
    hub: Hub, world: World
):
    stage = await add_stage(world, capacity=50, show={"largest_party": 60})
    jobs = [ask(hub, stage.performance_id, f"{n}@example.com") for n in range(60)]
    jobs += [ask(hub, stage.performance_id + 999, f"{n}@example.com") for n in range(5)]
    jobs += [ask(hub, stage.performance_id, f"{n}@example.com", party_size=51) for n in range(60, 65)]
    jobs += [ask(hub, stage.performance_id, "0@example.com") for _ in range(4)]
    answers = await asyncio.gather(*jobs)
    seen = Counter("pending" if isinstance(answer, PendingRequest) else answer.reason for answer in answers)
    assert seen == {"pending": 62, "PERFORMANCE_NOT_FOUND": 5, "NO_CAPACITY": 5, "TOO_MANY_PENDING": 2}
    assert await count_bookings(hub.database) == 62
    assert len({answer.booking_id for answer in answers if isinstance(answer, PendingRequest)}) == 62


async def test_one_key_for_two_addresses_at_once_stands_once_and_hurts_nobody_else(hub: Hub, world: World):
    stage = await add_stage(world)
    answers = await asyncio.gather(
        *(ask(hub, stage.performance_id, f"{n}@example.com", idempotency_key="same") for n in range(3)),
        *(ask(hub, stage.performance_id, f"other-{n}@example.com") for n in range(5)),
    )
    reasons = Counter(answer.reason for answer in answers[:3] if isinstance(answer, Refused))
    assert reasons == {Reason.IDEMPOTENCY_KEY_REUSED: 2}
    assert all(isinstance(answer, PendingRequest) for answer in answers[3:])
    assert await count_bookings(hub.database) == 6


async def test_alternatives_have_seats_for_all_of_the_party_and_come_from_the_same_show(hub: Hub, world: World):
    stage = await add_stage(world, capacity=4)
    small = await add_performance(world, stage.show_id, stage.room_id, TODAY + timedelta(days=1))
    large = await add_performance(world, stage.show_id, stage.room_id, TODAY + timedelta(days=2))
    await add_stage(world, title="Another play", day=TODAY + timedelta(days=1))
    await add_booking(world, stage.performance_id, 3)
    await add_booking(world, small, 2)
    refused = await ask(hub, stage.performance_id, party_size=3)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.details["available_count"]) == (Reason.NO_CAPACITY, 1)
    assert [one["performance_id"] for one in refused.details["alternatives"]] == [large]
