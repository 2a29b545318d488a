"""Events: one for each change that committed, none for one that did not, and nothing where nobody asks."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.booking.cancel import cancel_reservation
from hub.actions.booking.close_slot import Closing, close_slot
from hub.actions.booking.release_no_shows import release_no_shows_of
from hub.actions.orders.pay_order import pay_order
from hub.actions.shows.change_bookings import cancel_booking
from hub.actions.shows.close_performance import cancel_performance
from hub.actions.shows.confirm_booking import ConfirmRequest
from hub.actions.tickets.activate import activate_ticket
from hub.actions.webhooks.write_events import write_events
from hub.rules.webhook_events import EVENTS, Event
from tests.actions.shows.test_request_booking import ask
from tests.support.hub import Hub
from tests.support.orders import change_order
from tests.support.redis_tampering import wait_until_settled
from tests.support.shows import add_stage, read_confirm_token
from tests.support.still_outbox import send_nothing
from tests.support.waitlist import joined, on_demand, serve_all
from tests.support.webhooks import count_inbox, kinds, numbered_events, some_events, write_down
from tests.support.world import NOON, TODAY, World
from web import keys

NEXT_WEEK = TODAY + timedelta(days=7)


@pytest.fixture
async def hub(monkeypatch, open_hub, hub_promises):
    on_demand(monkeypatch)
    send_nothing(monkeypatch)
    hub = await open_hub()
    yield hub
    await hub_promises(hub)


async def test_a_reservation_has_an_event_when_it_is_made_moved_and_cancelled(hub: Hub, world: World):
    noon, later = await world.slot(NEXT_WEEK), await world.slot(NEXT_WEEK, "14:00", "16:00")
    await write_down(world)
    ticket = await world.reserved(noon)
    path = f"/api/reservations/{ticket.reservation_id}"
    async with hub.client.put(path, params={"token": ticket.token}, json={"slot_id": later}) as moved:
        assert moved.status == 200, await moved.text()
    for _ in range(2):  # a repeat changes nothing, and has no event
        await cancel_reservation(hub.services, ticket.reservation_id, token=ticket.token, identity=None)
    created, modified, cancelled = await numbered_events(world)
    common = {"reservation_id": ticket.reservation_id, "ticket_id": ticket.id}
    assert (created["kind"], created["data"]) == ("reservation.created", {**common, "slot_id": noon})
    assert (modified["kind"], modified["data"]) == (
        "reservation.modified", {**common, "slot_id": later, "previous_slot_id": noon}
    )  # fmt: skip
    assert (cancelled["kind"], cancelled["data"]) == (
        "reservation.cancelled", {**common, "slot_id": later, "cause": "holder"}
    )  # fmt: skip
    assert {one["object"] for one in (created, modified, cancelled)} == {f"ticket:{ticket.id}"}
    assert [one["sequence"] for one in (created, modified, cancelled)] == [1, 2, 3]
    assert {one["venue_id"] for one in (created, modified, cancelled)} == {world.venue_id}
    assert created["at"] >= NOON, "by the clock of the hub"


async def test_the_last_place_of_a_slot_has_one_event_and_so_has_its_end(hub: Hub, world: World):
    slot_id = await world.slot(NEXT_WEEK, capacity=2)
    await write_down(world, events=("slot.full", "slot.closed"))
    tickets = [await world.reserved(slot_id) for _ in range(2)]
    await cancel_reservation(hub.services, tickets[0].reservation_id, token=tickets[0].token, identity=None)
    await wait_until_settled(hub)
    await world.reserved(slot_id)
    await close_slot(hub.services, Actor(world.org_id, world.venue_id), slot_id, Closing("tell"))
    events = await numbered_events(world)
    assert [event["kind"] for event in events] == ["slot.full", "slot.full", "slot.closed"]
    assert {event["object"] for event in events} == {f"slot:{slot_id}"}
    assert (events[0]["data"]["capacity"], events[0]["data"]["booked"]) == (2, 2)


async def test_a_booking_has_events_at_its_request_its_confirmation_and_its_end(hub: Hub, world: World):
    stage = await add_stage(world, capacity=10)
    await write_down(world)
    pending = await ask(hub, stage.performance_id)
    token = await read_confirm_token(hub.database, pending.booking_id)
    await hub.app[keys.CONFIRMATIONS].confirm(ConfirmRequest(token))
    await cancel_booking(hub.services, pending.booking_id, Actor(world.org_id, world.venue_id))
    other = await ask(hub, stage.performance_id, "eve@example.com")
    await cancel_performance(hub.services, Actor(world.org_id, world.venue_id), stage.performance_id)
    seen = [(event["kind"], event["object"], event["data"].get("cause")) for event in await numbered_events(world)]
    mine, hers = f"ticket:{pending.booking_id}", f"ticket:{other.booking_id}"
    assert seen == [
        ("booking.created", mine, None), ("booking.confirmed", mine, None), ("booking.cancelled", mine, "staff"),
        ("booking.created", hers, None), ("slot.closed", f"slot:{stage.performance_id}", None),
        ("booking.cancelled", hers, "performance"),
    ]  # fmt: skip


async def test_scans_have_events_by_what_they_did(hub: Hub, world: World):
    await world.policy(re_entry="allow")
    (ticket,) = await world.fill(await world.slot(), 1)
    await write_down(world)
    gate, scan_id = await hub.socket(await world.staff(), gate="A"), str(uuid4())
    await gate.validate(ticket.code)
    await gate.verify(ticket.code, scan_id)
    await gate.verify(ticket.code, scan_id)  # a repeat
    await gate.verify(ticket.code)  # already in
    await gate.leave(ticket.code)
    await gate.verify(ticket.code, back := str(uuid4()))
    await gate.validate("TKT-2026-NO-SUCH")
    assert (await gate.command("undo", scan_id=back, reason="wrong group"))["success"]
    events = await numbered_events(world)
    seen = [(event["kind"], event["data"]["reason"], event["object"]) for event in events]
    mine = f"ticket:{ticket.id}"
    assert seen[:3] == [
        ("entry.recorded", "VERIFIED", mine), ("exit.recorded", "EXIT_RECORDED", mine), ("entry.recorded", "RE_ENTRY", mine),
    ]  # fmt: skip
    assert seen[3][:2] == ("entry.refused", "TICKET_NOT_FOUND")
    assert seen[3][2].startswith("scan:")
    assert seen[4:] == [("entry.undone", "RETURN_UNDONE", mine)]
    assert events[0]["data"]["scan_id"] == scan_id
    assert events[0]["data"]["gate"] == "A"
    assert ticket.code not in str(events), "a code opens the door, so no event holds one"


async def test_activation_payment_offers_and_no_shows_have_events(hub: Hub, world: World):
    await write_down(world)
    ticket = await world.ticket("INACTIVE", activation_mode="deferred")
    await activate_ticket(hub.services, ticket.id, org_id=world.org_id, code=ticket.code, identity=None)
    assert [(one["kind"], one["object"]) for one in await numbered_events(world)] == [
        ("ticket.activated", f"ticket:{ticket.id}")
    ]
    slot_id = await world.slot(NEXT_WEEK, capacity=1)
    holder = await world.reserved(slot_id)
    waiting = await joined(hub, world, slot_id)
    await cancel_reservation(hub.services, holder.reservation_id, token=holder.token, identity=None)
    await serve_all(hub)
    *_, offered = await numbered_events(world)
    assert (offered["kind"], offered["data"]["slot_id"], offered["data"]["places"]) == ("waitlist.offered", slot_id, 1)
    assert waiting.token not in str(offered)
    today = await world.slot()
    for _ in range(2):
        await world.reserved(today)
    hub.clock.set(NOON + timedelta(hours=3))
    await release_no_shows_of(hub.services, Actor(world.org_id), today)
    assert (await kinds(world)).count("reservation.cancelled") == 3


async def test_payment_activates_and_has_an_event(hub: Hub, world: World):
    await change_order(hub.database, world.order_id, status="PENDING_PAYMENT", paid_at=None)
    ticket = await world.ticket("PENDING_PAYMENT")
    await write_down(world, events=("ticket.activated",))
    for _ in range(2):
        await pay_order(hub.services, Actor(world.org_id), world.order_id, mail=False)
    assert [one["object"] for one in await numbered_events(world)] == [f"ticket:{ticket.id}"]


async def test_where_nobody_asks_nothing_is_written(hub: Hub, world: World):
    other = await world.venue()
    await write_down(world, venue_id=other)
    await write_down(world, events=("exit.recorded",))
    await world.reserved(await world.slot(NEXT_WEEK))
    gate = await hub.socket(await world.staff(), gate="A")
    await gate.validate("TKT-2026-NO-SUCH")
    assert await count_inbox(hub.database) == 0
    assert await kinds(world) == []


async def test_an_event_of_no_venue_goes_to_those_who_ask_for_all(hub: Hub, world: World):
    await write_down(world, venue_id=world.venue_id)
    async with hub.database.transaction() as connection:
        await write_events(connection, world.org_id, some_events(3))
        await write_events(connection, world.org_id, [])
    assert await kinds(world) == []
    await write_down(world)
    async with hub.database.transaction() as connection:
        await write_events(connection, world.org_id, [*some_events(3), Event("no.such", "order:1", NOON, {})])
    assert await kinds(world) == ["order.paid"] * 3


async def _write_and_fail(hub: Hub, world: World) -> None:
    async with hub.database.transaction() as connection:
        await write_events(connection, world.org_id, some_events(3))
        raise LookupError


async def test_a_change_that_is_rolled_back_has_no_event(hub: Hub, world: World):
    await write_down(world)
    slot_id = await world.slot(NEXT_WEEK, capacity=2)
    with pytest.raises(LookupError):
        await _write_and_fail(hub, world)
    # Twenty want two places: the others' transactions change nothing.
    answers = await asyncio.gather(*(world.reserved(slot_id) for _ in range(20)), return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in answers) == 2
    await close_slot(hub.services, Actor(world.org_id, world.venue_id), slot_id, Closing("tell"), dry_run=True)
    assert sorted(await kinds(world)) == ["reservation.created", "reservation.created", "slot.full"]


def test_the_events_are_those_of_the_contract():
    assert len(set(EVENTS)) == len(EVENTS) == 18
