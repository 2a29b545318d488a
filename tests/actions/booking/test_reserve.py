"""Bookings while another transaction locks a slot or a ticket: only what needs that row waits, and not for long."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hub.actions.booking import reserve
from hub.batching import batcher
from tests.support.bookings import book, outcome
from tests.support.hub import Hub
from tests.support.locks import count_waiting, locked
from tests.support.world import World

PATIENCE = 15.0
LOCK_SECONDS, SHARED_LOCK_SECONDS = reserve.LOCK_SECONDS, reserve.SHARED_LOCK_SECONDS


@pytest.fixture(autouse=True)
def real_limit(monkeypatch: pytest.MonkeyPatch, slow_servers: None) -> None:
    """A batch waits for a lock as long as it does in earnest. All other limits are long."""
    monkeypatch.setattr(reserve, "LOCK_SECONDS", LOCK_SECONDS)
    monkeypatch.setattr(reserve, "SHARED_LOCK_SECONDS", SHARED_LOCK_SECONDS)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bookings of a locked slot are tried again for longer than any test takes."""
    monkeypatch.setattr(batcher, "APART_SECONDS", 4 * PATIENCE)


async def bookings_beside_a_locked_slot(hub: Hub, world: World) -> tuple[list[asyncio.Future[Any]], list[str]]:
    """Book in a slot that is locked and in two that are free, all at once. Return the former, and the outcomes of the others."""
    first, blocked, last = [await world.slot(start=f"{n}:00", end=f"{n + 1}:00", capacity=20) for n in (14, 15, 16)]
    tickets = await world.tickets(18)
    async with locked(hub, "reservation_slots", blocked):
        asked = [asyncio.ensure_future(book(hub, one, (first, blocked, last)[n % 3])) for n, one in enumerate(tickets)]
        waiting = asked[1::3]
        free = [one for one in asked if one not in waiting]
        outcomes = list(map(outcome, await asyncio.wait_for(asyncio.gather(*free), PATIENCE)))
        more = await world.tickets(4)
        outcomes += [outcome(await book(hub, one, first)) for one in more]
        assert not any(one.done() for one in waiting)
    return waiting, outcomes


async def test_a_slot_that_is_locked_delays_no_booking_of_another(hub: Hub, world: World, patient: None) -> None:
    waiting, others = await bookings_beside_a_locked_slot(hub, world)
    assert set(others) == {"booked"}
    answers = await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE)
    assert set(map(outcome, answers)) == {"booked"}


async def test_no_booking_of_another_slot_waits_while_the_locked_one_is_tried_again(
    hub: Hub, world: World, patient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tries of the locked slot wait as long as the lock is held. None of them may stand before the answers of a batch."""
    monkeypatch.setattr(reserve, "APART_LOCK_SECONDS", 4 * PATIENCE)
    waiting, others = await bookings_beside_a_locked_slot(hub, world)
    assert set(others) == {"booked"}
    answers = await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE)
    assert set(map(outcome, answers)) == {"booked"}


async def test_a_booking_of_a_slot_that_stays_locked_is_refused_for_now(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batcher, "APART_SECONDS", 0.1)
    slot, ticket = await world.slot(), await world.ticket()
    async with locked(hub, "reservation_slots", slot):
        async with asyncio.timeout(PATIENCE):
            status, body = await book(hub, ticket, slot)
        assert (status, body["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
        assert await count_waiting(hub.database) == 0
    assert outcome(await book(hub, ticket, slot)) == "booked"


async def test_a_ticket_that_is_locked_delays_no_other_booking_of_its_slot(
    hub: Hub, world: World, patient: None
) -> None:
    slot = await world.slot(capacity=20)
    blocked, *others = await world.tickets(8)
    async with locked(hub, "tickets", blocked.id):
        waiting = asyncio.ensure_future(book(hub, blocked, slot))
        answers = await asyncio.wait_for(asyncio.gather(*(book(hub, one, slot) for one in others)), PATIENCE)
        assert set(map(outcome, answers)) == {"booked"}
        assert not waiting.done()
    assert outcome(await waiting) == "booked"


async def test_cancelling_in_a_slot_that_is_locked_has_one_connection_and_not_all(hub: Hub, world: World) -> None:
    blocked, free = await world.slot(), await world.slot(start="15:00", end="16:00")
    leaving = [await world.reserved(blocked) for _ in range(6)]
    other = await world.reserved(free)
    token = await world.staff("MANAGER")
    of = "/api/reservations/{}".format
    async with locked(hub, "reservation_slots", blocked):
        waiting = [asyncio.ensure_future(hub.delete(of(one.reservation_id), token=token)) for one in leaving]
        async with asyncio.timeout(PATIENCE):
            while not await count_waiting(hub.database):
                await asyncio.sleep(0.01)
        for _ in range(5):
            assert await count_waiting(hub.database) <= 1
        status, _ = await hub.delete(of(other.reservation_id), token=token)
        assert status == 200
    assert {status for status, _ in await asyncio.gather(*waiting)} <= {200, 503}


def test_the_locks_of_a_batch_are_waited_for_shortly() -> None:
    """The limits at their true values: a booking of a free slot has its answer within 0.3 s beside a locked one."""
    assert SHARED_LOCK_SECONDS + reserve.APART_LOCK_SECONDS < 0.3
