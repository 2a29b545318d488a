"""The result of a command: one document for `--json`, and the same as text for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CommandResult:
    document: dict[str, Any]
    text: str


class CommandFailed(Exception):
    """The command was refused; the message is the line that is printed."""
