"""`--compare A.json B.json`: what a change gained, with its spread, and "no difference" where the rounds show none.

The gain is the median of all ratios of a round of B to one of A (Hodges and Lehmann), and its interval follows from the exact
distribution of the rank sum (Mann and Whitney). So no rounds are assumed to be normal, and one bad round does not decide.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import comb

from loadtests.bench.results import Run, Series, pool

CERTAINTY = 0.95
LEAST = 0.02
"""A difference below this is none: two runs of one version differ by as much."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better B is than A: 0.1 is a tenth more of a rate, or a tenth less of a time. `certainty` is that of the interval."""

    gain: float
    low: float
    high: float
    certainty: float

    @property
    def verdict(self) -> str:
        if self.certainty == 0.0:
            return "one round each: no spread is known"
        if self.low <= 0.0 <= self.high or abs(self.gain) < LEAST:
            return "no difference"
        word = "better" if self.gain > 0 else "WORSE"
        return word if self.certainty >= CERTAINTY else f"perhaps {word}: too few rounds, run each again"

    def __str__(self) -> str:
        spread = (
            "" if self.certainty == 0.0 else f" ({self.low:+.1%} to {self.high:+.1%}, {self.certainty:.0%} certain)"
        )
        return f"{self.gain:+.1%}{spread}"


def difference(before: Sequence[float], after: Sequence[float], better: str) -> Difference:
    """Return how much better `after` is than `before`, with its interval. Raises ValueError without a round on each side."""
    if not before or not after or min(*before, *after) <= 0:
        raise ValueError("every round needs a figure above zero")
    quotients = [b / a if better == "higher" else a / b for a in before for b in after]
    gains = sorted(quotient - 1 for quotient in quotients)
    if len(before) == len(after) == 1:
        return Difference(gains[0], gains[0], gains[0], 0.0)
    outside, certainty = _outside(len(before), len(after))
    return Difference(statistics.median(gains), gains[outside], gains[-1 - outside], certainty)


@cache
def _outside(before: int, after: int) -> tuple[int, float]:
    """Return how many ratios on each side stand outside of the interval, and how certain it is: at least CERTAINTY if that is possible."""
    total, below, outside = comb(before + after, after), 0, 0
    ways = _ways(before, after)
    for rank_sum, count in enumerate(ways):
        if 1 - 2 * (below + count) / total < CERTAINTY:
            break
        below += count
        outside = rank_sum + 1
    if outside == 0:  # even the widest interval is less certain
        return 0, 1 - 2 * ways[0] / total
    return outside - 1, 1 - 2 * below / total


def _ways(before: int, after: int) -> list[int]:
    """Return in how many orders of all rounds exactly u pairs have the round of `before` above that of `after`, for each u."""
    ways = [1] + [0] * (before * after)
    for step in range(1, after + 1):
        for u in range(before * after, before + step - 1, -1):
            ways[u] -= ways[u - before - step]
        for u in range(step, before * after + 1):
            ways[u] += ways[u - step]
    return ways


def compare(before: Sequence[Run], after: Sequence[Run]) -> list[str]:
    """Return the lines of the comparison of one or more runs of A with one or more of B."""
    first, second = pool(before), pool(after)
    lines = [f"A: {_names(before)}", f"B: {_names(after)}"]
    lines += _warnings([*before, *after])
    cells = [["row", "figure", "A", "B", "B is better by", "", "its limit moved by"]]
    cells += [_cells(a, second[key]) for key, a in first.items() if key in second]
    if len(cells) == 1:
        return [*lines, "no row is in both"]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines += ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    missing = sorted({f"{row} {name}" for row, name in first.keys() ^ second.keys()})
    return [*lines, *([f"only in one of them: {', '.join(missing)}"] if missing else [])]


def _cells(a: Series, b: Series) -> list[str]:
    found = difference(a.ratios, b.ratios, a.better)
    moved = f"{statistics.median(b.limit) / statistics.median(a.limit) - 1:+.1%}" if a.limit and b.limit else "-"
    return [a.row, a.name, _shown(a), _shown(b), str(found), found.verdict, moved]


def _shown(series: Series) -> str:
    figure = f"{statistics.median(series.ours):,.4g}"
    return f"{figure} = {statistics.median(series.ratios):.2f} x" if series.limit else figure


def _names(runs: Sequence[Run]) -> str:
    return ", ".join(f"{run.path.name} (commit {run.commit})" for run in runs)


def _warnings(runs: Sequence[Run]) -> list[str]:
    warnings = []
    if len({run.machine_name for run in runs}) > 1:
        warnings.append("! different machines: only figures beside a limit (x) may be compared, and those with care")
    warnings += [
        f"! {run.path.name} is a quick run: its rounds are too short for a figure" for run in runs if run.quick
    ]
    busy = [run.path.name for run in runs if run.machine.get("disturbed")]
    return [*warnings, *(f"! the machine was busy before {name}" for name in busy)]
