"""`python -m loadtests.load`: starts a hub, runs the locust scenarios headless, prints a table, and checks the database.

Exits with 1 if an answer was wrong, a bound of the requirement documents was missed, or an acknowledged action is not stored.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import uvloop

from loadtests import bursts, cores
from loadtests.bench.bench import scanner
from loadtests.bursts import Line
from loadtests.own_hub import ROOT, OwnHub
from loadtests.stock import Stock, code_of

OPERATORS = ("load-op-1", "load-op-2", "load-op-3", "load-op-4")
SMALL_SLOT = 40
# Bounds of the 95th percentile in milliseconds, from the requirement documents.
BOUNDS = {
    "validate": 300.0, "validate when reserved": 300.0, "availability of a month": 500.0, "reserve": 1000.0,
    "reserve an alternative": 1000.0, "reserve a second time": 1000.0,
}  # fmt: skip
SOCKET_BOUND = 500.0


@dataclass(frozen=True, slots=True)
class Ground:
    """The prepared data: dates, slots, and the files that the scenarios read and write."""

    today: date
    today_slots: list[int]
    sale_slot: int
    pools: Path
    promises: Path


async def prepare(hub: OwnHub, seconds: int, users: int) -> Ground:
    """Prepare the data by command line if that is fast enough; write reservations with SQL."""
    for name in OPERATORS:
        hub.add_staff(name, "operator")
    socket, ready = await scanner(hub, OPERATORS[0], "load-first")
    socket.close()
    today = date.fromisoformat(ready["venue"]["today"])
    booking_day = (today.replace(day=1) + timedelta(days=32)).replace(day=1)  # the first of next month
    hub.generate_slots(today, 1, capacity=20_000)
    hub.generate_slots(today + timedelta(days=1), 1, capacity=1000)
    hub.generate_slots(booking_day, 5, capacity=500)
    hub.generate_slots(booking_day + timedelta(days=5), 1, opens="12:00", closes="13:00", capacity=SMALL_SLOT)
    hub.generate_slots(booking_day + timedelta(days=40), 1, opens="12:00", closes="13:00", capacity=bursts.PLACES)
    stock = await Stock.open(hub.database_url)
    today_slots = [slot.id for slot in await stock.slots_of(today)]
    tomorrow_slots = [slot.id for slot in await stock.slots_of(today + timedelta(days=1))]
    guests = await stock.reserved(users * seconds * 3, today_slots)
    later = await stock.reserved(50, tomorrow_slots)
    pools = {
        "tokens": [hub.token(name) for name in OPERATORS],
        "today": [code_of(number) for number in guests],
        "another_day": [code_of(number) for number in later],
        "not_activated": hub.issue_tickets(20, "PENDING_PAYMENT"),
        "no_reservation": hub.issue_tickets(20),
        "bookable": hub.issue_tickets(min(users * seconds, 3000)),
        "month": [bursts.month_of(booking_day)],
        "org": [stock.org_id],
        "small_slot": [(await stock.slots_of(booking_day + timedelta(days=5)))[0].id],
    }
    sale_slot = (await stock.slots_of(booking_day + timedelta(days=40)))[0].id
    await stock.settle()
    await stock.close()
    ground = Ground(today, today_slots, sale_slot, hub.data_dir / "pools.json", hub.data_dir / "promises.json")
    ground.pools.write_text(json.dumps(pools))
    return ground


def run_locust(hub: OwnHub, ground: Ground, seconds: int, users: int) -> tuple[list[Line], list[str]]:
    """Run both scenarios in one headless locust. Return its lines and its failures."""
    prefix = hub.data_dir / "locust"
    folder = ROOT / "loadtests" / "scenarios"
    ran = subprocess.run(
        [
            sys.executable, "-m", "locust", "--locustfile", f"{folder / 'operators.py'},{folder / 'customers.py'}",
            "--headless", "--only-summary", "--users", str(users), "--spawn-rate", str(max(1, users // 2)),
            "--run-time", f"{seconds}s", "--stop-timeout", "10", "--host", hub.url, "--csv", str(prefix),
        ],
        cwd=ROOT, capture_output=True, text=True, timeout=seconds + 90, check=False,
        env={**os.environ, "LOAD_POOLS": str(ground.pools), "LOAD_PROMISES": str(ground.promises), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    lines: list[Line] = []
    stats = Path(f"{prefix}_stats.csv")
    if not stats.exists():
        return [], [f"locust ended with {ran.returncode}: {ran.stderr[-2000:]}"]
    for row in _read(stats):
        if row["Name"] == "Aggregated":
            continue
        bound = SOCKET_BOUND if row["Type"] == "socket" else BOUNDS.get(row["Name"])
        marks = [float(row[name]) if row[name] not in ("", "N/A") else 0.0 for name in ("50%", "95%", "99%")]
        name = f"{row['Type'].lower()}: {row['Name']}"
        lines.append(
            Line(name, int(row["Request Count"]), int(row["Failure Count"]), marks[0], marks[1], marks[2], bound)
        )
    failures = [
        f"{row['Name']}: {row['Error']} ({row['Occurrences']} times)" for row in _read(Path(f"{prefix}_failures.csv"))
    ]
    exceptions = [
        f"scenario broke: {row['Message']} ({row['Count']} times)" for row in _read(Path(f"{prefix}_exceptions.csv"))
    ]
    return lines, failures + exceptions


def _read(path: Path) -> list[dict[str, str]]:
    with path.open() as lines:
        return list(csv.DictReader(lines))


async def promises_kept(stock: Stock, ground: Ground) -> list[str]:
    """Return all violations: acknowledged actions are stored, counts equal their rows, no slot exceeds its capacity."""
    promises = json.loads(ground.promises.read_text())
    entries, bookings = promises["entries"], promises["bookings"]
    problems: list[str] = []
    logged = await stock.scans_with_ids([entry["scan_id"] for entry in entries])
    if logged != len(entries) or not entries:
        problems.append(f"{len(entries)} entries acknowledged, {logged} in the log")
    stored = await stock.connection.fetchval(
        """
        SELECT count(*) FROM unnest($1::text[], $2::bigint[]) AS p (code, slot_id)
        JOIN tickets t ON t.code = p.code AND t.status = 'RESERVED'
        JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id AND r.slot_id = p.slot_id AND r.holds_place
        """,
        [booking["code"] for booking in bookings], [booking["slot_id"] for booking in bookings],
    )  # fmt: skip
    if stored != len(bookings) or not bookings:
        problems.append(f"{len(bookings)} bookings acknowledged, {stored} stored")
    problems += [f"counts: {drift}" for drift in await stock.count_drift()]
    if not problems:
        print(
            f"\n{len(entries):,} entries and {len(bookings):,} bookings acknowledged: all stored, every slot's counts exact"
        )
    return problems


async def after_locust(hub: OwnHub, ground: Ground, seconds: int) -> tuple[list[Line], list[str]]:
    stock = await Stock.open(hub.database_url)
    sale, sale_problems = await bursts.on_sale(hub, stock, ground.sale_slot)
    many, many_problems = await bursts.thousand_scanners(
        hub, stock, ground.today_slots, list(OPERATORS), min(10.0, seconds / 2)
    )
    problems = sale_problems + many_problems + await promises_kept(stock, ground)
    await stock.close()
    return [sale, many], problems


def table(lines: list[Line]) -> str:
    width = max(len(line.name) for line in lines)
    text = [f"{'':<{width}}  {'count':>7} {'failed':>7} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'p95 bound':>10}"]
    for line in lines:
        bound = "-" if line.bound is None else f"{line.bound:.0f}"
        text.append(
            f"{line.name:<{width}}  {line.count:>7,} {line.failures:>7,} {line.p50:>8.1f} {line.p95:>8.1f} {line.p99:>8.1f} "
            f"{bound:>10}  {'ok' if line.fits else 'FAILED'}"
        )
    return "\n".join(text)


def run(seconds: int, users: int) -> int:
    weather = cores.look()
    with OwnHub() as hub:
        ground = uvloop.run(prepare(hub, seconds, users))
        print(f"hub on {hub.url}; {users} users for {seconds} s ...", flush=True)
        lines, problems = run_locust(hub, ground, seconds, users)
        if lines:
            more, worse = uvloop.run(after_locust(hub, ground, seconds))
            lines, problems = lines + more, problems + worse
    if lines:
        print("\n" + table(lines))
    for problem in problems:
        print(f"! {problem}")
    print(f"before the run: {weather}")
    return 0 if lines and not problems and all(line.fits for line in lines) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Runs the load scenarios against a hub of their own.")
    parser.add_argument("--seconds", type=int, default=40)
    parser.add_argument("--users", type=int, default=40)
    given = parser.parse_args()
    try:
        sys.exit(run(given.seconds, given.users))
    except KeyboardInterrupt:
        sys.exit(130)
