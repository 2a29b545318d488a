"""Q2: memory of a visitor who waits on an open socket. Limit: a socket of a bare aiohttp server."""

from __future__ import annotations

import asyncio

from loadtests import cores
from loadtests.bench.bench import Bench
from loadtests.bench.crowd import bare_kilobytes, close_all, lost_of, memory_of, most_sockets
from loadtests.bench.q1_joins import open_room
from loadtests.bench.row import Measure, Row, median
from loadtests.bench.waiting_crowd import visitors

VISITORS, QUICK_VISITORS = 10_000, 1_000
FIRST_VISITORS = 200
"""Opened before the first look, so that what a process loads once is not counted."""
WATCH_SECONDS = 15.0
MUST_KB, GOAL_KB = 30.0, 20.0


async def measure(bench: Bench) -> Row:
    wanted = QUICK_VISITORS if bench.quick else VISITORS
    count = most_sockets(wanted + FIRST_VISITORS) - FIRST_VISITORS
    ours: list[float] = []
    bare: list[float] = []
    shares: list[float] = []
    problems = [] if count == wanted else [f"this process may have {count:,} open sockets only: raise `ulimit -n`"]
    for _ in range(bench.repetitions):
        bare.append(await bare_kilobytes(count, FIRST_VISITORS))
        async with bench.other_hub() as other:
            each, share, lost = await _of_hub(other, count)
        ours.append(each)
        shares.append(share)
        problems += [f"the hub closed {lost} sockets of visitors who wait"] if lost else []
    kilobytes = median(ours)
    return Row(
        "Q2", f"memory of a visitor in a waiting room, {count:,} on one process", f"{kilobytes:.1f} kB",
        f"{median(bare):.1f} kB (bare aiohttp socket)", kilobytes / median(bare), f"{MUST_KB:.0f} kB", f"{GOAL_KB:.0f} kB",
        kilobytes <= MUST_KB, kilobytes <= GOAL_KB, problems,
        [f"{count:,} who wait, at 600 admitted a minute, take {median(shares):.1%} of a core"],
        {"ours": ours, "limit": bare, "share": shares},
        measures=[
            Measure("kB a visitor", "lower", "ours", None, MUST_KB, GOAL_KB),
            Measure("kB a visitor beside a bare socket", "lower", "ours", "limit"),
            Measure("share of a core while all wait", "lower", "share"),
        ],
    )  # fmt: skip


async def _of_hub(bench: Bench, count: int) -> tuple[float, float, int]:
    """Return the kB of a visitor, the share of a core that all take while ten a second are admitted, and how many were lost."""
    key = await open_room(bench)
    await bench.begin_quiet()
    first = await visitors(bench.hub.url, key, FIRST_VISITORS)
    before = memory_of(bench.hub.pid)
    crowd = await visitors(bench.hub.url, key, count)
    each = (memory_of(bench.hub.pid) - before) / count / 1000
    await asyncio.to_thread(
        bench.hub.command, "venue", "set", str(bench.stock.venue_id), "--waiting-room-per-minute", "600"
    )
    await asyncio.sleep(6)  # by now each process has read the policy
    used = cores.cpu_seconds(bench.hub.pid)
    await asyncio.sleep(WATCH_SECONDS)
    share = (cores.cpu_seconds(bench.hub.pid) - used) / WATCH_SECONDS
    sockets = [one.socket for one in (*first, *crowd)]
    lost = lost_of(sockets)
    close_all(sockets)
    return each, share, lost
