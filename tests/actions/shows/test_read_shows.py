"""Reading shows: which ones the public sees, in which language, and what is offered instead of a sold-out performance."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.actions.shows.read_shows import alternatives_of, list_shows, org_of_published_show, read_show
from hub.rules.performance_booking import BookingState
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.shows import add_booking, add_performance, add_room, add_show, add_stage, change_show
from tests.support.slots import close_slot, hold_places
from tests.support.world import NOON, TODAY, World

TOMORROW = TODAY + timedelta(days=1)


async def test_published_shows_with_a_performance_to_come_are_listed_the_next_one_first(hub: Hub, world: World) -> None:
    later = await add_stage(world, title="Hamlet", day=TOMORROW)
    soon = await add_stage(world, title="The Tempest")
    room = await add_room(world)
    for title, status in (("Draft", "DRAFT"), ("Archived", "ARCHIVED")):
        await add_performance(world, await add_show(world, title, status=status), await add_room(world))
    over = await add_show(world, "Over")
    await add_performance(world, over, room, TODAY, "08:00", "10:00")
    await add_show(world, "Never played")
    assert [show.show_id for show in await list_shows(hub.services, world.org_id)] == [soon.show_id, later.show_id]


async def test_a_performance_that_is_being_played_is_listed_until_its_end(hub: Hub, world: World) -> None:
    stage = await add_stage(world, start="11:00", end="13:00")
    assert [one.show_id for one in await list_shows(hub.services, world.org_id)] == [stage.show_id]
    hub.clock.advance(3600)
    assert await list_shows(hub.services, world.org_id) == ()
    assert (await read_show(hub.services, stage.show_id)).performances == ()


async def test_free_places_are_what_is_neither_booked_nor_held(hub: Hub, world: World) -> None:
    stage = await add_stage(world, capacity=10, additional_seats=3, occupied_seats=1)
    await add_booking(world, stage.performance_id, 5)
    await add_booking(world, stage.performance_id, 4, "PENDING")
    await hold_places(hub.database, stage.performance_id, 2)
    (one,) = (await read_show(hub.services, stage.show_id)).performances
    assert (one.capacity, one.available_count, one.capacity_status) == (12, 5, "LIMITED")


async def test_a_cancelled_performance_is_shown_and_has_no_places(hub: Hub, world: World) -> None:
    stage = await add_stage(world)
    await close_slot(hub.database, stage.performance_id)
    (one,) = (await read_show(hub.services, stage.show_id)).performances
    assert (one.booking, one.booking_open, one.available_count) == (BookingState.CANCELLED, False, 0)


async def test_the_limit_of_a_party_is_the_performances_or_the_shows(hub: Hub, world: World) -> None:
    stage = await add_stage(world, show={"largest_party": 6})
    await add_performance(world, stage.show_id, stage.room_id, TOMORROW, largest_party=2)
    assert [one.largest_party for one in (await read_show(hub.services, stage.show_id)).performances] == [6, 2]


async def test_a_text_without_translation_stays_as_it_was_written(hub: Hub, world: World) -> None:
    stage = await add_stage(
        world, show={"subtitle": "By the sea", "translations": '{"zh_Hans": {"title": "暴风雨", "subtitle": ""}}'}
    )
    show = await read_show(hub.services, stage.show_id, language="zh_Hans")
    assert (show.title, show.subtitle) == ("暴风雨", "By the sea")
    assert (await read_show(hub.services, stage.show_id)).title == "The Tempest"


async def test_a_draft_is_for_staff_and_an_archived_show_has_no_performances(hub: Hub, world: World) -> None:
    stage = await add_stage(world, show={"status": "DRAFT"})
    with pytest.raises(Refused) as no:
        await read_show(hub.services, stage.show_id)
    assert no.value.reason is Reason.SHOW_NOT_FOUND
    assert (await read_show(hub.services, stage.show_id, drafts=True)).title == "The Tempest"
    await change_show(hub.database, stage.show_id, status="ARCHIVED")
    show = await read_show(hub.services, stage.show_id)
    assert (show.status, show.performances) == ("ARCHIVED", ())
    with pytest.raises(Refused):
        await org_of_published_show(hub.services, stage.show_id)


async def test_another_organisation_does_not_show_it(hub: Hub, world: World) -> None:
    stage = await add_stage(world)
    other = await World(hub).found()
    with pytest.raises(Refused):
        await read_show(hub.services, stage.show_id, org_id=other.org_id)
    assert await list_shows(hub.services, other.org_id) == ()
    assert (await read_show(hub.services, stage.show_id)).org_id == world.org_id


async def test_alternatives_are_the_nearest_performances_that_can_be_booked_by_the_party(
    hub: Hub, world: World
) -> None:
    stage = await add_stage(world, capacity=4, day=TOMORROW)
    show, room = stage.show_id, stage.room_id
    nearest = await add_performance(world, show, room, TOMORROW, "17:00", "19:00")
    far = await add_performance(world, show, room, TODAY + timedelta(days=5))
    small = await add_performance(world, show, room, TODAY)
    await add_booking(world, small, 2)
    cancelled = await add_performance(world, show, room, TOMORROW, "14:00", "15:00")
    await close_slot(hub.database, cancelled)
    await add_performance(world, show, room, TOMORROW, "15:00", "16:00", booking_closed=True)
    await add_performance(world, show, room, TOMORROW, "16:00", "17:00", booking_opens_at=NOON + timedelta(hours=1))
    await add_stage(world, title="Another show", day=TOMORROW)
    await world.slot(TOMORROW)
    found = await alternatives_of(hub.services, world.org_id, stage.performance_id, 3)
    assert [one.performance_id for one in found] == [nearest, far]
    assert [one.performance_id for one in await alternatives_of(hub.services, world.org_id, stage.performance_id, 2)] == [
        nearest, small, far,
    ]  # fmt: skip
    room_name = found[0].room
    assert found[0].as_alternative() == {
        "performance_id": nearest, "date": "2026-11-21", "start_time": "17:00:00", "end_time": "19:00:00",
        "room": room_name, "available_count": 4,
    }  # fmt: skip


async def test_a_slot_without_a_show_and_an_archived_show_have_no_alternatives(hub: Hub, world: World) -> None:
    assert await alternatives_of(hub.services, world.org_id, await world.slot(), 1) == ()
    stage = await add_stage(world)
    await add_performance(world, stage.show_id, stage.room_id, TOMORROW)
    await change_show(hub.database, stage.show_id, status="ARCHIVED")
    assert await alternatives_of(hub.services, world.org_id, stage.performance_id, 1) == ()
