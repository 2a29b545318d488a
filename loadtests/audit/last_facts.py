"""The last fact of each thing in a history. A fact that is not certain was asked for, and the run ended before the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def last_facts(facts: Iterable[Mapping[str, Any]], key: str) -> tuple[list[Mapping[str, Any]], int]:
    """Return the last fact of each `key` that is certain, and how many are not."""
    last: dict[Any, Mapping[str, Any]] = {fact[key]: fact for fact in facts}
    certain = [fact for fact in last.values() if fact["certain"]]
    return certain, len(last) - len(certain)
