"""Cancelling a booking: its places go, its ticket ends, and its request with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.actions.booking.cancel import cancel_reservation
from hub.events.announcements import TicketsChanged, code_hash
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.redis_tampering import wait_until_settled
from tests.support.reservations import read_reservation
from tests.support.shows import Stage, add_booking, add_stage, admit_people, read_booking_row
from tests.support.tickets import read_ticket_status
from tests.support.waitlist import mails, on_demand, slot
from tests.support.world import NOON, TODAY, World

NEXT_WEEK = TODAY + timedelta(days=7)


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


async def test_its_holder_cancels_a_booking_with_all_its_places(hub: Hub, world: World, stage: Stage):
    booking, other = (
        await add_booking(world, stage.performance_id, 4),
        await add_booking(world, stage.performance_id, 3),
    )
    received = hub.announced()
    for _ in range(2):
        answer = await cancel_reservation(
            hub.services, booking.reservation_id, token=booking.manage_token, identity=None
        )
        assert answer == {
            "reservation_id": booking.reservation_id, "status": "CANCELLED", "ticket_status": "CANCELLED",
            "reservation_ids": [booking.reservation_id],
        }  # fmt: skip
    assert await slot(hub, stage.performance_id) == (3, 0, 7)
    assert await read_ticket_status(hub.database, booking.id) == "CANCELLED", "never ACTIVATED again"
    row = await read_booking_row(hub.database, id=booking.id)
    assert (row["status"], row["end_cause"], row["ended_at"] is None) == ("CANCELLED", "holder", False)
    assert (await read_booking_row(hub.database, id=other.id))["status"] == "CONFIRMED"
    (mail,) = await mails(hub, "booking.cancelled")
    assert (mail["reservation_id"], mail["payload"]["cause"]) == (booking.reservation_id, "holder")
    assert await mails(hub, "reservation.cancelled") == []
    (news,) = [one for one in received if isinstance(one, TicketsChanged)]
    assert (set(news.hashes), news.change) == ({code_hash(booking.code)}, "cancelled")
    await wait_until_settled(hub)
    gate = await hub.socket(await world.staff(), gate="A")
    assert (await gate.validate(booking.code))["reason"] == "TICKET_CANCELLED"


async def test_the_staff_cancel_it_after_the_cutoff_and_nobody_once_somebody_is_in(
    hub: Hub, world: World, stage: Stage, clock
):
    gone, stays = await add_booking(world, stage.performance_id, 2), await add_booking(world, stage.performance_id, 5)
    await admit_people(hub.database, stays, 1)
    manager = world.identity()
    clock.set(NOON + timedelta(days=7, hours=8))
    with pytest.raises(Refused, match="CHANGE_TOO_LATE"):
        await cancel_reservation(hub.services, gone.reservation_id, token=gone.manage_token, identity=None)
    await cancel_reservation(hub.services, gone.reservation_id, token=None, identity=manager)
    row = await read_booking_row(hub.database, "status", "end_cause", id=gone.id)
    assert tuple(row) == ("CANCELLED", "staff")
    for who in ({"token": stays.manage_token, "identity": None}, {"token": None, "identity": manager}):
        with pytest.raises(Refused) as no:
            await cancel_reservation(hub.services, stays.reservation_id, **who)
        assert no.value.reason is Reason.ALREADY_CHECKED_IN
    assert await slot(hub, stage.performance_id) == (5, 0, 5)
    reservation = await read_reservation(hub.database, "places", "admitted", id=stays.reservation_id)
    assert tuple(reservation) == (5, 1)
