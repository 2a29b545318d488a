"""O1: ten scanners come back from offline at once and send their queues ten times, while others go on scanning."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import orjson

from loadtests.bench.bench import OPERATORS, Bench, scanner
from loadtests.bench.row import Measure, Row, last_of_best, median, percentile
from loadtests.bench.scan_load import ScanIds, ScanTally, open_loop
from loadtests.stock import Stock, code_of, id_of
from loadtests.wire.socket_client import SocketClient

SCANNERS = 10
REPLAYS = 10
BATCH = 200
ONLINE_SOCKETS = 4
ONLINE_PER_SECOND = 50
MUST_SECONDS, GOAL_SECONDS, MUST_ONLINE_MS, GOAL_ONLINE_MS = 10.0, 5.0, 60.0, 20.0


@dataclass
class SyncAnswers:
    """The hub's outcomes by scan id, and the errors."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    batches: list[float] = field(default_factory=list)  # milliseconds


def queues_of(tickets: range, queued: int, began: str) -> list[list[dict[str, object]]]:
    """Return one queue per scanner. The last 30 % of a queue's tickets are the first of the next one's, in a ring."""
    ids, step = ScanIds(), queued * 7 // 10
    return [
        [
            {"scan_id": ids.next(), "code": code_of(tickets[(n * step + i) % len(tickets)]), "scanned_at": began,
             "offline_result": "GREEN", "gate": f"G{n}"}
            for i in range(queued)
        ]
        for n in range(SCANNERS)
    ]  # fmt: skip


async def send(socket: SocketClient, queue: list[dict[str, object]], answers: SyncAnswers, lot: random.Random) -> None:
    """Send every batch ten times in random order, one at a time as a scanner does."""
    batches = [queue[start : start + BATCH] for start in range(0, len(queue), BATCH)] * REPLAYS
    lot.shuffle(batches)
    for number, batch in enumerate(batches, 1):
        began = time.perf_counter()
        socket.send(orjson.dumps({"id": number, "type": "sync", "scans": lot.sample(batch, len(batch))}))
        frame = orjson.loads(await socket.next_text(60))
        if frame.get("id") != number or not frame.get("success"):
            answers.wrong.append(str(frame)[:300])
            continue
        answers.batches.append((time.perf_counter() - began) * 1000)
        for result in frame["data"]["results"]:
            answers.outcomes.setdefault(result["scan_id"], Counter())[result["outcome"]] += 1


async def one_round(bench: Bench, tickets: range, online: range, queued: int) -> tuple[float, SyncAnswers, ScanTally]:
    lot, answers = random.Random(1), SyncAnswers()
    began_at = (bench.hub.now - timedelta(minutes=20)).isoformat()
    queues = queues_of(tickets, queued, began_at)
    devices = [(await scanner(bench.hub, OPERATORS[n % len(OPERATORS)], f"o1-{n}"))[0] for n in range(SCANNERS)]
    gates = [(await scanner(bench.hub, OPERATORS[n], f"o1-gate-{n}"))[0] for n in range(ONLINE_SOCKETS)]
    at_the_door = asyncio.create_task(
        open_loop(gates, online, ONLINE_PER_SECOND, ScanIds(), len(online) / ONLINE_PER_SECOND)
    )
    began = time.perf_counter()
    await asyncio.gather(*(send(socket, queue, answers, lot) for socket, queue in zip(devices, queues, strict=True)))
    seconds = time.perf_counter() - began
    tally = await at_the_door
    for socket in [*devices, *gates]:
        socket.close()
    return seconds, answers, tally


