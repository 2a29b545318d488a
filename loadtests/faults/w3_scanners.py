"""W3: a thousand scanners, each with a scan every two seconds."""

from __future__ import annotations

import asyncio
import os
import signal

from loadtests.bench.row import percentile
from loadtests.bench.scan_load import ScanIds, open_loop
from loadtests.faults.case import Case, Figure, Result
from loadtests.faults.circumstances import observed
from loadtests.faults.ground import OPERATORS, Ground, scanner

SCANNERS, QUICK_SCANNERS = 1000, 60
SECONDS_BETWEEN_SCANS = 2.0
SECONDS, QUICK_SECONDS = 20.0, 6.0


async def run(ground: Ground, control: bool) -> Result:
    """Scan at scheduled times; latency counts from the schedule. With the control the process stops for 0.7 s every 2 s."""
    small = ground.quick or control
    scanners, seconds = (QUICK_SCANNERS, QUICK_SECONDS) if small else (SCANNERS, SECONDS)
    history = ground.begin()
    await ground.hub.start()
    slots = [slot.id for slot in await ground.stock.slots_of(ground.today)]
    per_second = scanners / SECONDS_BETWEEN_SCANS
    tickets = await ground.stock.reserved(int(per_second * seconds), slots)
    sockets = [
        await scanner(ground.hub, OPERATORS[n % len(OPERATORS)], f"gate-{n}", f"127.0.{1 + n % 100}.1")
        for n in range(scanners)
    ]
    stopping = asyncio.ensure_future(_stop_now_and_then(ground.hub.pid)) if control else None
    async with observed(ground, len(tickets)) as seen:
        tally = await open_loop(sockets, tickets, per_second, ScanIds(), seconds)
    if stopping is not None:
        stopping.cancel()
        await asyncio.gather(stopping, return_exceptions=True)
    for socket in sockets:
        socket.close()
    history.scans = tally.acknowledged
    times = sorted(tally.latencies)
    result = Result("W3", CASE.what)
    result.figures = [
        Figure("scanners", scanners),
        Figure("scans", tally.sent, least=int(per_second * seconds)),
        Figure("p50", percentile(times, 0.5), "ms"),
        Figure("p95", percentile(times, 0.95), "ms", most=150.0),
        Figure("p99", percentile(times, 0.99), "ms", most=400.0),
    ]
    result.notes += seen.notes
    result.broken += [f"wrong answer: {wrong}" for wrong in tally.wrong[:5]]
    result.broken += await ground.broken()
    return result


async def _stop_now_and_then(pid: int) -> None:
    try:
        while True:
            await asyncio.sleep(1.3)
            os.kill(pid, signal.SIGSTOP)
            await asyncio.sleep(0.7)
            os.kill(pid, signal.SIGCONT)
    finally:
        os.kill(pid, signal.SIGCONT)


CASE = Case("W3", "a thousand scanners scan every two seconds", "the hub stops for 0.7 s every 2 s", 60, run)
