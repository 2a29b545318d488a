"""How late the generator itself is: a greenlet that sleeps 50 ms and measures how much longer it took.

While one greenlet computes, all others wait, and their answers look slow. A lag near the bounds measures the generator.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import gevent

KEY = "load lag"
STEP = 0.05
MOST_MS = 50
"""Above this 99th percentile the run is not valid: more workers are needed, or a quieter machine."""

_lags: Counter[int] = Counter()
"""Number of samples by whole milliseconds."""


def watch() -> None:
    while True:
        began = time.perf_counter()
        gevent.sleep(STEP)
        _lags[int((time.perf_counter() - began - STEP) * 1000)] += 1


def percentile(share: float) -> int:
    """Return the lag in milliseconds of all processes so far."""
    total, seen = _lags.total(), 0
    for lag in sorted(_lags):
        seen += _lags[lag]
        if seen >= share * total:
            return lag
    return 0


def clear() -> None:
    _lags.clear()


def send(client_id: str, data: dict[str, Any]) -> None:
    """Listen to `report_to_master`, on a worker."""
    data[KEY] = dict(_lags)
    _lags.clear()


def collect(client_id: str, data: dict[str, Any]) -> None:
    """Listen to `worker_report`, on the master."""
    _lags.update({int(lag): count for lag, count in data.get(KEY, {}).items()})
