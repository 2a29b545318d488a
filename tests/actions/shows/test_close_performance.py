"""Cancelling a performance: everybody booked or waiting gets one e-mail with alternatives, however often it is interrupted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.shows import close_performance
from hub.actions.shows.close_performance import cancel_performance, end_bookings
from hub.actions.shows.performance_records import read_performance
from hub.actions.waitlist.join_booking import join_with_booking
from hub.actions.waitlist.offer_places import serve_waitlists
from hub.events.announcements import SlotChanged, TicketsChanged
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.mail_outbox import count_outbox
from tests.support.redis_tampering import wait_until_settled
from tests.support.reservations import read_reservation
from tests.support.shows import (
    add_booking,
    add_bookings,
    add_performance,
    add_stage,
    admit_people,
    count_bookings,
    read_booking_row,
)
from tests.support.slots import change_slot, read_slot
from tests.support.tickets import read_ticket
from tests.support.waitlist import mails, on_demand, slot, status
from tests.support.world import TODAY, World

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def hub(monkeypatch, open_hub, hub_promises):
    on_demand(monkeypatch)
    hub = await open_hub()
    yield hub
    await hub_promises(hub)


async def test_every_booking_and_request_ends_with_one_email_and_no_place_is_left(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TOMORROW)
    booked = await add_booking(world, stage.performance_id, 3, email="ada@example.com", language="zh_Hans")
    asked = await add_booking(world, stage.performance_id, 4, "PENDING", email="alan@example.com")
    gone = await add_booking(world, stage.performance_id, 2, "CANCELLED")
    received = hub.announced()
    done = await cancel_performance(hub.services, by, stage.performance_id, message=" The lead is ill. \r\n", version=1)
    assert (done.ended, done.remaining, done.concerned.bookings, done.concerned.people, done.concerned.pending) == (
        2,
        0,
        1,
        3,
        1,
    )
    one = done.performance
    assert (one.status, one.booking, one.booked, one.cancel_message) == (
        "CANCELLED",
        "CANCELLED",
        0,
        "The lead is ill.",
    )
    assert (one.bookings_ended, one.version, one.cancelled_at is not None) == (True, 2, True)
    for booking in (booked, asked):
        row = await read_booking_row(hub.database, id=booking.id)
        assert (row["status"], row["end_cause"]) == ("CANCELLED", "performance")
        assert (await read_ticket(hub.database, id=booking.id))["status"] == "CANCELLED"
    reservation = await read_reservation(hub.database, id=booked.reservation_id)
    assert (reservation["status"], reservation["cancel_cause"], reservation["calendar_sequence"]) == (
        "CANCELLED",
        "performance",
        1,
    )
    assert (await read_booking_row(hub.database, id=gone.id))["end_cause"] == "holder"
    sent = {row["recipient"]: row for row in await mails(hub, "booking.cancelled")}
    assert sent.keys() == {"ada@example.com", "alan@example.com"}
    assert (sent["ada@example.com"]["reservation_id"], sent["ada@example.com"]["language"]) == (
        booked.reservation_id,
        "zh_Hans",
    )
    assert sent["alan@example.com"]["reservation_id"] is None
    assert sent["alan@example.com"]["payload"] == {"booking_id": asked.id, "cause": "performance", "message": "The lead is ill.",
                                                   "alternatives": []}  # fmt: skip
    codes = [change.hashes for change in received if isinstance(change, TicketsChanged)]
    assert [len(hashes) for hashes in codes] == [2]
    assert [one.slot.booked for one in received if isinstance(one, SlotChanged)] == [3, 0]
    await wait_until_settled(hub)


async def test_the_alternatives_have_room_for_the_whole_party(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TOMORROW)
    near = await add_performance(world, stage.show_id, stage.room_id, TOMORROW + timedelta(days=1))
    far = await add_performance(world, stage.show_id, stage.room_id, TOMORROW + timedelta(days=9))
    await add_booking(world, near, 17)
    await add_booking(world, stage.performance_id, 3, email="three@example.com")
    await add_booking(world, stage.performance_id, 4, email="four@example.com")
    await cancel_performance(hub.services, by, stage.performance_id)
    offered = {
        row["recipient"]: [one["performance_id"] for one in row["payload"]["alternatives"]]
        for row in await mails(hub, "booking.cancelled")
    }
    assert offered == {"three@example.com": [near, far], "four@example.com": [far]}


async def test_parties_that_are_in_stay_in(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20)
    part = await add_booking(world, stage.performance_id, 5)
    await admit_people(hub.database, part, 2)
    done = await cancel_performance(hub.services, by, stage.performance_id)
    assert (done.ended, done.remaining, done.concerned.admitted, done.performance.bookings_ended) == (0, 0, 2, True)
    assert (await read_booking_row(hub.database, id=part.id))["status"] == "CONFIRMED"
    assert await count_outbox(hub.database, kind="booking.cancelled") == 0


async def test_who_waits_gets_one_email_too_and_nothing_stays_held(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 4, day=TOMORROW)
    await add_booking(world, stage.performance_id, 4, email="in@example.com")
    asked = await add_booking(world, stage.performance_id, 3, "PENDING", email="waiting@example.com")
    waiting = await join_with_booking(hub.services, asked.confirm_token, "en")
    await cancel_performance(hub.services, by, stage.performance_id)
    await serve_waitlists(hub.services)
    assert await status(hub, waiting) == ["CLOSED"]
    assert await slot(hub, stage.performance_id) == (0, 0, 4)
    assert [row["recipient"] for row in await mails(hub, "booking.cancelled")].count("waiting@example.com") == 1
    assert await count_outbox(hub.database, kind="waitlist.closed") == 0


async def test_the_waiting_list_job_does_not_write_to_who_is_about_to_be_told(
    hub: Hub, world: World, by: Actor, monkeypatch
):
    stage = await add_stage(world, 4, day=TOMORROW)
    await add_booking(world, stage.performance_id, 4)
    asked = await add_booking(world, stage.performance_id, 3, "PENDING", email="waiting@example.com")
    await join_with_booking(hub.services, asked.confirm_token, "en")
    await interrupted(hub, by, stage.performance_id, monkeypatch, after=0)
    await serve_waitlists(hub.services)
    assert await count_outbox(hub.database, kind="waitlist.closed") == 0
    await end_bookings(hub.services, world.org_id, stage.performance_id)
    assert [row["recipient"] for row in await mails(hub, "booking.cancelled")].count("waiting@example.com") == 1


async def interrupted(hub: Hub, by: Actor, performance_id: int, monkeypatch, *, after: int) -> None:
    """Cancel a performance and fail after this many batches."""
    with monkeypatch.context() as patch:
        patch.setattr(close_performance, "MOST_BATCHES", after)

        async def end(services, org_id, performance_id):
            if after:
                await end_bookings(services, org_id, performance_id, most_batches=after)
            raise RuntimeError("the hub is gone")

        patch.setattr(close_performance, "end_bookings", end)
        with pytest.raises(RuntimeError):
            await cancel_performance(hub.services, by, performance_id, message="first words")


async def test_what_was_interrupted_goes_on_where_it_stopped(hub: Hub, world: World, by: Actor, monkeypatch):
    monkeypatch.setattr(close_performance, "AT_ONCE", 3)
    stage = await add_stage(world, 100, day=TOMORROW)
    await add_bookings(world, stage.performance_id, 10, 2, email="visitor{}@example.com")
    await interrupted(hub, by, stage.performance_id, monkeypatch, after=2)
    assert await count_bookings(hub.database, status="CONFIRMED") == 4
    halfway = await read_performance(hub.services, by, stage.performance_id)
    assert (halfway.status, halfway.booked, halfway.bookings_ended) == ("CANCELLED", 8, False)
    again = await cancel_performance(hub.services, by, stage.performance_id, message="other words", version=1)
    assert (again.ended, again.remaining, again.performance.bookings_ended, again.performance.cancel_message) == (
        4,
        0,
        True,
        "first words",
    )
    once_more = await cancel_performance(hub.services, by, stage.performance_id)
    assert (once_more.ended, once_more.performance.booked) == (0, 0)
    sent = await mails(hub, "booking.cancelled")
    assert sorted(row["recipient"] for row in sent) == sorted(f"visitor{n}@example.com" for n in range(10))
    assert {row["payload"]["message"] for row in sent} == {"first words"}


async def test_a_dry_run_says_whom_it_concerns_and_cancels_nothing(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TOMORROW)
    await add_booking(world, stage.performance_id, 3)
    seen = await cancel_performance(hub.services, by, stage.performance_id, dry_run=True)
    assert (seen.performance.status, seen.concerned.people, seen.ended, seen.remaining) == ("CANCELLED", 3, 0, 1)
    assert (await read_slot(hub.database, id=stage.performance_id))["status"] == "ACTIVE"
    assert await count_outbox(hub.database, kind="booking.cancelled") == 0


async def test_what_is_over_unknown_or_changed_since_is_refused(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 20, day=TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="PERFORMANCE_OVER"):
        await cancel_performance(hub.services, by, stage.performance_id)
    with pytest.raises(Refused, match="PERFORMANCE_NOT_FOUND"):
        await cancel_performance(hub.services, by, await world.slot())
    later = await add_performance(world, stage.show_id, stage.room_id, TOMORROW)
    with pytest.raises(Refused, match="VERSION_MISMATCH"):
        await cancel_performance(hub.services, by, later, version=9)
    with pytest.raises(Refused) as no:
        await cancel_performance(hub.services, by, later, message="x" * 1001)
    assert no.value.reason is Reason.INVALID_REQUEST


async def test_a_performance_that_was_not_cancelled_loses_no_booking(hub: Hub, world: World):
    stage = await add_stage(world, 20, day=TOMORROW)
    await add_booking(world, stage.performance_id, 3)
    await change_slot(hub.database, stage.performance_id, booking_closed=True)
    assert await end_bookings(hub.services, world.org_id, stage.performance_id) == 0
    assert await count_bookings(hub.database, status="CONFIRMED") == 1
