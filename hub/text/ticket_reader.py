"""Ticket files read line by line: what each line says about a ticket, or what is wrong with it by field."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hub.rules.column_names import plain_header
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE
from hub.rules.show_texts import clean_line
from hub.rules.ticket_code import normalise
from hub.rules.ticket_lines import CHANNEL_OF_PREFIX, CHANNELS, FIELDS, STATUSES, LineError, TicketRow, status_of
from hub.text.contact_details import check_contact, ungrouped_phone
from hub.text.tables.table import UNCALCULATED

LONGEST_TEXT = 200
_TEXTS = ("order", "product", "name")
# The contact check wants both fields, so a missing one is replaced by these valid ones.
_ANY_EMAIL, _ANY_PHONE = "someone@example.com", "+442071838750"
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?E[+-]?[0-9]+", re.IGNORECASE)
"""A code that a spreadsheet has read as a number and rounded."""
_PAID = {"yes": "paid", "no": "unpaid"}
"""What a column with the header "Paid" says, as in pretix. Its unpaid tickets open no gate."""
_FAULTS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})


class TicketReader:
    """Reads the lines of one file. `mapping` has what each column means, "" for one that is not used."""

    def __init__(self, headers: Sequence[str], mapping: Sequence[str]) -> None:
        self._mapping = list(mapping)
        self._asks_paid = {n for n, header in enumerate(headers) if plain_header(header) == "paid"}
        self._lines: dict[str, int] = {}
        self.unused: dict[int, str] = {n: header for n, header in enumerate(headers) if not mapping[n] and header}
        """The headers of columns that are not used, by their number from 0; those without a header only if they hold something."""

    def read(self, line: int, cells: list[str]) -> TicketRow | list[LineError] | None:
        """Return the ticket of a line, or what is wrong with it. None for a line without anything."""
        if not any(cell.strip() for cell in cells):
            return None
        if any(cell.strip() for cell in cells[len(self._mapping) :]):
            return [LineError(line, None, "more cells than there are columns")]
        values: dict[str, str] = {}
        for n, cell in enumerate(cells[: len(self._mapping)]):
            column = self._mapping[n]
            if column:
                value = cell.strip()
                values[column] = _PAID.get(value.casefold(), value) if n in self._asks_paid else value
            elif cell.strip() and n not in self.unused:
                self.unused[n] = f"number {n + 1}, without a name"
        parts = [part for part in (values.pop("first_name", ""), values.pop("last_name", "")) if part]
        if parts:
            values["name"] = " ".join(parts)
        errors = _faults(line, values)
        row = None if errors else _read_row(line, values, errors)
        if row is not None and not errors:
            before = self._lines.setdefault(row.code, line)
            if before == line:
                return row
            errors = [LineError(line, "code", f"the same code as in line {before}")]
        return errors


def _faults(line: int, values: dict[str, str]) -> list[LineError]:
    """Return what a spreadsheet has made of the cells: formulas without a result, errors, and codes that it has rounded."""
    errors = []
    for name, value in values.items():
        if value == UNCALCULATED:
            errors.append(LineError(line, name, "a formula without a result: open the file in Excel and save it"))
        elif value.upper() in _FAULTS:
            errors.append(LineError(line, name, "the spreadsheet shows an error in this cell"))
    if _ROUNDED.fullmatch(values.get("code", "")):
        errors.append(
            LineError(line, "code", "Excel has rounded this code: format the column as text before the codes go in")
        )
    return errors


def _read_row(line: int, cells: dict[str, str], errors: list[LineError]) -> TicketRow:
    given = frozenset(name for name in FIELDS if cells.get(name))

    def complain(field: str, message: str) -> None:
        errors.append(LineError(line, field, message))

    for name in _TEXTS:
        try:
            cells[name] = clean_line(cells.get(name, ""), LONGEST_TEXT)
        except ValueError as error:
            complain(name, str(error))
            cells[name] = ""
    code = normalise(cells.get("code", ""))
    if not 4 <= len(code) <= LONGEST_CODE or not code.isascii() or " " in code:
        complain("code", f"a code has 4 to {LONGEST_CODE} ASCII characters and no blanks")
    channel = cells.get("channel", "").lower() or CHANNEL_OF_PREFIX.get(code[:3].upper(), "direct")
    if channel not in CHANNELS:
        complain("channel", f"one of {', '.join(CHANNELS)}")
    status = status_of(cells.get("status", "") or "ACTIVATED")
    if status is None:
        complain("status", f"one of {', '.join(STATUSES)}")
    email, phone = cells.get("email") or None, cells.get("phone") or None
    try:
        contact = check_contact(email or _ANY_EMAIL, ungrouped_phone(phone) if phone else _ANY_PHONE)
        email, phone = email and contact.email, phone and contact.phone_e164
    except Refused as refused:
        for problem in refused.details["validation_errors"]:
            complain(problem["field"], problem["message"])
    return TicketRow(
        line, code, cells.get("order") or None, cells.get("product") or None, channel, status or "ACTIVATED",
        cells.get("name") or None, email, phone, given,
    )  # fmt: skip
