"""Reconciliation: finds and corrects counts that differ from their rows, and seat admission that differs from Postgres."""

from __future__ import annotations

from hub.actions.reporting.reconcile import reconcile
from tests.support.hub import Hub
from tests.support.redis_tampering import Liar, wait_until_settled
from tests.support.shows import add_booking, add_stage, admit_people
from tests.support.slots import change_slots, revise_slots
from tests.support.world import TODAY, World


async def test_a_hub_in_order_has_no_drift(hub: Hub, world: World):
    await world.reserved(await world.slot())
    await wait_until_settled(hub)
    assert await reconcile(hub.services) == {
        "fixed": False,
        "drift": 0,
        "counts": [],
        "holds": [],
        "movements": [],
        "gate": [],
    }


async def test_counts_that_left_their_rows_are_named_and_put_right(hub: Hub, world: World):
    slot_id = await world.slot(booked=3)
    await change_slots(hub.database, booked_count=7, verified_count=2)
    found = await reconcile(hub.services)
    assert found["drift"] == 1
    (drift,) = found["counts"]
    assert (drift["slot_id"], drift["date"], drift["start_time"]) == (slot_id, str(TODAY), "12:00:00")
    assert (drift["booked_count"], drift["booked_rows"], drift["verified_count"], drift["verified_rows"]) == (
        7,
        3,
        2,
        0,
    )
    assert await world.booked_count(slot_id) == 7, "without --fix nothing is changed"
    assert (await reconcile(hub.services, fix=True))["fixed"]
    assert await world.booked_count(slot_id) == 3
    await wait_until_settled(hub)
    assert (await reconcile(hub.services))["drift"] == 0


async def test_bookings_count_with_all_their_places_and_with_everybody_who_is_in(hub: Hub, world: World):
    stage = await add_stage(world, capacity=20)
    first, _ = [await add_booking(world, stage.performance_id, size) for size in (5, 4)]
    await admit_people(hub.database, first, 2)
    assert (await reconcile(hub.services))["counts"] == []
    await change_slots(hub.database, booked_count=2, verified_count=1)
    (drift,) = (await reconcile(hub.services, fix=True))["counts"]
    assert (drift["booked_count"], drift["booked_rows"], drift["verified_count"], drift["verified_rows"]) == (
        2,
        9,
        1,
        2,
    )
    assert await world.booked_count(stage.performance_id) == 9
    await wait_until_settled(hub)
    assert (await reconcile(hub.services))["drift"] == 0


async def test_a_count_put_right_reaches_board_and_calendar(hub: Hub, world: World):
    await world.slot(booked=3)
    board = await hub.socket(await world.staff("MANAGER"))
    await revise_slots(hub.database, booked_count=7)
    assert (await board.command("subscribe", topic="counts"))["data"]["booked"] == 7
    status, body = await hub.get(f"/api/reservation-slots/available?month={TODAY:%Y-%m}")
    assert body["data"][0]["booked_count"] == 7
    await reconcile(hub.services, fix=True)
    assert (await board.event())["data"]["booked"] == 3
    status, body = await hub.get(f"/api/reservation-slots/available?month={TODAY:%Y-%m}")
    assert (status, body["data"][0]["booked_count"]) == (200, 3)


async def test_seat_admission_ahead_of_postgres_is_corrected(hub: Hub, world: World):
    slot_id = await world.slot(capacity=5, booked=1)
    await world.reserved(slot_id)
    await wait_until_settled(hub)
    liar = Liar(hub, world, slot_id)
    await liar.too_high()
    found = await reconcile(hub.services, fix=True)
    assert [(d["slot_id"], d["free"], d["gate_free"]) for d in found["gate"]] == [(slot_id, 3, 1000)]
    await wait_until_settled(hub)
    assert (await hub.services.seat_admission.read_state(world.org_id, slot_id))["free"] == 3
    await liar.close()


async def test_a_slot_without_a_state_in_redis_is_no_drift(hub: Hub, world: World):
    await world.slot(booked=2)
    assert (await reconcile(hub.services))["drift"] == 0


async def test_a_scan_is_no_drift_and_a_revision_that_is_too_high_is(hub: Hub, world: World):
    """A scan raises the slot's revision and takes no place.

    With a revision that is too high, admission ignores updates.
    """
    slot_id = await world.slot(capacity=5)
    ticket = await world.reserved(slot_id)
    await wait_until_settled(hub)
    await (await hub.socket(await world.staff())).verify(ticket.code)
    assert (await reconcile(hub.services))["drift"] == 0
    await hub.services.redis.hset(Liar(hub, world, slot_id).state, "revision", 10**9)
    assert (await reconcile(hub.services, fix=True))["drift"] == 1
    await wait_until_settled(hub)
    assert (await reconcile(hub.services))["drift"] == 0
