"""E1: webhook events a second out of the hub while V1 runs, and how much of V1 is left.

Stretches without and with a webhook alternate on one hub and its sockets. With one, every entry is an event. Its receiver runs in the
generator's process, and takes up to 100 events in a request.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from loadtests.bench.bench import OPERATORS, Bench, scanner
from loadtests.bench.row import Measure, Row, median, spread
from loadtests.bench.scan_load import ScanIds, ScanTally, closed_loop

SOCKETS = 64
MOST_PER_SECOND = 16_000
MUST_EVENTS, GOAL_EVENTS = 500, 1_000
MUST_SHARE, GOAL_SHARE = 0.9, 0.97
_TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass
class Receiver:
    """An HTTP server that counts the events it takes."""

    events: int = 0
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                body = await reader.readexactly(int(length.partition(b":")[2]))
                self.events += body.count(b'"sequence":')
                writer.write(_TAKEN)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()


async def measure(bench: Bench) -> Row:
    slots = await bench.slots_for(bench.today)
    pairs = max(bench.stretches // 2, 1)
    unused = await bench.stock.reserved(int(MOST_PER_SECOND * bench.seconds * pairs * 2), slots)
    await bench.begin_quiet()
    sockets = [(await scanner(bench.hub, OPERATORS[n % len(OPERATORS)], f"bench-e{n}"))[0] for n in range(SOCKETS)]
    alone: list[float] = []
    beside: list[float] = []
    out: list[float] = []
    problems: list[str] = []
    ids = ScanIds()

    async def stretch() -> ScanTally:
        nonlocal unused
        tally = await closed_loop(sockets, unused, bench.seconds, ids)
        unused = unused[tally.sent :]
        problems.extend(f"not GREEN VERIFIED: {wrong}" for wrong in tally.wrong[:2])
        return tally

    async with receiving() as receiver:
        for _ in range(pairs):
            alone.append((await stretch()).rate)
            url = f"http://127.0.0.1:{receiver.port}/"
            made = await asyncio.to_thread(
                bench.hub.command,
                "webhooks",
                "add",
                url,
                "--name",
                "bench",
                "--events",
                "entry.recorded",
                "--batch",
                "100",
            )
            before = receiver.events
            tally = await stretch()
            beside.append(tally.rate)
            out.append((receiver.events - before) / tally.seconds)
            expected = before + len(tally.acknowledged)
            for _ in range(600):
                if receiver.events >= expected:
                    break
                await asyncio.sleep(0.1)
            if receiver.events != expected:
                problems.append(f"{len(tally.acknowledged)} entries, {receiver.events - before} events")
            await asyncio.to_thread(bench.hub.command, "webhooks", "delete", str(made["webhook"]["webhook_id"]))
    for socket in sockets:
        socket.close()
    share, events = median(beside) / median(alone), median(out)
    return Row(
        "E1", f"webhook events/s out of the hub, V1 with {SOCKETS} sockets beside it", f"{events:,.0f}/s, V1 {median(beside):,.0f}/s",
        f"V1 alone {median(alone):,.0f}/s", share, f"{MUST_EVENTS}/s, {MUST_SHARE}x of V1", f"{GOAL_EVENTS:,}/s, {GOAL_SHARE}x",
        events >= MUST_EVENTS and share >= MUST_SHARE, events >= GOAL_EVENTS and share >= GOAL_SHARE, problems,
        [f"V1 alone {spread(alone)}, beside {spread(beside)}, events {spread(out)}; every entry became one event"],
        {"alone": alone, "beside": beside, "events": out},
        measures=[
            Measure("V1 with a webhook", "higher", "beside", "alone", MUST_SHARE, GOAL_SHARE),
            Measure("events a second", "higher", "events", None, MUST_EVENTS, GOAL_EVENTS),
        ],
    )  # fmt: skip
