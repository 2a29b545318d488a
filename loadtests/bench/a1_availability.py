"""A1: the calendar of 90 days with 10 slots each, warm, beside a bare handler that returns the same bytes."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from loadtests.bare_server import bare_server
from loadtests.bench.bench import SLOT_CAPACITY, Bench
from loadtests.bench.row import Row, median, percentile
from loadtests.wire.http_client import get, open_http

DAYS = 90
PER_DAY = 10


async def _timed(url: str, request: bytes, count: int, expected: bytes) -> list[float]:
    """Milliseconds of `count` requests one after another on one connection; every body is compared."""
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


async def measure(bench: Bench) -> Row:
    first = bench.today + timedelta(days=10)
    last = first + timedelta(days=DAYS - 1)
    await asyncio.to_thread(bench.hub.generate_slots, first, DAYS, capacity=SLOT_CAPACITY)
    request = get(f"/api/reservation-slots/available?from={first}&to={last}&orq={bench.stock.org_id}")
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
    again = await client.ask(
        get(
            f"/api/reservation-slots/available?from={first}&to={last}&orq={bench.stock.org_id}",
            {"If-None-Match": etag or "none"},
        )
    )
    client.close()
    if etag is None or again.status != 304 or again.body:
        problems.append(f"If-None-Match with ETag {etag} gave {again.status}")
    body_file = bench.hub.data_dir / "availability.json"
    await asyncio.to_thread(body_file.write_bytes, answer.body)
    count = 300 if bench.quick else 1000
    ours, bare, medians = [], [], []
    with bare_server(body_file) as server:
        for _ in range(bench.rounds):
            bare.append(percentile(await _timed(server.url, get("/bytes"), count, answer.body), 0.95))
            taken = await _timed(bench.hub.url, request, count, answer.body)
            ours.append(percentile(taken, 0.95))
            medians.append(percentile(taken, 0.5))
    ratio = median(ours) / median(bare)
    return Row(
        "A1", f"availability, {DAYS} days x {PER_DAY} slots, warm, p95", f"{median(ours):.2f} ms",
        f"{median(bare):.2f} ms (bare aiohttp, same bytes)", ratio, "p95 <= 3x, 304", "<= 1.5x",
        ratio <= 3, ratio <= 1.5, problems,
        [f"p50 {median(medians):.2f} ms, first request {cold:.1f} ms, {len(answer.body) / 1024:.0f} KiB"],
        {"ours_p95": ours, "bare_p95": bare, "cold_ms": cold},
    )  # fmt: skip
