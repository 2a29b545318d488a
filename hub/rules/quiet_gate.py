"""The rule of the quiet gate: a gate that was busy and has gone silent while visitors are coming is worth a look."""

from datetime import datetime, timedelta
from typing import NamedTuple

QUIET = timedelta(minutes=5)
BEFORE = timedelta(minutes=30)
BUSY_BEFORE = 5
"""Scans in the half hour before the silence: fewer, and silence says nothing."""
BUSY_ELSEWHERE = 10
STILL_EXPECTED = 20
"""Booked and not yet arrived, in the slots that are on: visitors are coming, also where there is no other gate."""


class GateActivity(NamedTuple):
    """One gate of a venue: the scans of the last five minutes, of the half hour before them, and the last one ever so."""

    gate: str
    lately: int
    before: int
    last_at: datetime


def quiet_gates(gates: list[GateActivity], still_expected: int) -> list[str]:
    """The gates that have gone quiet at peak."""
    everywhere = sum(gate.lately for gate in gates)
    peak = everywhere >= BUSY_ELSEWHERE or still_expected >= STILL_EXPECTED
    return [gate.gate for gate in gates if peak and gate.lately == 0 and gate.before >= BUSY_BEFORE]
