"""Hysteresis of alerts, so that a value near its threshold does not raise and clear an alert again and again.

The second measurement in a row at or over the threshold raises an alert. The third in a row below nine tenths of the
threshold clears it. Anything else leaves the alert as it is.
"""

from typing import Literal, NamedTuple

Change = Literal["raise", "clear"]

RAISED_AFTER = 2
CLEARED_AFTER = 3
WELL_BELOW = 0.9


class Watched(NamedTuple):
    """The state of one measured value. `over` and `under` count measurements in a row. `stands`: the alert is raised."""

    over: int = 0
    under: int = 0
    stands: bool = False


def look(before: Watched, value: float, threshold: float) -> tuple[Watched, Change | None]:
    """Return the state after one more measurement, and whether to raise or clear the alert."""
    over = before.over + 1 if value >= threshold else 0
    under = before.under + 1 if value < WELL_BELOW * threshold else 0
    if before.stands:
        if under >= CLEARED_AFTER:
            return Watched(), "clear"
        return Watched(0, under, True), None
    if over >= RAISED_AFTER:
        return Watched(0, 0, True), "raise"
    return Watched(over, 0, False), None
