"""F1: from a scan to the frame at 500 dashboards over two processes, 200 scans a second. Limit: one tick of the counts.

Time runs from the moment at which a scan was to be sent, which is before its commit, to the first frame at each dashboard whose count
includes it. So the figure is an upper bound of the time from commit to frame.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import orjson

from loadtests.bench.bench import MANAGER, OPERATORS, Bench, scanner
from loadtests.bench.crowd import close_all, connections_by_process
from loadtests.bench.row import Measure, Row, median, percentile
from loadtests.bench.scan_load import ScanIds, ScanTally, open_loop
from loadtests.wire.socket_client import SocketClient

DASHBOARDS, QUICK_DASHBOARDS = 500, 60
PROCESSES = 2
SOCKETS = 16
PER_SECOND = 200
TICK_MS = 100.0
"""At most ten events a second (docs/protocol/counts.md)."""
MUST_MS, GOAL_MS = TICK_MS + 150, TICK_MS + 50
AT_ONCE = 25
LAST_FRAME_SECONDS = 3.0
"""More than the two seconds after which one process has corrected whatever it missed of another."""


class Wall:
    """Dashboards that keep each frame with its arrival. Frames are read after the measurement, and equal ones are kept once."""

    def __init__(self) -> None:
        self.sockets: list[SocketClient] = []
        self._frames: list[list[tuple[float, bytes]]] = []
        self._same: dict[bytes, bytes] = {}

    async def open(self, bench: Bench, count: int) -> None:
        while len(self.sockets) < count:
            some = range(min(AT_ONCE, count - len(self.sockets)))
            names = [f"f1-board-{len(self.sockets) + n}" for n in some]
            opened = await asyncio.gather(*(scanner(bench.hub, MANAGER, name) for name in names))
            for socket, _ in opened:
                self.add(socket)
        for _ in range(1000):
            if all(self._frames):
                return
            await asyncio.sleep(0.01)
        raise RuntimeError("a dashboard got no snapshot of the counts within 10 s")

    def add(self, socket: SocketClient) -> None:
        frames: list[tuple[float, bytes]] = []

        def keep(payload: bytes) -> None:
            if b'"counts"' in payload:
                frames.append((time.perf_counter(), self._same.setdefault(payload, payload)))

        socket.on_text = keep
        socket.send(b'{"id":1,"type":"subscribe","topic":"counts"}')
        self.sockets.append(socket)
        self._frames.append(frames)

    def read(self, sent: dict[int, list[float]], known: dict[int, int]) -> tuple[list[float], list[dict[int, int]]]:
        """Return the milliseconds of every scan at every dashboard, and the counts each shows at last; forget the frames.

        `sent` has when each scan of a slot was to be sent, and `known` the count of each slot before.
        """
        parsed = {payload: _verified_in(payload) for payload in self._same}
        taken: list[float] = []
        last: list[dict[int, int]] = []
        for frames in self._frames:
            shown = dict(known)
            for arrived, payload in frames:
                for slot, verified in parsed[payload].items():
                    first, end = (min(count - known[slot], len(sent[slot])) for count in (shown[slot], verified))
                    if end > first:
                        taken += [(arrived - due) * 1000 for due in sent[slot][first:end]]
                    shown[slot] = max(shown[slot], verified)
            last.append(shown)
            frames.clear()
        self._same.clear()
        return sorted(taken), last


def _verified_in(payload: bytes) -> dict[int, int]:
    """Return the verified count of each slot in a frame of the topic; {} for other frames."""
    frame: dict[str, Any] = orjson.loads(payload)
    data = frame.get("data") or {}
    return (
        {slot["slot_id"]: slot["verified"] for slot in data.get("slots") or ()}
        if frame.get("type") in ("result", "event")
        else {}
    )


async def measure(bench: Bench) -> Row:
    count = QUICK_DASHBOARDS if bench.quick else DASHBOARDS
    figures: dict[str, list[float]] = {name: [] for name in ("p50", "p99", "worst")}
    problems: list[str] = []
    async with bench.other_hub(HUB_WORKERS=str(PROCESSES)) as other:
        slots = await other.slots_for(other.today)
        stock = [await other.stock.reserved(int(PER_SECOND * bench.seconds), slots) for _ in range(bench.repetitions)]
        await other.begin_quiet()
        wall, ids = Wall(), ScanIds()
        await wall.open(other, count)
        gates = [(await scanner(other.hub, OPERATORS[n % len(OPERATORS)], f"f1-{n}"))[0] for n in range(SOCKETS)]
        held = connections_by_process(other.hub)
        if len(held) != PROCESSES:
            problems.append(f"{len(held)} processes hold the sockets, not {PROCESSES}")
        for tickets in stock:
            known = {slot.id: slot.verified for slot in await other.stock.slots_of(other.today)}
            tally = await open_loop(gates, tickets, PER_SECOND, ids, bench.seconds)
            await asyncio.sleep(LAST_FRAME_SECONDS)
            taken, last = wall.read(_schedule(tally, tickets, slots), known)
            problems += [f"not GREEN VERIFIED: {wrong}" for wrong in tally.wrong[:3]]
            problems += await _differences(other, last)
            if len(taken) != count * len(tickets):
                problems.append(f"{len(taken):,} scans were seen at dashboards, not {count * len(tickets):,}")
            for name, share in (("p50", 0.5), ("p99", 0.99), ("worst", 1.0)):
                figures[name].append(percentile(taken, share))
        close_all([*wall.sockets, *gates])
    p99 = median(figures["p99"])
    return Row(
        "F1", f"scan to frame at {count} dashboards over {PROCESSES} processes, {PER_SECOND}/s, p99", f"{p99:.0f} ms", f"{TICK_MS:.0f} ms (one tick)",
        p99 / TICK_MS, f"{MUST_MS:.0f} ms", f"{GOAL_MS:.0f} ms", p99 <= MUST_MS, p99 <= GOAL_MS, problems[:5],
        [
            f"p50 {median(figures['p50']):.0f} ms, slowest {max(figures['worst']):.0f} ms, from the moment a scan was to be sent",
            f"sockets held by the processes: {' and '.join(str(number) for number in held.values())}; every dashboard ends with the counts of the tables",
        ],
        figures,
        measures=[Measure("p99, ms", "lower", "p99", None, MUST_MS, GOAL_MS), Measure("p50, ms", "lower", "p50")],
    )  # fmt: skip


def _schedule(tally: ScanTally, tickets: range, slots: Sequence[int]) -> dict[int, list[float]]:
    """Return when each scan was to be sent, by slot. The stock reserves ticket n in slot n, around all slots."""
    sent: dict[int, list[float]] = {slot: [] for slot in slots}
    for turn, ticket in enumerate(tickets):
        sent[slots[ticket % len(slots)]].append(tally.began + turn / PER_SECOND)
    return sent


async def _differences(bench: Bench, last: Sequence[dict[int, int]]) -> list[str]:
    """Return what is wrong at the end: dashboards that do not show the tables, and slots whose count is not their rows."""
    wanted = {slot.id: slot.verified for slot in await bench.stock.slots_of(bench.today)}
    stale = sum(shown != wanted for shown in last)
    drift = await bench.stock.count_drift(list(wanted))
    return [*([f"{stale} dashboards do not show the counts of the tables"] if stale else []), *drift]
