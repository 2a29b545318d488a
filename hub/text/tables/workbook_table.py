"""XLSX workbooks: one sheet as a table. Numbers become the text that a person sees, as far as the workbook still holds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO
from zipfile import BadZipFile

from hub.rules.refusals import Refused
from hub.text.tables.table import UNCALCULATED, Table, checked_headers, unreadable
from hub.text.tables.workbook_guard import check_workbook

MOST_ROWS = 1_048_576
"""Rows of an Excel sheet. A file may claim more."""
EXACT_BELOW = 1e15
"""Excel keeps fifteen digits of a number. A longer code that was read as a number has lost its last digits."""
_ZEROS = re.compile(r'"?(0+)"?')
"""A number format such as 000000, which shows leading zeros."""
_FAULTS = (BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, SyntaxError, OverflowError)
"""What the library raises for a workbook that breaks the rules of its format."""
_DAMAGED = "The workbook cannot be read. Open it in Excel, save it again, and choose it once more"


def open_workbook(file: BinaryIO, sheet: str | None = None) -> Table:
    """Return the table of the named sheet, or of the first one that is shown. Refuses INVALID_REQUEST for what is no workbook."""
    facts = check_workbook(file)
    try:
        shown = [one for one in _load(file, values=True).worksheets if one.sheet_state == "visible"]
        names = [one.title for one in shown]
        if not names:
            raise unreadable("The workbook has no sheet with cells")
        if sheet is not None and sheet not in names:
            raise unreadable("The workbook has no such sheet", named="sheet")
        at = names.index(sheet) if sheet is not None else 0
        rows = _rows(shown[at])
        if facts.formulas:
            rows = _with_formulas(rows, _rows(_load(file, values=False)[names[at]]))
        texts = _texts(rows)
        headers = next((cells for _, cells in texts if any(cells)), [])
    except Refused:
        raise
    except _FAULTS as error:
        raise unreadable(_DAMAGED) from error
    notes = [f"Hidden rows are read too: {facts.hidden_rows}"] if facts.hidden_rows else []
    notes += ["Of merged cells only the first has a value"] if facts.merged_cells else []
    return Table("xlsx", checked_headers(headers), texts, sheet=names[at], sheets=names, notes=notes)


def _load(file: BinaryIO, *, values: bool) -> Any:
    from openpyxl import load_workbook  # the library takes 100 ms to load

    file.seek(0)
    return load_workbook(file, read_only=True, data_only=values, keep_links=False)


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    # A file may claim any size, so rows and columns are read as they come, within limits. Excel has at most 16,384 columns.
    sheet.reset_dimensions()
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(max_row=MOST_ROWS)
    return rows


def _with_formulas(values: Iterator[Any], formulas: Iterator[Any]) -> Iterator[Any]:
    """Yield the rows of values, in which a formula without a stored result is `UNCALCULATED`."""
    for row, written in zip(values, formulas, strict=False):
        yield tuple(
            UNCALCULATED if cell.value is None and other.data_type == "f" else cell
            for cell, other in zip(row, written, strict=False)
        )


def _texts(rows: Iterator[Any]) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the texts of each row."""
    number = 0
    while True:
        try:
            row = next(rows, None)
            if row is None:
                return
            number += 1
            yield number, [cell if isinstance(cell, str) else cell_text(cell) for cell in row]
        except Refused:
            raise
        except _FAULTS as error:
            raise unreadable(_DAMAGED) from error


def cell_text(cell: Any) -> str:
    """Return the text of a cell. A number that Excel has rounded stays in the form 1.23E+15, which no code may have."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, cell.number_format or "")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def _number(value: float, form: str) -> str:
    if abs(value) >= EXACT_BELOW:
        return f"{value:.2E}"
    if float(value).is_integer():
        zeros = _ZEROS.fullmatch(form)
        return f"{int(value):0{len(zeros[1])}d}" if zeros and value >= 0 else str(int(value))
    return repr(value)
