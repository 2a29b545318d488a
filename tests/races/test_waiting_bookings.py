"""Requests for seats on a waiting list with two hubs: an offer is one booking, and parties of any size fill exactly what is free."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from db.statements import load
from hub.access.randomness import token_hash
from hub.actions.booking.booking_request import Confirmation, ReserveRequest
from hub.actions.booking.cancel import cancel_reservation
from hub.actions.reporting.reconcile import reconcile
from hub.actions.waitlist.accept_offer import accept_offer, accept_offer_of_booking
from hub.actions.waitlist.join import Joined
from hub.actions.waitlist.leave import leave_waitlist
from hub.rules.refusals import Refused
from tests.support.concurrency import crowd
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.redis_tampering import wait_until_settled
from tests.support.repetitions import repetitions
from tests.support.shows import Booking, add_booking, add_bookings, add_performance, add_stage, read_booking_row
from tests.support.waitlist import on_demand, read_waitlist_entries, serve_all, slot, wait_for_seats
from tests.support.world import NOON, TODAY, World
from web import keys

pytestmark = pytest.mark.own_hub

LATER = TODAY + timedelta(days=7)


@pytest.fixture(autouse=True)
def quiet_hubs(monkeypatch):
    on_demand(monkeypatch)


async def cancel(hub: Hub, booking: Booking) -> None:
    await cancel_reservation(hub.services, booking.reservation_id, token=booking.manage_token, identity=None)


async def accepted_by_both_links(hubs: list[Hub], world: World, performances: int) -> list[str]:
    """Accept each offer by its own link at one hub and by the link of the first e-mail at the other, at once.

    Return the broken promises.
    """
    stage = await add_stage(world, 4, day=LATER)
    ids = [stage.performance_id] + [
        await add_performance(world, stage.show_id, stage.room_id, LATER + timedelta(days=1 + n))
        for n in range(performances - 1)
    ]
    broken = []
    for performance_id in ids:
        booked = await add_booking(world, performance_id, 4)
        request = await add_booking(world, performance_id, 3, "PENDING")
        waiting = await wait_for_seats(hubs[0], request)
        await cancel(hubs[0], booked)
        await serve_all(hubs[0])
        answers = await asyncio.gather(
            accept_offer(hubs[0].services, waiting.token),
            accept_offer_of_booking(hubs[1].services, world.org_id, request.id),
            return_exceptions=True,
        )
        # The first link finds no offer any more if the other was quick enough.
        first, second = answers
        if isinstance(first, BaseException) or second not in (first[0], None):
            broken.append(f"performance {performance_id}: {answers}")
        if await slot(hubs[0], performance_id) != (3, 0, 1):
            broken.append(f"performance {performance_id}: {await slot(hubs[0], performance_id)}")
    return broken + await broken_invariants(world.hub.database)


async def test_an_offer_accepted_by_both_links_at_once_is_one_booking(two_hubs, world):
    assert await accepted_by_both_links(two_hubs, world, repetitions(full=40, short=15)) == []


async def test_an_acceptance_that_does_not_look_for_its_first_answer_is_refused_and_yet_nothing_is_sold_twice(
    two_hubs, world, monkeypatch
):
    sabotage(monkeypatch, "booking/reservations", "read_confirmations", ("k.key_hash = a.key_hash AND", "false AND"))
    stage = await add_stage(world, 4, day=LATER)
    booked = await add_booking(world, stage.performance_id, 4)
    request = await add_booking(world, stage.performance_id, 3, "PENDING")
    waiting = await wait_for_seats(two_hubs[0], request)
    await cancel(two_hubs[0], booked)
    await serve_all(two_hubs[0])
    await accept_offer(two_hubs[0].services, waiting.token)
    with pytest.raises(Refused, match="OFFER_LAPSED"):
        await accept_offer(two_hubs[1].services, waiting.token)
    assert await slot(two_hubs[0], stage.performance_id) == (3, 0, 1)
    assert await broken_invariants(world.hub.database) == []


NO_LONGER_DUE = " AND b.status = 'PENDING' AND b.expires_at <= $3\n"


async def joined_after_it_was_found_due(hubs: list[Hub], world: World, *, sql: str) -> str:
    """Join a waiting list with a request that another hub, whose clock is ahead, has just found to be due.

    Return the status of the booking after that hub has ended what was due.
    """
    stage = await add_stage(world, 4, day=LATER)
    await add_booking(world, stage.performance_id, 4)
    request = await add_booking(world, stage.performance_id, 3, "PENDING")
    database, ahead = world.hub.database, NOON + timedelta(hours=24)
    (due,) = await database.fetch(load("shows/bookings").due_to_expire, ahead, 10)
    await wait_for_seats(hubs[0], request)
    await database.fetch(sql, [due["org_id"]], [due["id"]], ahead)
    return str((await read_booking_row(database, "status", id=request.id))["status"])


async def test_a_request_that_joins_as_it_falls_due_stands(two_hubs, world):
    assert await joined_after_it_was_found_due(two_hubs, world, sql=load("shows/bookings").expire_requests) == "PENDING"


async def test_without_a_second_look_at_its_time_a_request_that_has_just_joined_expires(two_hubs, world):
    sql = load("shows/bookings").expire_requests
    assert sql.count(NO_LONGER_DUE) == 1
    careless = sql.replace(NO_LONGER_DUE, " AND b.status = 'PENDING'\n")
    assert await joined_after_it_was_found_due(two_hubs, world, sql=careless) == "EXPIRED"


ENOUGH = ("confirms done", "confirms NO_CAPACITY", "waits done", "accepts done", "cancels done", "leaves done")
"""What a storm must have seen three times each. It is repeated until then."""
MOST_STORMS = 5


class Storm:
    """Requests for seats that are confirmed, wait, accept, leave and are cancelled, at two hubs and in parties of one to five."""

    def __init__(self, hubs: list[Hub], world: World, performances: list[int]) -> None:
        self.hubs, self.world, self.performances = hubs, world, performances
        self.chance = random.Random(7)
        self.requests: list[tuple[Booking, int, int]] = []
        self.waiting: list[Joined] = []
        self.booked: list[Booking] = []
        self.seen: Counter[str] = Counter()

    @property
    def enough(self) -> bool:
        return all(self.seen[action] >= 3 for action in ENOUGH)

    async def step(self, n: int) -> None:
        hub = self.hubs[n % 2]
        action = self.chance.choice((self.confirms, self.confirms, self.waits, self.waits, self.accepts, self.leaves, self.cancels, self.serves))  # fmt: skip
        try:
            self.seen[f"{action.__name__} {await action(hub)}"] += 1
        except Refused as no:
            self.seen[f"{action.__name__} {no.reason}"] += 1

    async def confirms(self, hub: Hub) -> str:
        if not self.requests:
            return "nothing"
        booking, performance_id, places = self.requests.pop(self.chance.randrange(len(self.requests)))
        request = ReserveRequest(
            self.world.org_id, booking.id, performance_id, "", "",
            confirmation=Confirmation(token_hash(booking.confirm_token), places),
        )  # fmt: skip
        try:
            reserved = await hub.app[keys.BOOKINGS].confirm(request)
        except Refused:
            self.requests.append((booking, performance_id, places))
            raise
        self.booked.append(
            Booking(booking.id, booking.code, booking.confirm_token, reserved.manage_token, reserved.reservation_id)
        )
        return "done"

    async def waits(self, hub: Hub) -> str:
        if not self.requests:
            return "nothing"
        self.waiting.append(await wait_for_seats(hub, self.chance.choice(self.requests)[0]))
        return "done"

    async def accepts(self, hub: Hub) -> str:
        """Accept an offer, or try to without one: tens wait for each offer, and of these only its receiver has its e-mail."""
        rows = await read_waitlist_entries(self.world.hub.database, "id", status="OFFERED")
        offered = {row["id"] for row in rows}
        if not self.waiting:
            return "nothing"
        lucky = [one for one in self.waiting if one.entry_id in offered]
        chosen = self.chance.choice(lucky if lucky and self.chance.random() < 0.7 else self.waiting)
        (reserved,) = await accept_offer(hub.services, chosen.token)
        self.booked.append(Booking(0, reserved.ticket_code, "", reserved.manage_token, reserved.reservation_id))
        return "done"

    async def leaves(self, hub: Hub) -> str:
        if not self.waiting:
            return "nothing"
        await leave_waitlist(hub.services, self.waiting.pop(self.chance.randrange(len(self.waiting))).token)
        return "done"

    async def cancels(self, hub: Hub) -> str:
        if not self.booked:
            return "nothing"
        await cancel(hub, self.booked.pop(self.chance.randrange(len(self.booked))))
        return "done"

    async def serves(self, hub: Hub) -> str:
        return "some" if await serve_all(hub) else "nothing"


async def storm(hubs: list[Hub], world: World, actions: int) -> tuple[Counter[str], list[str]]:
    stage = await add_stage(world, 12, day=LATER)
    performances = [stage.performance_id] + [
        await add_performance(world, stage.show_id, stage.room_id, LATER + timedelta(days=n)) for n in (1, 2)
    ]
    weather = Storm(hubs, world, performances)
    for performance_id in performances:
        for places in range(1, 6):
            weather.requests += [
                (one, performance_id, places)
                for one in await add_bookings(world, performance_id, actions // 30, places, "PENDING")
            ]
    for _ in range(MOST_STORMS):
        await crowd([partial(weather.step, n) for n in range(actions)], clients=12)
        if weather.enough:
            break
    for _ in range(3):
        await serve_all(hubs[0])
    broken = await broken_invariants(world.hub.database)
    for hub in hubs:
        await wait_until_settled(hub)
    if not broken:
        broken += [f"{found}" for found in (await reconcile(world.hub.services))["counts"]]
        broken += [f"{found}" for found in (await reconcile(world.hub.services))["gate"]]
    return weather.seen, broken


async def test_a_storm_of_parties_breaks_no_promise(two_hubs, world, postgres_log):
    seen, broken = await storm(two_hubs, world, repetitions(full=2000, short=400))
    assert broken == [], seen
    assert all(seen[action] >= 3 for action in ENOUGH), seen
    assert postgres_log.deadlocks() == []


@pytest.mark.parametrize("name", ["take_places", "cancel_places"])
async def test_if_a_statement_counts_a_party_as_one_the_storm_shows_it(two_hubs, world, monkeypatch, name):
    await without_last_line(world, "reservation_slots_never_overbooked")
    if name == "take_places":
        sabotage(monkeypatch, "booking/reservations", name, ("SELECT org_id, slot_id, sum(places) AS places", "SELECT org_id, slot_id, count(*) AS places"))  # fmt: skip
    else:
        sabotage(monkeypatch, "booking/changes", name, ("SELECT coalesce(sum(g.places), 0) AS went", "SELECT count(*) AS went"))  # fmt: skip
    seen, broken = await storm(two_hubs, world, 200)
    assert any("booked counts" in line for line in broken), (seen, broken)
