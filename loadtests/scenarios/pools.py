"""Pools: the input data of the scenarios and their acknowledged actions, as JSON files named in the environment.

`LOAD_POOLS` holds the prepared tickets and logins. `LOAD_PROMISES` is written at the end: all actions that the hub acknowledged,
which are then checked against the tables.
"""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from pathlib import Path
from typing import Any

from locust import events

_drawn: dict[str, deque[Any]] = {}
_lock = threading.Lock()
_promises: dict[str, list[Any]] = {"entries": [], "bookings": []}


def _all() -> dict[str, deque[Any]]:
    with _lock:
        if not _drawn:
            path = os.environ.get("LOAD_POOLS")
            if path is None:
                raise SystemExit(
                    "LOAD_POOLS names no file: start the scenarios with `make load`, or see loadtests/README.md"
                )
            for name, items in json.loads(Path(path).read_text()).items():
                _drawn[name] = deque(items)
    return _drawn


def take(name: str) -> Any | None:
    """Return an item that nobody else gets; None if they are used up."""
    pool = _all()[name]
    try:
        return pool.popleft()
    except IndexError:
        return None


def borrow(name: str) -> Any:
    """Return an item that others get too: the pool is cyclic."""
    pool = _all()[name]
    pool.rotate(-1)
    return pool[0]


def promise(kind: str, fact: Any) -> None:
    """Record an acknowledged action, which must be in the tables at the end."""
    _promises[kind].append(fact)


@events.test_stop.add_listener  # type: ignore[untyped-decorator]
def write_promises(**_: Any) -> None:
    path = os.environ.get("LOAD_PROMISES")
    if path is not None:
        Path(path).write_text(json.dumps(_promises))
