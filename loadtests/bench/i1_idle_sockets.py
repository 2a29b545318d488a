"""I1: memory of an idle signed-in socket, 10,000 on one process. Limit: a socket of a bare aiohttp server.

Each is measured on a process that has just started: one that was large before would take new sockets into its old memory.
"""

from __future__ import annotations

import asyncio

from loadtests import cores
from loadtests.bench.bench import Bench
from loadtests.bench.crowd import bare_kilobytes, close_all, crowd_of, lost_of, memory_of, most_sockets
from loadtests.bench.row import Measure, Row, median

SOCKETS, QUICK_SOCKETS = 10_000, 1_000
FIRST_SOCKETS = 200
"""Opened before the first look, so that what a process loads once is not counted."""
IDLE_SECONDS = 10.0
MUST_KB, GOAL_KB = 22.0, 17.0


async def measure(bench: Bench) -> Row:
    wanted = QUICK_SOCKETS if bench.quick else SOCKETS
    count = most_sockets(wanted)
    ours: list[float] = []
    bare: list[float] = []
    idle: list[float] = []
    problems = [] if count == wanted else [f"this process may have {count:,} open sockets only: raise `ulimit -n`"]
    for _ in range(bench.repetitions):
        bare.append(await bare_kilobytes(count, FIRST_SOCKETS))
        async with bench.other_hub() as other:
            each, share, lost = await _of_hub(other, count)
        ours.append(each)
        idle.append(share)
        problems += [f"the hub closed {lost} idle sockets"] if lost else []
    kilobytes = median(ours)
    return Row(
        "I1", f"memory of an idle signed-in socket, {count:,} on one process", f"{kilobytes:.1f} kB", f"{median(bare):.1f} kB (bare aiohttp socket)",
        kilobytes / median(bare), f"{MUST_KB:.0f} kB", f"{GOAL_KB:.0f} kB", kilobytes <= MUST_KB, kilobytes <= GOAL_KB, problems,
        [f"{count:,} idle sockets take {median(idle):.1%} of a core"],
        {"ours": ours, "limit": bare, "idle_share": idle},
        measures=[
            Measure("kB a socket", "lower", "ours", None, MUST_KB, GOAL_KB),
            Measure("kB a socket beside a bare one", "lower", "ours", "limit"),
            Measure("share of a core while all are idle", "lower", "idle_share"),
        ],
    )  # fmt: skip


async def _of_hub(bench: Bench, count: int) -> tuple[float, float, int]:
    """Return the kB of a socket, the share of a core that all take while idle, and how many were lost."""
    await bench.begin_quiet()
    first = await crowd_of(bench.hub, FIRST_SOCKETS)
    before = memory_of(bench.hub.pid)
    crowd = await crowd_of(bench.hub, count)
    each = (memory_of(bench.hub.pid) - before) / count / 1000
    used = cores.cpu_seconds(bench.hub.pid)
    await asyncio.sleep(IDLE_SECONDS)
    share = (cores.cpu_seconds(bench.hub.pid) - used) / IDLE_SECONDS
    lost = lost_of([*first, *crowd])
    close_all([*first, *crowd])
    return each, share, lost
