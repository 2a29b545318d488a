"""A row of the table: the figure, its limit, and whether it meets its bound."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from loadtests.bench.began import Began, began_notes

STEADY = 0.95
"""Smallest allowed share of the last stretch of a sustained rate to its best stretch."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of a row that `--compare` and the trend follow from run to run.

    `ours` and `limit` name the rounds among the row's repetitions. `must` and `goal` bound the ratio where there is a limit, else the
    figure itself.
    """

    name: str
    better: Literal["higher", "lower"]
    ours: str
    limit: str | None = None
    must: float | None = None
    goal: float | None = None


@dataclass(slots=True)
class Row:
    """One row. `ratio` is our figure divided by the limit, comparable with `must` and `goal`.

    `steady` is the last sixth of a sustained rate divided by its best sixth; None without such a rate or in a short run.
    `unfit` says why this machine cannot show the figure; then the row has no verdict. `began` proves how quiet it began.
    """

    id: str
    what: str
    ours: str
    limit: str
    ratio: float | None
    must: str
    goal: str
    must_met: bool
    goal_met: bool
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    repetitions: dict[str, Any] = field(default_factory=dict)
    steady: float | None = None
    measures: list[Measure] = field(default_factory=list)
    unfit: str = ""
    began: list[Began] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        if self.problems:
            return "INVALID"
        if self.unfit:
            return "UNFIT"
        if self.steady is not None and self.steady < STEADY:
            return "MISSED"
        return "goal" if self.goal_met and self.must_met else "must" if self.must_met else "MISSED"

    def document(self) -> dict[str, Any]:
        return {**asdict(self), "verdict": self.verdict}


def percentile(sorted_values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of a sorted sequence lies."""
    if not sorted_values:
        return float("nan")
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def last_of_best(rates: Sequence[float]) -> float | None:
    """Return the last stretch of a sustained rate divided by its best; None for a single stretch."""
    return rates[-1] / max(rates) if len(rates) > 1 and max(rates) > 0 else None


def spread(values: Sequence[float]) -> str:
    """Return the lowest and highest of the repetitions as text, because a median of three hides them."""
    return f"{min(values):,.0f}-{max(values):,.0f}"


def stretches(ours: Sequence[float], limit: Sequence[float]) -> str:
    """Return every stretch in order, the hub's and the limit's. A drop in both comes from the machine."""
    return f"ours {_in_order(ours)}; limit {_in_order(limit)}"


def _in_order(rates: Sequence[float]) -> str:
    last = last_of_best(rates)
    return " ".join(f"{rate:,.0f}" for rate in rates) + (f" (last/best {last:.2f})" if last is not None else "")


def _notes(row: Row) -> list[str]:
    """Return the lines below a row: why it has no verdict, what it found of earlier rows, and its own notes."""
    found = [f"this machine cannot show it: {row.unfit}"] if row.unfit else []
    return [*found, *began_notes(row.began), *row.notes]


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def table(rows: Sequence[Row]) -> str:
    """Return the table that `make bench` prints."""
    head = ("id", "what", "ours", "limit", "ratio", "last/best", "must", "goal", "verdict")
    lines = [
        (r.id, r.what, r.ours, r.limit, _figure(r.ratio), _figure(r.steady), r.must, r.goal, r.verdict) for r in rows
    ]
    widths = [max(len(line[n]) for line in [head, *lines]) for n in range(len(head))]
    show = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in [head, *lines]]
    text = [show[0].rstrip(), "  ".join("-" * width for width in widths)]
    for row, shown in zip(rows, show[1:], strict=True):
        text.append(shown.rstrip())
        text += [f"      ! {problem}" for problem in row.problems]
        text += [f"      {note}" for note in _notes(row)]
    return "\n".join(text)
