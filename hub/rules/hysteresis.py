"""The rule against flapping: an alert is raised by the second look in a row that finds its measure at or over the threshold, and
cleared by the third in a row that finds it below nine tenths of that. In between everything stays as it is."""

from typing import Literal, NamedTuple

RAISED_AFTER = 2
CLEARED_AFTER = 3
WELL_BELOW = 0.9


class Watched(NamedTuple):
    """`over` and `under`: looks in a row that found the measure there. `stands`: the alert has been raised."""

    over: int = 0
    under: int = 0
    stands: bool = False


def look(before: Watched, value: float, threshold: float) -> tuple[Watched, Literal["raise", "clear"] | None]:
    """What is known after one more look, and what is to be done."""
    over = before.over + 1 if value >= threshold else 0
    under = before.under + 1 if value < WELL_BELOW * threshold else 0
    if before.stands:
        if under >= CLEARED_AFTER:
            return Watched(), "clear"
        return Watched(0, under, True), None
    if over >= RAISED_AFTER:
        return Watched(0, 0, True), "raise"
    return Watched(over, 0, False), None
