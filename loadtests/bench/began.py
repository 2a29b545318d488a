"""How quiet a row began: what earlier rows had left, and what worked on the machine's behalf right before its first measurement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_OF_A_CORE = 0.15
"""Of a core, for the hub and its Postgres together, while nobody asks them anything."""


@dataclass(frozen=True, slots=True)
class Began:
    """The state right before a measurement. `marked` e-mails of earlier rows were marked as sent; the rest is what was seen then."""

    marked: int
    mails: int
    vacuums: int
    busy: float
    waited: float

    @property
    def quiet(self) -> bool:
        return not self.mails and not self.vacuums and self.busy <= MOST_OF_A_CORE

    def __str__(self) -> str:
        return (
            f"{self.mails:,} e-mails waiting, {self.vacuums} autovacuums running, "
            f"hub and Postgres {self.busy:.0%} of a core, after {self.waited:.1f} s"
        )


def began_notes(began: Sequence[Began]) -> list[str]:
    """Return what the reader of the table should know: each start that was not quiet, and the proof after a rush."""
    notes = [f"DID NOT BEGIN QUIET: {one}" for one in began if not one.quiet]
    marked = sum(one.marked for one in began)
    if marked and not notes:
        notes.append(f"began quiet after a rush ({marked:,} e-mails of it marked as sent): {began[-1]}")
    return notes
