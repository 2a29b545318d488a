"""Files of every kind: what is a table is read whatever its name says, and what is none says what it is."""

from __future__ import annotations

import io

import pytest

from hub.rules.refusals import Refused
from hub.text.tables.table_file import open_table
from tests.support.files import archive, workbook

CSV, XLSX = b"code,name\nX-1000,Ada\n", workbook([["code", "name"], ["X-1000", "Ada"]])


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        open_table(io.BytesIO(content))
    return str(refused.value.details["message"])


@pytest.mark.parametrize("content", [CSV, XLSX])
def test_a_table_is_read_from_its_first_line_on(content: bytes):
    table = open_table(io.BytesIO(content))
    assert table.headers == ["code", "name"]
    assert list(table.rows) == [(2, ["X-1000", "Ada"])]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"  \n\n ", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b",,,\n", "is empty"),
        (OLE, "old Excel workbook (.xls)"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "has a password"),
        (b"<html><table><tr><td>code</td></tr></table></html>", "web page"),
        (b'\xef\xbb\xbf\n<?xml version="1.0"?><Workbook/>', "web page"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\x1f\x8b\x08\x00", "an archive"),
        (archive({"tickets.csv": CSV}), "no workbook"),
        (archive({"content.xml": b"<a/>", "mimetype": b"x"}), "OpenDocument"),
        (archive({"xl/workbook.bin": b"x"}), ".xlsb"),
        (XLSX[: len(XLSX) // 2], "damaged"),
        (XLSX[:40] + b"\0" * 400 + XLSX[440:], "damaged"),
    ],
)
def test_what_is_no_table_is_refused_by_what_it_is(content: bytes, words: str):
    assert words in refusal(content)
