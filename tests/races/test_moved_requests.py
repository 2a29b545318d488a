"""A request for seats that its holder moves while another device confirms it: the places are those of one performance."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.actions.booking import confirmation_facts
from hub.actions.shows.own_requests import move_own_request
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.negative_controls import sabotage
from tests.support.reservations import read_reservation
from tests.support.shows import add_booking, add_performance, add_stage, change_booking, read_booking_row
from tests.support.still_outbox import send_nothing
from tests.support.world import TODAY, World

SOON = TODAY + timedelta(days=3)
RAISED = "raised AS (\n    UPDATE tickets t SET version = t.version + 1 FROM"


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    send_nothing(monkeypatch)


async def confirmed_while_it_moves(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, int, int, int]:
    """Confirm a request that moves after its facts were read.

    Return the performance it moved to, that of the booking, that of its places, and how many it got in the old one.
    """
    stage = await add_stage(world, day=SOON)
    other = await add_performance(world, stage.show_id, stage.room_id, SOON + timedelta(days=1))
    asked = await add_booking(world, stage.performance_id, 3, "PENDING")
    read, once = confirmation_facts.decide_confirmations, iter([True])

    async def read_and_move(*args: Any) -> None:
        await read(*args)
        if next(once, False):
            await move_own_request(hub.services, asked.confirm_token, other)

    monkeypatch.setattr("hub.actions.booking.booking_facts.decide_confirmations", read_and_move)
    status, answer = await hub.post("/api/bookings/confirm", {"token": asked.confirm_token})
    assert status == 200, answer
    booking = await read_booking_row(hub.database, id=asked.id)
    reservation = await read_reservation(hub.database, ticket_id=asked.id)
    return other, booking["slot_id"], reservation["slot_id"], await world.booked_count(stage.performance_id)


async def test_a_request_that_moves_meanwhile_gets_its_places_where_it_went(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, booked, held, left_behind = await confirmed_while_it_moves(hub, world, monkeypatch)
    assert (booked, held, left_behind) == (other, other, 0)


async def test_without_the_tickets_version_its_places_are_in_the_performance_that_it_left(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sabotage(
        monkeypatch, "shows/own_requests", "move_own_request", (RAISED, RAISED.replace("t.version + 1", "t.version"))
    )
    other, booked, held, left_behind = await confirmed_while_it_moves(hub, world, monkeypatch)
    assert booked == other
    assert held != other
    assert left_behind == 3
    assert await broken_invariants(hub.database)
    await change_booking(hub.database, (await read_booking_row(hub.database))["id"], slot_id=held)
