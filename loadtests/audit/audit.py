"""What every part of the audit gets, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import asyncpg

EXAMPLES = 5


@dataclass
class Audit:
    """The connection to the tables, the `audit` part of the ground, and the history by kind. Parts add problems, what was only slow, and notes."""

    connection: asyncpg.Connection
    ground: dict[str, Any]
    facts: dict[str, list[Any]]
    problems: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def org_id(self) -> int:
        return int(self.ground["org"])

    def expect_none(self, sentence: str, found: list[Any]) -> None:
        """Report what was found, if anything."""
        if found:
            self.problems.append(f"{sentence}: {found[:EXAMPLES]} ({len(found)} in all)")
