"""B2: 20,000 attempts on 200 places from 256 clients: exactly 200 bookings, few queries, fast refusals."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from loadtests.bare_server import bare_server
from loadtests.bench.b1_bookings_per_second import booking_requests, judge
from loadtests.bench.bench import Bench
from loadtests.bench.http_load import closed_loop, open_clients
from loadtests.bench.row import Measure, Row, median, percentile, spread
from loadtests.wire.http_client import post

CLIENTS = 256
ATTEMPTS = 20_000
PLACES = 200
MOST_TRANSACTIONS = 1000


async def bare_rate(bench: Bench, seconds: float) -> float:
    """Return the requests per second of a JSON endpoint that does nothing, with the same load on the same core."""
    with bare_server() as bare:
        clients = await open_clients(bare.url, CLIENTS)
        document = {"ticket_id": 1, "slot_id": 1, "customer_email": "a@example.com", "customer_phone": "+12025550100"}
        request = post("/json", document)
        tally = await closed_loop(
            clients, iter(lambda: request, None), lambda answer: str(answer.status), seconds=seconds, expected=("409",)
        )
        for client in clients:
            client.close()
    return tally.rate("409")


async def measure(bench: Bench) -> Row:
    slots = await bench.slots_for(bench.today + timedelta(days=3), capacity=PLACES)
    refusals, bare, problems, transactions, commits, latencies = [], [], [], [], [], []
    for turn in range(bench.repetitions):
        slot = slots[turn]
        tickets = await bench.stock.activated(ATTEMPTS)
        await bench.begin_quiet()
        bare.append(await bare_rate(bench, 1.5 if bench.quick else 3.0))
        clients = await open_clients(bench.hub.url, CLIENTS)
        requests = list(booking_requests(tickets, slot))
        await asyncio.sleep(1.5)  # by now Postgres has reported its statistics about the loading
        written, seen = await bench.stock.writing_transactions(), await bench.stock.commits_and_rollbacks()
        tally = await closed_loop(clients, iter(requests), judge, expected=("ok", "SLOT_FULL"))
        transactions.append(await bench.stock.writing_transactions() - written)
        await asyncio.sleep(1.5)
        commits.append(await bench.stock.commits_and_rollbacks() - seen)
        for client in clients:
            client.close()
        sold, full = tally.kinds["ok"], tally.kinds["SLOT_FULL"]
        first = min(tally.first.values(), default=0.0)
        refusals.append(full / max(tally.last.get("SLOT_FULL", 1.0) - tally.first.get("SLOT_FULL", first), 1e-9))
        latencies += tally.latencies
        problems += [f"unexpected answer: {odd}" for odd in tally.odd[:3]]
        stored = await bench.stock.booked(tickets, slot)
        if sold != PLACES or stored != PLACES or sold + full != ATTEMPTS:
            problems.append(f"sold {sold}, stored {stored}, refused {full} of {ATTEMPTS}; kinds {dict(tally.kinds)}")
    problems += [f"count drift: {drift}" for drift in await bench.stock.count_drift(slots)]
    latencies.sort()
    ratio, most = median(refusals) / median(bare), max(transactions)
    quiet = most < MOST_TRANSACTIONS and not problems
    return Row(
        "B2", f"sell-out: {ATTEMPTS:,} attempts, {PLACES} places, {CLIENTS} clients", f"{median(refusals):,.0f} refusals/s",
        f"{median(bare):,.0f}/s (bare aiohttp)", ratio, "200 sold, < 1000 tx, 0.30", "0.60",
        ratio >= 0.30 and quiet, ratio >= 0.60 and quiet, problems,
        [
            (f"Postgres saw at most {most} transactions that wrote or locked (transaction ids used up, whoever ran them)"
            f" and {max(commits)} commits and rollbacks of any kind (pg_stat_database)"),
            (f"refusals {spread(refusals)}, bare {spread(bare)}; p50 {percentile(latencies, 0.5):.1f} ms, "
            f"p99 {percentile(latencies, 0.99):.1f} ms"),
        ],
        {"refusals": refusals, "bare": bare, "transactions": transactions, "commits": commits},
        measures=[
            Measure("refusals a second", "higher", "refusals", "bare", 0.3, 0.6),
            Measure("writing transactions", "lower", "transactions", None, MOST_TRANSACTIONS),
        ],
    )  # fmt: skip
