"""A booking as whoever holds one of its links, or its staff, reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.actions.shows.booking_views import booking_of_token, read_booking
from hub.rules.performance_booking import BookingState
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.shows import add_booking, add_performance, add_stage, admit_people, change_show, move_places
from tests.support.world import NOON, TODAY, World


async def test_either_link_and_the_staff_read_the_same_booking(hub: Hub, world: World):
    stage = await add_stage(world, capacity=100)
    booking = await add_booking(world, stage.performance_id, 3, phone="+12025551234", notes="By the aisle")
    view = await booking_of_token(hub.services, booking.confirm_token)
    assert view == await booking_of_token(hub.services, booking.manage_token)
    assert view == await read_booking(hub.services, world.org_id, booking.id)
    assert (view.booking_id, view.status, view.party_size, view.admitted, view.remaining) == (
        booking.id,
        "CONFIRMED",
        3,
        0,
        3,
    )
    assert (view.code, view.reservation_id, view.performance_id) == (
        booking.code,
        booking.reservation_id,
        stage.performance_id,
    )
    assert (view.name, view.email, view.phone, view.notes) == (
        "Ada Lovelace",
        "visitor@example.com",
        "+12025551234",
        "By the aisle",
    )
    assert (view.date, view.start_time.hour, view.timezone, view.venue_id) == (TODAY, 20, "Europe/Rome", world.venue_id)
    assert (view.show_id, view.show_title, view.capacity, view.available_count) == (
        stage.show_id,
        "The Tempest",
        100,
        97,
    )
    assert view.booking_state(NOON) is BookingState.OPEN


async def test_a_request_takes_no_place_and_is_expired_from_the_moment_it_expires(hub: Hub, world: World, clock):
    stage = await add_stage(world, capacity=100, day=TODAY + timedelta(days=3))
    booking = await add_booking(world, stage.performance_id, 3, "PENDING")
    clock.set(NOON + timedelta(hours=24, seconds=-5))
    view = await booking_of_token(hub.services, booking.confirm_token)
    assert (view.status, view.reservation_id, view.available_count) == ("PENDING", None, 100)
    clock.set(NOON + timedelta(hours=24))
    view = await booking_of_token(hub.services, booking.confirm_token)
    assert (view.status, view.stored_status) == ("EXPIRED", "PENDING")


async def test_a_booking_shows_what_its_reservation_has_now(hub: Hub, world: World, clock):
    stage = await add_stage(world)
    later = await add_performance(world, stage.show_id, stage.room_id, TODAY + timedelta(days=1))
    booking = await add_booking(world, stage.performance_id, 5)
    assert not (await read_booking(hub.services, world.org_id, booking.id)).can_change(clock.now())
    await move_places(hub.database, booking, later)
    view = await read_booking(hub.services, world.org_id, booking.id)
    assert (view.performance_id, view.date, view.status) == (later, TODAY + timedelta(days=1), "CONFIRMED")
    assert view.can_change(clock.now())
    await admit_people(hub.database, booking, 2)
    view = await read_booking(hub.services, world.org_id, booking.id)
    assert (view.status, view.admitted, view.remaining, view.checked_in_at) == ("CHECKED_IN", 2, 3, NOON)
    assert not view.can_change(clock.now())


@pytest.mark.parametrize("status", ["CANCELLED", "EXPIRED"])
async def test_what_is_over_is_shown_as_over(hub: Hub, world: World, status):
    stage = await add_stage(world)
    booking = await add_booking(world, stage.performance_id, 2, status)
    view = await booking_of_token(hub.services, booking.confirm_token)
    assert (view.status, view.ended_at) == (status, NOON)


async def test_no_other_token_and_no_other_organisation_reads_it(hub: Hub, world: World):
    stage = await add_stage(world)
    booking = await add_booking(world, stage.performance_id)
    ticket = await world.reserved(await world.slot())
    for token in ("", "x", booking.code, booking.confirm_token[:-1], booking.confirm_token * 2, ticket.token):
        with pytest.raises(Refused) as refused:
            await booking_of_token(hub.services, token)
        assert refused.value.reason is Reason.BOOKING_NOT_FOUND
    with pytest.raises(Refused):
        await read_booking(hub.services, world.org_id + 1, booking.id)


async def test_the_title_is_in_the_readers_language(hub: Hub, world: World):
    stage = await add_stage(world)
    await change_show(hub.database, stage.show_id, translations='{"zh_Hans": {"title": "暴风雨"}}')
    booking = await add_booking(world, stage.performance_id)
    view = await booking_of_token(hub.services, booking.manage_token)
    assert (view.title_in("zh_Hans"), view.title_in("en")) == ("暴风雨", "The Tempest")
