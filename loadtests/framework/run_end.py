"""Locust's listeners: they hand out pools, collect histories, and end every run with the audit and the verdict."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import gevent
from locust import events, runners
from locust.runners import MasterRunner, WorkerRunner

from loadtests.framework import bounds, day, history, lag, pools
from loadtests.framework.bounds import Verdict
from loadtests.framework.phases import SHAPES
from loadtests.framework.shapes import PlannedShape, named

ROOT = Path(__file__).resolve().parent.parent.parent
AUDIT_TAKES_AT_MOST = 300.0
REPORTS_WITHIN = 60.0
SILENT_AT_MOST = 30
"""Seconds for which a worker may be silent. After three, locust itself gives up a worker whose machine is only busy."""
runners.HEARTBEAT_LIVENESS = SILENT_AT_MOST

_verdicts: list[Verdict] = []


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]
def add_options(parser: Any) -> None:
    parser.add_argument(
        "--shape", choices=sorted(SHAPES), default="steady", include_in_web_ui=False,
        help="How the number of users changes over the run",
    )  # fmt: skip
    parser.add_argument(
        "--bound", action="append", default=[], metavar="NAME=MS", include_in_web_ui=False,
        help="Another bound of the 95th percentile for the requests whose name begins so; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--most-lag", type=int, default=lag.MOST_MS, metavar="MS", include_in_web_ui=False,
        help="How late the generator may be at the 99th percentile before the run is not valid",
    )  # fmt: skip
    parser.add_argument("--result", default="", include_in_web_ui=False, help="Write the verdict to this file as JSON")


@events.init.add_listener  # type: ignore[untyped-decorator]
def begin(environment: Any, **_: Any) -> None:
    runner = environment.runner
    if isinstance(runner, WorkerRunner):
        environment.events.report_to_master.add_listener(history.send)
        environment.events.report_to_master.add_listener(lag.send)
        runner.register_message(pools.MESSAGE, pools.receive)
    else:
        environment.events.worker_report.add_listener(history.collect)
        environment.events.worker_report.add_listener(lag.collect)
        _obey_time(environment)
    environment._filter_tasks_by_tags()
    environment.user_classes = [one for one in environment.user_classes if one.tasks]
    if not environment.user_classes:
        raise SystemExit("no user has a task with these tags")
    gevent.spawn(lag.watch)
    if environment.web_ui is not None:
        from loadtests.framework.verdict_page import add_verdict_page

        add_verdict_page(environment.web_ui.app, _verdicts)
        environment.available_shape_classes = {name: named(name) for name in SHAPES}


def _obey_time(environment: Any) -> None:
    """Let the shape end the run. Locust's own timer quits without waiting for the workers' last reports."""
    options, shape = environment.parsed_options, environment.shape_class
    if isinstance(shape, PlannedShape) and options.run_time and options.headless:
        shape.seconds, options.run_time = float(options.run_time), None


@events.test_start.add_listener  # type: ignore[untyped-decorator]
def start(environment: Any, **_: Any) -> None:
    lag.clear()
    is_worker = isinstance(environment.runner, WorkerRunner)
    if environment.web_ui is not None:
        # "Default" in the page's list is no shape: all users, as long as the run takes.
        environment.parsed_options.shape = getattr(environment.shape_class, "name", None) or "steady"
    day.begin(environment, is_worker=is_worker)
    if not is_worker:
        history.begin()
        environment.process_exit_code = bounds.WRONG  # until the verdict
    pools.supply(environment)


@events.test_stop.add_listener  # type: ignore[untyped-decorator]
def stop(environment: Any, **_: Any) -> None:
    """Audit the run, print the verdict, and set the exit code. A worker reports what it has done since its last report."""
    if isinstance(environment.runner, WorkerRunner):
        environment.runner._send_stats()  # locust itself would leave out the last three seconds
        return
    options, shape = environment.parsed_options, environment.shape_class
    if options.headless and not shape.finished:
        workers = environment.runner.clients if isinstance(environment.runner, MasterRunner) else ()
        silent = workers and len(workers.missing) == len(workers)
        why = f"No worker was heard of for {SILENT_AT_MOST} s" if silent else "The run was interrupted"
        print(f"\n{why}, so there is no verdict.", flush=True)
        return
    wait_for_workers(environment.runner)
    written = history.document()
    problems = [f"{text} ({count} times)" for text, count in sorted(written["troubles"].items())]
    problems += [
        f"a user broke: {broken['msg']} ({broken['count']} times)" for broken in environment.runner.exceptions.values()
    ]
    problems += [
        f"{error.method} {error.name}: {error.to_name()} ({error.occurrences} times)"
        for error in environment.stats.errors.values()
    ]
    lag_ms = lag.percentile(0.99)
    late = (
        [f"the generator was late by {lag_ms} ms (p99): take more WORKERS or fewer users"]
        if lag_ms > options.most_lag
        else []
    )
    found = audit(written["facts"])
    verdict = Verdict(
        bounds.lines_of(environment.stats, bounds.parse(options.bound)), problems + found["problems"],
        [*found["notes"], f"generator late by {lag_ms} ms (p99)"], found["slow"] + late,
    )  # fmt: skip
    _verdicts.append(verdict)
    print(f"\n{verdict}", flush=True)
    if options.result:
        Path(options.result).write_text(json.dumps(verdict.document(), indent=1))
    environment.process_exit_code = verdict.exit_code


def wait_for_workers(runner: Any) -> None:
    """Wait until every worker has said that it stopped: its last report came before. Locust looks at older counts of users."""
    if isinstance(runner, MasterRunner):
        deadline = time.monotonic() + runner.environment.stop_timeout + REPORTS_WITHIN
        while pools.supplied() & set(runner.clients):
            if time.monotonic() > deadline:
                history.trouble("a worker did not report its end, so its history is missing")
                return
            gevent.sleep(0.1)


def audit(facts: dict[str, list[Any]]) -> dict[str, list[str]]:
    """Compare the history with the tables in a process of its own, where asyncio works. Return problems, what was slow, and notes."""
    path = Path(os.environ["LOAD_GROUND"]).with_name("history.json")
    path.write_text(json.dumps(facts))
    ran = subprocess.run(
        [sys.executable, "-m", "loadtests.audit", os.environ["LOAD_GROUND"], str(path)],
        cwd=ROOT, capture_output=True, text=True, timeout=AUDIT_TAKES_AT_MOST, check=False,
    )  # fmt: skip
    try:
        return dict(json.loads(ran.stdout))
    except ValueError:
        return {"problems": [f"the audit broke: {ran.stderr[-500:]}"], "slow": [], "notes": []}
