"""CSV files: the delimiter is that of the first line, and a quotation mark that is never closed is a mistake of the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from hub.rules.refusals import Refused
from hub.text.file_encoding import encoding_of
from hub.text.tables.table import Table, checked_headers, unreadable

LONGEST_CELL = 131_072
"""Characters of one cell. A quotation mark that is not closed makes a cell of everything after it."""
_DELIMITERS = ",;\t|"
_SEPARATOR = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""The line with which Excel tells its delimiter."""


def open_csv(file: BinaryIO, named: str | None = None) -> Table:
    """Return the table of a CSV file. Refuses INVALID_REQUEST for an encoding that is not sure, and for what is no CSV."""
    encoding = encoding_of(file, named)
    file.seek(0)
    text = io.TextIOWrapper(file, "utf-8-sig" if encoding == "utf-8" else encoding, newline="")
    first = text.readline()
    skipped = 0
    named_by_excel = _SEPARATOR.fullmatch(first.removeprefix("\ufeff"))
    if named_by_excel:
        first, skipped = text.readline(), 1
    delimiter = named_by_excel[1] if named_by_excel else max(_DELIMITERS, key=first.count)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(chain([first], text), delimiter=delimiter, strict=True)
    rows = _records(reader, skipped)
    headers = next((cells for _, cells in rows if any(cell.strip() for cell in cells)), [])
    return Table("csv", checked_headers(headers), rows, encoding=named or encoding)


def _records(reader: Iterator[list[str]], skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of its last line."""
    began = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _not_csv(str(error), began + skipped) from error
        line = reader.line_num + skipped  # type: ignore[attr-defined]
        began = reader.line_num + 1  # type: ignore[attr-defined]
        yield line, cells


def _not_csv(problem: str, line: int) -> Refused:
    if "unexpected end of data" in problem:
        return unreadable(f"Line {line} is not CSV: a quotation mark is never closed")
    if "field limit" in problem:
        return unreadable(
            f"Line {line} has a cell of more than {LONGEST_CELL} characters, or a quotation mark is never closed"
        )
    if "expected after" in problem:
        return unreadable(f"Line {line} is not CSV: text stands after a closing quotation mark")
    return unreadable(f"Line {line} is not CSV")
