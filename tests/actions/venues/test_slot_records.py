"""Slots as administration sees them: page by page, day by day, and those of the own venues alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.venues.slot_records import (
    SLOT_PLANS,
    SlotFilter,
    days_of_slots,
    list_slots,
    read_slot,
    slots_between,
    venue_names,
)
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.plans import pages_touched
from tests.support.shows import add_stage
from tests.support.slots import add_hourly_slots, change_slot, hold_places
from tests.support.world import NOON, TODAY, World

TOMORROW = TODAY + timedelta(days=1)


async def test_days_add_up_and_closed_slots_offer_nothing(hub: Hub, world: World, by: Actor):
    first = await world.slot(TOMORROW, "10:00", "11:00", 20, booked=5)
    closed = await world.slot(TOMORROW, "11:00", "12:00", 20, booked=2)
    await hold_places(hub.database, first, 3)
    await change_slot(hub.database, closed, status="CLOSED")
    await add_stage(world, 40, day=TOMORROW)
    day = (await days_of_slots(hub.services, by, world.venue_id, TODAY, TOMORROW))[TOMORROW]
    assert (day.slots, day.closed, day.capacity, day.booked, day.held, day.free) == (2, 1, 22, 7, 3, 12)
    assert [one.free for one in await slots_between(hub.services, by, world.venue_id, TODAY, TOMORROW)] == [12, 0]


async def test_pages_follow_each_other_the_last_slot_first(hub: Hub, world: World, by: Actor):
    ids = [await world.slot(TOMORROW, f"{hour}:00", f"{hour + 1}:00") for hour in (10, 11, 12)]
    page = await list_slots(hub.services, by, SlotFilter(), limit=2)
    rest = await list_slots(hub.services, by, SlotFilter(), before=page.next, limit=2)
    assert ([one.slot_id for one in (*page.slots, *rest.slots)], rest.next) == (ids[::-1], None)
    assert (await list_slots(hub.services, by, SlotFilter(status="CLOSED"))).slots == ()
    assert (await list_slots(hub.services, by, SlotFilter(last=TODAY))).slots == ()


async def test_staff_of_one_venue_see_its_slots_alone(hub: Hub, world: World):
    other = await world.venue()
    theirs, mine = await world.slot(TOMORROW, venue_id=other), await world.slot(TOMORROW)
    by = Actor(world.org_id, world.venue_id, venue_ids=(world.venue_id,))
    assert [one.slot_id for one in (await list_slots(hub.services, by, SlotFilter())).slots] == [mine]
    assert [one.venue_id for one in await venue_names(hub.services, by)] == [world.venue_id]
    for action in (
        list_slots(hub.services, by, SlotFilter(other)),
        read_slot(hub.services, by, theirs),
        days_of_slots(hub.services, by, other, TOMORROW, TOMORROW),
    ):
        with pytest.raises(Refused) as caught:
            await action
        assert caught.value.reason is Reason.FORBIDDEN


@pytest.mark.parametrize("statement", ["page_of_slots", "page_of_venue", "page_of_closed"])
async def test_a_page_of_twenty_thousand_slots_follows_an_index(hub: Hub, world: World, by: Actor, statement: str):
    await add_hourly_slots(world, TODAY, TODAY + timedelta(days=2000))
    page = await list_slots(hub.services, by, SlotFilter(), limit=200)
    assert page.next is not None
    rest = {"page_of_slots": (None, 201), "page_of_venue": (None, 201, world.venue_id), "page_of_closed": (201, None)}[
        statement
    ]
    async with hub.database.records.transaction() as connection:
        touched = await pages_touched(
            connection,
            getattr(SLOT_PLANS, statement),
            by.org_id,
            NOON - timedelta(days=9),
            *page.next,
            None,
            None,
            *rest,
        )
    assert touched < 450, "201 slots, two pages each; the table has more than a thousand"
