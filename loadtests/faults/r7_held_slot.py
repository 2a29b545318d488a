"""R7: somebody holds the lock of one slot for 10 s while 500 customers book at once, 100 of them that slot."""

from __future__ import annotations

import asyncio
import time

import asyncpg

from loadtests.bench.row import percentile
from loadtests.faults.case import Case, Figure, Result
from loadtests.faults.customers import sell
from loadtests.faults.ground import Ground

HELD, QUICK_HELD = 10.0, 4.0
FOR_THE_HELD_SLOT, FOR_OTHERS = 100, 400
OTHER_SLOTS = 8


async def run(ground: Ground, control: bool) -> Result:
    ground.hub.without = "time limits" if control else None
    held_for = QUICK_HELD if ground.quick or control else HELD
    share = 5 if ground.quick else 1
    history = ground.begin()
    await ground.hub.start()
    held, *others = await ground.slots(1 + OTHER_SLOTS, capacity=50_000)
    await sell(ground.customers(8), await ground.orders(80, [held, *others]))  # warm: plans, months, admission
    held_orders, other_orders = await ground.orders(2_000, [held]), await ground.orders(40_000, others)
    blocked = ground.customers(FOR_THE_HELD_SLOT // share, patience=30.0)
    free = ground.customers(FOR_OTHERS // share, patience=30.0)
    holder = await asyncpg.connect(ground.keeper.database_url)
    began = time.monotonic()
    async with holder.transaction():
        await holder.fetchval("SELECT id FROM reservation_slots WHERE id = $1 FOR UPDATE", held)
        ends = began + held_for
        await asyncio.gather(
            # The last attempt must be over before the lock is.
            sell(blocked, held_orders, until=began + held_for * 0.6, give_up=0),
            sell(free, other_orders, until=ends, give_up=0, pause=0.5),
        )
        await asyncio.sleep(max(0.0, ends - time.monotonic()))
    await holder.close()
    of_held = [a for b in history.bookings for a in b.attempts if b.slot_id == held and a.began >= began]
    of_others = [a for b in history.bookings for a in b.attempts if b.slot_id != held and a.began >= began]
    refused = sum(attempt.status == 503 for attempt in of_others)
    times = sorted(attempt.seconds * 1000 for attempt in of_others)
    result = Result("R7", CASE.what)
    result.figures = [
        Figure(
            "longest answer for the held slot", max((a.seconds for a in of_held), default=float("nan")), "s", most=1.5
        ),
        Figure("answers for the held slot", len(of_held), least=1),
        Figure("p95 for other slots", percentile(times, 0.95), "ms", most=500.0),
        Figure("answers for other slots", len(of_others)),
        Figure("503 for other slots", refused, most=0),
    ]
    statuses = {a.status for a in (*of_held, *of_others)} - {200, 409, 503}
    result.broken += [f"answers with status {status}" for status in sorted(statuses)]
    for customer in (*blocked, *free):
        customer.close()
    ground.hub.without = None
    result.broken += await ground.broken()
    return result


CASE = Case(
    "R7",
    "one slot's lock is held: its customers are answered within 1.5 s, those of other slots do not notice",
    "the hub waits a minute for Postgres",
    25,
    run,
)
