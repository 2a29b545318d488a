"""The planned moments of one user, so that latency counts from when an action was due and not from when it could be sent.

A user that waits for a slow answer would otherwise send less just then, and the wait of all who came meanwhile would be in no
figure (coordinated omission). Here the moments are fixed beforehand. A late user works off what was due, and each action's
latency includes its delay.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable


class Schedule:
    """Moments at `per_second` on average: a Poisson process, or even steps. `plan` says when one comes a gap after a moment."""

    def __init__(
        self, per_second: float, *, poisson: bool = True, clock: Callable[[], float] = time.perf_counter,
        lot: random.Random | None = None, plan: Callable[[float, float], float] | None = None,
    ) -> None:  # fmt: skip
        if per_second <= 0:
            raise ValueError(f"{per_second} arrivals a second")
        self._gap = 1 / per_second
        self._poisson = poisson
        self._clock = clock
        self._lot = lot or random.Random()
        self._plan = plan or (lambda moment, gap: moment + gap)
        self._planned: float | None = None
        self._due: float | None = None

    def wait(self) -> float:
        """Plan the next arrival. Return the seconds until then; 0 if it is over already."""
        now = self._clock()
        gap = self._lot.expovariate(1) * self._gap if self._poisson else self._gap
        self._planned = self._plan(now if self._planned is None else self._planned, gap)
        self._due = self._planned
        return max(0.0, self._due - now)

    def begin(self) -> float:
        """Return the moment from which the latency of the next request counts: the arrival for the first, now for the others."""
        now = self._clock()
        if self._planned is None:
            self._planned = now
        due, self._due = self._due, None
        return now if due is None else min(due, now)

    def shift(self, seconds: float) -> None:
        """Move what is planned, after a pause that the user wanted: a person who thinks keeps nobody waiting."""
        if self._planned is not None:
            self._planned += seconds
