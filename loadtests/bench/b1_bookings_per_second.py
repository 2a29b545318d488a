"""B1: bookings per second into one slot over HTTP, with QR code and outbox. Limit: SELECT ... FOR UPDATE on one slot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import orjson

from loadtests import cores
from loadtests.bench.bench import Bench
from loadtests.bench.http_load import closed_loop, open_clients
from loadtests.bench.lean import lean_rate
from loadtests.bench.row import Measure, Row, last_of_best, median, percentile, stretches
from loadtests.stock import id_of
from loadtests.wire.http_client import Answer, post

CLIENTS = 64
MOST_PER_SECOND = 5_000  # average for which tickets are prepared; a run that uses them up reports it
LIMIT_MOST_PER_SECOND = 3_000
SLOT_PLACES = 1_000_000


def booking_requests(numbers: range, slot_id: int) -> Iterator[bytes]:
    for number in numbers:
        yield post(
            "/api/reservations/create",
            {
                "ticket_id": id_of(number),
                "slot_id": slot_id,
                "customer_email": f"guest{number}@example.com",
                "customer_phone": f"+1202555{number % 10000:04d}",
            },
        )


def judge(answer: Answer) -> str:
    """Return "ok" for a complete booking (number, code and QR image), else the code of the refusal."""
    if (
        answer.status == 200
        and b'"qr_code":"data:image/png;base64,' in answer.body
        and b'"reservation_id"' in answer.body
    ):
        return "ok"
    document = orjson.loads(answer.body)
    data = document.get("data") or {}
    if answer.status == 200 and str(data.get("qr_code")).startswith("data:image/") and data.get("reservation_id"):
        return "ok"
    return str((document.get("error") or {}).get("code") or answer.status)


async def measure(bench: Bench) -> Row:
    day: date = bench.today + timedelta(days=1)
    slots = await bench.slots_for(day, capacity=SLOT_PLACES)
    limit_slots = await bench.slots_for(day + timedelta(days=1), capacity=SLOT_PLACES)
    unused = await bench.stock.activated(int(MOST_PER_SECOND * bench.seconds * bench.stretches))
    limit_stock = [
        await bench.stock.activated(int(LIMIT_MOST_PER_SECOND * bench.seconds)) for _ in range(bench.stretches)
    ]
    warm = await bench.stock.activated(500)
    best = await bench.pgbench_at_best("book.pgbench", {"slot": limit_slots[-1]}, bench.stock.activated)
    await bench.begin_quiet()
    clients = await open_clients(bench.hub.url, CLIENTS)
    await closed_loop(clients, booking_requests(warm, slots[9]), judge)
    ours, limits, problems, latencies, hub_cpu = [], [], [], [], []
    for theirs in limit_stock:
        limit = await bench.pgbench("book.pgbench", {"slot": limit_slots[0]}, theirs, best, bench.seconds)
        limits.append(limit.tps)
        cpu = cores.cpu_seconds(bench.hub.pid)
        tally = await closed_loop(clients, booking_requests(unused, slots[0]), judge, seconds=bench.seconds)
        hub_cpu.append((cores.cpu_seconds(bench.hub.pid) - cpu) / tally.seconds)
        ours.append(tally.rate("ok"))
        latencies += tally.latencies
        problems += [f"unexpected answer: {odd}" for odd in tally.odd[:3]]
        asked = sum(tally.kinds.values())
        if asked == len(unused):
            problems.append(f"the {asked} tickets prepared were used up before the time was over")
        stored = await bench.stock.booked(unused[:asked], slots[0])
        unused = unused[asked:]
        if stored != tally.kinds["ok"]:
            problems.append(f"{tally.kinds['ok']} confirmed, {stored} in the tables with their mail")
    for_lean = await bench.stock.activated(int(LIMIT_MOST_PER_SECOND * 2 * bench.seconds))
    lean = await lean_rate(bench, "book.pgbench", {"slot": limit_slots[0]}, for_lean, best)
    problems += [f"count drift: {drift}" for drift in await bench.stock.count_drift(slots)]
    for client in clients:
        client.close()
    latencies.sort()
    booking = [share / max(rate, 1) * 1e6 for share, rate in zip(hub_cpu, ours, strict=True)]
    ratio = median(ours) / median(limits)
    return Row(
        "B1", f"bookings/s into one slot over HTTP, {CLIENTS} clients", f"{median(ours):,.0f}/s",
        f"{median(limits):,.0f}/s (pgbench -c {best})", ratio, "2x, steady", "4x", ratio >= 2, ratio >= 4, problems,
        [
            stretches(ours, limits),
            f"lean tables, without the indexes of readers: pgbench -c {best} {lean:,.0f}/s, ratio {median(ours) / lean:.2f}",
            f"hub process {median(hub_cpu):.0%} of a core, {median(booking):.0f} microseconds a booking",
            f"round trip p50 {percentile(latencies, 0.5):.1f} ms, p99 {percentile(latencies, 0.99):.1f} ms",
        ],
        {"ours": ours, "limit": limits, "lean_limit": [lean], "hub_cpu": hub_cpu, "hub_microseconds": booking}, last_of_best(ours),
        [
            Measure("bookings a second", "higher", "ours", "limit", 2, 4),
            Measure("microseconds of the hub a booking", "lower", "hub_microseconds"),
        ],
    )  # fmt: skip
