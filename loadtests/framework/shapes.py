"""The load shapes as locust runs them: all end after `-t`, and `-u` is the most users at once."""

from __future__ import annotations

from typing import Any, ClassVar

from locust import LoadTestShape
from locust.runners import STATE_STOPPED

from loadtests.framework.phases import SHAPES, share_of_users

SPAWNS_IN = 2.0
"""Seconds in which new users arrive, without `-r`."""


class PlannedShape(LoadTestShape):
    """The shape that `--shape` names, or that was chosen on locust's page. Its options and its page set the users and the time."""

    use_common_options: ClassVar[bool] = True
    name: str | None = None
    """The name of a shape on the page."""
    seconds: float | None = None
    """The length of a run without locust's page: `-t`, which this class obeys in locust's place."""
    finished = False
    """Whether the time was over, and not Ctrl-C pressed."""

    def tick(self) -> tuple[int, float] | None:
        assert self.runner is not None
        options: Any = self.runner.environment.parsed_options
        seconds = self.seconds or options.run_time
        elapsed = self.get_run_time()
        if seconds and elapsed >= seconds:
            if self.runner.state != STATE_STOPPED:
                self.finished = True
                self.runner.stop()  # locust's `quit` would not wait for the last reports of the workers
            return None
        phases = SHAPES[self.name or options.shape]
        share = elapsed / seconds if seconds else 0.0
        users = max(1, round((options.num_users or 1) * share_of_users(phases, share)))
        return users, float(options.spawn_rate or max(1.0, users / SPAWNS_IN))


def named(name: str) -> PlannedShape:
    """Return a shape for the list on locust's page."""
    shape = PlannedShape()
    shape.name = name
    return shape
