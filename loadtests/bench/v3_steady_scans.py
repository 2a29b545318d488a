"""V3: verify latency at 500 scans a second, each timed from the moment it should have left (no coordinated omission)."""

from __future__ import annotations

from loadtests.bench.bench import OPERATORS, Bench, scanner
from loadtests.bench.row import Row, median, percentile
from loadtests.bench.scan_load import ScanIds, open_loop
from loadtests.bench.v2_one_verify import one_after_another

SOCKETS = 64
PER_SECOND = 500


async def measure(bench: Bench) -> Row:
    slots = await bench.slots_for(bench.today)
    seconds = 4.0 if bench.quick else 10.0
    alone_stock = [await bench.stock.reserved(300, slots) for _ in range(bench.rounds)]
    warm = await bench.stock.reserved(PER_SECOND, slots)
    ours_stock = [await bench.stock.reserved(int(PER_SECOND * seconds), slots) for _ in range(bench.rounds)]
    await bench.stock.settle()
    sockets = [(await scanner(bench.hub, OPERATORS[n % len(OPERATORS)], f"bench-{n}"))[0] for n in range(SOCKETS)]
    ids = ScanIds()
    await open_loop(sockets, warm, PER_SECOND, ids, 1.0)
    alone, p50s, p99s, worst, wrong = [], [], [], [], []
    for lonely, mine in zip(alone_stock, ours_stock, strict=True):
        alone.append(percentile(sorted((await one_after_another(sockets[0], lonely, ids)).latencies), 0.99))
        tally = await open_loop(sockets, mine, PER_SECOND, ids, seconds)
        taken = sorted(tally.latencies)
        wrong += tally.wrong
        p50s.append(percentile(taken, 0.5))
        p99s.append(percentile(taken, 0.99))
        worst.append(taken[-1] if taken else float("nan"))
    for socket in sockets:
        socket.close()
    p99 = median(p99s)
    return Row(
        "V3", f"verify p99 at {PER_SECOND}/s, arrival-timed", f"{p99:.1f} ms (p50 {median(p50s):.1f})",
        f"{median(alone):.1f} ms (V2's p99)", p99 / median(alone), "p99 < 15 ms", "p99 < 8 ms", p99 < 15, p99 < 8,
        [f"not GREEN VERIFIED: {w}" for w in wrong[:5]], [f"slowest of a round {median(worst):.0f} ms"],
        {"p50": p50s, "p99": p99s, "worst": worst, "alone_p99": alone},
    )  # fmt: skip
