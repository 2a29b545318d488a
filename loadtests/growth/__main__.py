"""`python -m loadtests.growth`: what a hub reads, and what a scan costs, with 5 million tickets and 20 million scans.

It asks the same of an empty hub, of one right after a bulk load, and of that one after VACUUM and ANALYZE. The plan of every statement is
recorded in each stage. The run fails if a statement touches many more pages in a large hub, or an answer was wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
import uvloop

from loadtests import cores
from loadtests.bench.bench import Bench
from loadtests.bench.results import describe_commit, describe_machine
from loadtests.growth import figures, report
from loadtests.growth.every_statement import readers_of_indexes
from loadtests.growth.recorded import PlanLog, Recorded
from loadtests.growth.rows import Grown, Loader, Size, TooLarge, check_disk, say
from loadtests.growth.work import ADMINISTRATOR, Answers, Known, work
from loadtests.hub_commands import ROOT
from loadtests.own_hub import OwnHub

FULL, QUICK = Size(5_000_400, 20_000_000), Size(45_000, 150_000)
PAGE = ROOT / "loadtests" / "results" / "growth.md"
SECONDS, BOOKED = 8.0, 3_000
EMPTY_TICKETS = 40_000
JOBS_COME = 25.0
"""Seconds within which the jobs that watch slots, messages and bookings have all run once."""


@dataclass
class Run:
    """A run: its hub, and what it has found so far."""

    bench: Bench
    log: PlanLog
    seconds: float
    booked: int
    rates: dict[str, Any] = field(default_factory=dict)
    stages: dict[str, dict[str, Recorded]] = field(default_factory=dict)
    answers: dict[str, Answers] = field(default_factory=dict)

    async def stage(self, name: str, known: Known, tickets: Sequence[int]) -> None:
        """Record the plans of everything that is asked, and then measure scans and bookings without recording."""
        say(f"{name}: asking")
        await self.log.begin()
        began = time.perf_counter()
        self.answers[name] = await work(self.bench, known)
        await asyncio.sleep(max(JOBS_COME - time.perf_counter() + began, 0))
        self.stages[name] = await self.log.end()
        say(f"{name}: {len(self.stages[name])} statements; measuring")
        [*_, slot] = await self.bench.slots_for(known.day(2), capacity=1_000_000)
        scan = await figures.scans(self.bench, tickets, self.seconds)
        booking = await figures.bookings(self.bench, slot, self.booked)
        self.rates[name] = {"scan": asdict(scan), "booking": asdict(booking)}
        say(f"{name}: {scan.postgres:.0f} microseconds of Postgres a scan, {booking.postgres:.0f} a booking")


async def open_run(hub: OwnHub, *, quick: bool) -> Run:
    """Start the hub again, so that its connections can record."""
    bench = await Bench.open(hub, quick)
    hub.add_staff(ADMINISTRATOR, "admin")
    log = PlanLog(bench.stock.connection, hub.data_dir / "postgres.log")
    await log.prepare()
    await bench.stock.connection.execute(
        "UPDATE organisations SET retention_days = NULL"
    )  # its job is measured at the end
    await bench.stop_hub()
    await bench.start_hub()
    return Run(
        bench,
        PlanLog(bench.stock.connection, hub.data_dir / "postgres.log"),
        2.0 if quick else SECONDS,
        300 if quick else BOOKED,
    )


async def empty(run: Run) -> None:
    """Ask a hub with one day of tickets."""
    today = run.bench.today
    slots = await run.bench.slots_for(today, capacity=1_000_000)
    numbers = await run.bench.stock.reserved(EMPTY_TICKETS, slots[:1])
    await run.stage("empty", Known(iter(numbers[:1_000]), numbers[-1], today), numbers[1_000:])


async def grown(run: Run, rows: Grown, name: str, hours: range) -> None:
    """Ask a large hub: tickets of one slot of today for the work, and those of the others for the measurement."""
    for_work, *others = (rows.numbers_of(run.bench.today, hour) for hour in hours)
    await run.stage(name, Known(iter(for_work), for_work[-1], run.bench.today), list(chain(*others)))


async def retention(run: Run, rows: Grown) -> dict[str, Any]:
    """Erase the contacts of a day, and note the statements of all jobs that come within the ten minutes."""
    say("retention: waiting for its job, at most eleven minutes")
    await run.log.begin()
    kept = await figures.retention(run.bench, rows.first_day, 1)
    run.stages["jobs"] = await run.log.end()
    return kept


async def measure(hub: OwnHub, size: Size, *, quick: bool) -> dict[str, Any]:
    began, weather = datetime.now(UTC), cores.look(1.0)
    run = await open_run(hub, quick=quick)
    await empty(run)
    loader, loading = Loader(run.bench.stock, run.bench.today, hub.data_dir, size), time.perf_counter()
    rows = await loader.load()
    loaded = time.perf_counter() - loading
    await grown(run, rows, "loaded", range(12, 17))
    settled = await loader.settle()
    await grown(run, rows, "settled", range(17, 22))
    kept = None if quick else await retention(run, rows)
    machine = describe_machine(weather)
    return {
        "began": began.isoformat(), "commit": describe_commit(), "size": asdict(size), "rates": run.rates, "retention": kept,
        "machine": f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB; {weather}",
        "seconds": {**rows.seconds, "load": loaded, "settle": settled},
        "growing": report.growing(run.stages),
        "wrong": {name: answers.wrong for name, answers in run.answers.items() if answers.wrong},
        "answers": {name: answers.milliseconds for name, answers in run.answers.items()},
        "sizes": await figures.sizes(run.bench),
        "readers": {index: sorted(names) for index, names in (await readers_of_indexes(run.bench.stock.connection)).items()},
        "stages": {stage: {name: one.document() for name, one in found.items()} for stage, found in run.stages.items()},
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m loadtests.growth", description="Asks a small and a very large hub the same."
    )
    parser.add_argument("--tickets", type=int, default=FULL.tickets, help="a multiple of 900; the default is 5,000,400")
    parser.add_argument("--scans", type=int, default=FULL.scans, help="the default is 20 million")
    parser.add_argument("--quick", action="store_true", help="45,000 tickets: a check that it runs, not a figure")
    parser.add_argument("--page", type=Path, help="where to write the page; of a full run loadtests/results/growth.md")
    parser.add_argument("--json", type=Path, help="where to write all figures and plans")
    arguments = parser.parse_args()
    try:
        size = QUICK if arguments.quick else Size(arguments.tickets, arguments.scans)
        with OwnHub() as hub:
            check_disk(hub.data_dir, size.needs_bytes)
            document = uvloop.run(measure(hub, size, quick=arguments.quick))
    except (TooLarge, ValueError) as error:
        say(str(error))
        return 2
    path = arguments.page or (None if size != FULL else PAGE)
    text = report.page(document)
    if path is None:
        print(text)
    else:
        path.write_text(text, encoding="utf-8")
        print(f"written to {path}")
    if arguments.json:
        arguments.json.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    unexplained = [name for name, reason in document["growing"].items() if not reason]
    for name in unexplained:
        print(f"grows with the tables: {name}")
    return 1 if unexplained or document["wrong"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
