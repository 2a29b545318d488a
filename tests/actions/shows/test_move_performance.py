"""Moving a performance: everybody booked gets one e-mail with a new link, and reminders, calendar and boards follow."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.booking.cancel import cancel_reservation
from hub.actions.booking.reservation_views import party_of_token
from hub.actions.messaging.send_reminders import send_reminders
from hub.actions.shows import move_performance as moving
from hub.actions.shows.booking_views import booking_of_token
from hub.actions.shows.close_performance import cancel_performance
from hub.actions.shows.move_performance import Move, move_performance, notify_moved
from hub.actions.shows.performance_records import read_performance
from hub.events.announcements import SlotChanged, SlotsEdited, TicketsChanged
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.mail_outbox import count_outbox
from tests.support.redis_tampering import wait_until_settled
from tests.support.reservations import read_reservation
from tests.support.rows import count_rows
from tests.support.shows import add_booking, add_bookings, add_performance, add_room, add_show, add_stage, admit_people
from tests.support.waitlist import mails, on_demand
from tests.support.world import NOON, TODAY, World

TOMORROW = TODAY + timedelta(days=1)
NEXT_WEEK = TODAY + timedelta(days=7)


@pytest.fixture
async def hub(monkeypatch, open_hub, hub_promises):
    on_demand(monkeypatch)
    hub = await open_hub()
    yield hub
    await hub_promises(hub)


async def test_everybody_booked_gets_one_email_with_a_link_that_opens_the_booking(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TOMORROW, booking_closes_at=NOON + timedelta(hours=30))
    booked = await add_booking(world, stage.performance_id, 3, email="ada@example.com")
    await add_booking(world, stage.performance_id, 2, "PENDING")
    received = hub.announced()
    done = await move_performance(
        hub.services, by, stage.performance_id, Move(NEXT_WEEK, time(19, 30)), message="A strike.", version=1
    )
    assert (done.notified, done.remaining, done.concerned.people, done.overlaps) == (1, 0, 3, ())
    one = done.performance
    assert (one.date, one.start_time, one.end_time, one.version) == (NEXT_WEEK, time(19, 30), time(21, 30), 2)
    assert one.starts_at - one.booking_closes_at == timedelta(hours=2), "as long before the start as it was"
    (mail,) = await mails(hub, "booking.moved")
    payload = mail["payload"]
    assert (mail["recipient"], mail["reservation_id"]) == ("ada@example.com", booked.reservation_id)
    assert payload["was"] == {
        "date": TOMORROW.isoformat(),
        "start_time": "20:00:00",
        "end_time": "22:00:00",
        "room": payload["was"]["room"],
    }
    assert (payload["message"], payload["cause"], payload["booking_id"]) == ("A strike.", "performance", booked.id)
    opened = (await party_of_token(hub.services, payload["manage_token"])).reservation
    assert (opened.reservation_id, opened.date, opened.status) == (booked.reservation_id, NEXT_WEEK, "RESERVED")
    assert (await read_reservation(hub.database, id=booked.reservation_id))["calendar_sequence"] == 1
    boards = [(one.date, one.slot.capacity, one.slot.booked) for one in received if isinstance(one, SlotChanged)]
    assert boards == [(TOMORROW, 0, 0), (NEXT_WEEK, 20, 3)], "the old day no longer has its places"
    assert [type(one) for one in received[2:]] == [SlotsEdited, TicketsChanged]
    await wait_until_settled(hub)


async def test_another_room_must_hold_everybody(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TOMORROW, additional_seats=2)
    small, large = await add_room(world, capacity=5), await add_room(world, capacity=50)
    await add_booking(world, stage.performance_id, 8)
    with pytest.raises(Refused) as no:
        await move_performance(hub.services, by, stage.performance_id, Move(room_id=small))
    assert (no.value.reason, no.value.details["taken"], no.value.details["capacity"]) == (Reason.CAPACITY_TAKEN, 8, 7)
    done = await move_performance(hub.services, by, stage.performance_id, Move(room_id=large))
    assert (done.performance.room_id, done.performance.capacity, done.performance.free, done.notified) == (
        large,
        52,
        44,
        1,
    )
    elsewhere = await add_room(world, venue_id=await world.venue(), capacity=90)
    for room_id in (elsewhere, 4711):
        with pytest.raises(Refused, match="ROOM_NOT_FOUND"):
            await move_performance(hub.services, by, stage.performance_id, Move(room_id=room_id))


async def test_the_room_must_be_free_unless_the_overlap_is_meant(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TOMORROW)
    lear = await add_performance(world, await add_show(world, "King Lear"), stage.room_id, NEXT_WEEK, "21:00", "23:00")
    with pytest.raises(Refused) as no:
        await move_performance(hub.services, by, stage.performance_id, Move(NEXT_WEEK))
    assert [one["with"]["performance_id"] for one in no.value.details["overlaps"]] == [lear]
    done = await move_performance(hub.services, by, stage.performance_id, Move(NEXT_WEEK), overlap=True)
    assert [one.played.title for one in done.overlaps] == ["King Lear"]
    with pytest.raises(Refused, match="PERFORMANCES_OVERLAP"):
        await move_performance(hub.services, by, stage.performance_id, Move(start_time=time(21)), overlap=True)
    longer = await move_performance(hub.services, by, stage.performance_id, Move(start_time=time(18), minutes=180))
    assert (longer.performance.start_time, longer.performance.end_time) == (time(18), time(21))


async def test_moving_to_where_it_is_writes_to_nobody(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TOMORROW)
    await add_booking(world, stage.performance_id, 3)
    done = await move_performance(hub.services, by, stage.performance_id, Move(TOMORROW, time(20)))
    assert (done.performance.version, done.notified, done.remaining) == (1, 0, 0)
    assert await count_outbox(hub.database, kind="booking.moved") == 0


async def test_times_that_are_past_or_do_not_exist_are_refused(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TOMORROW)
    for move in (Move(TODAY, time(9)), Move(date(2027, 3, 28), time(2, 30)), Move(start_time=time(20, 0, 1))):
        with pytest.raises(Refused) as no:
            await move_performance(hub.services, by, stage.performance_id, move)
        assert [one["field"] for one in no.value.details["errors"]] == ["start_time"]


async def test_once_people_are_in_it_stays_on_its_day(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, start="20:00", end="22:00")
    booked = await add_booking(world, stage.performance_id, 3)
    await add_booking(world, stage.performance_id, 2)
    await admit_people(hub.database, booked, 1)
    with pytest.raises(Refused) as no:
        await move_performance(hub.services, by, stage.performance_id, Move(TOMORROW))
    assert (no.value.reason, no.value.details) == (Reason.PERFORMANCE_BEGUN, {"admitted": 1})
    done = await move_performance(hub.services, by, stage.performance_id, Move(start_time=time(20, 30)))
    assert done.notified == 1, "who is in knows"


async def test_what_is_over_or_cancelled_is_not_moved(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="PERFORMANCE_OVER"):
        await move_performance(hub.services, by, stage.performance_id, Move(TOMORROW))
    off = await add_performance(world, stage.show_id, stage.room_id, TOMORROW)
    await cancel_performance(hub.services, by, off)
    with pytest.raises(Refused, match="PERFORMANCE_CANCELLED"):
        await move_performance(hub.services, by, off, Move(NEXT_WEEK))
    with pytest.raises(Refused, match="VERSION_MISMATCH"):
        await move_performance(hub.services, by, off, Move(NEXT_WEEK), version=1)


async def test_a_dry_run_says_whom_it_concerns_and_moves_nothing(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TOMORROW)
    await add_booking(world, stage.performance_id, 3)
    seen = await move_performance(hub.services, by, stage.performance_id, Move(NEXT_WEEK), dry_run=True)
    assert (seen.performance.date, seen.concerned.people, seen.notified, seen.remaining) == (NEXT_WEEK, 3, 0, 1)
    assert (await read_performance(hub.services, by, stage.performance_id)).date == TOMORROW
    assert await count_rows(hub.database, "moved_bookings") == 0


async def move_without_emails(hub: Hub, by: Actor, performance_id: int, move: Move, monkeypatch) -> None:
    """Move a performance and fail before anybody learns of it."""

    async def gone(*_):
        raise RuntimeError("the hub is gone")

    with monkeypatch.context() as patch:
        patch.setattr(moving, "notify_moved", gone)
        with pytest.raises(RuntimeError):
            await move_performance(hub.services, by, performance_id, move)


async def test_what_was_interrupted_goes_on_where_it_stopped(hub: Hub, world: World, by: Actor, monkeypatch):
    monkeypatch.setattr(moving, "AT_ONCE", 3)
    stage = await add_stage(world, 100, day=TOMORROW)
    await add_bookings(world, stage.performance_id, 8, 2, email="visitor{}@example.com")
    await move_without_emails(hub, by, stage.performance_id, Move(NEXT_WEEK), monkeypatch)
    assert await notify_moved(hub.services, world.org_id, stage.performance_id, most_batches=2) == 6
    assert await count_rows(hub.database, "moved_bookings") == 2
    assert await notify_moved(hub.services, world.org_id, stage.performance_id) == 2
    assert await notify_moved(hub.services, world.org_id, stage.performance_id) == 0
    assert sorted(row["recipient"] for row in await mails(hub, "booking.moved")) == [
        f"visitor{n}@example.com" for n in range(8)
    ]


async def test_two_moves_in_a_row_are_one_email_from_the_first_time_to_the_last(
    hub: Hub, world: World, by: Actor, monkeypatch
):
    stage = await add_stage(world, 20, day=TOMORROW)
    await add_booking(world, stage.performance_id, 3)
    await move_without_emails(hub, by, stage.performance_id, Move(NEXT_WEEK), monkeypatch)
    done = await move_performance(
        hub.services, by, stage.performance_id, Move(NEXT_WEEK, time(18)), message="Now for sure"
    )
    assert done.notified == 1
    (mail,) = await mails(hub, "booking.moved")
    assert (mail["payload"]["was"]["date"], mail["payload"]["message"]) == (TOMORROW.isoformat(), "Now for sure")


async def test_a_move_there_and_back_writes_to_nobody(hub: Hub, world: World, by: Actor, monkeypatch):
    stage = await add_stage(world, 20, day=TOMORROW)
    await add_booking(world, stage.performance_id, 3)
    await move_without_emails(hub, by, stage.performance_id, Move(NEXT_WEEK), monkeypatch)
    done = await move_performance(hub.services, by, stage.performance_id, Move(TOMORROW))
    assert (done.notified, done.remaining) == (0, 0)
    assert await count_outbox(hub.database, kind="booking.moved") == 0


async def test_whoever_was_booked_may_cancel_until_the_moved_performance_begins(
    hub: Hub, world: World, by: Actor, clock
):
    """The venue's cutoff of a day does not hold for a time that the visitor did not choose."""
    stage = await add_stage(world, 20, day=NEXT_WEEK)
    before = await add_booking(world, stage.performance_id, 2)
    await move_performance(hub.services, by, stage.performance_id, Move(TOMORROW))
    after = await add_booking(world, stage.performance_id, 3, at=NOON + timedelta(hours=1))
    clock.set(NOON + timedelta(hours=30))
    with pytest.raises(Refused, match="CHANGE_TOO_LATE"):
        await cancel_reservation(hub.services, after.reservation_id, token=after.manage_token, identity=None)
    view = await booking_of_token(hub.services, before.manage_token)
    assert (view.change_until, view.can_change(hub.clock.now())) == (view.starts_at, True)
    done = await cancel_reservation(hub.services, before.reservation_id, token=before.manage_token, identity=None)
    assert done["status"] == "CANCELLED"


async def test_a_reminder_is_sent_again_for_the_new_time(hub: Hub, world: World, by: Actor, clock):
    stage = await add_stage(world, 20, day=TOMORROW)
    await add_booking(world, stage.performance_id, 3, at=NOON - timedelta(days=3))
    clock.set(NOON + timedelta(hours=9))
    assert await send_reminders(hub.services) == 1
    await move_performance(hub.services, by, stage.performance_id, Move(NEXT_WEEK))
    clock.set(NOON + timedelta(days=6, hours=9))
    assert await send_reminders(hub.services) == 1
    assert await send_reminders(hub.services) == 0
