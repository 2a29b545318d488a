"""Changing performances: seats, booking and check-in, never below what is taken. Deleting one that nobody asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.shows.performance_records import PerformanceFilter, list_performances, read_concerned, read_performance
from hub.actions.shows.performances import change_performance, delete_performance
from hub.actions.waitlist.join_booking import join_with_booking
from hub.events.announcements import SlotChanged, SlotsEdited
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.redis_tampering import wait_until_settled
from tests.support.shows import add_booking, add_performance, add_stage, admit_people
from tests.support.slots import change_slot, count_slots
from tests.support.waitlist import on_demand, serve_all, slot, status
from tests.support.world import NOON, TODAY, World

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def hub(monkeypatch, open_hub, hub_promises):
    on_demand(monkeypatch)
    hub = await open_hub()
    yield hub
    await hub_promises(hub)


async def test_every_setting_changes_and_the_others_stay(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 100, day=TOMORROW)
    received = hub.announced()
    opens, closes = NOON + timedelta(hours=1), NOON + timedelta(hours=20)
    changed = await change_performance(hub.services, by, stage.performance_id, {
        "additional_seats": 10, "occupied_seats": 3, "booking_opens_at": opens, "booking_closes_at": closes, "largest_party": 4,
        "check_in_opens_minutes": 45, "check_in_closes_minutes": 10,
    }, version=1)  # fmt: skip
    assert (changed.capacity, changed.free, changed.additional_seats, changed.occupied_seats) == (107, 107, 10, 3)
    assert (changed.booking, changed.booking_opens_at, changed.booking_closes_at) == ("NOT_YET", opens, closes)
    assert (changed.check_in_opens_minutes, changed.check_in_closes_minutes, changed.largest_party) == (45, 10, 4)
    assert [type(one) for one in received] == [SlotChanged, SlotsEdited]
    shut = await change_performance(
        hub.services, by, stage.performance_id, {"booking_closed": True, "booking_opens_at": None}
    )
    assert (shut.booking, shut.booking_opens_at, shut.capacity, shut.version) == ("CLOSED", None, 107, 3)
    await wait_until_settled(hub)


async def test_seats_never_go_below_what_is_booked_and_held(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 10, day=TOMORROW)
    await add_booking(world, stage.performance_id, 7)
    with pytest.raises(Refused) as no:
        await change_performance(hub.services, by, stage.performance_id, {"occupied_seats": 4})
    assert (no.value.reason, no.value.details["taken"], no.value.details["capacity"]) == (Reason.CAPACITY_TAKEN, 7, 6)
    assert (await change_performance(hub.services, by, stage.performance_id, {"occupied_seats": 3})).free == 0


async def test_new_seats_go_to_the_waiting_list_first(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 4, day=TOMORROW)
    await add_booking(world, stage.performance_id, 4)
    asked = await add_booking(world, stage.performance_id, 3, "PENDING", email="waiting@example.com")
    waiting = await join_with_booking(hub.services, asked.confirm_token, "en")
    await change_performance(hub.services, by, stage.performance_id, {"additional_seats": 5})
    assert await slot(hub, stage.performance_id) == (4, 5, 0), "the public never sees them free"
    await serve_all(hub)
    assert await status(hub, waiting) == ["OFFERED"]
    assert await slot(hub, stage.performance_id) == (4, 3, 2)


async def test_impossible_settings_are_named(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 10, day=TOMORROW)
    for wrong in ({"occupied_seats": -1}, {"additional_seats": 1_000_001}, {"check_in_closes_minutes": 1441}, {"largest_party": 0},
                  {"date": TODAY}, {"occupied_seats": 11}):  # fmt: skip
        with pytest.raises(Refused) as no:
            await change_performance(hub.services, by, stage.performance_id, wrong)
        assert [one["field"] for one in no.value.details["errors"]] == list(wrong)
    with pytest.raises(Refused) as no:
        await change_performance(
            hub.services, by, stage.performance_id, {"booking_opens_at": NOON, "booking_closes_at": NOON}
        )
    assert [one["field"] for one in no.value.details["errors"]] == ["booking_closes_at"]


async def test_a_performance_that_is_over_or_cancelled_stays_as_it_is(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 10, day=TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="PERFORMANCE_OVER"):
        await change_performance(hub.services, by, stage.performance_id, {"occupied_seats": 1})
    off = await add_performance(world, stage.show_id, stage.room_id, TOMORROW)
    await change_slot(hub.database, off, status="CLOSED", cancelled_at=NOON)
    with pytest.raises(Refused) as no:
        await change_performance(hub.services, by, off, {"occupied_seats": 1})
    assert (no.value.reason, no.value.details) == (Reason.PERFORMANCE_CANCELLED, {"cancelled_at": NOON})


async def test_a_dry_run_shows_the_result_and_changes_nothing(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 10, day=TOMORROW)
    seen = await change_performance(hub.services, by, stage.performance_id, {"additional_seats": 5}, dry_run=True)
    assert (seen.capacity, seen.version) == (15, 2)
    now = await read_performance(hub.services, by, stage.performance_id)
    assert (now.capacity, now.version) == (10, 1)
    with pytest.raises(Refused, match="VERSION_MISMATCH"):
        await change_performance(hub.services, by, stage.performance_id, {}, version=2)


async def test_a_slot_without_a_show_is_no_performance(hub: Hub, world: World, by: Actor):
    slot_id = await world.slot()
    for attempt in (read_performance(hub.services, by, slot_id), change_performance(hub.services, by, slot_id, {}),
                    delete_performance(hub.services, by, slot_id), read_concerned(hub.services, by, slot_id)):  # fmt: skip
        with pytest.raises(Refused, match="PERFORMANCE_NOT_FOUND"):
            await attempt


async def test_whom_a_change_concerns_is_counted_and_named(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TOMORROW)
    await add_booking(world, stage.performance_id, 3, name="Ada")
    part = await add_booking(world, stage.performance_id, 5, name="Grace")
    await admit_people(hub.database, part, 2)
    await add_booking(world, stage.performance_id, 4, "PENDING", name="Alan")
    await add_booking(world, stage.performance_id, 4, "CANCELLED", name="Gone")
    found = await read_concerned(hub.services, by, stage.performance_id)
    assert (found.bookings, found.people, found.admitted, found.pending, found.waiting) == (1, 3, 2, 1, 0)
    assert {(one.name, one.party_size, one.admitted, one.status) for one in found.named} == {
        ("Ada", 3, 0, "CONFIRMED"), ("Grace", 5, 2, "CONFIRMED"), ("Alan", 4, 0, "PENDING"),
    }  # fmt: skip


async def test_performances_are_listed_from_the_last_one_on(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TOMORROW)
    later = await add_performance(world, stage.show_id, stage.room_id, TOMORROW + timedelta(days=1))
    other = await add_stage(world, 20, title="Hamlet", day=TOMORROW, start="19:00")
    await world.slot(TOMORROW)

    async def listed(**wanted):
        return [
            one.performance_id
            for one in (await list_performances(hub.services, by, PerformanceFilter(**wanted))).performances
        ]

    assert await listed() == [later, stage.performance_id, other.performance_id]
    assert await listed(show_id=stage.show_id) == [later, stage.performance_id]
    assert await listed(room_id=other.room_id) == [other.performance_id]
    assert await listed(first=TOMORROW + timedelta(days=1)) == [later]
    assert await listed(last=TOMORROW) == [stage.performance_id, other.performance_id]
    assert await listed(status="CANCELLED") == []
    page = await list_performances(hub.services, by, PerformanceFilter(), limit=2)
    assert page.next == (page.performances[-1].starts_at, stage.performance_id)
    rest = await list_performances(hub.services, by, PerformanceFilter(), before=page.next, limit=2)
    assert ([one.performance_id for one in rest.performances], rest.next) == ([other.performance_id], None)


async def test_only_a_performance_that_nobody_asked_for_is_deleted(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TOMORROW)
    free = await add_performance(world, stage.show_id, stage.room_id, TOMORROW + timedelta(days=1))
    await add_booking(world, stage.performance_id, 2, "CANCELLED")
    with pytest.raises(Refused, match="PERFORMANCE_IN_USE"):
        await delete_performance(hub.services, by, stage.performance_id)
    await delete_performance(hub.services, by, free, dry_run=True)
    received = hub.announced()
    await delete_performance(hub.services, by, free, version=1)
    assert await count_slots(hub.database) == 1
    assert [(type(one), getattr(getattr(one, "slot", None), "capacity", None)) for one in received] == [
        (SlotChanged, 0),
        (SlotsEdited, None),
    ]
