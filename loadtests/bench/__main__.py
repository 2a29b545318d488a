"""`python -m loadtests.bench`: measures all rows and their limits, prints a table and writes a JSON file."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import uvloop

from loadtests import cores
from loadtests.bench import (
    a1_availability,
    b1_bookings_per_second,
    b2_sell_out,
    b3_confirmations_per_second,
    capacity,
    compare,
    e1_webhook_events,
    f1_counts_to_dashboards,
    g1_growth,
    g2_two_processes,
    i1_idle_sockets,
    i2_reconnects,
    l1_lists_in_a_rush,
    m1_lists_of_a_million,
    o1_offline_sync,
    q1_joins,
    q2_waiting_visitors,
    q3_whole_on_sale,
    r1_start,
    results,
    t1_order_of_tickets,
    trend,
    v1_verifies_per_second,
    v2_one_verify,
    v3_steady_scans,
    w1_frame_to_colour,
)
from loadtests.bench.bench import Bench
from loadtests.bench.row import Row, table
from loadtests.own_hub import OwnHub

# The latency rows come first, on small tables and a fresh hub. R1 restarts the hub, and M1 writes ten million rows, so they come last.
# What a rush leaves is taken away before the next row measures (`Bench.begin_quiet`).
ROWS: dict[str, Callable[[Bench], Awaitable[Row]]] = {
    "V2": v2_one_verify.measure,
    "V3": v3_steady_scans.measure,
    "W1": w1_frame_to_colour.measure,
    "F1": f1_counts_to_dashboards.measure,
    "I1": i1_idle_sockets.measure,
    "I2": i2_reconnects.measure,
    "V1": v1_verifies_per_second.measure,
    "E1": e1_webhook_events.measure,
    "O1": o1_offline_sync.measure,
    "L1": l1_lists_in_a_rush.measure,
    "T1": t1_order_of_tickets.measure,
    "Q1": q1_joins.measure,
    "Q2": q2_waiting_visitors.measure,
    "Q3": q3_whole_on_sale.measure,
    "B2": b2_sell_out.measure,
    "A1": a1_availability.measure,
    "B3": b3_confirmations_per_second.measure,
    "B1": b1_bookings_per_second.measure,
    "G2": g2_two_processes.measure,
    "R1": r1_start.measure,
    "M1": m1_lists_of_a_million.measure,
    "G1": g1_growth.measure,
}

PRINTED = "VWEBAFOLIGTQRM"
"""The order of the rows in the table, by the first letter."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Measured(NamedTuple):
    rows: list[Row]
    able: dict[str, float]
    settings: dict[str, str]


async def measure_all(hub: OwnHub, wanted: list[str], quick: bool) -> Measured:
    bench = await Bench.open(hub, quick)
    cores.pin_self()
    settings = await results.describe_settings(hub, bench.stock)
    rows: list[Row] = []
    for name in wanted:
        bench.began.clear()
        weather, watch = cores.look(), cores.Watch()
        say(f"{name} ... ({weather})")
        try:
            row = await ROWS[name](bench)
        except Exception as error:
            traceback.print_exc()
            row = Row(
                name,
                "could not be measured",
                "-",
                "-",
                None,
                "-",
                "-",
                False,
                False,
                [f"{type(error).__name__}: {error}"],
            )
        row.began = list(bench.began)
        if not row.began:
            row.problems.append("it has not shown that it began quiet")
        if weather.disturbed or watch.steal() > 0.02:
            row.notes.append(f"the machine was busy: {weather}, steal during the row {watch.steal():.1%}")
        say(f"{name} {row.ours} against {row.limit}: {row.verdict}")
        rows.append(row)
    able = {} if quick else await capacity.of_the_generator()
    return Measured(rows, able, settings)


def run(arguments: argparse.Namespace) -> int:
    wanted = [name for name in ROWS if not arguments.only or name in arguments.only.upper().split(",")]
    if not wanted:
        say(f"--only takes some of {', '.join(ROWS)}")
        return 2
    weather = cores.look(1.0)
    began = datetime.now(UTC)
    with OwnHub() as hub:
        say(f"hub ready after {hub.seconds_to_ready:.1f} s on {hub.url}")
        rows, able, settings = uvloop.run(measure_all(hub, wanted, arguments.quick))
    order = sorted(rows, key=lambda row: (PRINTED.index(row.id[0]), row.id))
    print(table(order))
    machine = results.describe_machine(weather)
    print(
        f"\n{machine['cores']} cores (hub on the first, generator and pgbench on the second), "
        f"Python {machine['python']}; before the run: {weather}"
        + ("; THE MACHINE WAS BUSY" if weather.disturbed else "")
    )
    if able:
        print("generator alone: " + ", ".join(f"{rate:,.0f} {what}" for what, rate in able.items()))
    document = {
        "began": began.isoformat(),
        "commit": results.describe_commit(),
        "quick": arguments.quick,
        "machine": machine,
        "settings": settings,
        "generator": able,
        "rows": [row.document() for row in order],
    }
    print(f"written to {results.write(arguments.json, document)}")
    return 0 if all(row.verdict in ("must", "goal", "UNFIT") for row in rows) else 1


def show_comparison(before: str, after: str) -> int:
    """Print what B gained over A. Each is a file of results, or several joined by commas."""
    try:
        sides = [[results.read(Path(name)) for name in side.split(",")] for side in (before, after)]
    except (OSError, ValueError) as error:
        say(str(error))
        return 2
    print("\n".join(compare.compare(*sides)))
    return 0


def draw_trend() -> int:
    try:
        print(f"written to {trend.write()}")
    except ValueError as error:
        say(str(error))
        return 2
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m loadtests.bench", description="Measures the hub beside its limits."
    )
    parser.add_argument("--only", help="rows, e.g. V1,B1")
    parser.add_argument(
        "--quick", action="store_true", help="one short round of each: a check that it runs, not a figure"
    )
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument(
        "--compare",
        nargs=2,
        metavar=("A.json", "B.json"),
        help="what B gained; several runs of one side: joined by commas",
    )
    parser.add_argument("--trend", action="store_true", help="draw all kept runs into loadtests/results/trend.html")
    arguments = parser.parse_args()
    if arguments.compare:
        return show_comparison(*arguments.compare)
    return draw_trend() if arguments.trend else run(arguments)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
