"""Transaction counts of one pool: how many were committed, undone by a refusal, or undone because a statement failed."""

from typing import NamedTuple


class Outcomes(NamedTuple):
    committed: int
    refused: int
    """Undone because a rule said no, or because the task was a dry run."""
    failed: int
    """Statements that Postgres refused or did not answer: locks, deadlocks, broken rules of a table, a lost connection."""


class TransactionCounts:
    """Plain numbers, because they are counted on every scan. A statement outside of a block counts as a transaction."""

    __slots__ = ("committed", "failed", "refused")

    def __init__(self) -> None:
        self.committed = self.refused = self.failed = 0

    def take(self) -> Outcomes:
        """Return what was counted since the last time, and begin at 0 again."""
        taken = Outcomes(self.committed, self.refused, self.failed)
        self.committed = self.refused = self.failed = 0
        return taken
