"""The rows of `make bench`: each is documented and printed, and F1 counts what its dashboards have seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from loadtests.bench.__main__ import PRINTED, ROWS
from loadtests.bench.f1_counts_to_dashboards import Wall

MANUAL = (Path(__file__).parents[2] / "loadtests" / "README.md").read_text(encoding="utf-8")


class Frames:
    """The socket of a dashboard, whose frames come from the test."""

    def __init__(self) -> None:
        self.on_text: Any = None

    def send(self, payload: bytes) -> None:
        assert orjson.loads(payload)["topic"] == "counts"

    def receive(self, kind: str, **verified: int) -> None:
        slots = [{"slot_id": int(name[1:]), "verified": count} for name, count in verified.items()]
        self.on_text(orjson.dumps({"type": kind, "data": {"topic": "counts", "slots": slots}, "topic": "counts"}))


def dashboards(wall: Wall, count: int) -> list[Frames]:
    found = [Frames() for _ in range(count)]
    for one in found:
        wall.add(one)  # type: ignore[arg-type]
        one.receive("result", s1=5, s2=0)
    return found


@pytest.mark.parametrize("row", ROWS)
def test_every_row_is_in_the_manual_and_in_the_printed_order(row):
    assert f"\n| {row} |" in MANUAL
    assert row[0] in PRINTED


def test_each_dashboard_has_seen_each_scan_once_when_its_count_includes_it():
    wall = Wall()
    first, second = dashboards(wall, 2)
    for one in (first, second):
        one.receive("event", s1=6)
    first.receive("event", s1=7, s2=1)
    second.receive("event", s1=7)
    second.receive("event", s2=1)
    taken, last = wall.read({1: [0.0, 1.0], 2: [2.0]}, {1: 5, 2: 0})
    assert len(taken) == 2 * 3
    assert last == [{1: 7, 2: 1}] * 2
    assert taken == sorted(taken)


def test_a_scan_that_a_dashboard_never_showed_is_missing():
    wall = Wall()
    first, second = dashboards(wall, 2)
    first.receive("event", s1=6)
    taken, last = wall.read({1: [0.0], 2: []}, {1: 5, 2: 0})
    assert (len(taken), last) == (1, [{1: 6, 2: 0}, {1: 5, 2: 0}])
    second.receive("event", s1=6)
    assert len(wall.read({1: [0.0], 2: []}, {1: 5, 2: 0})[0]) == 1, "frames read before are not read again"
