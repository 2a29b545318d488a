"""The result of a command: one JSON document for `--json`, and the same content as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CommandResult:
    document: dict[str, Any]
    text: str


class CommandFailed(Exception):
    """The command was refused. Its message is printed as one line, and the exit code is 1."""
