"""The page of metrics: what several processes of one machine have counted is one figure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hub.observability import metrics_page, telemetry

COUNTS = """
from hub.observability import telemetry
telemetry.background_failures.labels("page of metrics").inc(3)
telemetry.outbox_pending.set(41)
telemetry.open_files_allowed.set(7)
telemetry.batch_observer("page of metrics")(8, 0.002)
"""


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the metrics of another process, which this one shows too."""
    env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", COUNTS], check=True, env=env)
    monkeypatch.setattr(metrics_page, "_others", None)
    metrics_page.add_processes(tmp_path)
    return tmp_path


def read(name: str, **labels: Any) -> float:
    shown = ",".join(f'{key}="{value}"' for key, value in labels.items())
    wanted = f"{name}{{{shown}}} " if labels else f"{name} "
    [found] = [line for line in metrics_page.render()[0].decode().splitlines() if line.startswith(wanted)]
    return float(found.split()[-1])


def test_counts_of_a_process_beside_are_added_and_gauges_combined(beside: Path) -> None:
    telemetry.background_failures.labels("page of metrics").inc(2)
    telemetry.batch_observer("page of metrics")(9, 0.002)
    telemetry.outbox_pending.set(5)
    telemetry.open_files_allowed.set(6)
    assert read("background_failures_total", round="page of metrics") == 5
    assert read("venue_hub_background_failures_total", round="page of metrics") == 5
    assert read("lane_batch_size_count", lane="page of metrics") == 2
    assert read("outbox_pending") == 41, "the most"
    assert read("open_files_allowed") == 6, "the least"


def test_a_page_names_every_metric_once(beside: Path) -> None:
    helps = [line for line in metrics_page.render()[0].decode().splitlines() if line.startswith("# HELP ")]
    names = [line.split()[2] for line in helps]
    assert len(names) == len(set(names))
