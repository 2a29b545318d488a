"""Operators at the exits: they let out who came in before, in the order of the entries."""

from __future__ import annotations

import uuid
from typing import ClassVar

from locust import tag, task

from loadtests.framework import history, pools
from loadtests.scenarios.operators import ScanningUser


class ExitOperator(ScanningUser):
    """Scans people who leave. While nobody is inside, it waits."""

    weight = 2
    arrivals_per_second: ClassVar[float] = 1.0

    @tag("operators", "exits")
    @task
    def somebody_leaves(self) -> None:
        code = pools.take_if_any("inside")
        if code is None:
            return
        scan_id = str(uuid.uuid4())
        if self.decide("exit", code, "GREEN EXIT_RECORDED", scan_id):
            history.record("exits", [scan_id, code])
