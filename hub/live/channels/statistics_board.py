"""Statistics board: one venue's day by minute and gate, counted from the scan log (the topic `figures`).

The log only grows, but a row may become visible after rows that were logged later. So old rows are counted once (`settled`),
and the last seconds are counted again at every reading.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from statistics import median
from typing import Any

from hub.actions.reporting.figures import Tally
from hub.live.channels.versioned_state import VersionedState
from hub.live.protocol.event_bodies import FiguresBody
from hub.rules.timestamps import rfc3339

RECENT_MINUTES = 15
"""Minutes over which the median time to an entry is taken. For a past day it is the whole day."""

Cell = tuple[str, int]
"""(gate, minute of the day)."""


class _Counts:
    """Sums of tallies."""

    __slots__ = ("cells", "reasons", "rows", "took")

    def __init__(self) -> None:
        self.rows = 0
        self.cells: dict[Cell, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
        self.reasons: dict[tuple[str, str, str], int] = defaultdict(int)
        self.took: dict[Cell, list[int]] = defaultdict(list)

    def add(self, tally: Tally) -> None:
        cell = (tally.gate, tally.minute)
        self.rows += tally.rows
        counts = self.cells[cell]
        counts[0] += tally.scans
        counts[1] += tally.scans if tally.result == "YELLOW" else 0
        counts[2] += tally.scans if tally.result == "RED" else 0
        counts[3] += tally.entered
        counts[4] += tally.gone
        if tally.scans and tally.result != "GREEN":
            self.reasons[tally.gate, tally.result, tally.reason] += tally.scans
        if tally.took:
            self.took[cell] += tally.took


class StatisticsBoard(VersionedState):
    """The board. `revision` is the day's number of log rows, so equal states have equal revisions in every process."""

    __slots__ = ("_changed", "_is_on", "_medians", "_recent", "_settled", "_shown", "_shown_reasons", "date", "gates",
                 "starts_at", "venue_id")  # fmt: skip

    def __init__(self, venue_id: int, day: date, starts_at: datetime) -> None:
        super().__init__()
        self.venue_id = venue_id
        self.date = day
        self.starts_at = starts_at
        self.gates: dict[str, int] = {}
        self._settled, self._recent = _Counts(), _Counts()
        self._shown: dict[Cell, tuple[int, ...]] = {}
        self._changed: dict[Cell, int] = {}
        self._shown_reasons: dict[tuple[str, str, str], int] = {}
        self._medians: dict[str, int | None] = {}
        self._is_on = True

    @property
    def revision(self) -> int:
        return self._settled.rows + self._recent.rows

    def name_gates(self, names: Iterable[str]) -> None:
        """Show these gates even without scans."""
        for name in names:
            if name not in self.gates:
                self._count_changes()
                self.gates[name] = self.version

    def merge(self, tallies: Iterable[Tally], *, whole: bool, minute: int | None) -> int:
        """Merge a reading; return how many minutes changed. `minute` is the current one, None on another day."""
        touched = set(self._recent.cells)
        touched_reasons = set(self._recent.reasons)
        if whole:
            touched |= set(self._shown)
            touched_reasons |= set(self._shown_reasons)
            self._settled = _Counts()
        self._recent = _Counts()
        for tally in tallies:
            (self._settled if tally.settled else self._recent).add(tally)
            touched.add((tally.gate, tally.minute))
            touched_reasons.add((tally.gate, tally.result, tally.reason))
        changed = [cell for cell in touched if self._numbers(cell) != self._shown.get(cell)]
        gates = {cell[0] for cell in changed} | self._reasons_changed(touched_reasons)
        gates |= self._medians_changed(minute, gates)
        if gates:
            self._count_changes()
        for cell in changed:
            self._shown[cell] = self._numbers(cell)
            self._changed[cell] = self.version
        for gate in gates:
            self.gates[gate] = self.version
        return len(changed)

    def snapshot(self) -> FiguresBody:
        return self.body_since(-1)

    def _numbers(self, cell: Cell) -> tuple[int, ...]:
        settled, recent = self._settled.cells.get(cell), self._recent.cells.get(cell)
        if settled is None or recent is None:
            return tuple(settled or recent or (0, 0, 0, 0, 0))
        return tuple(a + b for a, b in zip(settled, recent, strict=True))

    def _reasons_changed(self, touched: Iterable[tuple[str, str, str]]) -> set[str]:
        gates = set()
        for key in touched:
            now = self._settled.reasons.get(key, 0) + self._recent.reasons.get(key, 0)
            if now != self._shown_reasons.get(key, 0):
                self._shown_reasons[key] = now
                gates.add(key[0])
        return gates

    def _medians_changed(self, minute: int | None, touched: set[str]) -> set[str]:
        """Return the gates whose median changed. On the current day medians also change as time passes."""
        by_gate: dict[str, list[int]] = defaultdict(list)
        asked = {*touched, *self._medians}
        if minute is None and not self._is_on:
            asked = touched
        self._is_on = minute is not None
        for counts in (self._settled, self._recent):
            if minute is None:
                for (gate, _), took in counts.took.items():
                    if gate in asked:
                        by_gate[gate] += took
            else:
                for gate in asked:
                    for recent in range(minute - RECENT_MINUTES + 1, minute + 1):
                        by_gate[gate] += counts.took.get((gate, recent), ())
        changed = set()
        for gate in asked:
            found = round(median(by_gate[gate])) if by_gate[gate] else None
            if found != self._medians.get(gate):
                changed.add(gate)
            self._medians[gate] = found
        return changed

    def body_since(self, version: int) -> FiguresBody:
        minutes: dict[str, list[list[int]]] = defaultdict(list)
        for (gate, minute), at in self._changed.items():
            if at > version:
                minutes[gate].append([minute, *self._shown[gate, minute]])
        reasons: dict[str, list[list[Any]]] = defaultdict(list)
        for (gate, result, reason), count in self._shown_reasons.items():
            if count and self.gates[gate] > version:
                reasons[gate].append([result, reason, count])
        return {
            "date": self.date,
            "venue_id": self.venue_id,
            "starts_at": rfc3339(self.starts_at),
            "gates": [
                {
                    "gate": gate,
                    "minutes": sorted(minutes[gate]),
                    "reasons": sorted(reasons[gate]),
                    "median_ms": self._medians.get(gate),
                }
                for gate, at in sorted(self.gates.items())
                if at > version
            ],
        }
