"""Repetitions of a race: `HUB_TEST_REPETITIONS=full` as in CI, or `short`, which is the default."""

from __future__ import annotations

import os


def repetitions(*, full: int, short: int) -> int:
    chosen = os.environ.get("HUB_TEST_REPETITIONS", "short")
    assert chosen in {"full", "short"}, f"HUB_TEST_REPETITIONS is full or short, not {chosen!r}"
    return full if chosen == "full" else short
