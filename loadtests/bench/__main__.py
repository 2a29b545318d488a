"""`python -m loadtests.bench`: measures all rows and their limits, prints a table and writes a JSON file."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import traceback
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import uvloop

from loadtests import cores
from loadtests.bench import (
    a1_availability,
    b1_bookings_per_second,
    b2_sell_out,
    b3_confirmations_per_second,
    capacity,
    e1_webhook_events,
    m1_lists_of_a_million,
    o1_offline_sync,
    r1_start,
    t1_order_of_tickets,
    v1_verifies_per_second,
    v2_one_verify,
    v3_steady_scans,
    w1_frame_to_colour,
)
from loadtests.bench.bench import MANAGER, OPERATORS, Bench, scanner
from loadtests.bench.row import Row, table
from loadtests.own_hub import ROOT, OwnHub
from loadtests.stock import Stock

# The latency rows come first, on small tables and a fresh hub. B1 and B3 leave more e-mails than the hub sends in minutes, so only
# R1 comes after them, which restarts the hub, and M1, which writes ten million rows.
ROWS: dict[str, Callable[[Bench], Awaitable[Row]]] = {
    "V2": v2_one_verify.measure,
    "V3": v3_steady_scans.measure,
    "W1": w1_frame_to_colour.measure,
    "V1": v1_verifies_per_second.measure,
    "E1": e1_webhook_events.measure,
    "O1": o1_offline_sync.measure,
    "T1": t1_order_of_tickets.measure,
    "B2": b2_sell_out.measure,
    "A1": a1_availability.measure,
    "B3": b3_confirmations_per_second.measure,
    "B1": b1_bookings_per_second.measure,
    "R1": r1_start.measure,
    "M1": m1_lists_of_a_million.measure,
}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def prepare(hub: OwnHub, quick: bool) -> Bench:
    """Add staff by command line, sign each one in, and read the venue's date from the first socket."""
    for name in OPERATORS:
        hub.add_staff(name, "operator")
    hub.add_staff(MANAGER, "manager")
    socket, ready = await scanner(hub, OPERATORS[0], "bench-first")
    socket.close()
    return Bench(hub, await Stock.open(hub.database_url), date.fromisoformat(ready["venue"]["today"]), quick)


async def measure_all(hub: OwnHub, wanted: list[str], quick: bool) -> tuple[list[Row], dict[str, float]]:
    bench = await prepare(hub, quick)
    cores.pin_self()
    rows: list[Row] = []
    for name in wanted:
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
        if weather.disturbed or watch.steal() > 0.02:
            row.notes.append(f"the machine was busy: {weather}, steal during the row {watch.steal():.1%}")
        say(f"{name} {row.ours} against {row.limit}: {row.verdict}")
        rows.append(row)
    able = {} if quick else await capacity.of_the_generator()
    return rows, able


def run(arguments: argparse.Namespace) -> int:
    wanted = [name for name in ROWS if not arguments.only or name in arguments.only.upper().split(",")]
    if not wanted:
        say(f"--only takes some of {', '.join(ROWS)}")
        return 2
    weather = cores.look(1.0)
    began = datetime.now(UTC)
    with OwnHub() as hub:
        say(f"hub ready after {hub.seconds_to_ready:.1f} s on {hub.url}")
        rows, able = uvloop.run(measure_all(hub, wanted, arguments.quick))
    order = sorted(rows, key=lambda row: ("VWEBATORM".index(row.id[0]), row.id))
    print(table(order))
    print(
        f"\n{len(cores.ALL_CORES) or 'unknown'} cores (hub on the first, generator and pgbench on the second), "
        f"Python {platform.python_version()}; before the run: {weather}"
        + ("; THE MACHINE WAS BUSY" if weather.disturbed else "")
    )
    if able:
        print("generator alone: " + ", ".join(f"{rate:,.0f} {what}" for what, rate in able.items()))
    path: Path = arguments.json or ROOT / f"bench-{began:%Y-%m-%d-%H%M%S}.json"
    document = {
        "began": began.isoformat(),
        "quick": arguments.quick,
        "machine": {"cores": len(cores.ALL_CORES), "python": platform.python_version(), "weather": str(weather)},
        "generator": able,
        "rows": [row.document() for row in order],
    }
    path.write_bytes(orjson.dumps(json.loads(json.dumps(document)), option=orjson.OPT_INDENT_2))
    print(f"written to {path}")
    return 0 if all(row.verdict in ("must", "goal") for row in rows) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measures the hub beside its limits.")
    parser.add_argument("--only", help="rows, e.g. V1,B1")
    parser.add_argument(
        "--quick", action="store_true", help="one short round of each: a check that it runs, not a figure"
    )
    parser.add_argument("--json", type=Path, help="where to write the figures")
    try:
        sys.exit(run(parser.parse_args()))
    except KeyboardInterrupt:
        sys.exit(130)
