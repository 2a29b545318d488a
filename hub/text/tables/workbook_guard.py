"""The guard of workbooks: what an XLSX file may be, checked on its parts before a reader sees it.

A workbook is a ZIP archive of XML. So it may be a ZIP bomb, may define entities that grow when they are read, and may have parts that
only fill memory. Each part is unpacked once, in pieces, up to the size that it declares.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat

from hub.text.tables.table import unreadable

MOST_PARTS = 1_000
LARGEST_SHEET = 256 * 1024 * 1024
"""Bytes of a sheet's XML: about a million rows of eight columns. A reader holds one row of it at a time."""
LARGEST_STRINGS = 64 * 1024 * 1024
"""Bytes of the shared strings, which a reader holds in memory."""
LARGEST_PART = 8 * 1024 * 1024
"""Bytes of any other part that is read, such as the styles."""
_PIECE = 64 * 1024
_OVERLAP = 512
_READ = re.compile(
    r"(\[Content_Types\]\.xml|_rels/.*|xl/[^/]*\.xml|xl/_rels/.*|xl/worksheets/.*|docProps/.*|xl/theme/.*)", re.ASCII
)
"""The parts that a reader opens. Pictures, macros and their like are left where they are."""
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_HIDDEN = re.compile(rb"<(?:\w+:)?row\b[^>]*\bhidden=[\"'](?:1|true)[\"']")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b")
_DAMAGED = "The workbook is damaged. Open it in Excel, save it again, and choose it once more"


@dataclass(slots=True)
class WorkbookFacts:
    """What the sheets of a workbook hold besides values."""

    formulas: bool = False
    hidden_rows: int = 0
    merged_cells: bool = False


def check_workbook(file: BinaryIO) -> WorkbookFacts:
    """Return what a workbook holds. Refuses INVALID_REQUEST for one that is damaged, encrypted, too large or hostile."""
    file.seek(0)
    facts = WorkbookFacts()
    try:
        with zipfile.ZipFile(file) as archive:
            _check_list(archive)
            for part in archive.infolist():
                if _READ.fullmatch(part.filename):
                    _check_part(archive, part, facts)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, NotImplementedError, OSError) as error:
        raise unreadable(_DAMAGED) from error
    return facts


def _check_list(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if len(parts) > MOST_PARTS or len(set(names)) != len(names):
        raise unreadable(_DAMAGED)
    if "xl/workbook.xml" not in names:
        if "content.xml" in names:
            raise unreadable("This is an OpenDocument file. Save it as Excel (.xlsx) or CSV, and choose that")
        if any(name.startswith("xl/") and name.endswith(".bin") for name in names):
            raise unreadable("This is a binary workbook (.xlsb). Save it as Excel (.xlsx) or CSV, and choose that")
        raise unreadable("This ZIP file is no workbook. Choose a CSV file or an Excel workbook (.xlsx)")
    for part in parts:
        if part.flag_bits & 0x1:
            raise unreadable("The workbook has a password. Remove it in Excel, and choose the file again")
        if _READ.fullmatch(part.filename) and part.file_size > _largest(part.filename):
            raise unreadable("The workbook is too large when it is unpacked. Save it as CSV, and choose that")


def _largest(name: str) -> int:
    if name == "xl/sharedStrings.xml":
        return LARGEST_STRINGS
    return LARGEST_SHEET if name.startswith("xl/worksheets/") and name.endswith(".xml") else LARGEST_PART


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, facts: WorkbookFacts) -> None:
    """Unpack a part in pieces. zipfile gives no more bytes than the part declares, and checks its sum at the end."""
    is_sheet = part.filename.startswith("xl/worksheets/sheet")
    prolog: _Prolog | None = _Prolog() if part.filename.endswith((".xml", ".rels")) else None
    before = b""
    with archive.open(part) as content:
        while piece := content.read(_PIECE):
            if prolog is not None and prolog.read(piece):
                prolog = None
            if is_sheet:
                window = before + piece
                facts.formulas = facts.formulas or _FORMULA.search(window) is not None
                facts.merged_cells = facts.merged_cells or _MERGED.search(window) is not None
                facts.hidden_rows += sum(1 for found in _HIDDEN.finditer(window) if found.end() > len(before))
                before = window[-_OVERLAP:]


class _Prolog:
    """What stands before the first element of an XML part: a document type there could define entities, so it is refused."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._begin
        self._begun = False

    def read(self, piece: bytes) -> bool:
        """Return whether the first element has begun."""
        try:
            self._parser.Parse(piece, False)
        except expat.ExpatError as error:
            if not self._begun:
                raise unreadable(_DAMAGED) from error
        return self._begun

    def _begin(self, _name: str, _attributes: dict[str, str]) -> None:
        self._begun = True

    def _refuse(self, *_: object) -> None:
        raise unreadable("The workbook defines XML entities, which no spreadsheet program does. It is not read")
