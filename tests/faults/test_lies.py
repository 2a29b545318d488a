"""Wrong states of seat admission during a sale: no place is sold twice, nobody gets an error, and everything is sold."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from time import monotonic

import pytest

from hub.actions.booking import booking_facts
from hub.actions.reporting.reconcile import resync_seat_admission
from hub.guards.breaker import FAILURES, OPEN_SECONDS
from hub.rules.booking_decision import refuse_slot
from hub.rules.reasons import Reason
from tests.support.bookings import book, outcome
from tests.support.concurrency import crowd
from tests.support.hub import Hub, settings_for
from tests.support.invariants import broken_invariants
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.redis_tampering import Liar, wait_until_settled
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("slow_servers")

PLACES = 40
LIES = ["deleted", "too_high", "too_low", "text", "other_kinds", "flushed", "scripts_gone"]


async def sale_with_a_liar(world: World, lie: str, *, hubs: list, heal: bool = True) -> tuple[Counter, list[str]]:
    """Sell a slot to three times as many customers as places, while admission is repeatedly set to a wrong state.

    Customers who were refused ask again after the audit. Return the outcomes and the broken promises.
    """
    slot_id = await world.slot(capacity=PLACES)
    tickets = await world.tickets(3 * PLACES)
    liar = Liar(world.hub, world, slot_id)
    selling = True

    async def lies() -> None:
        while selling:
            await liar.plant(lie)
            await asyncio.sleep(0.01)

    async def customer(n: int) -> tuple[int, dict]:
        answer = await book(hubs[n % len(hubs)], tickets[n], slot_id)
        await asyncio.sleep(0.005)
        return answer

    lying = asyncio.ensure_future(lies())
    answers = await crowd([partial(customer, n) for n in range(len(tickets))], clients=12)
    selling = False
    await lying
    await liar.close()
    await wait_until_settled(*hubs)
    if heal:
        await resync_seat_admission(world.hub.services, fix=True)
        await wait_until_settled(*hubs)
    refused = [ticket for ticket, (status, _) in zip(tickets, answers, strict=True) if status != 200]
    later = await crowd([partial(book, world.hub, ticket, slot_id) for ticket in refused], clients=12)
    seen = Counter(map(outcome, [*answers, *later]))
    broken = await broken_invariants(world.hub.database)
    if set(seen) - {"booked", "409 SLOT_FULL"}:
        broken.append(f"answers that should not be: {dict(seen)}")
    if seen["booked"] != PLACES or await world.booked_count(slot_id) != PLACES:
        broken.append(f"{seen['booked']} told of a place, {await world.booked_count(slot_id)} places taken")
    return seen, broken


@pytest.mark.parametrize("lie", LIES)
async def test_with_a_wrong_state_of_admission_every_place_is_sold_once(open_hub, lie):
    hubs = [await open_hub(), await open_hub()]
    world = await World(hubs[0]).found()
    seen, broken = await sale_with_a_liar(world, lie, hubs=hubs)
    assert broken == [], seen
    assert await resync_seat_admission(hubs[0].services, fix=False) == []


async def test_a_state_that_is_too_low_refuses_people_until_the_audit_runs(hub, world):
    """Control: without the audit, the same sale ends with unsold places."""
    _, broken = await sale_with_a_liar(world, "too_low", hubs=[hub], heal=False)
    assert any("told of a place" in line for line in broken), broken
    assert await broken_invariants(hub.database) == []


async def test_without_the_guards_of_postgres_the_same_state_oversells(open_hub, monkeypatch):
    """Control: with the guards of Postgres off, admission alone decides, and the wrong state oversells the slot."""

    def without_places(slot, now, places):
        reason = refuse_slot(slot, now, places)
        return None if reason is Reason.SLOT_FULL else reason

    monkeypatch.setattr(booking_facts, "refuse_slot", without_places)
    sabotage(
        monkeypatch,
        "booking/reservations",
        "take_places",
        (" AND w.place <= h.total_capacity - h.booked_count - h.held_count", ""),
    )
    hub = await open_hub()
    world = await World(hub).found()
    await without_last_line(world, "reservation_slots_never_overbooked")
    _, broken = await sale_with_a_liar(world, "too_high", hubs=[hub])
    assert any("no slot is overbooked" in line for line in broken), broken


async def test_the_audit_names_the_wrong_and_the_right_state(hub, world):
    slot_id = await world.slot(capacity=5)
    await world.reserved(slot_id)
    await wait_until_settled(hub)
    assert await resync_seat_admission(hub.services, fix=False) == []
    liar = Liar(hub, world, slot_id)
    await liar.too_low()
    (drift,) = await resync_seat_admission(hub.services, fix=False)
    assert (drift["slot_id"], drift["free"], drift["gate_free"]) == (slot_id, 4, 0)
    assert outcome(await book(hub, await world.ticket(), slot_id)) == "409 SLOT_FULL"
    await resync_seat_admission(hub.services, fix=True)
    await wait_until_settled(hub)
    assert await resync_seat_admission(hub.services, fix=False) == []
    assert outcome(await book(hub, await world.ticket(), slot_id)) == "booked"
    await liar.close()


async def test_the_audit_does_not_undo_a_settlement_that_came_between_its_reads(hub, world, monkeypatch):
    """A place given back between the two reads of the audit must not be hidden by the older read."""
    slot_id = await world.slot(capacity=1)
    ticket = await world.reserved(slot_id)
    await wait_until_settled(hub)
    manager = await world.staff("MANAGER")
    look = hub.services.seat_admission.read_states

    async def look_late(slots):
        monkeypatch.setattr(hub.services.seat_admission, "read_states", look)
        assert (await hub.delete(f"/api/reservations/{ticket.reservation_id}", token=manager))[0] == 200
        await wait_until_settled(hub)
        return await look(slots)

    monkeypatch.setattr(hub.services.seat_admission, "read_states", look_late)
    await resync_seat_admission(hub.services, fix=True)
    await wait_until_settled(hub)
    assert await resync_seat_admission(hub.services, fix=False) == []
    assert outcome(await book(hub, await world.ticket(), slot_id)) == "booked"


class Spy:
    """Counts how often bookings acquire a connection to Postgres."""

    def __init__(self, monkeypatch, hub) -> None:
        self.asked = 0
        pool = hub.database.bookings
        taken = pool.connection

        def counting():
            self.asked += 1
            return taken()

        monkeypatch.setattr(pool, "connection", counting)


@pytest.mark.parametrize("gate", ["that knows", "that forgot"])
async def test_the_crowd_of_a_full_slot_never_reaches_postgres(hub, world, monkeypatch, gate):
    slot_id = await world.slot(capacity=3)
    await world.slot(start="15:00", end="16:00")
    for ticket in await world.tickets(4):
        await book(hub, ticket, slot_id)
    await wait_until_settled(hub)
    spy = Spy(monkeypatch, hub)
    if gate == "that forgot":
        await hub.services.seat_admission.forget(world.org_id, slot_id)
    tickets = await world.tickets(300)
    answers = await crowd([partial(book, hub, ticket, slot_id) for ticket in tickets], clients=60)
    assert Counter(map(outcome, answers)) == {"409 SLOT_FULL": 300}
    assert all(body["error"]["alternative_slots"] for _, body in answers)
    if gate == "that knows":
        assert spy.asked == 0
    else:
        assert spy.asked > 0, "the spy sees nothing"


@pytest.fixture
async def hub_of_its_own(database_url, own_valkey, clock, tmp_path, free_port):
    hub = await Hub(settings_for(database_url, own_valkey.url, tmp_path, free_port), clock).open()
    yield hub
    await hub.close()


CLIENTS_AT_ONCE = 20


def attempts_of(monkeypatch, hub):
    """Return a list that grows by the number of calls whenever bookings ask Redis."""
    attempts, ask = [], hub.services.seat_admission._admission_script.run

    async def counted(calls, **how):
        attempts.append(len(calls))
        return await ask(calls, **how)

    monkeypatch.setattr(hub.services.seat_admission._admission_script, "run", counted)
    return attempts


async def test_without_redis_bookings_go_on_and_end_exactly_sold_out(hub_of_its_own, own_valkey, monkeypatch):
    hub = hub_of_its_own
    world = await World(hub).found()
    slot_id = await world.slot(capacity=PLACES)
    tickets = await world.tickets(3 * PLACES)
    early = await crowd([partial(book, hub, ticket, slot_id) for ticket in tickets[:10]], clients=5)
    own_valkey.kill()
    attempts = attempts_of(monkeypatch, hub)
    started = monotonic()
    during = await crowd([partial(book, hub, ticket, slot_id) for ticket in tickets[10:]], clients=CLIENTS_AT_ONCE)
    assert Counter(map(outcome, [*early, *during])) == {"booked": PLACES, "409 SLOT_FULL": 2 * PLACES}
    # The bookings do not wait for Redis one after another: all ask until the breaker opens, then one from time to time.
    assert 1 <= len(attempts) <= CLIENTS_AT_ONCE + FAILURES + (monotonic() - started) / OPEN_SECONDS
    assert await broken_invariants(hub.database) == []
    own_valkey.start()
    for _ in range(100):
        if await _gate_knows(hub, world, slot_id):
            break
        await book(hub, tickets[-1], slot_id)
        await asyncio.sleep(0.05)
    assert await _gate_knows(hub, world, slot_id), "the gate does not learn again"
    assert await resync_seat_admission(hub.services, fix=False) == []


async def _gate_knows(hub, world, slot_id) -> bool:
    try:
        return (await hub.services.seat_admission.read_state(world.org_id, slot_id)) is not None
    except OSError:
        return False
