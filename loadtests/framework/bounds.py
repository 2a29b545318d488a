"""The bounds of a run, and its verdict: a table of all requests beside their bounds, everything that is wrong, and what was too slow.

Wrong and slow are told apart, because a busy machine excuses the second and never the first. A bound is on the 95th percentile in milliseconds. Those of the requirement documents are in `BOUNDS`; `--bound` sets others. A request
without a bound must only be answered rightly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

BOUNDS: dict[str, dict[str, float]] = {
    "http": {
        "validate": 300.0, "verify contact": 300.0, "availability": 500.0, "reserve": 1000.0, "move": 1000.0, "cancel": 1000.0,
        "confirm": 1000.0,
    },
    "socket": {"validate": 500.0, "verify": 500.0, "exit": 500.0, "sync": 5000.0},
}  # fmt: skip
"""By the first words of a request's name; the longest that fits counts."""

PASSED, WRONG, SLOW = 0, 1, 3
"""The exit codes of a run. 2 is that of a run which could not begin."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the final table. Times are in milliseconds."""

    name: str
    count: int
    failures: int
    p50: float
    p95: float
    p99: float
    bound: float | None = None  # on the p95

    @property
    def in_time(self) -> bool:
        return self.bound is None or self.p95 <= self.bound

    @property
    def fits(self) -> bool:
        return self.failures == 0 and self.in_time

    @property
    def verdict(self) -> str:
        return "FAILED" if self.failures else "ok" if self.in_time else "SLOW"


def bound_of(method: str, name: str, own: dict[str, float]) -> float | None:
    """Return the bound of a request: of the longest name that begins it, where our own ones come first."""
    for bounds in (own, BOUNDS["socket" if method == "socket" else "http"]):
        fitting = [prefix for prefix in bounds if name == prefix or name.startswith(prefix + " ")]
        if fitting:
            return bounds[max(fitting, key=len)]
    return None


def parse(given: Iterable[str]) -> dict[str, float]:
    """Read `NAME=MS` of the command line. Raise ValueError with a sentence."""
    bounds: dict[str, float] = {}
    for text in given:
        name, _, limit = text.rpartition("=")
        try:
            bounds[name.strip()] = float(limit)
        except ValueError:
            name = ""
        if not name:
            raise ValueError(f"a bound is NAME=MILLISECONDS, such as 'verify=150', not {text!r}")
    return bounds


def lines_of(stats: Any, own: dict[str, float]) -> list[Line]:
    """Return the lines of locust's statistics."""
    return [
        Line(
            f"{entry.method}: {name}", entry.num_requests, entry.num_failures,
            *(float(entry.get_response_time_percentile(share) or 0) for share in (0.5, 0.95, 0.99)),
            bound_of(entry.method, name, own),
        )
        for (name, _), entry in sorted(stats.entries.items())
    ]  # fmt: skip


def table(lines: list[Line]) -> str:
    width = max((len(line.name) for line in lines), default=4)
    text = [f"{'':<{width}}  {'count':>7} {'failed':>7} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'p95 bound':>10}"]
    for line in lines:
        bound = "-" if line.bound is None else f"{line.bound:.0f}"
        text.append(
            f"{line.name:<{width}}  {line.count:>7,} {line.failures:>7,} {line.p50:>8.1f} {line.p95:>8.1f} {line.p99:>8.1f} "
            f"{bound:>10}  {line.verdict}"
        )
    return "\n".join(text)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run has shown. `problems` holds wrong answers, troubles of the generator, and what the audit found.

    `late` holds what was too slow and has no line: the last place of a sale, or the generator itself.
    """

    lines: list[Line]
    problems: list[str]
    notes: list[str]
    late: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> bool:
        return not self.lines or bool(self.problems) or any(line.failures for line in self.lines)

    @property
    def slow(self) -> list[str]:
        """Say which bounds were missed, and by how much."""
        missed = [
            f"{line.name}: p95 {line.p95:,.0f} ms, its bound is {line.bound:,.0f} ms"
            for line in self.lines
            if not line.in_time and line.bound is not None
        ]
        return [*missed, *self.late]

    @property
    def passed(self) -> bool:
        return not self.wrong and not self.slow

    @property
    def exit_code(self) -> int:
        return WRONG if self.wrong else SLOW if self.slow else PASSED

    def document(self) -> dict[str, Any]:
        return {"passed": self.passed, "exit_code": self.exit_code, "slow": self.slow, **asdict(self)}

    def __str__(self) -> str:
        parts = [table(self.lines)] if self.lines else ["no request was made"]
        parts += [f"! {problem}" for problem in self.problems] + [f"~ {slow}" for slow in self.slow]
        return "\n".join([*parts, *(f"  {note}" for note in self.notes), self._last_line()])

    def _last_line(self) -> str:
        """Say in one line what the exit code means."""
        if not self.lines:
            return "FAILED: nothing was asked"
        slow = f"bounds missed: {len(self.slow)}"
        if self.wrong:
            failed = sum(line.failures for line in self.lines)
            return f"FAILED: requests answered wrongly: {failed:,}, problems: {len(self.problems)}, {slow}"
        if self.slow:
            return f"TOO SLOW: {slow}; every answer was right, and the audit found nothing"
        return "PASSED: every answer was right and in time, and the audit found nothing"
