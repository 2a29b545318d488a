"""What the machine, Postgres and the clients did while a case measured times: a figure that is missed says which of them was late.

Nothing of it decides about a case. It is read beside the load, by a thread and the counters of others.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from loadtests import cores
from loadtests.bench.row import percentile
from loadtests.faults.ground import Ground
from loadtests.wire.http_client import get, open_http

LOOK_SECONDS = 0.05
SYNC_SECONDS = 0.5
PAGE = bytes(8192)
_BUCKET = re.compile(r'^venue_hub_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)$', re.MULTILINE)
LATE_SECONDS = 0.1


@dataclass
class Circumstances:
    seconds: float = 0.0
    lags: list[float] = field(default_factory=list)
    """How late the loop of the clients came round, in milliseconds."""
    syncs: list[float] = field(default_factory=list)
    """How long a page took until the disk had it, in milliseconds."""
    notes: list[str] = field(default_factory=list)


@asynccontextmanager
async def observed(ground: Ground, scans: int) -> AsyncIterator[Circumstances]:
    """Observe the block, in which so many scans are sent. The notes are complete after it."""
    seen = Circumstances()
    assert ground.hub.process is not None
    pid = ground.hub.process.pid
    late, pages = await _late_turns(ground.hub.url), await _pages(ground)
    hub, others = cores.cpu_seconds(pid), cores.Usage.now(ground.keeper.pid)
    watch, began = cores.Watch(), time.monotonic()
    looking = [
        asyncio.ensure_future(_look_at_loop(seen)),
        asyncio.ensure_future(_look_at_disk(seen, ground.keeper.data_dir)),
    ]
    try:
        yield seen
    finally:
        for task in looking:
            task.cancel()
        await asyncio.gather(*looking, return_exceptions=True)
    seen.seconds = time.monotonic() - began
    steal, spent = watch.steal(), cores.Usage.now(ground.keeper.pid).since(others)
    hub = cores.cpu_seconds(pid) - hub
    spent_on = f"hub {hub / seen.seconds:.0%}, Postgres {spent.postgres / seen.seconds:.0%}, clients {spent.generator / seen.seconds:.0%}"
    seen.notes = [
        f"clients' loop late: p95 {_p95(seen.lags):.1f} ms, most {max(seen.lags, default=0):.1f} ms",
        f"hub's loop late by over {LATE_SECONDS:g} s: {await _late_turns(ground.hub.url) - late:,.0f} times of 4 a second",
        f"a page until the disk has it: p95 {_p95(seen.syncs):.1f} ms, most {max(seen.syncs, default=0):.1f} ms",
        f"processor: {spent_on} of a core; steal {steal:.1%}, load {os.getloadavg()[0]:.1f}",
        f"pages that Postgres read a scan: {(await _pages(ground) - pages) / max(scans, 1):,.0f}",
        *await _misjudged(ground),
    ]


def _p95(values: list[float]) -> float:
    return percentile(sorted(values), 0.95) if values else 0.0


async def _look_at_loop(seen: Circumstances) -> None:
    while True:
        due = time.monotonic() + LOOK_SECONDS
        await asyncio.sleep(LOOK_SECONDS)
        seen.lags.append(max(0.0, time.monotonic() - due) * 1000)


async def _look_at_disk(seen: Circumstances, folder: Path) -> None:
    def write() -> float:
        began = time.monotonic()
        os.pwrite(file.fileno(), PAGE, 0)
        os.fdatasync(file.fileno())
        return (time.monotonic() - began) * 1000

    with tempfile.TemporaryFile(dir=folder) as file:
        while True:
            seen.syncs.append(await asyncio.to_thread(write))
            await asyncio.sleep(SYNC_SECONDS)


async def _late_turns(url: str) -> float:
    """Return how often the hub has found its loop late, by its metrics; 0 if it does not show them."""
    with contextlib.suppress(OSError):
        client = await open_http(url)
        try:
            answer = await client.ask(get("/metrics"), timeout=5)
        finally:
            client.close()
        turns = {float(bound): float(count) for bound, count in _BUCKET.findall(answer.body.decode())}
        if turns:
            return max(turns.values()) - turns.get(LATE_SECONDS, 0.0)
    return 0.0


async def _pages(ground: Ground) -> int:
    return int(
        await ground.stock.connection.fetchval(
            "SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = current_database()"
        )
    )


async def _misjudged(ground: Ground) -> list[str]:
    """Return the tables of which the planner believes less than a tenth of what they hold."""
    rows = await ground.stock.connection.fetch(
        "SELECT s.relname, s.n_live_tup, c.reltuples::bigint AS believed FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid"
        " WHERE s.n_live_tup >= 1000 AND s.n_live_tup > 10 * greatest(c.reltuples, 0) ORDER BY s.n_live_tup DESC"
    )
    return [f"{row['relname']}: {row['n_live_tup']:,} rows, the planner knows of {row['believed']:,}" for row in rows]
