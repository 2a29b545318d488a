"""Quiet gates: a gate that was busy and has no scans now, while visitors are still expected."""

from datetime import datetime, timedelta
from typing import NamedTuple

QUIET = timedelta(minutes=5)
BEFORE = timedelta(minutes=30)
BUSY_BEFORE = 5
"""Minimum number of scans in the half hour before. With fewer, five minutes without a scan mean nothing."""
BUSY_ELSEWHERE = 10
STILL_EXPECTED = 20
"""Minimum number of booked visitors of the current slots who have not arrived."""


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
