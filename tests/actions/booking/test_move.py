"""Moving a booking: with its whole party, to another performance of its show, or not at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.access.tokens import Identity
from hub.actions.booking.move import move_reservation
from hub.actions.booking.reservation_views import Party
from hub.actions.shows.read_shows import alternatives_of
from hub.events.announcements import SlotChanged, TicketsChanged, code_hash
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.redis_tampering import wait_until_settled
from tests.support.reservations import read_reservation
from tests.support.shows import Booking, Stage, add_booking, add_performance, add_stage, admit_people, read_booking_row
from tests.support.slots import change_slot
from tests.support.tickets import read_ticket
from tests.support.waitlist import mails, on_demand, slot
from tests.support.world import NOON, TODAY, World
from web import keys

NEXT_WEEK = TODAY + timedelta(days=7)
LATER = TODAY + timedelta(days=8)


@pytest.fixture
async def hub(monkeypatch, open_hub, hub_promises):
    on_demand(monkeypatch)
    hub = await open_hub()
    yield hub
    await hub_promises(hub)


@pytest.fixture
async def stage(hub: Hub, world: World) -> Stage:
    """A show with one performance next week, in a room for ten."""
    return await add_stage(world, capacity=10, day=NEXT_WEEK)


async def move(
    hub: Hub, booking: Booking, slot_id: int, *, token: str | None = None, identity: Identity | None = None
) -> Party:  # fmt: skip
    async def other_performances(org_id: int, slot_id: int, places: int) -> list[dict[str, Any]]:
        return [one.as_alternative() for one in await alternatives_of(hub.services, org_id, slot_id, places)]

    token = None if identity else token or booking.manage_token
    return await move_reservation(
        hub.services, hub.app[keys.AVAILABILITY], other_performances, booking.reservation_id, slot_id, token=token,
        identity=identity,
    )  # fmt: skip


async def refusal(action) -> Refused:
    with pytest.raises(Refused) as no:
        await action
    return no.value


async def test_the_whole_party_moves_and_the_booking_with_it(hub: Hub, world: World, stage: Stage):
    later = await add_performance(world, stage.show_id, stage.room_id, LATER, "18:00", "20:00")
    booking, other = (
        await add_booking(world, stage.performance_id, 4),
        await add_booking(world, stage.performance_id, 3),
    )
    received = hub.announced()
    moved = (await move(hub, booking, later)).reservation
    assert (moved.slot_id, moved.places, moved.booking_id, moved.show_title) == (later, 4, booking.id, "The Tempest")
    assert await slot(hub, stage.performance_id) == (3, 0, 7)
    assert await slot(hub, later) == (4, 0, 6)
    row = await read_booking_row(hub.database, id=booking.id)
    assert (row["status"], row["slot_id"]) == ("CONFIRMED", later)
    assert (await read_booking_row(hub.database, id=other.id))["slot_id"] == stage.performance_id
    (mail,) = await mails(hub, "booking.moved")
    assert mail["reservation_id"] == booking.reservation_id
    assert mail["payload"]["manage_token"] == booking.manage_token
    assert mail["payload"]["was"] == {
        "date": NEXT_WEEK.isoformat(), "start_time": "20:00:00", "end_time": "22:00:00", "room": moved.room_name,
    }  # fmt: skip
    assert await mails(hub, "reservation.moved") == []
    assert {one.slot.slot_id: one.slot.free for one in received if isinstance(one, SlotChanged)} == {
        stage.performance_id: 7, later: 6,
    }  # fmt: skip
    (news,) = [one for one in received if isinstance(one, TicketsChanged)]
    assert (set(news.hashes), news.change) == ({code_hash(booking.code)}, "moved")
    await wait_until_settled(hub)
    await move(hub, booking, later)
    assert len(await mails(hub, "booking.moved")) == 1, "moving to where it is changes nothing"


async def test_a_party_for_which_there_is_no_room_stays_and_learns_where_there_is(hub: Hub, world: World, stage: Stage):
    full = await add_performance(world, stage.show_id, stage.room_id, LATER)
    roomy = await add_performance(world, stage.show_id, stage.room_id, LATER + timedelta(days=1))
    await add_booking(world, full, 7)
    booking = await add_booking(world, stage.performance_id, 4)
    no = await refusal(move(hub, booking, full))
    assert (no.reason, no.details["available_count"]) == (Reason.NO_CAPACITY, 3)
    assert [one["performance_id"] for one in no.details["alternatives"]] == [roomy], "where it is already, is none"
    assert await slot(hub, stage.performance_id) == (4, 0, 6)
    await move(hub, await add_booking(world, stage.performance_id, 3), full)
    assert await slot(hub, full) == (10, 0, 0), "a party that fits exactly moves"


@pytest.mark.parametrize("by_staff", [False, True])
async def test_a_booking_moves_only_to_performances_of_its_show(hub: Hub, world: World, stage: Stage, by_staff):
    booking, identity = await add_booking(world, stage.performance_id), world.identity() if by_staff else None
    strange = await add_stage(world, title="Hamlet", day=LATER)
    slot_id = await world.slot(LATER)
    for target in (strange.performance_id, slot_id, 4711):
        no = await refusal(move(hub, booking, target, identity=identity))
        assert no.reason is Reason.PERFORMANCE_NOT_FOUND
    assert (await read_reservation(hub.database, id=booking.reservation_id))["slot_id"] == stage.performance_id


async def test_a_ticket_never_moves_into_a_performance(hub: Hub, world: World, stage: Stage):
    ticket = await world.reserved(await world.slot(NEXT_WEEK))
    visit = Booking(ticket.id, ticket.code, "", ticket.token, ticket.reservation_id)
    assert (await refusal(move(hub, visit, stage.performance_id))).reason is Reason.SLOT_NOT_FOUND
    no = await refusal(move(hub, visit, stage.performance_id, identity=world.identity()))
    assert no.reason is Reason.SLOT_NOT_FOUND


@pytest.mark.parametrize(
    "columns",
    [
        {"booking_closed": True},
        {"booking_opens_at": NOON + timedelta(days=1)},
        {"booking_closes_at": NOON},
    ],
)
async def test_where_booking_is_closed_only_staff_move_a_party(hub: Hub, world: World, stage: Stage, columns):
    later = await add_performance(world, stage.show_id, stage.room_id, LATER, **columns)
    booking = await add_booking(world, stage.performance_id)
    assert (await refusal(move(hub, booking, later))).reason is Reason.BOOKING_CLOSED
    party = await move(hub, booking, later, identity=world.identity())
    assert party.reservation.slot_id == later
    (mail,) = await mails(hub, "booking.moved")
    assert mail["payload"]["manage_token"] != booking.manage_token, (
        "the staff have no link, so the e-mail has a new one"
    )
    assert (await move(hub, booking, later, token=mail["payload"]["manage_token"])).reservation.slot_id == later


async def test_nobody_moves_a_party_into_a_performance_that_is_cancelled_or_over(hub: Hub, world: World, stage: Stage):
    cancelled = await add_performance(world, stage.show_id, stage.room_id, LATER, status="CLOSED")
    over = await add_performance(world, stage.show_id, stage.room_id, TODAY, "08:00", "10:00")
    booking, identity = await add_booking(world, stage.performance_id), world.identity()
    for target in (cancelled, over):
        assert (await refusal(move(hub, booking, target))).reason is Reason.BOOKING_CLOSED
        assert (await refusal(move(hub, booking, target, identity=identity))).reason is Reason.BOOKING_CLOSED


async def test_after_the_cutoff_only_staff_move_and_once_somebody_is_in_nobody_does(
    hub: Hub, world: World, stage: Stage, clock
):
    later = await add_performance(world, stage.show_id, stage.room_id, LATER)
    booking, identity = await add_booking(world, stage.performance_id, 5), world.identity()
    clock.set((await move(hub, booking, stage.performance_id)).reservation.change_until + timedelta(seconds=1))
    assert (await refusal(move(hub, booking, later))).reason is Reason.CHANGE_TOO_LATE
    await admit_people(hub.database, booking, 2)
    for who in ({}, {"identity": identity}):
        no = await refusal(move(hub, booking, later, **who))
        assert no.reason is Reason.ALREADY_CHECKED_IN
        assert no.details["checked_in_at"].startswith("2026-11-20T11:00:00")
    assert await slot(hub, stage.performance_id) == (5, 0, 5)


async def test_a_move_for_which_places_are_held_takes_none_of_them(hub: Hub, world: World, stage: Stage):
    later = await add_performance(world, stage.show_id, stage.room_id, LATER)
    booking = await add_booking(world, stage.performance_id, 4)
    await change_slot(hub.database, later, held_count=7)
    assert (await refusal(move(hub, booking, later))).details["available_count"] == 3
    await change_slot(hub.database, later, held_count=0)


async def test_the_other_link_moves_it_too_and_the_code_stays_the_same(hub: Hub, world: World, stage: Stage):
    later = await add_performance(world, stage.show_id, stage.room_id, LATER)
    booking = await add_booking(world, stage.performance_id, 2)
    party = await move(hub, booking, later, token=booking.confirm_token)
    assert party.reservation.ticket_code == booking.code
    ticket = await read_ticket(hub.database, "status", "code", id=booking.id)
    assert tuple(ticket) == ("RESERVED", booking.code)
