"""Workbooks: cells as the text that a person sees, as far as the workbook still holds it."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from hub.rules.refusals import Refused
from hub.text.tables.table import MOST_COLUMNS, UNCALCULATED, Table
from hub.text.tables.workbook_table import open_workbook
from tests.support.files import raw_workbook, text_cell, workbook


def opened(content: bytes, sheet: str | None = None) -> Table:
    return open_workbook(io.BytesIO(content), sheet)


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        ("00123", None, "00123"),
        (123456, None, "123456"),
        (123456, "00000000", "00123456"),
        (390612345678.0, None, "390612345678"),
        (1234567890123456, None, "1.23E+15"),
        (1.5, None, "1.5"),
        (date(2026, 11, 20), "yyyy-mm-dd", "2026-11-20"),
        (datetime(2026, 11, 20, 12, 30), "yyyy-mm-dd hh:mm", "2026-11-20 12:30:00"),
        (True, None, "TRUE"),
        ("王小明 🎭", None, "王小明 🎭"),
    ],
)
def test_a_cell_is_the_text_that_a_person_sees(value: Any, form: str | None, text: str):
    def shape(book: Workbook) -> None:
        if form and book.active is not None:
            book.active["A2"].number_format = form

    assert list(opened(workbook([["code"], [value]], shape)).rows) == [(2, [text])]


def test_a_formula_has_its_stored_result_and_one_without_is_marked():
    cells = '<row r="1">' + text_cell("A1", "code") + text_cell("B1", "name") + "</row>"
    cells += '<row r="2"><c r="A2" t="str"><f>"X-"&amp;1000</f><v>X-1000</v></c><c r="B2"><f>A1</f></c></row>'
    assert list(opened(raw_workbook(cells)).rows) == [(2, ["X-1000", UNCALCULATED])]


def test_hidden_rows_and_merged_cells_are_read_and_named():
    def shape(book: Workbook) -> None:
        sheet = book.active
        assert sheet is not None
        sheet.row_dimensions[3].hidden = True
        sheet.merge_cells("A2:B2")

    table = opened(workbook([["code", "name"], ["X-1", "Ada"], ["X-2", "Ben"]], shape))
    assert [line for line, _ in table.rows] == [2, 3]
    assert table.notes == ["Hidden rows are read too: 1", "Of merged cells only the first has a value"]


def test_the_first_sheet_that_is_shown_is_read_unless_another_is_named():
    def shape(book: Workbook) -> None:
        assert book.active is not None
        book.active.title = "Notes"
        book.active.sheet_state = "hidden"
        for name in ("Tickets", "Guests"):
            book.create_sheet(name).append([f"code of {name}"])

    content = workbook([["secret"]], shape)
    assert (opened(content).headers, opened(content).sheets) == (["code of Tickets"], ["Tickets", "Guests"])
    assert opened(content, "Guests").headers == ["code of Guests"]
    with pytest.raises(Refused):
        opened(content, "Notes")


def test_a_title_above_the_table_is_no_problem_if_the_lines_above_the_headers_are_empty():
    assert list(opened(workbook([[], [], ["code"], ["X-1"]])).rows) == [(4, ["X-1"])]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1048577">' + text_cell("A1048577", "code") + "</row>",
        '<row r="999999999999">' + text_cell("A999999999999", "code") + "</row>",
        '<row r="1">' + text_cell("ZZZZ1", "code") + "</row>",
        '<row r="1"><c r="A1" t="s"><v>77</v></c></row>',
        '<row r="1"><c r="A1"><v>not a number</v></c></row>',
        '<row r="1">' + "".join(text_cell(f"{chr(65 + n // 26)}{chr(65 + n % 26)}1", "x") for n in range(MOST_COLUMNS + 1)) + "</row>",
    ],
)  # fmt: skip
def test_a_workbook_that_no_program_writes_is_refused_and_ends_soon(rows: str):
    with pytest.raises(Refused):
        opened(raw_workbook(rows))


def test_a_workbook_that_breaks_in_the_middle_is_refused_there():
    whole = raw_workbook(
        '<row r="1">' + text_cell("A1", "code") + '</row><row r="2"><c r="A2" t="n"><v>x</v></c></row>'
    )
    with pytest.raises(Refused):
        list(opened(whole).rows)
