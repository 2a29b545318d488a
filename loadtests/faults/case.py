"""A case and its result: figures beside their goals, broken promises, and whether its control was found."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from loadtests.faults.ground import Ground


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value and the most (or least) that the goal allows; without either it is only reported."""

    name: str
    value: float
    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def fits(self) -> bool:
        # nan fits nothing: what could not be measured is not met.
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    def __str__(self) -> str:
        bound = f" (at most {self.most:g})" if self.most is not None else ""
        bound = f" (at least {self.least:g})" if self.least is not None else bound
        value = f"{self.value:,.0f}" if abs(self.value) >= 100 or not self.value % 1 else f"{self.value:.3g}"
        return f"{self.name} {value}{self.unit and ' ' + self.unit}{bound}"


@dataclass(slots=True)
class Result:
    """`broken` holds promises that load cannot excuse; a figure beyond its goal is `missed`, and a busy machine may be the reason."""

    id: str
    what: str
    figures: list[Figure] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    control: bool = False
    skipped: str = ""
    """Why this machine cannot run it."""

    @property
    def missed(self) -> list[str]:
        return [str(figure) for figure in self.figures if not figure.fits]

    @property
    def verdict(self) -> str:
        if self.skipped:
            return "SKIPPED"
        if self.control:
            return "found" if self.broken or self.missed else "NOT FOUND"
        return "BROKEN" if self.broken else "MISSED" if self.missed else "kept"

    @property
    def good(self) -> bool:
        return self.verdict in ("kept", "found", "SKIPPED")

    def document(self) -> dict[str, Any]:
        return {**asdict(self), "missed": self.missed, "verdict": self.verdict}


Run = Callable[[Ground, bool], Awaitable[Result]]
"""Runs a case. With True it runs the control: one mechanism is taken away, and the result must not be kept."""


@dataclass(frozen=True, slots=True)
class Case:
    """A row of `design/reliability.md`: its id, its promise, what its control takes away, and about how long both take."""

    id: str
    what: str
    control: str
    seconds: float
    run: Run


def failed(case: Case, error: BaseException, *, control: bool) -> Result:
    """Return the result of a case that could not be run. A control that breaks down has found nothing."""
    lines = traceback.format_exception_only(type(error), error)
    result = Result(case.id, case.what, control=control, notes=[f"could not be run: {lines[-1].strip()[:300]}"])
    if not control:
        result.broken.append(result.notes[0])
    return result
