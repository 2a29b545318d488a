"""Two loads with more clients than locust can run: an on-sale burst, and a thousand scanners at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from loadtests.bench.b1_bookings_per_second import booking_requests, judge
from loadtests.bench.bench import scanner
from loadtests.bench.http_load import closed_loop, open_clients
from loadtests.bench.row import percentile
from loadtests.bench.scan_load import ScanIds, open_loop
from loadtests.framework.bounds import Line
from loadtests.own_hub import OwnHub
from loadtests.stock import Stock

PLACES, CUSTOMERS, TICKETS = 200, 200, 2000
SCANNERS, SECONDS_BETWEEN_SCANS, SECONDS = 1000, 2.0, 10.0


def _line(name: str, latencies: list[float], failures: int, bound: float | None) -> Line:
    taken = sorted(latencies)
    marks = [percentile(taken, share) for share in (0.5, 0.95, 0.99)]
    return Line(name, len(taken), failures, marks[0], marks[1], marks[2], bound)


async def on_sale(hub: OwnHub, stock: Stock, slot_id: int) -> tuple[Line, list[str]]:
    """Book 2,000 tickets from 200 clients into a slot of 200. Exactly 200 must succeed and 1,800 get SLOT_FULL within 20 s."""
    tickets = await stock.activated(TICKETS)
    clients = await open_clients(hub.url, CUSTOMERS)
    tally = await closed_loop(clients, booking_requests(tickets, slot_id), judge, expected=("ok", "SLOT_FULL"))
    for client in clients:
        client.close()
    problems = [f"on-sale burst: {odd}" for odd in tally.odd[:5]]
    stored = await stock.booked(tickets, slot_id)
    if (tally.kinds["ok"], tally.kinds["SLOT_FULL"], stored) != (PLACES, TICKETS - PLACES, PLACES):
        problems.append(
            f"on-sale burst: {dict(tally.kinds)}, {stored} in the tables; {PLACES} places, {TICKETS} attempts"
        )
    if tally.seconds > 20:
        problems.append(f"on-sale burst took {tally.seconds:.1f} s to decide, 20 are allowed")
    odd = tally.kinds.total() - tally.kinds["ok"] - tally.kinds["SLOT_FULL"] + tally.lost
    return _line(f"on-sale burst: {CUSTOMERS} clients, {PLACES} places", tally.latencies, odd, 1000), problems


async def thousand_scanners(
    hub: OwnHub, stock: Stock, slots: list[int], logins: list[str], seconds: float
) -> tuple[Line, list[str]]:
    """Scan every 2 s from each of 1,000 signed-in sockets. Latency is measured from the scheduled times."""
    per_second = SCANNERS / SECONDS_BETWEEN_SCANS
    tickets = await stock.reserved(int(per_second * seconds), slots)
    sockets = [(await scanner(hub, logins[n % len(logins)], f"many-{n}"))[0] for n in range(SCANNERS)]
    tally = await open_loop(sockets, tickets, per_second, ScanIds(), seconds)
    for socket in sockets:
        socket.close()
    problems = [f"thousand scanners: {wrong}" for wrong in tally.wrong[:5]]
    stored = await stock.scans_with_ids(tally.acknowledged)
    if stored != len(tally.acknowledged):
        problems.append(f"thousand scanners: {len(tally.acknowledged)} acknowledged, {stored} in the log")
    failures = tally.sent - len(tally.acknowledged)
    return _line(
        f"verify, {SCANNERS:,} scanners every {SECONDS_BETWEEN_SCANS:g} s", tally.latencies, failures, 150
    ), problems


async def run(hub: OwnHub) -> tuple[list[Line], list[str]]:
    """Run both, each with logins and slots of its own."""
    logins = ["burst-op-1", "burst-op-2", "burst-op-3", "burst-op-4"]
    today = hub.now.date()
    sale_day = today + timedelta(days=45)
    for name in logins:
        await asyncio.to_thread(hub.add_staff, name, "operator")
    await asyncio.to_thread(hub.generate_slots, sale_day, 1, opens="12:00", closes="13:00", capacity=PLACES)
    stock = await Stock.open(hub.database_url)
    sale_slot = next(slot.id for slot in await stock.slots_of(sale_day) if slot.capacity == PLACES)
    sale, sale_problems = await on_sale(hub, stock, sale_slot)
    today_slots = [slot.id for slot in await stock.slots_of(today)]
    many, many_problems = await thousand_scanners(hub, stock, today_slots, logins, SECONDS)
    problems = [f"counts: {drift}" for drift in await stock.count_drift()]
    await stock.close()
    return [sale, many], sale_problems + many_problems + problems
