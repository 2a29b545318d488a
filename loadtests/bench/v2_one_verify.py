"""V2: round trip of one verify on an idle hub. Limit: the same transaction in `pgbench -c 1`."""

from __future__ import annotations

import time
from collections.abc import Sequence

import orjson

from loadtests.bench.bench import OPERATORS, Bench, scanner
from loadtests.bench.row import Measure, Row, median, percentile
from loadtests.bench.scan_load import ScanIds, ScanTally, request
from loadtests.wire.socket_client import SocketClient

LIMIT_MOST_PER_SECOND = 6_000


async def one_after_another(socket: SocketClient, tickets: Sequence[int], ids: ScanIds) -> ScanTally:
    tally = ScanTally()
    for number, ticket in enumerate(tickets, 1):
        scan_id = ids.next()
        began = time.perf_counter()
        socket.send(request(number, ticket, scan_id))
        payload = await socket.next_text()
        while orjson.loads(payload).get("id") != number:
            payload = await socket.next_text()
        tally.take(payload, scan_id, began)
    return tally


async def measure(bench: Bench) -> Row:
    slots = await bench.slots_for(bench.today)
    limit_slots = await bench.slots_for(bench.today.replace(year=bench.today.year + 1))
    count = 300 if bench.quick else 1500
    warm = await bench.stock.reserved(200, slots)
    ours_stock = [await bench.stock.reserved(count, slots) for _ in range(bench.repetitions)]
    seconds = 3 if bench.quick else 4
    limit_stock = [
        await bench.stock.reserved(int(LIMIT_MOST_PER_SECOND * seconds), limit_slots) for _ in range(bench.repetitions)
    ]
    await bench.begin_quiet()
    socket, _ = await scanner(bench.hub, OPERATORS[0], "bench-alone")
    ids = ScanIds()
    await one_after_another(socket, warm, ids)
    wrong: list[str] = []
    p50s, p99s, limit_p50s, limit_p99s = [], [], [], []
    for mine, theirs in zip(ours_stock, limit_stock, strict=True):
        limit = await bench.pgbench("verify.pgbench", {}, theirs, 1, seconds)
        tally = await one_after_another(socket, mine, ids)
        taken = sorted(tally.latencies)
        wrong += tally.wrong
        p50s.append(percentile(taken, 0.5))
        p99s.append(percentile(taken, 0.99))
        limit_p50s.append(limit.p50)
        limit_p99s.append(limit.p99)
    socket.close()
    ratio, p99 = median(p50s) / median(limit_p50s), median(p99s)
    return Row(
        "V2", "one verify, idle hub, p50", f"{median(p50s):.2f} ms (p99 {p99:.2f})",
        f"{median(limit_p50s):.2f} ms (p99 {median(limit_p99s):.2f}, pgbench -c 1)", ratio, "p50 <= 2x, p99 < 5 ms",
        "<= 1.4x, p99 < 2.5 ms", ratio <= 2 and p99 < 5, ratio <= 1.4 and p99 < 2.5, [f"not GREEN VERIFIED: {w}" for w in wrong[:5]], [],
        {"ours_p50": p50s, "ours_p99": p99s, "limit_p50": limit_p50s, "limit_p99": limit_p99s},
        measures=[
            Measure("p50, ms", "lower", "ours_p50", "limit_p50", 2, 1.4),
            Measure("p99, ms", "lower", "ours_p99", None, 5, 2.5),
        ],
    )  # fmt: skip
