"""Load shapes as phases: which share of the users is there at which part of the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phase:
    """Until this part of the run, the share of the users grows or falls evenly from `start` to `end`."""

    until: float
    start: float
    end: float


SHAPES: dict[str, tuple[Phase, ...]] = {
    "steady": (Phase(1.0, 1.0, 1.0),),
    "ramp": (Phase(0.8, 0.05, 1.0), Phase(1.0, 1.0, 1.0)),
    "day": (Phase(1.0, 1.0, 1.0),),  # the pace of the users changes, see `day.py`
    "rush": (Phase(0.3, 0.2, 0.2), Phase(0.6, 1.0, 1.0), Phase(1.0, 0.2, 0.2)),
}


def share_of_users(phases: Sequence[Phase], share: float) -> float:
    """Return the share of the users at this share of the run."""
    phase = next((phase for phase in phases if share < phase.until), phases[-1])
    before = max((other.until for other in phases if other.until <= share), default=0.0)
    within = (share - before) / (phase.until - before) if phase.until > before else 1.0
    return phase.start + (phase.end - phase.start) * min(within, 1.0)
