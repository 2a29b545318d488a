"""R5: the connection to Postgres is cut after a booking was committed and before its reply, 500 times."""

from __future__ import annotations

import time

from loadtests.bench.row import percentile
from loadtests.faults.case import Case, Figure, Result
from loadtests.faults.customers import sell
from loadtests.faults.ground import Ground
from loadtests.faults.proxy import StatementWatcher

CUTS, QUICK_CUTS = 500, 30
CUSTOMERS = 4
MOST_SECONDS = 240.0
BOOKING = b"INSERT INTO ticket_reservations"


async def run(ground: Ground, control: bool) -> Result:
    """Sell until enough replies were lost. Every customer repeats its request with the same key until it is answered."""
    cuts = QUICK_CUTS if ground.quick or control else CUTS
    history = ground.begin()
    await ground.hub.start()
    slots = await ground.slots(4, capacity=10_000)
    orders = await ground.orders(cuts * 12, slots)
    proxy = ground.postgres
    proxy.lost, proxy.most_lost = 0, cuts
    proxy.loses = lambda: StatementWatcher(BOOKING, 0.5, ground.chance)
    proxy.cut()  # new connections are watched from their first statement
    customers = ground.customers(CUSTOMERS, new_keys=control)
    ends = time.monotonic() + MOST_SECONDS
    try:
        while proxy.lost < cuts and time.monotonic() < ends:
            await sell(customers, orders, until=time.monotonic() + 2)
    finally:
        proxy.loses = None
        for customer in customers:
            customer.close()
    result = Result("R5", CASE.what)
    result.broken += await ground.broken()
    result.broken += [
        f"not settled: {kind}, {count} times" for kind, count in history.outcomes.items() if kind != "booked"
    ]
    if 500 in history.statuses:
        result.broken.append(f"{history.statuses[500]} answers 500")
    times = sorted(one.seconds for one in history.bookings)
    result.figures = [
        Figure("replies lost after the commit", proxy.lost, least=cuts),
        Figure("bookings", len(history.bookings)),
        Figure("settled by a repeat", history.settled_by_repeating),
        Figure("longest until the answer", max(times, default=float("nan")), "s"),
        Figure("p95 until the answer", percentile(times, 0.95), "s"),
    ]
    return result


CASE = Case(
    "R5",
    "a reply lost after the commit is settled by a repeat: no booking lost, none twice",
    "customers repeat with another key",
    150,
    run,
)
