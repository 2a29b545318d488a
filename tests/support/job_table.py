"""The table of jobs in tests: hubs opened from now on leave a job out, or run it at another pace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import hub.app
from hub.jobs import table
from hub.jobs.periodic_jobs import Job

TABLES = ((table, "HUB_JOBS"), (hub.app, "SERVING_JOBS"), (hub.app, "PROCESS_JOBS"))

NAMES = {job.name for module, jobs in TABLES for job in getattr(module, jobs)}


def without_job(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Leave the job to the test, which calls it by itself."""
    _change(monkeypatch, name, lambda _: ())


def run_job_every(monkeypatch: pytest.MonkeyPatch, name: str, seconds: float) -> None:
    _change(monkeypatch, name, lambda job: (replace(job, every=seconds),))


def period_of(name: str) -> float | None:
    """Return the period of a job in seconds."""
    [found] = [job.every for module, jobs in TABLES for job in getattr(module, jobs) if job.name == name]
    return found


def _change(monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[[Job[Any]], tuple[Job[Any], ...]]) -> None:
    assert name in NAMES
    for module, jobs in TABLES:
        rows = [row for job in getattr(module, jobs) for row in (change(job) if job.name == name else (job,))]
        monkeypatch.setattr(module, jobs, tuple(rows))
