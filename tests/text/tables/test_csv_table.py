"""CSV files: delimiters, line ends and quotation marks, with the line of the file for each record."""

from __future__ import annotations

import io

import pytest

from hub.rules.refusals import Refused
from hub.text.tables.csv_table import open_csv
from hub.text.tables.table import MOST_COLUMNS


def rows(content: str | bytes) -> list[tuple[int, list[str]]]:
    raw = content.encode() if isinstance(content, str) else content
    return list(open_csv(io.BytesIO(raw)).rows)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_of_the_first_line_is_seen(delimiter: str):
    assert rows(f"code{delimiter}name\nX-1{delimiter}Ada\n") == [(2, ["X-1", "Ada"])]


def test_the_line_with_which_excel_tells_its_delimiter_is_no_header():
    table = open_csv(io.BytesIO(b"\xef\xbb\xbfsep=;\r\ncode;a,b,c\r\nX-1;1\r\n"))
    assert (table.headers, list(table.rows)) == (["code", "a,b,c"], [(3, ["X-1", "1"])])


def test_line_ends_of_every_kind_are_line_ends_also_in_one_file():
    assert [line for line, _ in rows("code\r\nX-1\nX-2\rX-3\r\n")] == [2, 3, 4]


def test_a_cell_of_several_lines_counts_them():
    assert rows('code,note\nX-1,"one\ntwo"\nX-2,\n') == [(3, ["X-1", "one\ntwo"]), (4, ["X-2", ""])]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('code,name\nX-1,"Ada\nX-2,Ben\n', "Line 2 is not CSV: a quotation mark is never closed"),
        ('code,name\nX-1,Ada\n"X-2"5,Ben\n', "Line 3 is not CSV: text stands after a closing quotation mark"),
        (
            'code,name\nX-1,"' + "x" * 200_000,
            "Line 2 has a cell of more than 131072 characters, or a quotation mark is never closed",
        ),
        (
            "code,name\nX-1," + "x" * 200_000,
            "Line 2 has a cell of more than 131072 characters, or a quotation mark is never closed",
        ),
    ],
)
def test_quotation_marks_that_do_not_match_are_refused_by_line(content: str, words: str):
    with pytest.raises(Refused) as refused:
        rows(content)
    assert refused.value.details["message"] == words


def test_a_million_columns_are_refused():
    with pytest.raises(Refused) as refused:
        rows(",".join(f"c{n}" for n in range(1_000_000)))
    assert refused.value.details["message"] == f"A file has at most {MOST_COLUMNS} columns"


def test_lines_are_read_while_the_file_is_and_not_before():
    """A wrong line at the end does not keep the first lines from being read."""
    found = open_csv(io.BytesIO(b'code\nX-1\n"X-2')).rows
    assert next(found) == (2, ["X-1"])
    with pytest.raises(Refused):
        next(found)
