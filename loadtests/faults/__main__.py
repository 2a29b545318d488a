"""`python -m loadtests.faults`: plays every case and its control, prints a table, and writes a report page.

Exits with 1 if a promise is broken, a goal missed, or a control not found. Every random choice follows from the printed seed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import secrets
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

from loadtests import cores
from loadtests.faults import (
    d1_full_disk,
    f2_frames,
    f3_contract,
    r5_cut_commits,
    r6_frozen_postgres,
    r7_held_slot,
    r12_clock_step,
    s1_sign_in,
    sale,
    w2_reconnects,
    w3_scanners,
)
from loadtests.faults.case import Case, Result, failed
from loadtests.faults.ground import Ground, allow_many_sockets, furnish, keeper_of_a_run
from loadtests.faults.mail_sink import MailSink
from loadtests.faults.report import write
from loadtests.own_hub import OwnHub, free_port

# F2 and W3 come first, on small tables. R12 comes before the sales, whose thousands of e-mails would be sent before its own.
CASES: tuple[Case, ...] = (
    f2_frames.CASE,
    w3_scanners.CASE,
    w2_reconnects.CASE,
    r12_clock_step.CASE,
    s1_sign_in.CASE,
    r7_held_slot.CASE,
    r6_frozen_postgres.CASE,
    *sale.CASES,
    r5_cut_commits.CASE,
    d1_full_disk.CASE,
    f3_contract.CASE,
)
MINUTES = 30.0
"""A whole round takes 20 to 25 minutes on two cores."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def play(case: Case, ground: Ground, *, control: bool) -> Result:
    """Play a case, or its control, and stop its hub."""
    began = time.monotonic()
    say(f"{case.id}{' control' if control else ''} ...")
    try:
        result = await asyncio.wait_for(case.run(ground, control), case.seconds * 3 + 60)
    except Exception as error:
        traceback.print_exc()
        result = failed(case, error, control=control)
        with contextlib.suppress(Exception):
            await ground.reconnect()
    finally:
        ground.hub.without = None
        await ground.hub.kill()
    result.control, result.seconds = control, time.monotonic() - began
    say(f"{case.id}{' control' if control else ''}: {result.verdict} after {result.seconds:.0f} s")
    return result


def turns(wanted: list[Case], *, controls: bool) -> list[tuple[Case, bool]]:
    """Return the cases and then their controls, but F3 last, because it changes accounts and settings as it likes."""
    all_turns = [(case, control) for control in (False, True)[: 1 + controls] for case in wanted]
    return sorted(all_turns, key=lambda turn: turn[0] is f3_contract.CASE)


async def play_all(keeper: OwnHub, mail: MailSink, wanted: list[Case], given: argparse.Namespace) -> list[Result]:
    ground = await Ground.open(keeper, mail, given.seed, quick=given.quick)
    results: list[Result] = []
    ends = time.monotonic() + given.minutes * 60
    try:
        for case, control in turns(wanted, controls=given.controls):
            if time.monotonic() > ends:
                late = ["not played: the time was over"]
                results.append(Result(case.id, case.what, broken=[] if control else late, notes=late, control=control))
                continue
            results.append(await play(case, ground, control=control))
    finally:
        await ground.close()
    return results


def run(given: argparse.Namespace) -> int:
    wanted = [case for case in CASES if not given.only or case.id in given.only.upper().split(",")]
    if not wanted:
        say(f"--only takes some of {', '.join(case.id for case in CASES)}")
        return 2
    allow_many_sockets()
    began, weather = datetime.now(UTC), cores.look(1.0)
    say(f"seed {given.seed}")
    port = free_port()
    with keeper_of_a_run(f"smtp://127.0.0.1:{port}") as keeper:
        furnish(keeper)
        with asyncio.Runner() as runner:
            mail = runner.run(MailSink().open(port))
            results = runner.run(play_all(keeper, mail, wanted, given))
    controls = {case.id: case.control for case in wanted}
    return write(results, controls=controls, seed=given.seed, began=began, weather=weather, path=given.report)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Makes faults and checks what the hub promises.")
    parser.add_argument("--only", help="cases, e.g. R5,S1")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 31), help="the seed of an earlier run")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="after this time no further case begins")
    parser.add_argument("--quick", action="store_true", help="a small round of each: a check that it runs")
    parser.add_argument("--no-controls", dest="controls", action="store_false", help="leave the controls out")
    parser.add_argument("--report", type=Path, help="where to write the page; its figures go beside it as JSON")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(run(arguments().parse_args()))
    except KeyboardInterrupt:
        sys.exit(130)
