"""The quiet gate: a gate that was busy and has no scans any more while visitors are still coming."""

from datetime import datetime, timedelta
from typing import NamedTuple

QUIET = timedelta(minutes=5)
BEFORE = timedelta(minutes=30)
BUSY_BEFORE = 5
"""Scans in the half hour before: with fewer, a silent gate says nothing."""
BUSY_ELSEWHERE = 10
STILL_EXPECTED = 20
"""Booked and not yet arrived, in the current slots: visitors are coming even if there is no other gate."""


class GateActivity(NamedTuple):
    """One gate of a venue: its scans of the last five minutes, of the half hour before them, and its last scan."""

    gate: str
    lately: int
    before: int
    last_at: datetime


def quiet_gates(gates: list[GateActivity], still_expected: int) -> list[str]:
    """Return the gates that have gone quiet at peak."""
    everywhere = sum(gate.lately for gate in gates)
    peak = everywhere >= BUSY_ELSEWHERE or still_expected >= STILL_EXPECTED
    return [gate.gate for gate in gates if peak and gate.lately == 0 and gate.before >= BUSY_BEFORE]
