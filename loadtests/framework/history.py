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


def begin() -> None:
    """Forget the troubles of an earlier run. Its facts stay: the tables still hold what was promised."""
    _troubles.clear()


def document() -> dict[str, Any]:
    """Return the facts and troubles so far."""
    return {"facts": dict(_facts), "troubles": dict(_troubles)}


def drain() -> dict[str, Any]:
    """Return the facts and troubles so far, and forget them."""
    sent = document()
    _facts.clear()
    _troubles.clear()
    return sent


def merge(report: dict[str, Any]) -> None:
    for kind, facts in report["facts"].items():
        _facts.setdefault(kind, []).extend(facts)
    _troubles.update(report["troubles"])


def send(client_id: str, data: dict[str, Any]) -> None:
    """Listen to `report_to_master`, on a worker."""
    data[KEY] = drain()


def collect(client_id: str, data: dict[str, Any]) -> None:
    """Listen to `worker_report`, on the master."""
    if KEY in data:
        merge(data[KEY])
