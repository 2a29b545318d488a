"""Q3: 50,000 visitors of an on-sale wait at once, over four hub processes on two cores. Nobody is lost, and turns come in order."""

from __future__ import annotations

import asyncio
import time

import redis

from loadtests import cores
from loadtests.bench.bench import Bench
from loadtests.bench.crowd import connections_by_process, memory_of
from loadtests.bench.q1_joins import open_room
from loadtests.bench.row import Measure, Row
from loadtests.bench.waiting_crowd import Seen, WaitingCrowd

VISITORS, QUICK_VISITORS = 50_000, 3_000
PROCESSES = 4
"""Hub processes, and processes of visitors. Where a process may have 20,000 open files, the hub takes 15,000 connections in each."""
FIRST_VISITORS = 300
"""Opened before the first look, so that what a process loads once is not counted."""
PER_MINUTE = 600
WATCH_SECONDS, QUICK_WATCH_SECONDS = 120.0, 15.0
ORDER_SLACK = 20
"""Positions by which two visitors may seem out of order: from 101 a position is shown in tens, and while all join one a minute is admitted."""
MUST_KB, GOAL_KB = 30.0, 20.0


async def measure(bench: Bench) -> Row:
    count = QUICK_VISITORS if bench.quick else VISITORS
    watch = QUICK_WATCH_SECONDS if bench.quick else WATCH_SECONDS
    async with bench.other_hub(HUB_WORKERS=str(PROCESSES)) as other:
        key = await open_room(other)
        cores.spread_hub(other.hub.pid)
        await other.begin_quiet()
        first = await _join(other, key, FIRST_VISITORS, "127.0.8")
        crowds = list(first)
        try:
            before, stored = memory_of(other.hub.pid), _redis_bytes(other)
            began = time.perf_counter()
            crowds += await _join(other, key, count, "127.0.9")
            joining = time.perf_counter() - began
            each = (memory_of(other.hub.pid) - before) / count / 1000
            in_redis = (_redis_bytes(other) - stored) / count / 1000
            held = connections_by_process(other.hub)
            seen, admitted_for, share = await _watch(other, crowds, watch)
        finally:
            for crowd in crowds:
                crowd.kill()
    problems = _problems(seen, admitted_for, FIRST_VISITORS + count)
    frames, turns = sum(one.frames for one in seen), sum(one.admitted for one in seen)
    return Row(
        "Q3", f"{count:,} visitors in a waiting room at once, over {PROCESSES} processes", f"{each:.1f} kB each", "-",
        None, f"{MUST_KB:.0f} kB, none lost", f"{GOAL_KB:.0f} kB", each <= MUST_KB, each <= GOAL_KB, problems[:5],
        [
            f"all joined and had a socket within {joining:.0f} s, {count / joining:,.0f} a second; sockets of the processes: {', '.join(f'{n:,}' for n in held.values())}",
            f"{turns:,} admitted, first come first, of {PER_MINUTE} a minute; all hub processes take {share:.0%} of one core meanwhile, and Redis holds {in_redis:.2f} kB a visitor",
            f"{frames:,} frames, each checked: no position grew, no turn ended",
        ],
        {"ours": [each], "share": [share], "joins": [count / joining]},
        measures=[
            Measure("kB a visitor", "lower", "ours", None, MUST_KB, GOAL_KB),
            Measure("share of a core while all wait", "lower", "share"),
            Measure("joins with a socket a second", "higher", "joins"),
        ],
    )  # fmt: skip


async def _join(bench: Bench, key: str, count: int, network: str) -> list[WaitingCrowd]:
    """Let new visitors join, from several processes at once, each with an address of its own."""
    shares = [count // PROCESSES + (n < count % PROCESSES) for n in range(PROCESSES)]
    crowds = [WaitingCrowd(bench.hub.url, key, share, f"{network}.{n + 1}") for n, share in enumerate(shares)]
    try:
        await asyncio.gather(*(crowd.wait_until_joined() for crowd in crowds))
    except BaseException:
        for crowd in crowds:
            crowd.kill()
        raise
    return crowds


async def _watch(bench: Bench, crowds: list[WaitingCrowd], seconds: float) -> tuple[list[Seen], float, float]:
    """Admit `PER_MINUTE`. Return what the crowds have seen, for how many seconds visitors were admitted, and the share of a core."""
    began = time.monotonic()
    await asyncio.to_thread(
        bench.hub.command, "venue", "set", str(bench.stock.venue_id), "--waiting-room-per-minute", str(PER_MINUTE)
    )
    await asyncio.sleep(6)  # by now each process has read the policy
    used, looked = cores.cpu_seconds(bench.hub.pid), time.monotonic()
    await asyncio.sleep(seconds)
    share = (cores.cpu_seconds(bench.hub.pid) - used) / (time.monotonic() - looked)
    admitted_for = time.monotonic() - began
    return [await crowd.end() for crowd in crowds], admitted_for, share


def _redis_bytes(bench: Bench) -> int:
    with redis.Redis.from_url(bench.hub.redis_url) as client:
        return int(client.info("memory")["used_memory"])


def _problems(seen: list[Seen], seconds: float, wanted: int) -> list[str]:
    """Return what a visitor would complain about: a lost place, a turn out of order, too slow a queue."""
    problems = [wrong for one in seen for wrong in one.wrong]
    joined, lost, admitted = (
        sum(numbers) for numbers in zip(*((o.joined, o.lost, o.admitted) for o in seen), strict=True)
    )
    if joined != wanted:
        problems.append(f"{joined:,} visitors joined, not {wanted:,}")
    if lost:
        problems.append(f"the hub closed {lost} sockets of visitors who wait")
    last, first = max(one.last_admitted for one in seen), min(one.first_waiting for one in seen if one.first_waiting)
    if last > first + ORDER_SLACK:
        problems.append(f"who came as number {last} has a turn, and number {first} waits")
    if not (seconds - 10) * PER_MINUTE / 60 <= admitted <= (seconds + 10) * PER_MINUTE / 60:
        problems.append(f"{admitted:,} were admitted within {seconds:.0f} s at {PER_MINUTE} a minute")
    return problems
