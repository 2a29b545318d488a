"""A booking on the waiting list is confirmed by its first link: with seats held for it, with free ones, or with fewer."""

from __future__ import annotations

import pytest

from hub.actions.booking.cancel import cancel_reservation
from hub.actions.shows.confirm_booking import ConfirmRequest
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.shows import Booking, Stage, add_booking, add_bookings, add_stage, read_booking_row
from tests.support.slots import revise_slot
from tests.support.waitlist import entry, mails, on_demand, serve_all, slot, status, wait_for_seats
from tests.support.world import World
from web import keys


@pytest.fixture
async def hub(monkeypatch, open_hub, hub_promises):
    on_demand(monkeypatch)
    hub = await open_hub()
    yield hub
    await hub_promises(hub)


@pytest.fixture
async def full(hub: Hub, world: World) -> tuple[Stage, list[Booking]]:
    """A sold-out performance tonight: five parties of two."""
    await world.policy(change_cutoff_hours=0)
    stage = await add_stage(world, capacity=10)
    return stage, await add_bookings(world, stage.performance_id, 5, 2, email="{}@example.com")


async def confirm(hub: Hub, booking: Booking, party_size: int | None = None):
    return await hub.app[keys.CONFIRMATIONS].confirm(ConfirmRequest(booking.confirm_token, party_size))


async def cancel(hub: Hub, *bookings: Booking) -> None:
    for one in bookings:
        await cancel_reservation(hub.services, one.reservation_id, token=one.manage_token, identity=None)


async def test_seats_held_for_it_are_taken_by_the_first_link(hub: Hub, world: World, full):
    stage, booked = full
    waiting = await add_booking(world, stage.performance_id, 2, "PENDING")
    joined = await wait_for_seats(hub, waiting)
    with pytest.raises(Refused) as refused:
        await confirm(hub, waiting)
    assert (refused.value.reason, refused.value.details["available_count"]) == (Reason.NO_CAPACITY, 0)
    await cancel(hub, booked[0])
    await serve_all(hub)
    assert await status(hub, joined) == ["OFFERED"]
    view = await confirm(hub, waiting)
    assert (view.status, view.party_size) == ("CONFIRMED", 2)
    assert await status(hub, joined) == ["ACCEPTED"]
    assert await slot(hub, stage.performance_id) == (10, 0, 0)


async def test_of_the_seats_held_for_it_it_may_take_fewer_and_the_rest_goes_to_the_next(hub: Hub, world: World, full):
    stage, booked = full
    waiting = await add_booking(world, stage.performance_id, 4, "PENDING")
    behind = await add_booking(world, stage.performance_id, 1, "PENDING")
    first, second = await wait_for_seats(hub, waiting), await wait_for_seats(hub, behind)
    await cancel(hub, *booked[:2])
    await serve_all(hub)
    assert await status(hub, first, second) == ["OFFERED", "WAITING"]
    view = await confirm(hub, waiting, party_size=3)
    assert view.party_size == 3
    assert await status(hub, first, second) == ["ACCEPTED", "OFFERED"]
    assert await slot(hub, stage.performance_id) == (9, 1, 0)
    assert (await read_booking_row(hub.database, "status", "party_size", id=waiting.id))["party_size"] == 3


async def test_with_free_seats_it_leaves_the_list(hub: Hub, world: World, full):
    stage, _ = full
    waiting = await add_booking(world, stage.performance_id, 4, "PENDING")
    joined = await wait_for_seats(hub, waiting)
    await revise_slot(hub.database, stage.performance_id, total_capacity=12, additional_seats=2)
    with pytest.raises(Refused):
        await confirm(hub, waiting)
    assert await status(hub, joined) == ["WAITING"], "a refusal leaves it where it was"
    view = await confirm(hub, waiting, party_size=2)
    assert (view.status, view.party_size) == ("CONFIRMED", 2)
    assert (await entry(hub, joined))["status"] == "CLOSED"
    assert await mails(hub, "waitlist.closed") == []
    await serve_all(hub)
    assert await slot(hub, stage.performance_id) == (12, 0, 0)
