"""B3: confirmations per second into one performance over HTTP, with QR code and outbox. Limit: the document's transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import orjson

from loadtests import cores
from loadtests.bench.bench import Bench
from loadtests.bench.http_load import closed_loop, open_clients
from loadtests.bench.row import Measure, Row, last_of_best, median, percentile, stretches
from loadtests.booking_stock import BookingStock, token_of
from loadtests.wire.http_client import Answer, post

CLIENTS = 64
MOST_PER_SECOND = 4_000  # average for which requests are prepared; a run that uses them up reports it
LIMIT_MOST_PER_SECOND = 3_000
ROOM_PLACES = 1_000_000


def confirmations(numbers: range) -> Iterator[bytes]:
    for number in numbers:
        yield post("/api/bookings/confirm", {"token": token_of(number)})


def judge(answer: Answer) -> str:
    """Return "ok" for a complete confirmation (number, QR image and page), else the code of the refusal."""
    document = orjson.loads(answer.body)
    data = document.get("data") or {}
    whole = str(data.get("qr_code")).startswith("data:image/") and data.get("page_url") and data.get("booking_id")
    if answer.status == 200 and data.get("status") == "CONFIRMED" and whole:
        return "ok"
    return str((document.get("error") or {}).get("code") or answer.status)


async def measure(bench: Bench) -> Row:
    stock = await BookingStock.open(bench.stock, ROOM_PLACES)
    day = bench.today + timedelta(days=5)
    hot, warm_slot, limit_slot, first_slot = [await stock.performance(day, hour) for hour in (20, 19, 18, 17)]
    unused = await stock.pending(int(MOST_PER_SECOND * bench.seconds * bench.stretches), hot)
    limit_stock = [
        await stock.pending(int(LIMIT_MOST_PER_SECOND * bench.seconds), limit_slot) for _ in range(bench.stretches)
    ]
    warm = await stock.pending(500, warm_slot)
    best = await bench.pgbench_at_best(
        "confirm.pgbench", {"slot": first_slot}, lambda count: stock.pending(count, first_slot)
    )
    await stock.settle()
    await bench.begin_quiet()
    clients = await open_clients(bench.hub.url, CLIENTS)
    await closed_loop(clients, confirmations(warm), judge)
    ours, limits, problems, latencies, hub_cpu = [], [], [], [], []
    for theirs in limit_stock:
        limit = await bench.pgbench("confirm.pgbench", {"slot": limit_slot}, theirs, best, bench.seconds)
        limits.append(limit.tps)
        cpu = cores.cpu_seconds(bench.hub.pid)
        tally = await closed_loop(clients, confirmations(unused), judge, seconds=bench.seconds)
        hub_cpu.append((cores.cpu_seconds(bench.hub.pid) - cpu) / tally.seconds)
        ours.append(tally.rate("ok"))
        latencies += tally.latencies
        problems += [f"unexpected answer: {odd}" for odd in tally.odd[:3]]
        asked = sum(tally.kinds.values())
        if asked == len(unused):
            problems.append(f"the {asked} requests prepared were used up before the time was over")
        stored = await stock.confirmed(unused[:asked], hot)
        unused = unused[asked:]
        if stored != tally.kinds["ok"]:
            problems.append(f"{tally.kinds['ok']} confirmed, {stored} in the tables with their places and mail")
    problems += [f"count drift: {drift}" for slot in (hot, warm_slot) for drift in await stock.places_drift(slot)]
    for client in clients:
        client.close()
    latencies.sort()
    ratio = median(ours) / median(limits)
    return Row(
        "B3", f"confirmations/s into one performance over HTTP, {CLIENTS} clients", f"{median(ours):,.0f}/s",
        f"{median(limits):,.0f}/s (pgbench -c {best})", ratio, "2x, steady", "4x", ratio >= 2, ratio >= 4, problems,
        [
            stretches(ours, limits),
            f"hub process {median(hub_cpu):.0%} of a core",
            f"round trip p50 {percentile(latencies, 0.5):.1f} ms, p99 {percentile(latencies, 0.99):.1f} ms",
        ],
        {"ours": ours, "limit": limits, "hub_cpu": hub_cpu}, last_of_best(ours),
        [Measure("confirmations a second", "higher", "ours", "limit", 2, 4)],
    )  # fmt: skip
