"""V3: verify latency at 500 and 2,000 scans per second, measured from the scheduled time (no coordinated omission)."""

from __future__ import annotations

from loadtests.bench.bench import OPERATORS, Bench, scanner
from loadtests.bench.row import Measure, Row, median, percentile
from loadtests.bench.scan_load import ScanIds, open_loop
from loadtests.bench.v2_one_verify import one_after_another

SOCKETS = 64
RATES = (500, 2_000)
MUST_MS, GOAL_MS = (8.0, 25.0), (3.0, 10.0)


async def measure(bench: Bench) -> Row:
    slots = await bench.slots_for(bench.today)
    seconds = 4.0 if bench.quick else 10.0
    alone_stock = [await bench.stock.reserved(300, slots) for _ in range(bench.repetitions)]
    warm = await bench.stock.reserved(RATES[0], slots)
    stock = [
        [await bench.stock.reserved(int(rate * seconds), slots) for rate in RATES] for _ in range(bench.repetitions)
    ]
    await bench.begin_quiet()
    sockets = [(await scanner(bench.hub, OPERATORS[n % len(OPERATORS)], f"bench-{n}"))[0] for n in range(SOCKETS)]
    ids = ScanIds()
    await open_loop(sockets, warm, RATES[0], ids, 1.0)
    alone: list[float] = []
    wrong: list[str] = []
    figures: dict[str, dict[int, list[float]]] = {
        name: {rate: [] for rate in RATES} for name in ("p50", "p99", "worst")
    }
    for lonely, given in zip(alone_stock, stock, strict=True):
        alone.append(percentile(sorted((await one_after_another(sockets[0], lonely, ids)).latencies), 0.99))
        for rate, tickets in zip(RATES, given, strict=True):
            tally = await open_loop(sockets, tickets, rate, ids, seconds)
            taken = sorted(tally.latencies)
            wrong += tally.wrong
            figures["p50"][rate].append(percentile(taken, 0.5))
            figures["p99"][rate].append(percentile(taken, 0.99))
            figures["worst"][rate].append(taken[-1] if taken else float("nan"))
    for socket in sockets:
        socket.close()
    p50s, p99s, worst = ([median(figures[name][rate]) for rate in RATES] for name in ("p50", "p99", "worst"))
    return Row(
        "V3", f"verify p99 at {RATES[0]} and {RATES[1]:,}/s, arrival-timed", f"{p99s[0]:.1f} and {p99s[1]:.1f} ms",
        f"{median(alone):.1f} ms (V2's p99)", p99s[0] / median(alone), "p99 < 8 and 25 ms", "p99 < 3 and 10 ms",
        all(p99 < most for p99, most in zip(p99s, MUST_MS, strict=True)),
        all(p99 < most for p99, most in zip(p99s, GOAL_MS, strict=True)),
        [f"not GREEN VERIFIED: {w}" for w in wrong[:5]],
        [f"p50 {p50s[0]:.1f} and {p50s[1]:.1f} ms, slowest of a round {worst[0]:.0f} and {worst[1]:.0f} ms"],
        {**{f"{name}_at_{rate}": values for name, by in figures.items() for rate, values in by.items()}, "alone_p99": alone},
        measures=[
            Measure(f"p99 at {rate:,} a second, ms", "lower", f"p99_at_{rate}", None, must, goal)
            for rate, must, goal in zip(RATES, MUST_MS, GOAL_MS, strict=True)
        ],
    )  # fmt: skip
