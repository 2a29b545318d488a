"""G2: two hub processes against one: verifies a second as in V1, and refusals a second as in B2. Limit: twice as much.

It needs four cores: two for the hubs, one for Postgres, one for the generator. With fewer the row has no verdict; then the processor
time of a scan and of a refusal, with one process and with two, tells what two could carry.
"""

from __future__ import annotations

from datetime import timedelta

from loadtests import cores
from loadtests.bench.b1_bookings_per_second import booking_requests, judge
from loadtests.bench.bench import OPERATORS, Bench, scanner
from loadtests.bench.crowd import close_all, connections_by_process
from loadtests.bench.http_load import closed_loop as http_loop
from loadtests.bench.http_load import open_clients
from loadtests.bench.row import Measure, Row, median
from loadtests.bench.scan_load import ScanIds
from loadtests.bench.scan_load import closed_loop as scan_loop

SOCKETS, CLIENTS = 64, 256
ATTEMPTS, PLACES = 20_000, 200
CORES_NEEDED = 4
MOST_PER_SECOND = 16_000
MUST, GOAL = 1.5, 1.8


async def measure(bench: Bench) -> Row:
    figures: dict[str, list[float]] = {
        f"{name}_{count}": []
        for name in ("verifies", "refusals", "scan_microseconds", "refusal_microseconds")
        for count in ("one", "two")
    }
    problems: list[str] = []
    async with bench.other_hub(HUB_WORKERS="1") as one, bench.other_hub(HUB_WORKERS="2") as two:
        hubs = {"one": one, "two": two}
        for other in hubs.values():
            cores.spread_hub(other.hub.pid)
        for turn in range(bench.repetitions):
            for name, other in hubs.items():
                problems += await _verifies(other, name, figures)
                problems += await _refusals(other, turn, name, figures)
    gains = [median(figures[f"{what}_two"]) / median(figures[f"{what}_one"]) for what in ("verifies", "refusals")]
    carried = [
        2 * median(figures[f"{what}_microseconds_one"]) / median(figures[f"{what}_microseconds_two"])
        for what in ("scan", "refusal")
    ]
    ratio = min(gains)
    few = len(cores.ALL_CORES) < CORES_NEEDED
    return Row(
        "G2", "two hub processes against one: verifies and refusals a second", f"{gains[0]:.2f} and {gains[1]:.2f} x", "2 x", ratio,
        f"{MUST} x", f"{GOAL} x", ratio >= MUST, ratio >= GOAL, problems[:5],
        [
            (f"verifies {median(figures['verifies_one']):,.0f} and {median(figures['verifies_two']):,.0f}/s, "
            f"refusals {median(figures['refusals_one']):,.0f} and {median(figures['refusals_two']):,.0f}/s"),
            (f"microseconds of the hub: a scan {median(figures['scan_microseconds_one']):.0f} and {median(figures['scan_microseconds_two']):.0f}, "
            f"a refusal {median(figures['refusal_microseconds_one']):.0f} and {median(figures['refusal_microseconds_two']):.0f}; "
            f"so two on cores of their own carry {carried[0]:.2f} and {carried[1]:.2f} x, if Postgres does"),
        ],
        figures,
        measures=[
            Measure("verifies of two by those of one", "higher", "verifies_two", "verifies_one", MUST, GOAL),
            Measure("refusals of two by those of one", "higher", "refusals_two", "refusals_one", MUST, GOAL),
            Measure("microseconds of two hubs a scan", "lower", "scan_microseconds_two", "scan_microseconds_one"),
            Measure("microseconds of two hubs a refusal", "lower", "refusal_microseconds_two", "refusal_microseconds_one"),
        ],
        unfit=f"it has {len(cores.ALL_CORES)} cores, and the row needs {CORES_NEEDED}" if few else "",
    )  # fmt: skip


async def _verifies(bench: Bench, name: str, figures: dict[str, list[float]]) -> list[str]:
    slots = await bench.slots_for(bench.today)
    tickets = await bench.stock.reserved(int(MOST_PER_SECOND * bench.seconds), slots)
    await bench.begin_quiet()
    sockets = [(await scanner(bench.hub, OPERATORS[n % len(OPERATORS)], f"g2-{n}"))[0] for n in range(SOCKETS)]
    problems = _shortage(bench, name)
    used = cores.cpu_seconds(bench.hub.pid)
    tally = await scan_loop(sockets, tickets, bench.seconds, ScanIds())
    figures[f"scan_microseconds_{name}"].append(_each(bench, used, len(tally.acknowledged)))
    figures[f"verifies_{name}"].append(tally.rate)
    close_all(sockets)
    problems += [f"not GREEN VERIFIED: {wrong}" for wrong in tally.wrong[:3]]
    if (stored := await bench.stock.verified(tickets)) != len(tally.acknowledged):
        problems.append(f"{len(tally.acknowledged)} acknowledged, {stored} tickets verified exactly once")
    return problems + await bench.stock.count_drift(slots)


async def _refusals(bench: Bench, turn: int, name: str, figures: dict[str, list[float]]) -> list[str]:
    slots = await bench.slots_for(bench.today + timedelta(days=3), capacity=PLACES)
    tickets = await bench.stock.activated(ATTEMPTS // 5 if bench.quick else ATTEMPTS)
    await bench.begin_quiet()
    clients = await open_clients(bench.hub.url, CLIENTS)
    problems = _shortage(bench, name)
    used = cores.cpu_seconds(bench.hub.pid)
    tally = await http_loop(clients, booking_requests(tickets, slots[turn]), judge, expected=("ok", "SLOT_FULL"))
    figures[f"refusal_microseconds_{name}"].append(_each(bench, used, len(tickets)))
    figures[f"refusals_{name}"].append(tally.rate("SLOT_FULL"))
    for client in clients:
        client.close()
    problems += [f"unexpected answer: {odd}" for odd in tally.odd[:3]]
    if (sold := await bench.stock.booked(tickets, slots[turn])) != PLACES:
        problems.append(f"sold {sold} of {PLACES} places")
    return problems + await bench.stock.count_drift(slots)


def _shortage(bench: Bench, name: str) -> list[str]:
    """Return a problem if the connections are not held by as many processes as the hub has."""
    held = connections_by_process(bench.hub)
    wanted = 1 if name == "one" else 2
    return [] if len(held) == wanted else [f"{len(held)} processes hold the connections, not {wanted}"]


def _each(bench: Bench, used: float, count: int) -> float:
    return (cores.cpu_seconds(bench.hub.pid) - used) / max(count, 1) * 1e6