async def problems(  # noqa: PLR0917 - all that the round has shown
    stock: Stock, slots: list[int], tickets: range, queued: int, answers: SyncAnswers, tally: ScanTally
) -> list[str]:
    """Return all violations: each ticket has one entry, each scan one row and one outcome, and each conflict is reported."""
    wrong = [f"a sync was refused: {text}" for text in answers.wrong[:3]]
    wrong += [f"at the door, not GREEN VERIFIED: {text}" for text in tally.wrong[:3]]
    kinds = Counter(tuple(sorted(counts.items())) for counts in answers.outcomes.values())
    scans, conflicts = SCANNERS * queued, SCANNERS * queued - len(tickets)
    wanted = {(("accepted", 1), ("duplicate", REPLAYS - 1)): len(tickets), (("conflict", REPLAYS),): conflicts}
    if kinds != wanted:
        wrong.append(f"answers {dict(kinds)} instead of {wanted}")
    if (entered := await stock.verified(tickets)) != len(tickets):
        wrong.append(f"{entered} of {len(tickets)} tickets came in exactly once")
    rows = await stock.connection.fetchrow(
        "SELECT (SELECT count(*) FROM scans WHERE org_id = $1 AND ticket_id BETWEEN $2 AND $3),"
        " (SELECT count(*) FROM scan_conflicts WHERE org_id = $1 AND ticket_id BETWEEN $2 AND $3)",
        stock.org_id, id_of(tickets.start), id_of(tickets.stop - 1), timeout=120,
    )  # fmt: skip
    stored = tuple(rows or ())
    if stored != (scans, conflicts):
        wrong.append(f"{stored} scans and conflicts stored instead of {(scans, conflicts)}")
    return wrong + await stock.count_drift(slots)


async def measure(bench: Bench) -> Row:
    slots = await bench.slots_for(bench.today)
    queued = 100 if bench.quick else 1000
    seconds: list[float] = []
    p95s: list[float] = []
    batches: list[float] = []
    wrong: list[str] = []
    for _ in range(bench.stretches):
        tickets = await bench.stock.reserved(SCANNERS * queued * 7 // 10, slots)
        online = await bench.stock.reserved(ONLINE_PER_SECOND * (2 if bench.quick else 10), slots)
        await bench.begin_quiet()
        took, answers, tally = await one_round(bench, tickets, online, queued)
        seconds.append(took)
        p95s.append(percentile(sorted(tally.latencies), 0.95))
        batches.append(percentile(sorted(answers.batches), 0.95))
        wrong += await problems(bench.stock, slots, tickets, queued, answers, tally)
    took, online_p95 = median(seconds), median(p95s)
    return Row(
        "O1", f"{SCANNERS} queues of {queued:,}, each sent {REPLAYS} times, 30 % in two of them", f"{took:.1f} s",
        f"{MUST_SECONDS:.0f} s", took / MUST_SECONDS, f"{MUST_SECONDS:.0f} s, door p95 < {MUST_ONLINE_MS:.0f} ms, steady",
        f"{GOAL_SECONDS:.0f} s, door p95 < {GOAL_ONLINE_MS:.0f} ms",
        took <= MUST_SECONDS and online_p95 < MUST_ONLINE_MS, took <= GOAL_SECONDS and online_p95 < GOAL_ONLINE_MS, wrong[:5],
        [
            f"{SCANNERS * queued * REPLAYS / took:,.0f} scans a second; a batch of {BATCH}: p95 {median(batches):,.0f} ms",
            f"meanwhile at the door: p95 {online_p95:.0f} ms at {ONLINE_PER_SECOND}/s",
            "rounds " + ", ".join(f"{one:.1f} s with {door:.0f} ms" for one, door in zip(seconds, p95s, strict=True)),
        ],
        {"seconds": seconds, "online_p95": p95s, "batch_p95": batches}, last_of_best([1 / one for one in seconds]),
        [
            Measure("seconds of ten queues", "lower", "seconds", None, MUST_SECONDS, GOAL_SECONDS),
            Measure("p95 at the door, ms", "lower", "online_p95", None, MUST_ONLINE_MS, GOAL_ONLINE_MS),
        ],
    )  # fmt: skip
