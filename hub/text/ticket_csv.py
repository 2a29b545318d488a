"""Ticket files: reads a CSV of another system into rows and errors. Its encoding is sure or named, never guessed."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

from hub.rules.column_names import column_of, shown_header
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE
from hub.rules.show_texts import clean_line
from hub.rules.ticket_code import normalise
from hub.text.contact_details import check_contact
from hub.text.file_encoding import decode_file

COLUMNS = ("code", "order", "product", "channel", "status", "name", "email", "phone")
CHANNELS = ("direct", "mini_program", "ota")
_TEXTS = ("order", "product", "name")
STATUSES = ("ACTIVATED", "INACTIVE", "PENDING_PAYMENT", "CANCELLED")
LONGEST_TEXT = 200
_CHANNEL_OF_PREFIX = {"MP-": "mini_program", "DT-": "ota"}
# The contact check wants both fields, so a missing one is replaced by these valid ones.
_ANY_EMAIL, _ANY_PHONE = "someone@example.com", "+442071838750"


@dataclass(frozen=True, slots=True)
class TicketRow:
    line: int
    code: str
    order: str | None
    product: str | None
    channel: str
    status: str
    name: str | None
    email: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class TicketFile:
    encoding: str
    rows: list[TicketRow]
    errors: list[dict[str, Any]]
    """`{line, field, message}` each. A message never repeats the file's cells, which may be somebody's address."""
    unused: list[str]
    """The headers of columns that hold something and are not read."""


def read_ticket_file(content: bytes, encoding: str | None = None) -> TicketFile:
    """Return the rows and errors of a file. Refuses INVALID_REQUEST if its encoding is not sure and not named, or if it is no
    CSV with a `code` column.
    """
    encoding, text = decode_file(content, encoding)
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        headers = [name.strip() for name in next(reader, [])]
        columns = [column_of(header, COLUMNS) for header in headers]
        if "code" not in columns:
            raise Refused(Reason.INVALID_REQUEST, message="The first line must name the columns, one of them `code`")
        for column in COLUMNS:
            if columns.count(column) > 1:
                raise Refused(
                    Reason.INVALID_REQUEST, message=f"Two columns are named as the {column}: rename one of them"
                )
        return _read_rows(reader, headers, columns, encoding)
    except csv.Error as error:
        raise Refused(Reason.INVALID_REQUEST, message=f"Line {reader.line_num} is not CSV: {error}") from error


def _read_rows(reader: Any, headers: list[str], columns: list[str | None], encoding: str) -> TicketFile:
    rows: list[TicketRow] = []
    errors: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    unused: dict[int, str] = {
        n: shown_header(header) for n, header in enumerate(headers) if columns[n] is None and header
    }
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        line = reader.line_num
        if any(cell.strip() for cell in cells[len(columns) :]):
            errors.append({"line": line, "field": None, "message": "more cells than there are columns"})
            continue
        values: dict[str, str] = {}
        for n, (column, cell) in enumerate(zip(columns, cells, strict=False)):
            if column is not None:
                values[column] = cell.strip()
            elif cell.strip():
                unused.setdefault(n, f"number {n + 1}, without a name")
        row, wrong = _read_row(line, values)
        if not wrong and row.code in seen:
            wrong = [{"line": line, "field": "code", "message": f"the same code as in line {seen[row.code]}"}]
        if wrong:
            errors += wrong
        else:
            seen[row.code] = line
            rows.append(row)
    return TicketFile(encoding, rows, errors, [unused[n] for n in sorted(unused)])


def _read_row(line: int, cells: dict[str, str]) -> tuple[TicketRow, list[dict[str, Any]]]:
    wrong: list[dict[str, Any]] = []

    def complain(field: str, message: str) -> None:
        wrong.append({"line": line, "field": field, "message": message})

    for field in _TEXTS:
        try:
            cells[field] = clean_line(cells.get(field, ""), LONGEST_TEXT)
        except ValueError as error:
            complain(field, str(error))
            cells[field] = ""
    code = normalise(cells.get("code", ""))
    if not 4 <= len(code) <= LONGEST_CODE or not code.isascii() or " " in code:
        complain("code", f"a code has 4 to {LONGEST_CODE} ASCII characters and no blanks")
    channel = cells.get("channel", "").lower() or _CHANNEL_OF_PREFIX.get(code[:3].upper(), "direct")
    if channel not in CHANNELS:
        complain("channel", f"one of {', '.join(CHANNELS)}")
    status = cells.get("status", "").upper() or "ACTIVATED"
    if status not in STATUSES:
        complain("status", f"one of {', '.join(STATUSES)}")
    email, phone = cells.get("email") or None, cells.get("phone") or None
    try:
        contact = check_contact(email or _ANY_EMAIL, phone or _ANY_PHONE)
        email, phone = email and contact.email, phone and contact.phone_e164
    except Refused as refused:
        for problem in refused.details["validation_errors"]:
            complain(problem["field"], problem["message"])
    row = TicketRow(
        line, code, cells.get("order") or None, cells.get("product") or None, channel, status, cells.get("name") or None,
        email, phone,
    )  # fmt: skip
    return row, wrong
