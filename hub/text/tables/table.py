"""A table that is being read: its headers, and its rows with the line or row that a spreadsheet shows for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

MOST_COLUMNS = 200
UNCALCULATED = "\ufdd0formula"
"""Stands for a formula whose result the workbook does not hold. No file holds it as text: U+FDD0 is no character."""


@dataclass(slots=True)
class Table:
    """`rows` yields (line, cells). `notes` says what a reader of the workbook should know, such as hidden rows."""

    kind: str
    headers: list[str]
    rows: Iterator[tuple[int, list[str]]]
    encoding: str | None = None
    sheet: str | None = None
    sheets: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def unreadable(message: str, *, named: str = "file") -> Refused:
    """Return the refusal of a file, with a sentence for whoever chose it."""
    return Refused(Reason.INVALID_REQUEST, message=message, field=named)


def checked_headers(cells: list[str]) -> list[str]:
    """Return the headers of a table. Refuses INVALID_REQUEST for too many, and for an empty table."""
    headers = [" ".join(cell.removeprefix("\ufeff").split()) for cell in cells]
    if not any(headers):
        raise unreadable("The file is empty")
    if any(headers[MOST_COLUMNS:]):
        raise unreadable(f"A file has at most {MOST_COLUMNS} columns")
    return headers[:MOST_COLUMNS]
