"""The result of a command: one JSON document for `--json`, and the same content as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CommandResult:
    document: dict[str, Any]
    text: str


def counted(number: int, one: str, many: str = "") -> str:
    """Return such as `1 ticket`, `2 tickets` or `0 people`; `many` is by default `one` with an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


class CommandFailed(Exception):
    """The command was refused. Its message is printed as one line, and the exit code is 1."""
