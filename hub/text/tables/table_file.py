"""A file with a table: what kind it is shows in its first bytes, whatever its name says."""

from __future__ import annotations

from typing import BinaryIO

from hub.text.tables.csv_table import open_csv
from hub.text.tables.table import Table, unreadable
from hub.text.tables.workbook_table import open_workbook

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHERS = {b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"Rar!": "an archive", b"7z\xbc\xaf": "an archive",
           b"\x1f\x8b": "an archive", b"PK\x05\x06": "an archive"}  # fmt: skip
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta", b"mime-version:")
_LOOK_AT = 4 * 1024 * 1024


def open_table(file: BinaryIO, *, encoding: str | None = None, sheet: str | None = None) -> Table:
    """Return the table of a CSV file or a workbook. Refuses INVALID_REQUEST with a sentence for every other file."""
    kind = table_kind(file)
    return open_workbook(file, sheet) if kind == "xlsx" else open_csv(file, encoding)


def table_kind(file: BinaryIO) -> str:
    """Return `xlsx` or `csv`. Refuses INVALID_REQUEST for what is neither, saying what it is."""
    file.seek(0)
    head = file.read(512)
    if not head.strip():
        raise unreadable("The file is empty")
    if head.startswith(_ZIP):
        return "xlsx"
    if head.startswith(_OLE):
        file.seek(0)
        if _ENCRYPTED in file.read(_LOOK_AT):
            raise unreadable("The workbook has a password. Remove it in Excel, and choose the file again")
        raise unreadable("This is an old Excel workbook (.xls). Save it as Excel (.xlsx) or CSV, and choose that")
    for start, what in _OTHERS.items():
        if head.startswith(start):
            raise unreadable(f"This is {what}. Choose a CSV file or an Excel workbook (.xlsx)")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_MARKUP):
        raise unreadable(
            "This is a web page, whatever its name says. Open it in Excel, save it as .xlsx or CSV, and choose that"
        )
    return "csv"
