"""F3: schemathesis sends what the OpenAPI document allows and what it forbids to every operation, and checks the answers."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from loadtests.faults.case import Case, Figure, Result
from loadtests.faults.ground import ADMINISTRATOR, Ground
from loadtests.wire.http_client import get, open_http

SECONDS, QUICK_SECONDS = 120, 45
NOT_CHECKED = (
    "positive_data_acceptance",
    "ensure_resource_availability",
    "use_after_free",
    "object_level_authorization",
)
"""Checks that need data of the hub: a well-formed request is refused where it names a ticket that does not exist."""
LOGOUT = "/api/operator/logout"
"""Not sent: it would end the session that the other requests use."""
CONFIGURATION = """
[auth.openapi.bearer]
bearer = "{token}"

[[operations]]
include-path-regex = '^/api/reservations/\\{{'
checks.ignored_auth.enabled = false
"""
"""To whoever has no right to a reservation the hub says that there is none (404), where the check wants 401 or 403."""
LOCAL_TIME = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"


async def run(ground: Ground, control: bool) -> Result:
    """Check every operation. With the control the document says that `/healthz` answers with a number."""
    ground.begin()
    await ground.hub.start()
    token = await ground.hub.token(ADMINISTRATOR)
    client = await open_http(ground.hub.url)
    document: dict[str, Any] = (await client.ask(get("/api/openapi.json"))).json()
    client.close()
    seconds = QUICK_SECONDS if ground.quick else SECONDS
    if control:
        document, seconds = _with_a_lie(document), 10
    folder = ground.keeper.data_dir / ("contract-control" if control else "contract")
    folder.mkdir(exist_ok=True)
    path = folder / "openapi.json"
    path.write_text(json.dumps(_with_local_times(document)))
    # Not as a header of every request: then the requests without or with a wrong sign-in would carry it too.
    (folder / "schemathesis.toml").write_text(CONFIGURATION.format(token=token))
    seed = ground.chance.randrange(1 << 31)
    ran = await asyncio.create_subprocess_exec(
        *_command(path, ground, seed, seconds), cwd=folder,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        output, _ = await asyncio.wait_for(ran.communicate(), seconds * 2 + 120)
    except TimeoutError:
        ran.kill()
        await ran.wait()
        output = b"schemathesis did not end"
    result = Result("F3", CASE.what, notes=[f"schemathesis seed {seed}"])
    cases, found = read_report(folder / "events.ndjson")
    result.broken += [f"{failure} ({count} times)" for failure, count in found.most_common(40)]
    if ran.returncode not in (0, 1) or not cases:
        result.broken.append(f"schemathesis ended with {ran.returncode}: {output.decode(errors='replace')[-600:]}")
    result.figures = [
        Figure("operations", sum(len(methods) for methods in document["paths"].values())),
        Figure("requests", cases, least=1),
        Figure("findings", len(found), most=0),
    ]
    if not control:
        result.broken += await ground.broken()
    return result


def _command(path: Path, ground: Ground, seed: int, seconds: int) -> list[str]:
    options = {
        "--url": ground.hub.url,
        "--seed": str(seed),
        "--max-time": str(seconds),
        "--exclude-checks": ",".join(NOT_CHECKED),
        "--phases": "examples,coverage,fuzzing",
        "--request-timeout": "15",
        "--generation-database": "none",
        "--warnings": "off",
        "--report": "ndjson",
        "--report-ndjson-path": str(path.with_name("events.ndjson")),
        "--exclude-path": LOGOUT,
    }
    words = [sys.executable, "-m", "schemathesis.cli", "run", str(path), "--continue-on-failure", "--no-shrink"]
    return words + [word for option in options.items() for word in option]


def _with_local_times(document: Any) -> Any:
    """Return the document with a pattern for times of a venue's day: JSON Schema's own "time" has an offset from UTC."""
    if isinstance(document, list):
        return [_with_local_times(one) for one in document]
    if not isinstance(document, dict):
        return document
    found = {name: _with_local_times(value) for name, value in document.items()}
    if found.get("format") == "time" and found.get("type") == "string":
        del found["format"]
        found["pattern"] = LOCAL_TIME
    return found


def _with_a_lie(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document of `/healthz` alone, whose answer has another type than it says."""
    health = document["paths"]["/healthz"]
    for answer in health["get"]["responses"].values():
        answer["content"] = {"application/json": {"schema": {"type": "integer"}}}
    return {**document, "paths": {"/healthz": health}}


def read_report(path: Path) -> tuple[int, Counter[str]]:
    """Return the number of requests, and every finding with how often it was seen, from the events of schemathesis."""
    cases, found = 0, Counter[str]()
    if not path.exists():
        return cases, found
    for line in path.read_text(errors="replace").splitlines():
        event = json.loads(line)
        recorder = (event.get("ScenarioFinished") or {}).get("recorder") or {}
        label = recorder.get("label", "")
        cases += len(recorder.get("interactions") or ())
        for checks in (recorder.get("checks") or {}).values():
            for check in checks:
                failure = (check.get("failure_info") or {}).get("failure")
                if failure:
                    text = f"{label}: {failure.get('title') or check.get('name')}: {failure.get('message') or ''}"
                    found[" ".join(text.split())[:300]] += 1
    return cases, found


CASE = Case(
    "F3",
    "every operation answers as the OpenAPI document says, whatever is sent",
    "a document that lies about an answer",
    170,
    run,
)
