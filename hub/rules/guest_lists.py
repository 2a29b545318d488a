"""Guest lists: a guest as it is stored, and the lines of a pasted list or a CSV file."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from hub.rules.column_names import column_of, shown_header
from hub.rules.digits import ascii_digits
from hub.rules.parties import ONE_PERSON
from hub.rules.show_texts import clean_line

LONGEST_NAME = 100
LONGEST_NOTE = 200
LARGEST_PARTY = 1000
MOST_AT_ONCE = 500
"""Guests of one list. They are written in one transaction, under the lock of their slot."""
_COLUMNS = ("name", "party", "note", "email")
_NUMBER = re.compile(r"[0-9]{1,6}", re.ASCII)
_PLUS = re.compile(r"^(.*\S)\s*\+\s*([0-9]{1,3})$", re.ASCII)


@dataclass(frozen=True, slots=True)
class GuestDraft:
    """A guest to add: a name, how many people come with it in all, a note for the gate, and an address for the code."""

    name: str
    party: int = ONE_PERSON.size
    note: str = ""
    email: str | None = None


@dataclass(frozen=True, slots=True)
class WrongLine:
    """What is wrong with a line of a list, by its number from 1 on. `field` is its column; "" stands for the whole line."""

    line: int
    field: str
    message: str


def check_guest(draft: GuestDraft) -> tuple[GuestDraft, dict[str, str]]:
    """Return the guest as it is stored, and what is wrong with each field. The address is checked by the caller."""
    errors: dict[str, str] = {}
    name, note = draft.name, draft.note
    try:
        name = clean_line(name, LONGEST_NAME, required=True)
    except ValueError as wrong:
        errors["name"] = str(wrong)
    try:
        note = clean_line(note, LONGEST_NOTE)
    except ValueError as wrong:
        errors["note"] = str(wrong)
    if not 1 <= draft.party <= LARGEST_PARTY:
        errors["party"] = f"Give 1 to {LARGEST_PARTY} people"
    return GuestDraft(name, draft.party, note, (draft.email or "").strip() or None), errors


def read_list(text: str) -> tuple[list[tuple[int, GuestDraft]], list[WrongLine]]:
    """Return the guests of a pasted list or a CSV file with the numbers of their lines, and what is wrong with the other lines.

    A line is a name, and then the number of people, a note and an e-mail address if there are any, with commas, semicolons or tabs
    between them. `Jane Smith +2` is a party of three. A first line with the names of columns says another order. A column that holds
    something and has another name is refused.
    """
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    delimiter = max("\t;,", key=lambda one: sum(line.count(one) for line in lines))
    order: tuple[str | None, ...] = _COLUMNS
    guests: list[tuple[int, GuestDraft]] = []
    wrong: list[WrongLine] = []
    for number, line in enumerate(lines, start=1):
        cells = _cells(line, delimiter)
        if not any(cells):
            continue
        if not guests and not wrong and order is _COLUMNS and (columns := _header_of(cells)):
            order = columns
            wrong += [
                WrongLine(number, "", f"This column is not used: {shown_header(cell)}")
                for cell, column in zip(cells, columns, strict=True)
                if column is None and cell
            ]
            continue
        values = {column: cell for column, cell in zip(order, cells, strict=False) if column is not None}
        if len(cells) > len(order) and any(cells[len(order) :]):
            wrong.append(WrongLine(number, "", "This line has too many columns"))
            continue
        guests_or_wrong = _guest_of(values)
        if isinstance(guests_or_wrong, GuestDraft):
            guests.append((number, guests_or_wrong))
        else:
            wrong += [WrongLine(number, field, message) for field, message in guests_or_wrong.items()]
    return guests, wrong


def _header_of(cells: list[str]) -> tuple[str | None, ...] | None:
    """Return the columns that a first line names, None for each that is not used; None if it is a guest."""
    columns = tuple(column_of(cell, _COLUMNS) for cell in cells)
    is_header = "name" in columns and ("name" in map(str.lower, cells) or len(set(columns) - {None}) > 1)
    return columns if is_header else None


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        row = next(csv.reader(io.StringIO(line), delimiter=delimiter), [])
    except csv.Error:
        row = line.split(delimiter)
    return [cell.strip() for cell in row]


def _guest_of(values: dict[str, str]) -> GuestDraft | dict[str, str]:
    """Return the guest of a line, or what is wrong with it."""
    name, party = values.get("name", ""), values.get("party", "")
    people = ONE_PERSON.size
    party, plus = ascii_digits(party), _PLUS.match(ascii_digits(name))
    if not party and plus:
        name, people = name[: plus.end(1)], int(plus[2]) + 1
    elif party:
        if not _NUMBER.fullmatch(party):
            return {"party": "Give a whole number"}
        people = int(party)
    draft, errors = check_guest(GuestDraft(name, people, values.get("note", ""), values.get("email", "")))
    return errors or draft
