"""E1: webhook events a second out of the hub while V1 runs, and how much of V1 is left.

Stretches without and with a webhook alternate on one hub and its sockets. With one, every entry is an event. Its receiver is a process of
its own that only counts, and takes up to 100 events in a request. In a rush the hub holds events back for the door: those of a stretch that
had not left when it ended are waited for, and each must come once.
"""

from __future__ import annotations

import asyncio
from time import perf_counter

from loadtests.bench.bench import OPERATORS, Bench, scanner
from loadtests.bench.process_costs import ALL, microseconds_each, process_costs
from loadtests.bench.row import Measure, Row, median, spread
from loadtests.bench.scan_load import ScanIds, ScanTally, closed_loop
from loadtests.receivers.event_counter import CountedReceiver, event_counter

SOCKETS = 64
MOST_PER_SECOND = 16_000
MUST_EVENTS, GOAL_EVENTS = 500, 1_000
MUST_SHARE, GOAL_SHARE = 0.9, 0.97
PATIENCE = 120.0
"""Seconds within which the events that were held back must have come."""


async def measure(bench: Bench) -> Row:
    slots = await bench.slots_for(bench.today)
    pairs = max(bench.stretches // 2, 1)
    unused = await bench.stock.reserved(int(MOST_PER_SECOND * bench.seconds * pairs * 2), slots)
    await bench.begin_quiet()
    sockets = [(await scanner(bench.hub, OPERATORS[n % len(OPERATORS)], f"bench-e{n}"))[0] for n in range(SOCKETS)]
    alone: list[float] = []
    beside: list[float] = []
    out: list[float] = []
    held_back: list[int] = []
    waits: list[float] = []
    problems: list[str] = []
    costs: dict[bool, list[dict[str, float]]] = {False: [], True: []}
    ids = ScanIds()

    with event_counter() as receiver:

        async def stretch(*, with_webhook: bool) -> ScanTally:
            nonlocal unused
            before = process_costs(bench.hub.pid, receiver.pid)
            tally = await closed_loop(sockets, unused, bench.seconds, ids)
            used = microseconds_each(before, process_costs(bench.hub.pid, receiver.pid), len(tally.acknowledged))
            costs[with_webhook].append(used)
            unused = unused[tally.sent :]
            problems.extend(f"not GREEN VERIFIED: {wrong}" for wrong in tally.wrong[:2])
            return tally

        for _ in range(pairs):
            alone.append((await stretch(with_webhook=False)).rate)
            webhook = await _add_webhook(bench, receiver)
            before = await asyncio.to_thread(receiver.events)
            tally = await stretch(with_webhook=True)
            came = await asyncio.to_thread(receiver.events) - before
            beside.append(tally.rate)
            out.append(came / tally.seconds)
            held_back.append(len(tally.acknowledged) - came)
            ended = perf_counter()
            while came < len(tally.acknowledged) and perf_counter() < ended + PATIENCE:
                await asyncio.sleep(0.1)
                came = await asyncio.to_thread(receiver.events) - before
            waits.append(perf_counter() - ended)
            await asyncio.to_thread(bench.hub.command, "webhooks", "delete", webhook)
            if came != len(tally.acknowledged):
                problems.append(f"{len(tally.acknowledged)} entries, {came} events")
    for socket in sockets:
        socket.close()
    share, events = median(beside) / median(alone), median(out)
    without, with_one = (_median_costs(costs[with_webhook]) for with_webhook in (False, True))
    return Row(
        "E1", f"webhook events/s out of the hub, V1 with {SOCKETS} sockets beside it", f"{events:,.0f}/s, V1 {median(beside):,.0f}/s",
        f"V1 alone {median(alone):,.0f}/s", share, f"{MUST_EVENTS}/s, {MUST_SHARE}x of V1", f"{GOAL_EVENTS:,}/s, {GOAL_SHARE}x",
        events >= MUST_EVENTS and share >= MUST_SHARE, events >= GOAL_EVENTS and share >= GOAL_SHARE, problems,
        [
            (f"V1 alone {spread(alone)}, beside {spread(beside)}, events {spread(out)}; every entry became one event, "
            f"{spread(held_back)} of them after the stretch, the last {max(waits):.1f} s after it"),
            "microseconds a scan without and with a webhook: " + ", ".join(
                f"{name} {without[name]:.0f} {with_one[name]:.0f}" for name in ALL
            ) + f"; all {sum(without.values()):.0f} {sum(with_one.values()):.0f}",
        ],
        {"alone": alone, "beside": beside, "events": out, "costs_alone": costs[False], "costs_beside": costs[True], "waits": waits},
        measures=[
            Measure("V1 with a webhook", "higher", "beside", "alone", MUST_SHARE, GOAL_SHARE),
            Measure("events a second", "higher", "events", None, MUST_EVENTS, GOAL_EVENTS),
        ],
    )  # fmt: skip


async def _add_webhook(bench: Bench, receiver: CountedReceiver) -> str:
    """Subscribe the receiver to all entries, and return the id of the webhook."""
    made = await asyncio.to_thread(
        bench.hub.command, "webhooks", "add", receiver.url, "--name", "bench", "--events", "entry.recorded", "--batch", "100"
    )  # fmt: skip
    return str(made["webhook"]["webhook_id"])


def _median_costs(costs: list[dict[str, float]]) -> dict[str, float]:
    return {name: median([used[name] for used in costs]) for name in ALL}
