"""A1: latency of the cached calendar of 90 days with 10 slots each. Limit: a bare handler that returns the same bytes.

It is measured on a quiet hub, and again right after a rush of bookings, while the hub sends their e-mails.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from loadtests.bare_server import BareServer, bare_server
from loadtests.bench.b1_bookings_per_second import CLIENTS, booking_requests, judge
from loadtests.bench.bench import SLOT_CAPACITY, Bench
from loadtests.bench.http_load import closed_loop, open_clients
from loadtests.bench.row import Measure, Row, median, percentile
from loadtests.wire.http_client import get, open_http

DAYS = 90
PER_DAY = 10
RUSH_BOOKINGS = 20_000
DRAINED_WITHIN = 180.0


async def _timed(url: str, request: bytes, count: int, expected: bytes) -> list[float]:
    """Return the milliseconds of `count` requests, one after another on one connection. Every body is compared."""
    client = await open_http(url)
    for _ in range(50):
        await client.ask(request)
    taken: list[float] = []
    for _ in range(count):
        began = time.perf_counter()
        answer = await client.ask(request)
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status != 200 or answer.body != expected:
            raise RuntimeError(f"availability changed while nothing was booked: {answer.status} {answer.body[:200]!r}")
    client.close()
    return sorted(taken)


async def _rush(bench: Bench) -> list[str]:
    """Book another day as in B1, for about ten seconds."""
    slots = await bench.slots_for(bench.today + timedelta(days=4))
    tickets = await bench.stock.activated(RUSH_BOOKINGS // 10 if bench.quick else RUSH_BOOKINGS)
    await bench.begin_quiet()
    clients = await open_clients(bench.hub.url, CLIENTS)
    tally = await closed_loop(clients, booking_requests(tickets, slots[0]), judge)
    for client in clients:
        client.close()
    return [f"unexpected answer in the rush: {odd}" for odd in tally.odd[:3]]


async def _compare(bench: Bench, server: BareServer, request: bytes, body: bytes) -> dict[str, list[float]]:
    """Return p95 in milliseconds of the hub and of the bare handler by round, with the e-mails waiting before each."""
    count = 300 if bench.quick else 1000
    found: dict[str, list[float]] = {"ours_p95": [], "ours_p50": [], "bare_p95": [], "mails_waiting": []}
    for _ in range(bench.repetitions):
        found["bare_p95"].append(percentile(await _timed(server.url, get("/bytes"), count, body), 0.95))
        found["mails_waiting"].append(await bench.stock.mails_waiting())
        taken = await _timed(bench.hub.url, request, count, body)
        found["ours_p95"].append(percentile(taken, 0.95))
        found["ours_p50"].append(percentile(taken, 0.5))
    return found


async def measure(bench: Bench) -> Row:
    first = bench.today + timedelta(days=10)
    last = first + timedelta(days=DAYS - 1)
    await asyncio.to_thread(bench.hub.generate_slots, first, DAYS, capacity=SLOT_CAPACITY)
    path = f"/api/reservation-slots/available?from={first}&to={last}&orq={bench.stock.org_id}"
    request = get(path)
    client = await open_http(bench.hub.url)
    problems: list[str] = []
    began = time.perf_counter()
    answer = await client.ask(request)
    cold = (time.perf_counter() - began) * 1000
    rows = answer.json().get("data")
    if answer.status != 200 or not isinstance(rows, list) or len(rows) != DAYS * PER_DAY:
        problems.append(
            f"{answer.status}, {len(rows) if isinstance(rows, list) else rows!r} slots, not {DAYS * PER_DAY}"
        )
    etag = answer.header("ETag")
    again = await client.ask(get(path, {"If-None-Match": etag or "none"}))
    client.close()
    if etag is None or again.status != 304 or again.body:
        problems.append(f"If-None-Match with ETag {etag} gave {again.status}")
    body_file = bench.hub.data_dir / "availability.json"
    await asyncio.to_thread(body_file.write_bytes, answer.body)
    with bare_server(body_file) as server:
        quiet = await _compare(bench, server, request, answer.body)
        problems += await _rush(bench)
        after = await _compare(bench, server, request, answer.body)
    drained = await bench.stock.wait_for_mails(DRAINED_WITHIN)
    ratios = [median(found["ours_p95"]) / median(found["bare_p95"]) for found in (quiet, after)]
    return Row(
        "A1", f"availability, {DAYS} days x {PER_DAY} slots, warm, p95: quiet, and after a rush of bookings",
        f"{median(quiet['ours_p95']):.2f} and {median(after['ours_p95']):.2f} ms",
        f"{median(quiet['bare_p95']):.2f} and {median(after['bare_p95']):.2f} ms (bare aiohttp, same bytes)",
        max(ratios), "p95 <= 3x both times, 304", "<= 1.5x", max(ratios) <= 3, max(ratios) <= 1.5, problems,
        [
            (f"quiet {ratios[0]:.2f}, after the rush {ratios[1]:.2f} with {' '.join(f'{n:,.0f}' for n in after['mails_waiting'])}"
            " mails waiting before each round"),
            (f"p50 {median(quiet['ours_p50']):.2f} and {median(after['ours_p50']):.2f} ms, first request {cold:.1f} ms, "
            f"{len(answer.body) / 1024:.0f} KiB"),
            *([] if drained else [f"mails still waited {DRAINED_WITHIN:.0f} s later: the next rows are measured beside them"]),
        ],
        {**{f"{name}_quiet": values for name, values in quiet.items()},
         **{f"{name}_after_rush": values for name, values in after.items()}, "cold_ms": cold},
        measures=[
            Measure("p95 on a quiet hub, ms", "lower", "ours_p95_quiet", "bare_p95_quiet", 3, 1.5),
            Measure("p95 after a rush, ms", "lower", "ours_p95_after_rush", "bare_p95_after_rush", 3, 1.5),
        ],
    )  # fmt: skip
