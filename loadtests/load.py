"""`python -m loadtests.load`: starts a hub, or takes the one at `HUB_URL`, prepares data, and runs locust with all scenarios.

Exits with 1 if an answer was wrong or the audit found something, with 3 if all was right and only too slow, and with 2 if it could not begin.
Options that are not named here are locust's.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import uvloop

from loadtests import cores
from loadtests.framework.bounds import parse
from loadtests.framework.phases import SHAPES
from loadtests.given_hub import GivenHub
from loadtests.ground.subjects import prepare
from loadtests.hub_commands import ROOT, HubCommands, HubTrouble
from loadtests.own_hub import OwnHub, free_port
from loadtests.receivers.receivers import Receivers

LOCUSTFILE = ROOT / "loadtests" / "locustfile.py"
STOPS_WITHIN = 20
SECONDS_OF_UI = 900
"""With locust's page, data is prepared for so many seconds of all users."""


def locust_command(hub: HubCommands, given: argparse.Namespace, more: list[str], result: Path) -> list[str]:
    port = str(free_port())
    command = [
        sys.executable, "-m", "locust", "--locustfile", str(LOCUSTFILE), "--host", hub.url, "--users", str(given.users),
        "--spawn-rate", str(max(1, given.users // 2)),
        "--shape", given.shape, "--stop-timeout", str(STOPS_WITHIN), "--loglevel", "WARNING", "--result", str(result),
    ]  # fmt: skip
    for bound in given.bound:
        command += ["--bound", bound]
    if given.workers > 1:
        command += ["--processes", str(given.workers), "--master-port", port, "--master-bind-port", port]
    if given.expect_workers:
        command += ["--expect-workers", str(given.expect_workers)]
    if given.html:
        command += ["--html", given.html]
    if given.exclude_tags:
        command += ["--exclude-tags", *given.exclude_tags]
    if given.ui:
        command += ["--web-host", "127.0.0.1", "--web-port", str(given.port), "--class-picker"]
    else:
        command += ["--headless", "--only-summary", "--run-time", f"{given.seconds}s"]
    return command + more


def run_locust(hub: HubCommands, given: argparse.Namespace, more: list[str], ground: Path) -> int:
    """Run locust until its end. Return its exit code."""
    result = ground.with_name("result.json")
    command = locust_command(hub, given, more, result)
    log = ground.with_name("locust.log")
    environment = {**os.environ, "LOAD_GROUND": str(ground), "PYTHONPATH": str(ROOT)}
    with log.open("wb") as errors:
        ended = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=None if given.ui else errors)
        try:
            code = ended.wait(None if given.ui else given.seconds + 600)
        except KeyboardInterrupt:
            ended.terminate()  # locust ends its workers, and the test
            code = ended.wait(STOPS_WITHIN + 120)
        except subprocess.TimeoutExpired:
            ended.terminate()
            code = ended.wait(60) or 1
    if not given.ui and not result.exists():
        print(f"locust ended with {code} and no verdict:\n{log.read_text(errors='replace')[-3000:]}")
        return code or 1
    if not given.ui and given.json:
        Path(given.json).write_text(result.read_text())
    return code


def hub_of_run(receivers: Receivers) -> AbstractContextManager[HubCommands]:
    url = os.environ.get("HUB_URL")
    return nullcontext(GivenHub(url)) if url else OwnHub(settings={"HUB_SMTP_URL": receivers.smtp_url})


def run(given: argparse.Namespace, more: list[str]) -> int:
    weather = cores.look()
    smtp_port = int(os.environ.get("LOAD_SMTP_PORT") or 0)
    with Receivers(smtp_port=smtp_port) as receivers, hub_of_run(receivers) as hub:
        ground = hub.data_dir / "ground.json"
        seconds = SECONDS_OF_UI if given.ui else given.seconds
        print(f"hub on {hub.url}; preparing data for {given.users} users and {seconds} s ...", flush=True)
        uvloop.run(
            prepare(
                hub,
                receivers,
                ground,
                users=given.users,
                seconds=seconds,
                plenty=given.plenty,
                workers=max(given.workers, given.expect_workers),
            )
        )
        if given.ui:
            print(f"locust's page: http://127.0.0.1:{given.port} (verdicts: /verdict)", flush=True)
        else:
            print(f"{given.shape}: {given.users} users for {given.seconds} s ...", flush=True)
        if not hub.mails_here:
            given.exclude_tags.append("mail")
        code = run_locust(hub, given, more, ground)
    print(f"before the run: {weather}")
    return code


def arguments() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=40, help="the most users at once (40)")
    parser.add_argument("--seconds", type=int, default=40, help="the length of the run (40)")
    parser.add_argument("--shape", choices=sorted(SHAPES), default="steady", help="how the number of users changes")
    parser.add_argument("--workers", type=int, default=1, help="processes of the generator (1)")
    parser.add_argument("--expect-workers", type=int, default=0, help="of other machines, with --master (none)")
    parser.add_argument("--bound", action="append", default=[], metavar="NAME=MS", help="another bound of the p95")
    parser.add_argument("--html", default="", metavar="FILE", help="write locust's report")
    parser.add_argument("--json", default="", metavar="FILE", help="write the verdict")
    parser.add_argument("--exclude-tags", nargs="*", default=[], metavar="TAG", help="without the tasks of these tags")
    parser.add_argument("--plenty", type=float, default=1.0, help="a factor of the prepared tickets (1)")
    parser.add_argument("--ui", action="store_true", help="locust's own page instead of one run")
    parser.add_argument("--port", type=int, default=8089, help="the port of that page (8089)")
    given, more = parser.parse_known_args()
    try:
        parse(given.bound)
    except ValueError as error:
        parser.error(str(error))
    return given, more


if __name__ == "__main__":
    try:
        sys.exit(run(*arguments()))
    except HubTrouble as trouble:
        print(trouble, file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
