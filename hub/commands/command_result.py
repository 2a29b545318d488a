"""The outcome of a command: one document for `--json`, and the same said to a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    document: dict[str, Any]
    text: str


class CommandFailed(Exception):
    """The command was refused; the message is the one line said about it."""
