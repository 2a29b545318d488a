"""V1: verifies a second from 64 scanner sockets, durable before the reply, with 20 dashboards watching."""

from __future__ import annotations

import asyncio

from loadtests import cores
from loadtests.bench.bench import OPERATORS, Bench, Dashboard, scanner
from loadtests.bench.row import Row, median, percentile, spread
from loadtests.bench.scan_load import ScanIds, ScanTally, closed_loop

SOCKETS = 64
DASHBOARDS = 20
MOST_PER_SECOND = 20_000  # tickets to prepare for our rounds; a run that uses them up says so
LIMIT_MOST_PER_SECOND = 9_000


async def measure(bench: Bench) -> Row:
    slots = await bench.slots_for(bench.today)
    ours_stock = [await bench.stock.reserved(int(MOST_PER_SECOND * bench.seconds), slots) for _ in range(bench.rounds)]
    limit_slots = await bench.slots_for(bench.today.replace(year=bench.today.year + 1))

    async def for_limit(count: int) -> range:
        return await bench.stock.reserved(count, limit_slots)

    limit_stock = [await for_limit(int(LIMIT_MOST_PER_SECOND * bench.seconds)) for _ in range(bench.rounds)]
    best = await bench.pgbench_at_best("verify.pgbench", {}, for_limit)
    await bench.stock.settle()

    sockets = [(await scanner(bench.hub, OPERATORS[n % len(OPERATORS)], f"bench-{n}"))[0] for n in range(SOCKETS)]
    boards = [await Dashboard.open(bench.hub, f"bench-board-{n}") for n in range(DASHBOARDS)]
    before = sum(slot.verified for slot in await bench.stock.slots_of(bench.today))
    ours: list[ScanTally] = []
    limits: list[float] = []
    hub_cpu: list[float] = []
    ids = ScanIds()
    for mine, theirs in zip(ours_stock, limit_stock, strict=True):
        limits.append((await bench.pgbench("verify.pgbench", {}, theirs, best, bench.seconds)).tps)
        cpu = cores.cpu_seconds(bench.hub.pid)
        tally = await closed_loop(sockets, mine, bench.seconds, ids)
        hub_cpu.append((cores.cpu_seconds(bench.hub.pid) - cpu) / tally.seconds)
        ours.append(tally)

    problems = [f"not GREEN VERIFIED: {wrong}" for tally in ours for wrong in tally.wrong][:5]
    problems += await _check(bench, ours, ours_stock, before, boards)
    for socket in sockets:
        socket.close()
    for board in boards:
        board.close()
    rates = [tally.rate for tally in ours]
    latencies = sorted(value for tally in ours for value in tally.latencies)
    ratio = median(rates) / median(limits)
    return Row(
        "V1", f"verifies/s, {SOCKETS} sockets, {DASHBOARDS} dashboards", f"{median(rates):,.0f}/s",
        f"{median(limits):,.0f}/s (pgbench -c {best})", ratio, "2x", "3x", ratio >= 2, ratio >= 3, problems,
        [
            f"ours {spread(rates)}, limit {spread(limits)}; hub process {median(hub_cpu):.0%} of a core",
            (f"round trip p50 {percentile(latencies, 0.5):.1f} ms, p99 {percentile(latencies, 0.99):.1f} ms; "
            f"{sum(len(t.acknowledged) for t in ours):,} acknowledged, all found in the tables"),
        ],
        {"ours": rates, "limit": limits, "hub_cpu": hub_cpu},
    )  # fmt: skip


async def _check(
    bench: Bench, tallies: list[ScanTally], stock: list[range], before: int, boards: list[Dashboard]
) -> list[str]:
    """Every acknowledgement must be in the tables, and every count must be what the tables add up to."""
    problems: list[str] = []
    total = 0
    for tally, numbers in zip(tallies, stock, strict=True):
        acknowledged = len(tally.acknowledged)
        total += acknowledged
        logged = await bench.stock.scans_with_ids(tally.acknowledged)
        stored = await bench.stock.verified(numbers)
        if logged != acknowledged:
            problems.append(f"{acknowledged} acknowledged, {logged} of their scans in the log")
        if stored != acknowledged and not tally.wrong:
            problems.append(f"{acknowledged} acknowledged, {stored} tickets verified exactly once")
    counted = sum(slot.verified for slot in await bench.stock.slots_of(bench.today)) - before
    if counted != total:
        problems.append(f"slots counted {counted}, {total} acknowledged")
    await asyncio.sleep(2.0)  # a tick of the coalescer is far shorter
    wrong = [board.verified for board in boards if board.verified != counted + before]
    if wrong:
        problems.append(f"{len(wrong)} dashboards do not show {counted + before} verified, e.g. {wrong[0]}")
    return problems
