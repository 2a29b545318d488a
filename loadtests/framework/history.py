"""The clients' history: what users asked for and what the hub acknowledged, by kind, for the audit at the end of the run.

A worker sends what is new with its statistics every three seconds and when it stops. The master, or a single process, has all.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

KEY = "load history"

_facts: dict[str, list[Any]] = {}
_troubles: Counter[str] = Counter()


def record(kind: str, fact: Any) -> None:
    """Record a fact as JSON has it, such as an acknowledged booking. `loadtests/audit` says which kinds it compares."""
    _facts.setdefault(kind, []).append(fact)


def trouble(text: str) -> None:
    """Record what makes the run worthless or wrong. It makes the exit code 1."""
    _troubles[text] += 1


def drain() -> dict[str, Any]:
    """Return everything so far, and begin again."""
    document = {"facts": dict(_facts), "troubles": dict(_troubles)}
    _facts.clear()
    _troubles.clear()
    return document


def merge(document: dict[str, Any]) -> None:
    for kind, facts in document["facts"].items():
        _facts.setdefault(kind, []).extend(facts)
    _troubles.update(document["troubles"])


def send(client_id: str, data: dict[str, Any]) -> None:
    """Listen to `report_to_master`, on a worker."""
    data[KEY] = drain()


def collect(client_id: str, data: dict[str, Any]) -> None:
    """Listen to `worker_report`, on the master."""
    if KEY in data:
        merge(data[KEY])
