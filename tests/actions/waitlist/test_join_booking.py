"""Waiting for a sold-out performance: a request for seats joins, is offered all its seats, and is confirmed by accepting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.booking.cancel import cancel_reservation
from hub.actions.booking.move import move_reservation
from hub.actions.booking.release_no_shows import release_no_shows
from hub.actions.reporting.reconcile import reconcile
from hub.actions.shows.booking_views import booking_of_token
from hub.actions.shows.confirm_booking import ConfirmRequest
from hub.actions.shows.performances import change_performance
from hub.actions.waitlist.accept_offer import accept_offer, accept_offer_of_booking
from hub.actions.waitlist.entries import read_waitlist
from hub.actions.waitlist.leave import leave_waitlist
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.redis_tampering import wait_until_settled
from tests.support.reservations import read_reservation
from tests.support.rows import count_rows
from tests.support.shows import (
    Booking,
    Stage,
    add_booking,
    add_bookings,
    add_performance,
    add_stage,
    change_booking,
    change_show,
    read_booking_row,
)
from tests.support.slots import change_slot, close_slot
from tests.support.tickets import cancel_ticket, read_ticket_status
from tests.support.waitlist import entry, join, mails, on_demand, serve_all, slot, status, wait_for_seats
from tests.support.world import NOON, TODAY, Ticket, World
from web import keys

TOMORROW = TODAY + timedelta(days=1)
OFFER = timedelta(minutes=30)


@pytest.fixture
async def hub(monkeypatch, open_hub, hub_promises):
    on_demand(monkeypatch)
    hub = await open_hub()
    yield hub
    await hub_promises(hub)


@pytest.fixture
async def full(hub: Hub, world: World) -> tuple[Stage, list[Booking]]:
    """A sold-out performance tomorrow evening: five parties of two."""
    stage = await add_stage(world, capacity=10, day=TOMORROW)
    return stage, await add_bookings(world, stage.performance_id, 5, 2)


async def refusal(action) -> Refused:
    with pytest.raises(Refused) as no:
        await action
    return no.value


async def cancel(hub: Hub, *bookings: Booking) -> None:
    for one in bookings:
        await cancel_reservation(hub.services, one.reservation_id, token=one.manage_token, identity=None)


async def test_a_whole_party_joins_with_its_link_and_its_request_stands_until_the_performance_is_over(
    hub: Hub, world: World, full, clock
):
    stage, _ = full
    first, second = [await add_booking(world, stage.performance_id, size, "PENDING") for size in (3, 2)]
    joined = await wait_for_seats(hub, first)
    assert (joined.position, joined.places) == (1, 3)
    assert (await wait_for_seats(hub, second, "zh_Hans")).position == 2
    mail, in_chinese = await mails(hub, "waitlist.joined")
    assert (mail["recipient"], mail["language"], in_chinese["language"]) == ("visitor@example.com", "en", "zh_Hans")
    assert (mail["payload"]["places"], mail["payload"]["slot"]["slot_id"]) == (3, stage.performance_id)
    view = await read_waitlist(hub.services, joined.token)
    assert (view.status, view.position, view.places) == ("WAITING", 1, 3)
    assert (view.ticket_codes, view.booking_id, view.show_title) == ((), first.id, "The Tempest")
    assert await slot(hub, stage.performance_id) == (10, 0, 0)
    row = await read_booking_row(hub.database, "status", "expires_at", id=first.id)
    assert (row["status"], row["expires_at"]) == ("PENDING", NOON + timedelta(days=1, hours=10))
    clock.set(NOON + timedelta(hours=30))
    assert (await booking_of_token(hub.services, first.confirm_token)).status == "PENDING"


async def test_when_the_performance_is_moved_to_a_later_day_the_request_stands_until_then(hub: Hub, world: World, full):
    stage, _ = full
    booking = await add_booking(world, stage.performance_id, 3, "PENDING")
    waiting = await wait_for_seats(hub, booking)
    ends = NOON + timedelta(days=3)
    await change_slot(hub.database, stage.performance_id, starts_at=ends - timedelta(hours=2), ends_at=ends)
    await serve_all(hub)
    assert (await read_booking_row(hub.database, "expires_at", id=booking.id))["expires_at"] == ends
    assert await status(hub, waiting) == ["WAITING"]


async def test_joining_again_finds_the_entry_by_whichever_link(hub: Hub, world: World, full):
    stage, _ = full
    booking = await add_booking(world, stage.performance_id, 3, "PENDING")
    first, again = await wait_for_seats(hub, booking), await wait_for_seats(hub, booking)
    assert (again.entry_id, again.position) == (first.entry_id, 1)
    assert len(await mails(hub, "waitlist.joined")) == 1
    for token in (first.token, again.token):
        assert (await read_waitlist(hub.services, token)).entry_id == first.entry_id
    await leave_waitlist(hub.services, first.token)
    other = await add_booking(world, stage.performance_id, 1, "PENDING")
    await wait_for_seats(hub, other)
    assert (await wait_for_seats(hub, booking)).position == 2, "who has left may come again, at the end"


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"status": "CONFIRMED"}, Reason.CONFIRMATION_USED),
        ({"status": "CANCELLED"}, Reason.BOOKING_CANCELLED),
        ({"status": "EXPIRED"}, Reason.CONFIRMATION_EXPIRED),
        ({"status": "PENDING", "expires_at": NOON}, Reason.CONFIRMATION_EXPIRED),
    ],
)
async def test_only_a_request_that_could_be_confirmed_may_wait(hub: Hub, world: World, columns, reason):
    stage = await add_stage(world, capacity=4, day=TOMORROW)
    booking = await add_booking(world, stage.performance_id, 4, **columns)
    assert (await refusal(wait_for_seats(hub, booking))).reason is reason
    unknown = Booking(1, "", "no such token")
    assert (await refusal(wait_for_seats(hub, unknown))).reason is Reason.CONFIRMATION_NOT_FOUND
    assert await count_rows(hub.database, "waitlist_entries") == 0


async def test_a_party_that_fits_does_not_wait_and_one_larger_than_the_room_waits_in_vain(hub: Hub, world: World):
    stage = await add_stage(world, capacity=5, day=TOMORROW)
    await add_booking(world, stage.performance_id, 2)
    small, large, huge = [await add_booking(world, stage.performance_id, size, "PENDING") for size in (3, 4, 6)]
    no = await refusal(wait_for_seats(hub, small))
    assert (no.reason, no.details) == (Reason.SLOT_NOT_FULL, {"free": 3})
    assert (await wait_for_seats(hub, large)).places == 4
    no = await refusal(wait_for_seats(hub, huge))
    assert (no.reason, no.details) == (Reason.WAITLIST_CLOSED, {"total_capacity": 5})
    await world.policy(waitlist_offer_minutes=None)
    assert (await refusal(wait_for_seats(hub, small))).reason is Reason.WAITLIST_CLOSED


@pytest.mark.parametrize("what", ["closed by hand", "not yet open", "closed by the clock", "cancelled", "archived"])
async def test_where_nobody_can_be_booked_nobody_waits(hub: Hub, world: World, full, what):
    stage, booked = full
    offered, waiting, late = [await add_booking(world, stage.performance_id, 2, "PENDING") for _ in range(3)]
    entries = [await wait_for_seats(hub, one) for one in (offered, waiting)]
    await cancel(hub, booked[0])
    await serve_all(hub)
    assert await status(hub, *entries) == ["OFFERED", "WAITING"]
    if what == "cancelled":
        await close_slot(hub.database, stage.performance_id)
    elif what == "archived":
        await change_show(hub.database, stage.show_id, status="ARCHIVED")
    else:
        columns: dict[str, Any] = {
            "closed by hand": {"booking_closed": True},
            "not yet open": {"booking_opens_at": NOON + timedelta(hours=1)},
            "closed by the clock": {"booking_closes_at": NOON},
        }[what]
        await change_slot(hub.database, stage.performance_id, **columns)
    assert (await refusal(wait_for_seats(hub, late))).reason is Reason.BOOKING_CLOSED
    await serve_all(hub)
    assert await status(hub, *entries) == ["CLOSED", "CLOSED"]
    assert [mail["payload"]["cause"] for mail in await mails(hub, "waitlist.closed")] == ["slot_closed", "slot_closed"]
    assert (await mails(hub, "waitlist.closed"))[0]["payload"]["ticket_codes"] == [], (
        "a booking's code is nobody's to read"
    )
    assert await slot(hub, stage.performance_id) == (8, 0, 2)


async def test_an_accepted_offer_confirms_the_whole_booking(hub: Hub, world: World, full):
    stage, booked = full
    booking = await add_booking(world, stage.performance_id, 3, "PENDING", notes="By the aisle", phone="+12025551234")
    waiting = await wait_for_seats(hub, booking)
    await cancel(hub, *booked[:2])
    assert await slot(hub, stage.performance_id) == (6, 4, 0), "never free for the public"
    await serve_all(hub)
    assert await slot(hub, stage.performance_id) == (6, 3, 1)
    (offer,) = await mails(hub, "waitlist.offer")
    assert (offer["payload"]["places"], offer["payload"]["entry_id"]) == (3, waiting.entry_id)
    (reserved,) = await accept_offer(hub.services, offer["payload"]["waitlist_token"])
    assert (reserved.ticket_code, reserved.slot_id) == (booking.code, stage.performance_id)
    assert await slot(hub, stage.performance_id) == (9, 0, 1)
    assert await status(hub, waiting) == ["ACCEPTED"]
    row = await read_booking_row(hub.database, "status", "party_size", id=booking.id)
    assert tuple(row) == ("CONFIRMED", 3)
    assert await read_ticket_status(hub.database, booking.id) == "RESERVED"
    reservation = await read_reservation(hub.database, "places", "admitted", "customer_phone", ticket_id=booking.id)
    assert tuple(reservation) == (3, 0, "+12025551234")
    links = (reserved.manage_token, waiting.token, offer["payload"]["waitlist_token"], booking.confirm_token)
    assert {(await booking_of_token(hub.services, token)).booking_id for token in links} == {booking.id}
    assert await accept_offer(hub.services, waiting.token) == (reserved,), "a second tap gets the first answer"
    assert len(await mails(hub, "booking.confirmed")) == 5 + 1
    await wait_until_settled(hub)
    assert (await reconcile(hub.services))["drift"] == 0


async def test_who_opens_the_first_link_takes_the_offer_as_well(hub: Hub, world: World, full):
    stage, booked = full
    booking, other = [await add_booking(world, stage.performance_id, 2, "PENDING") for _ in range(2)]
    waiting = await wait_for_seats(hub, booking)
    assert await accept_offer_of_booking(hub.services, world.org_id, booking.id) is None
    await cancel(hub, booked[0])
    await serve_all(hub)
    assert await accept_offer_of_booking(hub.services, world.org_id, other.id) is None
    reserved = await accept_offer_of_booking(hub.services, world.org_id, booking.id)
    assert reserved is not None
    assert (await accept_offer(hub.services, waiting.token)) == (reserved,)
    assert await slot(hub, stage.performance_id) == (10, 0, 0)


@pytest.mark.parametrize("places", [3, 2])
async def test_confirming_by_the_first_link_takes_what_is_held_for_its_party_and_for_nobody_else(
    hub: Hub, world: World, full, places: int
):
    stage, booked = full
    booking, other = [await add_booking(world, stage.performance_id, 3, "PENDING") for _ in range(2)]
    waiting = await wait_for_seats(hub, booking)
    await cancel(hub, *booked[:2])
    await serve_all(hub)
    assert await slot(hub, stage.performance_id) == (6, 3, 1)
    confirmations = hub.app[keys.CONFIRMATIONS]
    no = await refusal(confirmations.confirm(ConfirmRequest(other.confirm_token)))
    assert (no.reason, no.details["available_count"]) == (Reason.NO_CAPACITY, 1)
    view = await confirmations.confirm(ConfirmRequest(booking.confirm_token, party_size=places))
    assert (view.status, view.party_size) == ("CONFIRMED", places)
    assert await status(hub, waiting) == ["ACCEPTED"]
    assert await slot(hub, stage.performance_id) == (6 + places, 0, 4 - places)
    no = await refusal(confirmations.confirm(ConfirmRequest(booking.confirm_token)))
    assert no.reason is Reason.CONFIRMATION_USED


async def test_what_a_smaller_party_leaves_is_held_for_the_next_and_never_public(
    hub: Hub, world: World, full, monkeypatch
):
    stage, booked = full
    booking, behind = [await add_booking(world, stage.performance_id, size, "PENDING") for size in (4, 2)]
    first, second = await wait_for_seats(hub, booking), await wait_for_seats(hub, behind)
    await cancel(hub, *booked[:2])
    await serve_all(hub)
    assert await slot(hub, stage.performance_id) == (6, 4, 0)

    async def nobody_serves(*_: Any) -> None:
        assert await slot(hub, stage.performance_id) == (8, 2, 0)

    monkeypatch.setattr("hub.actions.shows.confirm_waiting.serve_waitlist", nobody_serves)
    await hub.app[keys.CONFIRMATIONS].confirm(ConfirmRequest(booking.confirm_token, party_size=2))
    await serve_all(hub)
    assert await status(hub, first, second) == ["ACCEPTED", "OFFERED"]
    assert await slot(hub, stage.performance_id) == (8, 2, 0)


async def test_an_offer_that_lapses_leaves_the_request_as_it_was(hub: Hub, world: World, full, clock):
    stage, booked = full
    booking, behind = [await add_booking(world, stage.performance_id, 2, "PENDING") for _ in range(2)]
    first, second = await wait_for_seats(hub, booking), await wait_for_seats(hub, behind)
    await cancel(hub, booked[0])
    await serve_all(hub)
    clock.set((await entry(hub, first))["offer_ends_at"])
    assert (await refusal(accept_offer(hub.services, first.token))).reason is Reason.OFFER_LAPSED
    assert await status(hub, first, second) == ["LAPSED", "OFFERED"]
    assert await accept_offer_of_booking(hub.services, world.org_id, booking.id) is None
    assert (await booking_of_token(hub.services, booking.confirm_token)).status == "PENDING"
    assert (await wait_for_seats(hub, booking)).position == 1


@pytest.mark.parametrize("what", ["confirmed elsewhere", "cancelled", "expired"])
async def test_an_offer_of_a_booking_that_is_no_request_any_more_goes_to_the_next(hub: Hub, world: World, full, what):
    stage, booked = full
    booking, behind = [await add_booking(world, stage.performance_id, 2, "PENDING") for _ in range(2)]
    first, second = await wait_for_seats(hub, booking), await wait_for_seats(hub, behind)
    await cancel(hub, booked[0])
    await serve_all(hub)
    if what == "cancelled":
        await cancel_ticket(hub.database, booking.id)
        await change_booking(hub.database, booking.id, status="CANCELLED", ended_at=NOON, end_cause="staff")
        assert (await refusal(accept_offer(hub.services, first.token))).reason is Reason.BOOKING_CANCELLED
    elif what == "expired":
        await change_booking(hub.database, booking.id, expires_at=NOON)
        assert (await refusal(accept_offer(hub.services, first.token))).reason is Reason.CONFIRMATION_EXPIRED
    else:
        await cancel(hub, booked[1])
        await accept_offer_of_booking(hub.services, world.org_id, booking.id)
        assert await status(hub, first) == ["ACCEPTED"]
    await serve_all(hub)
    assert await status(hub, first, second) == ["ACCEPTED" if what == "confirmed elsewhere" else "CLOSED", "OFFERED"]


async def test_places_of_a_move_and_of_no_shows_go_to_those_who_wait(hub: Hub, world: World, full, clock):
    stage, booked = full
    await world.policy(no_show_release_minutes=15)
    later = await add_performance(world, stage.show_id, stage.room_id, TOMORROW + timedelta(days=1))
    large, small = [await add_booking(world, stage.performance_id, size, "PENDING") for size in (4, 2)]
    entries = [await wait_for_seats(hub, one) for one in (large, small)]

    async def none(org_id: int, slot_id: int, places: int) -> list[dict[str, Any]]:
        return []

    await move_reservation(
        hub.services, hub.app[keys.AVAILABILITY], none, booked[0].reservation_id, later,
        token=booked[0].manage_token, identity=None,
    )  # fmt: skip
    assert await slot(hub, stage.performance_id) == (8, 2, 0)
    await serve_all(hub)
    assert await status(hub, *entries) == ["WAITING", "WAITING"], "the first two places are kept for the party of four"
    clock.set(NOON + timedelta(days=1, hours=8, minutes=15))
    assert await release_no_shows(hub.services) == 4
    assert await slot(hub, stage.performance_id) == (0, 10, 0)
    await serve_all(hub)
    assert await status(hub, *entries) == ["OFFERED", "OFFERED"]
    assert await slot(hub, stage.performance_id) == (0, 6, 4)
    await accept_offer(hub.services, entries[0].token)
    assert await slot(hub, stage.performance_id) == (4, 2, 4)


async def test_new_seats_are_held_for_waiting_parties_and_the_rest_is_public(hub: Hub, world: World, full):
    stage, _ = full
    large, small = [await add_booking(world, stage.performance_id, size, "PENDING") for size in (4, 2)]
    entries = [await wait_for_seats(hub, one) for one in (large, small)]
    organiser = Actor(world.org_id, world.venue_id)
    await change_performance(hub.services, organiser, stage.performance_id, {"additional_seats": 7})
    assert await slot(hub, stage.performance_id) == (10, 7, 0)
    await serve_all(hub)
    assert await status(hub, *entries) == ["OFFERED", "OFFERED"]
    assert await slot(hub, stage.performance_id) == (10, 6, 1)
    no = await refusal(change_performance(hub.services, organiser, stage.performance_id, {"additional_seats": 5}))
    assert (no.reason, no.details["taken"]) == (Reason.CAPACITY_TAKEN, 16)


async def test_tickets_do_not_wait_for_performances_nor_bookings_with_their_code(hub: Hub, world: World, full):
    stage, booked = full
    assert (await refusal(join(hub, world, stage.performance_id, await world.ticket()))).reason is Reason.SLOT_NOT_FOUND
    sold_out = await world.slot(TOMORROW, capacity=1, booked=1)
    request = await add_booking(world, stage.performance_id, 2, "PENDING")
    for booking in (booked[0], request):
        no = await refusal(join(hub, world, sold_out, Ticket(booking.id, booking.code)))
        assert no.reason is Reason.TICKET_NOT_FOUND
        assert "ticket_id" not in no.details
