"""Ticket files: reads a CSV of another system, in one of several encodings, into rows and errors."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from typing import Any

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE
from hub.rules.ticket_code import normalise
from hub.text.contact_details import check_contact

COLUMNS = ("code", "order", "product", "channel", "status", "name", "email", "phone")
CHANNELS = ("direct", "mini_program", "ota")
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
    """`{line, field, message}` each. A message never repeats the file's text, which may be somebody's address."""


def read_ticket_file(content: bytes) -> TicketFile:
    """Return the rows and errors of a file. Refuses INVALID_REQUEST if it is not a CSV with a `code` column."""
    encoding, text = _decode(content)
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip().strip("\ufeff").lower() for name in next(reader, [])]
        if "code" not in names:
            raise Refused(Reason.INVALID_REQUEST, message="The first line must name the columns, one of them `code`")
        if len(set(names)) != len(names):
            raise Refused(Reason.INVALID_REQUEST, message="The first line names a column twice")
        return _read_rows(reader, names, encoding)
    except csv.Error as error:
        raise Refused(Reason.INVALID_REQUEST, message=f"Line {reader.line_num} is not CSV: {error}") from error


def _read_rows(reader: Any, names: list[str], encoding: str) -> TicketFile:
    rows: list[TicketRow] = []
    errors: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        line = reader.line_num
        if len(cells) > len(names):
            errors.append({"line": line, "field": None, "message": "more cells than there are columns"})
            continue
        row, wrong = _read_row(line, dict(zip(names, (cell.strip() for cell in cells), strict=False)))
        if not wrong and row.code in seen:
            wrong = [{"line": line, "field": "code", "message": f"the same code as in line {seen[row.code]}"}]
        if wrong:
            errors += wrong
        else:
            seen[row.code] = line
            rows.append(row)
    return TicketFile(encoding, rows, errors)


def _read_row(line: int, cells: dict[str, str]) -> tuple[TicketRow, list[dict[str, Any]]]:
    wrong: list[dict[str, Any]] = []

    def complain(field: str, message: str) -> None:
        wrong.append({"line": line, "field": field, "message": message})

    for field in COLUMNS:
        value = cells.get(field, "")
        if len(value) > LONGEST_TEXT or not value.isprintable():
            complain(field, f"longer than {LONGEST_TEXT} characters, or holds control characters")
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


def _decode(content: bytes) -> tuple[str, str]:
    """Return the text and its encoding: UTF-16 if a byte order mark or many zero bytes say so, else UTF-8, else GB 18030.

    UTF-8 is tried before GB 18030 because text in another encoding is almost never valid UTF-8.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        tries = ["utf-16"]
    elif content[:200].count(0) > len(content[:200]) // 5:  # in UTF-16 every other byte of Latin text is zero
        tries = ["utf-16-le" if content[1:2] == b"\0" else "utf-16-be"]
    else:
        tries = ["utf-8-sig", "gb18030"]
    for encoding in tries:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding, text
    raise Refused(Reason.INVALID_REQUEST, message="The file is text in none of UTF-8, UTF-16 and GB18030")
