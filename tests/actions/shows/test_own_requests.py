"""Moving a request for seats by its link: to a performance of its show, and only as long as it is a request."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.actions.shows.own_requests import move_own_request
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.shows import add_booking, add_performance, add_stage, read_booking_row
from tests.support.tickets import read_ticket
from tests.support.world import NOON, TODAY, World

SOON = TODAY + timedelta(days=3)


async def refusal(hub: Hub, token: str, performance_id: int) -> Reason:
    with pytest.raises(Refused) as no:
        await move_own_request(hub.services, token, performance_id)
    return no.value.reason


async def test_a_request_moves_and_stays_what_it_was(hub: Hub, world: World) -> None:
    stage = await add_stage(world, day=SOON)
    other = await add_performance(world, stage.show_id, stage.room_id, SOON + timedelta(days=1))
    asked = await add_booking(world, stage.performance_id, 3, "PENDING")
    before = dict(await read_booking_row(hub.database))
    version = (await read_ticket(hub.database, id=asked.id))["version"]
    await move_own_request(hub.services, asked.confirm_token, other)
    assert dict(await read_booking_row(hub.database)) == before | {"slot_id": other}
    assert (await read_ticket(hub.database, id=asked.id))["version"] == version + 1
    assert await world.booked_count(stage.performance_id) == await world.booked_count(other) == 0


async def test_its_link_is_good_no_longer_than_booking_is_open_there(hub: Hub, world: World) -> None:
    stage = await add_stage(world, day=SOON)
    closes_at = NOON + timedelta(hours=5)
    sooner = await add_performance(world, stage.show_id, stage.room_id, TODAY, booking_closes_at=closes_at)
    asked = await add_booking(world, stage.performance_id, 3, "PENDING")
    await move_own_request(hub.services, asked.confirm_token, sooner)
    assert (await read_booking_row(hub.database))["expires_at"] == closes_at


async def test_it_moves_to_no_other_show_and_no_slot_of_tickets(hub: Hub, world: World) -> None:
    stage = await add_stage(world, day=SOON)
    other = await add_stage(world, title="Another show", day=SOON)
    asked = await add_booking(world, stage.performance_id, 3, "PENDING")
    for performance_id in (other.performance_id, await world.slot(SOON), 0, 999_999):
        assert await refusal(hub, asked.confirm_token, performance_id) is Reason.PERFORMANCE_NOT_FOUND


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("CONFIRMED", Reason.CONFIRMATION_USED),
        ("CANCELLED", Reason.BOOKING_CANCELLED),
        ("EXPIRED", Reason.CONFIRMATION_EXPIRED),
    ],
)
async def test_what_is_no_request_any_more_does_not_move(hub: Hub, world: World, status: str, reason: Reason) -> None:
    stage = await add_stage(world, day=SOON)
    other = await add_performance(world, stage.show_id, stage.room_id, SOON + timedelta(days=1))
    booking = await add_booking(world, stage.performance_id, 3, status)
    assert await refusal(hub, booking.confirm_token, other) is reason
    assert (await read_booking_row(hub.database))["slot_id"] == stage.performance_id


async def test_a_request_whose_time_is_over_does_not_move(hub: Hub, world: World) -> None:
    stage = await add_stage(world, day=SOON)
    other = await add_performance(world, stage.show_id, stage.room_id, SOON + timedelta(days=1))
    asked = await add_booking(world, stage.performance_id, 3, "PENDING", expires_at=NOON + timedelta(hours=1))
    hub.clock.advance(3600)
    assert await refusal(hub, asked.confirm_token, other) is Reason.CONFIRMATION_EXPIRED
    assert await refusal(hub, "unknown", other) is Reason.BOOKING_NOT_FOUND
