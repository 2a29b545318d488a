"""A run of schemathesis: it sends what the OpenAPI document allows and what it forbids, and compares the answers with the document."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429]

[auth.openapi.bearer]
bearer = "{token}"

[[operations]]
include-path-regex = '^/api/reservations/\\{{'
checks.ignored_auth.enabled = false
"""
"""A list with more elements than allowed is often a body that is too large (413), which the check does not expect by itself. To whoever
has no right to a reservation the hub says that there is none (404), where the check wants 401 or 403."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A run: its requests, every finding with how often it was seen, and what it printed if it ended badly."""

    requests: int
    findings: Counter[str]
    trouble: str = ""


async def check_contract(
    url: str, document: Mapping[str, Any], token: str, folder: Path, *, seed: int, patience: float, **options: str
) -> Checked:
    """Check the hub at `url` against the document. `options` are schemathesis' own, such as `max_time="120"`."""
    folder.mkdir(exist_ok=True)
    path = folder / "openapi.json"
    path.write_text(json.dumps(document))
    # Not as a header of every request: then the requests without or with a wrong sign-in would carry it too.
    (folder / "schemathesis.toml").write_text(CONFIGURATION.format(token=token))
    ran = await asyncio.create_subprocess_exec(
        *_command(path, url, seed, options), cwd=folder,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        output, _ = await asyncio.wait_for(ran.communicate(), patience)
    except TimeoutError:
        ran.kill()
        await ran.wait()
        output = b"schemathesis did not end"
    requests, findings = read_report(folder / "events.ndjson")
    trouble = ""
    if ran.returncode not in (0, 1) or not requests:
        trouble = f"schemathesis ended with {ran.returncode}: {output.decode(errors='replace')[-600:]}"
    return Checked(requests, findings, trouble)


def _command(path: Path, url: str, seed: int, more: Mapping[str, str]) -> list[str]:
    options = {
        "--url": url,
        "--seed": str(seed),
        "--exclude-checks": ",".join(NOT_CHECKED),
        "--request-timeout": "15",
        "--generation-database": "none",
        "--warnings": "off",
        "--report": "ndjson",
        "--report-ndjson-path": str(path.with_name("events.ndjson")),
        "--exclude-path": LOGOUT,
        **{f"--{name.replace('_', '-')}": value for name, value in more.items()},
    }
    words = [sys.executable, "-m", "schemathesis.cli", "run", str(path), "--continue-on-failure", "--no-shrink"]
    return words + [word for option in options.items() for word in option]


def with_a_lie(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document of `/healthz` alone, whose answer has another type than it says."""
    health = json.loads(json.dumps(document["paths"]["/healthz"]))
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
