"""A whole venue day in one run: sales before it, three slots of arrivals, and exits. Users stay; the pace of their arrivals changes.

A kind of user that is not named in a part goes on at pace 1, such as dashboards and open calendars.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

WITHOUT_RUN_TIME = 300.0
"""Seconds of a day that is started on locust's page without a run time."""

_SALES = ("CustomerUser", "ShopUser", "ShowVisitorUser")
_ENTRANCES = ("HandHeldOperator", "ContinuousOperator", "OfflineOperator", "CrowdScanner")
_EXITS = ("ExitOperator",)


@dataclass(frozen=True, slots=True)
class PartOfDay:
    """Until this share of the run, each kind of user arrives at so many times its usual pace."""

    until: float
    name: str
    pace: Mapping[str, float]


def _part(until: float, name: str, *, sales: float, entrances: float, exits: float) -> PartOfDay:
    kinds = ((_SALES, sales), (_ENTRANCES, entrances), (_EXITS, exits))
    return PartOfDay(until, name, {kind: pace for names, pace in kinds for kind in names})


DAY: tuple[PartOfDay, ...] = (
    _part(0.25, "sales before the doors open", sales=2.0, entrances=0.0, exits=0.0),
    _part(0.30, "doors open", sales=1.0, entrances=0.5, exits=0.0),
    _part(0.40, "the first slot arrives", sales=0.5, entrances=1.5, exits=0.2),
    _part(0.50, "between", sales=0.5, entrances=0.5, exits=1.0),
    _part(0.60, "the second slot arrives", sales=0.5, entrances=1.5, exits=1.0),
    _part(0.68, "between", sales=0.5, entrances=0.5, exits=1.0),
    _part(0.80, "the evening arrives", sales=1.0, entrances=1.8, exits=1.0),
    _part(1.00, "exits", sales=0.5, entrances=0.2, exits=3.0),
)


@dataclass(frozen=True, slots=True)
class CompressedDay:
    """The day of one run, which began at `begin` and takes `seconds`."""

    begin: float
    seconds: float
    parts: Sequence[PartOfDay] = DAY

    def arrival(self, kind: str, moment: float, gap: float) -> float:
        """Return when the next one arrives after `moment`, if at pace 1 it were after `gap` seconds. After the day: an hour later."""
        starts = self.begin
        for part in self.parts:
            ends = self.begin + part.until * self.seconds
            moment, pace = max(moment, starts), part.pace.get(kind, 1.0)
            if moment < ends:
                room = (ends - moment) * pace
                if gap < room:
                    return moment + gap / pace
                gap -= room
                moment = ends
            starts = ends
        return moment + 3600.0


_running: list[CompressedDay] = []
"""The day of the current run in this process, if it has that shape."""


def begin(environment: Any, *, is_worker: bool) -> None:
    """Begin the day, if that is the shape of the run. A worker learns from its master how long it takes."""
    options, shape = environment.parsed_options, environment.shape_class
    _running.clear()
    if options.shape != "day":
        return
    if not is_worker:
        options.day_seconds = getattr(shape, "seconds", None) or options.run_time or WITHOUT_RUN_TIME
    _running.append(CompressedDay(time.perf_counter(), float(options.day_seconds)))


def plan_of(kind: str) -> Callable[[float, float], float] | None:
    """Return f(moment, gap): when the next one of this kind of user arrives. None: `gap` later."""
    return partial(_running[0].arrival, kind) if _running else None
