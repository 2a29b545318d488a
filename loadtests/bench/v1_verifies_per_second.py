"""V1: verifies per second from 64 scanner sockets, durable before the reply, with 20 dashboards subscribed.

It takes a minute in six stretches with pgbench between them, on the same hub and sockets. The last must be as fast as the best.
"""

from __future__ import annotations

import asyncio

from loadtests import cores
from loadtests.bench.bench import OPERATORS, Bench, Dashboard, scanner
from loadtests.bench.lean import lean_rate
from loadtests.bench.row import Measure, Row, last_of_best, median, percentile, stretches
from loadtests.bench.scan_load import ScanIds, ScanTally, closed_loop

SOCKETS = 64
DASHBOARDS = 20
MOST_PER_SECOND = 16_000  # average for which tickets are prepared; a run that uses them up reports it
LIMIT_MOST_PER_SECOND = 6_000


async def measure(bench: Bench) -> Row:
    slots = await bench.slots_for(bench.today)
    unused = await bench.stock.reserved(int(MOST_PER_SECOND * bench.seconds * bench.stretches), slots)
    limit_slots = await bench.slots_for(bench.today.replace(year=bench.today.year + 1))

    async def for_limit(count: int) -> range:
        return await bench.stock.reserved(count, limit_slots)

    limit_stock = [await for_limit(int(LIMIT_MOST_PER_SECOND * bench.seconds)) for _ in range(bench.stretches)]
    best = await bench.pgbench_at_best("verify.pgbench", {}, for_limit)
    await bench.begin_quiet()

    sockets = [(await scanner(bench.hub, OPERATORS[n % len(OPERATORS)], f"bench-{n}"))[0] for n in range(SOCKETS)]
    boards = [await Dashboard.open(bench.hub, f"bench-board-{n}") for n in range(DASHBOARDS)]
    before = sum(slot.verified for slot in await bench.stock.slots_of(bench.today))
    ours: list[ScanTally] = []
    used: list[range] = []
    limits: list[float] = []
    usage: list[cores.Usage] = []
    ids = ScanIds()
    for theirs in limit_stock:
        limits.append((await bench.pgbench("verify.pgbench", {}, theirs, best, bench.seconds)).tps)
        before_stretch = cores.Usage.now(bench.hub.pid)
        tally = await closed_loop(sockets, unused, bench.seconds, ids)
        usage.append(cores.Usage.now(bench.hub.pid).since(before_stretch))
        used.append(unused[: tally.sent])
        unused = unused[tally.sent :]
        ours.append(tally)

    lean = await lean_rate(
        bench, "verify.pgbench", {}, await for_limit(int(LIMIT_MOST_PER_SECOND * 2 * bench.seconds)), best
    )
    problems = [f"not GREEN VERIFIED: {wrong}" for tally in ours for wrong in tally.wrong][:5]
    problems += await _check(bench, ours, used, before, boards)
    for socket in sockets:
        socket.close()
    for board in boards:
        board.close()
    rates = [tally.rate for tally in ours]
    latencies = sorted(value for tally in ours for value in tally.latencies)
    ratio = median(rates) / median(limits)
    share = [used_up.hub / tally.seconds for used_up, tally in zip(usage, ours, strict=True)]
    scan = _microseconds([used_up.hub for used_up in usage], ours)
    postgres = _microseconds([used_up.postgres for used_up in usage], ours)
    generator = _microseconds([used_up.generator for used_up in usage], ours)
    return Row(
        "V1", f"verifies/s, {SOCKETS} sockets, {DASHBOARDS} dashboards", f"{median(rates):,.0f}/s",
        f"{median(limits):,.0f}/s (pgbench -c {best})", ratio, "2.5x, steady", "3.5x", ratio >= 2.5, ratio >= 3.5, problems,
        [
            stretches(rates, limits),
            f"lean tables, without the indexes of readers: pgbench -c {best} {lean:,.0f}/s, ratio {median(rates) / lean:.2f}",
            f"hub process {median(share):.0%} of a core, {median(scan):.0f} microseconds a scan, in the last stretch {scan[-1]:.0f}",
            (f"microseconds a scan in each stretch: hub {_in_turn(scan)}; Postgres, with autovacuum and checkpoints, {_in_turn(postgres)}; "
            f"generator {_in_turn(generator)}"),
            (f"round trip p50 {percentile(latencies, 0.5):.1f} ms, p99 {percentile(latencies, 0.99):.1f} ms; "
            f"{sum(len(t.acknowledged) for t in ours):,} acknowledged, all found in the tables"),
        ],
        {"ours": rates, "limit": limits, "lean_limit": [lean], "hub_cpu": share, "hub_microseconds": scan, "postgres_microseconds": postgres, "generator_microseconds": generator}, last_of_best(rates),
        [
            Measure("verifies a second", "higher", "ours", "limit", 2.5, 3.5),
            Measure("microseconds of the hub a scan", "lower", "hub_microseconds"),
            Measure("microseconds of Postgres a scan", "lower", "postgres_microseconds"),
        ],
    )  # fmt: skip


def _microseconds(seconds: list[float], tallies: list[ScanTally]) -> list[float]:
    """Processor time of each stretch for each of its scans."""
    return [used / max(len(tally.acknowledged), 1) * 1e6 for used, tally in zip(seconds, tallies, strict=True)]


def _in_turn(values: list[float]) -> str:
    return " ".join(f"{value:.0f}" for value in values)


async def _check(
    bench: Bench, tallies: list[ScanTally], stock: list[range], before: int, boards: list[Dashboard]
) -> list[str]:
    """Check that every acknowledged scan is in the tables, and that every count equals its rows."""
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
    await asyncio.sleep(2.0)  # far longer than a tick of the counts
    wrong = [board.verified for board in boards if board.verified != counted + before]
    if wrong:
        problems.append(f"{len(wrong)} dashboards do not show {counted + before} verified, e.g. {wrong[0]}")
    return problems
