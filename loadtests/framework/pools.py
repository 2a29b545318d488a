"""Pools: the prepared data of a run. What is taken belongs to one user; what is shared belongs to all.

`LOAD_GROUND` names the file of `loadtests.ground`. Locust's master reads it and gives every worker its part when the test
starts, so that workers on other machines need no file. A worker keeps its part for the next test of the same locust.
"""

from __future__ import annotations

import json
import os
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from locust.runners import MasterRunner, WorkerRunner

from loadtests.framework import history

MESSAGE = "load pools"

_taken: dict[str, deque[Any]] = {}
_shared: dict[str, deque[Any]] = {}
_supplied: set[str] = set()
"""The workers that have their part."""


def take(name: str) -> Any | None:
    """Return an item that nobody else gets. None if they are used up, which is a problem of the run."""
    try:
        return _taken[name].popleft()
    except (IndexError, KeyError):
        history.trouble(f"pool {name!r} was used up: prepare more (--plenty), or run shorter")
        return None


def give(name: str, item: Any, *, first: bool = False) -> None:
    """Add an item that users of this process may take, such as a ticket whose holder is inside now; with `first` the next one."""
    pool = _taken.setdefault(name, deque())
    if first:
        pool.appendleft(item)
    else:
        pool.append(item)


def take_if_any(name: str) -> Any | None:
    """Return an item that nobody else gets, from a pool that is meant to be used up."""
    pool = _taken.get(name)
    return pool.popleft() if pool else None


def borrow(name: str) -> Any:
    """Return an item that others get too: the pool is cyclic."""
    pool = _shared[name]
    pool.rotate(-1)
    return pool[0]


def shared(name: str) -> list[Any]:
    """Return all items of a shared pool."""
    return list(_shared.get(name, ()))


def fill(part: dict[str, dict[str, list[Any]]]) -> None:
    for pools, given in ((_taken, part["taken"]), (_shared, part["shared"])):
        for name, items in given.items():
            pools[name] = deque(items)


def ground() -> dict[str, Any]:
    """Return the prepared data of the run, on the master or in a single process."""
    path = os.environ.get("LOAD_GROUND")
    if path is None:
        raise SystemExit("LOAD_GROUND names no file: start with `make load`, or see loadtests/README.md")
    document: dict[str, Any] = json.loads(Path(path).read_text())
    return document


def parts_of(document: dict[str, Any], count: int) -> list[dict[str, dict[str, list[Any]]]]:
    """Split the pools that are taken into `count` parts. Each part has all that is shared."""
    return [
        {
            "taken": {name: items[n::count] for name, items in document["taken"].items()},
            "shared": document["shared"],
        }
        for n in range(count)
    ]


def supply(environment: Any) -> None:
    """Give every worker, or this process, its part. `test_start` comes before the first user on each of them."""
    runner = environment.runner
    if isinstance(runner, WorkerRunner):
        return
    if not isinstance(runner, MasterRunner):
        if not _supplied:
            _supplied.add("local")
            fill(parts_of(ground(), 1)[0])
        return
    new = [client for client in runner.clients if client not in _supplied]
    if not new:
        return
    if _supplied:
        history.trouble("a worker joined after the first test and got no data: restart locust with all workers")
        return
    for client, part in zip(new, parts_of(ground(), len(new)), strict=True):
        _supplied.add(client)
        runner.send_message(MESSAGE, part, client)


def supplied() -> set[str]:
    """Return the ids of the workers that have data."""
    return set(_supplied)


def receive(environment: Any, msg: Any, **_: Any) -> None:
    fill(msg.data)


def hub_time(*, seconds_ago: float = 0.0) -> str:
    """Return a moment of the hub's clock as the protocol writes it. The clock of a rehearsal is ahead of ours."""
    offset = float(shared("clock offset")[0])
    return (datetime.now(UTC) + timedelta(seconds=offset - seconds_ago)).isoformat()
