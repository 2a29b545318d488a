"""A second locustfile for tests: it ends the run when requests of every name in `LOAD_ENOUGH` were made, however slow the machine is."""

from __future__ import annotations

import os
from typing import Any

import gevent
from locust import events
from locust.runners import WorkerRunner


@events.test_start.add_listener  # type: ignore[untyped-decorator]
def start(environment: Any, **_: Any) -> None:
    if not isinstance(environment.runner, WorkerRunner):
        gevent.spawn(end_when_enough, environment)


def end_when_enough(environment: Any) -> None:
    wanted = set(os.environ["LOAD_ENOUGH"].split(","))
    while not wanted <= {name for name, _ in environment.stats.entries}:
        gevent.sleep(0.1)
    environment.shape_class.seconds = 0.001
