"""Q1: visitors who join a waiting room per second, each a new browser. Limit: a bare aiohttp handler that reads and answers JSON."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from loadtests.bench.b2_sell_out import CLIENTS, bare_rate
from loadtests.bench.bench import Bench
from loadtests.bench.http_load import closed_loop, open_clients
from loadtests.bench.row import Measure, Row, median, percentile, spread
from loadtests.wire.http_client import Answer, post

MUST, GOAL = 0.5, 0.8
SECONDS, QUICK_SECONDS = 10.0, 2.0


async def open_room(bench: Bench) -> str:
    """Let the venue have waiting rooms that admit one visitor a minute. Return the key of an empty one whose queue has begun."""
    slots = await bench.slots_for(bench.today + timedelta(days=5))
    await asyncio.to_thread(
        bench.hub.command,
        "venue",
        "set",
        str(bench.stock.venue_id),
        "--waiting-room",
        "slots",
        "--waiting-room-per-minute",
        "1",
    )
    await asyncio.sleep(6)  # by now each process has read the policy
    return f"slot:{slots[0]}"


async def close_rooms(bench: Bench) -> None:
    await asyncio.to_thread(bench.hub.command, "venue", "set", str(bench.stock.venue_id), "--waiting-room", "off")


def judge(answer: Answer) -> str:
    """Return the state of the visitor who has joined, or the refusal."""
    if answer.status != 200:
        return str(answer.status)
    return "waiting" if b'"state":"waiting"' in answer.body else "turn"


async def measure(bench: Bench) -> Row:
    ours: list[float] = []
    bare: list[float] = []
    latencies: list[float] = []
    problems: list[str] = []
    joined = 0
    key = await open_room(bench)
    request = post("/api/waiting-room", {"for": key})
    try:
        for _ in range(bench.repetitions):
            await bench.begin_quiet()
            bare.append(await bare_rate(bench, 1.5 if bench.quick else 3.0))
            clients = await open_clients(bench.hub.url, CLIENTS)
            tally = await closed_loop(
                clients, iter(lambda: request, None), judge, seconds=QUICK_SECONDS if bench.quick else SECONDS,
                expected=("waiting", "turn"),
            )  # fmt: skip
            for client in clients:
                client.close()
            ours.append(tally.rate("waiting"))
            joined += tally.kinds["waiting"]
            latencies += tally.latencies
            problems += [f"unexpected answer: {odd}" for odd in tally.odd[:3]]
            if tally.kinds["turn"] > 2:
                problems.append(f"{tally.kinds['turn']} had a turn at once where one a minute is admitted")
    finally:
        await close_rooms(bench)
    latencies.sort()
    ratio = median(ours) / median(bare)
    return Row(
        "Q1", f"visitors who join a waiting room, {CLIENTS} clients", f"{median(ours):,.0f} joins/s",
        f"{median(bare):,.0f}/s (bare aiohttp)", ratio, f"{MUST:.1f} x", f"{GOAL:.1f} x", ratio >= MUST, ratio >= GOAL, problems,
        [f"{joined:,} joined; joins {spread(ours)}, bare {spread(bare)}; p99 {percentile(latencies, 0.99):.1f} ms"],
        {"joins": ours, "bare": bare},
        measures=[Measure("joins a second", "higher", "joins", "bare", MUST, GOAL)],
    )  # fmt: skip
